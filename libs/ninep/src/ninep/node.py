"""What a file is to a server: a Node that can be opened, what opening it gives, and the Place where a fid stands.

A handler answers with a value, or with a coroutine that will give it. A value costs no task and no turn of the
scheduler; a coroutine gets a task of its own, which a Tflush cancels. So write `def read` and return bytes when there
are bytes, and `return self._wait(count)` when there are not; what waits must have taken nothing when it is cancelled.
"""

from __future__ import annotations

import getpass
import itertools
import time
from collections.abc import Callable, Coroutine, Iterator, Mapping
from contextlib import suppress
from types import CoroutineType
from typing import Any, TypeAlias, TypeVar, cast

import trio

from ninep.errors import DENIED, IS_DIRECTORY, NOT_DIRECTORY, NOT_FOUND, FileError
from ninep.messages import OEXEC, ORCLOSE, ORDWR, OREAD, OTRUNC, OWRITE, QTDIR, Qid, Stat

T = TypeVar("T")
U = TypeVar("U")
Answer: TypeAlias = T | Coroutine[Any, Any, T]
"""A value, or a coroutine that will give it."""

READ, WRITE = 0o444, 0o222
GOODBYE = 5.0  # seconds for what must wait before it can be let go, once nobody waits for it any more
USER = getpass.getuser()

_paths = itertools.count(1)  # qid.path: one counter for the process, drawn from when a node is first asked for its qid


def then(value: Answer[T], use: Callable[[T], U]) -> Answer[U]:
    """use(value), now or when the coroutine has given it."""
    if type(value) is CoroutineType:
        return _later(value, use)
    return use(cast(T, value))


async def _later(coroutine: Coroutine[Any, Any, T], use: Callable[[T], U]) -> U:
    return use(await coroutine)


def as_bytes(value: str | bytes) -> bytes:
    """Text in UTF-8, bytes as they are."""
    return value.encode() if isinstance(value, str) else bytes(value)


class Opened:
    """One fid's view of a file between open and clunk. Override what the file supports."""

    __slots__ = ()

    def read(self, count: int, offset: int) -> Answer[bytes]:
        """At most `count` bytes from `offset`; b"" is the end."""
        raise FileError(DENIED)

    def write(self, data: bytes, offset: int) -> Answer[int]:
        """How many bytes were taken."""
        raise FileError(DENIED)

    def clunk(self) -> Answer[None]:
        """The client lets the file go; a refusal is the Rerror of the Tclunk."""

    def abandon(self) -> Answer[None]:
        """The client has gone without a clunk. As a clunk, unless the file knows better."""
        return self.clunk()


class Node:
    """A file. What it is called is its directory's affair."""

    perm = 0
    kind = 0  # the upper byte of its mode and the type of its qid: QTDIR, or 0
    _qid: Qid | None = None
    _changed: float = 0.0

    @property
    def qid(self) -> Qid:
        """Its identity: `path` is one number for the life of the process, `vers` grows when a write changes it."""
        if (qid := self._qid) is None:
            qid, self._changed = Qid(self.kind, 0, next(_paths)), time.time()
            self._qid = qid
        return qid

    def stat(self, name: str) -> Stat:
        """What stat(5) tells of it. Length 0, for a synthetic file is read to its end."""
        qid, mtime = self.qid, int(self._changed)
        return Stat(0, 0, qid, self.kind << 24 | self.perm, mtime, mtime, 0, name, USER, USER, USER)

    def touch(self) -> None:
        """A write has changed it."""
        qid = self.qid
        self._qid, self._changed = Qid(qid.type, (qid.vers + 1) & 0xFFFFFFFF, qid.path), time.time()

    def open(self, mode: int) -> Answer[Opened]:
        """What a fid reads and writes from now on. `mode` is allowed by `perm` already."""
        raise FileError(DENIED)

    def wstat(self, wish: Stat, fields: set[str]) -> Answer[None]:
        """Make these fields of stat(5) as the wish has them: all of them or none. No field asks that all be safe.

        A synthetic file takes a length of 0, which is what `echo x > file` becomes through a mount (the write that
        follows replaces the text anyway), and any mtime.
        """
        if fields - {"length", "mtime"} or (fields and not self.perm & WRITE):
            raise FileError(DENIED)
        if "length" in fields and self.kind & QTDIR:
            raise FileError(IS_DIRECTORY)
        if "length" in fields and wish.length:
            raise FileError("the length of this file cannot be set")
        return None

    def unlink(self, directory: Directory, name: str) -> Answer[None]:
        """Go. That is the affair of the directory it was found in, unless it knows better where it is."""
        return directory.remove(name)

    def check(self, mode: int) -> None:
        """Refuse a mode of open(5) that the permissions do not allow."""
        wanted = _WANTED[mode & OEXEC] | (WRITE if mode & OTRUNC else 0)
        if self.kind & QTDIR and (wanted & WRITE or mode & ORCLOSE):
            raise FileError(IS_DIRECTORY)
        if wanted & ~self.perm or mode & ORCLOSE:
            raise FileError(DENIED)


_WANTED = {OREAD: READ, OWRITE: WRITE, ORDWR: READ | WRITE, OEXEC: READ}


class Directory(Node, Mapping[str, Node]):
    """A node that is a mapping of name to node."""

    perm, kind = 0o555, QTDIR

    def create(self, name: str, perm: int) -> Answer[Node]:
        """Make a file (or, with DMDIR in `perm`, a directory) of this name."""
        raise FileError(DENIED)

    def create_open(self, name: str, perm: int, mode: int) -> Answer[tuple[Node, Opened]]:
        """Make a file and open it, or neither. Whether the mode is allowed is the new file's to say."""
        made = self.create(name, perm)

        async def finish() -> tuple[Node, Opened]:
            node = await made if type(made) is CoroutineType else cast(Node, made)
            try:
                node.check(mode)
                opened = node.open(mode)
                return node, await opened if type(opened) is CoroutineType else cast(Opened, opened)
            except BaseException:  # also a flush: what nobody has got is not left behind
                await self._take_back(name, node)
                raise

        return finish()

    async def _take_back(self, name: str, node: Node) -> None:
        """Unless that name is another file's by now."""
        if self.get(name) is not node:
            return
        with trio.move_on_after(GOODBYE, shield=True), suppress(FileError):  # the first refusal says more
            removed = self.remove(name)
            if type(removed) is CoroutineType:
                await removed

    def remove(self, name: str) -> Answer[None]:
        """Take the file of this name away."""
        raise FileError(DENIED)


class Place:
    """Where a fid stands: a node, the name it was found by, and the place above it (the root's own is itself)."""

    __slots__ = ("above", "name", "node")

    def __init__(self, node: Node, name: str = "/", above: Place | None = None) -> None:
        self.node, self.name, self.above = node, name, above or self

    def walk(self, name: str) -> Place:
        """One step, walk(5)."""
        if name == "..":
            return self.above
        if not isinstance(self.node, Mapping):
            raise FileError(NOT_DIRECTORY)
        try:
            return Place(self.node[name], name, self)
        except KeyError:
            raise FileError(NOT_FOUND) from None

    def descend(self, names: Iterator[str]) -> Place:
        """Many steps; all must exist."""
        place = self
        for name in names:
            place = place.walk(name)
        return place

    def stat(self) -> Stat:
        """The node's stat under the name it was found by."""
        return self.node.stat(self.name)

    def open(self, mode: int) -> Answer[Opened]:
        """The node opened, if its permissions allow the mode."""
        self.node.check(mode)
        return self.node.open(mode)

    def create(self, name: str, perm: int, mode: int) -> Answer[tuple[Place, Opened]]:
        """create(5): make the file and open it."""
        if not isinstance(self.node, Directory):
            raise FileError(NOT_DIRECTORY)
        return then(self.node.create_open(name, perm, mode), lambda made: (Place(made[0], name, self), made[1]))

    def remove(self) -> Answer[None]:
        """remove(5): ask the directory above. The root has none."""
        if self.above is self or not isinstance(self.above.node, Directory):
            raise FileError(DENIED)
        return self.node.unlink(self.above.node, self.name)
