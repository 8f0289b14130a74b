"""A real directory as a tree: `ninep serve DIR`.

    with exported("/srv/pictures", read_only=True) as root:
        await serve(root, listeners)

`system` finds files without leaving the directory, `inodes` knows who they are, `nodes` are the files and directories,
`descriptors` and `handles` what is open, `changes` a wstat, `command` the command line. Needs Linux with /proc.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ninep.errors import DENIED, FileError
from ninep.export.descriptors import Room
from ninep.export.inodes import Inodes
from ninep.export.nodes import Folder
from ninep.node import Directory

__all__ = ["Export", "exported"]


LIMIT = 512  # open files: half of the 1024 descriptors that a process usually has; the rest is for connections


class Export:
    """What all files of an exported directory share: `root`, its descriptor, and what is allowed."""

    def __init__(self, root: int, *, read_only: bool, limit: int) -> None:
        self.root, self.read_only = root, read_only
        self.inodes, self.room = Inodes(), Room(limit)

    def check_writable(self) -> None:
        """Refuse a change of what is read only."""
        if self.read_only:
            raise FileError(DENIED)


@contextmanager
def exported(directory: str | Path, *, read_only: bool = False, limit: int = LIMIT) -> Iterator[Directory]:
    """A tree of the files below a directory, with the rights of this process and no more.

    At most `limit` of its files are open at a time. OSError if there is no such directory.
    """
    root = os.open(directory, os.O_PATH | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        yield Folder(Export(root, read_only=read_only, limit=limit), None, "/", os.fstat(root))
    finally:
        os.close(root)
