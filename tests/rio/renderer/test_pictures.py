"""Pictures of a program's own on the screen, looked at by pixel in a real renderer."""

from collections.abc import Iterator

import numpy as np
import pytest
from numpy.typing import NDArray
from tests.rio.easel import Easel

from rio.wire import Event, Input, Set

RED, BLUE = (255, 0, 0), (0, 0, 255)


@pytest.fixture(scope="module")
def easel() -> Iterator[Easel]:
    """One renderer for all."""
    easel = Easel()
    try:
        yield easel
        assert easel.failures == []
    finally:
        easel.close()


def halves(height: int = 100, width: int = 200) -> NDArray[np.uint8]:
    """Red on the left, blue on the right."""
    picture = np.zeros((height, width, 3), np.uint8)
    picture[:, : width // 2], picture[:, width // 2 :] = RED, BLUE
    return picture


def test_a_picture_is_as_large_as_its_pixels(easel: Easel) -> None:
    """And lies as it was given: the first row on top, the first column on the left."""
    picture = halves()
    picture[:10] = 255
    easel.scene(("image", {"image": picture, "at": (320, 180)}))
    seen = easel.look()
    assert tuple(seen[180, 221]) == RED
    assert tuple(seen[180, 418]) == BLUE
    assert tuple(seen[132, 320]) == (255, 255, 255)
    assert tuple(seen[180, 218]) != RED
    assert tuple(seen[180, 421]) != BLUE


def test_a_size_keeps_the_proportion_unless_two_are_given(easel: Easel) -> None:
    """One number is the width."""
    easel.scene(
        ("image", {"image": halves(), "at": (100, 100), "size": 100}),
        ("image", {"image": halves(), "at": (400, 180), "size": (100, 300)}),
    )
    seen = easel.look()
    assert tuple(seen[78, 60]) == RED
    assert tuple(seen[72, 60]) != RED
    assert tuple(seen[35, 360]) == RED
    assert tuple(seen[325, 440]) == BLUE


def test_it_is_tinted_rounded_turned_and_transparent(easel: Easel) -> None:
    """By the words that other flat things have."""
    white = np.full((100, 100), 255, np.uint8)
    faint = np.full((100, 100, 4), (255, 0, 0, 128), np.uint8)
    easel.scene(
        ("image", {"image": white, "at": (100, 100), "color": (0, 1, 0), "radius": 50}),
        ("image", {"image": halves(), "at": (320, 180), "rotate": 180}),
        ("rect", {"at": (550, 100), "size": 100, "color": (0, 0, 1)}),
        ("image", {"image": faint, "at": (550, 100)}),
        ("image", {"image": white, "at": (100, 280), "border": 10, "border_color": (1, 0, 0)}),
    )
    seen = easel.look()
    assert tuple(seen[100, 100]) == (0, 255, 0)
    assert tuple(seen[54, 54]) != (0, 255, 0)
    assert tuple(seen[180, 240]) == BLUE
    assert np.abs(seen[100, 550] - (128, 0, 127)).max() <= 1
    assert tuple(seen[280, 55]) == RED
    assert tuple(seen[280, 100]) == (255, 255, 255)


def test_what_is_transparent_has_no_colour_to_bleed(easel: Easel) -> None:
    """Between a white pixel and one of invisible black there is no grey."""
    dots = np.zeros((1, 2, 4), np.uint8)
    dots[0, 0] = 255
    easel.scene(
        ("rect", {"at": (320, 180), "size": (640, 360), "color": (1, 1, 1)}),
        ("image", {"image": dots, "at": (320, 180), "size": (200, 100)}),
    )
    assert easel.look()[130:230, 220:420].min() >= 254


def test_from_afar_fine_patterns_become_their_mean(easel: Easel) -> None:
    """A checkerboard of pixels, drawn at an eighth, is grey everywhere."""
    board = (np.indices((800, 800)).sum(0) % 2 * 255).astype(np.uint8)
    easel.scene(("image", {"image": board, "at": (320, 180), "size": 100}))
    seen = easel.look()[140:220, 280:360]
    assert np.abs(seen - 127).max() <= 3


def test_a_new_picture_takes_the_place_of_the_old(easel: Easel) -> None:
    """Of the same size or another, and what lies over it stays there."""
    easel.scene(
        ("image", {"image": halves(), "at": (320, 180)}), ("rect", {"at": (320, 180), "size": 20, "color": (1, 1, 1)})
    )
    easel.look()
    easel.draw(Set(2, "image", halves()[:, ::-1]))
    assert tuple(easel.look()[180, 240]) == BLUE
    easel.draw(Set(2, "image", halves(50, 400)))
    seen = easel.look()
    assert tuple(seen[180, 130]) == RED
    assert tuple(seen[180, 320]) == (255, 255, 255)
    assert tuple(seen[140, 300]) != RED


def test_a_click_finds_it_by_the_size_it_is_drawn_in(easel: Easel) -> None:
    """Though the graph says 0 0."""
    easel.scene(("image", {"image": halves(), "at": (320, 180)}))
    easel.shown(easel.draw())
    for x, hit in ((225, 2), (415, 2), (425, 0)):
        for what in ("press", "release"):
            easel.send(Input(what, x, 180, "left"))
        assert easel.next(Event, lambda event: event.what == "click").id == hit
        if hit:
            easel.next(Event, lambda event: event.what == "click")  # the view's, which hears of all


def test_a_node_without_its_picture_is_nothing(easel: Easel) -> None:
    """Until it comes."""
    easel.scene(("image", {"at": (320, 180)}))
    easel.look()
    easel.draw(Set(2, "image", halves()))
    assert tuple(easel.look()[180, 240]) == RED
