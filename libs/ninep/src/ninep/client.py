"""A 9P client that reads like files: open, read, write, ls.

    async with open_client("unix!/tmp/ns.ada.:0/mux") as root:
        await root.write("/llm/ctl", "new claude")
        await root.write("/llm/claude/input", "draw a red cube")
        async with root.open("/llm/claude/output") as output:
            async for token in output:
                print(token.decode(), end="")

Any number of tasks may use one client at once: each request waits for its own reply only, and a task that is cancelled
takes nothing with it. Errors are `FileError` with the server's own words, `ConnectionLost` when the server goes away,
and at the start `ConnectionError` when it cannot be reached and `ProtocolError` when it does not speak 9P.
"""

from __future__ import annotations

import socket
import struct
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Literal, Self

import trio
from msgspec.structs import replace

from ninep.calls import Calls, ConnectionLost, open_calls
from ninep.codec import read_stat
from ninep.dial import TIMEOUT, Address, dial, user
from ninep.errors import NOT_DIRECTORY, NOT_FOUND, FileError, ProtocolError
from ninep.messages import (
    NOFID,
    ORDWR,
    OREAD,
    OTRUNC,
    OWRITE,
    QTDIR,
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

__all__ = ["Client", "ConnectionLost", "File", "open_client"]

Mode = Literal["r", "w", "rw"]
MODES: dict[Mode, int] = {"r": OREAD, "w": OWRITE | OTRUNC, "rw": ORDWR}

HEADROOM = 24  # bytes of a message that are not data, at most: IOHDRSZ of the Plan 9 libraries
NAMES_A_WALK = 16  # MAXWELEM, walk(5)
_U2, _U4, _U8 = UNTOUCHED[2], UNTOUCHED[4], UNTOUCHED[8]
AS_IT_IS = Stat(
    _U2, _U4, Qid(UNTOUCHED[1], _U4, _U8), _U4, _U4, _U4, _U8, "", "", "", ""
)  # a Twstat of it changes nothing


class Client:
    """A server's tree, or the part that the address names. Paths begin there, with or without a slash."""

    def __init__(self, calls: Calls) -> None:
        self._calls = calls
        self._root = NOFID

    # Whole files.

    async def read(self, path: str) -> bytes:
        """All that the file gives until its first empty read."""
        async with self.open(path) as file:
            return b"".join([chunk async for chunk in file])

    async def write(self, path: str, data: bytes | str) -> None:
        """Make this the file's content, or what the file makes of it. Refusals of the write and of the clunk arrive."""
        async with self.open(path, "w") as file:
            await file.write(data)

    async def ls(self, path: str = "/") -> list[Stat]:
        """What a directory holds, in the server's order."""
        async with self.open(path) as directory:
            if not directory.qid.type & QTDIR:
                raise FileError(NOT_DIRECTORY)
            return [entry async for chunk in directory for entry in _entries(chunk)]

    async def stat(self, path: str) -> Stat:
        """What is known of a file."""
        fid = await self._walk(path)
        try:
            return (await self._calls.call(Tstat(self._tag(), fid), Rstat)).stat
        finally:
            self._forget(fid)

    async def wstat(self, path: str, *, name: str = "", mode: int = _U4, mtime: int = _U4, length: int = _U8) -> None:
        """Change what is given, and nothing else, stat(5)."""
        fid = await self._walk(path)
        try:
            change = replace(AS_IT_IS, name=name, mode=mode, mtime=mtime, length=length)
            await self._calls.call(Twstat(self._tag(), fid, change), Rwstat)
        finally:
            self._forget(fid)

    async def remove(self, path: str) -> None:
        """Take a file away."""
        fid = await self._walk(path)
        await self._calls.call(Tremove(self._tag(), fid), Rremove)

    # Files that stay open.

    @asynccontextmanager
    async def open(self, path: str, mode: Mode = "r") -> AsyncIterator[File]:
        """An open file. "w" empties it first, "rw" does not.

        The end of the block clunks it. What was open for writing is clunked before the block is left, because that is
        when a server may refuse the whole.
        """
        fid = await self._walk(path)
        async with self._opened(fid, Topen(self._tag(), fid, MODES[mode]), Ropen, mode) as file:
            yield file

    @asynccontextmanager
    async def create(self, path: str, perm: int = 0o644, mode: Mode = "w") -> AsyncIterator[File]:
        """Make a file (a directory, if `perm` has DMDIR and mode is "r"), open; FileError if it exists."""
        directory, _, name = path.rstrip("/").rpartition("/")
        fid = await self._walk(directory)
        async with self._opened(fid, Tcreate(self._tag(), fid, name, perm, MODES[mode]), Rcreate, mode) as file:
            yield file

    @asynccontextmanager
    async def _opened(
        self, fid: int, request: Message, gives: type[Ropen] | type[Rcreate], mode: Mode
    ) -> AsyncIterator[File]:
        try:
            yield File(self._calls, fid, await self._calls.call(request, gives))
        except BaseException:
            self._forget(fid)
            raise
        if mode == "r":
            self._forget(fid)
        else:
            await self._calls.call(Tclunk(self._tag(), fid), Rclunk)

    def hang_up(self) -> None:
        """End the connection here and now, without a clunk: so nobody takes a file half written for a whole one."""
        self._calls.lose("this client has hung up")

    # Fids.

    async def attach(self, aname: str, tree: str) -> None:
        """Stand at the root of what `aname` names, then at `tree` within. `open_client` has done it."""
        await self._calls.agree()
        fid = self._calls.fids.take()
        await self._calls.call(Tattach(self._tag(), fid, NOFID, user(), aname), Rattach)
        self._root = fid
        if tree:
            try:
                self._root = await self._walk(tree)
            except FileError as error:
                raise FileError(f"{tree}: {error}") from error

    async def _walk(self, path: str) -> int:
        """A new fid at the file. Long paths take several steps, walk(5)."""
        names = tuple(name for name in path.split("/") if name not in ("", "."))
        fid, start = self._calls.fids.take(), self._root
        try:
            for at in range(0, max(len(names), 1), NAMES_A_WALK):
                some = names[at : at + NAMES_A_WALK]
                reply = await self._calls.call(Twalk(self._tag(), start, fid, some), Rwalk)
                if len(reply.wqid) < len(some):
                    raise FileError(NOT_FOUND)
                start = fid
        except BaseException:
            self._forget(fid)  # if the walk never made it, the server says so, and the number is free all the same
            raise
        return fid

    def _forget(self, fid: int) -> None:
        """Clunk, and let nobody wait for it."""
        self._calls.tell(Tclunk(self._tag(), fid), Rclunk)

    def _tag(self) -> int:
        return self._calls.tags.take()


class File:
    """An open file. Reading and writing have a place each, and begin at the start.

    One task may read while another writes. `async for` gives chunks as they come until the first empty read; of a
    stream of turns that is the end of a turn, and reading on continues with the next.
    """

    def __init__(self, calls: Calls, fid: int, opened: Ropen | Rcreate) -> None:
        self._calls, self._fid = calls, fid
        room = calls.msize - HEADROOM
        self.qid = opened.qid
        self.iounit = min(opened.iounit or room, room)
        self._read_at = self._write_at = 0

    async def read(self, count: int | None = None) -> bytes:
        """What one Tread gives: at most `count` bytes, and at most `iounit`. Empty at the end."""
        count = self.iounit if count is None else min(count, self.iounit)
        request = Tread(self._calls.tags.take(), self._fid, self._read_at, count)
        data = (await self._calls.call(request, Rread)).data
        self._read_at += len(data)
        return data

    async def write(self, data: bytes | str) -> None:
        """Write all of it, in as many Twrites as it takes; the first refusal stops."""
        body = data.encode() if isinstance(data, str) else bytes(data)
        at = 0
        while at < len(body):
            chunk = body[at : at + self.iounit]
            request = Twrite(self._calls.tags.take(), self._fid, self._write_at, chunk)
            count = (await self._calls.call(request, Rwrite)).count
            if not 0 < count <= len(chunk):
                raise FileError(f"the server took {count} of {len(chunk)} bytes")
            self._write_at += count
            at += count

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> bytes:
        if data := await self.read():
            return data
        raise StopAsyncIteration


@asynccontextmanager
async def open_client(
    address: str | Address | socket.socket, *, aname: str = "", timeout: float = TIMEOUT
) -> AsyncIterator[Client]:
    """Connect to a server and attach to its tree. A connected socket is taken as it is.

    >>> async def show_help(address: str) -> None:
    ...     async with open_client(address) as root:
    ...         print((await root.read("/help")).decode(), end="")
    >>> trio.run(show_help, address)
    A small service.

    Raises ValueError for a text that is no address, ConnectionError if nobody answers within `timeout` seconds,
    ProtocolError if somebody else than a 9P server does, FileError if the server has no such tree.
    """
    if isinstance(address, socket.socket):
        sock, tree, peer = address, "", "the server"
    else:
        server, tree = Address.parse(address).split()
        sock, peer = await dial(server, timeout=timeout), str(server)
    async with open_calls(sock, peer) as calls:
        client = Client(calls)
        with trio.move_on_after(timeout) as patience:
            await client.attach(aname, tree)
        if patience.cancelled_caught:
            raise ConnectionError(f"{peer} accepts connections, but does not answer within {timeout:g} s")
        yield client


def _entries(chunk: bytes) -> list[Stat]:
    """The entries of a directory read, which are whole, read(5)."""
    entries, at = [], 0
    try:
        while at < len(chunk):
            entry, at = read_stat(chunk, at)
            entries.append(entry)
    except (ValueError, struct.error) as error:
        raise ProtocolError(f"what the server calls a directory is none: {error}") from error
    return entries
