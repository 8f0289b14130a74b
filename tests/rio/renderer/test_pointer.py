"""What a person does, as events."""

from typing import Any

from rio.renderer.pointer import Pointer
from rio.wire import Event, Input


def told(pointer: Pointer, *inputs: Input) -> list[tuple[int, str]]:
    """Which node is told what."""
    return [(event.id, event.what) for what in inputs for event in pointer.events(what)]


def at_left(x: float, y: float) -> int:
    """Node 2 lies on the left, node 4 on the right of a gap."""
    return 2 if x < 100 else 4 if x > 200 else 0


def test_going_over_nodes_enters_and_leaves_them() -> None:
    pointer = Pointer(at_left)
    moves = [Input("move", x, 0) for x in (50, 60, 250, 150)]

    assert told(pointer, *moves) == [
        (2, "enter"),
        (0, "move"),
        (0, "move"),
        (2, "leave"),
        (4, "enter"),
        (0, "move"),
        (4, "leave"),
        (0, "move"),
    ]


def test_a_click_is_a_press_and_a_release_of_one_node_at_one_place() -> None:
    pointer = Pointer(at_left)

    assert told(pointer, Input("press", 50, 0, "left"), Input("release", 52, 0, "left")) == [
        (2, "press"),
        (0, "press"),
        (2, "release"),
        (0, "release"),
        (2, "click"),
        (0, "click"),
    ]
    assert (2, "click") not in told(pointer, Input("press", 50, 0, "left"), Input("release", 80, 0, "left"))


def test_a_pressed_node_is_dragged_and_hears_it_wherever_the_pointer_is() -> None:
    pointer = Pointer(at_left)
    list(pointer.events(Input("press", 50, 10, "left")))
    drag, view = pointer.events(Input("move", 250, 30))

    assert (drag.id, drag.what, drag.value["dx"], drag.value["dy"]) == (2, "drag", 200, 20)
    assert (view.id, view.what) == (0, "drag")
    assert told(pointer, Input("release", 250, 30, "left")) == [(2, "release"), (0, "release")]


def test_the_wheel_turns_over_a_node() -> None:
    first, view = Pointer(at_left).events(Input("scroll", 250, 0, -1))

    assert (first.id, first.value["dy"], view.id) == (4, -1, 0)


def test_keys_that_are_held_come_with_everything() -> None:
    pointer = Pointer(at_left)
    list(pointer.events(Input("key_press", value="shift")))
    pressed, *_ = pointer.events(Input("press", 50, 0, "left"))
    assert pressed.value == {"x": 50, "y": 0, "keys": ["shift"], "button": "left"}

    list(pointer.events(Input("key_release", value="shift")))
    [typed] = pointer.events(Input("text", value="é"))
    assert typed == Event(0, "text", {"key": "é", "keys": []})


def test_a_node_that_is_gone_is_neither_left_nor_dragged() -> None:
    there: set[int] = {2}
    pointer = Pointer(lambda x, y: 2 if 2 in there else 0)
    list(pointer.events(Input("move", 1, 1)))
    list(pointer.events(Input("press", 1, 1, "left")))
    there.clear()
    pointer.forget(there.__contains__)

    assert told(pointer, Input("move", 2, 2), Input("release", 2, 2)) == [(0, "move"), (0, "release")]


def test_an_input_that_nobody_knows_says_nothing() -> None:
    unknown: Any = Input("dance", 1, 1)
    assert told(Pointer(at_left), unknown) == []


def test_keys_have_one_name_and_are_let_go_with_the_keyboard() -> None:
    """Whether a window or a file said it."""
    pointer = Pointer(at_left)
    [pressed] = pointer.events(Input("key_press", value="RETURN"))
    assert pressed.value == {"key": "enter", "keys": ["enter"]}
    assert pointer.awaits(Input("key_release", value="return"))
    assert not pointer.awaits(Input("key_release", value="x"))
    list(pointer.events(Input("key_press", value="_1")))
    released = list(pointer.events(Input("blur")))
    assert [event.value for event in released] == [{"key": "enter", "keys": ["1"]}, {"key": "1", "keys": []}]


def test_what_began_here_ends_here() -> None:
    """A node that is held hears the release, be it over a window."""
    pointer = Pointer(at_left)
    assert not pointer.awaits(Input("release", 50, 0, "left"))
    list(pointer.events(Input("press", 50, 0, "left")))
    assert pointer.awaits(Input("move", 60, 0))
    assert pointer.awaits(Input("release", 50, 0, "left"))
