"""A tape: text that only grows, with any number of readers, each at its own place.

It knows nothing of turns and files. What was said stays: a reader that comes late gets all of it, one that is
cancelled loses nothing, and one that is slow costs nobody else anything.
"""

from __future__ import annotations

from collections.abc import Coroutine
from typing import Any, Protocol

from trio.lowlevel import ParkingLot

from ninep import FileError
from ninep.node import Answer, then


class Spool(Protocol):
    """Where a tape's text is kept beyond this process, and comes back from once it has left memory."""

    def append(self, at: int, data: bytes) -> None:
        """Keep `data`, which stands at byte `at`. Does not wait."""

    def note(self, size: int | None, was_read: bool) -> None:
        """Keep how long the tape is (None: it still grows) and whether it was read to its end."""

    def load(self, at: int, count: int) -> Coroutine[Any, Any, bytes]:
        """The `count` bytes from byte `at`."""

    def is_safe(self) -> bool:
        """True if all that was appended is kept by now."""


class Tape:
    """Append-only text in UTF-8. It ends once, and its end is given to every reader as an empty read.

    A tape that failed with nothing on it says so instead: its end is a FileError, with the reason.
    """

    __slots__ = ("_failure", "_parked", "_spool", "_text", "ended", "size", "was_read")

    def __init__(self, spool: Spool | None = None) -> None:
        """An empty tape; without a spool it lives in memory alone."""
        self.size = 0  # bytes
        self.ended = False
        self.was_read = False  # somebody for whom it counts has read it to its end
        self._failure = ""  # why there will be nothing on it
        self._text: bytearray | None = bytearray()  # None: the spool has it
        self._spool = spool
        self._parked: ParkingLot | None = None  # made for the first reader that waits

    @classmethod
    def growing(cls, spool: Spool) -> Tape:
        """A new tape that is known to its spool from the start, with nothing on it."""
        tape = cls(spool)
        tape._note()
        return tape

    @classmethod
    def stored(cls, spool: Spool, size: int, *, was_read: bool, failure: str = "") -> Tape:
        """A tape that ended in an earlier life of the service; its text comes from the spool."""
        tape = cls(spool)
        tape._failure = failure
        tape.size, tape.was_read, tape.ended, tape._text = size, was_read, True, None
        return tape

    @property
    def is_resting(self) -> bool:
        """True if its text has left memory."""
        return self._text is None

    def append(self, text: str) -> None:
        """Add text; whoever waits for it wakes."""
        assert self._text is not None
        assert not self.ended
        if not (data := text.encode(errors="replace")):  # half a surrogate pair is not text
            return
        if self._spool:
            self._spool.append(self.size, data)
        self._text += data
        self.size += len(data)
        self._wake()

    def end(self, failure: str = "") -> None:
        """Nothing more will come. `failure` is what a reader is told if nothing came at all."""
        if not self.ended:
            self.ended, self._failure = True, failure
            self._note()
            self._wake()

    def mark_read(self) -> None:
        """Remember, over restarts too, that it was read to its end."""
        if not self.was_read:
            self.was_read = True
            self._note()

    def read_at(self, at: int, count: int) -> Answer[bytes]:
        """At most `count` bytes from byte `at`, as soon as there are any; b"" is the end, or FileError says why."""
        if at < self.size:
            return self._slice(at, count)
        if self.ended:
            if self._failure and not self.size:
                raise FileError(self._failure)
            return b""
        return self._wait_at(at, count)

    async def text(self) -> str:
        """All of it, as it is now. Waits only if it has left memory."""
        return (await arrived(self._slice(0, self.size))).decode(errors="replace")

    def rest(self) -> None:
        """Leave memory, if the tape has ended and its spool has all of it. It reads as before, a little slower."""
        if self.ended and self._spool and self._spool.is_safe():
            self._text = None

    def _slice(self, at: int, count: int) -> Answer[bytes]:
        if self._text is not None:
            return bytes(memoryview(self._text)[at : at + count])
        assert self._spool
        return self._spool.load(at, count)

    async def _wait_at(self, at: int, count: int) -> bytes:
        self._parked = self._parked or ParkingLot()
        while at >= self.size and not self.ended:
            await self._parked.park()
        return await arrived(self.read_at(at, count))

    def _wake(self) -> None:
        if self._parked:
            self._parked.unpark_all()

    def _note(self) -> None:
        if self._spool:
            self._spool.note(self.size if self.ended else None, self.was_read)


class TapeReader:
    """One reader of one tape. `counts`: reading it to its end is remembered as reading it."""

    __slots__ = ("_at", "_counts", "_tape")

    def __init__(self, tape: Tape, *, counts: bool = False) -> None:
        self._tape, self._counts, self._at = tape, counts, 0

    def read(self, count: int) -> Answer[bytes]:
        """What comes next, as soon as it is there; b"" at the end, and from then on."""
        return then(self._tape.read_at(self._at, count), self._take)

    def _take(self, data: bytes) -> bytes:
        self._at += len(data)
        if self._counts and not data and self._at >= self._tape.size:
            self._tape.mark_read()
        return data

    def close(self) -> None:
        """Nothing is held."""


async def arrived(data: Answer[bytes]) -> bytes:
    """The bytes, waited for if need be."""
    return data if isinstance(data, bytes) else await data
