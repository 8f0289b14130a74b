"""Outlines as SVG writes them: the grammar, what each letter means, and what is said of a mistake."""

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rio.scene.outlines import OUTLINE, extent, subpaths
from rio.scene.values import Refused

ALPHABET = "MLHVCSQTAZmlhvcsqtaz0123456789.-+eE, "


def ends(path: str) -> list[tuple[float, ...]]:
    """Where the curves of the first stroke end, rounded."""
    return [tuple(place) for place in np.round(subpaths(path)[0].curves[:, 3], 6).tolist()]


@pytest.mark.parametrize(
    ("path", "places"),
    [
        ("M1 2L3 4", [(3, 4)]),
        ("M1,2,3,4 5,6", [(3, 4), (5, 6)]),
        ("m1 2 3 4l-1-1", [(4, 6), (3, 5)]),
        ("M0 0h5v5H1V2", [(5, 0), (5, 5), (1, 5), (1, 2)]),
        ("M0 0L.5.5-1e1-2", [(0.5, 0.5), (-10, -2)]),
        ("M0 0C1 1 2 2 3 3S5 5 6 6", [(3, 3), (6, 6)]),
        ("M0 0q1 1 2 0t2 0", [(2, 0), (4, 0)]),
        ("M0 0a5 5 0 0110 0", [(5, -5), (10, 0)]),
        ("M0 0A0 5 0 0 1 10 0", [(10, 0)]),
        ("M0 0 z l 3 3", [(3, 3)]),
    ],
)
def test_commands_lead_where_svg_says(path: str, places: Any) -> None:
    """Blanks and commas may be left out where nothing is lost by it."""
    assert ends(path) == places


def test_a_smooth_curve_goes_on_as_the_one_before() -> None:
    """S and T mirror the last handle, after a curve of their own sort alone."""
    mirrored = subpaths("M0 0C0 5 5 5 5 0S10 -5 10 0")[0].curves
    alone = subpaths("M0 0L5 0S10 -5 10 0")[0].curves
    assert mirrored[1, 1].tolist() == [5, -5]
    assert alone[1, 1].tolist() == [5, 0]


@pytest.mark.parametrize("large", [0, 1])
@pytest.mark.parametrize("sweep", [0, 1])
def test_an_arc_lies_on_its_ellipse(large: int, sweep: int) -> None:
    """All four ways from one place to another, with an error that nobody sees."""
    curves = subpaths(f"M 100 0 A 100 50 0 {large} {sweep} 0 50")[0].curves
    t = np.linspace(0, 1, 9)[:, None, None]
    a, b, c, d = (curves[:, part] for part in range(4))
    places = (1 - t) ** 3 * a + 3 * (1 - t) ** 2 * t * b + 3 * (1 - t) * t**2 * c + t**3 * d
    middle = (0, 0) if large != sweep else (100, 50)
    away = np.hypot(*((places - middle) / (100, 50)).reshape(-1, 2).T)
    assert np.abs(away - 1).max() < 3e-4
    assert len(curves) == (3 if large else 1)


def test_an_arc_that_is_too_small_is_made_to_reach() -> None:
    """As SVG has it: a half circle then."""
    assert extent("M0 0A1 1 0 0 1 10 0")[0][1] == pytest.approx(-5)


def test_strokes_are_kept_apart() -> None:
    """Z returns to where the stroke began; M lifts the pen."""
    closed, open_, after = subpaths("M0 0H9V9Z M20 20h5 m5 5h5")
    assert (closed.closed, open_.closed, after.closed) == (True, False, False)
    assert after.curves[0, 0].tolist() == [30, 25]


@pytest.mark.parametrize(
    ("path", "why"),
    [
        ("L 3 4", "character 1: a path begins with M"),
        ("M 0 0 X", "character 7: 'X' is no command"),
        ("M 0 0 L 3 z", "character 10: L takes 2 numbers, not 'z'"),
        ("M 0 0 L 3", "it ends within L, which takes 2 numbers"),
        ("M 0 0 A 1 1 0 2 0 3 3", "A takes 0 or 1 there, not '2 0 3"),
        ("M 0 0 L 1e99 0", "character 7: L leads out of range"),
        ("M 0 0 L nan 0", "L takes 2 numbers, not 'nan 0'"),
        ("M 0 0 5", "M takes 2 numbers|it ends within"),
        (b"M 0 0", "is not text"),
        ("M 0 0" + " " * 70_000, "the most"),
    ],
)
def test_a_mistake_is_named_with_its_place(path: Any, why: str) -> None:
    with pytest.raises(Refused, match=why):
        OUTLINE.of(path)


def test_nothing_is_a_path_as_well() -> None:
    """One that has yet to be drawn."""
    assert subpaths("") == ()
    assert extent("M 3 3") == ((0, 0), (0, 0))


@settings(max_examples=300, deadline=None)
@given(st.text(ALPHABET, max_size=60))
def test_any_text_is_a_path_or_refused(text: str) -> None:
    """And what is taken leads to finite places."""
    try:
        for stroke in subpaths("M0 0" + text):
            assert np.isfinite(stroke.curves).all()
            assert math.isfinite(float(np.abs(stroke.curves).max()))
    except Refused as refusal:
        assert str(refusal).startswith("character")
