"""Windows and widgets, in a real renderer: how they look, and what a person does with them."""

import io
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest
from PIL import Image
from tests.rio.easel import Easel, Pixels

from rio.scene.values import LONGEST
from rio.wire import Event, Input, Picture, Put, Reset, Set, Shot

MIDDLE = (320, 180)
Facts = dict[str, Any]


@pytest.fixture(scope="module")
def easel() -> Iterator[Easel]:
    """One renderer for all."""
    easel = Easel()
    yield easel
    assert easel.close() == 0
    assert easel.failures == []


def press(easel: Easel, x: float, y: float) -> None:
    """The pointer comes, and its button goes down."""
    easel.send(Input("move", x, y))
    easel.send(Input("press", x, y, "left"))


def click(easel: Easel, x: float, y: float) -> None:
    """All at once, as a script does it."""
    press(easel, x, y)
    easel.send(Input("release", x, y, "left"))


def change(easel: Easel, *, done: bool = True) -> Event:
    """What a person has changed: the next event that says so."""
    return easel.next(Event, lambda event: event.what == "change" and event.value["done"] == done)


def at(pixels: Pixels, x: int, y: int) -> Any:
    """One pixel."""
    return pixels[y, x]


def test_a_window_stands_over_everything_with_its_title_and_shadow(easel: Easel) -> None:
    """Its middle is at `at`, its size is `size`, and it is opaque enough to be read on."""
    easel.scene(("rect", {"size": (640, 360), "color": "white"}))
    plain = easel.look()
    easel.draw(Put(4, "window", "w", {"text": "Title", "at": MIDDLE, "size": (300, 200)}))
    seen = easel.look()
    assert at(seen, 320, 250).max() < 60
    assert (at(seen, 165, 250) < at(plain, 165, 250)).all(), "a shadow around it"
    assert (at(seen, 100, 250) == at(plain, 100, 250)).all(), "and nothing far away"
    assert seen[82:104, 280:360].max() > 200, "a title in light letters"


def test_a_window_is_as_wide_as_its_title(easel: Easel) -> None:
    """If nobody gave it a size, and its contents need less."""
    easel.scene(("window", {"text": "A title of some length", "at": MIDDLE}), ("button", {"text": "x", "parent": 2}))
    title = np.argwhere(easel.look()[150:170, :, 0] > 180)
    assert np.ptp(title[:, 1]) > 140


def test_the_first_picture_is_laid_out_already(easel: Easel) -> None:
    """A screenshot right after a program shows a window of the size that its contents need."""
    words: Facts = {"text": "x" * 20, "parent": 2}
    easel.scene(("window", {"at": MIDDLE}), ("button", words))
    first, second = easel.look(), easel.look()
    assert np.array_equal(first, second)
    assert at(first, 320, 195)[2] > 150, "the button's blue"


def test_a_button_that_is_clicked_says_so(easel: Easel) -> None:
    """Press and release may come together; the event says where, as all clicks do."""
    easel.scene(("button", {"text": "Go", "at": MIDDLE, "size": (80, 30)}))
    click(easel, 330, 185)
    event = easel.next(Event, lambda event: event.what == "click")
    assert (event.id, event.value["x"], event.value["y"]) == (2, 330, 185)


def test_one_that_is_not_enabled_does_nothing(easel: Easel) -> None:
    """And is paler."""
    easel.scene(("button", {"at": MIDDLE, "size": (80, 30)}), ("button", {"at": (320, 300), "size": (80, 30)}))
    bright = at(easel.look(), 320, 180)
    easel.draw(Set(2, "enabled", False))
    assert at(easel.look(), 320, 180)[2] < bright[2]
    click(easel, *MIDDLE)
    click(easel, 320, 300)
    assert easel.next(Event, lambda event: event.what == "click").id == 4


def test_a_checkbox_changes_its_value(easel: Easel) -> None:
    """What is told is the other value, and it is shown before the display has said it."""
    easel.scene(("checkbox", {"text": "", "at": MIDDLE, "anchor": "left"}))
    off = at(easel.look(), 325, 170)
    click(easel, 333, 180)
    assert change(easel) == Event(2, "change", {"word": "value", "value": True, "done": True})
    easel.send(Input("move", 1, 1))
    assert (at(easel.look(), 325, 170) != off).any()


def test_a_slider_tells_while_it_is_dragged_and_when_it_is_let_go(easel: Easel) -> None:
    """Its value stays between low and high, in steps if it has them."""
    easel.scene(("slider", {"at": MIDDLE, "size": (200, 0), "high": 10, "step": 2}))
    press(easel, 320, 190)
    easel.send(Input("move", 372, 190))
    dragged = easel.next(Event, lambda event: event.what == "change" and event.value["value"] == 8)
    assert dragged.value["done"] is False
    easel.send(Input("move", 900, 190))
    easel.send(Input("release", 900, 190, "left"))
    assert change(easel).value == {"word": "value", "value": 10, "done": True}


def test_a_step_that_is_almost_nothing_is_none(easel: Easel) -> None:
    """There would be more of them than any number says."""
    easel.scene(("slider", {"at": MIDDLE, "size": (200, 0), "step": 5e-324}))
    easel.look()
    press(easel, 320, 192)
    easel.send(Input("move", 350, 192))
    easel.send(Input("release", 350, 192, "left"))
    assert change(easel).value["value"] == pytest.approx(0.67, abs=0.05)


def test_text_is_typed_into_an_entry(easel: Easel) -> None:
    """It is done at Enter; keys do not reach the scene meanwhile."""
    easel.scene(("entry", {"at": MIDDLE, "size": (200, 0)}))
    click(easel, 320, 180)
    for letter in "Grüße":
        easel.send(Input("text", value=letter))
    easel.send(Input("key_press", value="return"))
    easel.send(Input("key_release", value="return"))
    assert change(easel).value["value"] == "Grüße"
    click(easel, 10, 10)
    easel.send(Input("key_press", value="k"))
    key = easel.next(Event, lambda event: event.what == "key_press")
    assert key.value["key"] == "k"
    easel.send(Input("key_release", value="k"))


def test_an_entry_takes_as_much_as_a_word_has_room_for(easel: Easel) -> None:
    """What is typed beyond that would be refused, and shown for ever as if it were not."""
    easel.scene(("entry", {"value": "x" * (LONGEST - 1), "at": MIDDLE}))
    easel.look()
    click(easel, *MIDDLE)
    easel.look()
    for letter in "yz":
        easel.send(Input("text", 0, 0, letter))
    easel.send(Input("key_press", 0, 0, "enter"))
    assert len(change(easel).value["value"]) == LONGEST
    easel.send(Input("key_release", 0, 0, "enter"))


def test_one_of_several_is_chosen_from_a_list(easel: Easel) -> None:
    """The list opens below, over what is there."""
    easel.scene(("choice", {"at": (320, 100), "size": (200, 0), "options": ["one", "two", "three"], "value": "one"}))
    click(easel, 320, 100)
    easel.look()
    click(easel, 300, 172)
    assert change(easel).value["value"] == "two"


def test_a_cell_that_is_clicked_is_named(easel: Easel) -> None:
    """By row and column, from 0."""
    rows = [["a", "b"], ["c", "d"]]
    easel.scene(("table", {"at": MIDDLE, "size": (200, 0), "columns": ["x", "y"], "rows": rows}))
    click(easel, 380, 209)
    event = easel.next(Event, lambda event: event.what == "click")
    assert (event.value["row"], event.value["column"]) == (1, 1)


def test_a_long_table_draws_only_what_is_in_sight(easel: Easel) -> None:
    """Ten thousand rows take no longer than ten."""
    easel.scene(("table", {"at": MIDDLE, "size": (300, 200), "rows": [[str(n), "x"] for n in range(10_000)]}))
    easel.look()
    began = easel.seconds()
    easel.draw(Set(2, "tags", ("seen",)))
    easel.look()
    assert easel.seconds() - began < 0.5


def test_a_chart_shows_lines_bars_and_dots_in_colours_of_their_own(easel: Easel) -> None:
    """One that was given a colour has that; the others differ from each other; new points are another picture."""
    easel.scene(
        ("chart", {"at": MIDDLE, "size": (400, 300), "text": "Load"}),
        ("bar", {"parent": 2, "points": [1, 1, 1]}),
        ("bar", {"parent": 2, "points": [1, 1, 1]}),
        ("plot", {"parent": 2, "points": [(0, 2), (2, 2)], "color": "#00ff00", "thickness": 6}),
        ("scatter", {"parent": 2, "points": [(1, 1.5)], "color": "red", "thickness": 8}),
    )
    seen = easel.look()
    colors = {tuple(pixel) for pixel in seen.reshape(-1, 3).tolist()}
    assert {(91, 141, 239), (242, 166, 90), (0, 255, 0)} <= colors, "two of the palette, and the one that was given"
    easel.draw(Set(8, "points", [(0, 0), (2, 0)]))
    assert (easel.look() != seen).any()


def test_a_series_alone_has_axes_of_its_own(easel: Easel) -> None:
    """Its middle is at `at`, as for all things in the view."""
    easel.scene(("bar", {"at": MIDDLE, "size": (300, 200), "points": [1, 1], "labels": ["a", "b"], "color": "#00ff00"}))
    green = np.argwhere((easel.look() == (0, 255, 0)).all(axis=2))
    assert 180 <= green[:, 1].min() < 320 < green[:, 1].max() <= 470


def test_a_window_is_dragged_by_its_title(easel: Easel) -> None:
    """It tells where it was let go, and stays there until the display says otherwise."""
    easel.scene(("window", {"text": "w", "at": MIDDLE, "size": (200, 120)}))
    easel.look()
    press(easel, 320, 132)
    easel.send(Input("move", 370, 162))
    easel.send(Input("release", 370, 162, "left"))
    moved = change(easel)
    assert moved.value["word"] == "at"
    assert moved.value["value"] == pytest.approx((370, 210), abs=1)
    assert at(easel.look(), 460, 260).max() < 90, "its corner is where it was let go"


def test_a_window_that_is_closed_hides(easel: Easel) -> None:
    """Its cross makes it invisible; it can be shown again."""
    easel.scene(("window", {"text": "w", "at": MIDDLE, "size": (200, 120)}))
    easel.look()
    click(easel, 406, 136)
    assert change(easel).value == {"word": "visible", "value": False, "done": True}


def test_what_is_behind_a_window_is_not_touched(easel: Easel) -> None:
    """A click on a window is not one on the thing behind it; beside the window it is."""
    easel.scene(("rect", {"at": MIDDLE, "size": (640, 360)}), ("window", {"at": MIDDLE, "size": (200, 120)}))
    easel.look()
    click(easel, 330, 200)
    click(easel, 50, 50)
    event = easel.next(Event, lambda event: event.what == "click")
    assert (event.value["x"], event.value["y"]) == (50, 50)


def test_text_in_a_window_stands_in_it_and_nowhere_else(easel: Easel) -> None:
    """The same noun as in the view; when it leaves the window it is in the view again."""
    easel.scene(("window", {"at": (150, 100), "size": (200, 120)}), ("text", {"text": "MMMM", "at": (500, 300)}))
    outside = easel.look()[290:310, 470:530].max()
    easel.draw(Set(4, "parent", 2))
    assert easel.look()[290:310, 470:530].max() < outside
    easel.draw(Set(4, "parent", 0))
    assert easel.look()[290:310, 470:530].max() == outside


def test_a_picture_of_another_size_shows_the_same_windows(easel: Easel) -> None:
    """Twice as large, twice as sharp."""
    easel.scene(("window", {"text": "w", "at": MIDDLE, "size": (200, 120)}))
    small, large = easel.look(), easel.look(1280, 720)
    assert np.abs(large[::2, ::2] - small).mean() < 6


def test_what_keys_go_to_has_a_ring(easel: Easel) -> None:
    """An entry that is typed into is told from the others, without a letter in it."""
    easel.scene(("entry", {"at": MIDDLE, "size": (200, 0)}))
    click(easel, 320, 180)
    ring = easel.look()[164:168, 260:380]
    assert (ring[:, :, 2].max(axis=0) > 150).all()
    click(easel, 10, 10)
    assert easel.look()[164:168, 260:380].max() < 120


@pytest.mark.parametrize("noun", ["button", "slider", "entry", "terminal", "canvas"])
def test_a_panel_that_goes_while_it_is_held_holds_nothing_on(easel: Easel, noun: str) -> None:
    """What is done afterwards is done to the view, and the next window stands where it should."""
    easel.scene((noun, {"at": MIDDLE, "size": (200, 40)}))
    press(easel, *MIDDLE)
    easel.look()
    easel.draw(Reset())
    easel.look()
    easel.events.clear()
    easel.send(Input("release", *MIDDLE, "left"))
    easel.send(Input("key_press", 0, 0, "A"))
    click(easel, 30, 30)
    easel.look()
    assert [event.what for event in easel.events if event.what in ("key_press", "click")] == ["key_press", "click"]
    press(easel, 30, 30)
    easel.scene(("window", {"at": (500, 200), "size": (100, 60)}))
    assert at(easel.look(), 500, 210).max() < 60
    easel.send(Input("release", 30, 30, "left"))


@pytest.mark.parametrize(
    ("noun", "word", "make"),
    [
        ("button", "text", str),
        ("checkbox", "text", str),
        ("choice", "value", str),
        ("separator", "text", str),
        ("table", "columns", lambda words: [words]),
        ("table", "rows", lambda words: [[words]]),
        ("chart", "x_text", str),
        ("window", "text", str),
    ],
)
def test_all_of_the_words_are_seen(easel: Easel, noun: str, word: str, make: Callable[[str], Any]) -> None:
    """Whatever signs they have: Dear ImGui would end them at two crosses."""
    seen = []
    for words in ("## Go", ""):
        easel.scene((noun, {"at": MIDDLE, "size": (300, 200), word: make(words)}))
        if noun == "window":
            easel.draw(Put(4, "button", "b", {"parent": 2}))
        seen.append(easel.look())
    assert (seen[0] != seen[1]).sum() > 200


def test_a_portrait_is_of_the_window_that_was_asked_for(easel: Easel) -> None:
    """Though its title says the number of another."""
    easel.scene(
        ("window", {"text": "###4", "at": (150, 180), "size": (100, 60)}),
        ("window", {"text": "other", "at": (450, 180), "size": (200, 90)}),
    )
    easel.send(Shot(9000, None, None, 2))
    picture = np.array(Image.open(io.BytesIO(easel.next(Picture).png)).convert("RGB"))
    assert picture.max() > 180, "its title is in the picture"
