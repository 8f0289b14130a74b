"""The canvases of windows: what is flat in them, drawn by the same hand as in the view, each into its own picture."""

from collections.abc import Callable

from rio.renderer import unsaid
from rio.renderer.flat import Flat
from rio.renderer.pictures import Pictures
from rio.renderer.sheets import Sheet
from rio.scene.graph import Graph, Node
from rio.scene.kinds import kind
from rio.scene.layout import half_of
from rio.scene.places import Places

LONGEST = 4096  # real pixels of a side; a larger one is drawn coarser
MOST = 32 << 20  # real pixels of all canvases together: 128 MB


class Drawings:
    """By the numbers of the canvases. Nothing is made until there is one."""

    def __init__(self, failed: Callable[[str], None], pictures: Pictures) -> None:
        self._failed, self._pictures = failed, pictures
        self._flat: Flat | None = None
        self._sheets: dict[int, Sheet] = {}
        self._graph, self._places = Graph(), Places()
        self._canvases: list[Node] = []
        self._is_stale = False

    def take(self, graph: Graph, places: Places, changed: set[int]) -> None:
        """Something in panels is another now; `changed` are nodes whose shape is."""
        self._graph, self._places, self._is_stale = graph, places, True
        self._canvases = [node for node in graph.nodes.values() if node.kind == "canvas"]
        if self._flat:
            for id in changed:
                self._flat.forget(id)
        for gone in self._sheets.keys() - {node.id for node in self._canvases}:
            self._sheets.pop(gone).delete()

    def paint(self, ratio: float, *, is_light: bool) -> None:
        """All canvases, if anything in panels changed since the last time; `ratio` is real pixels for logical ones."""
        if not self._is_stale:
            return
        self._is_stale, left = False, MOST
        for node in self._canvases:
            if (cost := self._paint(node, ratio, left, is_light=is_light)) > left:
                self._failed(
                    f"canvas {node.name} has no room; {MOST >> 20} million pixels are the most for all of them"
                )
            left -= min(cost, left)

    def repaint(self) -> None:
        """The ratio or the theme is another."""
        self._is_stale = True

    def texture(self, id: int) -> int:
        """What OpenGL calls its picture; 0 if there is none."""
        return self._sheets[id].name if id in self._sheets else 0

    def pick(self, id: int, x: float, y: float) -> int:
        """The front node at a place of the canvas; 0 if none."""
        if self._flat is None:
            return 0
        self._flat.arrange(self._graph, self._places, within=id)
        return self._flat.pick(self._graph, self._places, x, y)

    def _paint(self, node: Node, ratio: float, left: int, *, is_light: bool) -> int:
        """Draw one; how many pixels that takes. It is left out if there are not so many."""
        flat, graph, places = self._own(), self._graph, self._places
        view = size_of(graph, node)
        fine = min(ratio, LONGEST / max(view))
        size = max(round(view[0] * fine), 1), max(round(view[1] * fine), 1)
        if size[0] * size[1] > left:
            return size[0] * size[1]
        flat.is_light = is_light
        flat.outgrown(graph, places, fine)
        flat.arrange(graph, places, within=node.id)
        self._sheet(node.id, size).begin(tuple(unsaid.color(graph, node, is_light=is_light).tolist()))
        flat.draw(graph, places, view, fine)
        return size[0] * size[1]

    def _own(self) -> Flat:
        if self._flat is None:
            self._flat = Flat(self._failed, self._pictures)
        return self._flat

    def _sheet(self, id: int, size: tuple[int, int]) -> Sheet:
        if id in self._sheets and self._sheets[id].size != size:
            self._sheets.pop(id).delete()
        if id not in self._sheets:
            self._sheets[id] = Sheet(size)
        return self._sheets[id]


def size_of(graph: Graph, node: Node) -> tuple[float, float]:
    """Width and height in logical pixels."""
    wide, high, _ = half_of(kind("canvas"), graph.columns["size"][node.id].tolist())
    return 2 * wide, 2 * high
