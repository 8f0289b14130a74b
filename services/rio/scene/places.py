"""Where each node is in the end: its own place, turn and scale within those of its parents.

Everything is computed for all nodes at once, in float32 rows indexed by id as in the graph, and again only when
something moved. A node turns about x, then y, then z; parents come before their children.
"""

import numpy as np
from numpy.typing import NDArray

from rio.scene.geography import on_map
from rio.scene.graph import Graph, Node
from rio.scene.kinds import kind
from rio.scene.noun import ANCHORS
from rio.scene.values import Floats

AWAY = 1e8  # pixels: out of every view
MOVING = frozenset({"at", "rotate", "scale", "opacity"})  # the columns that the places depend on


class Places:
    """`matrices` float32[rows, 3, 4], `opacity` float32[rows], `shown` bool[rows], `layer` int32[rows]."""

    def __init__(self) -> None:
        self.matrices: Floats = np.zeros((0, 3, 4), np.float32)
        self.opacity: Floats = np.zeros(0, np.float32)
        self.shown: NDArray[np.bool_] = np.zeros(0, np.bool_)
        self.layer: NDArray[np.int32] = np.zeros(0, np.int32)
        self._maps: dict[int, list[int]] = {}  # the markers of each
        self._generations: list[tuple[NDArray[np.uint32], NDArray[np.uint32]]] = []

    def arrange(self, graph: Graph) -> None:
        """Nodes came, went, were hidden, or changed their parent or layer."""
        rows = len(graph.columns["at"])
        self.shown = np.ones(rows, np.bool_)
        self.layer = np.zeros(rows, np.int32)
        inside = []
        self._maps = {}
        for node in graph.nodes.values():
            if node.kind == "marker":
                self._maps.setdefault(node.get("parent"), []).append(node.id)
            if node.props:
                self.shown[node.id] = node.props.get("visible", True)
                self.layer[node.id] = node.props.get("layer", 0)
                if "parent" in node.props and not _stands_apart(graph, node):
                    inside.append(node.id)
        self._generations = _generations(graph, inside)
        for children, parents in self._generations:
            self.shown[children] &= self.shown[parents]
            self.layer[children] += self.layer[parents]
        self.move(graph)

    def move(self, graph: Graph) -> None:
        """Something in the columns of `MOVING` changed, or what a map shows."""
        columns = graph.columns
        at = _with_markers(graph, self._maps)
        self.matrices = _matrices(at, columns["rotate"], columns["scale"])
        self.opacity = columns["opacity"][:, 0].copy()
        for children, parents in self._generations:
            outer, inner = self.matrices[parents], self.matrices[children]
            joined = outer[:, :, :3] @ inner
            joined[:, :, 3] += outer[:, :, 3]
            self.matrices[children] = joined
            self.opacity[children] *= self.opacity[parents]


def _with_markers(graph: Graph, maps: dict[int, list[int]]) -> Floats:
    """Where all nodes are in their parents: markers where their maps show their places, or far away."""
    at = graph.columns["at"]
    if not maps:
        return at
    at = at.copy()
    for id, markers in maps.items():
        node = graph.nodes.get(id)
        if node is None or node.kind != "map":
            at[markers, :2] = AWAY
            continue
        half = graph.columns["size"][id, :2] / 2
        away = on_map(at[markers], node.get("center"), node.get("zoom"))
        hidden = (np.abs(away) > half).any(1, keepdims=True)
        at[markers, :2] = np.where(hidden, AWAY, away - np.multiply(ANCHORS[node.get("anchor")], half))
    return at


def _stands_apart(graph: Graph, node: Node) -> bool:
    """Whether its places count from the corner of a window's canvas, wherever that is."""
    return kind(graph.nodes[node.props["parent"]].kind).space == "panel"


def _generations(graph: Graph, inside: list[int]) -> list[tuple[NDArray[np.uint32], NDArray[np.uint32]]]:
    """The nodes that have a parent, and their parents, eldest generation first."""
    depths: dict[int, int] = {}
    for id in inside:
        depths[id] = sum(1 for _ in graph.ancestry(id))
    found = []
    for depth in sorted(set(depths.values())):
        children = [id for id in inside if depths[id] == depth]
        parents = [graph.nodes[id].props["parent"] for id in children]
        found.append((np.array(children, np.uint32), np.array(parents, np.uint32)))
    return found


def _matrices(at: Floats, rotate: Floats, scale: Floats) -> Floats:
    """Each row's own turn, scale and place as one matrix."""
    matrices = np.zeros((len(at), 3, 4), np.float32)
    matrices[:, (0, 1, 2), (0, 1, 2)] = scale
    matrices[:, :, 3] = at
    turned = np.flatnonzero(rotate.any(1))
    if len(turned):
        matrices[turned, :, :3] = turns(rotate[turned]) * scale[turned, None]
    return matrices


def turns(degrees: Floats) -> Floats:
    """Rotation matrices, float32[n, 3, 3], about x, then y, then z."""
    angles = np.radians(degrees)
    (sx, sy, sz), (cx, cy, cz) = np.sin(angles).T, np.cos(angles).T
    rows = (
        (cy * cz, sx * sy * cz - cx * sz, cx * sy * cz + sx * sz),
        (cy * sz, sx * sy * sz + cx * cz, cx * sy * sz - sx * cz),
        (-sy, sx * cy, cx * cy),
    )
    return np.moveaxis(np.array(rows, np.float32), 2, 0)
