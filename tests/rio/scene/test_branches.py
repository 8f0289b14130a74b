"""The form of a tree: many ways to say it, one way to keep it, and bounds."""

from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rio.scene.branches import BRANCHES, DEEPEST, above, path
from rio.scene.values import Refused

KEPT = ("a", "\tb", "\t\tc", "\td", "e")


@pytest.mark.parametrize(
    "said",
    [
        ["a", ["b", ["c"], "d"], "e"],
        {"a": {"b": ["c"], "d": None}, "e": None},
        ["a", {"b": ["c"], "d": []}, "e"],
        "a\n  b\n    c\n  d\n\ne\n",
        "a\n\tb\n\t\tc\n\td\ne",
        ["a", "  b", "     c", "  d", "e"],
        KEPT,
        list(KEPT),
    ],
)
def test_a_tree_can_be_said_in_many_ways(said: Any) -> None:
    """And is kept in one, which it is taken from again."""
    assert BRANCHES.of(said) == KEPT
    assert BRANCHES.of(KEPT) == KEPT
    assert BRANCHES.parse(BRANCHES.show(KEPT)) == KEPT


def test_what_a_name_has_stands_behind_it() -> None:
    """Numbers and texts are leaves."""
    assert BRANCHES.of({"speed": 3.5, "at": {"x": 1}}) == ("speed: 3.5", "at", "\tx: 1")


def test_a_path_is_all_that_a_line_is_below() -> None:
    """From the first level down."""
    parents = above(KEPT)
    assert [path(KEPT, parents, line) for line in range(5)] == ["a", "a/b", "a/b/c", "a/d", "e"]


loop: list[Any] = ["a"]
loop += [loop, loop]
DEEP: list[Any] = ["a"]
for _ in range(DEEPEST):
    DEEP = ["a", DEEP]


@pytest.mark.parametrize("said", [3, None, [None], ["a", object()], ["x" * 500], ["a"] * 20_000, loop, DEEP, [""]])
def test_what_is_no_tree_is_refused(said: Any) -> None:
    """In words and at once: lists that hold themselves, what is too deep, too long or no text."""
    with pytest.raises(Refused):
        BRANCHES.of(said)


TEXT = st.text(st.characters(codec="utf-8"), min_size=1, max_size=8).filter(lambda text: bool(text.strip()))


@settings(max_examples=60, deadline=None)
@given(st.recursive(st.lists(TEXT, max_size=4), lambda inner: st.lists(TEXT | inner, max_size=4), max_leaves=20))
def test_any_tree_is_taken_from_its_own_lines(said: Any) -> None:
    """Kept, written down and read again it is the same; nothing is deeper than one level below the line before."""
    kept = BRANCHES.of(said)
    assert BRANCHES.of(kept) == kept
    depths = [0, *(len(line) - len(line.lstrip("\t")) for line in kept)]
    assert all(after <= before + 1 for before, after in pairwise(depths))
    above(kept)
