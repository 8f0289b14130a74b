"""Descriptors of a real directory's files: how many there may be, when they are closed, and work with them in threads.

A thread that waits for this machine's disk comes back soon, and whoever is cancelled waits for it. One that waits for
a program (FUSE) or another machine (NFS) may never: those are counted apart, and a read there can be left to itself.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any, TypeVar

import outcome
import trio

from ninep.errors import INTERRUPTED, FileError
from ninep.export.system import is_local, refusing

T = TypeVar("T")

ELSEWHERE = 256  # threads that may wait for others than this machine; who comes then waits for one of them


class Room:
    """How many descriptors an export may have open, and has."""

    def __init__(self, limit: int) -> None:
        self.limit, self.taken = limit, 0
        self.elsewhere = trio.CapacityLimiter(ELSEWHERE)

    def check(self) -> None:
        """Refuse one more than the limit."""
        if self.taken >= self.limit:
            raise FileError(f"too many open files; {self.limit} is the most of this export")


class Descriptor:
    """A file descriptor, closed when its fid has let it go and the threads that are at work with it have come back."""

    __slots__ = ("_room", "_users", "is_local", "number")

    def __init__(self, room: Room, number: int) -> None:
        self.number, self._users, self._room = number, 1, room
        self.is_local = is_local(number)
        room.taken += 1

    def leave(self) -> None:
        """One user less. OSError if the kernel kept an error until now."""
        self._users -= 1
        if not self._users:
            self._room.taken -= 1
            os.close(self.number)

    async def in_thread(self, work: Callable[..., T], *details: Any, ends_with_us: bool = False) -> T:
        """work(descriptor, *details), and nobody else waits. FileError with the kernel's refusal.

        Not cancelled while it works, unless it `ends_with_us`: then the process may end before it.
        """
        if not self._users:
            raise FileError(INTERRUPTED)
        self._users += 1
        limiter = None if self.is_local else self._room.elsewhere
        try:
            with refusing():
                return await trio.to_thread.run_sync(
                    work, self.number, *details, abandon_on_cancel=ends_with_us, limiter=limiter
                )
        finally:
            self.leave()


class LongRead:
    """A read in a thread that need not be waited for to its end. What it gives is kept for who asks again."""

    def __init__(self, descriptor: Descriptor, count: int, offset: int) -> None:
        self.offset = offset
        self._ended = trio.Event()
        self._result: outcome.Outcome[bytes]
        trio.lowlevel.spawn_system_task(self._read, descriptor, count)

    async def data(self) -> bytes:
        """What it gave. FileError with the kernel's refusal."""
        await self._ended.wait()
        return self._result.unwrap()

    async def _read(self, descriptor: Descriptor, count: int) -> None:
        try:
            data = await descriptor.in_thread(os.pread, count, self.offset, ends_with_us=True)
            self._result = outcome.Value(data)
        except (FileError, OSError) as error:
            self._result = outcome.Error(error)
        self._ended.set()
