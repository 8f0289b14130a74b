"""Making nodes: what `box(…)` and its like do, and what a handle needs to know beyond its own node.

One rule for every noun: it makes a node, or changes the one that bears the name already. Without a name a node is
called after its noun: `box`, `box2`, …; there is one camera and one background, whose names are their nouns'.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from rio.language import data
from rio.language.animation import Animations
from rio.language.assets import Assets
from rio.language.handles import Handle
from rio.language.scene import Scene
from rio.language.timers import Timers
from rio.scene.graph import Node
from rio.scene.kinds import KINDS, kind
from rio.scene.layout import Beside, Box, Rows, Vector, box_of, half_of, is_flat, middle_of
from rio.scene.noun import MIDDLE, Kind
from rio.scene.values import Refused

ONLY_ONE = frozenset({"camera", "background"})

_FRONT = 1000  # the highest layer


class Nouns:
    """The nodes of one scene, as programs make and hold them."""

    def __init__(self, scene: Scene, timers: Timers) -> None:
        self.scene, self.timers = scene, timers
        self.assets = Assets()
        self.animations = Animations(scene, timers, self.plain)
        self.rows = Rows()
        timers.there = lambda id: id in scene.graph.nodes
        self._inside: list[int] = []  # the nodes of the `with` statements that are open
        self._counts: dict[str, int] = {}  # word -> the number in the last name that was made of it

    # making

    def make(self, noun: Kind, given: tuple[Any, ...], words: dict[str, Any]) -> Handle:
        """A node of this noun, or the one of that name."""
        held = self.handles(given) if noun.name == "group" else []
        name = words.pop("name", noun.name if noun.name in ONLY_ONE else None)
        words = self._said(noun, () if held else given, words)
        before = self.scene.graph.ids.get(str(name)) if name is not None else None
        if before is not None:
            handle = self._change(noun, self.scene.graph.node(before), words)
        else:
            called = str(name) if name is not None else self.free_name(noun.name)
            handle = self._new(noun, called, words)
            if name is None:  # what fails uses up no name
                self._counts[noun.name] = int(called.removeprefix(noun.name) or 1)
        for thing in held:
            thing.parent = handle
        return handle

    def _said(self, noun: Kind, given: tuple[Any, ...], words: dict[str, Any]) -> dict[str, Any]:
        """All words that were given, with what needs the scene to be understood; unknown ones are refused first."""
        for word in words:
            noun.word(word)
        if given:
            if (row := next((row for row in noun.given if len(row) == len(given)), None)) is None:
                raise Refused(f"say what it is: {noun.name}({', '.join(f'{word}=…' for word in list(noun.words)[:3])})")
            words = {**dict(zip(row, given, strict=True)), **words}
        words = data.spread(noun.name, words)
        return {word: self.assets.taken(noun.word(word).form, value) for word, value in words.items()}

    def _new(self, noun: Kind, name: str, words: dict[str, Any]) -> Handle:
        if self._inside and "parent" in noun.words:
            words.setdefault("parent", self._inside[-1])
        if noun.name == "marker" and words.get("parent", 0) == 0:  # None is an answer: in none
            raise Refused("a marker stands in a map: with map(): marker((52.5, 13.4), 'Berlin')")
        if "parent" in words:
            words["parent"] = self._number(words["parent"])
        if noun.needs and not any(word in words for word in noun.needs):
            places = f": {noun.name}([(0, 0), (100, 50), …])" if "points" in noun.needs else ""
            raise Refused(f"a {noun.name} needs its {' or '.join(noun.needs)}{places}")
        half = self._half(noun, words)
        if not isinstance(at := words.get("at"), Beside | None):
            words["at"] = noun.word("at").form.of(at)
        elif at is not None:
            words["at"] = at.of(half, None if noun.space == "either" else noun.space in ("view", "panel"))
        elif not words.get("parent") and (place := self.rows.place(noun, half)) is not None:
            words["at"] = place
        elif (holder := words.get("parent")) and noun.word("at").default == MIDDLE:
            words |= self._middle(holder)
        handle = Handle(self, self.scene.put(noun, name, words), noun)
        self.timers.forget(handle._id)
        self.animations.forget(handle._id)
        if "at" in words and not words.get("parent"):
            self.rows.note(noun, words["at"], half)
        return handle

    def stand(self, noun: Kind, words: dict[str, Any]) -> Handle:
        """Make what stands in no row by itself, or change it; a new one stands in that of the solids, on the ground."""
        solid, half = KINDS["box"], self._half(noun, words)
        is_new = words["name"] not in self.scene.graph.ids
        place = self.rows.place(solid, half) if is_new and not self._inside and not words.get("parent") else None
        handle = self.make(noun, (), words if place is None else {**words, "at": place})
        if place is not None:
            self.rows.note(solid, place, half)
        return handle

    def _middle(self, holder: int) -> dict[str, Any]:
        """Where something is that nobody gave a place, if it stands in a canvas."""
        graph = self.scene.settled()
        node = graph.node(holder)
        return {"at": middle_of(graph, node)} if node.kind == "canvas" else {}

    def _change(self, noun: Kind, node: Node, words: dict[str, Any]) -> Handle:
        """Change the words that were given. Another noun takes the place of the one that bore the name."""
        if node.kind != noun.name:
            return self._new(noun, node.name, {**self._shared(noun, node), **words})
        handle = Handle(self, node.id, noun)
        words = {word: self.plain(handle, word, value) for word, value in words.items()}
        if words:
            self.scene.put(noun, node.name, words, node.id)
        return handle

    def _shared(self, noun: Kind, node: Node) -> dict[str, Any]:
        """What a node says in words that another noun has as well, where they mean the same."""
        old = kind(node.kind)
        if old.space != noun.space:
            return {}
        graph = self.scene.settled()
        same = [word for word in old.words if word in noun.words and noun.words[word].form is old.words[word].form]
        values = {word: graph.get(node.id, word) for word in same}
        return {word: value for word, value in values.items() if value is not None}

    def _half(self, noun: Kind, words: Mapping[str, Any]) -> Vector:
        """How far a new node will reach from its middle; a wrong size is refused here already."""

        def row(word: str) -> tuple[float, ...]:
            if word not in words or word not in noun.words:
                return noun.rows[word]
            kept = noun.word(word).form.of(words[word])
            return kept if isinstance(kept, tuple) else (kept,)

        return half_of(noun, row("size"), row("scale"), words)

    def free_name(self, word: str) -> str:
        """The word itself, or with the first number from 2 up that is free, behind those that were used."""
        taken = self.scene.graph.ids
        if word not in taken:
            return word
        count = self._counts.get(word, 1)
        while (name := f"{word}{(count := count + 1)}") in taken:
            continue
        return name

    # what handles ask

    def plain(self, handle: Handle, word: str, value: Any) -> Any:
        """A value with what needs the scene worked out: a node by its number, a place beside something as numbers."""
        if word == "parent":
            return self._number(value)
        if isinstance(value, Beside):
            graph = self.scene.settled()
            node = graph.node(handle._id)
            return value.of(box_of(graph, node).half, is_flat(graph, node))
        if (handle._noun.name, word) == ("table", "rows"):
            heads = self.scene.read(handle._id, handle._noun, "columns")
            value = data.spread("table", {word: value}, heads)[word]
        return self.assets.taken(handle._noun.word(word).form, value)

    def read(self, handle: Handle, word: str) -> Any:
        """A word of a node; a parent as a handle."""
        if word == "kind":
            return handle._noun.name
        if word == "name":
            return self.name(handle)
        value = self.scene.read(handle._id, handle._noun, word)
        if word == "parent":
            return self.of(self.scene.graph.node(value)) if value else None
        return value

    def name(self, handle: Handle) -> str:
        """What the node is called; Refused if it was removed."""
        return self.scene.graph.node(handle._id).name

    def rename(self, handle: Handle, name: str) -> None:
        """Call it otherwise."""
        self.scene.put(handle._noun, str(name), {}, handle._id)

    def to_front(self, handle: Handle) -> None:
        """Give it the highest layer of all."""
        handle._noun.word("layer")
        nodes = self.scene.graph.nodes.values()
        others = [n.get("layer") for n in nodes if n.id != handle._id and "layer" in kind(n.kind).words]
        self.scene.write(handle._id, handle._noun, "layer", min(_FRONT, max(others, default=0) + 1))

    def enter(self, id: int) -> None:
        """What is made from now on is inside this node."""
        self._inside.append(id)

    def leave(self) -> None:
        """No longer."""
        self._inside.pop()

    # finding

    def of(self, node: Node) -> Handle:
        """The handle of a node."""
        return Handle(self, node.id, KINDS[node.kind])

    def handle(self, thing: Any) -> Handle:
        """The handle of what is one already, or a name."""
        if isinstance(thing, str):
            return self.of(self.scene.node(thing))
        if not isinstance(thing, Handle):
            raise Refused(f"{thing!r} is neither a node nor the name of one")
        self.name(thing)
        return thing

    def handles(self, things: Any) -> list[Handle]:
        """The handles of nodes, names, and lists of either; also of a single one."""
        return [self.handle(thing) for thing in _flattened((things,) if isinstance(things, Handle | str) else things)]

    def box(self, handle: Handle) -> tuple[Box, bool]:
        """What a node takes up, and whether it is in the view."""
        graph = self.scene.settled()
        node = graph.node(handle._id)
        return box_of(graph, node), is_flat(graph, node)

    def clear(self) -> None:
        """Nothing is there."""
        self.scene.clear()
        self.forget_rows()

    def forget_rows(self) -> None:
        """Nobody knows where things stand that have no place, nor what they are called."""
        self.rows.clear()
        self._counts.clear()

    def _number(self, thing: Any) -> int:
        if thing is None:
            return 0
        return thing if isinstance(thing, int) else self.handle(thing)._id


def _flattened(things: Iterable[Any]) -> Iterable[Any]:
    for thing in things:
        if isinstance(thing, list | tuple):
            yield from _flattened(thing)
        else:
            yield thing
