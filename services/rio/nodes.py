"""Nodes as files: a directory for each, in it a file for each word that its noun takes. A write is one more version.

$ cat nodes/cube/color          red
$ echo blue > nodes/cube/color
$ echo huge > nodes/cube/size   size: 'huge' is not a number from 0 up, or three: width height depth
$ mkdir nodes/box               makes a box
$ mv nodes/box nodes/lamp       calls it lamp
$ rm -r nodes/lamp              removes it, as rmdir does
$ cat nodes/lamp/watch          tells what becomes of it, as it happens
"""

from collections.abc import Callable, Coroutine, Iterator, Mapping
from functools import partial

import numpy as np
import trio

from ninep import FileError
from ninep.errors import EXISTS
from ninep.messages import DMDIR, Stat
from ninep.node import Answer, Directory
from ninep.tree import Each, Node, Stream, Text
from rio.edits import Edits, in_words
from rio.hub.watches import Watches
from rio.scene.graph import Graph
from rio.scene.kinds import KINDS
from rio.scene.noun import Word
from rio.scene.values import Choice, Link, Numeric, Tags, Toggle

TYPE, WATCH, SCREEN = "type", "watch", "screen"  # no word of a noun

MANY = 10_000  # numbers of a word; more take so long to be written down that others are answered meanwhile

Portrait = Callable[[int], Coroutine[None, None, bytes]]
"""The picture of one node, by its number."""

_SHORT = Numeric | Choice | Toggle | Tags | Link  # forms whose values fit into one write


class NodeFiles:
    """The directory `nodes` of one scene."""

    def __init__(self, graph: Graph, edits: Edits, watches: Watches, portrait: Portrait) -> None:
        self._graph, self._edits, self._watches, self._portrait = graph, edits, watches, portrait

    def tree(self) -> Each:
        """The directory of all nodes. Making a directory makes a node, removing one removes it."""
        return Each(_Numbers(self._graph), self._node, create=self._create, remove=self._edits.remove)

    def verbs(self) -> dict[str, Callable[..., Answer[str | None]]]:
        """Nodes made, renamed and removed by commands."""
        return {"new": self._edits.new, "rename": self._edits.rename, "remove": self._edits.remove}

    def _node(self, id: int) -> Node:
        return NodeFolder(id, self._graph, self._edits, self._watches, self._portrait)

    def _create(self, name: str, perm: int) -> Answer[None]:
        if not perm & DMDIR:
            raise FileError(f"a node is a directory: mkdir {name}")
        if name in self._graph.ids:
            raise FileError(EXISTS)
        return self._edits.make(name)


class NodeFolder(Each):
    """One node: its words, `type`, `watch` and `screen`. It keeps its name in the scene, whatever it was found by."""

    def __init__(self, id: int, graph: Graph, edits: Edits, watches: Watches, portrait: Portrait) -> None:
        super().__init__(_Words(graph, id), self._file, remove=self._stays)
        self._id, self._graph, self._edits, self._watches, self._portrait = id, graph, edits, watches, portrait

    def _file(self, word: Word | str) -> Node:
        if word == WATCH:
            return Stream(partial(self._watches.open, self._id))
        if word == SCREEN:
            return Text(partial(self._portrait, self._id))
        if isinstance(word, str):
            return Text(lambda: f"{word}\n")
        setter = partial(self._edits.set, self._id, word.name)
        return Text(partial(self._get, word.name), setter, at_once=isinstance(word.form, _SHORT))

    def _stays(self, file: str) -> None:
        """A word goes with its node, and not before: `rm -r` removes words first, and means the node."""

    def _get(self, prop: str) -> Answer[str]:
        with in_words():
            kept = self._graph.get(self._id, prop)
            if isinstance(kept, np.ndarray) and kept.size > MANY:
                form = KINDS[self._graph.node(self._id).kind].word(prop).form
                return trio.to_thread.run_sync(lambda: form.show(form.of(kept)) + "\n")
            return self._graph.show(self._id, prop) + "\n"

    def stat(self, name: str) -> Stat:
        """Under the name that the node has by now."""
        node = self._graph.nodes.get(self._id)
        return super().stat(node.name if node else name)

    def wstat(self, wish: Stat, fields: set[str]) -> Answer[None]:
        """A new name, as `mv` gives it."""
        if fields != {"name"}:
            return super().wstat(wish, fields)
        with in_words():
            name = self._graph.node(self._id).name
        return self._edits.rename(name, wish.name)

    def unlink(self, directory: Directory, name: str) -> Answer[None]:
        """Remove the node, by the name that it has by now."""
        with in_words():
            return directory.remove(self._graph.node(self._id).name)


class _Numbers(Mapping[str, int]):
    """Node name -> number, live."""

    def __init__(self, graph: Graph) -> None:
        self._graph = graph

    def __getitem__(self, name: str) -> int:
        return self._graph.ids[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._graph.ids)

    def __len__(self) -> int:
        return len(self._graph.ids)


class _Words(Mapping[str, Word | str]):
    """The files of a node as it is now: another of another noun may have its number some day."""

    def __init__(self, graph: Graph, id: int) -> None:
        self._graph, self._id = graph, id

    def __getitem__(self, name: str) -> Word | str:
        return self._now[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._now)

    def __len__(self) -> int:
        return len(self._now)

    @property
    def _now(self) -> Mapping[str, Word | str]:
        node = self._graph.nodes.get(self._id)
        return _FILES[node.kind] if node else {}


_FILES: Mapping[str, Mapping[str, Word | str]] = {
    name: {TYPE: name, WATCH: WATCH, SCREEN: SCREEN, **noun.words} for name, noun in KINDS.items()
}


def nouns() -> str:
    """A line for each noun, with the words it takes."""
    return "".join(f"{noun.name}: {' '.join(noun.words)}\n" for noun in KINDS.values())
