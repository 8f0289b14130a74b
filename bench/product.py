"""What a person waits for: from a prompt to the first byte of its answer, and from code to the pixels it changes."""

from __future__ import annotations

import contextlib
import gc
import statistics
import sys
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import trio

from bench.programs import running, scratch
from bench.results import Figure, Table
from ninep.client import Client, open_client
from ninep.dial import listen
from ninep.server import serve
from ninep.service import Events, Metrics
from rio.config import Config
from rio.hub.display import Display
from rio.opening import commands
from rio.tree import display_tree
from rio.versions.archive import Archive
from rio.wire import Watch

BIN = Path(sys.executable).parent


def quantiles(took: list[float]) -> tuple[float, float]:
    """p50 and p99 of times in ms."""
    took = sorted(took)
    return statistics.median(took), took[min(len(took) - 1, int(0.99 * len(took)))]


# From a prompt to the first byte.


def prompt(rounds: int) -> Table:
    """Through llmfs alone and through the mux; the keyless provider's own thinking is in it."""
    table = Table(
        "prompt → first byte",
        about="From the write of `input` to the first byte of `output`, on two cores. The provider is `sketch`, whose "
        "own work (reading the prompt) is included.",
    )
    with agents() as (direct, mux):
        for name, address, path in (("llmfs direct", direct, "/ada"), ("through riomux", mux, "/llm/ada")):
            p50, p99 = quantiles(trio.run(_prompts, address, path, rounds))
            table.figures.append(Figure(f"{name}, p50", p50, "ms", "lower", target=1))
            table.figures.append(Figure(f"{name}, p99", p99, "ms", "lower", target=3))
    return table


@contextlib.contextmanager
def agents() -> Iterator[tuple[str, str]]:
    """An llmfs with an agent `ada`, and a mux in front of it: their addresses."""
    with scratch() as folder:
        settings = {"NAMESPACE": str(folder), "XDG_STATE_HOME": str(folder / "state")}
        folder.chmod(0o700)
        llm, mux = folder / "llm", folder / "mux"
        with (
            running(str(BIN / "llmfs"), address=str(llm), is_pinned=False, **settings),
            running(str(BIN / "riomux"), f"llm=unix!{llm}", address=str(mux), is_pinned=False, **settings),
        ):
            trio.run(_new_agent, f"unix!{llm}")
            yield f"unix!{llm}", f"unix!{mux}"


async def _new_agent(address: str) -> None:
    async with open_client(address) as root:
        await root.write("/ctl", "new ada sketch")


async def _prompts(address: str, agent: str, rounds: int) -> list[float]:
    took = []
    async with open_client(address) as root, root.open(f"{agent}/output") as output:
        await root.stat(f"{agent}/input")
        for number in range(rounds):
            async with root.open(f"{agent}/input", "w") as file:
                await file.write(f"draw a red cube of size {1 + number % 5}")
                began = time.perf_counter()
            await output.read()
            took.append(1e3 * (time.perf_counter() - began))
            while await output.read():
                pass
            await root.write(f"{agent}/ctl", "clear")
    return took


# From code to pixels.


def pixels(rounds: int) -> Table:
    """A program written over 9P changes a colour; the renderer says when the watched pixel is drawn."""
    table = Table(
        "code → pixels",
        about="From the write of a one-line program over 9P to the frame that shows it, 1280 × 720, on two cores "
        "without a GPU (llvmpipe). A 3D frame is first drawn as a draft.",
    )
    for name, make, change, limits in SCENES:
        p50, p99 = quantiles(trio.run(_pixels, make, change, rounds))
        table.figures.append(Figure(f"{name}, p50", p50, "ms", "lower", target=limits[0]))
        table.figures.append(Figure(f"{name}, p99", p99, "ms", "lower", target=limits[1]))
    return table


SCENES = (
    ("2D", 'rect(name="it", at=(640, 360), size=(900, 600))', 'find("it").color = {}', (10.0, 25.0)),
    ("3D", 'box(name="it", size=2)', 'find("it").color = {}', (30.0, None)),
)


@contextlib.asynccontextmanager
async def headless(size: str = "1280x720") -> AsyncIterator[tuple[Display, Client, str]]:
    """A display with its children, a client of its tree over a socket, and the path of that."""
    with scratch() as folder:
        folder.chmod(0o700)
        config = Config(headless=True, size=size, state=folder / "state")
        display = Display(commands(config, folder), Archive(config.make_state()), Events(), config.pixels)
        async with trio.open_nursery() as nursery:
            await nursery.start(display.run)
            await nursery.start(serve, display_tree(display, Metrics()), [listen(f"unix!{folder}/rio")])
            gc.collect()
            gc.freeze()  # as a service does when it is ready
            async with open_client(f"unix!{folder}/rio") as root:
                yield display, root, f"{folder}/rio"
            nursery.cancel_scope.cancel()


async def _pixels(make: str, change: str, rounds: int) -> list[float]:
    took = []
    async with headless() as (display, root, _):
        await root.write("/scene/parse", make)
        await root.read("/screen")  # then the renderer is there
        display.screen.send(Watch(640, 340))  # type: ignore[arg-type]  # a measurement, which no user asks for
        await trio.sleep(1)
        for number in range(rounds):
            colour = ("red", "lime", "blue", "gold")[number % 4]
            before = display.screen.last_shown.pixel
            began = time.monotonic_ns()
            async with root.open("/scene/parse", "w") as program:
                await program.write(change.format(repr(colour)))
            with trio.fail_after(10):
                while display.screen.last_shown.pixel == before:
                    await display.screen.shown.wait()
            took.append((display.screen.last_shown.ns - began) / 1e6)
            await trio.sleep(0.3)  # so that each change is one by itself, as a person's are
    return took
