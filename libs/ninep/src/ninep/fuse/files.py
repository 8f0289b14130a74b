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

import trio

from ninep.errors import FileError
from ninep.fids import AS_IT_IS, Fids
from ninep.fuse.link import Link
from ninep.fuse.nodes import Node
from ninep.fuse.processes import are_one
from ninep.messages import OTRUNC, OWRITE
from ninep.pipeline import ReadAhead, write_on


class OpenFile:
    """A file that a program has open. `mode` is that of open(5), `pid` who opened it. One that `appends` adds at the
    end that the server knows, where others may have added too."""

    def __init__(
        self, link: Link, node: Node, mode: int, pid: int, opened: tuple[Fids, int, int], *, appends: bool = False
    ) -> None:
        self.node, self.mode, self.pid = node, mode & ~OTRUNC, pid
        self._truncates = bool(mode & OTRUNC)
        self._link, self._appends = link, appends
        self.fids, self.fid, self._unit = opened
        self.is_open, self._is_written = True, False
        self._start = 0  # where in the file, as the program sees it, the present text begins
        self._lock = trio.Lock()  # writes of one handle keep their order, and none falls into a commit

    # Reading.

    async def read(self, offset: int, count: int) -> list[bytes]:
        """At most `count` bytes, in pieces; nothing is the end."""
        end = min(offset + count, self.node.length)
        if end <= offset:  # a stream, or the end as far as we know: what is there comes with one Tread
            return [await self.fids.read(self.fid, offset, min(count, self._unit))]
        return await self._read_to(end, offset)

    async def _read_to(self, end: int, at: int) -> list[bytes]:
        """All that there is, or the refusal: of a file that is mapped into memory, less is taken for its end."""
        parts, began = list[bytes](), -1
        while began < at < end:  # again where a part was short, unless nothing came any more
            began, ahead = at, ReadAhead(self.fids, self.fid, at, end, self._unit)
            while part := await ahead.next():
                parts.append(part)
                at += len(part)
        return parts

    # Writing.

    async def write(self, offset: int, data: memoryview, *, is_mapped: bool = False) -> int:
        """How much of it was taken: all, or what went before the first refusal, or the refusal. What `is_mapped` into
        memory has its place, even if the descriptor appends."""
        async with self._lock:
            if not self.is_open:
                await self._open_again(offset)
            offset -= self._start
            if self._appends and not is_mapped:
                offset = max(offset, (await self.fids.stat(self.fid)).length)
            self._is_written = True
            if not self.node.is_ordinary:
                return await self._write_in_turn(offset, data)
            write = self._write_on if len(data) > self._unit else self._write_in_turn
            done = await write(offset, data)
            self.node.length = max(self.node.length, offset + done)  # as the kernel reckons too
            return done

    async def _write_on(self, offset: int, data: memoryview) -> int:
        try:
            await write_on(self.fids, self.fid, offset, bytes(data), self._unit)
        except FileError:  # how much was taken before the refusal, one by one will tell: they write the same again
            return await self._write_in_turn(offset, data)
        return len(data)

    async def _write_in_turn(self, offset: int, data: memoryview) -> int:
        done = 0
        try:
            while done < len(data):
                done += await self.fids.write(self.fid, offset + done, bytes(data[done : done + self._unit]))
        except (FileError, trio.Cancelled):  # what was taken counts, also for who is interrupted: he writes the rest
            if not done:
                raise
        return done

    async def _open_again(self, offset: int) -> None:
        """Open the file for what is written at `offset` now: in a file without a length, the beginning of a text."""
        fids, fid = await self._link.walk(self.node.path())
        try:
            unit = await fids.open(fid, self.mode)
            self._start = 0 if (await fids.stat(fid)).length else offset
        except BaseException:
            fids.forget(fid)
            raise
        self.fids, self.fid, self._unit, self.is_open = fids, fid, unit, True

    # Closing.

    @property
    def is_pending(self) -> bool:
        """The server has a word to say when the file is clunked."""
        return self.is_open and (self._is_written or self._truncates)

    async def flush(self, pid: int) -> None:
        """`pid` closed a descriptor: the server's word on what was written, if this close is to hear it."""
        if self._is_written and self.mode == OWRITE and not self.node.is_ordinary and are_one(pid, self.pid):
            async with self._lock:
                await self.commit()

    async def commit(self) -> None:
        """Clunk the file, and hear what the server says of all that was written."""
        if self.is_open:
            self.is_open = self._is_written = False
            await self.fids.clunk(self.fid)

    def forget(self) -> None:
        """Let the file go, unheard."""
        if self.is_open:
            self.is_open = False
            self.fids.forget(self.fid)

    async def sync(self) -> None:
        """Have the server make safe what was written: a Twstat that touches nothing, stat(5)."""
        if self.is_open:
            await self.fids.wstat(self.fid, AS_IT_IS)
