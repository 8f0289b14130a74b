"""Who still has a file open, as /proc shows it.

A look into /proc may wait for ourselves: a process that execs closes its descriptors (FLUSH) while it
holds the lock that a look at it needs. So the look is a thread's, which may be left alone; it asks who opened the file
first, for the usual close by execution is that of a child, whose parent has the file and no such lock; and it is given
up after a while. No file system is asked, as a stat of a descriptor would: readlink says enough.
"""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

import trio

from ninep.fuse.nodes import Node

PATIENCE = 0.25  # seconds


async def is_held(node: Node, opener: int, closer: int) -> bool:
    """One of these processes has a descriptor of the file; also if that cannot be found out."""
    path = "/" + "/".join(node.names())
    with trio.move_on_after(PATIENCE):
        return await trio.to_thread.run_sync(_any_holds, [opener, closer], path, abandon_on_cancel=True)
    return True


def _any_holds(processes: list[int], path: str) -> bool:
    return any(_holds(process, path) for process in dict.fromkeys(processes))


def _holds(process: int, path: str) -> bool:
    with suppress(OSError):  # it has ended, or is somebody else's
        for descriptor in Path(f"/proc/{process}/fd").iterdir():
            with suppress(FileNotFoundError):  # closed meanwhile
                if str(descriptor.readlink()).removesuffix(" (deleted)").endswith(path):
                    return True
    return False
