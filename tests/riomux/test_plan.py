"""Plans of walks, by themselves."""

from __future__ import annotations

from itertools import product

import pytest

from riomux.peers import Place
from riomux.splice import Splice
from riomux.walk import plan_any, plan_down

NAMES = ("one", "two", "ctl", "..", "note")


@pytest.mark.parametrize("length", range(1, 5))
def test_the_short_way_to_a_plan_is_right(length: int) -> None:
    """Where it applies it gives what the long one gives, from every kind of place."""
    splice = Splice()
    trees, one = splice.trees, splice.mount("one")
    splice.mount("two")
    starts = [
        Place(trees.home),
        Place(trees.home, ("one",)),
        Place(trees.home, ("ctl",)),
        Place(one),
        Place(one, ("x",)),
    ]
    short = 0
    for start, names in product(starts, product(NAMES, repeat=length)):
        if plan := plan_down(trees, start, names):
            assert plan == plan_any(trees, start, names), (start, names)
            short += 1
    assert short
