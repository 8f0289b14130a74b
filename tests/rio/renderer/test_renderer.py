"""What the renderer draws: a real one, headless, told over the wire and looked at by pixel."""

import io
import math
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from PIL import Image
from tests.rio.easel import Easel, Pixels, bright

from rio.wire import Event, Input, Put, Remove, Set, Shown, View, Watch, fill

WIDTH, HEIGHT = 640, 360


@pytest.fixture(scope="module")
def easel() -> Iterator[Easel]:
    """One renderer for all tests of this file; each begins with its own scene."""
    easel = Easel(WIDTH, HEIGHT)
    yield easel
    assert easel.failures == []
    assert easel.close() == 0


def reds(picture: Pixels) -> Any:
    """Where a picture is clearly red."""
    return (picture[..., 0] > 2 * picture[..., 1]) & (picture[..., 0] > 2 * picture[..., 2]) & (picture[..., 0] > 60)


# The world


def test_a_bare_box_is_lit_framed_and_throws_a_shadow(easel: Easel) -> None:
    """`box(color="red")`: several shades of red, a light top, a dark side, and the floor darker beside it."""
    easel.scene()
    floor = easel.look()
    easel.scene(("box", {"color": "red"}))
    picture = easel.look()
    red = reds(picture)
    rows, columns = np.nonzero(red)
    top, front, side = picture[95, 320], picture[220, 290], picture[170, 400]

    assert 0.1 < red.mean() < 0.5
    assert abs(columns.mean() - WIDTH / 2) < WIDTH / 16
    assert abs(rows.mean() - HEIGHT / 2) < HEIGHT / 8
    assert len({tuple(color) for color in picture[red].tolist()}) > 200
    assert bright(top) > bright(front) > 1.5 * bright(side)
    assert bright(picture[225, 470]) < 0.75 * bright(floor[225, 470])


def test_every_solid_is_drawn_where_it_is(easel: Easel) -> None:
    """Six nouns side by side, each in its own colour, in the order of their places."""
    nouns = ("box", "sphere", "cylinder", "cone", "torus")
    colors = ((1, 0.1, 0.1), (0.1, 1, 0.1), (0.2, 0.2, 1), (1, 1, 0.1), (1, 0.1, 1))
    easel.scene(*((noun, {"at": (1.5 * i, 0, 0), "color": colors[i]}) for i, noun in enumerate(nouns)))
    picture = easel.look().astype(float)
    saturated = np.ptp(picture, axis=2) > 110
    places = []
    for color in colors:
        like = (picture / picture.max(2, keepdims=True)) @ np.array(color) / np.linalg.norm(color)
        like /= np.linalg.norm(picture / picture.max(2, keepdims=True), axis=2)
        found = np.nonzero(saturated & (like > 0.97))
        assert len(found[0]) > 100
        places.append(found[1].mean())

    assert places == sorted(places)


def test_a_plane_lies_under_the_others_and_does_not_decide_the_framing(easel: Easel) -> None:
    easel.scene(("box", {"color": "red"}))
    alone = reds(easel.look()).mean()
    easel.scene(("plane", {"at": (0, -0.5, 0), "size": 50, "color": "green"}), ("box", {"color": "red"}))
    picture = easel.look()

    assert reds(picture).mean() > 0.8 * alone
    assert picture[340, 60, 1] > picture[340, 60, 0]


def test_shadows_are_thrown_unless_told_otherwise(easel: Easel) -> None:
    box: dict[str, Any] = {"at": (0, 1, 0), "color": "red"}
    sheet = ("plane", {"size": 8, "color": "white"})
    easel.scene(sheet, ("box", box))
    shaded = easel.look()
    easel.scene(sheet, ("box", {**box, "shadow": False}))
    plain = easel.look()
    darker = bright(plain) - bright(shaded)

    assert darker > 1
    assert ((plain - shaded).mean(2) > 40).mean() > 0.01


def test_a_camera_node_is_where_one_looks_from(easel: Easel) -> None:
    """From straight above a cube is a square; farther away it is smaller."""
    easel.scene(("box", {"color": "red"}), ("camera", {"at": (0, 6, 0.001), "target": (0, 0, 0)}))
    near = reds(easel.look())
    easel.draw(Set(4, "at", (0, 12, 0.001)))
    far = reds(easel.look())
    easel.draw(Set(4, "fov", 16))
    closer = reds(easel.look())
    rows, columns = np.nonzero(near)

    assert abs(np.ptp(rows) - np.ptp(columns)) <= 3
    assert far.sum() < 0.4 * near.sum()
    assert closer.sum() > 3 * far.sum()


def test_a_light_node_takes_the_place_of_the_studios(easel: Easel) -> None:
    """Blue from the left makes the left of a white ball blue."""
    easel.scene(("sphere", {"color": "white"}), ("light", {"at": (-9, 1, 2), "color": "blue"}))
    picture = easel.look()
    left, right = picture[180, 240], picture[180, 400]

    assert left[2] > 1.3 * left[0]
    assert bright(left) > 1.5 * bright(right)


def test_a_second_light_adds_to_the_first(easel: Easel) -> None:
    lamp: dict[str, Any] = {"at": (-9, 1, 2), "color": "white", "brightness": 0.5}
    easel.scene(("sphere", {"color": "white"}), ("light", lamp))
    one = easel.look()
    easel.scene(("sphere", {"color": "white"}), ("light", lamp), ("light", {**lamp, "at": (9, 1, 2), "color": "red"}))
    two = easel.look()

    assert two[180, 400, 0] > one[180, 400, 0] + 40
    assert abs(two[180, 400, 2] - one[180, 400, 2]) < 25


def test_one_sees_through_what_is_not_opaque_whatever_the_order(easel: Easel) -> None:
    """A clear box before a ball lets it be seen; the one behind does not cover the one in front."""
    front, back = (
        ("box", {"at": (0, 0, 1), "color": "white", "opacity": 0.4}),
        ("sphere", {"color": "red", "size": 0.8}),
    )
    camera = ("camera", {"at": (0, 0, 6), "target": (0, 0, 0)})
    easel.scene(front, back, camera)
    one = easel.look()
    easel.scene(back, front, camera)
    other = easel.look()

    assert one[180, 320, 0] > one[180, 320, 1] + 30
    assert np.abs(one - other).max() <= 1


def test_a_group_moves_turns_scales_hides_and_fades_what_is_in_it(easel: Easel) -> None:
    camera = ("camera", {"at": (0, 0, 12), "target": (0, 0, 0)})
    group, child = (
        ("group", {"scale": 2, "rotate": (0, 0, 90)}),
        ("box", {"parent": 2, "at": (1, 0, 0), "color": "red"}),
    )
    easel.scene(group, child, camera)
    rows, columns = np.nonzero(reds(easel.look()))
    easel.draw(Set(2, "visible", False))
    hidden = reds(easel.look())
    easel.draw(Set(2, "visible", True), Set(2, "opacity", 0.3))
    faint = easel.look()

    assert rows.mean() < HEIGHT / 2 - 50
    assert abs(columns.mean() - WIDTH / 2) < 8
    assert not hidden.any()
    assert 0 < faint[int(rows.mean()), 320, 0] - faint[int(rows.mean()), 320, 2] < 90


def test_lines_and_dots_of_three_numbers_are_in_the_world(easel: Easel) -> None:
    """They are framed, and hidden by what is in front."""
    line = ("line", {"at": (0, 0, 0), "to": (2, 0, 0), "color": (1, 0, 0), "size": 6})
    dots = ("points", {"points": [(0, 1, 0), (2, 1, 0)], "color": (1, 0, 0), "size": 12})
    easel.scene(line, dots)
    seen = reds(easel.look()).sum()
    wall = ("box", {"at": (1, 0, 2), "size": (9, 9, 0.1), "color": "white"})
    easel.scene(line, dots, wall, ("camera", {"at": (1, 0, 12), "target": (1, 0, 0)}))

    assert seen > 300
    assert not reds(easel.look()).any()


def test_the_background_has_the_colour_it_is_given(easel: Easel) -> None:
    easel.scene(("background", {"color": "white"}))
    assert bright(easel.look()[180, 320]) > 240
    easel.scene(("background", {"color": "black"}))
    assert bright(easel.look()[180, 320]) < 40


def test_the_framing_keeps_still_while_things_move_a_little(easel: Easel) -> None:
    """A second cube that moves by half a unit does not move the first; a third, far away, does."""
    easel.scene(("box", {"color": "red"}), ("box", {"at": (2, 0, 0), "color": "blue"}))
    before = reds(easel.look())
    easel.draw(Set(4, "at", (2, 0.3, 0)))
    after = reds(easel.look())
    easel.draw(Put(6, "box", "far", {"at": (12, 0, 0)}))
    wider = reds(easel.look())

    assert (before == after).mean() > 0.999
    assert wider.sum() < 0.5 * before.sum()


def test_a_draft_comes_at_once_and_is_refined_when_things_rest(easel: Easel) -> None:
    """On a slow machine: the second frame has soft edges that the first has not."""
    easel.scene(("box", {"color": "red"}))
    easel.look()
    drawn = easel.shown(easel.draw(Set(2, "rotate", 20)))
    refined = drawn if not drawn.draft else easel.next(Shown, lambda shown: not shown.draft)

    assert refined.stamp == drawn.stamp
    assert not refined.draft


# The view


def test_a_rectangle_is_where_it_is_said_to_be(easel: Easel) -> None:
    easel.scene(("rect", {"at": (100, 80), "size": (60, 40), "color": (1, 0, 0)}))
    red = reds(easel.look())
    rows, columns = np.nonzero(red)

    assert (rows.min(), rows.max(), columns.min(), columns.max()) == (60, 99, 70, 129)
    assert red.sum() == 60 * 40


@pytest.mark.parametrize(("anchor", "corner"), [("top left", (100, 80)), ("bottom right", (40, 40)), ("top", (70, 80))])
def test_an_anchor_says_which_part_lies_on_the_place(easel: Easel, anchor: str, corner: tuple[int, int]) -> None:
    easel.scene(("rect", {"at": (100, 80), "size": (60, 40), "color": (1, 0, 0), "anchor": anchor}))
    rows, columns = np.nonzero(reds(easel.look()))

    assert (columns.min(), rows.min()) == corner


def test_a_circle_is_round_and_its_edge_is_smooth(easel: Easel) -> None:
    easel.scene(("background", {"color": "black"}), ("circle", {"at": (200, 150), "size": 101, "color": (1, 1, 1)}))
    grey = easel.look()[95:206, 145:256].mean(2)
    area = ((grey - grey.min()) / (grey.max() - grey.min())).sum()
    between = ((grey > 70) & (grey < 230)).sum()

    assert area == pytest.approx(math.pi * 50.5**2, rel=0.01)
    assert 100 < between < 700


def test_an_ellipse_fills_what_it_should(easel: Easel) -> None:
    easel.scene(("circle", {"at": (200, 150), "size": (200, 60), "color": (1, 0, 0)}))

    assert reds(easel.look()).sum() == pytest.approx(math.pi * 100 * 30, rel=0.03)


def test_borders_lie_inside_the_edge(easel: Easel) -> None:
    easel.scene(
        ("rect", {"at": (200, 150), "size": 100, "color": (0, 0, 1), "border": 10, "border_color": (1, 0, 0)}),
    )
    picture = easel.look()

    assert reds(picture).sum() == pytest.approx(100**2 - 80**2, rel=0.06)
    assert picture[150, 200, 2] > 200


def test_corners_are_rounded_by_radius(easel: Easel) -> None:
    easel.scene(("rect", {"at": (200, 150), "size": 100, "radius": 30, "color": (1, 0, 0)}))
    red = reds(easel.look())

    assert not red[103, 153]
    assert red[103, 200]


def test_what_is_turned_is_turned(easel: Easel) -> None:
    """A quarter of a turn makes a lying rectangle stand."""
    easel.scene(("rect", {"at": (200, 150), "size": (100, 20), "rotate": 90, "color": (1, 0, 0)}))
    rows, columns = np.nonzero(reds(easel.look()))

    assert np.ptp(rows) > 95
    assert np.ptp(columns) < 25


def test_a_line_goes_from_its_place_to_its_end_and_stays_there(easel: Easel) -> None:
    """Moving where it begins does not move where it ends."""
    easel.scene(("line", {"at": (50, 50), "to": (250, 50), "size": 6, "color": (1, 0, 0)}))
    _, columns = np.nonzero(reds(easel.look()))
    easel.draw(fill("at", [2], [(150, 50, 0)]))
    _, moved = np.nonzero(reds(easel.look()))

    assert (columns.min(), columns.max()) == pytest.approx((47, 252), abs=2)
    assert (moved.min(), moved.max()) == pytest.approx((147, 252), abs=2)


def test_a_line_goes_through_its_points(easel: Easel) -> None:
    easel.scene(("line", {"points": [(50, 50), (150, 150), (250, 50)], "size": 4, "color": (1, 0, 0)}))
    red = reds(easel.look())

    assert red[100, 100]
    assert red[100, 200]
    assert not red[60, 150]


def test_a_polygon_may_be_concave_and_its_edges_are_smooth(easel: Easel) -> None:
    """A U: its notch is empty, its area right, wound either way."""
    corners = [(100, 100), (140, 100), (140, 180), (180, 180), (180, 100), (220, 100), (220, 220), (100, 220)]
    for points in (corners, corners[::-1]):
        easel.scene(("polygon", {"points": points, "color": (1, 0, 0)}))
        red = reds(easel.look())
        assert not red[120, 160]
        assert red[200, 160]
        assert red.sum() == pytest.approx(120 * 120 - 40 * 80, rel=0.02)
    easel.scene(
        ("background", {"color": "black"}), ("polygon", {"points": [(9, 9), (309, 59), (9, 109)], "color": "white"})
    )
    grey = easel.look()[..., 0]
    assert ((grey > 60) & (grey < 200)).sum() > 200


def test_text_is_there_in_its_colour_and_size(easel: Easel) -> None:
    easel.scene(("text", {"text": "Hamburg", "at": (320, 100), "size": 20, "color": (1, 0, 0)}))
    small = reds(easel.look())
    easel.draw(Set(2, "size", 60))
    large = reds(easel.look())
    (rows, columns), (high, wide) = np.nonzero(small), np.nonzero(large)

    assert small.sum() > 150
    assert abs(columns.mean() - 320) < 8
    assert np.ptp(wide) == pytest.approx(3 * np.ptp(columns), rel=0.1)
    assert np.ptp(high) == pytest.approx(3 * np.ptp(rows), rel=0.2)


def test_text_speaks_many_alphabets(easel: Easel) -> None:
    """Each of these draws something, and no two the same."""
    pictures = set()
    for text in ("ß", "Ж", "λ", "→", "∑", "é", "€", "½"):
        easel.scene(("text", {"text": text, "at": (320, 100), "size": 40, "color": (1, 0, 0)}))
        red = reds(easel.look())
        assert red.sum() > 40, text
        pictures.add(red.tobytes())
    assert len(pictures) == 8


def test_what_can_be_seen_through_is_no_darker_where_its_stretches_meet(easel: Easel) -> None:
    """Corners, ends and curves: of lines and of borders, also closed ones."""
    line, half = {"color": (1, 0, 0, 0.5)}, {"color": "transparent", "border_color": (1, 0, 0, 0.5)}
    ring = "M400 150 C400 50 560 50 560 150 C560 250 400 250 400 150 Z"
    corners = np.array([(100, 60), (300, 60), (300, 200), (200, 100)], np.float32)
    easel.scene(
        ("background", {"color": "black"}),
        ("line", {**line, "points": corners, "size": 30}),
        ("line", {**line, "points": np.array([(40, 40), (40, 40)], np.float32), "size": 30}),
        ("path", {**half, "path": ring, "border": 30}),
        ("polygon", {**half, "points": [(60, 250), (300, 250), (300, 330)], "border": 20}),
    )
    seen = easel.look()[:, :, 0]
    for y, x in ((60, 200), (66, 90), (52, 308), (150, 300), (40, 40), (150, 400), (250, 60), (330, 300), (290, 300)):
        assert seen[y, x] > 100, (y, x)
    assert seen.max() < 150


def test_lines_of_text_are_set_at_their_anchor(easel: Easel) -> None:
    easel.scene(("text", {"text": "one\nand two", "at": (300, 50), "anchor": "top right", "color": (1, 0, 0)}))
    rows, columns = np.nonzero(reds(easel.look()))
    above = rows < 50 + 29

    assert columns[above].max() == pytest.approx(299, abs=3)
    assert columns[~above].max() == pytest.approx(299, abs=3)
    assert columns[above].min() > columns[~above].min() + 20


def test_layers_are_in_front_of_each_other_and_later_is_in_front_of_earlier(easel: Easel) -> None:
    """Of all kinds: rectangles, text and areas are ordered together."""
    red: dict[str, Any] = {"at": (200, 150), "size": 80, "color": (1, 0, 0)}
    blue: dict[str, Any] = {"at": (200, 150), "size": 80, "color": (0, 0, 1)}
    area = {"points": [(180, 130), (220, 130), (220, 170), (180, 170)], "color": (0, 1, 0)}

    easel.scene(("rect", red), ("circle", blue))
    assert easel.look()[150, 200, 2] > 200
    easel.draw(Set(2, "layer", 1))
    assert easel.look()[150, 200, 0] > 200
    easel.scene(("polygon", area), ("rect", red))
    assert easel.look()[150, 200, 0] > 200
    easel.scene(
        ("rect", {**red, "layer": -2}), ("text", {"text": "███", "at": (200, 150), "layer": -1}), ("rect", blue)
    )
    assert easel.look()[150, 200, 2] > 200
    easel.scene(
        ("rect", {**red, "layer": 2}), ("group", {"layer": 3}), ("rect", {**blue, "parent": 4, "at": (200, 150)})
    )
    assert easel.look()[150, 200, 2] > 200


def test_many_texts_between_shapes_keep_their_order(easel: Easel) -> None:
    """More alternations than are drawn apart: labels on their own buttons."""
    nodes: list[tuple[str, dict[str, Any]]] = []
    for i in range(50):
        at = 40 + 60 * (i % 10), 40 + 60 * (i // 10)
        nodes.append(("rect", {"at": at, "size": 50, "color": (0, 0, 1)}))
        nodes.append(("text", {"text": "█", "at": at, "size": 30, "color": (1, 0, 0)}))
    easel.scene(*nodes)
    picture = easel.look()

    assert all(picture[40 + 60 * (i // 10), 40 + 60 * (i % 10), 0] > 200 for i in range(50))


def test_what_is_hidden_or_removed_is_gone(easel: Easel) -> None:
    easel.scene(("rect", {"at": (100, 100), "color": (1, 0, 0)}), ("rect", {"at": (300, 100), "color": (1, 0, 0)}))
    easel.draw(Set(2, "visible", False), Remove(4))
    assert not reds(easel.look()).any()
    easel.draw(Set(2, "visible", True))
    assert reds(easel.look())[100, 100]


def test_dots_of_two_numbers_are_in_the_view(easel: Easel) -> None:
    easel.scene(("points", {"points": [(100, 100), (200, 100)], "size": 9, "color": (1, 0, 0)}))
    red = reds(easel.look())

    assert red[100, 100]
    assert red[100, 200]
    assert 80 < red.sum() < 160


# Pictures, sizes, events


def test_a_picture_shows_all_that_was_said_before_it(easel: Easel) -> None:
    """A hundred changes and the question in one breath."""
    easel.scene(("rect", {"at": (100, 100), "color": (1, 0, 0)}))
    for i in range(100):
        easel.draw(fill("at", [2], [(100 + 4 * i, 100, 0)]))

    assert reds(easel.look())[100, 496]


def test_a_picture_may_be_asked_for_in_another_size(easel: Easel) -> None:
    """Painted for it, not enlarged; the view itself does not change."""
    easel.scene(("rect", {"at": (320, 180), "size": (64, 36), "color": (1, 0, 0)}))
    before = easel.png()
    large = easel.look(1280)

    assert large.shape == (720, 1280, 3)
    assert reds(large).sum() == 128 * 72
    assert easel.look(None, 180).shape == (180, 320, 3)
    assert easel.png() == before


def test_a_picture_in_another_size_leaves_the_framing_alone(easel: Easel) -> None:
    """Also where things have moved since it was fitted, and in another shape."""
    easel.scene(("box", {"color": "red"}), ("box", {"at": (2, 0, 0)}))
    easel.draw(Set(4, "at", (2, 0.3, 0)))
    before = easel.png()
    easel.look(320)
    easel.look(300, 300)

    assert easel.png() == before


def test_the_view_can_be_resized(easel: Easel) -> None:
    easel.scene(("rect", {"at": (320, 180), "size": 40, "color": (1, 0, 0)}))
    easel.send(Input("resize", 800, 450))
    wide = easel.look()
    easel.send(Input("resize", WIDTH, HEIGHT))

    assert wide.shape == (450, 800, 3)
    assert reds(wide)[180, 320]
    assert easel.look().shape == (HEIGHT, WIDTH, 3)


def test_a_watched_pixel_is_told_with_every_frame(easel: Easel) -> None:
    easel.scene(("rect", {"at": (100, 100), "color": (1, 0, 0)}))
    easel.send(Watch(100, 100))
    red = easel.shown(easel.draw(Set(2, "color", "#ff0000")))
    blue = easel.shown(easel.draw(Set(2, "color", "#0000ff")))

    assert (red.pixel, blue.pixel) == (0xFF0000, 0x0000FF)


def test_clicks_find_the_front_node_of_any_kind(easel: Easel) -> None:
    """What is seen is what is hit: a hole in an area is not the area, a hidden node is none."""
    notch = [(400, 40), (520, 40), (520, 160), (480, 160), (480, 80), (440, 80), (440, 160), (400, 160)]
    easel.scene(
        ("rect", {"at": (100, 100), "size": 80}),
        ("circle", {"at": (100, 100), "size": 60}),
        ("polygon", {"points": notch}),
        ("line", {"at": (300, 40), "to": (300, 160)}),
        ("text", {"text": "Click", "at": (220, 100), "size": 40}),
        ("box", {"at": (0, 0, 0)}),
        ("rect", {"at": (100, 100), "visible": False, "layer": 9}),
    )
    easel.look()
    expected = {(100, 100): 4, (64, 64): 2, (420, 100): 6, (460, 120): 0, (300, 100): 8, (320, 240): 12, (630, 10): 0}

    for (x, y), id in expected.items():
        easel.send(Input("press", x, y, "left"))
        easel.send(Input("release", x, y, "left"))
        click = easel.next(Event, lambda event: event.what == "click" and event.value["x"] == x)  # noqa: B023  # at once
        assert (click.id, click.value["y"], click.value["button"]) == (id, y, "left")


def test_a_view_is_told_when_it_changes_and_taken_up_by_another_renderer(easel: Easel) -> None:
    """After things moved, a new renderer that is told the view shows the same picture, to the byte."""
    easel.scene(("box", {"color": "red"}), ("box", {"at": (2, 0, 0)}))
    view = easel.next(View)
    easel.draw(Set(4, "at", (2, 0.2, 0.1)))
    picture = easel.png()
    other = Easel(WIDTH, HEIGHT)
    other.send(view)
    other.draw(
        Put(2, "box", "n2", {"color": "red"}),
        Put(4, "box", "n4", {"at": (2, 0.2, 0.1)}),
    )

    assert other.png() == picture
    assert other.close() == 0


def test_the_same_scene_is_the_same_picture_in_every_renderer(easel: Easel) -> None:
    nodes: list[tuple[str, dict[str, Any]]] = [
        ("box", {"color": "red", "rotate": 20}),
        ("sphere", {"at": (1, 0.2, 1), "color": "gold"}),
        ("text", {"text": "same", "at": (320, 40)}),
        ("polygon", {"points": [(10, 10), (90, 20), (40, 80)]}),
    ]
    easel.scene(*nodes)
    picture = easel.png()
    other = Easel(WIDTH, HEIGHT)
    other.scene(*nodes)

    assert other.png() == picture
    assert Image.open(io.BytesIO(picture)).mode == "RGB"
    assert other.close() == 0
