"""Where the next thing comes that nobody gave a place, judged by what stands in the scene and not by who put it there.

A program's own rows know what it made (`layout.Rows`); this is for what is made from outside, and for telling a
program's rows of it.
"""

from collections.abc import Mapping
from typing import Any

from rio.scene.graph import Graph, Node, scene_of
from rio.scene.kinds import kind
from rio.scene.layout import Rows, box_of
from rio.scene.noun import Kind
from rio.wire import Put


def next_place(graph: Graph, noun: Kind, words: Mapping[str, Any]) -> tuple[float, ...] | None:
    """The next free place for a new node that says these words; None where the noun's own default is right."""
    alone = scene_of([Put(2, noun.name, noun.name, dict(words))])
    half = box_of(alone, alone.nodes[2]).half
    rows = Rows()
    if rows.place(noun, half) is None:
        return None
    for node in graph.nodes.values():
        if "parent" not in node.props:
            note(rows, graph, node)
    return rows.place(noun, half)


def note(rows: Rows, graph: Graph, node: Node) -> None:
    """Have the rows know that this node stands where it stands."""
    noun = kind(node.kind)
    if rows.place(noun, (0.0, 0.0, 0.0)) is not None:
        rows.note(noun, graph.columns["at"][node.id].tolist(), box_of(graph, node).half)
