"""An open file of a 9P server."""

from __future__ import annotations

from typing import Self

from msgspec.structs import replace

from ninep.errors import FileError
from ninep.fids import AS_IT_IS, Fids
from ninep.messages import QTAPPEND, QTDIR, Rcreate, Ropen, Stat
from ninep.pipeline import ReadAhead, write_on

LONGEST_LINE = 1 << 20  # bytes
HALF = "this client has hung up, so that the half of a text which it had written is not taken for the whole"


class File:
    """An open file. Reading and writing have a place each, and begin at the start.

    One task may read while another writes. `async for` gives chunks as they come until the first empty read; of a
    stream of turns that is the end of a turn, and reading on continues with the next. A cancelled read takes nothing:
    what it would have had, the next one gets; unless the server answers neither the read nor its flush for two seconds
    (`FLUSH_PATIENCE`), for then it is not waited for, and what it says after that nobody hears.
    """

    def __init__(self, fids: Fids, fid: int, opened: Ropen | Rcreate) -> None:
        self._fids, self.fid = Fids(fids.calls, fids.root, fids.timeout), fid
        self.qid = opened.qid
        self.iounit = fids.room(opened.iounit)
        self._read_at = self._write_at = 0
        self._ahead: ReadAhead | None = None
        self._is_ordinary: bool | None = None
        self._may_look_ahead = not opened.qid.type & QTDIR
        self._may_go_on = False  # the last read was a full one

    @property
    def timeout(self) -> float | None:
        """Seconds that each answer may take, None for as long as it takes; at first that of the client."""
        return self._fids.timeout

    @timeout.setter
    def timeout(self, seconds: float | None) -> None:
        self._fids.timeout = seconds

    # Reading.

    async def read(self, count: int | None = None, *, offset: int | None = None) -> bytes:
        """What one Tread gives: at most `count` bytes, and at most `iounit`. Empty at the end.

        With an `offset` it is read there, and the file's own place stays where it is. A stream knows no offsets.
        """
        self.stop_reading_ahead()
        count = self.iounit if count is None else min(count, self.iounit)
        if offset is not None:
            return await self._fids.read(self.fid, offset, count)
        data = await self._fids.read(self.fid, self._read_at, count)
        self._read_at += len(data)
        return data

    async def read_all(self) -> bytes:
        """All from here to the first empty read."""
        return b"".join([chunk async for chunk in self])

    def lines(self, limit: int = LONGEST_LINE) -> Lines:
        """Line by line, as text without the line's end, until the first empty read.

        A line of more than `limit` bytes is a FileError.
        """
        return Lines(self, limit)

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> bytes:
        if data := await self._read_ahead() or await self._read_on():
            return data
        raise StopAsyncIteration

    async def _read_on(self) -> bytes:
        data = await self.read()
        self._may_go_on = len(data) == self.iounit
        return data

    async def _read_ahead(self) -> bytes:
        """The next part of a long ordinary file; empty if it is none, or at its end, as far as one knows."""
        if self._may_go_on and self._may_look_ahead:
            length = await self._length()
            self._may_look_ahead = length > 0
            self._ahead = ReadAhead(self._fids, self.fid, self._read_at, length, self.iounit)
        self._may_go_on = False
        if not self._ahead:
            return b""
        data = await self._ahead.next()
        self._read_at += len(data)
        return data

    def stop_reading_ahead(self) -> None:
        """Let go what was asked for and is not read yet."""
        if self._ahead:
            self._ahead.drop()
            self._ahead = None

    # Writing.

    async def write(self, data: bytes | str, *, offset: int | None = None) -> None:
        """Write all of it, in as many Twrites as it takes; the first refusal stops.

        With an `offset` it is written there, and the file's own place stays where it is.
        """
        body = data.encode() if isinstance(data, str) else bytes(data)
        start, at = self._write_at if offset is None else offset, 0
        try:
            while at < len(body):
                if at and len(body) - at > self.iounit and await self._keeps_offsets(start + at):
                    await write_on(self._fids, self.fid, start + at, body[at:], self.iounit)
                    at = len(body)
                else:
                    at += await self._fids.write(self.fid, start + at, body[at : at + self.iounit])
        finally:
            if offset is None:
                self._write_at = start + at

    async def write_whole(self, data: bytes | str) -> None:
        """Write what is nothing in part: if whoever writes leaves in the midst, the connection ends, for a clunk would
        say that this was all, and 9P has no other word. A refusal ends nothing: the server knows what it refused. And
        of an ordinary file the part stays."""
        begin = self._write_at
        try:
            await self.write(data)
        except FileError:
            raise
        except BaseException:
            if self._write_at > begin and not self._is_ordinary:
                self._fids.calls.lose(HALF)
            raise

    async def _keeps_offsets(self, written: int) -> bool:
        """Whether the file has grown to what was written: then it is an ordinary one, and order is nothing to it."""
        if self._is_ordinary is None:
            self._is_ordinary = not self.qid.type & QTAPPEND and await self._length() >= written
        return self._is_ordinary

    async def _length(self) -> int:
        """Its length by stat(5); 0 for a stream, a directory, and what the server tells nothing of."""
        try:
            return (await self.stat()).length
        except FileError:
            return 0

    # The file as a whole.

    def seek(self, offset: int) -> None:
        """Read and write on from there."""
        self.stop_reading_ahead()
        self._read_at = self._write_at = offset

    async def stat(self) -> Stat:
        """What is known of it."""
        return await self._fids.stat(self.fid)

    async def truncate(self, length: int = 0) -> None:
        """Make it so long."""
        await self._fids.wstat(self.fid, replace(AS_IT_IS, length=length))

    async def sync(self) -> None:
        """Have the server make safe what was written: a Twstat that changes nothing, stat(5)."""
        await self._fids.wstat(self.fid, AS_IT_IS)


class Lines:
    """The lines of a file. What a cancelled `anext` had of a line, the next one has."""

    def __init__(self, file: File, limit: int) -> None:
        self._file, self._limit, self._rest = file, limit, b""

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> str:
        at = self._rest.find(b"\n")
        while at < 0:
            if len(self._rest) > self._limit:
                raise FileError(f"a line of more than {self._limit} bytes")
            chunk = await anext(self._file, b"")
            if not chunk:
                return self._last()
            begun = len(self._rest)
            self._rest += chunk
            at = self._rest.find(b"\n", begun)
        line, self._rest = self._rest[:at], self._rest[at + 1 :]
        return line.decode(errors="replace")

    def _last(self) -> str:
        """What stands after the last line's end."""
        if not self._rest:
            raise StopAsyncIteration
        line, self._rest = self._rest, b""
        return line.decode(errors="replace")
