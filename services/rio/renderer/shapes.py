"""Flat nodes as pieces for the graphics card: rows of the one instanced draw, or triangles of an area. Numpy alone.

A row is `form part extra edge`, four numbers each, as `shaders.FLAT` reads them. What changes often (place, size,
colour) is not in a row: it is gathered from the graph's columns by the node that the row belongs to.
"""

from collections.abc import Callable

import numpy as np
from pyglet.extlibs.earcut import earcut

from rio.renderer.letters import Layout
from rio.scene.graph import Graph, Node
from rio.scene.noun import ANCHORS
from rio.scene.values import Floats

RECT, ELLIPSE, STRETCH, BORDER, LETTER = range(5)
ROW = 16
_NONE: Floats = np.zeros((0, 2), np.float32)


def in_world(node: Node) -> bool:
    """Whether a node that may be either, by its coordinates, is in the world."""
    points, to = node.props.get("points"), node.props.get("to")
    return bool(points is not None and points.shape[1] == 3) or bool(to is not None and len(to) == 3)


def rect(node: Node) -> Floats:
    """One row: a rectangle, or a picture."""
    return _row(RECT, node.get("radius"), node.get("border"), node)


def circle(node: Node) -> Floats:
    """One row: an ellipse."""
    return _row(ELLIPSE, 0, node.get("border"), node)


def _row(form: int, radius: float, border: float, node: Node) -> Floats:
    anchor = ANCHORS[node.get("anchor")]
    row = (form, radius, border, 0, 0, 0, 0, 0, *anchor, 0, 0, *node.get("border_color"))
    return np.array([row], np.float32)


def stretches(places: Floats, form: int = STRETCH, width: float = 0, color: tuple[float, ...] = (0, 0, 0, 0)) -> Floats:
    """A row for each stretch between neighbours of [n, 2] places; a single place is a dot."""
    if len(places) == 1:
        places = np.repeat(places, 2, axis=0)
    rows = np.zeros((max(len(places) - 1, 0), ROW), np.float32)
    rows[:, 0], rows[:, 2] = form, width
    rows[:, 4:6], rows[:, 6:8] = places[:-1, :2], places[1:, :2]
    rows[:, 12:] = color
    return rows


def line(graph: Graph, node: Node) -> Floats:
    """The stretches of a line, from its own `at`."""
    return stretches(way(graph, node))


def way(graph: Graph, node: Node) -> Floats:
    """The places of a line, from its own `at`: its points, or the straight way to where it ends."""
    points: Floats | None = node.get("points")
    if points is not None:
        return points
    to = node.get("to")
    if to is None:
        return _NONE
    at = graph.columns["at"][node.id, : len(to)]
    return np.array([np.zeros_like(at), np.array(to, np.float32) - at])


def text(layout: Layout) -> Floats:
    """A row for each letter."""
    rows = np.zeros((len(layout.letters), ROW), np.float32)
    rows[:, 0], rows[:, 3] = LETTER, layout.pixels
    rows[:, 4:8], rows[:, 8:12] = layout.letters[:, :4], layout.letters[:, 4:]
    return rows


def border(node: Node) -> Floats:
    """The outline of a polygon, if it has one."""
    points, width = outline(node), node.get("border")
    if not width or not len(points):
        return np.zeros((0, ROW), np.float32)
    return stretches(np.concatenate((points, points[:1])), BORDER, width, node.get("border_color"))


def outline(node: Node) -> Floats:
    """The corners of a polygon, without those that say nothing."""
    points: Floats | None = node.get("points")
    if points is None or points.shape[1] != 2:
        return _NONE
    kept = (points != np.roll(points, 1, axis=0)).any(1)
    return points[kept] if kept.sum() > 2 else _NONE


def area(node: Node) -> Floats:
    """The triangles of a polygon, concave too, with a rim that fades: float32[3 n, 5], place, way out and cover."""
    points = outline(node)
    if not len(points):
        return np.zeros((0, 5), np.float32)
    ways = _ways_out(points)
    inner = np.column_stack((points, -0.5 * ways, np.ones(len(points))))
    outer = np.column_stack((points, 0.5 * ways, np.zeros(len(points))))
    triangles = np.array(earcut(points.ravel().tolist()), np.int64)  # type: ignore[no-untyped-call]  # it has no types
    following = np.roll(np.arange(len(points)), -1)
    rim = np.stack((inner, outer, outer[following], inner, outer[following], inner[following]), 1)
    return np.concatenate((inner[triangles], rim.reshape(-1, 5))).astype(np.float32)


def _ways_out(points: Floats) -> Floats:
    """From each corner outward, so long that the edges beside it move out by one."""
    edges = np.roll(points, -1, axis=0) - points
    x, y = points.T
    turning = np.sign((x * np.roll(y, -1) - y * np.roll(x, -1)).sum()) or 1.0
    normals = turning * np.column_stack((edges[:, 1], -edges[:, 0])) / np.linalg.norm(edges, axis=1)[:, None]
    before = np.roll(normals, 1, axis=0)
    ways: Floats = (normals + before) / np.maximum(1 + (normals * before).sum(1), 0.3)[:, None]
    return ways


ROWS: dict[str, Callable[[Node], Floats]] = {"rect": rect, "circle": circle, "polygon": border}
