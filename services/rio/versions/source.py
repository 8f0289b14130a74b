"""Nodes and their properties as a program would write them, and as a person reads them."""

from collections.abc import Iterator

import numpy as np

from rio.scene.graph import Graph
from rio.scene.kinds import KINDS
from rio.scene.pixels import Pixels
from rio.scene.values import LINK, Color

SPELLED = (Color, Pixels)
"""Forms whose values a program writes as the text that `show` gives."""

LONG = 64  # numbers of one word that a line still shows


def value(graph: Graph, id: int, prop: str) -> str:
    """A property as a literal; a node is looked up by its name."""
    kept = graph.get(id, prop)
    form = KINDS[graph.node(id).kind].word(prop).form
    if form is LINK:
        return f"find({graph.node(kept).name!r})" if kept else "None"
    if isinstance(form, SPELLED):
        return repr(graph.show(id, prop))
    if isinstance(kept, np.ndarray):
        return repr([tuple(row) for row in kept.tolist()])
    return repr(kept)


def touch(graph: Graph, id: int, prop: str) -> str:
    """A statement that gives the property the value it has."""
    return f"find({graph.node(id).name!r}).{prop} = {value(graph, id, prop)}"


def making(graph: Graph, id: int) -> list[str]:
    """Statements that make the node as it is: the call of its noun, then, if it is inside another, that.

    Its place is said in any case: without one it would stand beside what was made before it.
    """
    node = graph.node(id)
    inside = "parent" in node.props
    words = dict.fromkeys((*(("at",) if "at" in KINDS[node.kind].words else ()), *said(graph, id)))
    given = "".join(f", {prop}={value(graph, id, prop)}" for prop in words if prop != "parent")
    return [f"{node.kind}(name={node.name!r}{given})", *([touch(graph, id, "parent")] if inside else [])]


def whole(graph: Graph) -> list[str]:
    """Statements that make the whole scene, in its order."""
    pairs = [making(graph, id) for id in graph.nodes]
    return [*(pair[0] for pair in pairs), *(statement for pair in pairs for statement in pair[1:])]


def said(graph: Graph, id: int) -> Iterator[str]:
    """The properties that differ from what they are when nobody says."""
    node = graph.node(id)
    noun = KINDS[node.kind]
    for prop, word in noun.words.items():
        if word.is_column:
            inside_at = prop == "at" and "parent" in node.props
            row = (0.0,) * 3 if inside_at else noun.rows[prop]
            if graph.columns[prop][id].tolist() != np.asarray(row, np.float32).tolist():
                yield prop
        elif prop in node.props:
            yield prop


def line(graph: Graph, id: int) -> str:
    """One line about a node, for a reader: its noun, its name, what was said of it."""
    node = graph.node(id)
    words = [f"{prop} {_brief(graph, id, prop)}" for prop in ("at", *said(graph, id)) if prop in _words(node.kind)]
    return ", ".join([f"{node.kind} {node.name}", *dict.fromkeys(words)])


def _words(kind: str) -> frozenset[str]:
    return frozenset(KINDS[kind].words)


def _brief(graph: Graph, id: int, prop: str) -> str:
    """A value in a few words; many numbers by how many there are."""
    kept = graph.get(id, prop)
    if isinstance(kept, np.ndarray) and kept.size > LONG:
        return " × ".join(map(str, kept.shape))
    text = " ".join(graph.show(id, prop).split())
    return text if len(text) <= 60 else f"{text[:57]}..."
