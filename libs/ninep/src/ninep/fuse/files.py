"""Open files and directories: what the kernel calls a file handle, and one fid of the server.

All reading and writing is direct: each read(2) is a Tread now, and what a stream has is what a reader gets, however
little. Only inside the length that the server tells of a real file do several Treads run side by side.

A server may refuse what was written as late as at the clunk, and often acts only then. close(2) must hear and see that,
but the kernel tells of each closed *descriptor* (FLUSH) and only afterwards, where nobody waits, of the last
(RELEASE). `echo a > f` in a shell closes two: the shell opens f, makes it descriptor 1 by dup2 and closes the first. So
a FLUSH commits, that is clunks, when something was written and neither who closes nor who opened the file has another
descriptor of it. `(cat a; cat b) > f` is one text therefore: the subshell still has the file when the first cat ends.
If somebody else had it too and writes on, the file is opened again, and what follows is a new text.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable, Iterator, Sequence

import trio

from ninep.client import AS_IT_IS
from ninep.codec import read_stat
from ninep.errors import FileError, ProtocolError
from ninep.fuse.holders import is_held
from ninep.fuse.nodes import Node
from ninep.fuse.remote import Link, Remote
from ninep.messages import OTRUNC, Stat


class OpenFile:
    """A file that a program has open. `mode` is that of open(5), `pid` who opened it."""

    def __init__(self, link: Link, node: Node, mode: int, pid: int, opened: tuple[Remote, int, int]) -> None:
        self.node, self.mode, self.pid = node, mode & ~OTRUNC, pid
        self._link = link
        self.remote, self.fid, self._unit = opened
        self.is_open, self._is_written = True, False
        self._lock = trio.Lock()  # writes of one handle keep their order, and none falls into a commit

    # Reading.

    async def read(self, offset: int, count: int) -> list[bytes]:
        """At most `count` bytes, in pieces; nothing is the end."""
        parts = list(self._parts(offset, count))
        if len(parts) == 1:
            return [await self.remote.read(self.fid, *parts[0])]
        results: list[bytes | Exception] = [b""] * len(parts)
        async with trio.open_nursery() as nursery:
            for place, part in enumerate(parts):
                nursery.start_soon(self._read_part, results, place, part)
        return list(_until_short(results, parts))

    def _parts(self, offset: int, count: int) -> Iterator[tuple[int, int]]:
        end = min(offset + count, self.node.length)
        if end <= offset:  # a stream, or the end as far as we know: what is there comes with one Tread
            yield offset, min(count, self._unit)
        for at in range(offset, end, self._unit):
            yield at, min(self._unit, end - at)

    async def _read_part(self, results: list[bytes | Exception], place: int, part: tuple[int, int]) -> None:
        try:
            results[place] = await self.remote.read(self.fid, *part)
        except (FileError, OSError) as error:
            results[place] = error

    # Writing.

    async def write(self, offset: int, data: bytes) -> int:
        """How much of it was taken: all, or what went before the first refusal, or the refusal."""
        async with self._lock:
            if not self.is_open:
                await self._open_again()
            done = 0
            try:
                while done < len(data):
                    chunk = data[done : done + self._unit]
                    self._is_written = True
                    done += await self.remote.write(self.fid, offset + done, chunk)
            except FileError:
                if not done:
                    raise
            return done

    async def _open_again(self) -> None:
        remote, fid = await self._link.walk(self.node.path())
        try:
            unit = await remote.open(fid, self.mode)
        except BaseException:
            remote.forget(fid)
            raise
        self.remote, self.fid, self._unit, self.is_open = remote, fid, unit, True

    async def flush(self, pid: int) -> None:
        """A descriptor was closed by `pid`. If that was the last of a writer: the server's word on what was written."""
        async with self._lock:
            if self._is_written and not await is_held(self.node, self.pid, pid):
                self.is_open = self._is_written = False
                await self.remote.clunk(self.fid)

    def release(self) -> None:
        """The last descriptor is closed."""
        if self.is_open:
            self.is_open = False
            self.remote.forget(self.fid)

    async def sync(self) -> None:
        """Have the server make safe what was written: a Twstat that touches nothing, stat(5)."""
        if self.is_open:
            await self.remote.wstat(self.fid, AS_IT_IS)


class OpenDirectory:
    """A directory that a program lists."""

    def __init__(self, remote: Remote, fid: int, unit: int) -> None:
        self._remote, self._fid, self._unit = remote, fid, unit
        self._entries: list[Stat] = []

    async def entries(self, start: int) -> list[Stat]:
        """All entries, as they were when the list was begun at 0."""
        if start == 0:
            self._entries, offset = [], 0
            while data := await self._remote.read(self._fid, offset, self._unit):
                self._entries += _stats(data)
                offset += len(data)
        return self._entries

    def release(self) -> None:
        """The last descriptor is closed."""
        self._remote.forget(self._fid)


def _until_short(results: Iterable[bytes | Exception], parts: Sequence[tuple[int, int]]) -> Iterator[bytes]:
    """What can be given of parts that were read side by side: up to the first that is short or failed."""
    for (_, count), result, is_first in zip(parts, results, (True, *[False] * len(parts)), strict=False):
        if isinstance(result, Exception):
            if is_first:
                raise result
            return
        yield result
        if len(result) < count:
            return


def _stats(data: bytes) -> list[Stat]:
    """The entries of a directory read, which are whole, read(5)."""
    entries, at = [], 0
    try:
        while at < len(data):
            entry, at = read_stat(data, at)
            entries.append(entry)
    except (ValueError, struct.error) as error:
        raise ProtocolError(f"what the server calls a directory is none: {error}") from error
    return entries
