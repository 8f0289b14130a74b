"""Which process asks: a request of the kernel names a thread, and programs open and close in different ones.

The answer comes from tgkill(2) with signal 0, which only looks and never waits. /proc knows more, who holds which file
for one, but waits: a process that executes another closes its descriptors, and waits for us to hear of it, while it
holds the lock that a look at it needs.
"""

from __future__ import annotations

import ctypes
import errno
import os

LOOK = 0  # the signal that is none

_libc = ctypes.CDLL(None, use_errno=True)


def are_one(one: int, other: int) -> bool:
    """Two threads are of one process; also if that cannot be known, since neither began it, or one has ended."""
    if one == other or _leads(one, other) or _leads(other, one):
        return True
    return not (_leads(one, one) or _leads(other, other)) or _has_ended(one) or _has_ended(other)


def _leads(first: int, thread: int) -> bool:
    """The process that began with the thread `first` has this thread. A refusal to signal it says so too."""
    return not _libc.tgkill(first, thread, LOOK) or ctypes.get_errno() == errno.EPERM


def _has_ended(thread: int) -> bool:
    try:
        os.kill(thread, LOOK)
    except OSError as error:
        return error.errno == errno.ESRCH
    return False
