"""Flat nodes as pieces, and what is under a point of them."""

from typing import Any

import numpy as np
import pytest

from rio.renderer import pick, shapes
from rio.renderer.fills import Outline, flattened
from rio.scene.graph import Graph, scene_of
from rio.scene.places import Places
from rio.scene.values import Floats
from rio.wire import Put


def node(noun: str, **props: Any) -> tuple[Graph, Any]:
    graph = scene_of([Put(2, noun, "it", props)])
    return graph, graph.nodes[2]


def covered(triangles: Floats) -> float:
    """The area of triangles, weighted by their cover."""
    corners = triangles.reshape(-1, 3, 5)
    a, b, c = (corners[:, i, :2].astype(float) for i in range(3))
    size = np.abs((b[:, 0] - a[:, 0]) * (c[:, 1] - a[:, 1]) - (b[:, 1] - a[:, 1]) * (c[:, 0] - a[:, 0])) / 2
    inside = (corners[:, :, 4] == 1).all(1)
    return float(size[inside].sum())


def test_a_line_is_a_stretch_between_neighbours() -> None:
    graph, line = node("line", points=[(0, 0), (10, 0), (10, 5)])
    rows = shapes.line(graph, line)

    assert rows[:, 4:8].tolist() == [[0, 0, 10, 0], [10, 0, 10, 5]]


def test_a_line_to_a_place_is_one_stretch_from_its_own_place() -> None:
    graph, line = node("line", at=(3, 4), to=(10, 4))

    assert shapes.line(graph, line)[:, 4:8].tolist() == [[0, 0, 7, 0]]
    assert len(shapes.line(*node("line"))) == 0
    assert len(shapes.line(*node("line", points=[(1, 1)]))) == 1


@pytest.mark.parametrize("turn", [1, -1])
def test_an_area_is_covered_once_however_it_is_wound(turn: int) -> None:
    corners = [(0, 0), (10, 0), (10, 10), (6, 10), (6, 4), (4, 4), (4, 10), (0, 10)][::turn]

    assert covered(shapes.polygon(node("polygon", points=corners)[1]).area()) == pytest.approx(100 - 12)


@pytest.mark.parametrize(
    "points",
    [[], [(0, 0)], [(0, 0), (1, 1)], [(0, 0)] * 9, [(0, 0), (5, 5), (0, 0), (5, 5)], [(0, 0, 0), (1, 0, 0), (1, 1, 0)]],
)
def test_what_has_no_area_is_drawn_as_nothing_and_breaks_nothing(points: Any) -> None:
    polygon = node("polygon", points=points)[1]

    assert np.isfinite(shapes.polygon(polygon).area()).all()
    assert np.isfinite(shapes.border(polygon, shapes.polygon(polygon))).all()


def test_a_border_goes_around() -> None:
    it = node("polygon", points=[(0, 0), (9, 0), (0, 9)], border=2, border_color="red")[1]
    rows = shapes.border(it, shapes.polygon(it))

    assert len(rows) == 3
    assert rows[:, 2].tolist() == [2, 2, 2]


def hits(x: float, y: float, *nodes: tuple[str, dict[str, Any]]) -> list[int]:
    """Which of these nodes hold a point, as the flat draw has them."""
    graph = scene_of([Put(2 + 2 * i, noun, f"n{i}", props) for i, (noun, props) in enumerate(nodes)])
    places = Places()
    places.arrange(graph)
    rows = {"rect": shapes.rect, "circle": shapes.circle}
    pieces = [shapes.line(graph, n) if n.kind == "line" else rows[n.kind](n) for n in graph.nodes.values()]
    owners = np.repeat(np.array(list(graph.nodes), np.uint32), [len(rows) for rows in pieces])
    parts = pick.Parts(np.concatenate(pieces), owners, places.matrices[owners], graph.columns["size"][owners])
    return sorted(set(pick.hit_parts(parts, x, y).tolist()))


RECT: tuple[str, dict[str, Any]] = ("rect", {"at": (50, 50), "size": (40, 20)})


@pytest.mark.parametrize(
    ("x", "y", "shape", "hit"),
    [
        (50, 50, RECT, True),
        (69, 59, RECT, True),
        (71, 50, RECT, False),
        (69, 59, ("rect", {**RECT[1], "radius": 10}), False),
        (50, 69, ("rect", {**RECT[1], "rotate": 90}), True),
        (69, 50, ("rect", {**RECT[1], "rotate": 90}), False),
        (89, 50, ("rect", {**RECT[1], "anchor": "left"}), True),
        (31, 50, ("rect", {**RECT[1], "anchor": "left"}), False),
        (89, 69, ("rect", {**RECT[1], "scale": 2}), True),
        (50, 50, ("rect", {**RECT[1], "scale": 0}), False),
        (69, 50, ("circle", {"at": (50, 50), "size": (40, 20)}), True),
        (65, 58, ("circle", {"at": (50, 50), "size": (40, 20)}), False),
        (30, 31, ("line", {"at": (10, 10), "to": (50, 50)}), True),
        (30, 36, ("line", {"at": (10, 10), "to": (50, 50)}), False),
        (54, 54, ("line", {"at": (10, 10), "to": (50, 50)}), False),
    ],
)
def test_what_is_under_a_point_is_what_is_drawn_there(x: float, y: float, shape: Any, hit: bool) -> None:
    assert hits(x, y, shape) == ([2] if hit else [])


def test_a_polygon_holds_what_is_inside_its_edges() -> None:
    corners = np.array([(0, 0), (10, 0), (10, 10), (6, 10), (6, 4), (4, 4), (4, 10), (0, 10)], float)
    matrix = np.array([(2, 0, 0, 5), (0, 2, 0, 5), (0, 0, 1, 0)], np.float32)

    assert pick.in_outline(Outline((corners,), (True,)), matrix, 7, 20)
    assert not pick.in_outline(Outline((corners,), (True,)), matrix, 15, 20)
    assert not pick.in_outline(Outline(), matrix, 7, 20)


@pytest.mark.parametrize(("rule", "hit"), [("nonzero", True), ("evenodd", False)])
def test_what_is_run_around_twice_is_inside_by_the_rule(rule: str, hit: bool) -> None:
    twice = flattened("M0 0h100v100h-100z M20 20h60v60h-60z", 1, rule)
    upright = np.eye(3, 4, dtype=np.float32)

    assert pick.in_outline(twice, upright, 10, 50)
    assert pick.in_outline(twice, upright, 50, 50) == hit
    assert covered(twice.area()) == pytest.approx(10_000 if hit else 6_400)


def test_a_ray_meets_the_nearest_solid_balls_as_balls() -> None:
    places = Places()
    graph = scene_of(
        [
            Put(2, "box", "far", {"at": (0, 0, -5)}),
            Put(4, "sphere", "ball", {"at": (0, 0, 0)}),
            Put(6, "box", "flat", {"at": (0, 0, 3), "scale": 0}),
        ]
    )
    places.arrange(graph)
    rows = np.array([2, 4, 6])
    balls = np.array([False, True, False])

    def first(x: float, y: float) -> int:
        start, way = np.array((x, y, 10.0)), np.array((0.0, 0.0, -1.0))
        matrices, sizes = places.matrices[rows].astype(float), graph.columns["size"][rows].astype(float)
        far = pick.meetings(start, way, matrices, sizes, balls)
        return int(far.argmin()) if np.isfinite(far.min()) else -1

    assert first(0, 0) == 1
    assert first(0.45, 0.45) == 0
    assert first(2, 0) == -1
