"""Every program of `examples/` runs, looks as its golden picture does, and bears whatever a person does to it."""

import random
from collections.abc import Iterator

import pytest
from tests.rio import gallery
from tests.rio.easel import Easel
from tests.rio.takes import TAKES, Act, Click, Drag, Key, Spot, Wait

from rio.scene.graph import Graph

KEYS = ("left", "right", "up", "down", "space", "return", "a", "w", "s", "d", "r", "1")


@pytest.fixture(scope="module")
def easel() -> Iterator[Easel]:
    """One renderer for all."""
    with gallery.an_easel() as easel:
        yield easel


@pytest.mark.parametrize("name", gallery.NAMES)
def test_it_looks_as_its_golden_picture(name: str, easel: Easel) -> None:
    """After what `takes` says, and without a word of trouble; where it differs, the message says where to look."""
    assert gallery.compared(name, gallery.taken(name, easel)) == ""


@pytest.mark.parametrize("name", gallery.NAMES)
def test_it_bears_whatever_a_person_does(name: str, easel: Easel) -> None:
    """Time, clicks, drags and keys, at random but always the same, and no function of it raises."""
    chance = random.Random(name)
    with gallery.a_studio(easel) as studio:
        studio.play(gallery.source(name))
        for _ in range(8):
            studio.act(anything(chance, spots(studio.graph)))
        assert studio.errors == []


def spots(graph: Graph) -> list[Spot]:
    """The middles of things, and places where nothing may be."""
    middles = [tuple(graph.columns["at"][id, :2].tolist()) for id in graph.nodes]
    return [*middles, *((x, y) for x in range(80, 1280, 160) for y in range(90, 720, 180))]


def anything(chance: random.Random, spots: list[Spot]) -> Act:
    """What a child does."""
    begin, end = chance.choice(spots), chance.choice(spots)
    return chance.choice((Wait(0.2), Click(*begin), Click(*begin), Drag(begin, end), Key(chance.choice(KEYS), 0.1)))


def test_every_example_is_shown() -> None:
    """Those that need a grant apart, none stands in the folder that is not looked at; and all are short."""
    files = sorted(file.stem for file in gallery.EXAMPLES.glob("*.py"))
    free = [name for name in files if "grant" not in gallery.source(name).split('"""')[1]]
    assert sorted(gallery.NAMES) == free
    assert TAKES.keys() <= set(files)
    for name in files:
        program = gallery.source(name)
        assert program.startswith('"""'), name
        assert len(program.splitlines()) <= 60, name


def test_the_page_shows_them_all() -> None:
    """docs/gallery.md is what the programs say of themselves."""
    assert gallery.PAGE.read_text() == gallery.page()


def test_the_golden_pictures_are_small() -> None:
    """A clone of the repository does not grow by films."""
    assert sum(file.stat().st_size for file in gallery.GOLDEN.glob("*.png")) < 3_500_000
