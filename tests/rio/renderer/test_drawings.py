"""Canvases in windows: the same things as in the view, at places of their own."""

import io
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from PIL import Image
from tests.rio.easel import Easel, Pixels

from rio.wire import Event, Fill, Input, Picture, Put, Set, Shot

SIZE = (200, 160)
LOW = (220, 100)  # where a canvas of that size begins that stands alone in the middle


@pytest.fixture(scope="module")
def easel() -> Iterator[Easel]:
    """One renderer for all."""
    easel = Easel()
    yield easel
    assert easel.close() == 0
    assert easel.failures == []


def canvas(easel: Easel, *things: tuple[str, dict[str, Any]]) -> Pixels:
    """What is seen of a canvas with these in it."""
    inside = [(kind, {"parent": 2, **words}) for kind, words in things]
    easel.scene(("canvas", {"size": SIZE, "at": (320, 180)}), *inside)
    return part(easel)


def part(easel: Easel) -> Pixels:
    """The canvas's part of the picture."""
    return easel.look()[LOW[1] : LOW[1] + SIZE[1], LOW[0] : LOW[0] + SIZE[0]]


def test_things_look_as_they_do_in_the_view(easel: Easel) -> None:
    """Pixel for pixel, on the same ground."""
    things: list[tuple[str, dict[str, Any]]] = [
        ("rect", {"at": (60, 50), "size": (70, 40), "color": "crimson", "radius": 9, "rotate": 20}),
        ("circle", {"at": (140, 80), "size": (60, 40), "opacity": 0.5, "border": 3}),
        ("text", {"at": (100, 130), "text": "Hello", "size": 26}),
        ("line", {"at": (20, 20), "to": (180, 100), "color": "gold"}),
        ("polygon", {"points": [(20, 100), (60, 100), (40, 140)], "color": "teal"}),
        ("points", {"points": [(150, 30), (160, 30)], "size": 9}),
    ]
    inside = canvas(easel, *things)
    easel.scene(("rect", {"size": (640, 360), "at": (320, 180), "color": "#121621"}), ("group", {"at": LOW}))
    for place, (kind, words) in enumerate(things):
        easel.draw(Put(50 + 2 * place, kind, f"t{place}", {"parent": 4, **words}))
    outside = easel.look()[LOW[1] : LOW[1] + SIZE[1], LOW[0] : LOW[0] + SIZE[0]]
    assert np.abs(inside - outside)[10:-10, 10:-10].mean() < 0.5
    assert (inside.max(axis=2) > 150).sum() > 2000


def test_nothing_is_drawn_beyond_its_edge(easel: Easel) -> None:
    """A circle half outside is half a circle."""
    canvas(easel)
    empty = easel.look()
    canvas(easel, ("circle", {"at": (200, 80), "size": (120, 120), "color": "#ff0000"}))
    seen = easel.look()
    assert (seen[:, LOW[0] + SIZE[0] + 2 :] == empty[:, LOW[0] + SIZE[0] + 2 :]).all()
    assert seen[180, 415][0] > 200


def test_it_follows_every_change(easel: Easel) -> None:
    """Words, arrays, what comes and what goes, and groups."""
    canvas(
        easel, ("group", {"at": (50, 50)}), ("rect", {"parent": 4, "at": (0, 0), "size": (20, 20), "color": "#ff0000"})
    )
    assert tuple(part(easel)[50, 50]) == (255, 0, 0)
    easel.draw(Fill("at", np.array([4], np.uint32), np.array([[100, 80, 0]], np.float32)))
    assert tuple(part(easel)[80, 100]) == (255, 0, 0)
    easel.draw(Set(6, "color", "#00ff00"))
    assert tuple(part(easel)[80, 100]) == (0, 255, 0)
    easel.draw(Set(6, "visible", False))
    assert part(easel)[80, 100].max() < 60


def test_clicks_and_drags_reach_what_is_in_it(easel: Easel) -> None:
    """At places of the canvas; where nothing is they are the canvas's own."""
    canvas(easel, ("rect", {"at": (60, 50), "size": (70, 40)}))
    easel.look()
    for x, y, id in ((60, 50, 4), (150, 120, 2)):
        for what in ("move", "press", "release"):
            easel.send(Input(what, LOW[0] + x, LOW[1] + y, "left"))
        event = easel.next(Event, lambda event: event.what == "click")
        assert (event.id, event.value["x"], event.value["y"]) == (id, x, y)
    easel.send(Input("move", LOW[0] + 60, LOW[1] + 50))
    easel.send(Input("press", LOW[0] + 60, LOW[1] + 50, "left"))
    easel.send(Input("move", LOW[0] + 90, LOW[1] + 40))
    easel.send(Input("release", LOW[0] + 90, LOW[1] + 40, "left"))
    drag = easel.next(Event, lambda event: event.what == "drag" and event.id == 4)
    assert (drag.value["dx"], drag.value["dy"]) == (30, -10)


def test_all_that_is_done_to_things_reaches_them(easel: Easel) -> None:
    """As in the view: also coming and going, pressing and letting go, and the wheel; with the keys that are held."""
    canvas(easel, ("circle", {"at": (60, 50), "size": 40}), ("text", {"at": (60, 120), "text": "a"}))
    easel.send(Input("move", 5, 5))
    easel.send(Input("key_press", 5, 5, "A"))
    easel.look()
    easel.events.clear()
    x, y = LOW[0] + 60, LOW[1] + 50
    easel.send(Input("move", x, y))
    easel.send(Input("scroll", x, y, 1))
    easel.send(Input("press", x, y, "left"))
    easel.next(Event, lambda event: event.what == "press")
    easel.draw(Set(4, "border", 3))  # another by its words, and still the same
    easel.send(Input("release", x, y, "left"))
    easel.send(Input("move", x + 60, y))
    easel.next(Event, lambda event: event.what == "leave")
    heard = [event for event in easel.events if event.id == 4]
    assert [event.what for event in heard] == ["enter", "scroll", "press", "release", "click", "leave"]
    assert all(event.value["keys"] == ["a"] for event in heard)
    assert heard[1].value["dy"] == 1
    easel.send(Input("key_release", 5, 5, "A"))


def test_the_picture_of_one_thing_in_it_is_that_of_the_canvas(easel: Easel) -> None:
    """And a widget's is the widget's, though others are drawn after it."""
    canvas(easel, ("circle", {"at": (60, 50), "size": (70, 40)}))
    easel.draw(Put(50, "code", "code", {"value": "x", "size": (150, 60), "at": (100, 320)}))
    for node, size in ((4, SIZE), (50, (150, 60))):
        easel.send(Shot(9000, None, None, node))
        seen = Image.open(io.BytesIO(easel.next(Picture).png)).size
        assert seen == pytest.approx(size, abs=3)


def test_too_many_pixels_are_refused_in_words() -> None:
    """The canvases that have room stand."""
    easel = Easel(320, 180)
    large: dict[str, Any] = {"size": (4000, 4000), "at": (160, 90), "color": "#00ff00"}
    easel.scene(("canvas", {"size": (60, 60), "at": (40, 40), "color": "#ff0000"}), *[("canvas", large)] * 4)
    easel.look()
    assert any("has no room" in failure for failure in easel.failures)
    assert easel.close() == 0
