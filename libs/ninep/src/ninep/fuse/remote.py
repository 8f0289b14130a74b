"""The server's side of a mount: fids on one connection, and the connection that is made again when it was lost.

`Remote` is one connection, told in fids; `Link` gives the present one. A connection is made when somebody needs it. If
that fails, whoever asks gets the reason at once for as long as it took to find out, four times over: a socket that is
missing is tried again at once, a machine without power is not waited for by each `ls`.
"""

from __future__ import annotations

import socket
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

import trio
from trio import TaskStatus

from ninep.calls import Calls, ConnectionLost, open_calls
from ninep.dial import TIMEOUT, Address, dial, user
from ninep.errors import NOT_FOUND, FileError
from ninep.messages import (
    NOFID,
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
PAUSE, LONGEST_PAUSE = 4, 10.0  # times as long as a vain attempt took; seconds


class Remote:
    """The files of one connection, by fid. Refusals are FileError; once the server has gone, all is ConnectionLost."""

    def __init__(self, calls: Calls, root: int = NOFID) -> None:
        self._calls, self._root = calls, root

    @property
    def is_lost(self) -> bool:
        """The connection is over."""
        return self._calls.ended.is_set()

    async def attach(self, tree: str) -> None:
        """Stand at the root of the server's tree, then at `tree` within."""
        await self._calls.agree()
        fid = self._calls.fids.take()
        await self._calls.call(Tattach(self._tag(), fid, NOFID, user(), ""), Rattach)
        self._root = fid
        if names := [name for name in tree.split("/") if name]:
            try:
                self._root = await self.walk(names)
            except FileError as error:
                raise FileError(f"{tree}: {error}") from error

    async def walk(self, path: Sequence[str]) -> int:
        """A new fid at the file."""
        fid, start = self._calls.fids.take(), self._root
        try:
            for at in range(0, max(len(path), 1), NAMES_A_WALK):
                some = tuple(path[at : at + NAMES_A_WALK])
                reply = await self._calls.call(Twalk(self._tag(), start, fid, some), Rwalk)
                if len(reply.wqid) < len(some):
                    raise FileError(NOT_FOUND)
                start = fid
        except BaseException:
            self.forget(fid)  # if the walk never made it, the server says so, and the number is free all the same
            raise
        return fid

    async def stat(self, fid: int) -> Stat:
        """What the server tells of a file."""
        return (await self._calls.call(Tstat(self._tag(), fid), Rstat)).stat

    async def wstat(self, fid: int, change: Stat) -> None:
        """Change what is not "don't touch"; if nothing is, have the server make safe what was written, stat(5)."""
        await self._calls.call(Twstat(self._tag(), fid, change), Rwstat)

    async def open(self, fid: int, mode: int) -> int:
        """Open what the fid stands for; the bytes of a read or write."""
        return self._room((await self._calls.call(Topen(self._tag(), fid, mode), Ropen)).iounit)

    async def create(self, fid: int, name: str, perm: int, mode: int) -> int:
        """Make a file in the directory of the fid, which from now on is the new file, open; as `open`."""
        return self._room((await self._calls.call(Tcreate(self._tag(), fid, name, perm, mode), Rcreate)).iounit)

    async def read(self, fid: int, offset: int, count: int) -> bytes:
        """What one Tread gives."""
        return (await self._calls.call(Tread(self._tag(), fid, offset, count), Rread)).data[:count]

    async def write(self, fid: int, offset: int, data: bytes) -> int:
        """How much of it one Twrite took."""
        count = (await self._calls.call(Twrite(self._tag(), fid, offset, data), Rwrite)).count
        if not 0 < count <= len(data):
            raise FileError(f"i/o error: the server took {count} of {len(data)} bytes")
        return count

    async def remove(self, fid: int) -> None:
        """Take the file away, and the fid with it."""
        await self._calls.call(Tremove(self._tag(), fid), Rremove)

    async def clunk(self, fid: int) -> None:
        """Let the fid go, and hear what the server says to it."""
        await self._calls.call(Tclunk(self._tag(), fid), Rclunk)

    def forget(self, fid: int) -> None:
        """Let the fid go."""
        self._calls.tell(Tclunk(self._tag(), fid), Rclunk)

    @asynccontextmanager
    async def at(self, path: Sequence[str]) -> AsyncIterator[int]:
        """A fid at the file, for a while."""
        fid = await self.walk(path)
        try:
            yield fid
        finally:
            self.forget(fid)

    def _room(self, iounit: int) -> int:
        room = self._calls.msize - HEADROOM
        return min(iounit or room, room)

    def _tag(self) -> int:
        return self._calls.tags.take()


class Link:
    """The way to a server that may restart. `run` must be running."""

    def __init__(self, address: Address) -> None:
        self.server, self._tree = address.split()
        self._remote: Remote | None = None
        self._lock = trio.Lock()
        self._failure: Exception | None = None
        self._not_before = 0.0  # trio's clock: until then nobody dials
        self._nursery: trio.Nursery  # of `run`

    async def run(self, *, task_status: TaskStatus[None] = trio.TASK_STATUS_IGNORED) -> None:
        """Hold the connections, until cancelled."""
        async with trio.open_nursery() as self._nursery:
            task_status.started()
            await trio.sleep_forever()

    async def remote(self) -> Remote:
        """The present connection, or a new one. ConnectionError, FileError, ProtocolError if there can be none."""
        async with self._lock:
            if not self._remote or self._remote.is_lost:
                self._remote = await self._dial()
            return self._remote

    @asynccontextmanager
    async def at(self, path: Sequence[str]) -> AsyncIterator[tuple[Remote, int]]:
        """A fid at the file, for a while, and the connection it is of."""
        remote, fid = await self.walk(path)
        try:
            yield remote, fid
        finally:
            remote.forget(fid)

    async def walk(self, path: Sequence[str]) -> tuple[Remote, int]:
        """A new fid at the file, and the connection it is of. If that is found dead, another is tried."""
        remote = await self.remote()
        try:
            return remote, await remote.walk(path)
        except ConnectionLost:
            remote = await self._another(remote)
            return remote, await remote.walk(path)

    async def _another(self, remote: Remote) -> Remote:
        if self._remote is remote:
            self._remote = None
        return await self.remote()

    async def _dial(self) -> Remote:
        if self._failure and trio.current_time() < self._not_before:
            raise self._failure
        began = trio.current_time()
        failed, self._failure = None, None
        try:
            return await self._connect()
        except Exception as error:
            failed = error
            raise
        finally:
            now = trio.current_time()
            self._failure, self._not_before = failed, now + min(PAUSE * (now - began), LONGEST_PAUSE)

    async def _connect(self) -> Remote:
        calls: Calls = await self._nursery.start(self._keep, await dial(self.server))
        try:
            remote = Remote(calls)
            with trio.fail_after(TIMEOUT):
                await remote.attach(self._tree)
            return remote
        except trio.TooSlowError:
            calls.lose("it does not answer")
            raise ConnectionError(
                f"{self.server} accepts connections, but does not answer within {TIMEOUT:g} s"
            ) from None
        except BaseException:
            calls.lose("nobody wants it any more")
            raise

    async def _keep(self, sock: socket.socket, *, task_status: TaskStatus[Calls]) -> None:
        async with open_calls(sock, str(self.server)) as calls:
            task_status.started(calls)
            await calls.ended.wait()
