"""Open files: what the kernel calls a file handle, and one fid of the server.

All reading and writing is direct: each read(2) is a Tread now, and what a stream has is what a reader gets, however
little. Only with a file that has a length, or was made here, do several Treads or Twrites run side by side.

A server may refuse what was written as late as at the clunk, and often acts only then. close(2) must hear and see that,
but the kernel tells of each closed *descriptor* (FLUSH) and only afterwards, where nobody waits, of the last (RELEASE).
So the file is clunked at a FLUSH, if something was written and the process that opened the file is the one that closes:
then its close hears the server's word. A child that was lent the file closes without consequence, so that
`(cat a; cat b) > f` is one text. If the file is written on after all, by another descriptor, it is opened again and a
new text begins. Two kinds wait for the RELEASE: what can be read too, since an answer may be wanted, and a file with a
length, which a server does not judge at the end and which could perhaps not be opened again (0444, or unlinked).
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator, Sequence, Sized
from typing import TypeVar

import trio

from ninep.client import AS_IT_IS
from ninep.errors import FileError
from ninep.fuse.nodes import Node
from ninep.fuse.processes import are_one
from ninep.fuse.remote import Link, Remote
from ninep.messages import OTRUNC, OWRITE

IN_FLIGHT = 32  # parts of one request at a time: fewer than a server lets wait

T = TypeVar("T", bound=Sized)
Part = tuple[int, int]
"""Where it begins in the file, and how many bytes it has."""


class OpenFile:
    """A file that a program has open. `mode` is that of open(5), `pid` who opened it. One that `appends` adds at the
    end that the server knows, where others may have added too."""

    def __init__(
        self, link: Link, node: Node, mode: int, pid: int, opened: tuple[Remote, int, int], *, appends: bool = False
    ) -> None:
        self.node, self.mode, self.pid = node, mode & ~OTRUNC, pid
        self._truncates = bool(mode & OTRUNC)
        self._link, self._appends = link, appends
        self.remote, self.fid, self._unit = opened
        self.is_open, self._is_written = True, False
        self._start = 0  # where in the file, as the program sees it, the present text begins
        self._lock = trio.Lock()  # writes of one handle keep their order, and none falls into a commit

    # Reading.

    async def read(self, offset: int, count: int) -> list[bytes]:
        """At most `count` bytes, in pieces; nothing is the end."""

        async def read_one(part: Part) -> bytes:
            return await self.remote.read(self.fid, *part)

        end = min(offset + count, self.node.length)
        if end <= offset:  # a stream, or the end as far as we know: what is there comes with one Tread
            return [await read_one((offset, min(count, self._unit)))]
        return await _side_by_side(read_one, self._parts(offset, end))

    def _parts(self, offset: int, end: int) -> list[Part]:
        return [(at, min(self._unit, end - at)) for at in range(offset, end, self._unit)]

    # Writing.

    async def write(self, offset: int, data: memoryview) -> int:
        """How much of it was taken: all, or what went before the first refusal, or the refusal."""
        async with self._lock:
            if not self.is_open:
                await self._open_again(offset)
            offset -= self._start
            if self._appends:
                offset = max(offset, (await self.remote.stat(self.fid)).length)
            self._is_written = True
            if self.node.is_plain:
                return await self._write_at_once(offset, data)
            return await self._write_in_turn(offset, data)

    async def _write_at_once(self, offset: int, data: memoryview) -> int:
        async def write_one(part: Part) -> bytes | memoryview:
            at, count = part
            some = data[at - offset : at - offset + count]
            return some[: await self.remote.write(self.fid, at, bytes(some))]

        return sum(map(len, await _side_by_side(write_one, self._parts(offset, offset + len(data)))))

    async def _write_in_turn(self, offset: int, data: memoryview) -> int:
        done = 0
        try:
            while done < len(data):
                done += await self.remote.write(self.fid, offset + done, bytes(data[done : done + self._unit]))
        except FileError:
            if not done:
                raise
        return done

    async def _open_again(self, offset: int) -> None:
        """Open the file for what is written at `offset` now: in a file without a length, the beginning of a text."""
        remote, fid = await self._link.walk(self.node.path())
        try:
            unit = await remote.open(fid, self.mode)
            self._start = 0 if (await remote.stat(fid)).length else offset
        except BaseException:
            remote.forget(fid)
            raise
        self.remote, self.fid, self._unit, self.is_open = remote, fid, unit, True

    # Closing.

    @property
    def is_pending(self) -> bool:
        """The server has a word to say when the file is clunked."""
        return self.is_open and (self._is_written or self._truncates)

    async def flush(self, pid: int) -> None:
        """`pid` closed a descriptor: the server's word on what was written, if this close is to hear it."""
        async with self._lock:
            if self._is_written and self.mode == OWRITE and not self.node.is_plain and are_one(pid, self.pid):
                await self.commit()

    async def commit(self) -> None:
        """Clunk the file, and hear what the server says of all that was written."""
        if self.is_open:
            self.is_open = self._is_written = False
            await self.remote.clunk(self.fid)

    def forget(self) -> None:
        """Let the file go, unheard."""
        if self.is_open:
            self.is_open = False
            self.remote.forget(self.fid)

    async def sync(self) -> None:
        """Have the server make safe what was written: a Twstat that touches nothing, stat(5)."""
        if self.is_open:
            await self.remote.wstat(self.fid, AS_IT_IS)


async def _side_by_side(move: Callable[[Part], Awaitable[T]], parts: Sequence[Part]) -> list[T]:
    """What was moved of the parts, up to the first that came short or failed; the failure, if nothing came before."""
    if len(parts) == 1:
        return [await move(parts[0])]
    moved: list[T | Exception | None] = [None] * len(parts)
    limit = trio.CapacityLimiter(IN_FLIGHT)

    async def move_one(place: int) -> None:
        try:
            async with limit:
                moved[place] = await move(parts[place])
        except (FileError, OSError) as error:
            moved[place] = error

    async with trio.open_nursery() as nursery:
        for place in range(len(parts)):
            nursery.start_soon(move_one, place)
    return list(_until_short(moved, parts))


def _until_short(moved: Sequence[T | Exception | None], parts: Sequence[Part]) -> Iterator[T]:
    for place, (result, (_, count)) in enumerate(zip(moved, parts, strict=True)):
        if isinstance(result, Exception) and not place:
            raise result
        if result is None or isinstance(result, Exception):
            return
        yield result
        if len(result) < count:
            return
