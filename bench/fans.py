"""A story and its listeners, for routes: `python -m bench.fans ADDRESS`.

Each `tell` in `ctl` tells a turn of `story` to all who read it. The listeners are `0` to `15`; 0 takes nothing while it
is told to `stall 1`. `heard` says how many of the others have had all of the newest turn, and how many read the story.
"""

from __future__ import annotations

import socket
import sys
from typing import Any

import trio

from ninep.server import serve
from ninep.tree import Ctl, Dir, Sink, Stream, Text

LISTENERS = 16
TURN, CHUNK = 1 << 20, 8192  # bytes of a turn, and of what a read gives


class _Reader:
    """One who reads the story from now on."""

    def __init__(self, fans: Fans) -> None:
        self._fans, self._turns, self._left = fans, fans.turns, TURN
        fans.readers += 1

    def read(self, count: int) -> Any:
        """A part of the turn, and at its end nothing."""
        return self._take(count) if self._turns < self._fans.turns else self._wait(count)

    async def _wait(self, count: int) -> bytes:
        while self._turns == self._fans.turns:
            await self._fans.told.wait()
        return self._take(count)

    def _take(self, count: int) -> bytes:
        size = min(count, CHUNK, self._left)
        self._left -= size
        if not size:
            self._turns, self._left = self._turns + 1, TURN
        return bytes(size)

    def close(self) -> None:
        """Nobody reads here any more."""
        self._fans.readers -= 1


class _Writer:
    """A listener, for one turn."""

    def __init__(self, fans: Fans, number: int) -> None:
        self._fans, self._number, self._size = fans, number, 0

    def write(self, data: bytes) -> Any:
        """Take it, or stall."""
        self._size += len(data)
        return None if self._number or self._fans.goes_on.is_set() else self._fans.goes_on.wait()

    def close(self) -> None:
        """The turn is over."""
        self._fans.heard += self._size == TURN and self._number > 0


class Fans:
    """The story, and who has heard it."""

    def __init__(self) -> None:
        self.turns = self.readers = self.heard = 0
        self.told, self.goes_on = trio.Event(), trio.Event()
        self.goes_on.set()

    def _tell(self) -> None:
        self.turns, self.heard = self.turns + 1, 0
        self.told.set()
        self.told = trio.Event()

    def _stall(self, on: int) -> None:
        self.goes_on.set()
        if on:
            self.goes_on = trio.Event()

    def _listener(self, number: int) -> Sink:
        return Sink(open=lambda: _Writer(self, number))

    def tree(self) -> Dir:
        """As files."""
        listeners = {str(number): self._listener(number) for number in range(LISTENERS)}
        return Dir(
            {
                "story": Stream(lambda: _Reader(self)),
                "ctl": Ctl(lambda: "", tell=self._tell, stall=self._stall),
                "heard": Text(lambda: f"{self.heard} {self.readers}"),
                **listeners,
            }
        )


def main() -> None:
    """Serve until ended."""
    host, port = sys.argv[1].rsplit(":", 1)
    trio.run(serve, Fans().tree(), [socket.create_server((host, int(port)))])


if __name__ == "__main__":
    main()
