"""Meshes as triangles that can be drawn: nothing that a node says is believed."""

from typing import Any

import numpy as np
import pytest
from tests.rio.shapes import CUBE, FACES, tube, wave

from rio.renderer.surfaces import first_hit, smoothed, surface
from rio.scene.graph import Graph, Node
from rio.wire import Put


def mesh(**words: Any) -> Node:
    """A node of these words."""
    graph = Graph()
    graph.apply(Put(2, "mesh", "m", words))
    return graph.node(2)


def test_a_cube_keeps_its_edges() -> None:
    """Eight places with three faces each become 24 vertices or more, and each faces as one of the six sides."""
    shape = surface(mesh(points=CUBE, faces=FACES))
    assert shape is not None
    drawn = shape.directions[np.unique(shape.triangles)]

    assert np.abs(drawn).max(1) == pytest.approx(1)
    assert len({tuple(way) for way in drawn.round(3).tolist()}) == 6


def test_what_is_nearly_flat_is_smooth() -> None:
    """A wave has one vertex for each place, and neighbours face nearly the same way."""
    points, faces = wave(40)
    shape = surface(mesh(points=points, faces=faces))
    assert shape is not None

    assert len(shape.corners) == len(points)
    assert (shape.directions[:, 1] > 0.5).all()


def test_a_tube_is_round_and_has_sharp_rims() -> None:
    """Its side is smooth also at the rim, where it meets a lid that is flat."""
    points, faces = tube(24)
    places, ways, triangles = smoothed(points, faces)
    side = np.abs(ways[triangles[:48]][..., 1])
    lids = np.abs(ways[triangles[48:]][..., 1])
    radial = points[places[triangles[:48]]][..., (0, 2)]

    assert side.max() < 0.01
    assert lids.min() > 0.99
    assert (ways[triangles[:48]][..., (0, 2)] * radial).sum(-1) == pytest.approx(1, abs=0.01)


@pytest.mark.parametrize(
    "words",
    [
        {"points": CUBE, "faces": [(0, 1, 399_999)]},
        {"points": CUBE[:2], "faces": FACES},
        {"points": np.zeros((0, 3)), "faces": FACES},
        {"points": CUBE[:2]},
        {"points": CUBE, "faces": np.zeros((0, 3))},
    ],
)
def test_a_mesh_without_a_whole_face_is_nothing(words: dict[str, Any]) -> None:
    assert surface(mesh(**words)) is None


def test_faces_whose_places_are_not_there_are_left_out() -> None:
    shape = surface(mesh(points=CUBE, faces=[(0, 1, 2), (0, 1, 8)]))

    assert shape is not None
    assert len(shape.triangles) == 1


def test_without_faces_each_three_places_are_one() -> None:
    shape = surface(mesh(points=CUBE[:7]))

    assert shape is not None
    assert len(shape.triangles) == 2


@pytest.mark.parametrize("count", [0, 3, 20])
def test_lists_of_another_length_do_no_harm(count: int) -> None:
    """Colours that are missing are white, directions are then not believed."""
    shape = surface(
        mesh(
            points=CUBE,
            faces=FACES,
            colors=np.zeros((count, 4)),
            normals=np.ones((count, 3)),
            uv=np.zeros((count, 2)),
        )
    )

    assert shape is not None
    assert len(shape.tints) == len(shape.spots) == len(shape.directions) == len(shape.corners)
    assert shape.triangles.max() < len(shape.corners)
    assert np.isfinite(shape.directions).all()


def test_faces_without_an_extent_have_a_direction_all_the_same() -> None:
    shape = surface(mesh(points=[(0, 0, 0)] * 3, faces=[(0, 1, 2), (0, 0, 0)]))

    assert shape is not None
    assert np.isfinite(shape.directions).all()


def test_a_place_where_thousands_of_triangles_meet_costs_no_more_than_others() -> None:
    """A fan around one place: comparing each with each would take minutes."""
    angles = np.linspace(0, 400, 60_000)
    rim = np.column_stack((np.cos(angles), np.sin(7 * angles), np.sin(angles)))
    points = np.concatenate(([(0, 0, 0)], rim))
    faces = np.column_stack((np.zeros(59_999), np.arange(1, 60_000), np.arange(2, 60_001)))
    shape = surface(mesh(points=points, faces=faces))

    assert shape is not None
    assert np.isfinite(shape.directions).all()


def test_a_ray_meets_the_nearest_triangle() -> None:
    shape = surface(mesh(points=CUBE, faces=FACES))
    assert shape is not None

    assert first_hit(shape, np.array((0.3, 0.2, 5.0)), np.array((0, 0, -1.0))) == pytest.approx(4)
    assert first_hit(shape, np.array((0.3, 0.2, 0.0)), np.array((0, 0, -1.0))) == pytest.approx(1)
    assert first_hit(shape, np.array((3.0, 0, 5.0)), np.array((0, 0, -1.0))) == np.inf
