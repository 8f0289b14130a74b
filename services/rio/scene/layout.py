"""Where things are put that nobody gave numbers for: beside others, in a row, in a grid, in a circle.

Boxes are what a node takes up with its own size and scale; turns are not looked at, and a text's width is a guess. In
the world things stand on the ground, and beside others on the same ground; in the view they are aligned by their
middles. Knows the graph, changes nothing.
"""

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from rio.scene import outlines
from rio.scene.geography import on_map
from rio.scene.graph import Graph, Node
from rio.scene.kinds import kind
from rio.scene.noun import ANCHORS, MIDDLE, Kind
from rio.scene.pixels import extent
from rio.scene.surfaces import ends
from rio.scene.values import FARTHEST, Floats, Refused

WORLD_GAP, VIEW_GAP = 0.5, 20.0  # units, pixels
_LETTER = 0.55  # the width of a letter, as a part of its line's height
_LOOSE = frozenset({"line", "points", "polygon", "path"})
_WINDOW, _WIDGET = (320.0, 240.0), (160.0, 32.0)  # what panels of no given size are taken to need

Vector = tuple[float, float, float]


@dataclass(frozen=True)
class Box:
    """What a node takes up: its middle, and how far it reaches from there along each axis."""

    middle: Vector
    half: Vector

    def edge(self, axis: int, side: int) -> float:
        """Where it ends on one side, -1 or 1, of an axis."""
        return self.middle[axis] + side * self.half[axis]


def is_flat(graph: Graph, node: Node) -> bool:
    """Whether it is drawn in the view, in pixels. A group is where the first node in it is."""
    space = kind(node.kind).space
    if space != "either":
        return space in ("view", "panel")
    if node.kind == "group":
        inside = graph.children(node.id)
        return bool(inside) and is_flat(graph, graph.node(inside[0]))
    points, to = node.get("points"), node.props.get("to")
    return points.shape[1] == 2 if points is not None else to is not None and len(to) == 2


def box_of(graph: Graph, node: Node) -> Box:
    """The box of a node, in the coordinates of the whole picture, or of the canvas that it stands in."""
    at = np.sum([_place(graph, id) for id in graph.ancestry(node.id) if not _is_canvas_of(graph, id, node)], axis=0)
    if node.kind == "group" and (inside := graph.children(node.id)):
        boxes = [box_of(graph, graph.node(child)) for child in inside]
        low = np.min([np.subtract(box.middle, box.half) for box in boxes], axis=0)
        high = np.max([np.add(box.middle, box.half) for box in boxes], axis=0)
        return _box((low + high) / 2, (high - low) / 2)
    if node.kind in _LOOSE:
        places = _places(node, graph.columns["at"][node.id].tolist())
        low, high = places.min(axis=0), places.max(axis=0)
        return _box(at + (low + high) / 2, (high - low) / 2)
    size = tuple(graph.columns["size"][node.id].tolist())
    scale = tuple(graph.columns["scale"][node.id].tolist())
    half = half_of(kind(node.kind), size, scale, node.props)
    if node.kind == "mesh":
        at = at + np.multiply(sum(ends(size, node.get("points"))), scale) / 2
    anchor = ANCHORS[node.props.get("anchor", "center")] if "anchor" in kind(node.kind).words else (0, 0)
    return _box(at - np.multiply((*anchor, 0), half), half)


def _place(graph: Graph, id: int) -> Floats:
    """Where a node is in its parent: a marker in its map."""
    at: Floats = graph.columns["at"][id].copy()
    node = graph.node(id)
    if node.kind == "marker" and (holder := graph.nodes.get(node.get("parent"))) and holder.kind == "map":
        at[:2] = on_map(at, holder.get("center"), holder.get("zoom"))
    return at


def _is_canvas_of(graph: Graph, id: int, node: Node) -> bool:
    """Whether places of the node count from there, wherever that is; what `id` stands in is then a row or a window."""
    return id != node.id and kind(graph.nodes[id].kind).space == "panel"


def middle_of(graph: Graph, canvas: Node) -> tuple[float, float]:
    """Where something is in a canvas that nobody gave a place."""
    wide, high, _ = half_of(kind(canvas.kind), graph.columns["size"][canvas.id].tolist())
    return wide, high


def half_of(
    noun: Kind, size: Sequence[float], scale: Sequence[float] = (1, 1, 1), words: Mapping[str, Any] = {}
) -> Vector:  # the default is only read
    """How far a node of this size, which says these words, reaches from its middle."""
    width, height, depth = (*size, 0.0, 0.0)[:3]
    if noun.space == "panel":
        needed = _WINDOW if noun.name in ("window", "canvas") else _WIDGET
        return (width or needed[0]) / 2, (height or needed[1]) / 2, 0.0
    if noun.name == "plane":
        height, depth = 0.0, height
    elif noun.name == "mesh":
        low, high = ends(size, words.get("points"))
        width, height, depth = (high - low).tolist()
    elif noun.name == "image":
        width, height = extent(size, words.get("image"))
    elif noun.name == "text":
        lines = str(words.get("text", "")).split("\n")
        width, height = _LETTER * width * max(map(len, lines)), width * len(lines)
    elif "size" not in noun.words or noun.name in _LOOSE:
        width = height = depth = 0.0
    return width * abs(scale[0]) / 2, height * abs(scale[1]) / 2, depth * abs(scale[2]) / 2


def _places(node: Node, at: Sequence[float]) -> np.ndarray[tuple[int, int], np.dtype[np.float64]]:
    """float64[n, 3]: what a line, a polygon or a cloud goes through, from its own `at`."""
    if node.kind == "path":
        corners = outlines.extent(node.props.get("path", ""))
        return np.array([(x, y, 0.0) for x, y in corners])
    points, to = node.get("points"), node.props.get("to")
    if points is None or not len(points):
        end = np.subtract((*to, 0.0)[:3], at) if to is not None else np.zeros(3)
        return np.array([np.zeros(3), end])
    flat = np.zeros((len(points), 3))
    flat[:, : points.shape[1]] = points
    return flat


def _box(middle: Sequence[float], half: Sequence[float]) -> Box:
    x, y, z = map(float, middle)
    width, height, depth = map(float, half)
    return Box((x, y, z), (width, height, depth))


@dataclass(frozen=True)
class Side:
    """One way to be beside something: along which axis, on which side of it, in the world and in the view."""

    name: str
    axis: int
    world: int
    view: int  # 0: the view has no such side

    def place(self, beside: Box, half: Vector, gap: float | None, flat: bool) -> Vector:
        """The middle of a thing that reaches `half` from it, `gap` away from the box."""
        side = self.view if flat else self.world
        if not side:
            raise Refused(f"nothing in the view is {self.name.replace('_', ' ')} another; use layer=")
        if gap is None:
            gap = VIEW_GAP if flat else 0.0 if self.axis == 1 else WORLD_GAP
        middle = list(beside.middle)
        if not flat and self.axis != 1:
            middle[1] = beside.edge(1, -1) + half[1]  # on the same ground
        middle[self.axis] = beside.edge(self.axis, side) + side * (gap + half[self.axis])
        return middle[0], middle[1], middle[2]


SIDES = {
    side.name: side
    for side in (
        Side("left_of", 0, -1, -1),
        Side("right_of", 0, 1, 1),
        Side("above", 1, 1, -1),
        Side("below", 1, -1, 1),
        Side("in_front_of", 2, 1, 0),
        Side("behind", 2, -1, 0),
    )
}


class Beside:
    """A place beside a node, for a thing whose size is not known yet. As a sequence: for one as big as the node."""

    def __init__(self, side: Side, gap: float | None, find: Callable[[], tuple[Box, bool]]) -> None:
        self._side, self._gap, self._find = side, gap, find

    def of(self, half: Vector, flat: bool | None) -> tuple[float, ...]:
        """The place for a thing that reaches `half` from its middle; `flat` is None if it may be anywhere."""
        box, is_flat = self._find()
        if flat is None:
            flat = is_flat
        if flat != is_flat:
            raise Refused(f"{self._side.name}: one of them is in the world, the other in the view")
        place = self._side.place(box, half, self._gap, flat)
        return place[:2] if flat else place

    def _numbers(self) -> tuple[float, ...]:
        box, flat = self._find()
        return self.of(box.half, flat)

    def __iter__(self) -> Iterator[float]:
        return iter(self._numbers())

    def __getitem__(self, index: int) -> float:
        return self._numbers()[index]

    def __len__(self) -> int:
        return len(self._numbers())

    def __repr__(self) -> str:
        return repr(self._numbers())


@dataclass(frozen=True)
class _Row:
    """A line along which things stand: where it begins, its axis and the one across, and how far apart they are."""

    start: Vector
    along: int
    across: int
    gap: float


_ROWS = {
    "solid": _Row((0.0, 0.0, 0.0), 0, 2, WORLD_GAP),
    "shape": _Row((*MIDDLE, 0.0), 0, 1, VIEW_GAP),
    "text": _Row((*MIDDLE, 0.0), 1, 0, VIEW_GAP / 2),
}


class Rows:
    """Where things stand that nobody placed: solids on the ground, in a row from the origin to the right; shapes in a
    row from the middle of the usual view to the right; texts from there downwards.
    """

    def __init__(self) -> None:
        self._ends: dict[str, float] = {}  # how far each row reaches, once something stands in it

    def clear(self) -> None:
        """Nothing stands anywhere."""
        self._ends.clear()

    def place(self, noun: Kind, half: Vector) -> tuple[float, ...] | None:
        """The next free place for a new thing; None where its noun's own default is right."""
        if (name := _row_of(noun)) is None:
            return None
        row, place = _ROWS[name], list(_ROWS[name].start)
        if name in self._ends:
            place[row.along] = self._ends[name] + row.gap + half[row.along]
        if name != "solid":
            return tuple(place[:2])
        place[1] = half[1]
        return tuple(place)

    def note(self, noun: Kind, at: Sequence[float], half: Vector) -> None:
        """Something new stands here. If it is where the next one would come, the row goes on behind it."""
        if (name := _row_of(noun)) is None:
            return
        row = _ROWS[name]
        reach = self._ends.get(name, row.start[row.along])
        is_across = abs(at[row.across] - row.start[row.across]) <= half[row.across]
        is_high = name == "solid" and at[1] - half[1] > WORLD_GAP
        begins, ends = at[row.along] - half[row.along], at[row.along] + half[row.along]
        is_near = ends < FARTHEST / 2  # behind the end of space there is no place
        if is_across and is_near and not is_high and begins <= reach + 2 * row.gap and ends > reach:
            self._ends[name] = ends


def _row_of(noun: Kind) -> str | None:
    if noun.name in ("rect", "circle") or noun.space == "panel":
        return "shape"
    if noun.name == "text":
        return "text"
    return "solid" if noun.space == "world" and noun.name not in ("plane", "mesh") else None


def grid(halves: Sequence[Vector], flat: bool, columns: int | None, gap: float | None) -> list[Vector]:
    """The middles of things in rows and columns, from their common middle; in the world on the ground."""
    columns = columns or math.ceil(math.sqrt(len(halves)))
    rows = math.ceil(len(halves) / columns)
    gap = gap if gap is not None else VIEW_GAP if flat else WORLD_GAP
    across, along = _steps(halves, flat, gap)
    places = []
    for index, half in enumerate(halves):
        x = (index % columns - (columns - 1) / 2) * across
        y = (index // columns - (rows - 1) / 2) * along
        places.append((x, y, 0.0) if flat else (x, half[1], y))
    return places


def circle(halves: Sequence[Vector], flat: bool, size: float | None) -> list[Vector]:
    """The middles of things around their common middle, clockwise from the back; `size` is the circle's diameter."""
    gap = VIEW_GAP if flat else WORLD_GAP
    radius = size / 2 if size is not None else max(_steps(halves, flat, gap)) * len(halves) / math.tau
    places = []
    for index, half in enumerate(halves):
        angle = math.tau * index / len(halves)
        x, y = radius * math.sin(angle), -radius * math.cos(angle)
        places.append((x, y, 0.0) if flat else (x, half[1], y))
    return places


def _steps(halves: Sequence[Vector], flat: bool, gap: float) -> tuple[float, float]:
    """From one middle to the next, across and along, so that the largest has room."""
    down = 1 if flat else 2
    return 2 * max(half[0] for half in halves) + gap, 2 * max(half[down] for half in halves) + gap
