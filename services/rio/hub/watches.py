"""Watching a node: a line for each word that has changed, as a person reads it, whenever a reader comes for more.

    color blue
    at 1 2 3

A watch remembers what its reader has been told, not what has happened since. So a slow reader costs nothing and gets
the newest values, and ten thousand nodes that move cost one look at each node that somebody watches.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import trio

from ninep import FileError
from ninep.node import Answer
from rio.scene.graph import Graph, Node
from rio.scene.kinds import KINDS

MOST = 256  # watches that are open at once
LONGEST = 1000  # characters of a value; what is longer is cut, and stands whole in the word's own file
MANY = 256  # numbers of an array; of a larger one only its shape is told

_MARKS = str.maketrans({"\\": r"\\", "\n": r"\n", "\r": r"\r"})  # so that a value is a line


class Watches:
    """All watches of a scene. `look()` is called when anything in it may have changed."""

    def __init__(self, graph: Graph) -> None:
        self._graph = graph
        self._open = set[Watch]()

    def open(self, id: int) -> "Watch":
        """A reader of what becomes of a node from now on; FileError if it is gone, or too many watch."""
        if len(self._open) >= MOST:
            raise FileError(f"{MOST:,} watches are open already; close some")
        if id not in self._graph.nodes:
            raise FileError("this node was removed")
        watch = Watch(self._graph, id, self._open.discard)
        self._open.add(watch)
        return watch

    def look(self) -> None:
        """Wake those whose node has changed, or gone."""
        for watch in self._open:
            watch.look()

    def __len__(self) -> int:
        """How many are open."""
        return len(self._open)


@dataclass(frozen=True, eq=False, slots=True)
class _Seen:
    """A node at one moment: all but its numbers, and its row of each column as bytes."""

    node: Node
    rows: dict[str, bytes]

    @classmethod
    def now(cls, graph: Graph, node: Node) -> "_Seen":
        """As it is in the graph."""
        return cls(node, {column: rows[node.id].tobytes() for column, rows in graph.columns.items()})

    def is_as(self, other: "_Seen") -> bool:
        """Certainly the same; not so if somebody has put the same values there again."""
        return self.node is other.node and self.rows == other.rows

    def differs(self, other: "_Seen") -> Iterator[str]:
        """The words that are otherwise."""
        if self.node.name != other.node.name:
            yield "name"
        for word in KINDS[self.node.kind].words.values():
            if word.is_column:
                if self.rows[word.name] != other.rows[word.name]:
                    yield word.name
            elif not _is_same(self.node.get(word.name), other.node.get(word.name)):
                yield word.name


class Watch:
    """One reader of one node. It ends with the node; one that follows it under the same name is another."""

    def __init__(self, graph: Graph, id: int, closed: Callable[["Watch"], None]) -> None:
        self._graph, self._id, self._closed = graph, id, closed
        self._told = _Seen.now(graph, graph.nodes[id])
        self._rest = b""
        self._has_ended = False
        self._wake = trio.Event()

    def look(self) -> None:
        """Wake the reader if there is something to be told."""
        node = self._node()
        if node is None or not _Seen.now(self._graph, node).is_as(self._told):
            self._wake.set()

    def _node(self) -> Node | None:
        """The node, unless it is gone; then it stays so, whatever gets its number."""
        node = None if self._has_ended else self._graph.nodes.get(self._id)
        self._has_ended = node is None or node.kind != self._told.node.kind
        return None if self._has_ended else node

    def read(self, count: int) -> Answer[bytes]:
        """A line for each word that changed since the last read, as soon as one has; b"" once the node is gone."""
        return self._take(count) if self._rest or self._gather() else self._wait(count)

    async def _wait(self, count: int) -> bytes:
        while not self._gather():
            self._wake = trio.Event()
            await self._wake.wait()
        return self._take(count)

    def _gather(self) -> bool:
        """Put into words what has changed; whether there is anything to be told, if only the end."""
        if (node := self._node()) is None:
            return True
        now = _Seen.now(self._graph, node)
        told, self._told = self._told, now
        self._rest = "".join(map(self._line, now.differs(told))).encode()
        return bool(self._rest)

    def _line(self, word: str) -> str:
        value = self._told.node.name if word == "name" else _short(self._graph, self._id, word)
        return f"{word} {value}".rstrip() + "\n"

    def _take(self, count: int) -> bytes:
        chunk, self._rest = self._rest[:count], self._rest[count:]
        return chunk

    def close(self) -> None:
        """Nobody reads any more."""
        self._closed(self)


def _is_same(one: Any, other: Any) -> bool:
    """Whether two kept values are equal. Arrays are those of one change or of two: they are not looked into."""
    if isinstance(one, np.ndarray) or isinstance(other, np.ndarray):
        return one is other
    return bool(one == other)


def _short(graph: Graph, id: int, word: str) -> str:
    """The value of a word in one line."""
    value = graph.get(id, word)
    if isinstance(value, np.ndarray) and value.size > MANY:
        return f"({' x '.join(map(str, value.shape))} numbers)"
    text = graph.show(id, word)
    return (text if len(text) <= LONGEST else f"{text[:LONGEST]}…").translate(_MARKS)
