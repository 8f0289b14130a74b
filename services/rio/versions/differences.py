"""What makes one scene another, said as a program: for changes that no statement of a program tells.

As those of a statement that failed in its middle, or of a worker that was killed: what was drawn by then stays, and the
live source has to say it.
"""

from collections.abc import Iterator
from typing import Any

import numpy as np

from rio.scene.graph import Graph, Node, Snapshot
from rio.scene.kinds import KINDS
from rio.versions import source


def said(before: Snapshot, after: Graph) -> list[str]:
    """Statements after which the scene of `before` is that of `after`. Empty if nothing is otherwise."""
    made = [source.making(after, id) for id, node in after.nodes.items() if not _is_there(before, node)]
    return [
        *_removed(before, after),
        *_renamed(before, after),
        *(statements[0] for statements in made),
        *(statement for statements in made for statement in statements[1:]),
        *_changed(before, after),
    ]


def _is_there(picture: Snapshot | Graph, node: Node) -> bool:
    """Whether a node is in a picture, under whatever name."""
    other = picture.nodes.get(node.id)
    return other is not None and other.kind == node.kind


def _removed(before: Snapshot, after: Graph) -> Iterator[str]:
    """What went by itself: what was inside of it goes with it."""
    for node in before.nodes.values():
        holder = before.nodes.get(node.props.get("parent", 0))
        if not _is_there(after, node) and (holder is None or _is_there(after, holder)):
            yield f"find({node.name!r}).remove()"


def _renamed(before: Snapshot, after: Graph) -> Iterator[str]:
    """New names. Where a new one is another's old one, all step aside first."""
    names = {before.nodes[id].name: node.name for id, node in after.nodes.items() if _is_there(before, node)}
    changed = {then: now for then, now in names.items() if then != now}
    if aside := changed.keys() & set(changed.values()):
        steps = {then: f"{then[:150]} until now" for then in aside}
        yield from (f"find({then!r}).name = {step!r}" for then, step in steps.items())
        changed = {steps.get(then, then): now for then, now in changed.items()}
    yield from (f"find({then!r}).name = {now!r}" for then, now in changed.items())


def _changed(before: Snapshot, after: Graph) -> Iterator[str]:
    """Words of nodes that were there and are."""
    for id, node in after.nodes.items():
        if not _is_there(before, node):
            continue
        then = before.nodes[id]
        for prop, word in KINDS[node.kind].words.items():
            if word.is_column:
                is_same = np.array_equal(after.columns[prop][id], before.columns[prop][id])
            else:
                is_same = _is_same(node.get(prop), then.get(prop))
            if not is_same:
                yield source.touch(after, id, prop)


def _is_same(now: Any, then: Any) -> bool:
    """Whether two kept values are equal; arrays are, if they are one."""
    return now is then or not (isinstance(now, np.ndarray) or isinstance(then, np.ndarray) or now != then)
