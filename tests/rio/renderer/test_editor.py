"""The code editor, in a real renderer: typed into, and changed from outside."""

from collections.abc import Iterator

import numpy as np
import pytest
from tests.rio.easel import Easel, Pixels

from rio.wire import Event, Input, Set

MIDDLE = (320, 180)


@pytest.fixture(scope="module")
def easel() -> Iterator[Easel]:
    """One renderer for all."""
    easel = Easel()
    yield easel
    assert easel.close() == 0
    assert easel.failures == []


def editor(easel: Easel, value: str, **words: object) -> None:
    """One editor in the middle, its first line under y = 108, and a click at its end."""
    easel.scene(("code", {"at": MIDDLE, "size": (400, 180), "value": value, **words}))
    easel.look()
    for what in ("move", "press", "release"):
        easel.send(Input(what, 500, 115, "left"))


def type_in(easel: Easel, text: str) -> None:
    """Letter by letter."""
    for letter in text:
        easel.send(Input("text", value=letter))


def press(easel: Easel, *keys: str) -> None:
    """All down, all up."""
    for key in keys:
        easel.send(Input("key_press", value=key))
    for key in reversed(keys):
        easel.send(Input("key_release", value=key))


def change(easel: Easel) -> str:
    """What the next change makes of the text."""
    event = easel.next(Event, lambda event: event.what == "change")
    assert (event.id, event.value["word"], event.value["done"]) == (2, "value", True)
    return str(event.value["value"])


def colors(seen: Pixels) -> set[tuple[int, ...]]:
    """Those that are there."""
    return {tuple(pixel) for pixel in seen.reshape(-1, 3).tolist()}


def test_what_is_typed_is_told_once_its_writer_rests(easel: Easel) -> None:
    """Not letter by letter: a program that runs the code would stumble over every half word."""
    editor(easel, "a = 1")
    type_in(easel, "00")
    assert change(easel) == "a = 100"


def test_a_change_from_outside_leaves_the_cursor_where_it_is(easel: Easel) -> None:
    """What is typed after it stands where the person was, though the lines before are others now."""
    editor(easel, "a = 1\nb = 2")
    type_in(easel, "0")
    assert change(easel) == "a = 10\nb = 2"
    easel.draw(Set(2, "value", "a = 10\nb = 3\nc = 4"))
    easel.look()
    type_in(easel, "5")
    assert change(easel) == "a = 105\nb = 3\nc = 4"


def test_undo_is_inside(easel: Easel) -> None:
    """Ctrl+Z takes back what was typed, and that is a change like any other."""
    editor(easel, "a = 1")
    type_in(easel, "2")
    assert change(easel) == "a = 12"
    press(easel, "lctrl", "z")
    assert change(easel) == "a = 1"


def test_one_that_is_not_enabled_can_be_read_alone(easel: Easel) -> None:
    """It is as bright as ever, and takes no letters."""
    editor(easel, "a = 1")
    bright = easel.look()[100:130].max()
    editor(easel, "a = 1", enabled=False)
    type_in(easel, "2")
    assert easel.look()[100:130].max() == bright
    easel.scene(("button", {"at": MIDDLE}))
    for what in ("move", "press", "release"):
        easel.send(Input(what, *MIDDLE, "left"))
    assert easel.next(Event, lambda event: event.what in ("click", "change") and event.id == 2).what == "click"


def test_words_have_the_colours_of_their_language(easel: Easel) -> None:
    """On the ground of our own look, of which the library knows nothing."""
    editor(easel, "def f(): return 'x'  # y")
    python = colors(easel.look()[90:250])
    easel.draw(Set(2, "language", "plain"))
    plain = colors(easel.look()[90:250])
    assert (18, 22, 33) in python & plain
    assert (143, 176, 255) in python - plain, "keywords"
    assert not {(30, 30, 30), (197, 134, 192)} & (python | plain), "the library's own"


def test_no_text_takes_long(easel: Easel) -> None:
    """Tabs without an end, of which each is measured anew by the library, and many long lines at once."""
    easel.scene(*[("code", {"value": "\t" * 65_000, "at": (320, 20 + 60 * n)}) for n in range(5)])
    began = easel.seconds()
    easel.look()
    assert easel.seconds() - began < 2


def test_a_text_that_is_full_takes_no_more(easel: Easel) -> None:
    """The letter that would be too much is taken back at once."""
    easel.scene(("code", {"at": MIDDLE, "size": (400, 180), "value": "x" * 65_535}))
    easel.look()
    for what in ("move", "press", "release"):
        easel.send(Input(what, 450, 115, "left"))
    type_in(easel, "yyyyy")
    assert len(change(easel)) <= 65_536
    assert np.isfinite(easel.look()).all()
