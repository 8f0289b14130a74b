"""One rule being tried: its connections, what it may use, and the files it made, which are gone afterwards."""

from __future__ import annotations

import itertools
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from typing import NamedTuple

import trio

from ninep.conform.ground import SCRATCH, Ground, Path
from ninep.conform.peer import BASE, MSIZE, ROOT, Peer
from ninep.conform.rules import Broken, Skipped
from ninep.dial import Address, dial, user
from ninep.messages import (
    NOFID,
    ORDWR,
    OWRITE,
    Rattach,
    Rclunk,
    Rcreate,
    Rwalk,
    Tattach,
    Tclunk,
    Tcreate,
    Tremove,
    Twalk,
)

_numbers = itertools.count()


class Liberty(NamedTuple):
    """What a server does otherwise than most, and why it may."""

    said: str
    expected: str
    why: str


class Case:
    """What the test of a rule is given. Each peer is a connection of its own."""

    def __init__(self, address: Address, ground: Ground, patience: float) -> None:
        self._address, self._patience = address, patience
        self.ground = ground
        self._peers: list[Peer] = []
        self._made: list[str] = []
        self.liberties: list[Liberty] = []

    async def bare(self) -> Peer:
        """A connection on which nothing has been said yet."""
        peer = Peer(await dial(self._address, timeout=self._patience), self._patience)
        self._peers.append(peer)
        return peer

    async def peer(self, msize: int = MSIZE) -> Peer:
        """An attached one."""
        peer = await self.bare()
        await peer.version(msize)
        await peer.attach(self.ground.base)
        return peer

    # What the tree must have for a rule. Each is Skipped where it has not.

    def file(self) -> Path:
        """A file of known content, `ground.content`."""
        return _needed(self.ground.file, "no file here gives the same text twice")

    def directory(self) -> Path:
        """A directory below the top that is not empty."""
        return _needed(self.ground.directory, "there is no directory that has something in it")

    def blocking(self) -> Path:
        """A file whose read waits."""
        return _needed(self.ground.blocking, "no file is known whose read waits; name one with --blocking")

    def pipe(self) -> Path:
        """A file whose readers get what is written to it."""
        return _needed(
            self.ground.pipe, "no file is known that gives readers what is written to it; name one with --pipe"
        )

    def writable(self) -> Path:
        """A directory in which files can be made."""
        return _needed(self.ground.writable, "no file can be made here")

    # What rules often do.

    @contextmanager
    def left_open(self, why: str) -> Iterator[None]:
        """What is expected within is what most servers do, and no promise of the manual, for the reason given."""
        try:
            yield
        except Broken as broken:
            self.liberties.append(Liberty(broken.said, broken.expected, why))

    async def open_file(self, peer: Peer, fid: int) -> None:
        """Open the file of known content."""
        await peer.walk(BASE, fid, *self.file())
        await peer.open(fid)

    async def open_blocking(self, peer: Peer, fid: int) -> None:
        """Open the file whose read waits."""
        await peer.walk(BASE, fid, *self.blocking())
        await peer.open(fid)

    def new_name(self) -> str:
        """The name of a file that this rule may make; it is removed afterwards."""
        self._made.append(f"{SCRATCH}-{next(_numbers)}")
        return self._made[-1]

    async def make(self, peer: Peer, fid: int, perm: int = 0o666, mode: int = ORDWR, name: str = "") -> str:
        """Make a file, open on `fid`; its name."""
        directory, name = self.writable(), name or self.new_name()
        await peer.walk(BASE, fid, *directory)
        reply = await peer.ask(Tcreate(1, fid, name, perm, mode))
        if not isinstance(reply, Rcreate):
            raise Skipped(f"{reply} to a Tcreate with perm 0o{perm:o}")
        return name

    async def exists(self, name: str) -> bool:
        """Whether a file that this rule has made is there, as another client sees it."""
        peer = await self.peer()
        reply = await peer.ask(Twalk(1, BASE, 90, (*self.writable(), name)))
        peer.hang_up()
        return isinstance(reply, Rwalk) and len(reply.wqid) == len(self.writable()) + 1

    async def clean(self) -> None:
        """Hang up, and remove what was made. A server that makes trouble now has made it in the rule already."""
        for peer in self._peers:
            peer.hang_up()
        if not self._made:
            return
        with suppress(Broken, OSError):
            peer = await self.peer()
            for name in reversed(self._made):
                await peer.ask(Twalk(1, BASE, 90, (*self.writable(), name)))
                await peer.ask(Tremove(1, 90))
            peer.hang_up()

    async def new_root(self, peer: Peer, fid: int) -> None:
        """Attach once more."""
        await peer.get(Tattach(1, fid, NOFID, user(), ""), Rattach)

    async def write_pipe(self, data: bytes) -> None:
        """Write to the file whose readers get it, and close it."""
        writer = await self.peer()
        await writer.walk(BASE, 2, *self.pipe())
        await writer.open(2, OWRITE)
        await writer.write(2, data)
        await writer.get(Tclunk(1, 2), Rclunk)


@asynccontextmanager
async def open_case(address: Address, ground: Ground, patience: float) -> AsyncIterator[Case]:
    """A case, cleaned up at the end."""
    case = Case(address, ground, patience)
    try:
        yield case
    finally:
        with trio.move_on_after(patience, shield=True):
            await case.clean()


def _needed(path: Path | None, why_not: str) -> Path:
    if path is None:
        raise Skipped(why_not)
    return path


__all__ = ["BASE", "ROOT", "Case", "open_case"]
