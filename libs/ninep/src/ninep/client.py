"""A 9P client that reads like files: open, read, write, ls.

    async with open_client("unix!/tmp/ns.ada.:0/mux") as root:
        await root.write("/llm/ctl", "new claude")
        await root.write("/llm/claude/input", "draw a red cube")
        async with root.open("/llm/claude/output") as output:
            async for token in output:
                print(token.decode(), end="")

Any number of tasks may use one client at once: each request waits for its own reply only, and a task that is cancelled
takes nothing with it. Errors are `FileError` with the server's own words, `ConnectionLost` when the server goes away,
`TimeoutError` when an answer takes longer than it may, and at the start `ConnectionError` when the server cannot be
reached and `ProtocolError` when it does not speak 9P.
"""

from __future__ import annotations

import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Literal

from msgspec.structs import replace

from ninep.calls import ConnectionLost
from ninep.dial import TIMEOUT, Address
from ninep.errors import NOT_DIRECTORY, FileError
from ninep.fids import AS_IT_IS, Fids, entries, split
from ninep.file import File, Lines
from ninep.link import Link
from ninep.messages import DMDIR, ORCLOSE, ORDWR, OREAD, OTRUNC, OWRITE, QTDIR, Stat

__all__ = ["AS_IT_IS", "Client", "ConnectionLost", "Fids", "File", "Lines", "open_client"]

Mode = Literal["r", "w", "a", "rw"]
MODES: dict[Mode, int] = {"r": OREAD, "w": OWRITE | OTRUNC, "a": OWRITE, "rw": ORDWR}
"""What open(5) calls them."""
ACCESS = 0x3  # the bits of a mode that say what is done with the file


class Client:
    """A server's tree, or the part that the address names. Paths begin there, with or without a slash."""

    def __init__(self, link: Link) -> None:
        self._link = link

    # Whole files.

    async def read(self, path: str) -> bytes:
        """All that the file gives until its first empty read."""
        async with self.open(path) as file:
            return await file.read_all()

    async def write(self, path: str, data: bytes | str) -> None:
        """Make this the file's content, or what the file makes of it. Refusals of the write and of the clunk arrive.

        A long text that is cancelled or late when the server has a part of it ends the connection, unless it is an
        ordinary file's: a server that gathers a text drops it then, where a clunk would have it take the half.
        """
        async with self.open(path, "w") as file:
            await file.write_whole(data)

    async def append(self, path: str, data: bytes | str) -> None:
        """Write this after what the file has; as `write`."""
        async with self.open(path, "a") as file:
            await file.write_whole(data)

    async def remove(self, path: str) -> None:
        """Take a file away, or an empty directory."""
        fids, fid = await self._walk(path)
        await fids.remove(fid)

    # Directories.

    async def ls(self, path: str = "/") -> list[Stat]:
        """What a directory holds, in the server's order."""
        async with self.open(path) as directory:
            if not directory.qid.type & QTDIR:
                raise FileError(NOT_DIRECTORY)
            return [entry async for chunk in directory for entry in entries(chunk)]

    async def walk(self, top: str = "/") -> AsyncIterator[tuple[str, list[Stat]]]:
        """A directory and all below it, each with what it holds, from the top down."""
        waiting = [top]
        while waiting:
            found = await self.ls(path := waiting.pop())
            yield path, found
            below = [entry.name for entry in found if entry.qid.type & QTDIR]
            waiting += [f"{path.rstrip('/')}/{name}" for name in reversed(below)]

    async def mkdir(self, path: str, perm: int = 0o755) -> None:
        """Make a directory."""
        async with self.create(path, perm | DMDIR, "r"):
            pass

    # What is known of a file.

    async def stat(self, path: str) -> Stat:
        """All of it."""
        async with self.at(path) as (fids, fid):
            return await fids.stat(fid)

    async def wstat(
        self,
        path: str,
        *,
        name: str = "",
        mode: int = AS_IT_IS.mode,
        mtime: int = AS_IT_IS.mtime,
        length: int = AS_IT_IS.length,
        gid: str = "",
    ) -> None:
        """Change what is given, and nothing else; all of it or none, stat(5)."""
        async with self.at(path) as (fids, fid):
            await fids.wstat(fid, replace(AS_IT_IS, name=name, mode=mode, mtime=mtime, length=length, gid=gid))

    async def rename(self, path: str, name: str) -> None:
        """Give a file another name in its directory; `name` may be the whole new path. 9P moves no file elsewhere."""
        if "/" in name and split(name)[:-1] != split(path)[:-1]:
            raise FileError(f"{name} is in another directory than {path}; copy the file and remove it")
        await self.wstat(path, name=name.rpartition("/")[2])

    async def truncate(self, path: str, length: int = 0) -> None:
        """Make a file so long."""
        await self.wstat(path, length=length)

    # Files that stay open.

    @asynccontextmanager
    async def open(self, path: str, mode: Mode | int = "r") -> AsyncIterator[File]:
        """An open file. "w" empties it first, "a" and "rw" do not; "a" begins at its end. Or a number of open(5).

        The end of the block clunks it. What was open for writing is clunked before the block is left, because that is
        when a server may refuse the whole. A block that is cancelled or fails clunks it, too, and does not wait: **a
        server that gathers a text then takes what was written so far for the whole**, since 9P takes no write back.
        Where half a text is worse than none, gather it and `write` it, or `hang_up` before the block is left.
        """
        fids, fid = await self._walk(path)
        number = mode if isinstance(mode, int) else MODES[mode]
        try:
            file = File(fids, fid, await fids.open_file(fid, number))
            if mode == "a":
                file.seek((await file.stat()).length)
        except BaseException:
            fids.forget(fid)
            raise
        async with _clunked(fids, file, number):
            yield file

    @asynccontextmanager
    async def create(self, path: str, perm: int = 0o644, mode: Mode | int = "w") -> AsyncIterator[File]:
        """Make a file (a directory, if `perm` has DMDIR and mode is "r"), open; FileError if it exists."""
        directory, _, name = path.rstrip("/").rpartition("/")
        fids, fid = await self._walk(directory)
        number = mode if isinstance(mode, int) else MODES[mode]
        try:
            file = File(fids, fid, await fids.create_file(fid, name, perm, number))
        except BaseException:
            fids.forget(fid)
            raise
        async with _clunked(fids, file, number):
            yield file

    # By fid.

    @asynccontextmanager
    async def at(self, path: str) -> AsyncIterator[tuple[Fids, int]]:
        """A fid at the file for a while, and the verbs of 9P for it."""
        fids, fid = await self._walk(path)
        try:
            yield fids, fid
        finally:
            fids.forget(fid)

    async def _walk(self, path: str) -> tuple[Fids, int]:
        return await self._link.walk(split(path))

    def hang_up(self) -> None:
        """End the connection here and now, without a clunk: so nobody takes a file half written for a whole one."""
        self._link.hang_up()


@asynccontextmanager
async def _clunked(fids: Fids, file: File, mode: int) -> AsyncIterator[None]:
    """Clunk a file at the end; hear what the server says to it, if it was open for more than reading."""
    try:
        yield
    except BaseException:
        file.stop_reading_ahead()
        fids.forget(file.fid)
        raise
    file.stop_reading_ahead()
    if mode & ACCESS in (OWRITE, ORDWR) or mode & ORCLOSE:
        await fids.clunk(file.fid)
    else:
        fids.forget(file.fid)


@asynccontextmanager
async def open_client(
    address: str | Address | socket.socket,
    *,
    aname: str = "",
    patience: float = TIMEOUT,
    timeout: float | None = None,
    reconnect: bool = False,
) -> AsyncIterator[Client]:
    """Connect to a server and attach to its tree. A connected socket is taken as it is.

    >>> import trio
    >>> async def show_help(address: str) -> None:
    ...     async with open_client(address) as root:
    ...         print((await root.read("/help")).decode(), end="")
    >>> trio.run(show_help, address)
    A small service.

    `patience` is how many seconds the server has to be there, `timeout` how many it has for each answer (None: as long
    as it takes, and a read of a stream may take for ever; `file.timeout` is that of one open file). An answer that is
    late raises TimeoutError, and its request is flushed, as when a cancel scope around it ends.

    With `reconnect`, the connection is made again when it was lost, with backoff and jitter, as soon as somebody walks
    to a file: whatever takes a path waits `patience` seconds for the server to be back. Files that were open are gone
    (ConnectionLost), and nothing is done twice: only a walk is repeated, since by it nothing happens.

    Raises ValueError for a text that is no address, ConnectionError if nobody answers, ProtocolError if somebody else
    than a 9P server does, FileError if the server has no such tree.
    """
    sock = address if isinstance(address, socket.socket) else None
    if sock and reconnect:
        raise ValueError("a socket cannot be connected again; give the address")
    where = None if isinstance(address, socket.socket) else Address.parse(address)
    link = Link(where, aname, patience, timeout, reconnect)
    await link.open(sock)
    try:
        yield Client(link)
    finally:
        await link.close()
