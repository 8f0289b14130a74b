"""Open files of a real directory: bytes at an offset, and the entries of a directory.

What the page cache has is answered on the spot: a thread would cost ten times the read itself. What the disk must be
waited for goes to a thread, so that nobody else waits. For a read the kernel says which it is (RWF_NOWAIT); where it
cannot say, and for writes, the last one's time tells: after a slow one a file is used from threads until it is quick
again. Other than this machine's own file systems are used from threads alone: there a read may wait for ever.
"""

from __future__ import annotations

import errno
import os
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import TYPE_CHECKING, Any, TypeVar

import trio

from ninep.export.descriptors import Descriptor, LongRead
from ninep.export.system import failure, refusal, refusing
from ninep.messages import ORCLOSE
from ninep.node import Answer, Opened
from ninep.opened import Pages
from ninep.session import MSIZE_MOST

if TYPE_CHECKING:
    from ninep.export.nodes import File, Folder

T = TypeVar("T")

SLOW = 5e-3  # seconds; an operation that takes longer has waited for something
LARGE = 64 * 1024  # bytes of a directory's own length, some thousand entries: to list it takes longer than a thread
BATCH = 500  # entries told before others get their turn
FURTHEST = 1 << 63  # no byte of a file is here or beyond: off_t is signed

_scratch = memoryview(bytearray(MSIZE_MOST))  # where reads land first, one after the other

Found = tuple[str, os.stat_result]


class Handle(Opened):
    """A file open on disk."""

    __slots__ = ("_does_kernel_tell", "_file", "_is_slow", "_left", "_mode", "descriptor")

    def __init__(self, file: File, descriptor: int, mode: int) -> None:
        self._file, self._mode, self.descriptor = file, mode, Descriptor(file.export.room, descriptor)
        self._is_slow, self._does_kernel_tell = False, True
        self._left: LongRead | None = None  # by a reader who was cancelled
        file.inode.handles.append(self)

    def read(self, count: int, offset: int) -> Answer[bytes]:
        if offset + count >= FURTHEST:
            return b""
        if not self.descriptor.is_local:
            return self._read_elsewhere(count, offset)
        if not self._does_kernel_tell:
            return self._timed(os.pread, count, offset)
        descriptor = self.descriptor.number
        try:
            size = os.preadv(descriptor, [_scratch[:count]], offset, os.RWF_NOWAIT)
        except BlockingIOError:
            return self.descriptor.in_thread(os.pread, count, offset)
        except OSError as error:
            if error.errno != errno.EOPNOTSUPP:
                raise refusal(error) from error
            self._does_kernel_tell = False
            return self._timed(os.pread, count, offset)
        if size < count and offset + size < os.fstat(descriptor).st_size:  # the rest is not in memory
            return self.descriptor.in_thread(os.pread, count, offset)
        return bytes(_scratch[:size])

    def write(self, data: bytes, offset: int) -> Answer[int]:
        if offset + len(data) >= FURTHEST:
            raise refusal(failure(errno.EFBIG))
        self._file.inode.writes += 1
        if not self.descriptor.is_local:
            return self.descriptor.in_thread(os.pwrite, data, offset)
        return self._timed(os.pwrite, data, offset)

    def clunk(self) -> None:
        """Let go; an error that the disk kept until now is refused with it. With ORCLOSE the file goes too."""
        self._file.inode.handles.remove(self)
        try:
            with refusing():
                self.descriptor.leave()
        finally:
            if self._mode & ORCLOSE:
                with refusing(), suppress(FileNotFoundError):
                    self._file.take_away()

    async def _read_elsewhere(self, count: int, offset: int) -> bytes:
        """What a stream gave to a read that was taken back is the next one's; an ordinary file is asked again."""
        if not self._left or self._left.offset != offset or self._file.length:
            self._left = LongRead(self.descriptor, count, offset)
        data = await self._left.data()
        self._left = None
        return data[:count]

    def _timed(self, work: Callable[..., T], *details: Any) -> Answer[T]:
        if self._is_slow:
            return self._timed_later(work, *details)
        begin = time.perf_counter()
        try:
            return work(self.descriptor.number, *details)
        except OSError as error:
            raise refusal(error) from error
        finally:
            self._is_slow = time.perf_counter() - begin > SLOW

    async def _timed_later(self, work: Callable[..., T], *details: Any) -> T:
        begin = time.perf_counter()
        try:
            return await self.descriptor.in_thread(work, *details)
        finally:
            self._is_slow = time.perf_counter() - begin > SLOW


class Listing(Pages):
    """A directory open on disk."""

    __slots__ = ("_descriptor", "_folder")

    def __init__(self, folder: Folder, descriptor: int) -> None:
        super().__init__()
        self._folder, self._descriptor = folder, Descriptor(folder.export.room, descriptor)

    def read(self, count: int, offset: int) -> Answer[bytes]:
        if offset:
            return self.page(count, offset)
        with refusing():
            if not self._descriptor.is_local or os.fstat(self._descriptor.number).st_size > LARGE:
                return self._read_large(count)
            self.begin([self._folder.tell(name, facts) for name, facts in scan(self._descriptor.number)])
        return self.page(count, offset)

    async def _read_large(self, count: int) -> bytes:
        told = []
        for number, (name, facts) in enumerate(await self._descriptor.in_thread(lambda fd: list(scan(fd)))):
            told.append(self._folder.tell(name, facts))
            if number % BATCH == 0:
                await trio.lowlevel.checkpoint()
        self.begin(told)
        return self.page(count, 0)

    def clunk(self) -> None:
        with refusing():
            self._descriptor.leave()


def scan(directory: int) -> Iterator[Found]:
    """What is in a directory now. Names that are not UTF-8 cannot be said in 9P, and are left out. OSError."""
    with os.scandir(directory) as entries:
        for entry in entries:
            if not is_utf8(entry.name):
                continue
            with suppress(FileNotFoundError):  # it went while we looked
                yield entry.name, entry.stat(follow_symlinks=False)


def is_utf8(name: str) -> bool:
    """Whether a name of the disk can be said in 9P."""
    try:
        name.encode()
    except UnicodeEncodeError:
        return False
    return True
