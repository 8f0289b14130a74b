"""The picture of one node: alone, cut out, with nothing behind it."""

import io
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from PIL import Image
from tests.rio.easel import Easel, Pixels
from tests.rio.shapes import CUBE, FACES

from rio.wire import Picture, Put, Set, Shot


@pytest.fixture(scope="module")
def easel() -> Iterator[Easel]:
    """One renderer for all tests of this file."""
    easel = Easel(640, 360)
    yield easel
    assert easel.failures == []
    assert easel.close() == 0


def portrait(easel: Easel, node: int) -> Pixels:
    """[height, width, 4]; of no size if there is nothing to see."""
    easel.send(Shot(1_000_000 + node, node=node))
    png = easel.next(Picture, lambda picture: picture.ticket == 1_000_000 + node).png
    return np.array(Image.open(io.BytesIO(png))).astype(np.int64) if png else np.zeros((0, 0, 4), np.int64)


def reds(picture: Pixels) -> Any:
    """Where a picture is clearly red."""
    return (picture[..., 0] > 2 * picture[..., 1]) & (picture[..., 0] > 40)


def test_a_solid_is_cut_out_of_the_world(easel: Easel) -> None:
    """Lit as in the picture, at the same size, without the floor, its shadow, and what stands before it."""
    red: dict[str, Any] = {"color": "red", "shadow": False}
    eye: tuple[str, dict[str, Any]] = ("camera", {})
    easel.scene(("box", red), eye, ("sphere", {"at": (0.2, 0.1, 1), "color": "blue"}), ("text", {"text": "over"}))
    alone = portrait(easel, 2)
    easel.scene(("box", red), eye)
    rows, columns = np.nonzero(reds(easel.look()))
    corners = alone[[0, 0, -1, -1], [0, -1, 0, -1], 3]
    seen = alone[alone[..., 3] == 255]

    assert abs(alone.shape[0] - np.ptp(rows)) <= 4
    assert abs(alone.shape[1] - np.ptp(columns)) <= 4
    assert (corners < 255).all()
    assert (seen[:, 0] > 2 * seen[:, 2]).mean() > 0.98


def test_what_is_transparent_stays_so_in_its_own_colour(easel: Easel) -> None:
    """Half a green circle over nothing is green, and half there."""
    middle = {"at": (320, 180)}
    green = {"color": "#00ff00", "opacity": 0.5, "size": 100}
    easel.scene(("rect", {"size": 400, **middle}), ("circle", {**green, **middle}))
    alone = portrait(easel, 4)

    assert alone.shape == (100, 100, 4)
    assert alone[50, 50].tolist() == [0, 255, 0, 128]
    assert alone[0, 0, 3] == 0


def test_a_group_is_all_that_is_in_it(easel: Easel) -> None:
    """Flat things and solids; what is hidden in it is not shown."""
    easel.scene(("box", {}), ("group", {}))
    easel.draw(
        Put(6, "rect", "one", {"at": (100, 100), "size": 20, "parent": 4}),
        Put(8, "rect", "two", {"at": (200, 150), "size": 20, "parent": 4}),
        Put(10, "rect", "three", {"at": (500, 300), "size": 20, "parent": 4, "visible": False}),
    )

    assert portrait(easel, 4).shape == (70, 120, 4)


def test_a_mesh_a_cloud_and_a_line_are_there_again_after_it(easel: Easel) -> None:
    """What was hidden for a moment has not lost what the graphics card knew of it."""
    easel.scene(
        ("mesh", {"points": CUBE, "faces": FACES, "image": np.full((2, 2, 4), 200, np.uint8)}),
        ("points", {"points": CUBE * 2, "size": 9}),
        ("line", {"at": (-2, 0, 0), "to": (2, 2, 0)}),
        ("box", {"at": (3, 0, 0)}),
    )
    before = easel.png()

    assert portrait(easel, 8).size
    assert easel.png() == before
    assert [portrait(easel, id).size > 0 for id in (2, 4, 6)] == [True, True, True]
    assert easel.png() == before


def test_a_window_is_alone_and_a_widget_of_it_too(easel: Easel) -> None:
    """Without the window that lies over it, and with rounded corners."""
    easel.scene()
    easel.draw(
        Put(2, "window", "lamp", {"text": "Lamp", "at": (300, 180), "size": (200, 150)}),
        Put(4, "button", "press", {"text": "Press", "color": "red", "parent": 2}),
        Put(6, "window", "over", {"at": (320, 200), "size": (200, 150)}),
    )
    easel.look()
    window, button = portrait(easel, 2), portrait(easel, 4)

    assert window.shape == (150, 200, 4)
    assert window[0, 0, 3] < 128 < window[75, 100, 3]
    assert 20 < button.shape[0] < 50 < button.shape[1] < 120
    assert (button[..., 0] > 2 * button[..., 1]).mean() > 0.5


@pytest.mark.parametrize(
    ("noun", "words"),
    [("box", {"visible": False}), ("light", {}), ("rect", {"at": (-900, 0)}), ("group", {}), ("text", {"text": ""})],
)
def test_what_is_not_seen_has_no_picture(easel: Easel, noun: str, words: dict[str, Any]) -> None:
    easel.scene((noun, words), ("box", {}))

    assert portrait(easel, 2).size == 0
    assert portrait(easel, 99).size == 0


def test_the_picture_is_that_of_all_that_was_said_before(easel: Easel) -> None:
    """A node that has just changed is asked for with the change."""
    easel.scene(("rect", {"at": (320, 180), "size": 50, "color": "red"}))
    easel.look()
    easel.draw(Set(2, "size", (80, 20)))

    assert portrait(easel, 2).shape == (20, 80, 4)
