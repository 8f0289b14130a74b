"""One node of a picture: what it was, and the changes that make it so again. Plain values, no IO."""

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from rio.scene.graph import Graph, Node, Snapshot
from rio.scene.values import Refused
from rio.wire import Delta, Put, Remove, Set, fill

Likeness = tuple[Any, ...]


def node_of(picture: Snapshot, name: str) -> Node | None:
    """The node of that name, if the picture has it."""
    return next((node for node in picture.nodes.values() if node.name == name), None)


def likeness(picture: Snapshot, name: str) -> Likeness | None:
    """Equal for two pictures if the node is the same in both; None if it is not there."""
    if (node := node_of(picture, name)) is None:
        return None
    words = {prop: _comparable(value) for prop, value in node.props.items()}
    return node.kind, words, *(column[node.id].tobytes() for column in picture.columns.values())


def _comparable(value: Any) -> Any:
    return value.tobytes() if isinstance(value, np.ndarray) else value


def putting_back(graph: Graph, picture: Snapshot, name: str) -> list[Delta]:
    """The changes after which the node is in `graph` what it is in `picture`; Refused if that cannot be had alone.

    One that was removed brings back what was removed with it.
    """
    then, id = node_of(picture, name), graph.ids.get(name)
    if then is None:
        return [Remove(id)] if id is not None else []
    if id is not None and graph.nodes[id].kind == then.kind:
        return [*_changed_back(graph, picture, id, then)]
    gone = {each.id for each in _family(graph.nodes, graph.nodes[id])} if id is not None else set()
    return [*([Remove(id)] if id is not None else []), *_made_again(graph, picture, then, gone)]


def _family(nodes: Mapping[int, Node], head: Node) -> Iterator[Node]:
    """A node and all that is inside it, each after what it is in."""
    inside: dict[int, list[Node]] = {}
    for node in nodes.values():
        inside.setdefault(node.props.get("parent", 0), []).append(node)
    family = [head]
    for node in family:  # grows while it is walked
        family += inside.get(node.id, ())
    return iter(family)


def _made_again(graph: Graph, picture: Snapshot, then: Node, gone: set[int]) -> Iterator[Delta]:
    """The node and its family, but for those who are somewhere else by now. `gone` are numbers that will be free."""
    there = {name for name, id in graph.ids.items() if id not in gone}
    numbers: dict[int, int] = {}  # then -> now
    for node in _family(picture.nodes, then):
        parent = node.props.get("parent", 0)
        if node is not then and (node.name in there or parent not in numbers):
            continue
        numbers[node.id] = id = node.id if node.id in gone or node.id not in graph.nodes else graph.new_id(odd=True)
        yield Put(id, node.kind, node.name, {prop: value for prop, value in node.props.items() if prop != "parent"})
        if holder := numbers.get(parent) or _same_now(graph, picture, parent):
            yield Set(id, "parent", holder)
        for prop, column in picture.columns.items():
            yield fill(prop, [id], column[node.id])


def _same_now(graph: Graph, picture: Snapshot, id: int) -> int:
    """A node's number, if it is there as it was then; 0 if not."""
    then, now = picture.nodes.get(id), graph.nodes.get(id)
    return id if then and now and (then.kind, then.name) == (now.kind, now.name) else 0


def _changed_back(graph: Graph, picture: Snapshot, id: int, then: Node) -> Iterator[Delta]:
    now = graph.nodes[id]
    for prop in {*now.props, *then.props}:
        value = then.get(prop)
        if _comparable(now.props.get(prop)) == _comparable(then.props.get(prop)):
            continue
        if value is None:
            raise Refused(f"{prop} of {now.name} cannot be taken back alone; undo the whole version")
        yield Set(id, prop, value)
    for prop, column in picture.columns.items():
        if column[then.id].tobytes() != graph.columns[prop][id].tobytes():
            yield fill(prop, [id], column[then.id])
