"""A multiplexer with real sockets, and real servers to put behind it: in this process, or in one that can be killed."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import trio

from ninep.dial import close_listener, listen
from ninep.node import Node
from ninep.server import serve
from ninep.testing import Talk
from ninep.tree import Broadcast, Ctl, Dir, Sink, Stream, Text
from riomux.__main__ import open_mux
from riomux.config import Config
from riomux.pump import Pump

PATIENCE = 20  # seconds for what must happen on a busy machine
BACKEND = str(Path(__file__))


class Shelf:
    """What a test server has: a note, a stream that somebody may publish to, a book, and a shelf below."""

    def __init__(self, name: str) -> None:
        self.name, self.note = name, f"the note of {name}\n"
        self.news = Broadcast()
        self.pages: list[bytes] = []

    def set_note(self, text: str) -> None:
        """Change the note."""
        self.note = text

    def tree(self) -> Dir:
        """As files."""
        return Dir(
            note=Text(lambda: self.note, self.set_note),
            news=Stream(self.news.open),
            ctl=Ctl(lambda: f"{self.name}\n", publish=self.news.publish),
            book=Sink(self.pages.append, get=lambda: b"".join(self.pages)),
            below=Dir(deeper=Dir(name=Text(lambda: self.name))),
        )


@asynccontextmanager
async def server(address: str, make: Callable[[], Node]) -> AsyncIterator[None]:
    """A ninep server in this process, for as long as the block lasts."""
    listener = listen(address)
    try:
        async with trio.open_nursery() as nursery:
            await nursery.start(serve, make(), [listener])
            yield
            nursery.cancel_scope.cancel()
    finally:
        close_listener(listener)


@asynccontextmanager
async def mux(place: Path, *mounts: str, name: str = "mux") -> AsyncIterator[Pump]:
    """A multiplexer that listens at unix!PLACE/NAME, with its state in PLACE/NAME.state."""
    listener = listen(f"unix!{place}/{name}")
    config = Config(state=place / f"{name}.state", mounts=list(mounts))
    try:
        async with open_mux(config) as opened, trio.open_nursery() as nursery:
            await nursery.start(opened.serve, [listener])
            yield opened.pump
            nursery.cancel_scope.cancel()
    finally:
        close_listener(listener)


async def until(condition: Callable[[], bool]) -> None:
    """Let other tasks run until something is so. For what the kernel does between two sockets of this process."""
    with trio.fail_after(PATIENCE):
        while not condition():
            await trio.sleep(0.005)


def talk(place: Path, name: str = "mux") -> Talk:
    """A client that says just what it is told."""
    sock = socket.socket(socket.AF_UNIX)
    sock.connect(f"{place}/{name}")
    return Talk(sock)


class Child:
    """A process that says something first, and then serves."""

    def __init__(self, process: trio.Process) -> None:
        self._process = process

    async def line(self) -> str:
        """The next line that it prints."""
        assert self._process.stdout
        text = b""
        with trio.fail_after(PATIENCE):
            while not text.endswith(b"\n"):
                data = await self._process.stdout.receive_some(1)
                if not data:
                    break
                text += data
        return text.decode().strip()

    def kill(self) -> None:
        """As hard as it gets."""
        self._process.send_signal(signal.SIGKILL)

    def stop(self) -> None:
        """As a supervisor does it."""
        self._process.send_signal(signal.SIGTERM)

    def freeze(self) -> None:
        """It hears nothing and says nothing, and its connections stand."""
        self._process.send_signal(signal.SIGSTOP)

    def thaw(self) -> None:
        """It goes on as if nothing had been."""
        self._process.send_signal(signal.SIGCONT)

    async def end(self) -> int:
        """Its status."""
        with trio.fail_after(PATIENCE):
            return await self._process.wait()


@asynccontextmanager
async def child(*command: str, env: dict[str, str] | None = None) -> AsyncIterator[Child]:
    """A process of this Python, killed at the end if it still runs."""
    process = await trio.lowlevel.open_process(
        [sys.executable, *command], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env={**os.environ, **(env or {})}
    )
    try:
        yield Child(process)
    finally:
        process.kill()
        await process.wait()
        if process.stdout:
            await process.stdout.aclose()


@asynccontextmanager
async def backend(address: str, name: str) -> AsyncIterator[Child]:
    """A server in a process of its own, ready."""
    async with child(BACKEND, address, name) as process:
        assert await process.line() == "ready"
        yield process


async def _serve(address: str, name: str) -> None:
    listener = listen(address)
    print("ready", flush=True)
    await serve(Shelf(name).tree(), [listener])


if __name__ == "__main__":
    trio.run(_serve, sys.argv[1], sys.argv[2])
