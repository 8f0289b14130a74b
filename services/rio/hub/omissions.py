"""What is left out of the picture because renderers died of it, so that there is a picture at all.

A renderer says which shaders it may die of, and those are left out at once. Of all else nobody knows: when two in a row
have ended before they had drawn the whole scene, the node that is most likely the reason is left out; if the next one
ends as well, eight more, then sixty-four. Most likely is what came or changed since a picture was whole, then what is
heavy, then what is new. A shader is drawn again when its source is another, a node when its words are, a few times.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from rio.scene.graph import Graph, Node
from rio.scene.weight import weigh_all
from rio.wire import Shown, Without

TRIES = 2  # renderers that may end before anything is left out: the machine, or a person, may have ended one
STEP = 8  # how many times as many more are left out after each further death
CHANCES = 3  # how often a node may come back by other words; then it has to be removed
MOST_SOURCES = 64  # of shaders
SURE = 5.0  # seconds of drafts after which a scene is known to be drawn: where all moves, no picture is ever fine
LOOK = 0.1  # seconds between looks at what a whole picture shows
_NAMED = 10


class Omissions:
    """`died` and `shown` are told what becomes of renderers; `message` is for a new one."""

    def __init__(self, graph: Graph) -> None:
        self._graph = graph
        self._sources: dict[str, None] = {}
        self._nodes: dict[int, Node] = {}  # as they were when they were left out
        self._chances: Counter[str] = Counter()  # how often each name has come back
        self._known: Mapping[int, Node] = {}  # all nodes, when a picture was last whole
        self._deaths = 0  # in a row
        self._first, self._since = 0, 0.0  # the stamp of the newest replay; when it was first seen
        self._looked = 0.0  # when `known` was made
        self._is_survived = self._is_in_vain = False

    # what becomes of renderers

    def replayed(self, stamp: int) -> None:
        """A renderer is told the whole scene, under this stamp."""
        self._first, self._since, self._is_survived = stamp, 0.0, False

    def shown(self, shown: Shown, newest: int, now: float) -> None:
        """A frame is complete; `newest` is the stamp of what was sent last, `now` in seconds."""
        if shown.stamp < self._first:
            return
        self._since = self._since or now
        if shown.draft and now - self._since < SURE:
            return
        self._is_survived, self._is_in_vain, self._deaths = True, False, 0
        if shown.stamp == newest and now - self._looked >= LOOK:
            self._known, self._looked = self._graph.hold_nodes(), now

    def died(self, tried: Sequence[int], *, stuck: bool = False) -> str:
        """A renderer that had the scene has ended while it tried these shaders; what is left out now, in words.

        One that was `stuck` had drawn what was before, but surely not this.
        """
        shaders = [node for id in tried if (node := self._graph.nodes.get(id)) and node.kind == "shader"]
        if shaders:
            self._leave_out_shaders(shaders)
            return f"{_names(shaders)}: the picture is never done with it; it is left out until its source is changed"
        is_guilty = stuck or not self._is_survived
        self._deaths += is_guilty
        if not is_guilty or self._is_in_vain or self._deaths < TRIES:
            return ""
        suspects = self._suspects()[: STEP ** (self._deaths - TRIES)]
        if not suspects:  # all are left out, and still they end: it is not the scene
            self._nodes.clear()
            self._is_in_vain = True
            return ""
        self._nodes |= {node.id: node for node in suspects}
        few = "it is" if len(suspects) == 1 else "they are"
        return f"{_names(suspects)}: renderers ended while they drew this; {few} left out until changed or removed"

    def _leave_out_shaders(self, nodes: Sequence[Node]) -> None:
        for node in nodes:
            self._sources.pop(node.get("source"), None)
            self._sources[node.get("source")] = None
        while len(self._sources) > MOST_SOURCES:
            del self._sources[next(iter(self._sources))]

    def _suspects(self) -> list[Node]:
        """Those that are still drawn, the most likely first."""
        drawn = [node for node in reversed(self._graph.nodes.values()) if node.id not in self._nodes]
        return sorted(drawn, key=lambda node: (self._known.get(node.id) is node, -weigh_all([node.props]).bit_length()))

    # what is left out

    def outdated(self) -> bool:
        """Whether something that is left out is to be drawn again, or is gone."""
        return bool(self._nodes) and any(True for _ in self._outdated())

    def _outdated(self) -> Iterator[Node]:
        for id, node in self._nodes.items():
            now = self._graph.nodes.get(id)
            if now is None or (now is not node and (now.name != node.name or self._chances[now.name] < CHANCES)):
                yield node

    def message(self) -> Without | None:
        """What a renderer is told before the whole scene; None if nothing was ever left out."""
        outdated = list(self._outdated())
        for node in outdated:
            del self._nodes[node.id]
            if node.id in self._graph.nodes:
                self._chances[node.name] += 1
        if not self._sources and not self._nodes and not outdated:
            return None
        return Without(list(self._sources), list(self._nodes))

    @property
    def in_words(self) -> str:
        """For `health`; "" if all is drawn."""
        there = [node for id in self._nodes if (node := self._graph.nodes.get(id))]
        return f"not drawn, as renderers ended while they drew it: {_names(there)}" if there else ""


def _names(nodes: Sequence[Node]) -> str:
    more = f" and {len(nodes) - _NAMED:,} more" if len(nodes) > _NAMED else ""
    return ", ".join(node.name for node in nodes[:_NAMED]) + more
