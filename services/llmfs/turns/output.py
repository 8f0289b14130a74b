"""What a file gives that is read turn by turn: `output`, and each machine's file.

The open rules. An open binds to the running turn; else to the newest turn that nobody has read to its end; else to the
next. A reader gets all of its turn from the beginning, an empty read ends the turn, and reading on continues with the
turn after it. A turn that failed before it said anything reads as an error with the reason. An older turn with nothing
in it has nothing to read, so no open binds to it.
"""

from __future__ import annotations

from collections.abc import Coroutine
from typing import Any

from trio.lowlevel import ParkingLot

from llmfs.turns.tape import Tape, arrived
from ninep import FileError
from ninep.node import Answer


class Output:
    """The tapes of one file, one for each turn, in the order of the turns."""

    def __init__(self) -> None:
        self._tapes: list[Tape] = []
        self._unread: dict[int, None] = {}  # places in the list that an open may bind to once they have ended
        self._waiting = ParkingLot()  # readers that wait for the next turn
        self._is_closed = False

    def add(self, tape: Tape) -> None:
        """The next turn's tape. Whoever waits for the next turn has it."""
        if not tape.was_read:
            self._unread[len(self._tapes)] = None
        self._tapes.append(tape)
        self._waiting.unpark_all()

    def open(self) -> OutputReader:
        """A reader, bound by the open rules."""
        return OutputReader(self, self._bind())

    def close(self) -> None:
        """No turn will follow: who waits for one, now or later, gets the end."""
        self._is_closed = True
        self._waiting.unpark_all()

    def tape(self, place: int) -> Tape | None:
        """The tape at this place of the list, if there is one yet."""
        return self._tapes[place] if place < len(self._tapes) else None

    async def wait_for(self, place: int) -> Tape | None:
        """The tape at this place as soon as there is one; None if there will be none."""
        while place >= len(self._tapes) and not self._is_closed:
            await self._waiting.park()
        return self.tape(place)

    def _bind(self) -> int:
        running, newest = self._running(), len(self._tapes) - 1
        if running <= newest:
            return running
        while self._unread:
            place = next(reversed(self._unread))
            tape = self._tapes[place]
            if not tape.was_read and (tape.size or place == newest):
                return place
            del self._unread[place]
        return newest + 1

    def _running(self) -> int:
        """The first turn that has not ended. Turns end in their order, so those that have not are the last."""
        place = len(self._tapes)
        while place and not self._tapes[place - 1].ended:
            place -= 1
        return place


class OutputReader:
    """One reader at its own place: which turn, and how far into it."""

    __slots__ = ("_at", "_output", "_place")

    def __init__(self, output: Output, place: int) -> None:
        self._output, self._place, self._at = output, place, 0

    def read(self, count: int) -> Answer[bytes]:
        """What comes next of the turn; b"" ends it, and the read after that begins the next."""
        tape = self._output.tape(self._place)
        return self._read(tape, count) if tape else self._wait(count)

    def _read(self, tape: Tape, count: int) -> Answer[bytes]:
        try:
            data = tape.read_at(self._at, count)
        except FileError:
            self._go_on(tape)
            raise
        return self._take(tape, data) if isinstance(data, bytes) else self._take_later(tape, data)

    async def _wait(self, count: int) -> bytes:
        tape = await self._output.wait_for(self._place)
        return await arrived(self._read(tape, count)) if tape else b""

    async def _take_later(self, tape: Tape, data: Coroutine[Any, Any, bytes]) -> bytes:
        try:
            return self._take(tape, await data)
        except FileError:
            self._go_on(tape)
            raise

    def _take(self, tape: Tape, data: bytes) -> bytes:
        self._at += len(data)
        if not data and self._at >= tape.size:
            self._go_on(tape)
        return data

    def _go_on(self, tape: Tape) -> None:
        tape.mark_read()
        self._place, self._at = self._place + 1, 0

    def close(self) -> None:
        """Nothing is held: the place in the turn was the reader's own."""
