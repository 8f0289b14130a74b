"""The scene graph: named nodes; numbers in columns, everything else in dictionaries.

The main process owns the truth; the worker and the renderer hold copies, and all three are equal because they apply the
same deltas with the same checks. A node's id indexes the float32 columns, so a Fill is one assignment here and one
upload on the graphics card. Even ids are the worker's, odd ones main's: neither asks the other for a number.

A snapshot shares what it can: nodes are immutable, and dictionaries and columns are copied when they are next written.
"""

from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from hashlib import blake2b
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rio.scene.kinds import kind
from rio.scene.noun import COLUMNS, Kind, Word
from rio.scene.values import FARTHEST, LINK, Floats, Numeric, Refused, nearest
from rio.scene.weight import check, growth, weigh_all
from rio.scene.widgets import misplaced
from rio.wire import Array, Delta, Deltas, Fill, Put, Remove, Reset, Set, frame

CROWD = 100_000  # nodes of one scene; one `points` node holds as many places as you like
HIGHEST = 1 << 19  # ids: a few times the crowd, so that most are used again only long after
LONGEST_NAME = 200
_FIRST_ROWS = 64
_BOUNDS = {"size": (0.0, FARTHEST), "color": (0.0, 1.0), "opacity": (0.0, 1.0)}


class Gone(Refused):
    """A change to a node that is no longer there: its maker may not have heard of that yet."""


@dataclass(frozen=True, slots=True)
class Node:
    """What is not a number: kind, name, and the properties that differ from their defaults."""

    id: int
    kind: str
    name: str
    props: Mapping[str, Any] = field(default_factory=dict)

    def get(self, prop: str) -> Any:
        """A property that is not kept in a column, or its default."""
        return self.props[prop] if prop in self.props else kind(self.kind).word(prop).default


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A whole graph at one moment. It takes no memory of its own until the graph goes on."""

    nodes: dict[int, Node]
    columns: dict[str, Floats]


class Graph:
    """Nodes by id and by name, and the columns. Read freely; change through `apply` and `restore` alone."""

    def __init__(self) -> None:
        self._begin({}, {prop: np.zeros((_FIRST_ROWS, width), np.float32) for prop, width in COLUMNS.items()})

    def _begin(self, nodes: dict[int, Node], columns: dict[str, Floats]) -> None:
        self.nodes, self.columns = nodes, columns
        self.ids = {node.name: node.id for node in nodes.values()}
        self._children: dict[int, list[int]] = {}
        for node in nodes.values():
            if parent := node.props.get("parent"):
                self._children.setdefault(parent, []).append(node.id)
        self._there = np.zeros(len(columns["at"]), np.bool_)
        self._there[list(nodes)] = True
        self._weight = weigh_all(node.props for node in nodes.values())
        self._shared: set[str] = set()  # columns that a snapshot holds as well; "nodes" stands for the dictionary
        self._spare: tuple[deque[int], deque[int]] = deque(), deque()
        self._top = [max((id for id in nodes if id % 2 == side), default=side) for side in (0, 1)]

    # Reading

    def node(self, id: int) -> Node:
        """The node of that number; Gone if there is none."""
        try:
            return self.nodes[id]
        except KeyError:
            raise Gone(f"there is no node {id}") from None

    def named(self, name: str) -> Node:
        """The node of that name; Gone, naming the nearest, if there is none."""
        try:
            return self.nodes[self.ids[name]]
        except KeyError:
            raise Gone(f"there is no node {name}{nearest(name, self.ids)}") from None

    def has(self, ids: Array) -> NDArray[np.bool_]:
        """Which of these numbers, uint32[n], are those of nodes."""
        there: NDArray[np.bool_] = ids < len(self._there)
        there[there] = self._there[ids[there]]
        return there

    def children(self, id: int) -> tuple[int, ...]:
        """The nodes whose parent it is."""
        return tuple(self._children.get(id, ()))

    def ancestry(self, id: int) -> Iterator[int]:
        """The node, its parent, and so on; nothing for 0."""
        while id:
            yield id
            id = self.nodes[id].props.get("parent", 0)

    def get(self, id: int, prop: str) -> Any:
        """A property as a program reads it; Refused if the noun has no such word."""
        node = self.node(id)
        word = kind(node.kind).word(prop)
        if isinstance(word.form, Numeric) and word.is_column:
            return word.form.read(self.columns[prop][id].tolist())
        return node.get(prop)

    def show(self, id: int, prop: str) -> str:
        """A property in a person's words; a value that nobody gave is empty."""
        value = self.get(id, prop)
        form = kind(self.node(id).kind).word(prop).form
        if form is LINK:
            return self.nodes[value].name if value else ""
        return "" if value is None else form.show(form.of(value))

    def parse(self, id: int, prop: str, text: str) -> Set:
        """The change that a person's words make; Refused in words."""
        form = kind(self.node(id).kind).word(prop).form
        if form is LINK:
            return Set(id, prop, self.named(text.strip()).id if text.strip() else 0)
        return Set(id, prop, form.parse(text))

    # Changing

    def apply(self, delta: Delta) -> None:
        """Make one change. Refused, with nothing changed, if it is not sound; Gone if its node is not there."""
        match delta:
            case Fill(prop, ids, values):
                self._fill(prop, ids, values)
            case Set(id, prop, value):
                node = self.node(id)
                self._write(node, self._kept(id, kind(node.kind), {prop: value}))
            case Put(id, noun, name, props):
                self._put(id, kind(noun), name, props)
            case Remove(id):
                self._remove(id)
            case Reset():
                self._begin({}, {p: np.zeros((_FIRST_ROWS, width), np.float32) for p, width in COLUMNS.items()})

    def new_id(self, *, odd: bool) -> int:
        """The next free number of one side. A number is used again, late, once most below it are free."""
        spare = self._spare[odd]
        if not spare and self._top[odd] > 4 * len(self.nodes) + 4096:
            spare.extend(id for id in range(2 + odd, self._top[odd], 2) if id not in self.nodes)
        while spare:
            if (id := spare.popleft()) not in self.nodes:
                return id
        self._top[odd] += 2
        return self._top[odd]

    def _fill(self, prop: str, ids: Array, values: Array) -> None:
        """Nodes that are gone are passed over: one node's end must not undo a batch."""
        if prop not in COLUMNS:
            raise Refused(f"{prop} is not kept as numbers")
        if ids.dtype != np.uint32 or ids.ndim != 1 or values.ndim != 2 or len(values) != len(ids):
            raise Refused(f"{prop} needs one row of numbers for each node")
        if not 0 < values.shape[1] <= COLUMNS[prop]:
            raise Refused(f"{prop} has {COLUMNS[prop]} numbers, not {values.shape[1]}")
        if not len(ids):
            return
        low, high = _BOUNDS.get(prop, (-FARTHEST, FARTHEST))
        if not (float(values.min()) >= low and float(values.max()) <= high):  # also false for what is not a number
            raise Refused(f"{prop} is out of range for one of {len(ids):,} nodes")
        there = self.has(ids)
        if not there.all():
            ids, values = ids[there], values[there]
        self._owned(prop)[ids, : values.shape[1]] = values

    def _put(self, id: int, noun: Kind, name: str, props: Mapping[str, Any]) -> None:
        node = self.nodes.get(id)
        if node is None:
            if not 1 < id < HIGHEST:
                raise Refused(f"{id} is not the number of a node")
            if len(self.nodes) >= CROWD:
                raise Refused(f"a scene has at most {CROWD:,} nodes; one points node holds as many places as you like")
        elif node.kind != noun.name:
            raise Refused(f"{node.name} is a {node.kind}, not a {noun.name}")
        check_name(name)
        kept = self._kept(id, noun, props)
        if node is None or node.name != name:
            if (other := self.ids.get(name)) is not None:
                if other in self.ancestry(kept.get("parent", node.props.get("parent", 0) if node else 0)):
                    raise Refused(f"{name} cannot be in the node that it takes the place of")
                self._remove(other)
            node = (
                self._rename(node, name)
                if node
                else self._make(Node(id, noun.name, name), noun, bool(kept.get("parent")))
            )
        self._write(node, kept)

    def _make(self, node: Node, noun: Kind, inside: bool) -> Node:
        """A new node with its noun's defaults; one inside another begins at the other's middle."""
        while node.id >= len(self._there):
            self._there = np.concatenate((self._there, np.zeros_like(self._there)))
            self.columns = {prop: np.concatenate((c, np.zeros_like(c))) for prop, c in self.columns.items()}
            self._shared &= {"nodes"}
        self._owned_nodes()[node.id] = node
        self.ids[node.name] = node.id
        self._there[node.id] = True
        side = node.id % 2
        self._top[side] = max(self._top[side], node.id)
        for prop, row in noun.rows.items():
            self._owned(prop)[node.id] = 0 if inside and prop == "at" else row
        return node

    def _rename(self, node: Node, name: str) -> Node:
        node = replace(node, name=name)
        self._owned_nodes()[node.id] = node
        self.ids = {each.name: each.id for each in self.nodes.values()}
        return node

    def _kept(self, id: int, noun: Kind, props: Mapping[str, Any]) -> dict[str, Any]:
        """The properties as they are kept; Refused before anything has changed."""
        kept = {}
        for prop, value in props.items():
            word = noun.word(prop)
            try:
                kept[prop] = word.form.of(value)
            except Refused as refusal:
                raise Refused(f"{prop} of {noun.name}: {refusal}") from None
            if word.form is LINK:
                self._check_parent(id, noun, kept[prop])
        check(self._weight, growth(self.nodes[id].props if id in self.nodes else {}, kept, kept))
        return kept

    def _check_parent(self, id: int, noun: Kind, parent: int) -> None:
        holder = kind(self.node(parent).kind) if parent else None
        if why := misplaced(noun, holder):
            raise Refused(why)
        above = list(self.ancestry(parent))
        if id in above:
            raise Refused("a node cannot be inside itself")
        if canvas := next((each for each in above if self.nodes[each].kind == "canvas"), 0):
            self._check_drawn(id, noun, kind(self.nodes[canvas].kind))

    def _check_drawn(self, id: int, noun: Kind, canvas: Kind) -> None:
        """What comes into a canvas is flat, also what stands in a group."""
        nouns, below = [noun], list(self.children(id))
        for inner in below:
            nouns.append(kind(self.nodes[inner].kind))
            below += self.children(inner)
        if why := next((why for each in nouns if (why := misplaced(each, canvas))), ""):
            raise Refused(why)

    def _write(self, node: Node, kept: Mapping[str, Any]) -> None:
        """Kept values into the columns and the node. What is as by default is not stored: equal scenes are equal."""
        noun, props, changed = kind(node.kind), dict(node.props), False
        for prop, value in kept.items():
            if prop in COLUMNS:
                self._owned(prop)[node.id, : np.size(value)] = value
            elif _is_default(noun.word(prop), value):
                changed |= props.pop(prop, None) is not None
            else:
                props[prop], changed = value, True
        if changed:
            self._adopt(node, props.get("parent", 0))
            self._weight += growth(node.props, props, kept)
            self._owned_nodes()[node.id] = replace(node, props=props)

    def _adopt(self, node: Node, parent: int) -> None:
        before = node.props.get("parent", 0)
        if before == parent:
            return
        if before:
            self._children[before].remove(node.id)
        if parent:
            self._children.setdefault(parent, []).append(node.id)

    def _remove(self, id: int) -> None:
        """The node and all inside it; nothing if it is not there."""
        node = self.nodes.get(id)
        if node is None:
            return
        self._adopt(node, 0)
        below = [node]
        for inner in below:  # grows while it is walked: the whole tree, without recursion
            below += [self.nodes[child] for child in self._children.pop(inner.id, ())]
        nodes = self._owned_nodes()
        self._weight -= weigh_all(inner.props for inner in below)
        for inner in below:
            del nodes[inner.id], self.ids[inner.name]
            self._there[inner.id] = False

    def _owned(self, prop: str) -> Floats:
        """A column to write into: a copy, if a snapshot still holds it."""
        if prop in self._shared:
            self._shared.discard(prop)
            self.columns[prop] = self.columns[prop].copy()
        return self.columns[prop]

    def _owned_nodes(self) -> dict[int, Node]:
        if "nodes" in self._shared:
            self._shared.discard("nodes")
            self.nodes = self.nodes.copy()
        return self.nodes

    # Whole graphs

    def whole(self) -> Iterator[Delta]:
        """Deltas that make any graph equal to this one."""
        yield Reset()
        for node in self.nodes.values():
            yield Put(node.id, node.kind, node.name, {p: v for p, v in node.props.items() if p != "parent"})
        ids = np.fromiter(self.nodes, np.uint32, len(self.nodes))
        for prop, column in self.columns.items():
            yield Fill(prop, ids, column[ids])
        for parent, children in self._children.items():
            yield from (Set(child, "parent", parent) for child in children)

    def snapshot(self) -> Snapshot:
        """This moment, to be restored as often as you like. It costs what is written next, not the whole."""
        self._shared = {*COLUMNS, "nodes"}
        return Snapshot(self.nodes, dict(self.columns))

    def hold_nodes(self) -> dict[int, Node]:
        """The nodes of this moment, which stay as they are; to tell later which have become others."""
        self._shared.add("nodes")
        return self.nodes

    def restore(self, snapshot: Snapshot) -> None:
        """Be as at the moment of the snapshot."""
        self._begin(snapshot.nodes, dict(snapshot.columns))
        self._shared = {*COLUMNS, "nodes"}

    def digest(self) -> str:
        """Equal for equal scenes, whatever the numbers of their nodes: order, kinds, names and values count."""
        ids = np.fromiter(self.nodes, np.uint32, len(self.nodes))
        nodes = [Put(0, n.kind, n.name, dict(sorted(self._by_name(n).items()))) for n in self.nodes.values()]
        fills = [Fill(prop, ids[:0], column[ids]) for prop, column in self.columns.items()]
        return blake2b(frame(Deltas([*nodes, *fills])), digest_size=16).hexdigest()

    def _by_name(self, node: Node) -> dict[str, Any]:
        if parent := node.props.get("parent"):
            return {**node.props, "parent": self.nodes[parent].name}
        return dict(node.props)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Graph) and self.digest() == other.digest()

    __hash__ = None  # type: ignore[assignment]  # a graph changes; `digest` is what may be kept


def check_name(name: str) -> None:
    """Refused unless the name can be a directory and a word of a command."""
    if not 0 < len(name) <= LONGEST_NAME or name.strip() != name or name in (".", ".."):
        raise Refused(f"{name[:40]!r} is not a name for a node")
    if "/" in name or not name.isprintable():
        raise Refused(f"{name!r} is not a name for a node; it is a directory, so it has no / and no control characters")


def scene_of(deltas: Iterable[Delta]) -> Graph:
    """The graph that these deltas make."""
    graph = Graph()
    for delta in deltas:
        graph.apply(delta)
    return graph


def _is_default(word: Word, value: Any) -> bool:
    return not isinstance(value, np.ndarray) and bool(value == word.default)
