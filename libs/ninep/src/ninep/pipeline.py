"""Reading ahead and writing on: several requests of one file in flight, so that a long way costs its time only once.

Only for an ordinary file, whose bytes stand at offsets: one that has a length by its stat(5). A stream has none, and
what a service makes up at the open has none either; they are read and written one request after the other, since
there the order of requests is their meaning. An append-only file is read ahead, and written in turn.
"""

from __future__ import annotations

from collections import deque

import trio

from ninep.calls import Asked
from ninep.fids import Fids
from ninep.messages import Rread, Rwrite

WINDOW = 8  # requests in flight: 1 MiB at the usual size, 20 MB/s over a way of 50 ms


class ReadAhead:
    """The bytes of an ordinary file from `at` to `end`, in parts of `count`."""

    def __init__(self, fids: Fids, fid: int, at: int, end: int, count: int) -> None:
        self._fids, self._fid, self._at, self._end, self._count = fids, fid, at, end, count
        self._window = deque[tuple[Asked[Rread], int]]()  # and how many bytes it was asked for

    async def next(self) -> bytes:
        """The next part; empty after the last, and where the file turns out to be shorter: then read on in turn."""
        await trio.lowlevel.checkpoint_if_cancelled()
        self._ask()
        if not self._window:
            return b""
        asked, count = self._window.popleft()
        try:
            data = await self._fids.data(asked, count)
        except BaseException:
            self.drop()
            raise
        if len(data) < count:
            self.drop()  # what comes next was asked for at the wrong place
        return data

    def drop(self) -> None:
        """Nobody wants more. What was read ahead is forgotten, and its requests are flushed."""
        for asked, _ in self._window:
            self._fids.calls.flush(asked)
        self._window.clear()
        self._end = self._at

    def _ask(self) -> None:
        while self._at < self._end and len(self._window) < WINDOW:
            count = min(self._count, self._end - self._at)
            self._window.append((self._fids.reading(self._fid, self._at, count), count))
            self._at += count


async def write_on(fids: Fids, fid: int, offset: int, data: bytes, size: int) -> None:
    """Write all of `data` at `offset` of an ordinary file, in parts of `size`.

    The first refusal is raised, and what was asked for after it is called off. Where the server took a part only, all
    that follows is written again.
    """
    window, at = deque[tuple[Asked[Rwrite], int, int]](), 0  # and where it begins, how long it is
    try:
        while at < len(data) or window:
            await trio.lowlevel.checkpoint_if_cancelled()
            while at < len(data) and len(window) < WINDOW:
                part = data[at : at + size]
                window.append((fids.writing(fid, offset + at, part), at, len(part)))
                at += len(part)
            asked, begin, length = window.popleft()
            if (count := await fids.count(asked, length)) < length:
                await _call_off(fids, window)
                at = begin + count
    except BaseException:
        await _call_off(fids, window)
        raise


async def _call_off(fids: Fids, window: deque[tuple[Asked[Rwrite], int, int]]) -> None:
    rest = [asked for asked, _, _ in window]
    window.clear()
    await fids.calls.call_off(rest)
