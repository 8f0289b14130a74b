"""`mesh` nodes on the graphics card: each is a kind of solid of its own, with its triangles and texture."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from rio.renderer.camera import Vector
from rio.renderer.coats import Coat
from rio.renderer.gpu import Arrays, sides
from rio.renderer.surfaces import Surface, first_hit, surface
from rio.renderer.textures import Texture
from rio.scene.graph import Graph, Node
from rio.scene.places import Places
from rio.scene.surfaces import fit
from rio.scene.values import Floats

INSTANCE = {"row0": (2, 4), "row1": (3, 4), "row2": (4, 4), "extent": (5, 4), "color": (6, 4)}
_VERTEX = {"corner": (0, 3), "direction": (1, 3), "tint": (7, 4), "spot": (8, 2)}
MOST_NODES = 1000  # that are drawn at once
MOST_LAYERS = 500.0  # in which the triangles of one lie over each other: each costs as much as a whole picture
_UNIT = 3  # of their textures; those before are the shadows'
_PLAIN = np.full((1, 1, 4), 255, np.uint8)


@dataclass
class Skin:
    """The node `id`. `picture` is what the texture was made of; `front` -1 while the surface is mirrored."""

    id: int
    shape: Surface
    arrays: Arrays
    layers: float
    texture: Texture | None = None
    picture: Any = None
    front: float = 1.0


class Skins:
    """Those of a graph that are shown, with `most` faces together. `failed` is told of what is too much to draw."""

    def __init__(self, most: int, failed: Callable[[str], None]) -> None:
        self._most, self._failed = most, failed
        self._skins: dict[str, Skin] = {}
        self._forgotten: set[str] = set()
        self._white: Texture | None = None

    def __contains__(self, kind: object) -> bool:
        return kind in self._skins

    def forget(self, id: int) -> None:
        """A node's words are no longer what they were."""
        self._forgotten.add(key(id))

    def arrange(self, graph: Graph, places: Places) -> dict[str, list[int]]:
        """Nodes came, went, were hidden or changed; the kinds that there are now, each with its one node."""
        nodes = {key(n.id): n for n in graph.nodes.values() if n.kind == "mesh" and places.shown[n.id]}
        for gone in self._skins.keys() - nodes.keys():
            self._drop(gone)
        room, kinds = self._most, dict[str, list[int]]()
        for kind, node in nodes.items():
            if kind not in self._skins or kind in self._forgotten:
                self._make(kind, node)
            if kind not in self._skins:
                continue
            room -= len(self._skins[kind].shape.triangles)
            if room < 0 or len(kinds) >= MOST_NODES:
                most = f"{MOST_NODES:,} meshes and {self._most:,} faces are the most on this machine"
                self._failed(f"{node.name} is not drawn: {most}")
                break
            if self._skins[kind].layers > MOST_LAYERS:
                self._failed(f"{node.name} is not drawn: its faces lie over each other too often")
                continue
            kinds[kind] = [node.id]
        self._forgotten.clear()
        return kinds

    def _make(self, kind: str, node: Node) -> None:
        """A node for the first time, or after its words have changed: what can stay on the card does."""
        if (shape := surface(node)) is None:
            self._drop(kind)
            return
        skin = self._skins.get(kind)
        arrays = skin.arrays if skin else Arrays(_VERTEX, INSTANCE)
        arrays.upload(corner=shape.corners, direction=shape.directions, tint=shape.tints, spot=shape.spots)
        arrays.index(shape.triangles)
        if skin:
            skin.shape, skin.layers = shape, shape.layers
        else:
            self._skins[kind] = Skin(node.id, shape, arrays, shape.layers)

    def _drop(self, kind: str) -> None:
        if skin := self._skins.pop(kind, None):
            skin.arrays.delete()
            if skin.texture:
                skin.texture.delete()

    # what solids ask

    def arrays(self, kind: str) -> Arrays:
        """Its triangles on the card."""
        return self._skins[kind].arrays

    def is_clear(self, kind: str) -> bool:
        """Whether its own colours let one see through it."""
        return kind in self._skins and self._skins[kind].shape.is_clear

    def extent(self, graph: Graph, kind: str) -> Floats:
        """The size by which its places are drawn, [1, 3]: twice how many times as large as they say."""
        return np.full((1, 3), 2 * self._fit(graph, kind), np.float32)

    def box(self, graph: Graph, kind: str) -> tuple[Vector, Vector]:
        """The box around its places, as it is drawn: the middle, [3], and the size, [1, 3]."""
        shape, times = self._skins[kind].shape, self._fit(graph, kind)
        return times * (shape.low + shape.high) / 2, times * (shape.high - shape.low)[None]

    def _fit(self, graph: Graph, kind: str) -> float:
        skin = self._skins[kind]
        return fit(graph.columns["size"][skin.id].tolist(), skin.shape.high - skin.shape.low)

    def prepare(self, graph: Graph, kind: str, matrices: Floats) -> None:
        """Before it is drawn: its picture may be another, and its matrix, [1, 3, 4], may mirror it."""
        if (skin := self._skins.get(kind)) is None:
            return
        skin.front = -1.0 if np.linalg.det(matrices[0, :, :3].astype(float)) < 0 else 1.0
        picture = graph.nodes[skin.id].get("image")
        if picture is not skin.picture:
            skin.picture, skin.texture = picture, _texture(skin.texture, picture)

    def met(self, graph: Graph, places: Places, id: int, start: Vector, way: Vector, far: float) -> float:
        """How far along a ray the node is met, if it is one of these and the ray meets its box; else `far`."""
        if (kind := key(id)) not in self._skins:
            return far
        turned = places.matrices[id].astype(float)
        if abs(np.linalg.det(turned[:, :3])) < 1e-12:
            return float(np.inf)
        back = np.linalg.inv(turned[:, :3]) / self._fit(graph, kind)
        return first_hit(self._skins[kind].shape, back @ (start - turned[:, 3]), back @ way)

    def draw(self, coat: Coat, kind: str, *, clear: bool) -> None:
        """The surface, from both sides; of a clear one first what faces away."""
        skin = self._skins[kind]
        self._white = self._white or _texture(None, _PLAIN)
        if texture := skin.texture or self._white:
            texture.bind(_UNIT, small=True)
        coat.use(mesh=True, bevel=0.0, image=_UNIT, front=skin.front)
        away = skin.front > 0
        for side in (away, not away) if clear else (None,):
            with sides(side):
                skin.arrays.draw_instances(0, 1)


def _texture(there: Texture | None, picture: Any) -> Texture | None:
    """The texture of a picture, in the place of the one that is there."""
    if picture is None:
        if there:
            there.delete()
        return None
    texture = there or Texture(repeats=True)
    texture.upload(picture)
    return texture


def key(id: int) -> str:
    """What a node's own kind is called; no noun is called so."""
    return f"mesh {id}"
