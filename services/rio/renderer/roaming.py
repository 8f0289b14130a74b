"""A hand on a map: dragging moves it, the wheel brings it nearer. What follows is told as of any widget's value."""

from collections.abc import Iterator

import numpy as np

from rio.scene.geography import CLOSEST, Pair, moved
from rio.scene.graph import Graph, Node
from rio.scene.places import Places
from rio.wire import Event

NOTCH = 0.5  # of zoom, for one of the wheel


class Roaming:
    """Where maps are that a person moves: what the graph says comes later."""

    def __init__(self) -> None:
        self._held: dict[int, Pair] = {}  # the middle of a map that is being dragged

    def follow(self, event: Event, graph: Graph, places: Places) -> Iterator[Event]:
        """The changes that come of something that happened."""
        node = graph.nodes.get(event.id)
        if node is None or node.kind != "map":
            return
        if event.what == "drag":
            yield self._dragged(node, places, event.value["dx"], event.value["dy"])
        elif event.what == "release" and node.id in self._held:
            yield _change(node, "center", self._held.pop(node.id), done=True)
        elif event.what == "scroll":
            zoom = min(max(node.get("zoom") + NOTCH * event.value["dy"], 0.0), CLOSEST)
            yield _change(node, "zoom", round(zoom, 3), done=True)

    def _dragged(self, node: Node, places: Places, dx: float, dy: float) -> Event:
        turn = places.matrices[node.id, :2, :2].astype(float)
        right, down = np.linalg.solve(turn, (dx, dy)) if abs(np.linalg.det(turn)) > 1e-12 else (0.0, 0.0)
        center = self._held.get(node.id, node.get("center"))
        self._held = {node.id: moved(center, node.get("zoom"), -float(right), -float(down))}
        return _change(node, "center", self._held[node.id], done=False)


def _change(node: Node, word: str, value: float | Pair, *, done: bool) -> Event:
    return Event(node.id, "change", {"word": word, "value": value, "done": done})
