"""The verbs of 9P by fid: one connection, attached, with a method for each message.

This is what a client, a mount or a proxy is made of. A number that `walk` gave stands for a file until it is clunked,
removed or forgotten. Refusals are FileError with the server's words; once the server has gone, all is ConnectionLost.
"""

from __future__ import annotations

import struct
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass

import trio

from ninep.calls import Asked, Calls, Reply
from ninep.codec import read_stat
from ninep.dial import user
from ninep.errors import NOT_FOUND, FileError, ProtocolError
from ninep.messages import (
    NOFID,
    UNTOUCHED,
    Message,
    Qid,
    Rattach,
    Rclunk,
    Rcreate,
    Ropen,
    Rread,
    Rremove,
    Rstat,
    Rwalk,
    Rwrite,
    Rwstat,
    Stat,
    Tattach,
    Tclunk,
    Tcreate,
    Topen,
    Tread,
    Tremove,
    Tstat,
    Twalk,
    Twrite,
    Twstat,
)

HEADROOM = 24  # bytes of a message that are not data, at most: IOHDRSZ of the Plan 9 libraries
NAMES_A_WALK = 16  # MAXWELEM, walk(5)
_U1, _U2, _U4, _U8 = (UNTOUCHED[size] for size in (1, 2, 4, 8))
AS_IT_IS = Stat(_U2, _U4, Qid(_U1, _U4, _U8), _U4, _U4, _U4, _U8, "", "", "", "")
"""A Twstat of it changes nothing, and has the server make safe what was written, stat(5)."""


@dataclass(slots=True)
class Fids:
    """One connection's files, by fid. Paths are sequences of names, from the root on.

    `timeout` is how many seconds each answer may take, None for as long as it takes; then it is TimeoutError, and the
    request is flushed. Cancel scopes do the same for what they enclose.
    """

    calls: Calls
    root: int = NOFID
    timeout: float | None = None

    @property
    def is_lost(self) -> bool:
        """The connection is over."""
        return self.calls.is_lost

    async def attach(self, aname: str = "", tree: str = "") -> None:
        """Agree with the server on the version, and stand at the root of `aname`, or at the path `tree` within."""
        await self.calls.agree()
        fid = self.calls.fids.take()
        await self._call(Tattach(await self._tag(), fid, NOFID, user(), aname), Rattach)
        self.root = fid
        if names := split(tree):
            try:
                self.root = await self.walk(names)
            except FileError as error:
                raise FileError(f"{tree}: {error}") from error

    async def walk(self, path: Sequence[str], start: int | None = None) -> int:
        """A new fid at the file, from the root or from the fid `start`. Long paths take several steps, walk(5)."""
        fid, here = self.calls.fids.take(), self.root if start is None else start
        try:
            for at in range(0, max(len(path), 1), NAMES_A_WALK):
                some = tuple(path[at : at + NAMES_A_WALK])
                reply = await self._call(Twalk(await self._tag(), here, fid, some), Rwalk)
                if len(reply.wqid) < len(some):
                    raise FileError(NOT_FOUND)
                here = fid
        except BaseException:
            self.forget(fid)  # if the walk never made it, the server says so, and the number is free all the same
            raise
        return fid

    async def stat(self, fid: int) -> Stat:
        """What the server tells of a file."""
        return (await self._call(Tstat(await self._tag(), fid), Rstat)).stat

    async def wstat(self, fid: int, change: Stat) -> None:
        """Change what differs from `AS_IT_IS`."""
        await self._call(Twstat(await self._tag(), fid, change), Rwstat)

    async def open(self, fid: int, mode: int) -> int:
        """Open what the fid stands for; the bytes that a read or write of it carries at most."""
        return self.room((await self.open_file(fid, mode)).iounit)

    async def open_file(self, fid: int, mode: int) -> Ropen:
        """The same; all that the server answers."""
        return await self._call(Topen(await self._tag(), fid, mode), Ropen)

    async def create(self, fid: int, name: str, perm: int, mode: int) -> int:
        """Make a file in the directory of the fid, which from now on is the new file, open; as `open`."""
        return self.room((await self.create_file(fid, name, perm, mode)).iounit)

    async def create_file(self, fid: int, name: str, perm: int, mode: int) -> Rcreate:
        """The same; all that the server answers."""
        return await self._call(Tcreate(await self._tag(), fid, name, perm, mode), Rcreate)

    async def read(self, fid: int, offset: int, count: int) -> bytes:
        """What one Tread gives."""
        await trio.lowlevel.checkpoint_if_cancelled()
        return await self.data(self.reading(fid, offset, count), count)

    async def write(self, fid: int, offset: int, data: bytes) -> int:
        """How much of it one Twrite took."""
        await trio.lowlevel.checkpoint_if_cancelled()
        return await self.count(self.writing(fid, offset, data), len(data))

    async def remove(self, fid: int) -> None:
        """Take the file away, and the fid with it."""
        await self._call(Tremove(self.calls.tags.take(), fid), Rremove)

    async def clunk(self, fid: int) -> None:
        """Let the fid go, and hear what the server says to it."""
        await self._call(Tclunk(self.calls.tags.take(), fid), Rclunk)

    def forget(self, fid: int) -> None:
        """Let the fid go, and let nobody wait for it."""
        with suppress(FileError):  # no tag is left to say it with; whoever lets go may do so because of another error
            self.calls.tell(Tclunk(self.calls.tags.take(), fid), Rclunk)

    @asynccontextmanager
    async def at(self, path: Sequence[str]) -> AsyncIterator[int]:
        """A fid at the file, for a while."""
        fid = await self.walk(path)
        try:
            yield fid
        finally:
            self.forget(fid)

    # Several requests of one task in flight.

    def reading(self, fid: int, offset: int, count: int) -> Asked[Rread]:
        """Ask for a read; `data` waits for it."""
        return self.calls.ask(Tread(self.calls.tags.take(), fid, offset, count), Rread)

    async def data(self, asked: Asked[Rread], count: int) -> bytes:
        """What it gives, never more than was asked for."""
        return (await self._wait(asked)).data[:count]

    def writing(self, fid: int, offset: int, data: bytes) -> Asked[Rwrite]:
        """Ask for a write; `count` waits for it."""
        return self.calls.ask(Twrite(self.calls.tags.take(), fid, offset, data), Rwrite)

    async def count(self, asked: Asked[Rwrite], size: int) -> int:
        """How much of `size` bytes it took: all, or a part."""
        count = (await self._wait(asked)).count
        if not 0 < count <= size:
            raise FileError(f"i/o error: the server took {count} of {size} bytes")
        return count

    def room(self, iounit: int) -> int:
        """The bytes that one read or write carries at most."""
        room = self.calls.msize - HEADROOM
        return min(iounit or room, room)

    async def _call(self, request: Message, gives: type[Reply]) -> Reply:
        return await self._wait(self.calls.ask(request, gives))

    async def _wait(self, asked: Asked[Reply]) -> Reply:
        if self.timeout is None:
            return await asked.reply()
        with trio.move_on_after(self.timeout):
            return await asked.reply()
        verb = type(asked.request).__name__[1:]
        raise TimeoutError(f"{self.calls.peer} does not answer within {self.timeout:g} s (a {verb})")

    async def _tag(self) -> int:
        """The tag of a request. Of a task that is cancelled already nothing is asked: it might be answered in time."""
        await trio.lowlevel.checkpoint_if_cancelled()
        return self.calls.tags.take()


def split(path: str) -> list[str]:
    """The names of a path; it begins at the root, with or without a slash."""
    return [name for name in path.split("/") if name not in ("", ".")]


def entries(data: bytes) -> Iterator[Stat]:
    """The entries of a directory read, which are whole, read(5). One whose name is not UTF-8 is left out: a client
    could neither show nor say it, and the others are not to suffer for it. ProtocolError for what is no directory."""
    at = 0
    try:
        while at < len(data):
            end = at + 2 + int.from_bytes(data[at : at + 2], "little")
            with suppress(UnicodeDecodeError):
                yield read_stat(data, at)[0]
            at = end
    except (ValueError, struct.error) as error:
        raise ProtocolError(f"what the server calls a directory is none: {error}") from error
