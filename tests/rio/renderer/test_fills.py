"""Areas of outlines that cross themselves, have holes, or are noise: right, bounded, and soon."""

import numpy as np
import pytest
from tests.rio.easel import Easel
from tests.rio.renderer.test_shapes import covered

from rio.renderer.fills import MOST_PLACES, detail, filled, flattened

TURNS = np.arange(5) * 0.8 * np.pi
STAR = 100 * np.column_stack((np.sin(TURNS), -np.cos(TURNS)))
INNER = 0.3819660  # of a pentagram: how far its inner corners are out


def star(*, whole: bool) -> float:
    """The area of a pentagram; of its points alone, or with what is in the middle."""
    points = 5 * 100 * 100 * INNER * np.sin(np.pi / 5)
    middle = 2.5 * (100 * INNER) ** 2 * np.sin(0.4 * np.pi)
    return float(points if whole else points - middle)


@pytest.mark.parametrize(("rule", "whole"), [("nonzero", True), ("evenodd", False)])
def test_a_star_is_filled_by_the_rule(rule: str, whole: bool) -> None:
    assert covered(filled([STAR], rule)) == pytest.approx(star(whole=whole), rel=1e-4)


def test_what_lies_in_a_hole_is_filled_again() -> None:
    """To any depth, and in one shape or several."""
    path = "".join(f"M{i * 10} {i * 10}h{200 - 20 * i}v{200 - 20 * i}h-{200 - 20 * i}z" for i in range(5))
    area = 200**2 - 180**2 + 160**2 - 140**2 + 120**2
    assert covered(flattened(path, 1, "evenodd").area()) == pytest.approx(area, rel=1e-4)
    assert covered(flattened(path, 1, "nonzero").area()) == pytest.approx(200**2, rel=1e-4)


@pytest.mark.parametrize("scale", [0.1, 1, 30])
def test_a_circle_is_as_round_as_the_screen_shows(scale: float) -> None:
    """No more places than that takes."""
    (ring,) = flattened("M100 0A100 100 0 0 1 -100 0A100 100 0 0 1 100 0Z", scale, "nonzero").rings
    middles = (ring + np.roll(ring, 1, axis=0)) / 2
    assert (100 - np.hypot(*middles.T)).max() * scale < 0.2
    assert len(ring) < 100 * max(scale, 1) ** 0.5


def test_details_are_steps() -> None:
    """Something that grows is not made anew for each frame."""
    assert {detail(scale) for scale in np.linspace(1.01, 2, 50)} == {2.0}
    assert detail(0) > 0


def test_noise_is_refused_before_it_is_computed() -> None:
    """Its crossings grow with the square of its places."""
    noise = np.random.default_rng(1).uniform(0, 100, (MOST_PLACES, 2))
    with pytest.raises(ValueError, match="crosses itself"):
        filled([noise], "nonzero")
    assert covered(filled([noise[:100]], "evenodd")) > 0


def test_many_places_that_cross_nothing_are_filled() -> None:
    """However many lie on one line."""
    across = np.linspace(0, 1000, MOST_PLACES // 2)
    comb = np.column_stack((across, np.where(np.arange(len(across)) % 2, 10.0, 0.0)))
    ring = np.concatenate((comb, [(1000, 50), (0, 50)]))
    assert covered(filled([ring], "nonzero")) == pytest.approx(1000 * 45, rel=0.01)


@pytest.mark.parametrize("points", [[], [(0, 0)], [(0, 0), (5, 5)], [(1, 1)] * 5, [(0, 0), (9, 0), (5, 0), (3, 0)]])
@pytest.mark.parametrize("times", [1, 2])
def test_what_encloses_nothing_is_nothing(points: list[tuple[float, float]], times: int) -> None:
    triangles = filled([np.array(points, float).reshape(-1, 2)] * times, "nonzero")
    assert np.isfinite(triangles).all()
    assert covered(triangles) == 0


def test_paths_are_on_the_screen_with_their_holes() -> None:
    """Smooth when grown; refused ones are told by name, and the others stand."""
    easel = Easel()
    try:
        noise = np.random.default_rng(1).uniform(0, 100, (3000, 2))
        easel.scene(
            ("path", {"path": "M0 0h100v100h-100z m20 20h60v60h-60z", "at": (20, 20), "rule": "evenodd"}),
            ("path", {"path": "M0 0A5 5 0 0 1 0 10z", "at": (300, 100), "scale": 10, "color": (1, 0, 0)}),
            ("path", {"path": "M0 0h100", "at": (20, 300), "border": 10, "border_color": (0, 1, 0)}),
            ("rect", {"at": (500, 300), "size": 80, "color": (0, 0, 0, 0), "border": 10, "border_color": (0, 1, 0)}),
            ("polygon", {"points": noise, "at": (500, 20)}),
        )
        seen = easel.look()
        assert seen[30, 30, 2] > 200
        assert seen[70, 70, 2] < 100
        assert tuple(seen[150, 340]) == (255, 0, 0)
        assert tuple(seen[105, 345]) != (255, 0, 0)
        assert tuple(seen[300, 70]) == (0, 255, 0)
        assert tuple(seen[300, 465]) == (0, 255, 0)
        assert seen[300, 500, 1] < 100
        assert easel.failures == ["n10 cannot be shown: its outline crosses itself more than 20,000 times"]
    finally:
        easel.close()
