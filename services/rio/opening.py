"""From what rio was told to its tree: the display is made, lives as long as the service, and is taken down."""

import os
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import trio

from ninep.service import Events, Metrics
from ninep.tree import Dir
from rio.config import Config
from rio.hub.children import command_for
from rio.hub.display import Commands, Display
from rio.hub.frames import resident
from rio.hub.memory import Memory
from rio.hub.scratch import Scratch
from rio.tree import display_tree
from rio.versions.archive import Archive


@asynccontextmanager
async def open_display(config: Config) -> AsyncIterator[Dir]:
    """The tree of a running display."""
    events, metrics = Events(), Metrics()
    archive = Archive(config.make_state())
    scratch = Scratch()
    try:
        display = Display(
            commands(config, scratch.path), archive, events, config.pixels, config.granted, config.namespace or ""
        )
        count(display, metrics)
        async with trio.open_nursery() as nursery:
            await nursery.start(display.run)
            nursery.start_soon(_stop_when_closed, display)
            nursery.start_soon(scratch.guard, display.workers.fail)
            nursery.start_soon(Memory(display.workers, (config.memory or 0) << 20).guard)
            yield display_tree(display, metrics)
            nursery.cancel_scope.cancel()
    finally:
        events.close()
        scratch.remove()


async def _stop_when_closed(display: Display) -> None:
    """A display whose window is closed ends, as if it had been told to."""
    await display.closed.wait()
    os.kill(os.getpid(), signal.SIGTERM)


def commands(config: Config, scratch: Path) -> Commands:
    """How the children are started, as rio was told. In a window there is no spare: it would be a second window."""
    headless = config.headless or not (os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))
    width, height = map(str, config.pixels)
    scale = config.scale if headless else 1.0
    nowhere = ["--headless"] if headless else []
    nowhere += [f"--scale={scale:g}"] if scale != 1 else []
    return Commands(
        renderer=[*command_for("renderer"), width, height, *nowhere],
        worker=[
            *command_for("worker"),
            *(["--unsafe"] if config.unsafe else []),
            *([f"--memory={config.memory}"] if config.memory else []),
            f"--patience={config.patience:g}",
            *(f"--read={path}" for path in config.granted.readable),
            str(scratch),
        ],
        spare=headless,
        scale=scale,
        patience=config.patience,
    )


def count(display: Display, metrics: Metrics) -> None:
    """The numbers of a display."""
    screen, stage = display.screen, display.stage
    metrics.gauge("rio_nodes", "Nodes of the scene.", lambda: len(display.graph.nodes))
    metrics.gauge("rio_versions", "Versions that are known.", lambda: len(display.versions))
    metrics.gauge("rio_frames_total", "Frames drawn.", lambda: screen.frames)
    metrics.gauge("rio_ticks_total", "Frames that a program was asked for.", lambda: display.clock.frames)
    metrics.gauge("rio_programs_total", "Programs run.", lambda: stage.programs.count)
    metrics.gauge("rio_programs_waiting", "Programs and others that wait for their turn.", lambda: len(display.turns))
    metrics.gauge("rio_errands", "What programs have asked for, or follow.", lambda: len(display.beyond.errands))
    metrics.gauge("rio_grant_refusals_total", "What was not granted.", lambda: display.beyond.ledger.refusals)
    metrics.gauge("rio_renderer_restarts_total", "Renderers that ended.", lambda: screen.restarts)
    metrics.gauge("rio_sounds_total", "Sounds that were played.", lambda: screen.sounds)
    metrics.gauge("rio_sound_output", "Whether there is something to hear them from.", lambda: bool(screen.speaker))
    metrics.gauge("rio_worker_deaths_total", "Workers that ended.", lambda: stage.replaced)
    metrics.gauge("rio_frame_milliseconds", "What the last frame took.", lambda: screen.last_shown.cost)
    metrics.gauge("rio_frames_merged_total", "Frames that were drawn with the next.", lambda: screen.pace.merged)
    metrics.gauge("rio_renderer_bytes", "Memory of the renderer.", lambda: resident(screen.pid))
    metrics.each(
        "rio_frame_seconds",
        "histogram",
        "What frames took, drafts and those in full quality.",
        lambda: [({"quality": quality}, costs) for quality, costs in screen.pace.costs.items()],
    )
