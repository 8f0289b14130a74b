"""Who a file on disk is to a client: its qid, its stat, and the little that the disk does not keep of it.

The disk knows mode, owner, length and times. This server adds, in memory and for as long as it runs: that a file is
only appended to (DMAPPEND), for one opener at a time (DMEXCL) or temporary (DMTMP), who has it open, and how often it
was written through us. All of that is the inode's, whatever its names.
"""

from __future__ import annotations

import grp
import os
import pwd
import stat as modes
from collections import OrderedDict
from functools import lru_cache
from typing import TYPE_CHECKING
from weakref import WeakValueDictionary

from ninep.messages import DMAPPEND, DMDIR, DMEXCL, DMTMP, Qid, Stat

if TYPE_CHECKING:
    from ninep.export.handles import Handle

MARKS = DMAPPEND | DMEXCL | DMTMP
U4 = 0xFFFFFFFF

INO_BITS, DEVICE_BITS, TURN_BITS = 40, 8, 7  # of a qid.path; with the bit of ODD that is 56, as mounts want it
ODD = 1 << (INO_BITS + DEVICE_BITS + TURN_BITS)  # marks the path of an inode whose numbers are too large for the rest
REMEMBERED = 1 << 16  # removed inodes of which we know that their number may come again

Key = tuple[int, int, int]
"""Device, inode number, and kind of file: a number that comes again for another kind is another file."""


def key(facts: os.stat_result) -> Key:
    """Which inode a file is."""
    return facts.st_dev, facts.st_ino, modes.S_IFMT(facts.st_mode)


class Inode:
    """One file on disk."""

    __slots__ = ("__weakref__", "handles", "is_gone", "key", "marks", "path", "writes")

    def __init__(self, key: Key, path: int) -> None:
        self.key, self.path = key, path
        self.is_gone = False  # its last name was removed through us: the same numbers are another file from now on
        self.marks = 0  # DMAPPEND, DMEXCL, DMTMP
        self.writes = 0  # clocks are coarse: two writes of one tick differ by this
        self.handles: list[Handle] = []

    def qid(self, facts: os.stat_result) -> Qid:
        """Its identity. `vers` comes from the time of the last change and the length."""
        vers = hash((facts.st_mtime_ns, facts.st_size, self.writes)) & U4
        return Qid(self.mode(facts) >> 24, vers, self.path)

    def stat(self, name: str, facts: os.stat_result) -> Stat:
        """All that stat(5) tells. Who changed it last the disk does not know: we say, its owner."""
        owner = user_name(facts.st_uid)
        length = facts.st_size if modes.S_ISREG(facts.st_mode) else 0
        atime, mtime = _seconds(facts.st_atime), _seconds(facts.st_mtime)
        group = group_name(facts.st_gid)
        return Stat(0, 0, self.qid(facts), self.mode(facts), atime, mtime, length, name, owner, group, owner)

    def mode(self, facts: os.stat_result) -> int:
        """The mode of stat(5): 0 for what is neither file nor directory, and cannot be opened."""
        perm = facts.st_mode & 0o777
        if modes.S_ISDIR(facts.st_mode):
            return DMDIR | perm
        return self.marks | perm if modes.S_ISREG(facts.st_mode) else 0


class Inodes:
    """The inodes that are in use, and the numbers that they go by."""

    def __init__(self) -> None:
        self._known: WeakValueDictionary[Key, Inode] = WeakValueDictionary()
        self._marked: dict[Key, Inode] = {}  # what is remembered of a file must keep its inode here
        self._devices: dict[int, int] = {}
        self._turns: OrderedDict[tuple[int, int], int] = OrderedDict()
        self._odd: dict[tuple[int, int, int], int] = {}

    def of(self, facts: os.stat_result) -> Inode:
        """The inode of a file, the same object for as long as anybody holds it."""
        wanted = key(facts)
        if (inode := self._known.get(wanted)) is None:
            inode = self._known[wanted] = Inode(wanted, self._path(*wanted[:2]))
        return inode

    def new(self, facts: os.stat_result) -> Inode:
        """The inode of a file that was just made: what had its numbers before was removed by somebody else."""
        if before := self._known.get(key(facts)):
            self.forget(before)
        return self.of(facts)

    def mark(self, inode: Inode, marks: int) -> None:
        """Remember DMAPPEND, DMEXCL, DMTMP of a file, or that it has none of them any more."""
        inode.marks = marks
        if marks:
            self._marked[inode.key] = inode
        else:
            self._marked.pop(inode.key, None)

    def forget(self, inode: Inode) -> None:
        """Its last name is gone, and the disk may give its number to a new file: that one gets another qid."""
        inode.is_gone = True
        self._known.pop(inode.key, None)
        self._marked.pop(inode.key, None)
        number = inode.key[:2]
        self._turns[number] = (self._turns.pop(number, 0) + 1) % (1 << TURN_BITS)
        if len(self._turns) > REMEMBERED:
            self._turns.popitem(last=False)

    def _path(self, device: int, ino: int) -> int:
        """qid.path: turn, device and inode number side by side, so nothing need be remembered and a restart agrees."""
        order = self._devices.setdefault(device, len(self._devices))
        turn = self._turns.get((device, ino), 0)
        if ino < 1 << INO_BITS and order < 1 << DEVICE_BITS:
            return (turn << DEVICE_BITS | order) << INO_BITS | ino
        return ODD | self._odd.setdefault((device, ino, turn), len(self._odd))


@lru_cache(1024)
def user_name(number: int) -> str:
    """Who a uid is."""
    try:
        return pwd.getpwuid(number).pw_name
    except KeyError:
        return str(number)


@lru_cache(1024)
def group_name(number: int) -> str:
    """Which group a gid is."""
    try:
        return grp.getgrgid(number).gr_name
    except KeyError:
        return str(number)


def _seconds(time: float) -> int:
    return min(max(int(time), 0), U4 - 1)  # all ones would be "don't touch"
