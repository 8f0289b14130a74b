"""The renderer's copy of the graph, which also remembers what the changes since the last frame touched.

What is flat, what is in the world and what is in panels is drawn apart, so it is remembered apart: `VIEW`, `WORLD` and
`PANEL` are the three bits.
"""

from dataclasses import dataclass, field

import numpy as np

from rio.renderer.shapes import in_world
from rio.scene.graph import Gone, Graph, Node
from rio.scene.kinds import kind
from rio.scene.noun import COLUMNS
from rio.wire import Delta, Fill, Put, Remove, Reset, Set

VIEW, WORLD, PANEL = 1, 2, 4
_ARRANGING = frozenset({"visible", "layer", "shadow"})
_ROAMING = frozenset({"center", "zoom"})  # of a map, what moves the markers on it
_REPAINTING = frozenset({"image", "source", "values"})  # what changes no shape: looked up whenever it is drawn


@dataclass
class Touched:
    """What to bring up to date. `order` and `columns` say where, by the bits; `shapes` are nodes to be made anew."""

    order: int = 0
    columns: dict[str, int] = field(default_factory=dict)  # and other words that change no shape
    shapes: set[int] = field(default_factory=set)
    came: bool = False  # solids, or other things of the world, came or went

    @property
    def any(self) -> int:
        """Where anything at all changed."""
        where = self.order
        for bits in self.columns.values():
            where |= bits
        return where

    def columns_in(self, where: int) -> set[str]:
        """The columns that changed there."""
        return {prop for prop, bits in self.columns.items() if bits & where}


class Mirror:
    """`graph`, and `touched` since it was last taken."""

    def __init__(self) -> None:
        self.graph = Graph()
        self.touched = Touched()
        self._where = np.zeros(64, np.uint8)
        self.shaders: set[int] = set()  # nodes that a program's own shaders paint
        self.left_out: set[int] = set()  # nodes that are not to be drawn, from the next time on that they are told
        self._straight: set[int] = set()  # lines to a place: their shape depends on where they begin

    def take(self) -> Touched:
        """What changed since the last time."""
        touched, self.touched = self.touched, Touched()
        return touched

    def apply(self, delta: Delta) -> None:
        """One change; Refused if it is not sound. Nodes that are gone are passed over, as in every copy."""
        match delta:
            case Put(id) if id in self.left_out:
                self._change(_bare(delta), id)
            case Set(id, prop) if id in self.left_out and prop != "parent":
                pass
            case Fill(prop, ids, _):
                self.graph.apply(delta)
                known = ids[ids < len(self._where)]
                self._column(prop, int(np.bitwise_or.reduce(self._where[known])) if len(known) else 0)
                if prop == "at" and self._straight:
                    self._reshape(self._straight.intersection(known.tolist()))
            case Set(id) | Put(id):
                self._change(delta, id)
            case Remove(id):
                self._leave(id)
                self.graph.apply(delta)
            case Reset():
                self.touched.order = VIEW | WORLD | PANEL
                self.touched.shapes |= self.graph.nodes.keys()
                self.touched.came = True
                self.graph.apply(delta)
                self._where[:] = 0
                self._straight.clear()
                self.shaders.clear()

    def _change(self, delta: Put | Set, id: int) -> None:
        known = id in self.graph.nodes
        if isinstance(delta, Put) and (other := self.graph.ids.get(delta.name, id)) != id:
            self._leave(other)
        try:
            self.graph.apply(delta)
        except Gone:
            return
        if not known:
            self._arrive(self.graph.nodes[id])
        for prop in delta.props if isinstance(delta, Put) else (delta.prop,):
            self._property(self.graph.nodes[id], prop)

    def _arrive(self, node: Node) -> None:
        while node.id >= len(self._where):
            self._where = np.concatenate((self._where, np.zeros_like(self._where)))
        self._where[node.id] = where = where_of(self.graph, node)
        self.touched.order |= where
        self.touched.shapes.add(node.id)
        if node.kind == "shader":
            self.shaders.add(node.id)
        self.touched.came |= bool(where & WORLD) and node.kind != "group"

    def _leave(self, id: int) -> None:
        for gone in (id, *self._below(id)):
            if gone in self.graph.nodes:
                self.touched.order |= int(self._where[gone])
                self.touched.shapes.add(gone)
                self.touched.came |= bool(self._where[gone] & WORLD)
                self._straight.discard(gone)
                self.shaders.discard(gone)

    def _below(self, id: int) -> list[int]:
        found = list(self.graph.children(id))
        for child in found:
            found += self.graph.children(child)
        return found

    def _property(self, node: Node, prop: str) -> None:
        where = int(self._where[node.id])
        if prop in COLUMNS:
            self._column(prop, where)
            if prop == "at" and node.id in self._straight:
                self._reshape({node.id})
        elif prop == "parent":
            self.touched.order |= where
            for id in (node.id, *self._below(node.id)):
                self._where[id] = now = where_of(self.graph, self.graph.nodes[id])
                self.touched.order |= now
                self.touched.shapes.add(id)
        elif prop in _ARRANGING:
            self.touched.order |= where
        elif prop in _ROAMING:
            self._column("at", where)
        elif prop in _REPAINTING:
            self._column(prop, where)
        else:
            self._where[node.id] = now = where_of(self.graph, node)
            self.touched.order |= where | now
            self.touched.shapes.add(node.id)
            if node.kind == "line":
                (self._straight.add if "to" in node.props else self._straight.discard)(node.id)

    def _column(self, prop: str, where: int) -> None:
        self.touched.columns[prop] = self.touched.columns.get(prop, 0) | where

    def _reshape(self, ids: set[int]) -> None:
        self.touched.shapes |= ids
        for id in ids:
            self.touched.order |= int(self._where[id])


def _bare(node: Put) -> Put:
    """A node of which nothing is drawn: it is there for those that are in it."""
    kept = {word: value for word, value in node.props.items() if word == "parent"}
    return Put(node.id, node.kind, node.name, kept if node.kind == "sound" else {**kept, "visible": False})


def is_in_panel(graph: Graph, node: Node) -> bool:
    """Whether it is a widget, or stands among widgets."""
    return any(kind(graph.nodes[id].kind).space == "panel" for id in graph.ancestry(node.id))


def where_of(graph: Graph, node: Node) -> int:
    """Where a node is drawn."""
    if is_in_panel(graph, node):
        return PANEL
    if node.kind == "group":
        return VIEW | WORLD
    if kind(node.kind).space == "heard":
        return 0
    if kind(node.kind).space == "either":
        return WORLD if in_world(node) else VIEW
    return VIEW if kind(node.kind).space == "view" else WORLD
