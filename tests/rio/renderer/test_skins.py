"""Meshes as they are seen: lit, painted, picked, framed, and changed in every frame."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from tests.rio.easel import Easel, Pixels, bright
from tests.rio.shapes import CUBE, FACES

from rio.wire import Event, Input, Put, Set

WIDTH, HEIGHT = 640, 360
SHEET = {"points": [(-1, 0, -1), (-1, 0, 1), (1, 0, 1), (1, 0, -1)], "faces": [(0, 1, 2, 3)]}
SPOTS = [(0, 1), (0, 0), (1, 0), (1, 1)]  # of the sheet: its far left is the picture's upper left
ABOVE: tuple[str, dict[str, Any]] = ("camera", {"at": (0, 5, 0.001), "target": (0, 0, 0)})


@pytest.fixture(scope="module")
def easel() -> Iterator[Easel]:
    """One renderer for all tests of this file."""
    easel = Easel(WIDTH, HEIGHT)
    yield easel
    assert easel.failures == []
    assert easel.close() == 0


def box(**words: Any) -> tuple[str, dict[str, Any]]:
    """A cube as a mesh."""
    return "mesh", {"points": CUBE, "faces": FACES, "color": "red", **words}


def reds(picture: Pixels) -> Any:
    """Where a picture is clearly red."""
    return (picture[..., 0] > 2 * picture[..., 1]) & (picture[..., 0] > 2 * picture[..., 2]) & (picture[..., 0] > 60)


def test_a_mesh_is_lit_framed_and_throws_a_shadow(easel: Easel) -> None:
    """As a box of the same size, but for its edges."""
    easel.scene()
    floor = easel.look()
    easel.scene(("box", {"color": "red", "size": 2}))
    solid = reds(easel.look())
    easel.scene(box())
    picture = easel.look()
    red = reds(picture)

    assert (red ^ solid).mean() < 0.03
    assert bright(picture[95, 320]) > bright(picture[220, 290]) > 1.5 * bright(picture[170, 400])
    assert bright(picture[225, 470]) < 0.75 * bright(floor[225, 470])


def test_a_mesh_is_as_large_as_it_says_or_as_it_is_told(easel: Easel) -> None:
    """Fitted into `size` in its own proportions, beside a box that keeps the framing."""
    beside = ("box", {"at": (6, 0, 0), "size": 2, "color": "#222222"})
    easel.scene(box(), beside)
    own = reds(easel.look()).sum()
    easel.draw(Set(2, "size", (1, 1, 1)))
    half = reds(easel.look()).sum()
    easel.draw(Set(2, "size", (0, 2, 0)))

    assert half < 0.35 * own
    assert abs(reds(easel.look()).sum() - own) < 0.02 * own


def test_each_place_has_its_own_colour(easel: Easel) -> None:
    """From above: red at the far left, blue at the near right, and mixed between."""
    colors = ["red", "black", "blue", "black"]
    easel.scene(("mesh", {**SHEET, "colors": colors}), ABOVE)
    picture = easel.look()
    far_left, near_right = picture[120, 260], picture[240, 380]

    assert far_left[0] > 1.5 * far_left[2]
    assert near_right[2] > 1.5 * near_right[0]


def test_a_picture_covers_it_upright(easel: Easel) -> None:
    """The picture's upper left lies where `uv` is 0 1, its lower right where it is 1 0."""
    image = np.full((8, 8, 4), 255, np.uint8)
    image[:4, :4, :3], image[4:, 4:, :3] = (255, 0, 0), (0, 0, 255)
    easel.scene(("mesh", {**SHEET, "uv": SPOTS, "image": image}), ABOVE)
    picture = easel.look()
    image = image.copy()
    image[...] = (0, 255, 0, 255)
    easel.draw(Set(2, "image", image))
    greener = easel.look()

    assert picture[120, 260, 0] > 2 * picture[120, 260, 2]
    assert picture[240, 380, 2] > 2 * picture[240, 380, 0]
    assert bright(picture[120, 380]) > 150
    assert greener[180, 320, 1] > 2 * greener[180, 320, 0]


def test_what_is_transparent_in_a_picture_is_not_there(easel: Easel) -> None:
    easel.scene(ABOVE, ("mesh", {**SHEET, "shadow": False}))
    image = np.full((2, 2, 4), 255, np.uint8)
    image[0, :, 3] = 0
    easel.scene(ABOVE, ("mesh", {**SHEET, "uv": SPOTS, "image": image, "shadow": False}))
    picture = easel.look()

    assert bright(picture[235, 320]) > 1.5 * bright(picture[125, 320])


def test_a_surface_is_lit_on_the_side_that_is_seen(easel: Easel) -> None:
    """A sheet whose faces are the other way round, or mirrored, looks the same from above."""
    looks = []
    for words in ({}, {"faces": [(0, 3, 2, 1)]}, {"scale": (-1, 1, 1)}):
        easel.scene(("mesh", {**SHEET, **words}), ABOVE)
        looks.append(easel.look())

    assert bright(looks[0][180, 320]) > 150
    assert np.abs(looks[0] - looks[1]).mean() < 1
    assert np.abs(looks[0] - looks[2]).mean() < 1


def test_one_sees_through_what_its_own_colours_make_clear(easel: Easel) -> None:
    behind = ("box", {"at": (0, -1, 0), "size": (1, 0.2, 1), "color": "red"})
    easel.scene(ABOVE, behind, ("mesh", {**SHEET, "colors": [(0.2, 0.2, 1, 0.4)] * 4}))
    clear = easel.look()[180, 320]
    easel.draw(Set(6, "colors", [(0.2, 0.2, 1)] * 4))
    solid = easel.look()[180, 320]

    assert clear[0] > solid[0] + 20
    assert clear[2] < solid[2]


def test_a_click_meets_the_surface_and_not_its_box(easel: Easel) -> None:
    """A triangle fills half of its box; beside it the click goes to what is behind."""
    triangle = ("mesh", {"points": [(-1, 0, -1), (-1, 0, 1), (1, 0, 1)], "at": (0, 1, 0)})
    easel.scene(triangle, ("plane", {"size": 20}), ABOVE)
    easel.look()

    def clicked(x: float, y: float) -> int:
        easel.send(Input("press", x, y, "left"))
        easel.send(Input("release", x, y, "left"))
        return easel.next(Event, lambda event: event.what == "click" and event.id > 0).id

    assert clicked(280, 220) == 2
    assert clicked(360, 140) == 4


def test_whatever_a_mesh_says_the_others_stand(easel: Easel) -> None:
    """Faces without places, lists that are too short, places beyond the picture; and it may be mended."""
    wrong: list[dict[str, Any]] = [
        {"faces": [(0, 1, 399_999)]},
        {"points": np.zeros((0, 3))},
        {"points": np.full((3, 3), 1e9), "faces": [(0, 1, 2)]},
        {"colors": np.zeros((1, 4)), "uv": np.zeros((2, 2)), "normals": np.zeros((3, 3))},
    ]
    for words in wrong:
        easel.scene(box(at=(0, 5, 0)), ("box", {"color": "red"}), ("camera", {}))
        easel.look()
        easel.draw(*(Set(2, word, value) for word, value in words.items()))
        assert reds(easel.look()).mean() > 0.02
    easel.draw(Set(2, "points", CUBE), Set(2, "faces", FACES), Set(2, "at", (0, 0, 0)))
    assert reds(easel.look()).mean() > 0.1


def test_faces_that_lie_over_each_other_thousands_of_times_are_told() -> None:
    """Each layer would be as much to paint as a whole picture."""
    easel = Easel(320, 180)
    chance = np.random.default_rng(1)
    points, faces = chance.uniform(-1, 1, (2000, 3)), chance.integers(0, 2000, (10_000, 3))
    easel.draw(Put(2, "mesh", "noise", {"points": points, "faces": faces}), Put(4, "box", "box", {"color": "red"}))

    assert reds(easel.look()).mean() > 0.05
    assert easel.failures == ["noise is not drawn: its faces lie over each other too often"]
    assert easel.close() == 0
