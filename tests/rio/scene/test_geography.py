"""Where places on earth lie on a map."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rio.scene.geography import moved, on_map, projected
from rio.scene.graph import Graph, scene_of
from rio.scene.layout import box_of
from rio.scene.places import AWAY, Places
from rio.scene.values import Refused
from rio.wire import Put


@pytest.mark.parametrize(
    ("place", "spot"),
    [((0, 0), (0.5, 0.5)), ((85.0511, -180), (0, 0)), ((-90, 180), (1, 1)), ((52.5, 13.4), (0.5372, 0.3280))],
)
def test_the_world_is_a_square(place: tuple[float, float], spot: tuple[float, float]) -> None:
    """As all maps of the web have it; the poles are at its edge."""
    assert projected(place).tolist() == pytest.approx(spot, abs=1e-4)


@given(
    st.tuples(st.floats(-84, 84), st.floats(-179, 179)),
    st.floats(0, 12),
    st.tuples(st.floats(-300, 300), st.floats(-20, 20)),
)
def test_what_is_moved_to_lies_there(center: tuple[float, float], zoom: float, by: tuple[float, float]) -> None:
    """Dragging holds on to the place under the pointer, also over the date line."""
    there = moved(center, zoom, *by)
    if abs(there[0]) < 85 and abs(by[0]) < 100 * 2**zoom:
        assert on_map(there, center, zoom).tolist() == pytest.approx(by, abs=0.02 * 2**zoom)


def test_the_shorter_way_leads_over_the_date_line() -> None:
    assert on_map((0, -179), (0, 179), 0)[0] == pytest.approx(256 * 2 / 360)


def a_map(**words: object) -> Graph:
    return scene_of(
        [
            Put(2, "map", "world", {"at": (300, 200), "size": (400, 300), "zoom": 2, "center": (0, 0), **words}),
            Put(4, "marker", "east", {"at": (0, 45), "parent": 2}),
            Put(6, "marker", "far", {"at": (0, 170), "parent": 2}),
            Put(8, "marker", "lost", {"at": (0, 0)}),
        ]
    )


@pytest.mark.parametrize(("anchor", "middle"), [("center", 300), ("left", 500), ("right", 100)])
def test_markers_stand_where_their_map_shows_the_place(anchor: str, middle: float) -> None:
    """And nowhere, if it does not, or if they have no map."""
    graph, places = a_map(anchor=anchor), Places()
    places.arrange(graph)
    assert places.matrices[4, :2, 3].tolist() == pytest.approx((middle + 128, 200), abs=0.01)
    assert places.matrices[6, 0, 3] >= AWAY / 2
    assert places.matrices[8, 0, 3] >= AWAY / 2


def test_what_stands_beside_a_marker_stands_beside_its_dot() -> None:
    graph = a_map()
    assert box_of(graph, graph.named("east")).middle[:2] == pytest.approx((428, 200), abs=0.01)


def test_a_marker_stands_in_a_map() -> None:
    graph = a_map()
    with pytest.raises(Refused, match="a marker stands in a map, not in a marker"):
        graph.apply(Put(10, "marker", "other", {"parent": 4}))
