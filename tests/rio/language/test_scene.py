"""The scene language as programs see it, without a process: nouns, handles, arranging, time."""

import re

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.rio.language.stages import Stage

from rio.language.scene import PORTION
from rio.scene.values import Refused
from rio.wire import Delta, Deltas, Fill, Put, Remove, Reset, Set, fill, frame

# one rule for every node


def test_a_noun_makes_a_node_and_the_same_name_changes_it(stage: Stage) -> None:
    """Only the words that are given change."""
    stage.run('box(name="cube", color="red", size=2)')
    stage.run('box(name="cube", color="blue")')
    assert len(stage.display.nodes) == 1
    assert stage.display.show(stage.display.ids["cube"], "color") == "blue"
    assert stage.run('find("cube").size') == (2, 2, 2)


def test_a_node_without_a_name_is_called_after_its_noun(stage: Stage) -> None:
    """box, box2, box3; a name that somebody gave is passed over."""
    assert stage.run('[box().name, box(name="box3").name, box().name, box().name]') == ["box", "box3", "box2", "box4"]


def test_what_fails_uses_up_no_name(stage: Stage) -> None:
    """Else the next one would be called otherwise than where only what ran is run again."""
    stage.run("points([(1, 2)])")
    with pytest.raises(Refused):
        stage.run("points()")
    stage.run("points([(3, 4)])\npoints([(5, 6)]).remove()\npoints([(7, 8)])")
    assert list(stage.display.ids) == ["points", "points2", "points4"]


def test_there_is_one_camera_and_one_background(stage: Stage) -> None:
    """A second camera() or background() changes the first."""
    stage.run('camera(at=(0, 1, 9))\ncamera(fov=50)\nbackground("black")\nbackground("white")')
    assert sorted(stage.display.ids) == ["background", "camera"]
    assert stage.run('find("camera").at') == (0, 1, 9)


def test_another_noun_takes_the_place_of_a_node(stage: Stage) -> None:
    """The name stays, and so does what both nouns say in the same words."""
    stage.run('box(name="it", at=(3, 1, 0), color="gold", tags="a b")\nsphere(name="it")')
    node = stage.display.named("it")
    assert node.kind == "sphere"
    assert stage.run('find("it").at, find("it").tags') == ((3, 1, 0), ("a", "b"))
    assert stage.display.show(node.id, "color") == "gold"


def test_a_variable_may_be_called_like_its_noun(stage: Stage) -> None:
    """`light = light()` does not take the noun away from later programs."""
    stage.run("light = light(brightness=2)")
    assert stage.run("light(brightness=3).name") == "light2"
    assert stage.run("light.brightness") == 2


def test_attributes_are_the_picture(stage: Stage) -> None:
    """Setting changes the picture, reading gives the newest value, sent or not."""
    stage.run('t = text("a", at=(10, 20))\nt.text = "b"\nt.color = "#ff8800"\nt.x += 5\nt.layer = 3')
    assert stage.run("(t.text, t.at, t.x, t.y, t.layer, t.name, t.kind)") == ("b", (15, 20), 15, 20, 3, "text", "text")
    assert stage.run("t.move(1, -1).at") == (16, 19)
    assert stage.run("t.color") == pytest.approx((1, 0.533, 0, 1), abs=0.01)


def test_a_node_is_renamed_moved_to_the_front_and_removed(stage: Stage) -> None:
    """The verbs of handles."""
    stage.run('a = rect(name="a")\nb = rect(name="b", layer=7)\na.name = "c"\na.front()')
    assert sorted(stage.display.ids) == ["b", "c"]
    assert stage.run("a.layer") == 8
    stage.run("a.remove()\na.remove()")
    assert sorted(stage.display.ids) == ["b"]


@pytest.mark.parametrize(
    ("program", "says"),
    [
        ("box(colour='red')", "box has no word colour; say color"),
        ("box(colr='red')", "box has no word colr; did you mean color?"),
        ("box(color='blu')", "no colour 'blu'; did you mean blue?"),
        ("box(color='rgb(255, 0, 0)')", "no colour 'rgb(255, 0, 0)'; say a CSS name, #rrggbb, or r g b from 0 to 1"),
        ("box(size=-1)", "out of range"),
        ("box(at=(1, 2))", "not three numbers"),
        ("box(at=(1, 2, float('nan')))", "out of range"),
        ("b = box()\nb.at = (1, 2, 1e30)", "out of range"),
        ("b = box()\nb.at = ('a', 2, 3)", "at of box"),
        ("b = box()\nb.opacity = 2", "opacity of box"),
        ("b = box()\nb.siez = 2", "did you mean size?"),
        ("rect().z", "a rect has no z"),
        ("rect().z = 1", "a rect has no z"),
        ("rect().move(1, 1, 1)", "moves by 2 numbers"),
        ("box(1)", "say what it is: box(at=…, size=…, color=…)"),
        ("line()", "a line needs its points or to"),
        ("polygon(at=(1, 1))", "a polygon needs its points"),
        ("box(name='a/b')", "not a name"),
        ("find('cub')", "there is no node cub"),
        ("box(name='cube')\nfind('cub')", "did you mean cube?"),
        ("box(parent='cub')", "there is no node cub"),
        ("nodes('spere')", "no noun spere; did you mean sphere?"),
        ("b = box()\nb.remove()\nb.color = 'red'", "this box was removed"),
        ("b = box()\nb.remove()\nb.at = (1, 1, 1)", "this box was removed"),
        ("b = box()\nb.remove()\nb.x", "this box was removed"),
        ("every('fast')", "say every how many seconds"),
        ("every(0)", "not possible"),
        ("every(1)(3)", "3 is not a function"),
        ("every(1)(lambda a, b: 0)", "needs 2 arguments"),
        ("stop(print)", "print is not being called"),
        ("left_of('box')", "there is no node box"),
        ("box()\nrect(at=left_of('box'))", "one of them is in the world, the other in the view"),
        ("rect()\nrect(at=behind('rect'))", "nothing in the view is behind another"),
        ("grid(box(), rect())", "some of them are in the world"),
        ("grid(box(), columns=0)", "columns is a whole number"),
        ("grid(3)", "neither a node nor the name of one"),
        ("a = [box(), box()]\nupdate(a, at=np.zeros((3, 3)))", "3 rows of at for 2 nodes"),
        ("a = [box(), box()]\nupdate(a, at=np.full((2, 3), np.nan))", "out of range"),
        ("a = [box(), box()]\nupdate(a, name=[1, 2])", "no word name"),
    ],
)
def test_a_mistake_is_refused_in_words(stage: Stage, program: str, says: str) -> None:
    """Each mistake is an error of its statement, in one sentence that says what would be right."""
    with pytest.raises(Refused, match=re.escape(says)):
        stage.run(program)


def test_an_unknown_word_is_an_attribute_error_too(stage: Stage) -> None:
    """Python's own questions about an object work."""
    stage.run("b = box()")
    assert stage.run("(hasattr(b, 'colour'), hasattr(b, 'color'), getattr(b, 'no', 7))") == (False, True, 7)
    assert "color" in stage.run("dir(b)")
    assert stage.run("(b == find('box'), b in {find('box')}, repr(b))") == (True, True, "<box box>")


# how changes go out


def test_ten_thousand_assignments_are_one_change(stage: Stage) -> None:
    """Only the newest value of each node goes out, and all of them as one Fill."""
    stage.run("ants = [circle(at=(i, i)) for i in range(1000)]")
    stage.sent.clear()
    stage.run("for i in range(10):\n    for ant in ants:\n        ant.at = (i, i)\n")
    ((change,),) = stage.sent
    assert isinstance(change, Fill)
    assert (change.prop, len(change.ids)) == ("at", 1000)


def test_values_of_different_widths_go_out_together(stage: Stage) -> None:
    """A text's size is one number, a rectangle's two, a box's three."""
    stage.run("a, b, c = text('x'), rect(), box()\na.size = 30\nb.size = (4, 5)\nc.size = 6")
    assert stage.run("(a.size, b.size, c.size)") == (30, (4, 5), (6, 6, 6))


def test_a_long_statement_sends_its_changes_in_portions(stage: Stage) -> None:
    """Nodes that a loop makes are seen before it ends."""
    stage.run(f"for i in range({PORTION * 2 + 1}): box(at=(i, 0, 0))")
    assert [len(deltas) for deltas in stage.sent] == [PORTION, PORTION, 1]


def test_heavy_changes_are_not_gathered(stage: Stage) -> None:
    """Big arrays go out before they make a message that nobody takes."""
    stage.run("for i in range(12): points(np.zeros((100_000, 3)))")
    assert max(len(frame(Deltas(deltas))) for deltas in stage.sent) < 16 << 20
    assert len(stage.sent) > 1


def test_values_of_any_shape_are_weighed(stage: Stage) -> None:
    """Lists in lists of different lengths are what trees and tables are made of."""
    stage.run(
        "t = tree(['src', ['main.py', ['deep.py']], 'README'])\ntable([(1, 2), (3,)])\nt.items = [['a', 'b'], ['c']]"
    )
    assert stage.display.show(stage.display.ids["tree"], "items") == "a\nb\nc"


def test_changes_keep_their_order(stage: Stage) -> None:
    """A node that is moved, removed, and made again is where it was made again."""
    stage.run('a = box(name="a")\na.at = (5, 5, 5)\na.remove()\nb = box(name="a", at=(1, 1, 1))')
    assert stage.run('find("a").at') == (1, 1, 1)


def test_changes_from_elsewhere_are_seen(stage: Stage) -> None:
    """What a person writes into a file of a node is what the program reads."""
    stage.run('a = box(name="a", at=(1, 1, 1))\na.at = (2, 2, 2)')
    id = stage.display.ids["a"]
    deltas: list[Delta] = [fill("at", [id], [(7, 8, 9)]), Set(id, "tags", ("x",)), Put(3, "box", "b", {})]
    for delta in deltas:
        stage.display.apply(delta)
    stage.scene.adopt(deltas)
    assert stage.run("(a.at, a.tags, find('b').x)") == ((7, 8, 9), ("x",), 0)
    stage.run("a.x = 1")
    assert stage.run("a.at") == (1, 8, 9)


def test_a_change_of_a_node_that_is_gone_does_no_harm(stage: Stage) -> None:
    """Two sides may act at once."""
    stage.run('box(name="a")').remove()
    stage.scene.adopt([Set(2, "tags", ("x",)), Remove(2)])


def test_clear_empties_the_scene(stage: Stage) -> None:
    """Names, places and counts begin anew."""
    stage.run("box()\nbox()\nclear()")
    assert stage.run("(box().name, box().x)") == ("box", 1.5)
    assert any(isinstance(delta, Reset) for deltas in stage.sent for delta in deltas)


NOUNS = st.sampled_from(["box", "sphere", "rect", "circle", "text", "group", "light"])
NAMES = st.sampled_from(["a", "b", "c", "d"])
NUMBERS = st.integers(-9, 9)
STEPS = st.one_of(
    st.builds("{}(name={!r})".format, NOUNS, NAMES),
    st.builds("{}()".format, NOUNS),
    st.builds("{}(name={!r}, parent={!r})".format, NOUNS, NAMES, NAMES),
    st.builds("find({!r}).x = {}".format, NAMES, NUMBERS),
    st.builds("find({!r}).move({}, {})".format, NAMES, NUMBERS, NUMBERS),
    st.builds("find({!r}).color = {!r}".format, NAMES, st.sampled_from(["red", "#123456"])),
    st.builds("find({!r}).size = {}".format, NAMES, NUMBERS),
    st.builds("find({!r}).parent = {}".format, NAMES, st.sampled_from(["None", "find('a')", "'b'"])),
    st.builds("find({!r}).name = {!r}".format, NAMES, NAMES),
    st.builds("find({!r}).at = left_of({!r})".format, NAMES, NAMES),
    st.builds("find({!r}).remove()".format, NAMES),
    st.just("grid(nodes())"),
    st.just("update(nodes('box'), at=np.ones((len(nodes('box')), 3)))"),
    st.just("clear()"),
    st.just("flush"),
)


@given(st.lists(STEPS, max_size=25))
def test_worker_and_display_never_differ(steps: list[str]) -> None:
    """Whatever a program does, and whatever of it is refused, the display's graph is the worker's."""
    stage = Stage()
    for step in steps:
        if step == "flush":
            stage.scene.flush()
            continue
        try:
            exec(step, stage.names)
        except Refused:
            continue
    stage.scene.flush()
    assert stage.display == stage.scene.graph


# places


def test_a_bare_solid_stands_on_the_ground(stage: Stage) -> None:
    """At the origin, whatever its size; a plane is the ground."""
    assert stage.run("box(size=(1, 4, 1)).at") == (0, 2, 0)
    assert stage.run("plane().at") == (0, 0, 0)


def test_bare_solids_stand_side_by_side(stage: Stage) -> None:
    """The next one is to the right of those before, also of one that was put at the origin."""
    stage.run("a = box(size=2, at=(0, 1, 0))\nb = sphere()\nc = cone(size=(3, 1, 1))")
    assert stage.run("(b.at, c.at)") == ((2.0, 0.5, 0.0), (4.5, 0.5, 0.0))


def test_what_is_elsewhere_does_not_push_the_row(stage: Stage) -> None:
    """Things far to the right, behind or above leave the origin free."""
    stage.run("box(at=(50, 0.5, 0))\nbox(at=(0, 0.5, -9))\nsphere(at=(0, 9, 0))")
    assert stage.run("sphere().x") == 0


def test_bare_shapes_stand_side_by_side_and_texts_below_each_other(stage: Stage) -> None:
    """From the middle of the view; a text may lie on a shape."""
    assert stage.run("(rect(size=100).at, circle(size=100).at)") == ((640, 360), (760, 360))
    assert stage.run("(text('a', size=20).at, text('b', size=20).at)") == ((640, 360), (640, 390))


def test_what_is_inside_begins_at_the_middle(stage: Stage) -> None:
    """A node with a parent is placed from its parent, not in the row."""
    stage.run("with group(name='car', at=(5, 0, 0)) as car:\n    wheel = sphere()\nbare = box()")
    assert stage.run("(wheel.at, wheel.parent == car, bare.parent, bare.x)") == ((0, 0, 0), True, None, 0)
    assert stage.run("group(wheel, 'box', name='all').name") == "all"
    assert stage.run("wheel.parent.name, bare.parent.name") == ("all", "all")
    stage.run("group(name='next', at=right_of(bare))")
    with pytest.raises(Refused, match="neither a node"):
        stage.run("group(3, name='none')")
    assert "none" not in stage.display.ids


@pytest.mark.parametrize(
    ("place", "at"),
    [
        ("left_of(cube)", (-2.0, 0.5, 0)),
        ("left_of('cube', gap=0)", (-1.5, 0.5, 0)),
        ("right_of(cube, gap=2)", (3.5, 0.5, 0)),
        ("above(cube)", (0, 2.5, 0)),
        ("below(cube)", (0, -0.5, 0)),
        ("in_front_of(cube)", (0, 0.5, 2.0)),
        ("behind(cube, gap=1)", (0, 0.5, -2.5)),
    ],
)
def test_beside_a_solid(stage: Stage, place: str, at: tuple[float, ...]) -> None:
    """Edges keep the gap, and things stand on the same ground; above and below they touch."""
    stage.run("cube = box(name='cube', size=2)")
    assert stage.run(f"sphere(at={place}).at") == pytest.approx(at)
    assert stage.run(f"[s := sphere(), setattr(s, 'at', {place}), s.at][2]") == pytest.approx(at)


@pytest.mark.parametrize(
    ("place", "at"),
    [
        ("left_of(card)", (325, 300)),
        ("right_of(card, gap=0)", (455, 300)),
        ("above(card)", (400, 245)),
        ("below(card, gap=10)", (400, 345)),
    ],
)
def test_beside_a_shape(stage: Stage, place: str, at: tuple[float, ...]) -> None:
    """In the view, y goes down and middles are aligned."""
    stage.run("card = rect(at=(400, 300), size=(100, 60))")
    assert stage.run(f"circle(size=10, at={place}).at") == pytest.approx(at)


def test_beside_a_group_and_an_anchored_text(stage: Stage) -> None:
    """A group takes up what its nodes do, wherever it is; an anchor is looked at."""
    stage.run("with group(name='car', at=(10, 0, 0)):\n    box(size=2, at=(0, 1, 0))\n    box(size=2, at=(3, 1, 0))")
    assert stage.run("sphere(at=right_of('car', gap=1)).at") == pytest.approx((15.5, 0.5, 0))
    stage.run("t = text('12345', size=20, at=(100, 50), anchor='left')")
    assert stage.run("circle(size=10, at=right_of(t, gap=0)).x") == pytest.approx(160, abs=10)


def test_lines_are_where_their_coordinates_say(stage: Stage) -> None:
    """Two numbers are in the view, three in the world; a thing beside a line keeps off its end."""
    stage.run("a = line((100, 100), (200, 100))\nb = line([(0, 0, 0), (0, 4, 0)])\nc = line((0, 0, 0), (2, 0, 0))")
    assert stage.run("circle(size=20, at=right_of(a, gap=0)).at") == (210, 100)
    assert stage.run("box(size=1, at=right_of(b, gap=1)).at") == (1.5, 0.5, 0)
    assert stage.run("box(size=1, at=right_of(c, gap=1)).at") == (3.5, 0.5, 0)


def test_a_place_can_be_used_as_numbers(stage: Stage) -> None:
    """For something as big as the thing beside it."""
    stage.run("cube = box(size=2)\nx, y, z = left_of(cube, gap=1)")
    assert stage.run("(x, y, z, left_of(cube, gap=1)[0])") == (-3, 1, 0, -3)


@settings(max_examples=30)
@given(st.lists(st.tuples(st.floats(0.1, 5), st.floats(0.1, 5)), min_size=1, max_size=20), st.booleans(), st.booleans())
def test_things_in_a_grid_or_circle_do_not_touch(sizes: list[tuple[float, float]], flat: bool, round_: bool) -> None:
    """However big they are; in the world they stand on the ground."""
    stage = Stage()
    stage.names["sizes"] = sizes
    noun = "rect(size=(10*w, 10*h))" if flat else "box(size=(w, 1, h))"
    stage.run(f"things = {'circle_of' if round_ else 'grid'}([{noun} for w, h in sizes])")
    boxes = [stage.nouns.box(thing)[0] for thing in stage.names["things"]]
    down = 1 if flat else 2
    for i, a in enumerate(boxes):
        assert flat or a.edge(1, -1) == pytest.approx(0, abs=1e-4)
        for b in boxes[:i]:
            apart = [abs(a.middle[axis] - b.middle[axis]) >= a.half[axis] + b.half[axis] - 1e-3 for axis in (0, down)]
            assert any(apart) or round_


def test_grid_and_circle_take_a_place_and_a_size(stage: Stage) -> None:
    """Columns, gap, size and the middle are the program's to say."""
    stage.run("a = [box(size=1) for _ in range(4)]\ngrid(a, columns=2, gap=1, at=(10, 0, 10))")
    assert stage.run("[b.at for b in a]") == [(9, 0.5, 9), (11, 0.5, 9), (9, 0.5, 11), (11, 0.5, 11)]
    stage.run("circle_of(*a, size=4)")
    assert stage.run("[tuple(round(n, 6) for n in b.at) for b in a][:2]") == [(0, 0.5, -2), (2, 0.5, 0)]


def test_update_moves_many_by_one_array(stage: Stage) -> None:
    """Rows belong to things in their order, also if those are of several nouns."""
    stage.run("a = [box(), rect(), box()]\nupdate(a, at=np.arange(6).reshape(3, 2)) if 0 else None")
    stage.run("update([a[0], a[2]], at=[(1, 1, 1), (2, 2, 2)], color=[(1, 0, 0), (0, 1, 0)])")
    assert stage.run("(a[0].at, a[2].at, a[2].color)") == ((1, 1, 1), (2, 2, 2), (0, 1, 0, 1))
    stage.run("update(a[0], scale=[2]); update('box', opacity=[0.5])")
    assert stage.run("a[0].opacity, a[0].scale") == (0.5, (2, 2, 2))
    stage.run("update(a, opacity=[0.1, 0.2, 0.3])")
    assert stage.run("[thing.opacity for thing in a]") == [0.1, 0.2, 0.3]


def test_nodes_are_found(stage: Stage) -> None:
    """By name, by noun, by tag."""
    stage.run("box(tags='a b')\nbox(tags=('b',))\nsphere()")
    assert stage.run("[n.name for n in nodes(tag='b')]") == ["box", "box2"]
    assert stage.run("[n.name for n in nodes('sphere')]") == ["sphere"]
    assert stage.run("len(nodes())") == 3


# time


def test_functions_are_called_when_their_time_has_come(stage: Stage) -> None:
    """every again and again, after once; what was missed is not made up for."""
    stage.run("@every(0.5)\ndef tick(): pass\ndef once(): pass\nafter(1, once)")
    assert (stage.timers.pause(), stage.call_due()) == (0.5, [])
    stage.time = 0.5
    assert stage.call_due() == ["tick"]
    stage.time = 10.2
    assert stage.call_due() == ["tick", "once"]
    assert stage.call_due() == []
    assert stage.timers.pause() == pytest.approx(0.3)


def test_frames_and_events(stage: Stage) -> None:
    """A function gets what it asks for."""
    stage.run("@on_frame\ndef a(dt): pass\n@on_frame\ndef b(): pass\n@on_frame\ndef c(dt=1): pass")
    stage.run(
        "cube = box()\n@cube.on_click\ndef hit(event): pass\nfor i in range(3):\n    @on_frame\n    def d(i=i): pass"
    )
    assert [callback.takes for callback in stage.timers.frames] == [1, 0, 1, 0, 0, 0]
    assert list(map(str, stage.timers.handlers(2, "click"))) == ["hit on click of box, program 2, running"]
    assert stage.timers.handlers(2, "hover") == []
    stage.run("@cube.on_click\ndef again(): pass")
    assert [callback.name for callback in stage.timers.handlers(2, "click")] == ["again"]
    stage.run("stop(again)")
    assert stage.timers.handlers(2, "click") == []


def test_a_handler_ends_with_its_node(stage: Stage) -> None:
    """Another node may get the number later."""
    stage.run("a = box()\na.on_click(print)\na.remove()")
    stage.timers.forget(2)
    assert list(stage.timers) == []


def test_a_function_may_be_called_in_two_ways(stage: Stage) -> None:
    """A later program that uses an earlier one's function does not replace it."""
    stage.run("@every(1)\ndef tick(): pass")
    stage.run("after(5, tick)")
    assert len(list(stage.timers)) == 2


def test_a_function_of_a_later_program_takes_the_place_of_the_earlier(stage: Stage) -> None:
    """By its name; functions of one program stand side by side."""
    stage.run("for i in range(2):\n    @every(1)\n    def tick(i=i): pass")
    assert len(list(stage.timers)) == 2
    stage.run("@every(2)\ndef tick(): pass")
    assert [str(callback) for callback in stage.timers] == ["tick every 2 s, program 2, running"]
    stage.run("@every(2)\ndef _(): pass")
    stage.run("@every(2)\ndef _(): pass")
    assert len(list(stage.timers)) == 3


def test_stop_and_clear(stage: Stage) -> None:
    """stop(f) stops one; clear() stops all but the function that clears."""
    stage.run("@every(1)\ndef a(): pass\n@on_frame\ndef b(): pass\nstop(a)")
    assert [callback.name for callback in stage.timers] == ["b"]
    stage.run("@every(1)\ndef redraw():\n    clear()\n    circle()")
    stage.time = 1
    assert stage.call_due() == ["redraw"]
    assert [callback.name for callback in stage.timers] == ["redraw"]
    stage.run("stop()")
    assert list(stage.timers) == []


def test_a_suspended_function_waits_for_a_new_definition(stage: Stage) -> None:
    """It is not called, and listed with its trouble."""
    stage.run("@on_frame\ndef f(): pass")
    stage.timers.suspend(stage.timers.frames[0], "line 2: no")
    assert stage.timers.frames == []
    assert [str(callback) for callback in stage.timers] == ["f every frame, program 1, suspended: line 2: no"]
    stage.run("@on_frame\ndef f(): pass")
    assert len(stage.timers.frames) == 1


def test_time_that_stood_still_does_not_count(stage: Stage) -> None:
    """A copy that slept for an hour calls nothing at once, and frames are still frames."""
    stage.run("@every(1)\ndef tick(): pass\n@on_frame\ndef frame(): pass")
    stage.time = 3600
    stage.timers.shift(3600)
    assert stage.call_due() == []
    stage.time = 3601
    assert stage.call_due() == ["tick"]


def test_the_language_is_under_the_program(stage: Stage) -> None:
    """A program's names are its own; the language comes back when a name is deleted."""
    stage.run("sin = 3\ntext = 'hello'")
    assert stage.run("sin") == 3
    stage.run("del sin, text")
    assert stage.run("sin(0)") == 0
    assert stage.run("text('a').text") == "a"
    assert not {name for name in stage.names if not name.startswith("__")}
    assert stage.run("np.zeros(2).shape, len(now('%Y'))") == ((2,), 4)


def test_numpy_numbers_are_numbers(stage: Stage) -> None:
    """Arrays and their items serve wherever numbers do."""
    stage.run("a = box(at=np.array([1, 2, 3]), size=np.float32(2))\na.x = np.float64(5)\nb = box()\nb.at = np.ones(3)")
    assert stage.run("(a.at, a.size, b.at)") == ((5, 2, 3), (2, 2, 2), (1, 1, 1))
    assert all(
        isinstance(delta.ids, np.ndarray) for deltas in stage.sent for delta in deltas if isinstance(delta, Fill)
    )
