"""Rectangles painted by a program's own shader.

A program gives `vec4 color(vec2 at)`, which may use `time`, `size`, `mouse` and `values`. Around it stands what cuts
out the rectangle, under names of ours. One that does not compile is told in the compiler's words, with the lines of
the program, and a quiet pattern stands in its place until it is changed; so it is with one that a renderer has died of.
"""

import re
import time
from collections.abc import Callable, Collection
from dataclasses import dataclass

import numpy as np

from rio.renderer import shaders
from rio.renderer.gpu import Program, ShaderFailed
from rio.scene.glsl import MOST_VALUES
from rio.scene.graph import Node
from rio.scene.noun import ANCHORS
from rio.scene.values import Floats

Pair = tuple[float, float]

MOST = 64  # that are drawn in one picture
_OURS = re.compile(r"\b(local|letter|paint|rim|shape|how|size|color)\b")  # names that the program may want itself
_LINE = re.compile(r"^(?:ERROR: )?\d+[:(](\d+)\)?(?:\(\d+\))?\s*: ", re.MULTILINE)  # as Mesa and NVIDIA write it
_BEFORE = """
uniform float time; uniform vec2 size; uniform vec2 mouse; uniform float values[8];
in vec2 rio_local; flat in vec4 rio_rim; flat in vec4 rio_shape; flat in vec4 rio_how; out vec4 rio_pixel;
#line 1
"""
_AFTER = """
#line 100001
void main() {
    vec2 q = abs(rio_local) - rio_shape.xy + rio_shape.z;
    float d = (length(max(q, 0.0)) + min(max(q.x, q.y), 0.0) - rio_shape.z) / rio_how.z;
    vec4 seen = clamp(color(0.5 + 0.5 * rio_local / max(rio_shape.xy, vec2(1e-6))), 0.0, 1.0);
    float border = rio_rim.a * clamp(0.5 + d + rio_how.w / rio_how.z, 0.0, 1.0) * step(1e-4, rio_how.w);
    float cover = border + seen.a * (1.0 - border);
    rio_pixel.rgb = mix(seen.rgb, rio_rim.rgb, border / max(cover, 1e-4));
    rio_pixel.a = cover * rio_shape.w * clamp(0.5 - d, 0.0, 1.0);
}
"""
_VERTEX = _OURS.sub(r"rio_\1", shaders.FLAT[0])
_PATTERN = """
vec4 color(vec2 at) {
    vec2 cell = floor(at * size / 12.0);
    return vec4(vec3(0.19, 0.20, 0.24) + 0.04 * mod(cell.x + cell.y, 2.0), 1.0);
}"""


@dataclass
class _Painted:
    """One source, compiled; by whom it is used is not its business."""

    program: Program
    moves: bool  # whether its picture changes by itself
    follows: bool  # or with the pointer


class Paints:
    """The shaders of a picture, compiled when they are first drawn. `failed` is told of those that cannot be."""

    def __init__(self, failed: Callable[[str], None]) -> None:
        self._failed = failed
        self._plain: _Painted | None = None  # the pattern, once it is needed
        self._painted: dict[str, _Painted] = {}  # by source
        self._began: dict[int, float] = {}  # when each node was first drawn
        self._without: frozenset[str] = frozenset()
        self._drawn: dict[int, _Painted] = {}  # in this picture
        self.pointer = (0.0, 0.0)  # in the view

    @property
    def moves(self) -> bool:
        """Whether the picture that was last drawn changes by itself."""
        return any(painted.moves for painted in self._drawn.values())

    @property
    def follows(self) -> bool:
        """Whether it changes with the pointer."""
        return any(painted.follows for painted in self._drawn.values())

    def leave_out(self, sources: Collection[str]) -> None:
        """Draw none of these."""
        self._without = frozenset(sources)

    def begin(self, nodes: Collection[Node]) -> None:
        """One more picture, with these nodes in it; what no node has any more is forgotten."""
        self._drawn.clear()
        sources, ids = {node.get("source") for node in nodes}, {node.id for node in nodes}
        for source in self._painted.keys() - sources:
            if (gone := self._painted.pop(source)) is not self._plain:
                gone.program.delete()
        self._began = {id: began for id, began in self._began.items() if id in ids}

    def use(self, node: Node, matrix: Floats, size: Pair, view: Pair, ratio: float) -> None:
        """Draw with this node's shader from now on."""
        painted = self._of(node)
        self._drawn[node.id] = painted
        now = time.monotonic()
        values = np.zeros((MOST_VALUES, 1), np.float32)
        given = node.get("values")
        values[: len(given), 0] = given
        painted.program.use(
            view=view,
            ratio=ratio,
            size=size,
            values=values,
            time=now - self._began.setdefault(node.id, now),
            mouse=_inside(matrix, size, ANCHORS[node.get("anchor")], self.pointer),
        )

    @property
    def _pattern(self) -> _Painted:
        self._plain = self._plain or _painted(_PATTERN)
        return self._plain

    def _of(self, node: Node) -> _Painted:
        """What it is painted with: the pattern, if it cannot be."""
        source = node.get("source")
        if source is None or source in self._without:
            return self._pattern
        if len(self._drawn) >= MOST:
            self._failed(f"{node.name} is not drawn: {MOST} shaders are the most in one picture")
            return self._pattern
        if source not in self._painted:
            try:
                self._painted[source] = _painted(source)
            except ShaderFailed as failure:
                self._painted[source] = self._pattern
                self._failed(f"{node.name}: {explained(str(failure))}")
        return self._painted[source]


def _painted(source: str) -> _Painted:
    """The source, compiled. ShaderFailed if that cannot be."""
    program = Program(_VERTEX, f"{_BEFORE}{source}{_AFTER}")
    program.use()
    return _Painted(program, moves=program.has("time"), follows=program.has("mouse"))


def explained(said: str) -> str:
    """What the compiler said, with `line 3:` for lines of the program's own."""
    lines = [_LINE.sub(lambda found: f"line {found[1]}: ", line) for line in said.splitlines() if line.strip()]
    return "; ".join(line for line in lines[:4] if not line.startswith("line 1000")) or "vec4 color(vec2 at) is missing"


def _inside(matrix: Floats, size: Pair, anchor: Pair, place: Pair) -> Pair:
    """A place of the view as x y from 0 to 1 in a node of this size."""
    turn = matrix[:2, :2].astype(float)
    if abs(np.linalg.det(turn)) < 1e-12 or not all(size):
        return 0.0, 0.0
    x, y = np.linalg.solve(turn, np.subtract(place, matrix[:2, 3]))
    return float(x / size[0] + (1 + anchor[0]) / 2), float(y / size[1] + (1 + anchor[1]) / 2)
