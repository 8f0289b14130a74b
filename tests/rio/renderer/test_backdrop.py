"""What is behind everything: the colour that was named, in the light of a studio."""

import numpy as np
import pytest
from tests.rio.easel import Easel, bright


@pytest.mark.parametrize(("color", "rgb"), [("#ffffff", (255, 255, 255)), ("#f3e9dc", (243, 233, 220))])
def test_paper_is_lit_evenly(color: str, rgb: tuple[int, int, int]) -> None:
    """A light background is the colour that was named, all over: it is neither burnt out nor grey at its edges."""
    easel = Easel(320, 180)
    try:
        easel.scene(("background", {"color": color}))
        seen = easel.look()
        assert np.abs(seen - rgb).max() < 14
    finally:
        assert easel.close() == 0


def test_a_dark_wall_has_a_light_on_it() -> None:
    """What is dark is brighter in the middle, so that a room is felt."""
    easel = Easel(320, 180)
    try:
        easel.scene(("background", {"color": "#20293a"}))
        seen = easel.look()
        assert bright(seen[80, 160]) > 1.3 * bright(seen[178, 2])
    finally:
        assert easel.close() == 0
