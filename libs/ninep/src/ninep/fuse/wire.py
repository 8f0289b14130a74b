"""What the kernel says on /dev/fuse and what it wants to hear: numbers, layouts, and nothing of files or 9P. No IO.

Names and layouts are those of linux/fuse.h, protocol 7.31 and later; all integers are in the machine's own order. One
read of the device gives one whole request, one write takes one whole reply.
"""

from __future__ import annotations

import enum
import errno
import struct
import sys
from collections.abc import Iterable
from typing import NamedTuple

MAJOR, MINOR = 7, 39  # the newest protocol whose additions are used here (mmap beside direct IO)
MAX_DATA = 1 << 20  # bytes of a read or write request; the kernel's own limit is 256 pages
MAX_REQUEST = MAX_DATA + 4096  # bytes to offer for one request
ROOT = 1  # the nodeid of the root
VALID = 100_000_000  # ns for which the kernel believes a name and its attributes: as long as `ls -l` takes to use them


class Op(enum.IntEnum):
    """What can be asked. What is not listed here is answered with ENOSYS, and the kernel then does without."""

    LOOKUP = 1
    FORGET = 2
    GETATTR = 3
    SETATTR = 4
    SYMLINK = 6
    MKNOD = 8
    MKDIR = 9
    UNLINK = 10
    RMDIR = 11
    RENAME = 12
    LINK = 13
    OPEN = 14
    READ = 15
    WRITE = 16
    STATFS = 17
    RELEASE = 18
    FSYNC = 20
    FLUSH = 25
    INIT = 26
    OPENDIR = 27
    READDIR = 28
    RELEASEDIR = 29
    CREATE = 35
    INTERRUPT = 36
    BATCH_FORGET = 42
    READDIRPLUS = 44
    RENAME2 = 45


class Init(enum.IntFlag):
    """What is agreed on at INIT; from bit 32 on it travels in the second word."""

    ASYNC_READ = 1 << 0
    ATOMIC_O_TRUNC = 1 << 3  # O_TRUNC comes with the OPEN, as Topen has it
    BIG_WRITES = 1 << 5
    DO_READDIRPLUS = 1 << 13
    READDIRPLUS_AUTO = 1 << 14  # the kernel asks for attributes where somebody wanted them
    ASYNC_DIO = 1 << 15
    PARALLEL_DIROPS = 1 << 18
    MAX_PAGES = 1 << 22
    INIT_EXT = 1 << 30
    DIRECT_IO_ALLOW_MMAP = 1 << 36


WANTED = (
    Init.ASYNC_READ
    | Init.ATOMIC_O_TRUNC
    | Init.BIG_WRITES
    | Init.DO_READDIRPLUS
    | Init.READDIRPLUS_AUTO
    | Init.ASYNC_DIO
    | Init.PARALLEL_DIROPS
    | Init.MAX_PAGES
    | Init.INIT_EXT
    | Init.DIRECT_IO_ALLOW_MMAP
)


class Opened(enum.IntFlag):
    """How an open file is to be treated."""

    DIRECT_IO = 1 << 0
    NO_FLUSH = 1 << 5
    PARALLEL_DIRECT_WRITES = 1 << 6


class Set(enum.IntFlag):
    """What a SETATTR sets."""

    MODE = 1 << 0
    UID = 1 << 1
    GID = 1 << 2
    SIZE = 1 << 3
    MTIME = 1 << 5
    FH = 1 << 6
    MTIME_NOW = 1 << 8


RENAME_NOREPLACE = 1
WRITE_CACHE = 1  # a WRITE is of pages that a program has mapped and changed

_IN = struct.Struct("=IIQQIIIHH")
_OUT = struct.Struct("=IiQ")
_INIT_IN = struct.Struct("=4I")
_INIT_OUT = struct.Struct("=4I2H2I2H2I24x")
_ATTR = struct.Struct("=6Q10I")
_ATTR_OUT = struct.Struct("=QII")
_ENTRY_OUT = struct.Struct("=4Q2I")
_DIRENT = struct.Struct("=QQII")

BATCH_FORGET_IN = struct.Struct("=II")
CREATE_IN = struct.Struct("=4I")
FLUSH_IN = struct.Struct("=QIIQ")
FORGET_ONE = struct.Struct("=QQ")
FSYNC_IN = struct.Struct("=QII")
MKDIR_IN = struct.Struct("=II")
MKNOD_IN = struct.Struct("=4I")
NUMBER = struct.Struct("=Q")  # of a FORGET, an INTERRUPT, a RELEASE, a RENAME
OPEN_IN = struct.Struct("=II")
OPEN_OUT = struct.Struct("=QII")
READ_IN = struct.Struct("=QQIIQII")
RENAME2_IN = struct.Struct("=QII")
SETATTR_IN = struct.Struct("=2I6Q8I")
STATFS_OUT = struct.Struct("=5Q4I24x")
WRITE_IN = READ_IN
WRITE_OUT = struct.Struct("=II")

UNTOLD = bytes(_ENTRY_OUT.size + _ATTR.size)  # the `entry` of a name, in a list with attributes, that has none
STATFS = STATFS_OUT.pack(0, 0, 0, 0, 0, 4096, 255, 4096, 0)  # 9P2000 does not tell how full a server is


class Request(NamedTuple):
    """One request. `unique` pairs it with its reply, `node` is the file it is about, `pid` the thread that asks."""

    op: int
    unique: int
    node: int
    pid: int
    body: bytes

    def names(self, after: int) -> list[str]:
        """The names that follow a layout of `after` bytes. OSError if one is no UTF-8, which 9P names are."""
        try:
            return self.body[after:].decode().split("\0")[:-1]
        except UnicodeDecodeError:
            raise OSError(errno.EILSEQ, "a name is UTF-8 text") from None


def parse(data: memoryview) -> Request:
    """The request in a read of the device."""
    size, op, unique, node, _, _, pid, _, _ = _IN.unpack_from(data)
    return Request(op, unique, node, pid, bytes(data[_IN.size : size]))


def reply(unique: int, body: Iterable[bytes] = (), error: int = 0) -> list[bytes]:
    """A reply, as the buffers of one writev. `error` is an errno, 0 for success."""
    parts = list(body)
    return [_OUT.pack(_OUT.size + sum(map(len, parts)), -error, unique), *parts]


def init(body: bytes) -> bytes:
    """The answer to INIT: the flags that both know, 1 MiB a request."""
    major, minor, readahead, flags = _INIT_IN.unpack_from(body)
    if (major, minor) < (7, 31):
        raise OSError(errno.EPROTO, f"the kernel's FUSE {major}.{minor} is too old")
    if flags & Init.INIT_EXT:
        flags |= int.from_bytes(body[16:20], sys.byteorder) << 32
    flags &= WANTED
    pages = MAX_DATA // 4096
    return _INIT_OUT.pack(
        MAJOR, min(minor, MINOR), readahead, flags & 0xFFFFFFFF, 64, 48, MAX_DATA, 1, pages, 0, flags >> 32, 0
    )


def attributes(inode: int, mode: int, size: int, times: tuple[int, int], owner: tuple[int, int]) -> bytes:
    """What stat(2) shows. `times` are of the last read and the last change, in seconds; `owner` is user and group."""
    atime, mtime = times
    blocks = -(-size // 512)
    return _ATTR.pack(inode, size, blocks, atime, mtime, mtime, 0, 0, 0, mode, 1, *owner, 0, 4096, 0)


def attributes_reply(attributes: bytes) -> bytes:
    """The reply to whoever looks at a file."""
    return _ATTR_OUT.pack(0, VALID, 0) + attributes


def entry(node: int, attributes: bytes) -> bytes:
    """A name that was found, and what it stands for."""
    return _ENTRY_OUT.pack(node, 0, 0, 0, VALID, VALID) + attributes


def directory_entry(place: int, name: str, inode: int, mode: int) -> bytes:
    """One line of a list; `place` is where the next begins."""
    text = name.encode()
    return _DIRENT.pack(inode, place, len(text), mode >> 12) + text + bytes(-len(text) % 8)


def entry_size(name: str) -> int:
    """How many bytes the line of a list has."""
    size = len(name.encode())
    return _DIRENT.size + size + -size % 8
