"""The fleet's tree as a directory for as long as the fleet runs: `ninep mount`, kept as a child.

It is mounted at /n, or where that cannot be had, at `n` in the namespace directory. A fleet whose NAMESPACE was named
has its mount in there alone, so that two fleets do not meet. Where there is no FUSE there is no mount, and a reason.
Only the child ever looks at a directory that may be a mount: such a look can wait for whoever serves it.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from functools import partial
from pathlib import Path

import trio
from deploy.fleet import environment

from ninep.dial import namespace
from ninep.fuse.mount import unmount

USUAL = Path("/n")
READY = 15.0  # seconds for the mount to come: a cold start of Python
GRACE = 1.0  # seconds between SIGTERM and SIGKILL: what is in flight is given up at once


@asynccontextmanager
async def open_mount(address: str, log: Path, tell: Callable[[str], None]) -> AsyncIterator[Path | None]:
    """Where the tree of `address` is mounted while the block runs; None if it cannot be, and `tell` hears why."""
    await trio.Path(log).unlink(missing_ok=True)
    for directory in places():
        async with _mounted(address, directory, log) as process:
            if process:
                async with trio.open_nursery() as nursery:
                    nursery.start_soon(_watch, process, directory, tell)
                    yield directory
                    nursery.cancel_scope.cancel()
                return
    tell(f"the tree is not mounted: {_last_line(log)}")
    yield None


def places() -> list[Path]:
    """Where to mount, the best first."""
    own = namespace() / "n"
    return [own] if "NAMESPACE" in os.environ else [USUAL, own]


@asynccontextmanager
async def _mounted(address: str, directory: Path, log: Path) -> AsyncIterator[trio.Process | None]:
    """The process that mounts, once it has; None if it fails, then the log ends with the reason."""
    with _made(directory), log.open("ab") as errors:
        command = [str(Path(sys.executable).with_name("ninep")), "mount", "--foreground", address, str(directory)]
        process = await trio.lowlevel.open_process(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=errors,
            env=environment("mount", os.environ),
            start_new_session=True,
        )
        is_there = False
        try:
            is_there = await _says_so(process)
            yield process if is_there else None
        finally:
            await _stop(process)
            if is_there and process.returncode:
                await _take_out(directory)


async def _says_so(process: trio.Process) -> bool:
    """It prints a line when it has mounted, and none if it cannot."""
    assert process.stdout
    async with process.stdout as line:
        with trio.move_on_after(READY):
            return bool(await line.receive_some())
    return False


@contextmanager
def _made(directory: Path) -> Iterator[None]:
    """Make it if it is not there, and take it away again. If it cannot be made, mounting there fails with a reason."""
    is_new = True
    try:
        directory.mkdir()
    except OSError:
        is_new = False
    try:
        yield
    finally:
        if is_new:
            with suppress(OSError):  # a mount that somebody else put there
                directory.rmdir()


async def _watch(process: trio.Process, directory: Path, tell: Callable[[str], None]) -> None:
    await process.wait()
    if process.returncode:
        await _take_out(directory)
    tell(f"{directory} is no longer mounted; `ninep mount {directory}` does it again")


async def _stop(process: trio.Process) -> None:
    """SIGTERM unmounts; SIGKILL if that takes too long."""
    with trio.CancelScope(shield=True):
        if process.returncode is None:
            process.terminate()
            with trio.move_on_after(GRACE):
                await process.wait()
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        await process.wait()


async def _take_out(directory: Path) -> None:
    """The dead mount that a process left which was killed, if it is still there."""
    with suppress(OSError), trio.move_on_after(GRACE, shield=True):
        await trio.to_thread.run_sync(partial(unmount, directory, lazily=True), abandon_on_cancel=True)


def _last_line(log: Path) -> str:
    lines = log.read_text(errors="replace").splitlines()
    return lines[-1].removeprefix("ninep: mount: ") if lines else f"`ninep mount` was not ready after {READY:g} s"
