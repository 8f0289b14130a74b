"""A tree in a window: opened, closed and chosen from."""

from collections.abc import Iterator

import pytest
from tests.rio.easel import Easel

from rio.wire import Event, Input, Set

LINE = 26


@pytest.fixture(scope="module")
def easel() -> Iterator[Easel]:
    """One renderer for all."""
    easel = Easel()
    yield easel
    assert easel.close() == 0
    assert easel.failures == []


def click(easel: Easel, x: float, y: float) -> None:
    """A person clicks, and sees what comes of it."""
    for what in ("move", "press", "release"):
        easel.send(Input(what, x, y, "left"))
    easel.send(Input("move", x, y))  # by the next input the last one is answered


def said(easel: Easel) -> tuple[str, str]:
    """What the next change and the click after it say."""
    change = easel.next(Event, lambda event: event.what == "change" and event.id == 2)
    clicked = easel.next(Event, lambda event: event.what == "click" and event.id == 2)
    return change.value["value"], clicked.value["path"]


def tree(easel: Easel, items: object) -> None:
    """At the top left, so that its first line is from 20 to 46."""
    easel.scene(("tree", {"at": (20, 20), "anchor": "top left", "size": (300, 300), "items": items}))
    easel.look()


def test_a_line_that_is_clicked_is_chosen(easel: Easel) -> None:
    """Its path is the value, and stands in the click's event."""
    tree(easel, ["a", ["b", ["c"]], "d"])
    click(easel, 120, 20 + 1.5 * LINE)
    assert said(easel) == ("a/b", "a/b")


def test_the_way_to_what_a_program_chooses_is_opened(easel: Easel) -> None:
    """Once: a person may close it again; and when the line comes later than the word."""
    tree(easel, ["k", ["b", ["c", ["d"]]], "e"])
    easel.draw(Set(2, "value", "k/b/c/d"))
    click(easel, 120, 20 + 4.5 * LINE)
    assert said(easel) == ("e", "e")
    easel.draw(Set(2, "value", "k/x/y"))
    easel.draw(Set(2, "items", ["k", ["x", ["y"]], "e"]))
    click(easel, 120, 20 + 3.5 * LINE)
    assert said(easel) == ("e", "e")
    easel.draw(Set(2, "value", "k/x/y"))
    click(easel, 20 + 8, 20 + 0.5 * LINE)
    click(easel, 120, 20 + 1.5 * LINE)
    assert said(easel) == ("e", "e")


def test_arrows_open_and_close_branches(easel: Easel) -> None:
    """At first the first level is open; what is closed is not seen, so what is below it moves up."""
    tree(easel, ["a", ["b", ["c"]], "d"])
    click(easel, 120, 20 + 2.5 * LINE)
    assert said(easel) == ("d", "d")
    click(easel, 20 + 28, 20 + 1.5 * LINE)
    click(easel, 120, 20 + 2.5 * LINE)
    assert said(easel) == ("a/b/c", "a/b/c")
    click(easel, 20 + 8, 20 + 0.5 * LINE)
    click(easel, 120, 20 + 1.5 * LINE)
    assert said(easel) == ("d", "d")


def test_what_is_open_stays_so_when_the_tree_changes(easel: Easel) -> None:
    """As far as the same branches are there."""
    tree(easel, ["p", ["q", ["r"]], "s"])
    click(easel, 20 + 28, 20 + 1.5 * LINE)
    easel.look()
    easel.draw(Set(2, "items", ["new", "p", ["q", ["r", "t"]], "s"]))
    easel.look()
    click(easel, 120, 20 + 4.5 * LINE)
    assert said(easel) == ("p/q/t", "p/q/t")


def test_ten_thousand_lines_cost_what_is_in_sight(easel: Easel) -> None:
    """The pictures after the first take no longer than those of a short one."""
    tree(easel, [f"line {number}" for number in range(10_000)])
    began = easel.seconds()
    for place in range(3):
        easel.draw(Set(2, "at", (20.0 + place, 20.0)))
        easel.look()
    assert easel.seconds() - began < 1


def test_a_click_is_on_what_was_seen(easel: Easel) -> None:
    """Though the tree is another before the click is answered."""
    tree(easel, ["u", "v", "w"])
    for what in ("move", "press", "release"):
        easel.send(Input(what, 120, 20 + 1.5 * LINE, "left"))
    easel.draw(Set(2, "items", ["new", "u", "v", "w"]))
    assert said(easel) == ("v", "v")
