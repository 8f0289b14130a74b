"""The files that the kernel knows by number, and where they stand in the tree.

A node is a place, not a thing: what the server has at that path now is what the node is. So a mount, and a shell that
stands in it, outlive the server behind it; and a file that was removed here is gone even if its name comes back.
"""

from __future__ import annotations

import errno
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import trio

from ninep.fuse.wire import ROOT

if TYPE_CHECKING:
    from ninep.fuse.files import OpenFile


@dataclass(eq=False, slots=True)
class Node:
    """A file or directory that the kernel holds on to, `lookups` times."""

    number: int
    parent: Node | None
    name: str
    is_directory: bool
    lookups: int = 0
    is_gone: bool = False
    length: int = 0  # as the server told it last; 0 of a synthetic file, which is read to its end
    is_ordinary: bool = False  # its bytes stand at offsets: the server told a length once, or it was made here
    files: list[OpenFile] = field(default_factory=list)
    commits: set[trio.Event] = field(default_factory=set)  # under way, though all descriptors are closed

    def names(self) -> tuple[str, ...]:
        """The names from the root, even of what is gone."""
        names, node = list[str](), self
        while node.parent:  # in a loop: a tree may be deeper than Python's stack
            names.append(node.name)
            node = node.parent
        return tuple(reversed(names))

    async def committed(self) -> None:
        """Return when the server has said its word on all that was written and closed."""
        for commit in tuple(self.commits):
            await commit.wait()

    def path(self) -> tuple[str, ...]:
        """The names from the root. OSError if this file, or a directory above it, was removed."""
        node: Node | None = self
        while node:
            if node.is_gone:
                raise OSError(errno.ENOENT, "the file was removed")
            node = node.parent
        return self.names()


class Nodes:
    """All nodes, by number and by place."""

    def __init__(self) -> None:
        root = Node(ROOT, None, "", is_directory=True)
        self._by_number = {ROOT: root}
        self._by_place: dict[tuple[Node, str], Node] = {}
        self._last = ROOT

    def __getitem__(self, number: int) -> Node:
        try:
            return self._by_number[number]
        except KeyError:
            raise OSError(errno.ESTALE, "the kernel has forgotten this file") from None

    def found(self, parent: Node, name: str, is_directory: bool) -> Node:
        """The node of a name that the kernel is about to hear of. What changed its kind is another file."""
        node = self._by_place.get((parent, name))
        if not node or node.is_directory != is_directory:
            self.removed(parent, name)
            self._last += 1
            node = Node(self._last, parent, name, is_directory)
            self._by_number[node.number] = self._by_place[parent, name] = node
        node.lookups += 1
        return node

    def at(self, parent: Node, name: str) -> Node:
        """The node that was found there."""
        return self._by_place[parent, name]

    def forget(self, number: int, count: int) -> None:
        """The kernel lets go of a node `count` times."""
        node = self._by_number.get(number)
        if not node or number == ROOT:
            return
        node.lookups -= count
        if node.lookups <= 0:
            del self._by_number[number]
            self._drop(node)

    def removed(self, parent: Node, name: str) -> None:
        """There is no such file any more; those who have it open keep it."""
        if node := self._by_place.pop((parent, name), None):
            node.is_gone = True

    def renamed(self, parent: Node, name: str, new_name: str) -> None:
        """A file has another name, in the same directory; what had that name is gone."""
        self.removed(parent, new_name)
        if node := self._by_place.pop((parent, name), None):
            node.name = new_name
            self._by_place[parent, new_name] = node

    def _drop(self, node: Node) -> None:
        if node.parent and self._by_place.get((node.parent, node.name)) is node:
            del self._by_place[node.parent, node.name]
