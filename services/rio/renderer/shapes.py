"""Flat nodes as pieces for the graphics card: rows of the one instanced draw, or triangles of an area. Numpy alone.

A row is `form part extra edge`, four numbers each, as `shaders.FLAT` reads them. What changes often (place, size,
colour) is not in a row: it is gathered from the graph's columns by the node that the row belongs to.
"""

import numpy as np

from rio.renderer import fills
from rio.renderer.fills import Outline
from rio.renderer.letters import Layout
from rio.scene.graph import Graph, Node
from rio.scene.noun import ANCHORS
from rio.scene.values import Floats

RECT, ELLIPSE, STRETCH, BORDER, LETTER = range(5)
ROW = 16
_DOT_RIM, _BESIDE = 1.5, 0.75  # of a marker: pixels of white around it, and how far its words are, in heights of a line
_NONE: Floats = np.zeros((0, 2), np.float32)
_NO_ROWS: Floats = np.zeros((0, ROW), np.float32)


def in_world(node: Node) -> bool:
    """Whether a node that may be either, by its coordinates, is in the world."""
    points, to = node.props.get("points"), node.props.get("to")
    return bool(points is not None and points.shape[1] == 3) or bool(to is not None and len(to) == 3)


def rect(node: Node) -> Floats:
    """One row: a rectangle, also of a picture or a shader."""
    return _row(RECT, node.get("radius"), node.get("border"), node)


def circle(node: Node) -> Floats:
    """One row: an ellipse."""
    return _row(ELLIPSE, 0, node.get("border"), node)


def marker(layout: Layout) -> Floats:
    """One row for a dot, as large as the line of letters beside it, and one for each of these."""
    dot = np.zeros((1, ROW), np.float32)
    dot[0, 0], dot[0, 2], dot[0, 12:] = ELLIPSE, _DOT_RIM, (1, 1, 1, 1)
    letters = text(layout)
    letters[:, 4] += _BESIDE * layout.pixels
    return np.concatenate((dot, letters))


def _row(form: int, radius: float, border: float, node: Node) -> Floats:
    anchor = ANCHORS[node.get("anchor")]
    row = (form, radius, border, 0, 0, 0, 0, 0, *anchor, 0, 0, *node.get("border_color"))
    return np.array([row], np.float32)


def stretches(places: Floats, form: int = STRETCH, width: float = 0, color: tuple[float, ...] = (0, 0, 0, 0)) -> Floats:
    """A row for each stretch between neighbours of [n, 2] places; a single place is a dot.

    `extra` says where the stretches before and after it lead, so that each covers only what is nearest to it: where
    they meet, one that can be seen through is no darker.
    """
    places = places[np.append(True, (places[1:] != places[:-1]).any(1))] if len(places) else places
    if len(places) == 1:
        places = np.repeat(places, 2, axis=0)
    rows = np.zeros((max(len(places) - 1, 0), ROW), np.float32)
    rows[:, 0], rows[:, 2] = form, width
    rows[:, 4:6], rows[:, 6:8] = places[:-1, :2], places[1:, :2]
    if len(rows):
        is_closed = len(rows) > 1 and bool((places[0] == places[-1]).all())
        rows[:, 8:10] = np.concatenate((places[-2:-1] if is_closed else places[:1], places[:-2]))[:, :2]
        rows[:, 10:12] = np.concatenate((places[2:], places[1:2] if is_closed else places[-1:]))[:, :2]
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


def polygon(node: Node) -> Outline:
    """The outline of a polygon."""
    points: Floats | None = node.get("points")
    is_one = points is not None and points.shape[1] == 2 and len(points) > 2
    return Outline((points.astype(float),), (True,)) if points is not None and is_one else Outline()


def path(node: Node, scale: float) -> Outline:
    """The outline of a path, as smooth as such a scale needs it."""
    text: str | None = node.get("path")
    return Outline() if text is None else fills.flattened(text, scale, node.get("rule"))


def border(node: Node, outline: Outline) -> Floats:
    """The rows of the lines along an outline, if the node has a border."""
    if not (width := node.get("border")):
        return _NO_ROWS
    color = node.get("border_color")
    return np.concatenate([_NO_ROWS, *(stretches(way, BORDER, width, color) for way in outline.ways())])
