"""Pictures as bytes: whole ones as frames for a link, and as pieces that stay the same where nothing has changed.

A picture is cut into crowds of nodes, always at the same nodes, so that a change of one node is a change of one piece.
What is large (the pixels of an image, the places of a cloud) is a piece of its own. A piece is a wire frame of changes;
those of a picture, applied in order, make it. Plain values, no IO.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import numpy as np
import structlog

from rio.scene.graph import Graph, Node, Snapshot
from rio.scene.values import Refused
from rio.wire import Array, Delta, Deltas, Fill, Parser, Put, Set, frame

CUT = 128  # a crowd ends with a node whose number is a multiple of it
CROWD = 256  # nodes of a crowd at most, however they are numbered
LOAD = 16 << 20  # bytes of arrays and texts in one frame, or one change that has more
HEAVY = 4096  # bytes; an array from here on is a piece of its own

log = structlog.get_logger()


def frames(picture: Snapshot, size: int, stamp: int = 0) -> Iterator[bytes]:
    """A picture as frames for a link, with so many changes in each, or fewer heavy ones: a frame has a bound."""
    graph = Graph()
    graph.restore(picture)
    for some in portions(graph.whole(), size):
        yield frame(Deltas(some), stamp)


def portions(changes: Iterable[Delta], size: int) -> Iterator[list[Delta]]:
    """The changes in lists of so many, or fewer if their arrays are large."""
    some: list[Delta] = []
    weight = 0
    for change in changes:
        if some and (len(some) == size or weight + _weight(change) > LOAD):
            yield some
            some, weight = [], 0
        some.append(change)
        weight += _weight(change)
    if some:
        yield some


def _weight(change: Delta) -> int:
    """The bytes of its arrays and texts."""
    values = change.props.values() if isinstance(change, Put) else [getattr(change, "value", None)]
    return sum(map(_size, values)) + (change.values.nbytes if isinstance(change, Fill) else 0)


def _size(value: Any) -> int:
    if isinstance(value, np.ndarray):
        return int(value.nbytes)
    return len(value) if isinstance(value, str | tuple) else 0


# pieces


def crowds(picture: Snapshot) -> Iterator[list[Node]]:
    """The nodes in their order, so cut that a node which comes or goes leaves all crowds but its own as they were."""
    crowd: list[Node] = []
    for node in picture.nodes.values():
        crowd.append(node)
        if node.id % CUT < 2 or len(crowd) == CROWD:
            yield crowd
            crowd = []
    if crowd:
        yield crowd


def rows_of(picture: Snapshot, crowd: Sequence[Node]) -> dict[str, Array]:
    """What the columns hold for these nodes."""
    ids = [node.id for node in crowd]
    return {prop: column[ids] for prop, column in picture.columns.items()}


def piece_of_crowd(crowd: Sequence[Node], rows: dict[str, Array]) -> bytes:
    """The nodes of a crowd with their numbers, without what is large and without their parents."""
    ids = np.array([node.id for node in crowd], np.uint32)
    changes: list[Delta] = [Put(node.id, node.kind, node.name, _light(node)) for node in crowd]
    changes += [Fill(prop, ids, values) for prop, values in rows.items()]
    return frame(Deltas(changes))


def piece_of_parents(crowd: Sequence[Node]) -> bytes:
    """In which others the nodes of a crowd are: said when all are there. Empty if in none."""
    inside: list[Delta] = [Set(node.id, "parent", node.props["parent"]) for node in crowd if "parent" in node.props]
    return frame(Deltas(inside)) if inside else b""


def heavy(node: Node) -> Iterator[tuple[str, Array]]:
    """The large values of a node."""
    return ((prop, value) for prop, value in node.props.items() if _is_heavy(value))


def piece_of_value(id: int, prop: str, value: Array) -> bytes:
    """One large value."""
    return frame(Deltas([Set(id, prop, value)]))


def _light(node: Node) -> dict[str, Any]:
    return {prop: value for prop, value in node.props.items() if prop != "parent" and not _is_heavy(value)}


def _is_heavy(value: Any) -> bool:
    return isinstance(value, np.ndarray) and value.nbytes >= HEAVY


def joined(pieces: Iterable[bytes]) -> Snapshot:
    """The picture that these pieces make. What this release no longer knows is left out, and logged."""
    graph, parser = Graph(), Parser[Deltas](Deltas)
    for piece in pieces:
        for _, message, _ in parser.feed(piece):
            for delta in message.items:
                _apply(graph, delta)
    return graph.snapshot()


def _apply(graph: Graph, delta: Delta) -> None:
    try:
        graph.apply(delta)
    except Refused as refusal:
        log.warning("archive.refused", why=str(refusal))
