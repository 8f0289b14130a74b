"""A file tree is a value: directories of files, each file built from plain functions.

    def agent_tree(agent: Agent) -> Dir:
        return Dir(
            ctl=Ctl(agent.status, stop=agent.stop, model=agent.set_model),
            input=Sink(agent.ask),
            output=Stream(agent.open_output),
            system=Text(lambda: agent.system, agent.set_system),
        )

Permissions follow from what was given: what can be got can be read, what can be set can be written. Any function may
return a coroutine instead of its value (see `node`), and may raise FileError to refuse in words.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from ninep import messages
from ninep.broadcast import Broadcast
from ninep.ctl import Ctl, Rest
from ninep.errors import DENIED, NOT_FOUND, FileError
from ninep.node import READ, WRITE, Answer, Directory, Node, Opened, Place, as_bytes, then
from ninep.opened import Asking, AtOnce, Both, Entries, Gathering, Reader, Reading, Snapshot, Writer, Writing, decode

__all__ = [
    "Broadcast",
    "Ctl",
    "Dir",
    "Each",
    "Node",
    "Opened",
    "Place",
    "Query",
    "Reader",
    "Rest",
    "Sink",
    "Stream",
    "Text",
    "Writer",
    "then",
]

LIMIT = 16 * 1024 * 1024  # bytes that one open may gather before its clunk; a prompt with images fits


# Directories.


class Dir(dict[str, Node], Directory):
    """A directory is a dict of name to node; assigning and deleting is all there is to learn."""

    def open(self, mode: int) -> Opened:
        """Its entries."""
        return Entries(self.__getitem__, self.keys)


class Each(Directory):
    """A directory that is a view of a live mapping, so it cannot go stale.

    `node(object)` is asked once for each object and remembered for as long as it stays under its name, which keeps its
    qid. With `remove(name)` the entries can be removed, with `create(name, perm)` they can be made.
    """

    def __init__(
        self,
        objects: Mapping[str, Any],
        node: Callable[[Any], Node],
        *,
        create: Callable[[str, int], Answer[None]] | None = None,
        remove: Callable[[str], Answer[None]] | None = None,
    ) -> None:
        self._objects, self._node, self._create, self._remove = objects, node, create, remove
        self._made: dict[str, tuple[Any, Node]] = {}
        self.perm = 0o755 if create or remove else 0o555

    def __getitem__(self, name: str) -> Node:
        thing = self._objects[name]
        made = self._made.get(name)
        if made is None or made[0] is not thing:
            if len(self._made) > 2 * len(self._objects):  # so that it costs little for each
                self._forget_the_gone()
            made = self._made[name] = thing, self._node(thing)
        return made[1]

    def __iter__(self) -> Iterator[str]:
        self._forget_the_gone()
        return iter(list(self._objects))

    def __len__(self) -> int:
        return len(self._objects)

    def open(self, mode: int) -> Opened:
        """Its entries."""
        return Entries(self.__getitem__, self._objects.keys)

    def create(self, name: str, perm: int) -> Answer[Node]:
        """Have the owner of the mapping make an object of this name."""
        if not self._create:
            return super().create(name, perm)
        return then(self._create(name, perm), lambda _: self[name])

    def remove(self, name: str) -> Answer[None]:
        """Have the owner of the mapping take the object away."""
        if not self._remove:
            return super().remove(name)
        if name not in self._objects:
            raise FileError(NOT_FOUND)
        return self._remove(name)

    def _forget_the_gone(self) -> None:
        for name in self._made.keys() - self._objects.keys():
            del self._made[name]


# Files: each has a side that is read and a side that is written, opened as the mode asks.


class _File(Node):
    def open(self, mode: int) -> Answer[Opened]:
        match mode & messages.OEXEC:
            case messages.OREAD | messages.OEXEC:
                return self._open_reading()
            case messages.OWRITE:
                return self._open_writing(mode)
        return then(self._open_reading(), lambda reading: Both(reading, self._open_writing(mode)))

    def _open_reading(self) -> Answer[Opened]:
        raise FileError(DENIED)

    def _open_writing(self, mode: int) -> Opened:
        raise FileError(DENIED)


class Text(_File):
    """A whole value. A read is a snapshot taken at open; what is written replaces it.

    `set(text)` gets all that was written between open and clunk, and refuses through the clunk: right for long things.
    With `at_once` it gets each write by itself, stripped of blanks at its ends, and refuses through the write, where a
    shell reports it: right for settings.
    """

    def __init__(
        self,
        get: Callable[[], Answer[str | bytes]] | None = None,
        set: Callable[[str], Answer[None]] | None = None,  # the pair get and set is what it is
        *,
        at_once: bool = False,
        limit: int = LIMIT,
    ) -> None:
        self._get, self._set, self._at_once, self._limit = get, set, at_once, limit
        self.perm = READ * bool(get) | WRITE * bool(set)

    def _open_reading(self) -> Answer[Opened]:
        assert self._get
        body: Answer[Any] = self._get()
        return then(body, _snapshot)

    def _open_writing(self, mode: int) -> Opened:
        if self._at_once:
            return AtOnce(self._commit)
        return Gathering(lambda data: self._commit(decode(data)), self._limit, is_due=bool(mode & messages.OTRUNC))

    def _commit(self, text: str) -> Answer[None]:
        assert self._set
        return then(self._set(text), lambda _: self.touch())


class Stream(_File):
    """Each open is a reader of its own; a read blocks until there is something, and ignores its offset.

    `open()` gives a Reader. With `set`, the file can be written as a Text can.
    """

    def __init__(self, open: Callable[[], Reader], set: Callable[[str], Answer[None]] | None = None) -> None:
        self._reader, self._text = open, Text(set=set)
        self.perm = READ | self._text.perm

    def _open_reading(self) -> Opened:
        return Reading(self._reader())

    def _open_writing(self, mode: int) -> Opened:
        return self._text._open_writing(mode)


class Sink(_File):
    """What is written goes in, and is not kept.

    `take(data)` gets all that was written between open and clunk, if anything was; `open()` gives a Writer that takes
    the bytes as they come. With `get`, the file can be read as a Text can.
    """

    def __init__(
        self,
        take: Callable[[bytes], Answer[None]] | None = None,
        *,
        open: Callable[[], Writer] | None = None,
        get: Callable[[], Answer[str | bytes]] | None = None,
        limit: int = LIMIT,
    ) -> None:
        self._take, self._writer, self._limit, self._text = take, open, limit, Text(get)
        self.perm = WRITE | self._text.perm

    def _open_reading(self) -> Answer[Opened]:
        return self._text._open_reading()

    def _open_writing(self, mode: int) -> Opened:
        if self._writer:
            return Writing(self._writer())
        assert self._take
        return Gathering(self._take, self._limit)


class Query(Node):
    """Write a question, read the answer on the same fid. `ask(question)` gives it whole, or as a Reader."""

    perm = READ | WRITE

    def __init__(self, ask: Callable[[bytes], Answer[Any]], limit: int = LIMIT) -> None:
        self._ask, self._limit = ask, limit

    def open(self, mode: int) -> Opened:
        """A question not asked yet."""
        return Asking(self._ask, self._limit)


def _snapshot(body: str | bytes) -> Opened:
    return Snapshot(as_bytes(body))
