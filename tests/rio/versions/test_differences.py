"""Two scenes, and the program between them."""

import numpy as np
from tests.rio.versions.sessions import Player

from rio.scene.graph import Graph, scene_of
from rio.versions import differences
from rio.versions.history import copy_of
from rio.wire import Delta, Put, Remove, Set, fill


def a_scene() -> Graph:
    """A table with a cube, and a text."""
    return scene_of(
        [
            Put(2, "group", "table", {"at": (1, 0, 0)}),
            Put(4, "box", "cube", {"color": "red", "parent": 2}),
            Put(6, "text", "label", {"text": "words"}),
            Put(8, "line", "way", {"to": (3, 3)}),
        ]
    )


def said(*changes: Delta) -> list[str]:
    """What is said of these changes; and it is so."""
    before, player = a_scene(), Player()
    after = copy_of(before.snapshot())
    for change in changes:
        after.apply(change)
    statements = differences.said(before.snapshot(), after)
    player.tell([*before.whole()])
    assert all(player.tell(statement) for statement in statements)
    assert player.scene.settled() == after
    return statements


def test_only_what_is_otherwise_is_said() -> None:
    assert said() == []
    assert said(Set(4, "color", "blue"), fill("size", [6], (30,))) == [
        "find('cube').color = 'blue'",
        "find('label').size = 30.0",
    ]


def test_what_is_removed_takes_what_is_inside_with_it() -> None:
    assert said(Remove(2)) == ["find('table').remove()"]
    assert said(Remove(4), Put(4, "sphere", "cube", {})) == [
        "find('cube').remove()",
        "sphere(name='cube', at=(0.0, 0.0, 0.0))",
    ]


def test_what_is_new_is_made_in_its_order_and_put_into_its_parent() -> None:
    assert said(Put(10, "box", "a", {"at": (1, 2, 3), "parent": 2}), Put(12, "box", "b", {"parent": 10})) == [
        "box(name='a', at=(1.0, 2.0, 3.0))",
        "box(name='b', at=(0.0, 0.0, 0.0))",
        "find('a').parent = find('table')",
        "find('b').parent = find('a')",
    ]


def test_what_a_program_makes_in_another_only_says_that_it_is_in_none_yet() -> None:
    assert said(Put(10, "map", "map", {}), Put(12, "marker", "Paris", {"at": (48, 2), "parent": 10}))[1:] == [
        "marker(name='Paris', at=(48.0, 2.0), parent=None)",
        "find('Paris').parent = find('map')",
    ]


def test_names_may_be_exchanged() -> None:
    assert said(Put(4, "box", "c", {}), Put(6, "text", "cube", {}), Put(4, "box", "label", {}))[-1] == (
        "find('label until now').name = 'cube'"
    )


def test_what_is_long_is_a_comment() -> None:
    """A program for people and models does not hold a thousand places; the node is there all the same."""
    graph = a_scene()
    graph.apply(Put(10, "points", "cloud", {"points": np.ones((5000, 3)), "size": 2}))
    statements = differences.said(a_scene().snapshot(), graph)
    assert statements == [
        "points(name='cloud', at=(0.0, 0.0, 0.0), points=[], size=2.0)",
        "# the points of 'cloud' (5000 × 3 numbers) are too long to be said here; they are in nodes/cloud/points",
    ]
    player = Player()
    assert all(player.tell(statement) for statement in statements)
