"""All solids as instances of a few meshes: one draw a mesh, however many there are; transparent ones from far to near.
What a `mesh` node says is a kind of its own, of which there is one (see `skins`).

Everything per node is gathered with numpy from the graph's columns and the places: what a draw costs in Python depends
on the number of meshes, not of solids.
"""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rio.renderer import meshes
from rio.renderer.camera import Vector
from rio.renderer.coats import Coat
from rio.renderer.gpu import Arrays
from rio.renderer.pick import meetings
from rio.renderer.skins import INSTANCE, Skins
from rio.scene.graph import Graph
from rio.scene.kinds import KINDS
from rio.scene.places import Places
from rio.scene.values import Floats

SOLIDS = tuple(name for name, noun in KINDS.items() if noun.space == "world" and name != "mesh")
PLAINEST, ROUGH = 2, 3  # how fine a mesh is: 0 the finest; rough ones only cast shadows
BEVEL = 0.07  # how round a box's edges are, of its least size
BALL = 0.72  # how far a ball's outline reaches toward the corners of its box
THIN = 0.002  # a plane's thickness, of its width

_MESHES: dict[str, tuple[Callable[[int], meshes.Mesh], int, int, int, int]] = {  # segments: finest, …, plainest, rough
    "box": (meshes.box, 3, 1, 0, 0),
    "plane": (meshes.box, 0, 0, 0, 0),
    "sphere": (meshes.sphere, 10, 5, 2, 1),
    "cylinder": (meshes.cylinder, 64, 20, 12, 8),
    "cone": (meshes.cone, 64, 20, 12, 8),
    "torus": (meshes.torus, 80, 24, 14, 8),
}
_CORNERS = np.array([(x, y, z) for x in (-1, 1) for y in (-1, 1) for z in (-1, 1)], float)
_VERTEX = {"corner": (0, 3), "direction": (1, 3)}


class Solids:
    """`grain` is half the size of a typical one, as of the last `corners`."""

    def __init__(self, budget: int, most: int, failed: Callable[[str], None]) -> None:
        """`budget` is how many vertices may be drawn before they become plainer, `most` the faces of `mesh` nodes."""
        self.grain = 1.0
        self._budget = budget
        self._skins = Skins(most, failed)
        self._meshes = {(kind, plain): _mesh(kind, plain) for kind in _MESHES for plain in range(ROUGH + 1)}
        self._ids: dict[str, NDArray[np.uint32]] = {}
        self._casts = np.zeros(0, np.bool_)
        self._plain = 0
        self._opaque: dict[str, int] = {}  # how many of each kind come first
        self._clear: list[tuple[str, int, int]] = []  # runs of transparent ones: kind, first, count

    def forget(self, id: int) -> None:
        """A node's shape is no longer what it was."""
        self._skins.forget(id)

    def arrange(self, graph: Graph, places: Places) -> None:
        """Solids came, went, were hidden or shown."""
        found: dict[str, list[int]] = {kind: [] for kind in SOLIDS}
        self._casts = np.ones(len(graph.columns["at"]), np.bool_)
        for node in graph.nodes.values():
            if node.kind in found and places.shown[node.id]:
                found[node.kind].append(node.id)
            if not node.props.get("shadow", True):
                self._casts[node.id] = False
        found |= self._skins.arrange(graph, places)
        self._ids = {kind: np.array(ids, np.uint32) for kind, ids in found.items() if ids}
        self._plain = next((plain for plain in range(PLAINEST) if self._vertices(plain) <= self._budget), PLAINEST)

    @property
    def vertices(self) -> int:
        """How many are drawn."""
        return self._vertices(self._plain)

    def _vertices(self, plain: int) -> int:
        return sum(len(ids) * self._arrays(kind, plain).vertices for kind, ids in self._ids.items())

    def _arrays(self, kind: str, plain: int) -> Arrays:
        return self._skins.arrays(kind) if kind in self._skins else self._meshes[kind, plain]

    def corners(self, graph: Graph, places: Places) -> tuple[Vector, Vector]:
        """The corners of the box around each, [8 n, 3], and eight places that its outline reaches.

        Planes count only alone: a floor is not what one looks at.
        """
        kinds = [kind for kind in self._ids if kind != "plane"] or list(self._ids)
        if not kinds:
            return np.zeros((0, 3)), np.zeros((0, 3))
        matrices, sizes = self._boxes(graph, places, kinds)
        arms = np.einsum("nij,nkj->nki", matrices[:, :, :3], sizes[:, None] / 2 * _CORNERS)
        self.grain = float(np.median(np.linalg.norm(arms[:, 0], axis=1)))
        middles = matrices[:, None, :, 3]
        counts = [len(self._ids[kind]) for kind in kinds]
        reached = np.repeat([BALL if kind == "sphere" else 1.0 for kind in kinds], counts)[:, None, None]
        return (middles + arms).reshape(-1, 3), (middles + arms * reached).reshape(-1, 3)

    def _boxes(self, graph: Graph, places: Places, kinds: Sequence[str]) -> tuple[Vector, Vector]:
        """The boxes around all of these kinds: the matrices of their middles, [n, 3, 4], and their sizes, [n, 3]."""
        matrices, sizes = [np.zeros((0, 3, 4))], [np.zeros((0, 3))]
        for kind in kinds:
            matrix = places.matrices[self._ids[kind]].astype(float)
            size: Vector = _fills(graph, kind, self._ids[kind]).astype(float)
            if kind in self._skins:
                middle, size = self._skins.box(graph, kind)
                matrix[:, :, 3] += matrix[:, :, :3] @ middle
            matrices.append(matrix)
            sizes.append(size)
        return np.concatenate(matrices), np.concatenate(sizes)

    def ground(self, graph: Graph, places: Places) -> float:
        """The height of the lowest place of any of them, planes too."""
        matrices, sizes = self._boxes(graph, places, list(self._ids))
        halves = (np.abs(matrices[:, 1, :3]) * sizes / 2).sum(1)
        return float((matrices[:, 1, 3] - halves).min()) if len(halves) else 0.0

    def upload(self, graph: Graph, places: Places, eye: Vector) -> None:
        """Bring the instances to the graphics card, the transparent ones in order from far to near."""
        self._opaque, clear = {}, []
        for kind, ids in self._ids.items():
            color = graph.columns["color"][ids]
            color[:, 3] *= places.opacity[ids]
            seen_through = (color[:, 3] < 0.999) | self._skins.is_clear(kind)
            far = np.linalg.norm(places.matrices[ids, :, 3] - eye, axis=1) * seen_through
            order = np.lexsort((-far, seen_through))
            self._opaque[kind] = len(ids) - int(seen_through.sum())
            clear += [(-far[i], kind, row) for row, i in enumerate(order) if seen_through[i]]
            self._fill(kind, ids[order], color[order], graph, places)
        self._clear = _runs(sorted(clear))

    def _fill(self, kind: str, ids: NDArray[np.uint32], color: Floats, graph: Graph, places: Places) -> None:
        matrices = places.matrices[ids]
        sizes = self._skins.extent(graph, kind) if kind in self._skins else _extent(graph, kind, ids)
        extent = np.column_stack((sizes, self._casts[ids].astype(np.float32)))
        rows = {f"row{i}": matrices[:, i] for i in range(3)}
        for plain in {self._plain, self._plainness(rough=True)}:
            self._arrays(kind, plain).upload(**rows, extent=extent, color=color)
        self._skins.prepare(graph, kind, matrices)

    @property
    def has_rough(self) -> bool:
        """Whether there are so many that a draft's shadows are cast by rougher ones."""
        return self._plain == PLAINEST

    def _plainness(self, *, rough: bool) -> int:
        return ROUGH if rough and self.has_rough else self._plain

    @property
    def has_clear(self) -> bool:
        """Whether one sees through some."""
        return bool(self._clear)

    def pick(self, graph: Graph, places: Places, start: Vector, way: Vector) -> int:
        """The solid that a ray meets first; 0 if none."""
        if not self._ids:
            return 0
        ids = np.concatenate(list(self._ids.values()))
        matrices, sizes = self._boxes(graph, places, list(self._ids))
        balls = np.repeat([kind == "sphere" for kind in self._ids], [len(some) for some in self._ids.values()])
        far = meetings(start, way, matrices, sizes, balls)
        for row in np.flatnonzero(np.isfinite(far)).tolist():
            far[row] = self._skins.met(graph, places, int(ids[row]), start, way, far[row])
        return int(ids[far.argmin()]) if np.isfinite(far.min()) else 0

    def draw(self, coat: Coat, *, but: str = "", rough: bool = False, **uniforms: Any) -> None:
        """The opaque ones, but for one kind; `rough` if only their shadows are seen, and not for long."""
        coat.begin(**uniforms)
        for kind, count in self._opaque.items():
            self._run(coat, kind, 0, 0 if kind == but else count, self._plainness(rough=rough), clear=False)

    def draw_clear(self, coat: Coat, *, but: str = "", rough: bool = False, **uniforms: Any) -> None:
        """The transparent ones, likewise."""
        coat.begin(**uniforms)
        for kind, first, count in self._clear:
            self._run(coat, kind, first, 0 if kind == but else count, self._plainness(rough=rough), clear=True)

    def _run(self, coat: Coat, kind: str, first: int, count: int, plain: int, *, clear: bool) -> None:
        if count and kind in self._skins:
            self._skins.draw(coat, kind, clear=clear)
        elif count:
            soft = kind == "box" and plain < PLAINEST  # the plainest box has no triangles for its edges
            coat.use(mesh=False, bevel=BEVEL if soft else 0.0)
            self._meshes[kind, plain].draw_instances(first, count)


def _mesh(kind: str, plain: int) -> Arrays:
    make, *segments = _MESHES[kind]
    mesh = make(segments[plain])
    arrays = Arrays(_VERTEX, INSTANCE)
    arrays.upload(corner=mesh.corners, direction=mesh.directions)
    arrays.index(mesh.triangles)
    return arrays


def _extent(graph: Graph, kind: str, ids: NDArray[np.uint32]) -> Floats:
    """The sizes of solids of one kind: width, height, depth."""
    sizes = graph.columns["size"][ids]
    if kind == "plane":
        sizes = np.column_stack((sizes[:, 0], THIN * sizes[:, 0], sizes[:, 1]))
    return sizes


def _fills(graph: Graph, kind: str, ids: NDArray[np.uint32]) -> Floats:
    """What solids of one kind fill of their size."""
    sizes = _extent(graph, kind, ids)
    if kind == "torus":
        sizes = sizes * np.array((1, meshes.TUBE, 1), np.float32)
    return sizes


def _runs(rows: Sequence[tuple[float, str, int]]) -> list[tuple[str, int, int]]:
    """Neighbours of one kind become one draw."""
    runs: list[tuple[str, int, int]] = []
    for _, kind, row in rows:
        if runs and runs[-1][0] == kind and sum(runs[-1][1:]) == row:
            runs[-1] = (kind, runs[-1][1], runs[-1][2] + 1)
        else:
            runs.append((kind, row, 1))
    return runs
