"""Somebody who edits a scene by chance, in every way there is but programs: for tests of versions."""

import random
from collections.abc import Awaitable, Callable

from ninep import FileError
from ninep.node import Answer
from rio.edits import Edits
from rio.scene.graph import Graph
from rio.scene.kinds import KINDS
from rio.scene.values import Refused
from rio.versions.history import History
from rio.versions.timeline import Versions
from rio.wire import Set

Act = Callable[[], Answer[None] | Awaitable[None]]

MOST = 60  # nodes; then they become fewer
NOUNS = ("box", "sphere", "rect", "text", "group", "window", "slider", "checkbox", "button")
WORDS = {
    "color": ("red", "blue", "#102030", "0.1 0.2 0.3"),
    "size": ("1", "2.5", "40"),
    "visible": ("on", "off"),
    "tags": ("a b", "c", ""),
    "text": ("a word", "zwölf\nlines", ""),
    "opacity": ("0.5", "1"),
    "at": ("1 2", "3 4", "1 2 3", "4 5 6"),
}


class Person:
    """One who chooses by these dice. What a scene refuses, they try again otherwise."""

    def __init__(self, graph: Graph, edits: Edits, history: History, versions: Versions, dice: random.Random) -> None:
        self.graph, self.edits, self.history, self.versions, self.dice = graph, edits, history, versions, dice
        self._named = 0

    async def edit(self) -> None:
        """Make one more version."""
        acts: list[Act] = [self._new, self._new, self._set, self._set, self._set, self._set, self._hand, self._parent]
        acts += [self._rename, self._remove, self._camera, self._mark, self._take_back]
        while True:
            act = self._remove if len(self.graph.nodes) > MOST else self.dice.choice(acts)
            before = self.versions.last
            try:
                if (doing := act()) is not None:
                    await doing
            except (FileError, Refused, LookupError):
                continue  # there is nothing of that sort just now
            if self.versions.last != before:
                return

    def _any(self, *nouns: str) -> str:
        """The name of a node."""
        return self.dice.choice([node.name for node in self.graph.nodes.values() if not nouns or node.kind in nouns])

    def _new(self) -> Answer[None]:
        self._named += 1
        noun = self.dice.choice(NOUNS)
        words = [f"color={self.dice.choice(WORDS['color'])}"] if "color" in KINDS[noun].words else []
        return self.edits.new(noun, f"{noun}{self._named}", *words)

    def _set(self) -> Answer[None]:
        node = self.graph.named(self._any())
        prop = self.dice.choice([word for word in WORDS if word in KINDS[node.kind].words])
        return self.edits.set(node.id, prop, self.dice.choice(WORDS[prop]))

    def _parent(self) -> Answer[None]:
        return self.edits.set(self.graph.ids[self._any()], "parent", self._any("group", "window"))

    def _hand(self) -> None:
        node = self.graph.named(self._any("slider", "checkbox"))
        value = self.dice.random() if node.kind == "slider" else self.dice.random() < 0.5
        self.history.handle(Set(node.id, "value", value), done=True)

    def _rename(self) -> Answer[None]:
        self._named += 1
        return self.edits.rename(self._any(), f"renamed{self._named}")

    def _remove(self) -> Answer[None]:
        return self.edits.remove(self._any())

    def _camera(self) -> Answer[None]:
        return self.edits.place_camera(self.dice.choice(("at 1 2 3", "at 4 5 6\nfov 30", "auto")))

    def _mark(self) -> Answer[None]:
        return self.history.mark("before the show")

    def _take_back(self) -> Awaitable[None]:
        return self.history.take_back(self._any())
