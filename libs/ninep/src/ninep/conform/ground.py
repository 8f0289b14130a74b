"""What there is to test with: the tree of the server is looked through once, carefully, before the rules are tried.

Nothing that is found is written, removed or kept open. A file to read is one that gives the same text again; a
directory to write in is one whose permissions invite it, and in which a file of ours can be made and removed.
"""

from __future__ import annotations

import struct
from collections.abc import Awaitable, Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field

from ninep.codec import read_stat
from ninep.conform.peer import BASE, Peer
from ninep.conform.rules import Broken
from ninep.messages import (
    ORDWR,
    OREAD,
    QTDIR,
    Rcreate,
    Ropen,
    Rwalk,
    Stat,
    Tclunk,
    Tcreate,
    Tflush,
    Topen,
    Tread,
    Tremove,
    Twalk,
)

Path = tuple[str, ...]
MOST_ENTRIES, MOST_DEPTH, MOST_TRIED = 300, 4, 12  # how much of a large tree is looked at
SCRATCH = "conform-scratch"  # what the names of our files begin with
GRACE = 0.1  # seconds in which a server of many threads answers a read that need not wait, though others come first
_FID = 99

Connect = Callable[[], Awaitable[Peer]]
"""A new attached connection. What is tried on one may end it, and is no reason to give up."""


@dataclass
class Ground:
    """Paths below `base`, the tree that is tested; None where the tree has no such thing."""

    base: Path = ()
    entries: dict[Path, Stat] = field(default_factory=dict)
    file: Path | None = None
    content: bytes = b""
    directory: Path | None = None
    blocking: Path | None = None
    pipe: Path | None = None
    writable: Path | None = None


async def survey(connect: Connect, base: Path, blocking: list[Path], pipe: list[Path]) -> Ground:
    """Look through the tree. `blocking` and `pipe` are the paths to try for those. Broken if it cannot be listed."""
    ground = Ground(base)
    await _look(await connect(), ground, ())
    for path in blocking:
        if ground.blocking is None and await _blocks(connect, path):
            ground.blocking = path
    ground.pipe = next((path for path in pipe if (stat := ground.entries.get(path)) and stat.mode & 0o222), None)
    avoid = {*blocking, *pipe}
    for path in [path for path in _files(ground) if path not in avoid][:MOST_TRIED]:
        if content := await _steady(connect, path):
            ground.file, ground.content = path, content
            break
    ground.directory = next((path[:-1] for path in _by_depth(ground) if path[:-1]), None)
    ground.writable = await _find_writable(connect, ground)
    return ground


def entries_of(data: bytes) -> list[Stat]:
    """The entries of a directory read; Broken if one is not whole."""
    entries, at = list[Stat](), 0
    try:
        while at < len(data):
            entry, at = read_stat(data, at)
            entries.append(entry)
    except (ValueError, struct.error) as error:
        raise Broken(f"a directory read that is none: {error}", "whole stat entries, read(5)") from error
    return entries


def _by_depth(ground: Ground) -> list[Path]:
    return sorted(ground.entries, key=lambda path: (-len(path), path))


def _files(ground: Ground) -> Iterator[Path]:
    """Files that can be read, the likely plain ones first: read-only, near the root."""
    found = [(stat.mode & 0o222 != 0, len(path), path) for path, stat in ground.entries.items() if stat.mode & 0o444]
    return (path for _, _, path in sorted(found) if not ground.entries[path].qid.type & QTDIR)


async def _look(peer: Peer, ground: Ground, path: Path) -> None:
    await peer.walk(BASE, _FID, *path)
    opened = await peer.ask(Topen(1, _FID, OREAD))
    entries = entries_of(await peer.read_all(_FID)) if isinstance(opened, Ropen) else []
    await peer.ask(Tclunk(1, _FID))
    for entry in entries[: MOST_ENTRIES - len(ground.entries)]:
        ground.entries[*path, entry.name] = entry
    if len(path) < MOST_DEPTH:
        for entry in entries:
            if entry.qid.type & QTDIR and (*path, entry.name) in ground.entries:
                await _look(peer, ground, (*path, entry.name))


async def _open(peer: Peer, path: Path) -> bool:
    walked = await peer.ask(Twalk(1, BASE, _FID, path))
    if not isinstance(walked, Rwalk) or len(walked.wqid) < len(path):
        return False
    is_directory = walked.wqid and walked.wqid[-1].type & QTDIR
    if is_directory or not isinstance(await peer.ask(Topen(1, _FID, OREAD)), Ropen):
        await peer.ask(Tclunk(1, _FID))
        return False
    return True


async def _blocks(connect: Connect, path: Path) -> bool:
    """Whether a read of this file waits."""
    blocks = False
    with suppress(Broken):
        peer = await connect()
        if await _open(peer, path):
            await peer.say(Tread(2, _FID, 0, 100))
            blocks = await peer.is_waiting(2, GRACE)
            await peer.ask(Tflush(3, 2))
        peer.hang_up()
    return blocks


async def _steady(connect: Connect, path: Path) -> bytes:
    """The text of a file that can be read at any offset, again and again; b"" if this is none."""
    with suppress(Broken):
        peer = await connect()
        if not await _blocks(connect, path) and await _open(peer, path):
            first, again = await peer.read(_FID), await peer.read(_FID, 1, 4095)
            return first if len(first) > 1 and again == first[1:] else b""
    return b""


async def _find_writable(connect: Connect, ground: Ground) -> Path | None:
    """A directory in which files can be made: the tree's top, or one just below it."""
    invites = [path for path, stat in sorted(ground.entries.items()) if stat.qid.type & QTDIR and stat.mode & 0o222]
    for path in [(), *(path for path in invites if len(path) == 1)]:
        with suppress(Broken):
            peer = await connect()
            await peer.walk(BASE, _FID, *path)
            made = await peer.ask(Tcreate(1, _FID, SCRATCH, 0o666, ORDWR))
            if isinstance(made, Rcreate):
                await peer.ask(Tremove(1, _FID))
                return path
    return None
