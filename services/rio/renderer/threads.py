"""Lines and dots of the world: as thick near as far, hidden by what is in front of them, without shadows."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rio.renderer import shaders, unsaid
from rio.renderer.camera import Vector
from rio.renderer.dots import Dotter
from rio.renderer.gpu import Arrays, Program, Size
from rio.renderer.shapes import in_world, way
from rio.scene.graph import Graph, Node
from rio.scene.places import Places
from rio.scene.values import Floats

_VERTEX: dict[str, tuple[int, int]] = {}
_STRETCHES = {"begin": (0, 3), "end": (1, 3), "row0": (2, 4), "row1": (3, 4), "row2": (4, 4), "size": (5, 3)}
_STRETCHES |= {"color": (6, 4)}
_NOWHERE: Vector = np.zeros((0, 3))


@dataclass(frozen=True)
class Dots:
    """The dots of one node."""

    arrays: Arrays
    places: Floats


class Threads:
    """The lines and dots of a graph that are in the world."""

    def __init__(self) -> None:
        self._lines, self._dotter = Program(*shaders.STRETCH), Dotter()
        self._stretches = Arrays(_VERTEX, _STRETCHES)
        self._owners: NDArray[np.uint32] = np.zeros(0, np.uint32)
        self._ends: Floats = np.zeros((0, 6), np.float32)
        self._clouds: dict[int, Dots] = {}

    def forget(self, id: int) -> None:
        """A node's places are no longer what they were."""
        if id in self._clouds:
            self._clouds.pop(id).arrays.delete()

    def arrange(self, graph: Graph, places: Places) -> None:
        """Nodes came, went, were hidden, or changed their places."""
        nodes = [n for n in graph.nodes.values() if n.kind in ("line", "points") and in_world(n) and places.shown[n.id]]
        clouds = {node.id: node for node in nodes if node.kind == "points"}
        for id in self._clouds.keys() - clouds.keys():
            self.forget(id)
        for id, node in clouds.items():
            if id not in self._clouds:
                self._clouds[id] = _cloud(node)
        lines = [(node.id, _ends(graph, node)) for node in nodes if node.kind == "line"]
        self._owners = np.repeat(np.array([id for id, _ in lines], np.uint32), [len(ends) for _, ends in lines])
        self._ends = np.concatenate([np.zeros((0, 6), np.float32), *(ends for _, ends in lines)])
        self._stretches.upload(begin=self._ends[:, :3], end=self._ends[:, 3:])

    def corners(self, places: Places) -> Vector:
        """Places, [n, 3], between which they all are."""
        ends = np.concatenate((self._ends[:, :3], self._ends[:, 3:]))
        found = [_placed(places.matrices[np.tile(self._owners, 2)], ends)]
        for id, dots in self._clouds.items():
            if len(dots.places):
                low, high = dots.places.min(0), dots.places.max(0)
                corners = np.array([np.where((i & 1, i & 2, i & 4), high, low) for i in range(8)])
                found.append(_placed(np.repeat(places.matrices[id][None], 8, 0), corners))
        return np.concatenate(found)

    def draw(
        self, graph: Graph, places: Places, camera: Vector, size: Size, ratio: float, *, is_light: bool = False
    ) -> None:
        """All of them, among what is there. `size` is the picture's, `ratio` how many pixels make a logical one."""
        columns = graph.columns
        if len(self._owners):
            matrices = places.matrices[self._owners]
            color = unsaid.colors(graph, self._owners, is_light=is_light)
            color[:, 3] *= places.opacity[self._owners]
            rows = {f"row{i}": matrices[:, i] for i in range(3)}
            self._stretches.upload(**rows, size=columns["size"][self._owners] * ratio, color=color)
            self._lines.use(camera=camera, view=size)
            self._stretches.draw_instances(0, len(self._owners))
        for id, dots in self._clouds.items():
            color = unsaid.color(graph, graph.nodes[id], is_light=is_light) * (1, 1, 1, places.opacity[id])
            placed = camera @ np.vstack((places.matrices[id], (0, 0, 0, 1)))
            self._dotter.draw(dots.arrays, len(dots.places), placed, color, float(columns["size"][id, 0]) * ratio)


def _cloud(node: Node) -> Dots:
    places: Any = node.get("points")
    arrays = Arrays({"at": (0, 3)})
    arrays.upload(at=places)
    return Dots(arrays, places)


def _ends(graph: Graph, node: Node) -> Floats:
    places = way(graph, node)
    return np.column_stack((places[:-1], places[1:])) if len(places) > 1 else np.zeros((0, 6), np.float32)


def _placed(matrices: Floats, points: Floats) -> Vector:
    placed: Vector = np.einsum("nij,nj->ni", matrices[:, :, :3].astype(float), points) + matrices[:, :, 3]
    return placed if len(placed) else _NOWHERE
