"""The forms of a surface: each value checked for itself, whatever it is."""

from typing import Any

import numpy as np
import pytest

from rio.scene.graph import Graph
from rio.scene.layout import box_of
from rio.scene.surfaces import FACES, MOST_FACES, MOST_VERTICES, PAINTS, SPREADS, VERTICES, ends, fit
from rio.scene.values import Refused
from rio.wire import LARGEST, Put, frame

CORNERS = [(0, 0, 0), (2, 0, 0), (0, 1, 0), (0, 0, 4)]


def test_faces_are_triangles_and_four_places_make_two_of_them() -> None:
    triangles = FACES.of([(0, 1, 2)])
    quads = FACES.of(np.array([(0, 1, 2, 3)]))

    assert triangles.dtype == np.uint32
    assert not triangles.flags.writeable
    assert quads.tolist() == [[0, 1, 2], [0, 2, 3]]


@pytest.mark.parametrize(
    "value",
    [
        [(0, 1)],
        [(0, 1, -1)],
        [(0, 1, 1.5)],
        [(0, 1, MOST_VERTICES)],
        [(0, 1, float("nan"))],
        [(0, 1, 1 << 80)],
        [(0, 1, 2), (0, 1)],
        [("a", "b", "c")],
        "faces",
        None,
        7,
        np.zeros((2, 2, 3)),
    ],
)
def test_what_is_no_list_of_faces_is_refused_in_words(value: Any) -> None:
    """Also what numpy would take for something else, or not take at all."""
    with pytest.raises(Refused):
        FACES.of(value)


def test_more_faces_than_go_over_the_wire_are_refused() -> None:
    with pytest.raises(Refused, match="is the most"):
        FACES.of(np.zeros((MOST_FACES + 1, 3), np.uint32))


def test_colours_are_names_or_numbers_and_opaque_unless_said() -> None:
    assert PAINTS.of(["#ff0000", "#0000ff"]).tolist() == [[1, 0, 0, 1], [0, 0, 1, 1]]
    assert PAINTS.of([(0, 1, 0)]).tolist() == [[0, 1, 0, 1]]
    assert PAINTS.of(np.array([(0, 1, 0, 0.5)])).tolist() == [[0, 1, 0, 0.5]]
    for wrong in ([(0, 2, 0)], ["rde"], [(0, 1)], 3, "red"):
        with pytest.raises(Refused):
            PAINTS.of(wrong)


def test_places_have_three_numbers_and_spots_two() -> None:
    assert VERTICES.of(CORNERS).shape == (4, 3)
    assert SPREADS.of([(0, 1)]).shape == (1, 2)
    for form, wrong in ((VERTICES, [(0, 1)]), (SPREADS, CORNERS), (VERTICES, [(0, 0, float("inf"))])):
        with pytest.raises(Refused):
            form.of(wrong)


@pytest.mark.parametrize(
    ("form", "value"), [(FACES, [(0, 1, 2), (3, 2, 1)]), (PAINTS, [(0.25, 0.5, 1, 1)]), (VERTICES, CORNERS)]
)
def test_a_person_writes_what_a_person_reads(form: Any, value: Any) -> None:
    """One row a line, in and out."""
    kept = form.of(value)

    assert form.parse(form.show(kept)).tolist() == kept.tolist()
    assert form.of(kept.tolist()).tolist() == kept.tolist()


def test_the_largest_mesh_goes_into_one_frame_of_the_wire() -> None:
    """A renderer that starts is sent each node in one message."""
    count = MOST_VERTICES
    words = {
        "points": VERTICES.of(np.zeros((count, 3))),
        "faces": FACES.of(np.zeros((MOST_FACES, 3))),
        "colors": PAINTS.of(np.zeros((count, 4))),
        "normals": VERTICES.of(np.zeros((count, 3))),
        "uv": SPREADS.of(np.zeros((count, 2))),
        "image": np.zeros((2000, 4000, 4), np.uint8),
    }

    assert len(frame(Put(2, "mesh", "m", words))) < LARGEST


def test_a_surface_is_fitted_into_its_size_as_it_is() -> None:
    """Never out of proportion; a side of 0 is no bound; nothing is divided by an extent of 0."""
    assert fit((0, 0, 0), (2, 1, 4)) == 1
    assert fit((8, 8, 8), (2, 1, 4)) == 2
    assert fit((1, 0, 0), (2, 1, 4)) == 0.5
    assert fit((1, 1, 1), (0, 0, 0)) == 1
    low, high = ends((8, 8, 8), CORNERS)
    assert (low.tolist(), high.tolist()) == ([0, 0, 0], [4, 2, 8])


def test_a_mesh_takes_up_what_its_places_do() -> None:
    """Its places are counted from `at`, which need not be its middle."""
    graph = Graph()
    graph.apply(Put(2, "mesh", "m", {"points": CORNERS, "at": (10, 0, 0), "scale": (1, -1, 1)}))
    box = box_of(graph, graph.node(2))

    assert box.middle == pytest.approx((11, -0.5, 2))
    assert box.half == pytest.approx((1, 0.5, 2))


def test_a_mesh_needs_places() -> None:
    with pytest.raises(Refused, match="points of mesh"):
        Graph().apply(Put(2, "mesh", "m", {"points": [(0, 0)]}))
