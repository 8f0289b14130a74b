"""wstat(5) on a real file: name, length, mode and times, all of them or none.

Everything that we can refuse is refused before anything is done; then each step leaves behind how it is undone, should
the kernel refuse the next. What cannot be undone, the truncation, comes last, on a descriptor that was opened first.
"""

from __future__ import annotations

import errno
import os
import stat as modes
from contextlib import ExitStack
from typing import TYPE_CHECKING

from ninep.errors import DENIED, IS_DIRECTORY, FileError
from ninep.export.handles import FURTHEST
from ninep.export.inodes import MARKS
from ninep.export.system import check_name, failure, itself, set_mode
from ninep.messages import DMAPPEND, Stat

if TYPE_CHECKING:
    from ninep.export.nodes import Item

SECOND = 1_000_000_000  # in nanoseconds
CHANGEABLE = {"name", "length", "mode", "mtime", "atime"}
"""What may be asked for. Owner and group are not ours to give; atime is more than stat(5) has, for `touch` sets it."""


def change(item: Item, wish: Stat, fields: set[str]) -> None:
    """Make these fields of a file as the wish has them. OSError or FileError, and then nothing has changed."""
    with item.pinned() as pin, ExitStack() as undo:
        facts = os.fstat(pin)
        _check(item, facts, wish, fields)
        if "length" not in fields:
            _change(item, pin, facts, wish, fields, undo)
        else:
            descriptor = os.open(itself(pin), os.O_WRONLY | os.O_CLOEXEC | os.O_NONBLOCK)
            try:
                _change(item, pin, facts, wish, fields, undo)
                os.ftruncate(descriptor, wish.length)
                _set_times(pin, facts, wish, fields)  # to truncate is to modify
            finally:
                os.close(descriptor)
        undo.pop_all()
        if "mode" in fields and modes.S_ISREG(facts.st_mode):
            item.export.inodes.mark(item.inode, wish.mode & MARKS)
        item.inode.writes += 1
        item.see(os.fstat(pin))


def _check(item: Item, facts: os.stat_result, wish: Stat, fields: set[str]) -> None:
    """Refuse what could not be done whatever the kernel says."""
    is_directory, is_file = modes.S_ISDIR(facts.st_mode), modes.S_ISREG(facts.st_mode)
    if fields - CHANGEABLE or not (is_directory or is_file or fields == {"name"}):
        raise FileError(DENIED)
    if "name" in fields:
        check_name(wish.name)
    if "mode" in fields:
        free = 0o777 if is_directory else 0o777 | MARKS
        if (wish.mode ^ item.inode.mode(facts)) & ~free:
            raise FileError(DENIED)
    if "length" in fields:
        if is_directory:
            raise FileError(IS_DIRECTORY)
        if item.inode.marks & DMAPPEND:
            raise FileError(DENIED)
        if wish.length >= FURTHEST:
            raise failure(errno.EFBIG)


def _change(item: Item, pin: int, facts: os.stat_result, wish: Stat, fields: set[str], undo: ExitStack) -> None:
    """Do what can be undone."""
    if "name" in fields:
        before = item.name
        item.rename(wish.name)
        undo.callback(item.rename, before)
    if "mode" in fields:
        before_bits = modes.S_IMODE(facts.st_mode)
        set_mode(pin, before_bits & ~0o777 | wish.mode & 0o777)
        undo.callback(set_mode, pin, before_bits)
    if fields & {"mtime", "atime"}:
        _set_times(pin, facts, wish, fields)
        undo.callback(os.utime, itself(pin), ns=(facts.st_atime_ns, facts.st_mtime_ns))


def _set_times(pin: int, facts: os.stat_result, wish: Stat, fields: set[str]) -> None:
    if fields & {"mtime", "atime"}:
        atime = wish.atime * SECOND if "atime" in fields else facts.st_atime_ns
        mtime = wish.mtime * SECOND if "mtime" in fields else facts.st_mtime_ns
        os.utime(itself(pin), ns=(atime, mtime))
