"""The directory that scene programs may write, and how much they may leave there.

The kernel bounds each file, not all of them together. So they are counted once a second; when there are too many, the
worker is ended, and the newest files go until the rest is within bounds. Programs may make directories deeper than any
path is long, so nothing here recurses. Links out of it do not exist, for the sandbox lets nobody make one.
"""

import os
import secrets
import tempfile
from collections.abc import Callable, Iterator
from contextlib import suppress
from itertools import count
from pathlib import Path
from time import perf_counter

import trio

MOST_BYTES = 1 << 30
MOST_FILES = 20_000
DEEPEST = 50  # directories in each other
EACH = 1.0  # seconds between two looks
SHARE = 20  # a look that takes a second is followed by so many of rest


class Scratch:
    """One directory, made by us and removed by us."""

    def __init__(self) -> None:
        self.path = Path(tempfile.mkdtemp(prefix="rio-scratch-"))

    async def guard(self, end: Callable[[str], None]) -> None:
        """For ever; `end(why)` has the worker ended when there is too much."""
        rest = EACH
        while True:
            await trio.sleep(rest)
            began = perf_counter()
            if why := await trio.to_thread.run_sync(self.excess):
                end(why)
                await trio.to_thread.run_sync(self.trim)
            rest = max(EACH, SHARE * (perf_counter() - began))

    def excess(self) -> str:
        """What there is too much of, in words; "" if all is within bounds."""
        size = files = 0
        for depth, _, written in self._all():
            size, files = size + written, files + 1
            if files > MOST_FILES:
                return f"its scratch directory has more than {MOST_FILES:,} files; the newest are removed"
            if size > MOST_BYTES:
                return f"its scratch directory holds more than {MOST_BYTES >> 20:,} MiB; the newest files are removed"
            if depth > DEEPEST:
                return f"its scratch directory is more than {DEEPEST} directories deep; the deepest are removed"
        return ""

    def trim(self) -> None:
        """Remove the newest until the rest is within bounds, and what is too deep."""
        found: list[tuple[int, Path, int]] = []
        for depth, path, written in self._all():
            if depth > DEEPEST:
                remove(path)
            else:
                with suppress(OSError):
                    found.append((path.lstat().st_mtime_ns, path, written))
        size, files = sum(written for _, _, written in found), len(found)
        for _, path, written in sorted(found, reverse=True):
            if size <= MOST_BYTES and files <= MOST_FILES:
                return
            remove(path)
            size, files = size - written, files - 1

    def _all(self) -> Iterator[tuple[int, Path, int]]:
        """(depth, path, bytes on the disk) of each file and directory, none of them beneath one that is too deep."""
        waiting = [(1, self.path)]
        while waiting:
            depth, directory = waiting.pop()
            with suppress(OSError), os.scandir(directory) as entries:  # it is gone meanwhile, or closed to us
                for entry in entries:
                    path = Path(entry.path)
                    yield depth, path, 512 * entry.stat(follow_symlinks=False).st_blocks
                    if entry.is_dir(follow_symlinks=False) and depth <= DEEPEST:
                        waiting.append((depth + 1, path))

    def remove(self) -> None:
        """The directory and all in it, as far as it can be removed."""
        remove(self.path)


def remove(path: Path) -> None:
    """A file, or a directory however deep: what lies in its directories is moved up into it, until there are none."""
    with suppress(OSError):  # what is closed even to us stays
        if path.is_dir() and not path.is_symlink():
            while _flatten(path):
                continue
            path.rmdir()
        else:
            path.unlink()


def _flatten(directory: Path) -> bool:
    """Remove its files, and each of its directories, whose own come to stand beside it; whether any have."""
    word, numbers, has_moved = secrets.token_hex(8), count(), False
    for entry in list(os.scandir(directory)):
        if not entry.is_dir(follow_symlinks=False):
            Path(entry.path).unlink()
            continue
        for inner in list(os.scandir(entry.path)):
            if inner.is_dir(follow_symlinks=False):
                Path(inner.path).rename(directory / f"{word}{next(numbers)}")
                has_moved = True
            else:
                Path(inner.path).unlink()
        Path(entry.path).rmdir()
    return has_moved
