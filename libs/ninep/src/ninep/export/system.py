"""What is asked of the kernel: to find a file below a directory without ever leaving it, and its refusals in our words.

A path is taken one name at a time, each opened from the descriptor of the one before and never through a symbolic
link, so there is no name, and no moment between two of them, by which a client could get out. The descriptors are
O_PATH ones, which open nothing; what is then done is done to the file that was found, through /proc/self/fd.
"""

from __future__ import annotations

import ctypes
import errno
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from ninep.errors import DENIED, EXISTS, IN_USE, IS_DIRECTORY, NOT_DIRECTORY, NOT_FOUND, FileError

STEP = os.O_PATH | os.O_NOFOLLOW | os.O_CLOEXEC
RENAME_NOREPLACE = 1  # rename(2)
LOCAL = {
    0xEF53,  # ext2, ext3, ext4
    0x58465342,  # xfs
    0x9123683E,  # btrfs
    0xCA451A4E,  # bcachefs
    0x2FC12FC1,  # zfs
    0xF2F52010,  # f2fs
    0x4D44,  # fat
    0x2011BAB0,  # exfat
    0x7366746E,  # ntfs3
    0x9660,  # iso9660
    0x73717368,  # squashfs
    0xE0F5E1E2,  # erofs
    0x01021994,  # tmpfs
    0x858458F6,  # ramfs
    0x794C7630,  # overlayfs, which containers have
}
"""File systems that wait for nothing but this machine's own disk, by their numbers in linux/magic.h and the sources."""
LONGEST_NAME = 255  # bytes, NAME_MAX of every file system that matters

TEXTS = {
    errno.ENOENT: NOT_FOUND,
    errno.ESTALE: NOT_FOUND,
    errno.ELOOP: DENIED,  # a symbolic link came where a file was
    errno.EACCES: DENIED,
    errno.EPERM: DENIED,
    errno.EEXIST: EXISTS,
    errno.EISDIR: IS_DIRECTORY,
    errno.ENOTDIR: NOT_DIRECTORY,
    errno.ENOTEMPTY: "directory is not empty",
    errno.EBUSY: IN_USE,
    errno.ETXTBSY: IN_USE,
    errno.EIO: "i/o error",
}
"""Plan 9's words. All else is said in the C library's, letter by letter, for v9fs has a table of both."""


def failure(code: int) -> OSError:
    """What the kernel would have said."""
    return OSError(code, os.strerror(code))


def refusal(error: OSError) -> FileError:
    """The kernel's no, as an Rerror."""
    return FileError(TEXTS.get(error.errno or 0) or error.strerror or str(error))


@contextmanager
def refusing() -> Iterator[None]:
    """What the kernel refuses within, the client is refused."""
    try:
        yield
    except OSError as error:
        raise refusal(error) from error


def check_name(name: str) -> None:
    """Refuse what is no name of one file in one directory. FileError."""
    if name in ("", ".", "..") or "/" in name or "\0" in name:
        raise FileError(f"{name!r} is not a name for a file")
    if len(name.encode()) > LONGEST_NAME:
        raise refusal(failure(errno.ENAMETOOLONG))


@contextmanager
def pinned(root: int, names: Sequence[str]) -> Iterator[int]:
    """An O_PATH descriptor of the file of this path below `root`, a symbolic link itself if it is one. OSError."""
    held = root
    try:
        for name in names:
            below = os.open(name, STEP, dir_fd=held)  # ENOTDIR if what is held is a link, or no directory
            if held != root:
                os.close(held)
            held = below
        yield held
    finally:
        if held != root:
            os.close(held)


def itself(descriptor: int) -> str:
    """A path to what a descriptor stands for, for calls that take no O_PATH descriptor. It leads to nothing else."""
    return f"/proc/self/fd/{descriptor}"


def set_mode(descriptor: int, bits: int) -> None:
    """chmod(2) for an O_PATH descriptor. OSError."""
    Path(itself(descriptor)).chmod(bits)


def rename(directory: int, old: str, new: str) -> None:
    """Rename within a directory, never onto a file that exists. OSError."""
    if _rename(directory, os.fsencode(old), directory, os.fsencode(new), RENAME_NOREPLACE) == 0:
        return
    code = ctypes.get_errno()
    if code not in (errno.EINVAL, errno.ENOSYS):
        raise failure(code)
    if _exists(directory, new):  # a file system without the flag: the moment between is the best it can do
        raise failure(errno.EEXIST)
    os.rename(old, new, src_dir_fd=directory, dst_dir_fd=directory)


def _exists(directory: int, name: str) -> bool:
    try:
        os.stat(name, dir_fd=directory, follow_symlinks=False)
    except FileNotFoundError:
        return False
    return True


def is_local(descriptor: int) -> bool:
    """Whether a file is known to wait for this machine alone, and not for a program (FUSE) or another machine."""
    facts = (ctypes.c_ulong * 64)()  # a struct statfs, which begins with the kind, and some room
    return _fstatfs(descriptor, facts) == 0 and facts[0] & 0xFFFFFFFF in LOCAL


_fstatfs = ctypes.CDLL(None).fstatfs
_rename = ctypes.CDLL(None, use_errno=True).renameat2
_rename.argtypes = (ctypes.c_int, ctypes.c_char_p, ctypes.c_int, ctypes.c_char_p, ctypes.c_uint)
