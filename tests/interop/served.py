"""The servers that strangers' clients are sent to, each a process of its own, as they would be met.

Run as a program, this is the synthetic one: files in memory, and streams whose waiting readers can be counted.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import NamedTuple

import trio
from tests.ninep.ramfs import Folder

from ninep import FileError
from ninep.dial import close_listener, listen, local_address
from ninep.node import Answer
from ninep.server import serve
from ninep.tree import Broadcast, Dir, Reader, Stream, Text

ROOT = Path(__file__).parents[2]
PROGRAMS = Path(sys.executable).parent
LOOPBACK = "tcp!127.0.0.1!0"
PATIENCE = 10.0  # seconds for a process to start or to end


class Waited:
    """A stream that knows how many of its readers wait."""

    def __init__(self) -> None:
        self.broadcast, self.waiting = Broadcast(), 0

    def open(self) -> Reader:
        return _Waiting(self, self.broadcast.open())


class _Waiting:
    def __init__(self, stream: Waited, reader: Reader) -> None:
        self.close, self._stream, self._reader = reader.close, stream, reader

    def read(self, count: int) -> Answer[bytes]:
        answer = self._reader.read(count)
        return answer if isinstance(answer, bytes) else self._wait(answer)

    async def _wait(self, answer: Answer[bytes]) -> bytes:
        assert not isinstance(answer, bytes)
        self._stream.waiting += 1
        try:
            return await answer
        finally:
            self._stream.waiting -= 1


class World:
    """What the synthetic tree is about."""

    def __init__(self) -> None:
        self.block, self.pipe = Waited(), Waited()
        self.note, self.volume = "a note\n", 50

    def set_note(self, text: str) -> None:
        """What is written to `note`."""
        self.note = text

    def set_volume(self, text: str) -> None:
        """What is written to `volume`, which may be refused."""
        if not 0 <= int(text) <= 100:
            raise FileError("volume is 0 to 100")
        self.volume = int(text)

    def tree(self) -> Dir:
        """As files."""
        return Dir(
            files=Folder(),
            block=Stream(self.block.open),
            pipe=Stream(self.pipe.open, self.pipe.broadcast.publish),
            waiting=Text(lambda: f"{self.block.waiting + self.pipe.waiting}\n"),
            note=Text(lambda: self.note, self.set_note),
            volume=Text(lambda: f"{self.volume}\n", self.set_volume, at_once=True),
        )


class Servers(NamedTuple):
    """Where they listen: dial strings with a port of 127.0.0.1. `directory` is what `disk` serves."""

    disk: str
    tree: str
    mux: str
    directory: Path


@contextmanager
def started(place: Path) -> Iterator[Servers]:
    """A served directory, the synthetic tree, and a multiplexer that has both as `disk` and `tree`."""
    directory = place / "shared"
    directory.mkdir()
    os.mkfifo(directory / "fifo")
    (directory / "link").symlink_to("/etc")
    with ExitStack() as stack:
        disk = stack.enter_context(running(str(PROGRAMS / "ninep"), "serve", "--listen", LOOPBACK, str(directory)))
        tree = stack.enter_context(running(sys.executable, "-m", "tests.interop.served"))
        mounts = (f"disk={disk}", f"tree={tree}")
        state = str(place / "mux")
        mux = stack.enter_context(running(str(PROGRAMS / "riomux"), "--listen", LOOPBACK, "--state", state, *mounts))
        yield Servers(disk, tree, mux, directory)


@contextmanager
def running(*command: str) -> Iterator[str]:
    """A server; gives the last word of the first line that it prints, which is where it listens."""
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT) as process:
        try:
            assert process.stdout
            line = process.stdout.readline()
            assert line, f"{command[0]} did not start"
            yield line.split()[-1]
        finally:
            process.terminate()
            try:
                process.wait(PATIENCE)
            except subprocess.TimeoutExpired:
                process.kill()


async def _serve() -> None:
    listener = listen(LOOPBACK)
    try:
        print("serving at", local_address(listener), flush=True)
        await serve(World().tree(), [listener])
    finally:
        close_listener(listener)


if __name__ == "__main__":
    trio.run(_serve)
