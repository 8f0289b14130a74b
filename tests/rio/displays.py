"""Displays for tests: the real hub with its real children, without a window."""

import io
import os
import sys
import tempfile
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import trio
from PIL import Image, ImageChops, ImageStat

from ninep import FileError
from ninep.service import Events
from rio.grants.granted import NOTHING, Grants
from rio.hub.children import command_for
from rio.hub.display import Commands, Display
from rio.hub.programs import Program
from rio.versions.archive import Archive

SIZE = (320, 240)


def the_children(
    scratch: Path,
    *,
    spare: bool = False,
    worker: Sequence[str] = (),
    renderer: Sequence[str] = (),
    grants: Grants = NOTHING,
    devices: Sequence[str] = (),
    patience: float = 0,
) -> Commands:
    """How the real children are started, or those of a test."""
    return Commands(
        renderer=renderer or [*command_for("renderer"), *map(str, SIZE), "--headless"],
        worker=worker
        or [
            *command_for("worker"),
            f"--patience={patience}",
            *(f"--read={path}" for path in grants.readable),
            str(scratch),
        ],
        spare=spare,
        patience=patience,
        devices=devices or command_for("devices"),
    )


@asynccontextmanager
async def a_display(
    state: Path | None = None,
    *,
    spare: bool = False,
    worker: Sequence[str] = (),
    renderer: Sequence[str] = (),
    grants: Grants = NOTHING,
    namespace: str = "none",
    devices: Sequence[str] = (),
    patience: float = 0,
) -> AsyncIterator[Display]:
    """A display that lives as long as the block. A test that hangs is ended after a minute."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as scratch, trio.fail_after(60):
        commands = the_children(
            Path(scratch),
            spare=spare,
            worker=worker,
            renderer=renderer,
            grants=grants,
            devices=devices,
            patience=patience,
        )
        display = Display(commands, Archive(state), Events(), SIZE, grants, namespace)
        async with trio.open_nursery() as nursery:
            await nursery.start(display.run)
            yield display
            nursery.cancel_scope.cancel()


def a_child(path: Path, source: str) -> list[str]:
    """A child of our own making, as a script that speaks the codec."""
    path.write_text(source)
    return [sys.executable, str(path)]


def begin(display: Display, text: str) -> Program:
    """A program that is still being written."""
    program = display.stage.programs.open()
    program.write(text.encode())
    return program


async def close(program: Program) -> None:
    """The clunk."""
    if waiting := program.close():
        await waiting


async def finished(program: Program) -> None:
    """Its end, though the clunk may have been answered before."""
    await program.is_seen()


async def run(display: Display, text: str) -> str:
    """Run a whole program to its end, however busy this machine is; what it printed."""
    program = begin(display, text)
    with suppress(FileError):  # told before the end, if that takes longer than a clunk may
        await close(program)
    await finished(program)
    if program.error:
        raise FileError(program.error)
    return display.stage.out.text()


async def at_rest(display: Display) -> None:
    """Until nothing waits for its turn and the last checkpoint is made."""

    async def nothing() -> None:
        await trio.lowlevel.checkpoint()

    await display.turns.do(nothing)


async def picture(display: Display) -> Image.Image:
    """What is on the screen."""
    return Image.open(io.BytesIO(await display.screen.picture())).convert("RGB")


def alike(one: bytes, other: bytes) -> bool:
    """Whether nobody could tell two pictures apart; rounding may differ between two processes' shaders."""
    first, second = (Image.open(io.BytesIO(png)).convert("RGB") for png in (one, other))
    return max(ImageStat.Stat(ImageChops.difference(first, second)).mean) < 2


async def color_at(display: Display, x: int, y: int) -> str:
    """The colour that is strongest there, or `dark`."""
    pixel = (await picture(display)).getpixel((x, y))
    assert isinstance(pixel, tuple)
    strongest = max(range(3), key=lambda channel: pixel[channel])
    others = [value for channel, value in enumerate(pixel) if channel != strongest]
    return ("red", "green", "blue")[strongest] if pixel[strongest] > 1.5 * max(others) else "dark"


def open_descriptors() -> int:
    """How many this process has."""
    return sum(1 for _ in Path("/proc/self/fd").iterdir())


def zombies() -> list[str]:
    """Children of ours that have ended and whom nobody has asked for their status."""
    children = Path(f"/proc/self/task/{os.getpid()}/children").read_text().split()
    return [pid for pid in children if Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"]


def environment_of(pid: int) -> bytes:
    """What a process was started with."""
    return Path(f"/proc/{pid}/environ").read_bytes()
