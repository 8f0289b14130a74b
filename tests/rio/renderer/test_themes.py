"""Light and dark, and pictures in windows."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from tests.rio.easel import Easel, bright

from rio.wire import Event, Input, Put, Set

ALL: list[tuple[str, dict[str, Any]]] = [
    ("window", {"at": (160, 180), "size": (280, 330), "text": "Title"}),
    ("button", {"text": "Go", "parent": 2, "color": "#00ff00"}),
    ("markdown", {"text": "# Head\n\nwords `code`", "parent": 2}),
    ("code", {"value": "x = 1", "lines": 2, "parent": 2, "size": (240, 0)}),
    ("terminal", {"text": "$ ", "parent": 2, "size": (240, 60)}),
    ("text", {"text": "MMMM", "at": (480, 60), "size": 60}),
    ("text", {"text": "MMMM", "at": (480, 160), "size": 60, "color": "#ff00ff"}),
    ("chart", {"at": (480, 270), "size": (280, 120)}),
]


@pytest.fixture(scope="module")
def easel() -> Iterator[Easel]:
    """One renderer for all."""
    easel = Easel()
    yield easel
    assert easel.close() == 0
    assert easel.failures == []


def test_the_theme_is_that_of_windows_and_of_all_that_has_no_colour(easel: Easel) -> None:
    """The ground, windows, what stands in them and words of the view; back in the dark all is as it was."""
    easel.scene(*ALL)
    dark = easel.look()
    easel.draw(Put(100, "background", "background", {"theme": "light"}))
    light = easel.look()
    for x, y in ((630, 350), (300, 330), (200, 25)):  # the ground, the window, its title
        assert bright(dark[y, x]) < 70
        assert bright(light[y, x]) > 200
    assert dark[30:90, 400:560].max() > 200, "light letters"
    assert light[30:90, 400:560].min() < 70, "dark letters"
    easel.draw(Set(100, "theme", "dark"))
    assert np.abs(easel.look() - dark).mean() < 1


def test_colours_that_were_given_stay(easel: Easel) -> None:
    """In both themes, in windows and outside; a background's own as well."""
    easel.scene(*ALL, ("background", {"theme": "light", "color": "#ffff80"}))
    seen = easel.look()
    for color in ((0, 255, 0), (255, 0, 255)):
        assert (np.abs(seen - color).sum(axis=2) < 6).any(), color
    assert seen[350, 630][2] < 160, "yellow"


def test_a_picture_in_a_window_is_as_wide_as_there_is_room(easel: Easel) -> None:
    """It keeps its shape; a click names the pixel."""
    pixels = np.zeros((100, 800, 4), np.uint8)
    pixels[:, :400], pixels[:, 400:] = (255, 0, 0, 255), (0, 255, 0, 255)
    easel.scene(("window", {"at": (320, 180), "size": (400, 200)}), ("image", {"image": pixels, "parent": 2}))
    seen = easel.look()
    green = np.argwhere(np.abs(seen - (0, 255, 0)).sum(axis=2) < 30)
    assert 170 <= np.ptp(green[:, 1]) <= 190
    assert 40 <= np.ptp(green[:, 0]) <= 50
    x, y = int(green[:, 1].max()) - 1, int(green[:, 0].min()) + 1
    for what in ("move", "press", "release"):
        easel.send(Input(what, x, y, "left"))
    event = easel.next(Event, lambda event: event.what == "click")
    assert event.id == 4
    assert event.value["row"] < 6 and event.value["column"] > 790


def test_what_is_half_transparent_in_a_picture_is_so_in_a_window(easel: Easel) -> None:
    """Its colour is laid over the window's once, not twice."""
    pixels = np.full((50, 50, 4), (255, 255, 255, 128), np.uint8)
    easel.scene(("window", {"at": (320, 180), "size": (200, 160)}), ("image", {"image": pixels, "parent": 2}))
    assert 130 < bright(easel.look()[160, 255]) < 165


def test_what_is_not_enabled_is_paler_in_both(easel: Easel) -> None:
    """What we draw ourselves too: a slider's rail and knob."""
    for theme in ("dark", "light"):
        slider: dict[str, Any] = {"at": (320, 180), "size": (200, 0), "value": 1.0}
        easel.scene(("slider", slider), ("background", {"theme": theme}))
        strong = easel.look()[180:200, 230:330].astype(float)
        easel.draw(Set(2, "enabled", False))
        pale = easel.look()[180:200, 230:330].astype(float)
        assert np.ptp(pale[:, :, 2] - pale[:, :, 0]) < 0.85 * np.ptp(strong[:, :, 2] - strong[:, :, 0])


def test_lines_and_dots_are_seen_in_the_light(easel: Easel) -> None:
    """In the view and in the world, where nobody gave them a colour."""
    for places in ([(220, 180), (420, 180)], [(-2, 0, 0), (2, 0, 0)]):
        for noun in ("line", "points"):
            easel.scene((noun, {"points": places, "size": 12}), ("background", {"theme": "light", "floor": False}))
            assert easel.look().min() < 130, (noun, places)
