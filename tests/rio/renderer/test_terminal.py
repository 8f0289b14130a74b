"""A terminal in a window: typed into."""

from collections.abc import Iterator

import pytest
from tests.rio.easel import Easel

from rio.wire import Event, Input, Put, Set

MIDDLE = (320, 180)


@pytest.fixture(scope="module")
def easel() -> Iterator[Easel]:
    """One renderer for all."""
    easel = Easel()
    yield easel
    assert easel.close() == 0
    assert easel.failures == []


def click(easel: Easel, x: float, y: float) -> None:
    """All at once, as a script does it."""
    for what in ("move", "press", "release"):
        easel.send(Input(what, x, y, "left"))


def keys(easel: Easel, *names: str) -> None:
    """All down, all up."""
    for name in names:
        easel.send(Input("key_press", value=name))
    for name in reversed(names):
        easel.send(Input("key_release", value=name))


def heard(easel: Easel, count: int) -> str:
    """What the terminal says was typed, until it is so long."""
    said = ""
    while len(said) < count:
        event = easel.next(Event, lambda event: event.what == "input")
        assert event.id == 2
        said += event.value["text"]
    return said


def test_what_is_typed_is_told_as_a_terminal_would_send_it(easel: Easel) -> None:
    """Letters, keys and what Ctrl makes of letters; the scene hears nothing of it meanwhile."""
    easel.scene(("terminal", {"at": MIDDLE, "size": (500, 300), "text": "$ "}))
    easel.look()
    click(easel, *MIDDLE)
    easel.look()
    for letter in "lä":
        easel.send(Input("text", value=letter))
    keys(easel, "return")
    easel.send(Input("text", value="\r"))  # some window systems say it twice
    keys(easel, "up")
    keys(easel, "backspace")
    keys(easel, "lctrl", "c")
    assert heard(easel, 8) == "lä\r\x1b[A\x7f\x03"
    assert not [event for event in easel.events if event.what == "key_press"]


def test_arrows_are_those_of_an_application_that_asks_for_them(easel: Easel) -> None:
    """As editors do."""
    easel.scene(("terminal", {"at": MIDDLE, "size": (500, 300), "text": "\x1b[?1h"}))
    easel.look()
    click(easel, *MIDDLE)
    easel.look()
    keys(easel, "up")
    assert heard(easel, 3) == "\x1bOA"


def test_who_clicks_elsewhere_types_elsewhere(easel: Easel) -> None:
    """Then keys are the scene's again."""
    easel.scene(("terminal", {"at": MIDDLE, "size": (300, 200)}))
    easel.look()
    click(easel, *MIDDLE)
    easel.look()
    click(easel, 20, 20)
    easel.look()
    keys(easel, "k")
    assert easel.next(Event, lambda event: event.what in ("key_press", "input")).what == "key_press"


def test_what_is_written_is_seen(easel: Easel) -> None:
    """In its colours, the newest line in sight; many that are flooded hold no other up."""
    easel.scene(("terminal", {"at": MIDDLE, "size": (300, 200), "text": "\x1b[38;2;0;255;0mgreen " * 40}))
    assert (easel.look() == (0, 255, 0)).all(axis=2).any()
    easel.draw(Set(2, "text", "".join(f"{n}\n" for n in range(9000)) + "\x1b[48;2;255;0;0m     "))
    assert (easel.look() == (255, 0, 0)).all(axis=2).any()
    flood = "\x1b#8" * 20_000
    easel.draw(*(Put(4 + 2 * n, "terminal", f"t{n}", {"at": (320, 180), "text": flood}) for n in range(10)))
    stamp = easel.draw(Put(100, "button", "b", {"at": (60, 30), "size": (60, 40), "color": "#0000ff"}))
    assert easel.shown(stamp).cost < 3000


def test_the_first_picture_has_lines_of_the_right_width() -> None:
    """What is longer than a line goes on in the next one, in the first picture of all."""
    easel = Easel()
    try:
        easel.scene(("terminal", {"at": MIDDLE, "size": (300, 200), "text": "x" * 60}))
        assert easel.look()[114:130, 180:230].max() > 120, "a second line of letters"
    finally:
        assert easel.close() == 0
