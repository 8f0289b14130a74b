"""Keeping qid.path unique over all backends: arithmetic, and where paths lie in the replies that carry them.

Two backends may both number their files from 1, so a client that knows files by qid.path (9pfuse, v9fs) would take
one for another. A path seen through the mux is the backend's own, moved up by 8 bits, with the number of the mount in
the low byte: no table, the same after every reconnect and restart, and below 2^56, because 9pfuse keeps the qid's type
in the upper byte. Three kinds of paths are kept apart by bits 46 and 47 of what the backend said:

    00  a path below 2^46, as it is; three muxes in a row stay exact for servers that count their files
    01  a larger one (a hash, a file behind many muxes), folded to 46 bits: a million of them clash 1 time in 140
    11  the root of the backend, whatever its server calls it, so that a mount keeps its identity when that is down
"""

from __future__ import annotations

import zlib
from struct import Struct

from ninep.messages import QTDIR, Qid

NUMBERS = 256  # mounts of one mux, its own tree (0) among them

_BITS = 46
_FOLDED, _ROOT = 1 << _BITS, 3 << _BITS
_GOLDEN = 0x9E3779B97F4A7C15  # 2^64 divided by the golden ratio: its products spread evenly over the upper bits

_LENGTH = Struct("<H")
_PATH = Struct("<Q")
_QID = Struct("<BIQ")

# Where things lie in a stat(5) that begins with its size[2].
_STAT_PATH, _STAT_NAME, _STAT_LEAST = 13, 41, 49


def remap(path: int, number: int) -> int:
    """The path by which clients know a file of backend `number`."""
    if path >> _BITS:
        path = _FOLDED | (path * _GOLDEN & 0xFFFFFFFFFFFFFFFF) >> 64 - _BITS
    return path << 8 | number


def number_of(name: str) -> int:
    """The number that a mount of this name has unless another has it."""
    return 1 + zlib.crc32(name.encode()) % (NUMBERS - 1)


def root_qid(number: int) -> Qid:
    """The qid of a backend's root directory."""
    return Qid(QTDIR, 0, _ROOT << 8 | number)


def read_qid(buffer: bytearray, at: int) -> Qid:
    """The qid[13] at `at`, as the backend has it."""
    return Qid(*_QID.unpack_from(buffer, at))


def patch_qid(buffer: bytearray, at: int, number: int, known: Qid | None = None) -> None:
    """Remap the qid[13] at `at`, or put the known one in its place."""
    if known:
        _QID.pack_into(buffer, at, known.type, known.vers, known.path)
    else:
        patch_path(buffer, at + 5, number)


def patch_path(buffer: bytearray, at: int, number: int) -> None:
    """Remap the path[8] at `at`."""
    _PATH.pack_into(buffer, at, remap(_PATH.unpack_from(buffer, at)[0], number))


def patch_stat(buffer: bytearray, at: int, number: int, known: Qid | None = None) -> None:
    """Remap the qid of the stat that begins (with its size[2]) at `at`."""
    patch_qid(buffer, at + _STAT_PATH - 5, number, known)


def patch_directory(buffer: bytearray, at: int, end: int, number: int, mounts: dict[bytes, Qid]) -> bool:
    """Remap the qids of directory entries, those of `mounts` to what they are known as. False if an entry is torn."""
    while at < end:
        if at + _STAT_LEAST > end:
            return False
        beyond = at + 2 + _LENGTH.unpack_from(buffer, at)[0]
        if not at + _STAT_LEAST <= beyond <= end:
            return False
        known = None
        if mounts:
            name = at + _STAT_NAME + 2
            known = mounts.get(bytes(buffer[name : name + _LENGTH.unpack_from(buffer, name - 2)[0]]))
        patch_stat(buffer, at, number, known)
        at = beyond
    return True
