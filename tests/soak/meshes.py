"""Meshes that are too heavy for every day: very many faces, very many nodes, very many changes.

`make soak` runs it.
"""

from collections.abc import Iterator

import pytest
from tests.rio.easel import Easel, bright
from tests.rio.renderer.test_skins import reds
from tests.rio.shapes import CUBE, FACES, wave

from rio.wire import Put, Set


@pytest.fixture
def easel() -> Iterator[Easel]:
    """A renderer of its own."""
    easel = Easel(320, 180)
    yield easel
    assert easel.close() == 0


def test_a_surface_whose_places_change_takes_no_more_memory(easel: Easel) -> None:
    """A wave of 100 × 100 places, again and again: the card's memory of the one before is used."""
    points, faces = wave(100)
    easel.scene(("mesh", {"points": points, "faces": faces, "color": "red"}))
    for time in range(10):
        easel.shown(easel.draw(Set(2, "points", wave(100, time)[0])))
    before = easel.memory()
    for time in range(20):
        easel.shown(easel.draw(Set(2, "points", wave(100, time)[0])))

    assert easel.memory() < before + 8
    assert reds(easel.look()).mean() > 0.05


def test_more_meshes_than_can_be_drawn_are_told_and_the_others_stand(easel: Easel) -> None:
    """A program that makes thousands neither stops the picture nor ends the renderer."""
    words = {"points": CUBE, "faces": FACES}
    easel.draw(
        *(Put(2 + 2 * i, "mesh", f"m{i}", {**words, "at": (3 * (i % 40), 0, 3 * (i // 40))}) for i in range(1100))
    )
    picture = easel.look()

    assert easel.failures == ["m1000 is not drawn: 1,000 meshes and 400,000 faces are the most on this machine"]
    assert bright(picture[60:120].std(axis=(0, 1))) > 5


def test_a_surface_of_very_many_faces_is_seen(easel: Easel) -> None:
    """Without a graphics card its draft has to do, if a fine picture would take too long."""
    points, faces = wave(330)
    easel.draw(Put(2, "mesh", "sea", {"points": points, "faces": faces, "color": "red"}))

    assert reds(easel.look()).mean() > 0.05
    assert easel.failures == []
