"""One mount: requests of the kernel come in, each gets a task and a reply; an INTERRUPT cancels its task.

A cancelled task has its 9P request flushed (Tflush), and the reply is EINTR, or what the server gave before it heard.
So Ctrl-C ends whatever blocks, and the server knows that the reader has gone.
"""

from __future__ import annotations

import errno
import itertools
import os
import stat as modes
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from typing import TypeAlias

import structlog
import trio

from ninep.errors import FileError, ProtocolError
from ninep.fids import Fids
from ninep.fuse import wire
from ninep.fuse.directories import OpenDirectory
from ninep.fuse.errnos import errno_of
from ninep.fuse.files import OpenFile
from ninep.fuse.link import Link
from ninep.fuse.nodes import Node, Nodes
from ninep.fuse.tree import Tree, mode_of, told_of_new
from ninep.fuse.wire import Op, Request
from ninep.messages import ORDWR, OREAD, OTRUNC, OWRITE, Stat

TURNS = 16  # requests in a row before their tasks get their turn
PATIENCE = 0.25  # seconds that what seldom blocks goes on after a signal: few programs know EINTR from stat or rename
LAST_WORDS = 2.0  # seconds after the end for the server to take what was written before
CHANGES = (Op.SETATTR, Op.MKNOD, Op.MKDIR, Op.UNLINK, Op.RMDIR, Op.RENAME, Op.RENAME2, Op.CREATE, Op.WRITE)
MODES = {os.O_RDONLY: OREAD, os.O_WRONLY: OWRITE, os.O_RDWR: ORDWR}

log = structlog.get_logger()
Body: TypeAlias = bytes | Sequence[bytes]
Line: TypeAlias = tuple[int, str, int, int]  # of a list: where the next begins, name, inode, mode


class Session:
    """Serves `device`, an open and mounted /dev/fuse that does not block, until it is unmounted."""

    def __init__(self, device: int, link: Link) -> None:
        self._device, self._link = device, link
        self._nodes = Nodes()
        self._tree = Tree(link, self._nodes)
        self._files: dict[int, OpenFile] = {}
        self._directories: dict[int, OpenDirectory] = {}
        self._handles = itertools.count(1)
        self._running: dict[int, tuple[Request, trio.CancelScope]] = {}
        self._changes = 0  # how many we have made
        self._buffer = bytearray(wire.MAX_REQUEST)
        self._answers: dict[int, Callable[[Request], Awaitable[Body]]] = {
            Op.LOOKUP: self._tree.lookup,
            Op.GETATTR: self._tree.getattr,
            Op.SETATTR: self._tree.setattr,
            Op.SYMLINK: self._tree.refuse,
            Op.LINK: self._tree.refuse,
            Op.MKNOD: self._tree.mknod,
            Op.MKDIR: self._tree.mkdir,
            Op.UNLINK: self._tree.remove,
            Op.RMDIR: self._tree.remove,
            Op.RENAME: self._tree.rename,
            Op.RENAME2: self._tree.rename2,
            Op.STATFS: self._tree.statfs,
            Op.INIT: self._init,
            Op.OPEN: self._open,
            Op.CREATE: self._create,
            Op.READ: self._read,
            Op.WRITE: self._write,
            Op.FSYNC: self._fsync,
            Op.FLUSH: self._flush,
            Op.OPENDIR: self._opendir,
            Op.READDIR: self._readdir,
            Op.READDIRPLUS: self._readdirplus,
        }
        self._notices = {  # done before the next request is looked at, so that who comes later finds it done
            Op.FORGET: self._forget,
            Op.BATCH_FORGET: self._batch_forget,
            Op.INTERRUPT: self._interrupt,
            Op.RELEASE: self._release,
            Op.RELEASEDIR: self._releasedir,
        }

    # Requests and replies.

    async def serve(self) -> None:
        """Answer requests until the directory is unmounted."""
        async with trio.open_nursery() as self._committing:
            await self._answer_all()
            self._committing.cancel_scope.deadline = trio.current_time() + LAST_WORDS

    async def _answer_all(self) -> None:
        async with trio.open_nursery() as nursery:
            turns = 0
            while request := await self._receive():
                if request.op in self._notices:
                    self._notices[Op(request.op)](request)
                else:
                    scope = trio.CancelScope()
                    self._running[request.unique] = request, scope  # here, so that no INTERRUPT comes before it
                    nursery.start_soon(self._answer, request, scope)
                turns += 1
                if turns % TURNS == 0:
                    await trio.lowlevel.checkpoint()
            nursery.cancel_scope.cancel()

    async def _receive(self) -> Request | None:
        while True:
            try:
                size = os.readv(self._device, [self._buffer])
                return wire.parse(memoryview(self._buffer)[:size])
            except BlockingIOError:
                await trio.lowlevel.wait_readable(self._device)
            except OSError as error:
                if error.errno in (errno.ENODEV, errno.ECONNABORTED):
                    return None
                if error.errno not in (errno.ENOENT, errno.EINTR):  # the request went away while it was read
                    raise

    async def _answer(self, request: Request, scope: trio.CancelScope) -> None:
        body, number = list[bytes](), errno.EINTR
        with scope:
            try:
                answer = await self._ask(request)
                body, number = ([answer] if isinstance(answer, bytes) else list(answer)), 0
            except (FileError, ProtocolError, OSError) as error:
                number = errno_of(error, is_read=request.op == Op.READ)
                if isinstance(error, FileError):
                    tell(request, self._nodes[request.node], error)
            except Exception:  # a fault of ours: who asked hears of it, and the others keep their files
                number = errno.EIO
                log.exception("request.failed", op=request.op)
        del self._running[request.unique]
        self._changes += request.op in CHANGES
        self._reply(request, body, number)

    def _reply(self, request: Request, body: Sequence[bytes] = (), number: int = 0) -> None:
        try:
            os.writev(self._device, wire.reply(request.unique, body, number))
        except OSError as error:
            if error.errno not in (errno.ENOENT, errno.ENODEV):  # nobody waits any more
                raise

    async def _ask(self, request: Request) -> Body:
        if answer := self._answers.get(request.op):
            return await answer(request)
        raise OSError(errno.ENOSYS, "the kernel does without")

    async def _init(self, request: Request) -> bytes:
        return wire.init(request.body)

    def _forget(self, request: Request) -> None:
        self._nodes.forget(request.node, *wire.NUMBER.unpack_from(request.body))

    def _batch_forget(self, request: Request) -> None:
        count, _ = wire.BATCH_FORGET_IN.unpack_from(request.body)
        start = wire.BATCH_FORGET_IN.size
        for number, lookups in wire.FORGET_ONE.iter_unpack(request.body[start : start + count * wire.FORGET_ONE.size]):
            self._nodes.forget(number, lookups)

    def _interrupt(self, request: Request) -> None:
        (unique,) = wire.NUMBER.unpack_from(request.body)
        if running := self._running.get(unique):
            asked, scope = running
            scope.deadline = trio.current_time() + (0 if self._waits(asked) else PATIENCE)

    def _waits(self, request: Request) -> bool:
        """It is the read of a stream."""
        return request.op == Op.READ and not self._files[wire.READ_IN.unpack_from(request.body)[0]].node.is_ordinary

    # Files.

    async def _open(self, request: Request) -> bytes:
        node = self._nodes[request.node]
        flags, _ = wire.OPEN_IN.unpack_from(request.body)
        await node.committed()
        fids, fid = await self._link.walk(node.path())
        try:
            unit = await fids.open(fid, mode_of_open(flags))
        except BaseException:
            fids.forget(fid)
            raise
        return self._opened(request, node, flags, (fids, fid, unit))

    async def _create(self, request: Request) -> bytes:
        parent = self._nodes[request.node]
        flags, mode, *_ = wire.CREATE_IN.unpack_from(request.body)
        (name,) = request.names(wire.CREATE_IN.size)
        fids, fid = await self._link.walk(parent.path())
        try:
            unit = await fids.create(fid, name, mode & 0o777, mode_of_open(flags) & ~OTRUNC)
            about = await told_of_new(fids, fid, mode)
        except BaseException:
            fids.forget(fid)
            raise
        entry = self._tree.entry(parent, name, about)
        node = self._nodes.at(parent, name)
        node.is_ordinary = True
        return entry + self._opened(request, node, flags, (fids, fid, unit))

    def _opened(self, request: Request, node: Node, flags: int, opened: tuple[Fids, int, int]) -> bytes:
        appends = bool(flags & os.O_APPEND)
        file = OpenFile(self._link, node, mode_of_open(flags), request.pid, opened, appends=appends)
        handle = next(self._handles)
        self._files[handle] = file
        node.files.append(file)
        how = wire.Opened.DIRECT_IO | wire.Opened.PARALLEL_DIRECT_WRITES
        if file.mode == OREAD:
            how |= wire.Opened.NO_FLUSH
        return wire.OPEN_OUT.pack(handle, how, 0)

    async def _read(self, request: Request) -> list[bytes]:
        handle, offset, count, *_ = wire.READ_IN.unpack_from(request.body)
        return await self._files[handle].read(offset, count)

    async def _write(self, request: Request) -> bytes:
        handle, offset, count, flags, *_ = wire.WRITE_IN.unpack_from(request.body)
        data = memoryview(request.body)[wire.WRITE_IN.size : wire.WRITE_IN.size + count]
        is_mapped = bool(flags & wire.WRITE_CACHE)
        return wire.WRITE_OUT.pack(await self._files[handle].write(offset, data, is_mapped=is_mapped), 0)

    async def _fsync(self, request: Request) -> bytes:
        handle, *_ = wire.FSYNC_IN.unpack_from(request.body)
        await self._files[handle].sync()
        return b""

    async def _flush(self, request: Request) -> bytes:
        handle, *_ = wire.FLUSH_IN.unpack_from(request.body)
        await self._files[handle].flush(request.pid)
        return b""

    def _release(self, request: Request) -> None:
        file = self._files.pop(*wire.NUMBER.unpack_from(request.body))
        file.node.files.remove(file)
        if file.is_pending:
            file.node.commits.add(done := trio.Event())
            self._committing.start_soon(self._commit, request, file, done)
        else:
            file.forget()
        self._reply(request)

    async def _commit(self, request: Request, file: OpenFile, done: trio.Event) -> None:
        try:
            await file.commit()
        except (FileError, OSError) as error:
            tell(request, file.node, error)
        finally:
            file.node.commits.discard(done)
            done.set()

    # Directories.

    async def _opendir(self, request: Request) -> bytes:
        fids, fid = await self._link.walk(self._nodes[request.node].path())
        try:
            directory = OpenDirectory(fids, fid, await fids.open(fid, OREAD))
        except BaseException:
            fids.forget(fid)
            raise
        handle = next(self._handles)
        self._directories[handle] = directory
        return wire.OPEN_OUT.pack(handle, 0, 0)

    async def _readdir(self, request: Request) -> bytes:
        return b"".join([wire.directory_entry(*line) async for line, _ in self._lines(request, 0)])

    async def _readdirplus(self, request: Request) -> bytes:
        directory = self._nodes[request.node]
        lines = [  # joined, for one writev(2) takes 1,024 buffers at most, and a page has more lines than that
            (self._tree.entry(directory, about.name, about) if about else wire.UNTOLD) + wire.directory_entry(*line)
            async for line, about in self._lines(request, len(wire.UNTOLD))
        ]
        return b"".join(lines)

    async def _lines(self, request: Request, more: int) -> AsyncIterator[tuple[Line, Stat | None]]:
        """What of the list begins at the place asked for and fits, if each line has `more` bytes before it."""
        handle, start, room, *_ = wire.READ_IN.unpack_from(request.body)
        directory = self._directories[handle]
        if start == 0:
            directory.as_of = self._changes
        entries = await directory.entries(start)
        is_fresh = directory.as_of == self._changes  # else the kernel knows more of its own files than the list does
        for place, (name, about) in enumerate(entries[start:], start + 1):
            room -= more + wire.entry_size(name)
            if room < 0:
                return
            inode = (about and about.qid.path) or request.node
            yield (place, name, inode, mode_of(about) if about else modes.S_IFDIR), about if is_fresh else None

    def _releasedir(self, request: Request) -> None:
        self._directories.pop(*wire.NUMBER.unpack_from(request.body)).release()
        self._reply(request)


def mode_of_open(flags: int) -> int:
    """The mode of open(5) for the flags of open(2). O_APPEND is the kernel's affair: it knows the length."""
    return MODES[flags & os.O_ACCMODE] | (OTRUNC if flags & os.O_TRUNC else 0)


def tell(request: Request, node: Node, error: Exception) -> None:
    """The log has the server's words, where a program gets a number. That a name is not there is no news."""
    if (number := errno_of(error, is_read=request.op == Op.READ)) != errno.ENOENT:
        path, seen = "/" + "/".join(node.names()), os.strerror(number)
        log.info("request.refused", op=Op(request.op).name.lower(), path=path, why=str(error), seen=seen)
