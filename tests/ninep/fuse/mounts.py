"""A server, its mount, a shell in it, and processes that can be interrupted."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Protocol, cast

import trio

from ninep.dial import close_listener, listen
from ninep.fuse.command import Mounting
from ninep.fuse.mount import Options
from ninep.node import Node
from ninep.server import serve
from ninep.tree import Broadcast, Reader

MAY_MOUNT = 1 << 21  # CAP_SYS_ADMIN


def why_not() -> str:
    """Why FUSE cannot be tried here, or nothing."""
    try:
        os.close(os.open("/dev/fuse", os.O_RDWR))
    except OSError as error:
        return f"/dev/fuse cannot be opened: {error.strerror}"
    facts = dict(line.split(":\t", 1) for line in Path("/proc/self/status").read_text().splitlines() if ":\t" in line)
    return "" if int(facts["CapEff"], 16) & MAY_MOUNT else "this user may not mount"


class Tap:
    """A stream whose readers can be waited for."""

    def __init__(self) -> None:
        self.broadcast, self._moved = Broadcast(), trio.lowlevel.ParkingLot()

    def open(self) -> Reader:
        self._moved.unpark_all()
        return Tapped(self.broadcast.open(), self._moved.unpark_all)

    async def readers(self, count: int) -> None:
        """Return when there are so many."""
        with trio.fail_after(10):
            while len(self.broadcast) != count:
                await self._moved.park()


class Tapped:
    """A reader that tells when it leaves."""

    def __init__(self, reader: Reader, left: Callable[[], object]) -> None:
        self.read, self._reader, self._left = reader.read, reader, left

    def close(self) -> None:
        self._reader.close()
        self._left()


class Server:
    """A server that can be restarted. `socket` is its address."""

    def __init__(self, root: Node, place: Path, nursery: trio.Nursery) -> None:
        self.root, self.address, self._nursery = root, f"unix!{place}/socket", nursery
        self._scope = trio.CancelScope()

    async def start(self) -> None:
        self._scope = trio.CancelScope()
        await self._nursery.start(self._serve)

    async def _serve(self, *, task_status: trio.TaskStatus[None]) -> None:
        listener = listen(self.address)
        try:
            with self._scope:
                await serve(self.root, [listener], task_status=task_status)
        finally:
            close_listener(listener)

    def stop(self) -> None:
        self._scope.cancel()


class Shell:
    """bash, standing in the mount."""

    def __init__(self, directory: Path, server: Server) -> None:
        self.directory, self.server = directory, server

    async def __call__(self, line: str) -> tuple[str, str, int]:
        """What it printed, what it complained of, and its status."""
        with trio.fail_after(20):
            done = await trio.run_process(
                ["bash", "-c", f"cd {self.directory} && {{ {line}\n}}"],
                capture_stdout=True,
                capture_stderr=True,
                check=False,
            )
        return done.stdout.decode(), done.stderr.decode(), done.returncode

    async def says(self, line: str) -> str:
        """What it printed, with no complaint."""
        out, err, status = await self(line)
        assert (err, status) == ("", 0), f"{line}: {err}{out}"
        return out


OURS, STOCK = "ninep mount", "9pfuse"
GRACE = 5.0  # seconds for a mount to end, before it is torn out


@asynccontextmanager
async def open_mount(
    root: Node, place: Path, by: str = OURS, *, read_only: bool = False, by_helper: bool | None = None
) -> AsyncIterator[Shell]:
    """A server of `root` and its mount, with a shell in it."""
    directory = place / "mount"
    directory.mkdir()
    async with trio.open_nursery() as nursery:
        server = Server(root, place, nursery)
        await server.start()
        options = Options("test", read_only=read_only)
        mounted = (
            open_ours(server.address, directory, options, by_helper) if by == OURS else open_stock(server, directory)
        )
        with guarded(directory):
            async with mounted:
                yield Shell(directory, server)
        nursery.cancel_scope.cancel()


@asynccontextmanager
async def open_ours(address: str, directory: Path, options: Options, by_helper: bool | None) -> AsyncIterator[None]:
    """Our mount, in this process."""
    mounting = Mounting(address, directory, options, by_helper)
    ready, ended = trio.Event(), trio.Event()

    async def mount() -> None:
        await mounting.run(ready.set)
        ready.set()
        ended.set()

    async with trio.open_nursery() as nursery:
        nursery.start_soon(mount)
        await ready.wait()
        assert not mounting.complaint, mounting.complaint
        try:
            yield
        finally:
            with trio.move_on_after(GRACE, shield=True):
                if not ended.is_set():
                    await mounting.leave()
                await ended.wait()
            assert ended.is_set(), "the mount does not end"


@asynccontextmanager
async def open_stock(server: Server, directory: Path) -> AsyncIterator[None]:
    """That of plan9port, which goes to the background by itself and ends with its mount."""
    await trio.run_process([STOCK, server.address, str(directory)])
    try:
        yield
    finally:
        with trio.move_on_after(GRACE, shield=True):
            await trio.run_process(["umount", str(directory)], check=False, capture_stderr=True)


@contextmanager
def guarded(directory: Path) -> Iterator[None]:
    """Take the mount out at the end, whatever became of it and of us: a child waits for its pipe to be closed."""
    line = 'read _; umount -l "$1" 2>/dev/null'
    guard = subprocess.Popen(["sh", "-c", line, "sh", str(directory)], stdin=subprocess.PIPE, start_new_session=True)
    assert guard.stdin
    try:
        yield
    finally:
        guard.stdin.close()
        guard.wait(GRACE)


class Running(Protocol):
    """A process with its pipes."""

    stdin: trio.abc.SendStream
    stdout: trio.abc.ReceiveStream

    def send_signal(self, number: int) -> None: ...

    async def wait(self) -> int: ...


@asynccontextmanager
async def open_process(command: list[str]) -> AsyncIterator[Running]:
    """A process whose output and complaints come as one; it must end within ten seconds."""
    process = await trio.lowlevel.open_process(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )
    with trio.fail_after(10):
        try:
            yield cast(Running, process)
        except BaseException:
            process.kill()
            raise
        finally:
            with trio.CancelScope(shield=True):
                await process.wait()
                for pipe in (process.stdin, process.stdout):
                    assert pipe
                    await pipe.aclose()


NINEP = Path(sys.executable).parent / "ninep"
