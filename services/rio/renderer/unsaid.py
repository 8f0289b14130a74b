"""Colours that nobody gave: those of a noun's own are made for a dark ground, and in the light theme others stand in.

What a program gave stays as it is. A colour is taken for nobody's if it is the noun's own.
"""

import numpy as np
from numpy.typing import NDArray

from rio.scene.graph import Graph, Node
from rio.scene.kinds import KINDS
from rio.scene.values import COLOR, Floats

_NEAR = 1e-3  # what float32 leaves of a colour
_LIGHT = {"background": "#e6ebf3", "text": "#1f2636", "line": "#5b6478", "points": "#1c7fb0", "canvas": "#f2f4f8"}
_OWN = {name: np.array(KINDS[name].rows["color"], np.float32) for name in _LIGHT}
_INSTEAD = {name: np.array(COLOR.of(color), np.float32) for name, color in _LIGHT.items()}


def theme_of(graph: Graph) -> str:
    """`light` or `dark`, as the newest background says."""
    found = [node for node in graph.nodes.values() if node.kind == "background" and node.get("visible")]
    return str(found[-1].get("theme")) if found else "dark"


def colors(graph: Graph, ids: NDArray[np.uint32], *, is_light: bool) -> Floats:
    """The colours of these nodes, float32[n, 4], as they are to be drawn."""
    found: Floats = graph.columns["color"][ids]
    if not is_light or not len(ids):
        return found
    for noun, own in _OWN.items():
        alike = np.flatnonzero((np.abs(found - own) < _NEAR).all(axis=1))
        theirs = {id for id in set(ids[alike].tolist()) if id in graph.nodes and graph.nodes[id].kind == noun}
        found[[place for place in alike if int(ids[place]) in theirs]] = _INSTEAD[noun]
    return found


def color(graph: Graph, node: Node, *, is_light: bool) -> Floats:
    """The colour of one node, float32[4]."""
    row: Floats = colors(graph, np.array([node.id], np.uint32), is_light=is_light)[0]
    return row
