"""Maps in a real renderer: land and water, markers and lines on it, and a hand that moves it."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from tests.rio.easel import Easel

from rio.renderer.maps import MOST, countries
from rio.wire import Event, Input, Put, Remove, Set

WATER, LAND = (168, 200, 220), (240, 236, 224)
WORLD = {"at": (320, 180), "size": (600, 340), "center": (30, 10), "zoom": 2}
ZURICH, ATLANTIC = (47.4, 8.5), (30, -45)


@pytest.fixture(scope="module")
def easel() -> Iterator[Easel]:
    """One renderer for all."""
    easel = Easel()
    try:
        yield easel
        assert easel.failures == []
    finally:
        easel.close()


def test_the_countries_are_there() -> None:
    """All of them, within the square of the world."""
    rings = countries()
    assert len(rings) > 250
    assert sum(map(len, rings)) > 10_000
    assert all(((ring >= 0) & (ring <= 1)).all() for ring in rings)


def test_land_is_land_and_water_is_water(easel: Easel) -> None:
    """North is up, east is right."""
    easel.scene(("map", WORLD), ("map", {**WORLD, "center": (0, 0), "zoom": 9, "visible": False}))
    seen = easel.look()
    assert tuple(seen[180, 320]) == LAND  # the Sahara
    assert tuple(seen[180, 100]) == WATER  # the Atlantic
    assert tuple(seen[100, 460]) == LAND  # Russia
    assert tuple(seen[330, 460]) == WATER  # the Indian Ocean
    assert tuple(seen[180, 10]) not in (WATER, LAND)


def test_it_goes_on_over_the_date_line(easel: Easel) -> None:
    easel.scene(("map", {**WORLD, "center": (65, 180)}))
    seen = easel.look()
    assert tuple(seen[180, 270]) == LAND  # Chukotka
    assert tuple(seen[170, 400]) == LAND  # Alaska
    assert tuple(seen[300, 320]) == WATER


def test_its_words_are_obeyed(easel: Easel) -> None:
    """Colours, round corners, another middle, another zoom: each at once."""
    easel.scene(("map", {**WORLD, "water": (0, 0, 1), "land": (0, 1, 0), "radius": 60}))
    seen = easel.look()
    assert tuple(seen[180, 320]) == (0, 255, 0)
    assert tuple(seen[180, 100]) == (0, 0, 255)
    assert tuple(seen[14, 24]) != (0, 0, 255)
    easel.draw(Set(2, "center", ATLANTIC))
    assert tuple(easel.look()[180, 320]) == (0, 0, 255)
    easel.draw(Set(2, "zoom", 0.2))
    assert tuple(easel.look()[180, 400]) == (0, 255, 0)


def test_markers_and_lines_stand_on_it(easel: Easel) -> None:
    """They go with it, and what is outside is not seen."""
    easel.draw(Remove(2), Remove(4), Put(2, "map", "n2", WORLD))
    easel.draw(Put(4, "marker", "n4", {"at": (30, 10), "parent": 2, "size": 20, "color": (1, 0, 0), "text": "here"}))
    easel.draw(Put(6, "marker", "n6", {"at": (-30, 170), "parent": 2, "size": 20, "color": (1, 0, 0)}))
    line = {"points": np.array([(30, -30), (30, -60)], np.float32), "parent": 2, "size": 6, "color": (0, 1, 0)}
    easel.draw(Put(8, "line", "n8", line))
    seen = easel.look()
    assert tuple(seen[180, 320]) == (255, 0, 0)
    assert (seen[170:190, 332:370, 0] - seen[170:190, 332:370, 1] > 100).any()  # its words
    assert tuple(seen[180, 150]) == (0, 255, 0)
    easel.draw(Set(2, "center", (30, 24.0625)))
    seen = easel.look()
    assert tuple(seen[180, 280]) == (255, 0, 0)
    assert tuple(seen[180, 110]) == (0, 255, 0)
    easel.draw(Remove(8))
    assert tuple(easel.look()[180, 110]) == WATER


def test_a_hand_moves_it(easel: Easel) -> None:
    """A drag holds on to the place; when it ends, that is to be kept. The wheel brings it nearer."""
    easel.scene(("map", {**WORLD, "center": (0, 0)}))
    easel.look()
    easel.send(Input("press", 300, 180, "left"))
    easel.send(Input("move", 340, 180))
    easel.send(Input("move", 300, 180))
    easel.send(Input("move", 360, 180))
    easel.send(Input("release", 360, 180, "left"))
    changes = [easel.next(Event, lambda event: event.what == "change").value for _ in range(4)]
    assert [change["done"] for change in changes] == [False, False, False, True]
    assert changes[3]["value"] == pytest.approx((0, -60 / 1024 * 360), abs=0.01)
    easel.send(Input("scroll", 320, 180, 1))
    zoomed = easel.next(Event, lambda event: event.what == "change").value
    assert zoomed == {"word": "zoom", "value": 2.5, "done": True}


@pytest.mark.parametrize(
    "more", [{}, {"anchor": "left"}, {"rotate": 30, "anchor": "bottom right"}, {"at": (20, 10), "anchor": "top left"}]
)
@pytest.mark.parametrize("notches", [1, -1])
def test_what_is_under_the_pointer_stays_there_when_the_wheel_turns(
    easel: Easel, more: dict[str, Any], notches: int
) -> None:
    """Wherever the map stands, and however it is turned."""
    easel.scene(
        ("map", {**WORLD, "size": (300, 170), **more}),
        ("marker", {"at": (10, 20), "parent": 2, "size": 16, "color": (1, 0, 0)}),
    )
    y, x = _red(easel)
    easel.send(Input("scroll", x, y, notches))
    middle, zoomed = (easel.next(Event, lambda event: event.what == "change").value for _ in range(2))
    assert (middle["word"], middle["done"]) == ("center", False)
    assert zoomed == {"word": "zoom", "value": 2 + notches / 2, "done": True}
    easel.draw(Set(2, "center", middle["value"]), Set(2, "zoom", zoomed["value"]))
    assert np.abs(np.subtract(_red(easel), (y, x))).max() < 1


def _red(easel: Easel) -> tuple[float, float]:
    """Where the red marker is: y x."""
    seen = easel.look()
    rows, columns = np.nonzero((seen[:, :, 0] > 240) & (seen[:, :, 1] < 20))
    return float(rows.mean()), float(columns.mean())


def test_only_so_many_are_painted(easel: Easel) -> None:
    """Those beyond are water; none is larger than a texture may be."""
    small = {**WORLD, "size": 8, "zoom": 6}
    easel.scene(*[("map", {**small, "at": (10 * i + 10, 50)}) for i in range(MOST + 1)])
    seen = easel.look()
    assert tuple(seen[50, 10 * MOST]) == LAND
    assert tuple(seen[50, 10 * MOST + 10]) == WATER
    easel.scene(("map", {**WORLD, "size": 8192, "scale": 100, "zoom": 5, "center": (22, 12)}))
    assert tuple(easel.look()[180, 320]) == LAND
    easel.scene(("map", {"size": 1, "scale": 1e-6}), ("map", WORLD))
    assert tuple(easel.look()[180, 320]) == LAND
