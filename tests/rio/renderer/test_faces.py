"""Letters: where each comes from, and what stands for one that no font has."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from tests.rio.easel import Easel, Pixels

from rio.renderer.faces import FACES, fallbacks

HAS_DEJAVU = bool(fallbacks("regular"))


@pytest.fixture(scope="module")
def easel() -> Iterator[Easel]:
    """One renderer for all."""
    easel = Easel(240, 80)
    yield easel
    assert easel.close() == 0
    assert easel.failures == []


def seen(easel: Easel, letter: str, font: str = "regular") -> Pixels:
    """How a letter looks."""
    easel.scene(("text", {"text": letter, "font": font, "size": 60, "at": (120, 40)}))
    return easel.look()


@pytest.mark.skipif(not HAS_DEJAVU, reason="the fonts of deploy/packages.txt are not installed")
@pytest.mark.parametrize("font", sorted(FACES.keys() - {"bold italic"}))
def test_alphabets_and_signs_are_there(easel: Easel, font: str) -> None:
    """Greek, Cyrillic, arrows, mathematics, boxes, Hebrew, and a face that smiles: none is drawn as a missing one."""
    missing = seen(easel, "\ue000", font)
    for letter in "ΩЖ→∑≤┼█שא★✓😀":
        assert (seen(easel, letter, font) != missing).any(), letter


@pytest.mark.parametrize("letter", ["\ue000", "\U0010fffd", "\U000e0001"])
def test_a_letter_that_no_font_has_is_seen_to_be_missing(easel: Easel, letter: str) -> None:
    """As a sign in its place, in the view and in windows."""
    empty = seen(easel, " ")
    assert (np.abs(seen(easel, letter) - empty) > 60).any()
    easel.scene(("markdown", {"text": letter, "at": (120, 40)}))
    assert (np.abs(easel.look() - empty) > 60).any()


def test_of_each_row_the_first_that_is_there_is_taken(tmp_path: Path) -> None:
    """Distributions put the same fonts elsewhere; without any there is none."""
    assert fallbacks("regular", tmp_path) == []
    for name in ("TTF/DejaVuSans.ttf", "noto-cjk/NotoSansCJK-Regular.ttc", "truetype/wqy/wqy-microhei.ttc"):
        (tmp_path / name).parent.mkdir(parents=True)
        (tmp_path / name).touch()
    assert [path.name for path in fallbacks("regular", tmp_path)] == ["DejaVuSans.ttf", "NotoSansCJK-Regular.ttc"]
    assert [path.name for path in fallbacks("mono", tmp_path)] == ["DejaVuSans.ttf", "NotoSansCJK-Regular.ttc"]
