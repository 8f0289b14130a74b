"""How much a scene may hold that takes long to draw."""

import numpy as np
import pytest

from rio.scene import weight
from rio.scene.graph import Graph
from rio.scene.values import LONGEST, Refused
from rio.scene.weight import HEAVIEST, weigh
from rio.wire import Put, Remove, Reset, Set

HALF = np.zeros((HEAVIEST // 2, 3), np.float32)


def test_a_full_scene_has_room_again_when_something_goes() -> None:
    """What is refused changes nothing; taking away, writing something shorter, and clearing make room."""
    graph = Graph()
    for id in (2, 4):
        graph.apply(Put(id, "points", f"cloud{id}", {"points": HALF}))
    digest = graph.digest()
    for change in (Put(6, "text", "t", {"text": "one"}), Put(6, "points", "cloud6", {"points": HALF})):
        with pytest.raises(Refused, match="room for 4,000,000 places and letters"):
            graph.apply(change)
    assert graph.digest() == digest
    graph.apply(Set(2, "points", HALF))  # the same again is no more
    graph.apply(Set(2, "points", HALF[1000:]))
    graph.apply(Put(6, "text", "t", {"text": "one"}))
    graph.apply(Remove(4))
    graph.apply(Put(8, "points", "cloud8", {"points": HALF}))
    graph.apply(Reset())
    for id in (2, 4):
        graph.apply(Put(id, "points", f"cloud{id}", {"points": HALF}))


def test_a_picture_of_before_weighs_what_it_did(monkeypatch: pytest.MonkeyPatch) -> None:
    """After undo there is as much room as there was."""
    monkeypatch.setattr(weight, "HEAVIEST", LONGEST)
    graph = Graph()
    empty = graph.snapshot()
    graph.apply(Put(2, "text", "t", {"text": "x" * LONGEST}))
    full = graph.snapshot()
    graph.restore(empty)
    graph.apply(Put(4, "text", "u", {"text": "x" * LONGEST}))
    graph.restore(full)
    with pytest.raises(Refused, match="room"):
        graph.apply(Put(4, "text", "u", {"text": "x"}))


def test_what_each_value_weighs() -> None:
    """Letters, places, cells; bytes of a picture a sixty-fourth; numbers and toggles nothing."""
    values = ("abc", HALF[:5], (("a", "bc"), ("",)), np.zeros((16, 16, 4), np.uint8), 1.5, True, None, 7)
    assert [weigh(value) for value in values] == [3, 5, 3, 16, 0, 0, 0, 0]
