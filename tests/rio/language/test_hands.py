"""Keys and pointer as a program hears them, and the list of everything that is called."""

import pytest
from tests.rio.language.stages import Stage

from rio.scene.keys import KEYS, key_named, keys_meant
from rio.scene.values import Refused


def called(stage: Stage, node: int, what: str, key: str = "") -> list[str]:
    """Whom an event calls."""
    return [callback.name for callback in stage.timers.handlers(node, what, key)]


def test_the_view_calls_all_functions_that_want_to_hear(stage: Stage) -> None:
    """Of one program; a later program's of the same name takes the earlier one's place."""
    stage.run("@on_click\ndef a(): pass\n@on_click\ndef b(event): pass\n@on_move\ndef c(event): pass")
    assert called(stage, 0, "click") == ["a", "b"]
    stage.run("@on_click\ndef a(event): pass")
    assert called(stage, 0, "click") == ["b", "a"]
    assert called(stage, 0, "move") == ["c"]
    assert called(stage, 0, "drag") == []


def test_a_node_calls_the_newest_function_for_each_event(stage: Stage) -> None:
    """What it called before is stopped, and no longer listed."""
    stage.run("b = box()\n@b.on_click\ndef first(): pass\n@b.on_click\ndef second(): pass\nb.on_enter(print)")
    assert called(stage, stage.display.ids["box"], "click") == ["second"]
    assert [line.split(",")[0].split(" ", 1)[1] for line in stage.language.tasks()] == [
        "second on click of box",
        "print on enter of box",
    ]


@pytest.mark.parametrize("what", ["click", "drag", "change", "press", "release", "enter", "leave", "scroll"])
def test_everything_that_happens_to_a_node_can_be_heard(stage: Stage, what: str) -> None:
    """By one vocabulary."""
    stage.run(f"b = box()\n@b.on_{what}\ndef hear(event): pass")
    assert called(stage, stage.display.ids["box"], what) == ["hear"]
    assert called(stage, 0, what) == []


def test_keys_are_heard_by_name(stage: Stage) -> None:
    """All of them, one, or several; a function may come along."""
    stage.run("@on_key\ndef all(event): pass\n@on_key('left', 'A')\ndef some(event): pass\non_key('Return', print)")
    assert called(stage, 0, "key_press", "x") == ["all"]
    assert called(stage, 0, "key_press", "a") == ["all", "some"]
    assert called(stage, 0, "key_press", "enter") == ["all", "print"]
    stage.run("@on_key_release('shift')\ndef up(event): pass")
    assert called(stage, 0, "key_release", "rshift") == ["up"]
    assert [str(task).split(",")[0] for task in stage.timers][1:] == [
        "some on key left or A",
        "print on key Return",
        "up on key release shift",
    ]


def test_what_is_held_is_what_the_last_event_said(stage: Stage) -> None:
    """`shift` is either of two; the pointer stays where it was last seen."""
    assert stage.run("(held('left'), held(), pointer())") == (False, False, (0, 0))
    stage.language.hands.hear({"keys": ["left", "rshift"], "x": 3, "y": 4})
    assert stage.run("(held('left'), held('shift'), held('a'), held('a', 'left'), held())") == (
        True,
        True,
        False,
        True,
        True,
    )
    stage.language.hands.hear({"keys": [], "key": "left"})
    assert stage.run("(held(), pointer())") == (False, (3, 4))
    stage.language.hands.hear(None)
    assert stage.run("pointer()") == (3, 4)


def test_keys_have_one_name_however_they_are_written() -> None:
    """A window's way, a shell's way, and the sign itself."""
    assert [key_named(word) for word in ("RETURN", "_1", " ", "+", "Esc", "left", "_", "")] == [
        "enter",
        "1",
        "space",
        "plus",
        "escape",
        "left",
        "underscore",
        "",
    ]
    assert keys_meant("ctrl") == {"ctrl", "lctrl", "rctrl"}
    assert {key_named(key) for key in KEYS} == KEYS


@pytest.mark.parametrize(
    ("program", "says"),
    [
        ("held([])", "is not the name of a key"),
        ("held('spce')", "no key 'spce'; did you mean space"),
        ("on_key('lft')", "did you mean left"),
        ("on_key(3)", "3 is not a function"),
        ("on_click(3)", "3 is not a function"),
        ("on_move(lambda a, b: 0)", "needs 2 arguments"),
        ("b = box()\nb.remove()\nb.on_click(print)", "there is no node"),
        ("stop('nothing')", "no task nothing; scene/tasks lists them"),
        ("stop('99')", "no task 99"),
        ("stop(99)", "no task 99"),
    ],
)
def test_a_mistake_is_refused_in_words(stage: Stage, program: str, says: str) -> None:
    """Also what would never be called."""
    with pytest.raises(Refused, match=says):
        stage.run(program)


def test_the_list_of_tasks_says_when_and_what_it_costs(stage: Stage) -> None:
    """A number and a name, how often, whose, how it fares; what is too slow for its beat."""
    stage.run("@every(0.5)\ndef tick(): pass\n@on_frame\ndef draw(): pass\nafter(3, lambda: 0)")
    tick, draw, _ = stage.timers
    tick.cost(0.25)
    tick.cost(0.35)
    draw.cost(0.05)
    assert list(stage.language.tasks()) == [
        "1 tick every 0.5 s, program 1, running, 2 times, 300 ms each",
        "2 draw every frame, program 1, running, once, 50 ms each, too slow for every frame",
        "3 <lambda> after 3 s, program 1, running",
    ]


def test_tasks_are_stopped_by_name_and_by_number(stage: Stage) -> None:
    """All of a name; a number is one, and is never used twice."""
    stage.run("for i in range(3):\n    @every(1)\n    def tick(i=i): pass\n")
    stage.run("stop(2)")
    assert [callback.number for callback in stage.timers] == [1, 3]
    stage.run("stop('tick')\n@every(1)\ndef tick(): pass")
    assert [callback.number for callback in stage.timers] == [4]


def test_handlers_of_removed_nodes_are_forgotten(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    """In the list at once; nodes that came and went leave room for more."""
    monkeypatch.setattr("rio.language.timers.MOST", 100)
    stage.run("b = box()\nb.on_click(print)\nb.remove()")
    assert list(stage.language.tasks()) == []
    stage.run("for i in range(101):\n    b = box(at=(0, 0, 0))\n    b.on_click(print)\n    b.remove()\n")


def test_ten_thousand_functions_are_the_most(stage: Stage) -> None:
    """They are made, called and stopped in no long time; one more is refused in words."""
    stage.run("for i in range(10_000):\n    @every(1)\n    def tick(i=i): pass\n")
    with pytest.raises(Refused, match="10,000 functions are waiting to be called already"):
        stage.run("after(1, print)")
    stage.time = 1.0
    assert len(stage.call_due()) == 10_000
    assert list(stage.language.tasks())[-1] == "and 9,000 more"
    stage.run("stop('tick')")
    assert list(stage.timers) == []


def test_a_name_that_two_programs_have_used_is_the_later_ones(stage: Stage) -> None:
    """Also where the later has first called the earlier one's function once more."""
    stage.run("@every(1)\ndef tick(): pass")
    stage.run("after(5, tick)\n@every(2)\ndef tick(): pass\n@every(3)\ndef tick(): pass")
    assert [callback.when for callback in stage.timers] == ["after 5 s", "every 2 s", "every 3 s"]


def test_an_hour_of_beats_does_not_drift(stage: Stage) -> None:
    """Ten times a second for an hour: 36,000 calls, the last on time."""
    stage.run("@every(0.1)\ndef tick(): pass")
    calls = 0
    while stage.time < 3600:
        stage.time += stage.timers.pause() or 0
        calls += len(list(stage.timers.due()))
    assert calls in (36_000, 36_001)
    assert stage.timers.pause() == pytest.approx(0.1, abs=1e-6)
