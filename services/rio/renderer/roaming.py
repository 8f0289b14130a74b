"""A hand on a map: dragging moves it, the wheel brings it nearer, about the place under the pointer.

What follows is told as of any widget's value.
"""

from collections.abc import Iterator

import numpy as np

from rio.scene.geography import CLOSEST, Pair, moved
from rio.scene.graph import Graph, Node
from rio.scene.noun import ANCHORS
from rio.scene.places import Places
from rio.wire import Event

NOTCH = 0.5  # of zoom, for one of the wheel
MIDDLE = 1.0  # pixels from its middle within which the wheel does not move a map


class Roaming:
    """Where maps are that a person moves: what the graph says comes later."""

    def __init__(self) -> None:
        self._held: dict[int, Pair] = {}  # the middle of a map that is being dragged

    def follow(self, event: Event, graph: Graph, places: Places) -> Iterator[Event]:
        """The changes that come of something that happened."""
        node = graph.nodes.get(event.id)
        if node is not None and node.kind == "marker" and event.what == "scroll":
            node = graph.nodes.get(node.get("parent"))  # whoever turns the wheel over a marker means the map
        if node is None or node.kind != "map":
            return
        if event.what == "drag":
            yield self._dragged(node, places, event.value["dx"], event.value["dy"])
        elif event.what == "release" and node.id in self._held:
            yield _change(node, "center", self._held.pop(node.id), done=True)
        elif event.what == "scroll":
            yield from self._zoomed(node, graph, places, event.value)

    def _dragged(self, node: Node, places: Places, dx: float, dy: float) -> Event:
        right, down = _inside(places, node.id, dx, dy)
        center = self._held.get(node.id, node.get("center"))
        self._held = {node.id: moved(center, node.get("zoom"), -right, -down)}
        return _change(node, "center", self._held[node.id], done=False)

    def _zoomed(self, node: Node, graph: Graph, places: Places, wheel: dict[str, float]) -> Iterator[Event]:
        """The middle moves first, so that one version has both."""
        before = node.get("zoom")
        zoom = round(min(max(before + NOTCH * wheel["dy"], 0.0), CLOSEST), 3)
        x, y = places.matrices[node.id, :2, 3].tolist()
        right, down = _inside(places, node.id, wheel["x"] - x, wheel["y"] - y)
        width, height = graph.columns["size"][node.id, :2].tolist()
        across, along = ANCHORS[node.get("anchor")]
        right, down = right + across * width / 2, down + along * height / 2
        center = self._held.get(node.id, node.get("center"))
        middle = moved(moved(center, before, right, down), zoom, -right, -down)
        if zoom != before and max(abs(right), abs(down)) >= MIDDLE:
            if node.id in self._held:
                self._held[node.id] = middle
            yield _change(node, "center", middle, done=False)
        yield _change(node, "zoom", zoom, done=True)


def _inside(places: Places, id: int, dx: float, dy: float) -> Pair:
    """A way in the view as one in the node's own pixels; none in a node that is flattened."""
    turn = places.matrices[id, :2, :2].astype(float)
    if abs(np.linalg.det(turn)) <= 1e-12:
        return 0.0, 0.0
    right, down = np.linalg.solve(turn, (dx, dy))
    return float(right), float(down)


def _change(node: Node, word: str, value: float | Pair, *, done: bool) -> Event:
    return Event(node.id, "change", {"word": word, "value": value, "done": done})
