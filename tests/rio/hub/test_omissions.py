"""What renderers die of is left out, so that there is a picture: of the parts alone, and of a real display."""

import sys
from pathlib import Path

from tests.rio import displays
from tests.rio.shapes import wave

from rio.hub.omissions import CHANCES, LOOK, SURE, Omissions
from rio.scene.graph import Graph, scene_of
from rio.wire import Put, Remove, Set, Shown, Without

_SOFT = """
import os, time
from rio.renderer import __main__ as renderer
from rio.renderer import surfaces
make = surfaces.surface
def brittle(node, *rest):
    if node.name.startswith("bad"):
        {0}
    return make(node, *rest)
surfaces.surface = brittle
renderer.main()
"""


def fragile(how: str) -> list[str]:
    """A real renderer that does something to itself when it is to draw a mesh whose name begins with `bad`."""
    return [sys.executable, "-I", "-c", _SOFT.format(how), *map(str, displays.SIZE), "--headless"]


def crowd(count: int) -> Graph:
    """Boxes."""
    return scene_of([Put(2 + 2 * i, "box", f"box{i}", {}) for i in range(count)])


def dies(omissions: Omissions, times: int = 1) -> list[str]:
    """Renderers that are told the scene, and end; what is said of it."""
    said = []
    for _ in range(times):
        omissions.message()
        omissions.replayed(7)
        said.append(omissions.died([]))
    return said


def left_out(omissions: Omissions) -> list[int]:
    """What the next renderer does not draw."""
    message = omissions.message()
    return message.nodes if isinstance(message, Without) else []


def test_more_is_left_out_until_a_renderer_lives() -> None:
    """The newest first; one death says nothing of the scene."""
    omissions = Omissions(crowd(20))
    said = dies(omissions, 3)
    assert said[0] == ""
    assert said[1] == "box19: renderers ended while they drew this; it is left out until changed or removed"
    assert said[2].startswith("box18, box17, box16")
    assert left_out(omissions) == list(range(40, 22, -2))
    assert "box19" in omissions.in_words


def test_what_changed_since_a_whole_picture_comes_first_then_what_is_heavy() -> None:
    graph = crowd(20)
    graph.apply(Put(100, "mesh", "hill", {"points": wave(30)[0], "faces": wave(30)[1]}))
    graph.apply(Put(102, "box", "last", {}))
    omissions = Omissions(graph)
    dies(omissions, 2)
    assert left_out(omissions) == [100]

    omissions = Omissions(graph)
    omissions.replayed(7)
    omissions.shown(Shown(7, 0, 0), 7, 2 * LOOK)
    graph.apply(Set(4, "visible", False))
    dies(omissions, 2)
    assert left_out(omissions) == [4]


def test_a_picture_that_is_whole_ends_the_count() -> None:
    """Also when it is never fine because all moves; a draft alone, or what was drawn before, says nothing."""
    omissions = Omissions(crowd(3))
    dies(omissions)
    omissions.replayed(7)
    omissions.shown(Shown(6, 0, 0), 7, 1.0)
    omissions.shown(Shown(7, 0, 0, 0, True), 7, 1.0)
    assert omissions.died([]) != ""

    omissions = Omissions(crowd(3))
    for _ in range(5):
        omissions.replayed(7)
        omissions.shown(Shown(7, 0, 0, 0, True), 7, 1.0)
        omissions.shown(Shown(9, 0, 0, 0, True), 9, 1.0 + SURE)
        assert not omissions.died([])


def test_one_that_is_stuck_counts_whatever_it_drew_before() -> None:
    omissions = Omissions(crowd(3))
    omissions.replayed(7)
    omissions.shown(Shown(7, 0, 0), 8, 1.0)
    assert omissions.died([], stuck=True) == ""
    omissions.replayed(9)
    assert omissions.died([], stuck=True) != ""


def test_a_node_comes_back_by_other_words_some_times() -> None:
    """And when it is gone, its number is free."""
    graph = crowd(3)
    omissions = Omissions(graph)
    for turn in range(CHANCES):
        dies(omissions, 2)
        assert not omissions.outdated()
        graph.apply(Set(6, "shadow", bool(turn % 2)))
        assert omissions.outdated()
        assert left_out(omissions) == []
        omissions.replayed(8)
        omissions.shown(Shown(8, 0, 0), 8, 9.0 + turn)
        graph.apply(Set(6, "visible", bool(turn % 2)))
    dies(omissions, 2)
    graph.apply(Set(6, "visible", True))
    assert not omissions.outdated()
    assert left_out(omissions) == [6]
    graph.apply(Remove(6))
    assert omissions.outdated()
    assert left_out(omissions) == []


def test_if_all_is_left_out_and_they_still_end_it_is_not_the_scene() -> None:
    omissions = Omissions(crowd(5))
    assert [bool(text) for text in dies(omissions, 9)] == [False, True, True, *[False] * 6]
    assert left_out(omissions) == []
    assert omissions.in_words == ""


async def test_a_display_whose_mesh_kills_renderers_shows_the_rest(tmp_path: Path) -> None:
    """It is named where a person looks, programs and files go on, and once it is gone nothing is said any more."""
    async with displays.a_display(renderer=fragile("os.abort()")) as display:
        await displays.run(
            display, 'rect(at=(40, 40), color="red")\nmesh(name="good", points=[(0,0,0),(1,0,0),(0,1,0)])'
        )
        await displays.picture(display)
        await displays.run(display, 'mesh(name="bad", points=[(0,0,0),(1,0,0),(0,1,0)])')
        await displays.run(display, 'rect(name="later", at=(240, 40), color="green")')
        while not display.screen.omissions.in_words:
            await display.screen.shown.wait()
        assert await displays.color_at(display, 40, 40) == "red"
        assert await displays.color_at(display, 240, 40) == "green"
        assert "bad: renderers ended while they drew this" in display.stage.err.text()
        assert display.health() == "not drawn, as renderers ended while they drew it: bad"
        await displays.run(display, 'find("bad").at = (1, 1, 1)\nfind("bad").remove()')
        assert display.health() == "ok"
        await displays.run(display, 'mesh(name="fine", points=[(0,0,0),(1,0,0),(0,1,0)])')
        assert await displays.color_at(display, 40, 40) == "red"
        assert display.screen.restarts <= 4
