"""Maps of the world: each is painted on a texture of its own, and again only when another part of it is to be seen.

Land and borders are those of Natural Earth at 1:110m (public domain), as `countries.npz` has them: `places`, longitude
and latitude in hundredths of a degree, and `lengths`, of how many of them each ring is made.
"""

from collections.abc import Container, Iterable
from dataclasses import dataclass
from importlib.resources import files
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rio.renderer import fills
from rio.renderer.gpu import TRIANGLES, Arrays, Program, blend, clear, depth
from rio.renderer.shapes import way
from rio.renderer.textures import Texture
from rio.scene.geography import AROUND, projected
from rio.scene.graph import Graph, Node
from rio.scene.values import Floats

LARGEST = 2048  # pixels of a map's side
MOST = 16  # maps in one picture; those beyond are water
MOST_WORLDS = 20  # beside one another
EDGE = 0.9  # pixels: how thick borders are, with one pixel for each in the view
_WATER = (1, 1)  # pixels
_DARKER = 0.78  # how light borders are beside the land

# `middle` is what lies in the middle, `grow` how many pixels the world is across, `part` half the picture.
_MAP = """
uniform vec2 middle; uniform float grow; uniform vec2 part; uniform vec4 color;
vec2 seen(vec2 place) { return (place - middle) * grow; }
"""
_AREA = (
    _MAP
    + """
layout(location=0) in vec2 at; layout(location=1) in vec3 off; out float cover;
void main() { cover = off.z; gl_Position = vec4((seen(at) + off.xy) / part, 0.0, 1.0); }""",
    """
uniform vec4 color; in float cover; out vec4 pixel;
void main() { pixel = vec4(color.rgb, color.a * cover); }""",
)
_LINE = (
    _MAP
    + """
layout(location=0) in vec2 begin; layout(location=1) in vec2 end; uniform float thick;
out vec2 local; flat out float far;
void main() {
    vec2 a = seen(begin), way = seen(end) - a;
    far = length(way);
    vec2 along = far > 0.0 ? way / far : vec2(1.0, 0.0);
    float reach = 0.5 * thick + 1.0;
    local = vec2(mix(-reach, far + reach, float(gl_VertexID >> 1)), reach * (gl_VertexID % 2 == 0 ? 1.0 : -1.0));
    gl_Position = vec4((a + local.x * along + local.y * vec2(-along.y, along.x)) / part, 0.0, 1.0);
}""",
    """
uniform vec4 color; uniform float thick; in vec2 local; flat in float far; out vec4 pixel;
void main() {
    float d = length(vec2(local.x - clamp(local.x, 0.0, far), local.y)) - 0.5 * thick;
    pixel = vec4(color.rgb, color.a * clamp(0.5 - d, 0.0, 1.0));
}""",
)


@dataclass
class _Drawn:
    """A map as its texture shows it: what it was made of, and the places of its lines, which are never written into."""

    texture: Texture
    key: tuple[Any, ...] = ()
    lines: tuple[Any, ...] = ()


class Maps:
    """By the numbers of their nodes."""

    def __init__(self) -> None:
        self._drawn: dict[int, _Drawn] = {}
        self._world: _World | None = None

    def prepare(self, graph: Graph, maps: Iterable[tuple[Node, float]]) -> None:
        """Paint those that are out of date, each with the pixels that one of its own has on the screen."""
        self.keep(graph.nodes)
        for place, (node, ratio) in enumerate(maps):
            width, height = graph.columns["size"][node.id, :2].tolist()
            ratio *= min(1.0, LARGEST / max(width * ratio, height * ratio, 1.0))
            pixels = max(round(width * ratio), 1), max(round(height * ratio), 1)
            self._prepare(graph, node, pixels if place < MOST else _WATER, ratio)

    def _prepare(self, graph: Graph, node: Node, pixels: tuple[int, int], ratio: float) -> None:
        """Paint what is to be seen, if its texture does not show it yet; the target is to be begun anew after that."""
        drawn = self._drawn.setdefault(node.id, _Drawn(Texture()))
        routes = [graph.nodes[id] for id in graph.children(node.id) if graph.nodes[id].kind == "line"]
        shown = [route for route in routes if route.get("visible")]
        looks = [graph.columns[column][route.id].tobytes() for route in shown for column in ("at", "size", "color")]
        words = (node.get("center"), node.get("zoom"), node.get("water"), node.get("land"))
        key = (*words, pixels, ratio, *looks, *(route.get("to") for route in shown))
        lines = tuple(route.get("points") for route in shown)
        if key == drawn.key and len(lines) == len(drawn.lines) and all(map(_same, lines, drawn.lines)):
            return
        drawn.key, drawn.lines = key, lines
        drawn.texture.begin(pixels)
        self._paint(graph, node, shown, pixels, ratio)

    def texture(self, id: int) -> Texture:
        """What was prepared."""
        return self._drawn[id].texture

    def keep(self, nodes: Container[int]) -> None:
        """Let go of maps that are no longer there."""
        for id in [id for id in self._drawn if id not in nodes]:
            self._drawn.pop(id).texture.delete()

    def _paint(self, graph: Graph, node: Node, routes: list[Node], pixels: tuple[int, int], ratio: float) -> None:
        world = self._world = self._world or _World()
        clear(colors=node.get("water"))
        if pixels == _WATER:
            return
        blend(True)
        depth(False)
        grow = AROUND * 2.0 ** node.get("zoom") * ratio
        middle, land = projected(node.get("center")), node.get("land")
        reach = pixels[0] / 2 / grow
        first, last = int(np.floor(middle[0] - reach)), int(np.floor(middle[0] + reach))
        for around in range(first, min(last, first + MOST_WORLDS) + 1):
            seen = {"middle": middle - (around, 0.0), "grow": grow, "part": np.array(pixels) / 2}
            world.area.use(**seen, color=land)
            world.land.draw(TRIANGLES, world.corners)
            darker = (*(_DARKER * side for side in land[:3]), land[3])
            world.line.use(**seen, color=darker, thick=EDGE * ratio)
            world.borders.draw_instances(0, world.stretches)
            for route in routes:
                self._draw_route(world, graph, route, seen, ratio)

    def _draw_route(self, world: "_World", graph: Graph, route: Node, seen: dict[str, Any], ratio: float) -> None:
        """A line through places of the world, the straight way on the map."""
        places = way(graph, route).astype(float)
        if not len(places) or places.shape[1] != 2:
            return
        ends = projected(places + graph.columns["at"][route.id, :2])
        color = graph.columns["color"][route.id].copy()
        color[3] *= graph.columns["opacity"][route.id, 0]
        world.route.upload(begin=ends[:-1].astype(np.float32), end=ends[1:].astype(np.float32))
        world.line.use(**seen, color=color, thick=float(graph.columns["size"][route.id, 0]) * ratio)
        world.route.draw_instances(0, len(ends) - 1)


class _World:
    """Land and borders on the graphics card, in places from 0 to 1."""

    def __init__(self) -> None:
        self.area, self.line = Program(*_AREA), Program(*_LINE)
        rings = countries()
        corners = np.concatenate([fills.shape([ring]) for ring in rings])
        corners[:, 2:4] *= np.where(corners[:, 4:] == 0, 2, 0)  # the rim fades outward, so that neighbours leave no gap
        self.corners = len(corners)
        self.land = Arrays({"at": (0, 2), "off": (1, 3)})
        self.land.upload(at=corners[:, :2], off=corners[:, 2:])
        begin, end = np.concatenate(rings), np.concatenate([np.roll(ring, -1, axis=0) for ring in rings])
        self.stretches = len(begin)
        self.borders, self.route = (Arrays(instance={"begin": (0, 2), "end": (1, 2)}) for _ in range(2))
        self.borders.upload(begin=begin.astype(np.float32), end=end.astype(np.float32))


def countries() -> list[NDArray[np.float64]]:
    """The outlines of all countries, float64[n, 2] each, projected."""
    with files("rio.renderer").joinpath("countries.npz").open("rb") as file, np.load(file) as data:
        places = projected(data["places"][:, ::-1] / 100)
        return np.split(places, np.cumsum(data["lengths"].astype(int))[:-1])


def _same(one: Floats | None, other: Floats | None) -> bool:
    return one is other
