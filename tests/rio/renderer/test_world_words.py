"""What each word of the world's nouns says is what is seen: lamps, mirrored solids, turns, parents, opacity."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from tests.rio.easel import Easel, Pixels, bright

from rio.wire import Put, Set

WIDTH, HEIGHT = 640, 360
EYE: tuple[str, dict[str, Any]] = ("camera", {"at": (0, 0, 8), "target": (0, 0, 0), "fov": 40})
DARK: tuple[str, dict[str, Any]] = ("light", {"at": (0, 0, -50), "target": (0, 0, 0), "brightness": 0})


@pytest.fixture(scope="module")
def easel() -> Iterator[Easel]:
    """One renderer for all tests of this file."""
    easel = Easel(WIDTH, HEIGHT)
    yield easel
    assert easel.failures == []
    assert easel.close() == 0


def reds(picture: Pixels) -> Any:
    """Where a picture is clearly red."""
    return (picture[..., 0] > 2 * picture[..., 1]) & (picture[..., 0] > 2 * picture[..., 2]) & (picture[..., 0] > 40)


def middle(mask: Any) -> tuple[float, float]:
    """The middle of what is there, x and y in pixels."""
    rows, columns = np.nonzero(mask)
    assert len(rows) > 20
    return float(columns.mean()), float(rows.mean())


# Lamps


def test_each_of_several_lamps_adds_its_colour_where_it_is(easel: Easel) -> None:
    """A white ball between a red lamp and a blue one, with the first of all put out."""
    lamp: dict[str, Any] = {"brightness": 2}
    red, blue = (
        ("light", {"at": (-8, 0, 3), "color": "#ff0000", **lamp}),
        ("light", {"at": (8, 0, 3), "color": "#0000ff", **lamp}),
    )
    easel.scene(EYE, DARK, ("sphere", {"color": "white", "size": 3}), red, blue)
    picture = easel.look()
    left, right = picture[180, 240], picture[180, 400]

    assert left[0] > 1.5 * left[2]
    assert right[2] > 1.5 * right[0]


def test_a_lamp_that_is_hidden_or_has_no_brightness_gives_no_light(easel: Easel) -> None:
    scene = (EYE, DARK, ("sphere", {"color": "#555555", "size": 3}), ("light", {"at": (-8, 0, 3), "color": "red"}))
    easel.scene(*scene)
    lit = easel.look()[180, 240]
    easel.draw(Set(8, "visible", False))
    hidden = easel.look()[180, 240]
    easel.draw(Set(8, "visible", True), Set(8, "brightness", 0))
    out = easel.look()[180, 240]
    easel.draw(Set(8, "brightness", 5))

    assert lit[0] > hidden[0] + 20
    assert hidden.tolist() == out.tolist()
    assert easel.look()[180, 240, 0] > lit[0] + 20


def test_hiding_the_first_lamp_makes_the_next_one_the_first(easel: Easel) -> None:
    """And without any, the studio has its own again."""
    easel.scene(("sphere", {"color": "white"}))
    studio = easel.look()
    lamps = [("light", {"at": (x, 1, 2), "color": "white"}) for x in (-9, 9)]
    easel.scene(("sphere", {"color": "white"}), *lamps)
    both = easel.look()
    easel.draw(Set(4, "visible", False))
    right = easel.look()
    easel.draw(Set(6, "visible", False))

    assert bright(both[180, 240]) > bright(right[180, 240]) + 10
    assert bright(right[180, 400]) > bright(right[180, 240]) + 20
    assert np.abs(easel.look() - studio).mean() < 1


def test_a_lamp_may_cast_no_shadow(easel: Easel) -> None:
    lamp: dict[str, Any] = {"at": (0, 9, 0.01)}
    ball, floor = ("sphere", {"at": (0, 2, 0)}), ("plane", {"size": 12, "color": "white"})
    eye = ("camera", {"at": (0, 6, 8), "target": (0, 0, 0)})
    easel.scene(eye, ball, floor, ("light", lamp))
    shaded = easel.look()
    easel.draw(Set(8, "shadow", False))
    plain = easel.look()
    darkened = bright(plain[200:260, 290:350]) - bright(shaded[200:260, 290:350])

    assert np.abs(plain - shaded).max() > 40
    assert darkened > -1


# Shapes


@pytest.mark.parametrize("noun", ["box", "sphere", "cylinder", "torus"])
@pytest.mark.parametrize("scale", [(-1, 1, 1), (1, 1, -1), (-1, -1, -1)])
def test_what_is_alike_on_both_sides_looks_the_same_mirrored(easel: Easel, noun: str, scale: Any) -> None:
    """Not turned inside out."""
    easel.scene((noun, {"color": "red"}))
    plain = easel.look()
    easel.scene((noun, {"color": "red", "scale": scale}))

    assert np.abs(easel.look() - plain).mean() < 0.5


def test_a_cone_that_is_mirrored_upright_stands_on_its_tip(easel: Easel) -> None:
    easel.scene(EYE, ("cone", {"color": "red", "size": 3}))
    _, upright = middle(reds(easel.look()))
    easel.draw(Set(4, "scale", (1, -1, 1)))
    _, turned = middle(reds(easel.look()))

    assert upright > HEIGHT / 2 + 10
    assert turned < HEIGHT / 2 - 10


def test_opacity_lets_what_is_behind_shine_through_whatever_was_made_first(easel: Easel) -> None:
    """Far ones are painted before near ones: three sheets of glass, in any order, look the same."""
    glass = [
        ("box", {"at": (0, 0, z), "size": (3, 3, 0.1), "opacity": 0.5, "color": color, "shadow": False})
        for z, color in ((-1, "red"), (0, "lime"), (1, "blue"))
    ]
    looks = []
    for order in ((0, 1, 2), (2, 1, 0), (1, 2, 0)):
        easel.scene(EYE, *(glass[i] for i in order))
        looks.append(easel.look())

    for other in looks[1:]:
        assert np.abs(looks[0] - other).mean() < 0.5
    assert looks[0][180, 320, 2] > looks[0][180, 320, 1] > 40


def test_degrees_turn_about_x_then_y_then_z(easel: Easel) -> None:
    """A red ball to the right of its group's middle: about y by 90 it goes behind, about z up."""
    places = {}
    for axis, degrees in {"none": (0, 0, 0), "y": (0, 90, 0), "z": (0, 0, 90), "all": (0, 90, 90)}.items():
        easel.scene(EYE, ("group", {"rotate": degrees}))
        easel.draw(Put(6, "sphere", "ball", {"at": (2, 0, 0), "size": 0.8, "color": "red", "parent": 4}))
        places[axis] = middle(reds(easel.look()))

    assert places["none"][0] > WIDTH / 2 + 60
    assert places["y"] == pytest.approx((WIDTH / 2, HEIGHT / 2), abs=3)
    assert places["z"][1] < HEIGHT / 2 - 60
    assert places["all"] == pytest.approx((WIDTH / 2, HEIGHT / 2), abs=3)


def test_what_is_in_a_group_in_a_group_moves_turns_scales_and_hides_with_both(easel: Easel) -> None:
    easel.scene(EYE, ("group", {"at": (-1, 0, 0), "scale": 2}), ("group", {"rotate": (0, 0, 90)}))
    easel.draw(Set(6, "parent", 4), Put(8, "box", "box", {"at": (0.5, 0, 0), "size": 0.5, "color": "red", "parent": 6}))
    picture = reds(easel.look())
    x, y = middle(picture)
    easel.draw(Set(4, "visible", False))

    assert x < WIDTH / 2 - 30
    assert y < HEIGHT / 2 - 30
    assert not reds(easel.look()).any()
    assert picture.sum() > 1500


def test_opacity_is_that_of_all_groups_together(easel: Easel) -> None:
    easel.scene(EYE, ("group", {"opacity": 0.5}))
    easel.draw(Put(6, "box", "box", {"size": 3, "color": "red", "opacity": 0.5, "parent": 4}))
    inner = easel.look()[180, 320]
    easel.scene(EYE, ("box", {"size": 3, "color": "red", "opacity": 0.25}))

    assert np.abs(inner - easel.look()[180, 320]).max() <= 3
