"""The picture of one node and what is in it, alone: nothing behind it, nothing before it, and cut out.

It is where it is in the picture, lit as it is there, as large as it is there; what of it is outside the view is not in
the picture either.
"""

from copy import copy
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from rio.renderer.gpu import clear, finish
from rio.renderer.mirror import is_in_panel
from rio.scene.graph import Graph
from rio.scene.places import Places

if TYPE_CHECKING:
    from rio.renderer.canvas import Canvas

Pixels = NDArray[np.uint8]
Rect = tuple[int, int, int, int]  # left, top, right, bottom, in pixels
_NOWHERE = (0.0, 0.0, 0.0, 0.0)


def portrait(canvas: "Canvas", id: int) -> Pixels:
    """uint8[height, width, 4] of a node; of no size if nothing of it is seen. After it the canvas is to be painted."""
    graph, target = canvas.mirror.graph, canvas.target
    canvas.update()
    if id not in graph.nodes:
        return np.zeros((0, 0, 4), np.uint8)
    target.begin()
    clear(colors=_NOWHERE)
    rect: Rect = (0, 0, *target.size)
    if is_in_panel(graph, graph.nodes[id]):
        rect = _scaled(canvas.panels.draw_one_root(id), canvas.ratio, rect)
    else:
        canvas.draw_alone(_alone(graph, canvas.places, id))
    finish()
    pixels = np.zeros((target.size[1], target.size[0], 4), np.uint8)
    target.read(pixels)
    return _cut(_straight(pixels[::-1]), rect)


def _alone(graph: Graph, places: Places, id: int) -> Places:
    """The places, with all hidden but the node and what is in it."""
    wanted = [id]
    for each in wanted:  # grows while it is walked
        wanted += graph.children(each)
    alone = copy(places)
    alone.shown = np.zeros_like(places.shown)
    alone.shown[wanted] = places.shown[wanted]
    return alone


def _scaled(rect: tuple[float, float, float, float], ratio: float, within: Rect) -> Rect:
    """A rectangle of the view in whole pixels of the picture."""
    left, top, right, bottom = rect
    low = max(int(np.floor(left * ratio)), 0), max(int(np.floor(top * ratio)), 0)
    high = min(int(np.ceil(right * ratio)), within[2]), min(int(np.ceil(bottom * ratio)), within[3])
    return *low, *high


def _straight(pixels: Pixels) -> Pixels:
    """Colours that were drawn over nothing, and so lost what they let through, as they were meant."""
    opacity = pixels[..., 3:]
    thin = (opacity[..., 0] > 0) & (opacity[..., 0] < 255)
    straight = pixels.copy()
    straight[thin, :3] = np.minimum(pixels[thin, :3] * (255 / opacity[thin].astype(np.float32)), 255)
    return straight


def _cut(pixels: Pixels, rect: Rect) -> Pixels:
    """What there is to see within the rectangle."""
    left, top, right, bottom = rect
    pixels = pixels[top:bottom, left:right]
    seen = pixels[..., 3] > 0
    rows, columns = np.flatnonzero(seen.any(1)), np.flatnonzero(seen.any(0))
    if not len(rows):
        return np.zeros((0, 0, 4), np.uint8)
    return np.ascontiguousarray(pixels[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1])
