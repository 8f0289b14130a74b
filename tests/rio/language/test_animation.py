"""Animations without a process: where things are after so many seconds of frames, and what goes out for it."""

import time

import numpy as np
import pytest
from tests.rio.language.stages import Stage

from rio.scene.values import Refused
from rio.wire import Fill, Reset, Set, fill


def step(stage: Stage, seconds: float) -> None:
    """One frame."""
    stage.nouns.animations.step(seconds)
    stage.scene.flush()


def tasks(stage: Stage) -> list[str]:
    """What the list of tasks says, without numbers."""
    return [line.partition(" ")[2] for line in stage.language.tasks()]


def test_a_node_goes_to_another_place(stage: Stage) -> None:
    """Half the way in half the time; at the end it is exactly there, and the animation is over."""
    stage.run('cube = box(name="cube", at=(0, 0, 0))\nanimate(cube, at=(4, 2, 0), seconds=2, ease="linear")')
    assert tasks(stage) == ["animate cube at, 0.0 of 2 s, program 1, running"]
    step(stage, 1)
    assert stage.run("cube.at") == (2, 1, 0)
    step(stage, 1.5)
    assert stage.run("cube.at") == (4, 2, 0)
    assert tasks(stage) == []


@pytest.mark.parametrize(
    ("words", "reads", "half"),
    [
        ("x=4", "cube.at", (2, 0, 0)),
        ("color=(1, 1, 1)", "cube.color", (0.5, 0.5, 0.5, 1)),
        ("size=3", "cube.size", (2, 2, 2)),
        ("rotate=90", "cube.rotate", (0, 45, 0)),
        ("opacity=0", "cube.opacity", 0.5),
        ("at=right_of('other', gap=0)", "cube.at[0]", 5.5),
    ],
)
def test_every_word_of_numbers_can_go(stage: Stage, words: str, reads: str, half: object) -> None:
    """In the same ways as the word is said otherwise."""
    stage.run('box(name="other", at=(10, 0.5, 0))\ncube = box(name="cube", at=(0, 0, 0), size=1, color=(0, 0, 0))')
    stage.run(f"cube.animate({words}, seconds=2, ease='linear')")
    step(stage, 1)
    assert stage.run(reads) == pytest.approx(half, abs=1e-3)


def test_words_that_are_kept_in_no_column_can_go_too(stage: Stage) -> None:
    """A value, a brightness, a layer in whole steps."""
    stage.run("dial = slider(high=100)\nlamp = light()\ncard = rect()")
    stage.run("dial.animate(value=50, ease='linear')\nlamp.animate(brightness=3, ease='linear')\ncard.animate(layer=5)")
    step(stage, 0.5)
    assert stage.run("(dial.value, lamp.brightness)") == (25, 2)
    assert stage.run("card.layer") in range(6)
    step(stage, 0.6)
    assert stage.run("(dial.value, lamp.brightness, card.layer)") == (50, 3, 5)


def test_two_words_of_one_column_go_apart(stage: Stage) -> None:
    """x and y are numbers of one place, each with a time of its own."""
    stage.run(
        "b = circle(at=(0, 0))\nb.animate(x=10, seconds=1, ease='linear')\nb.animate(y=10, seconds=2, ease='linear')"
    )
    step(stage, 1)
    assert stage.run("b.at") == (10, 5)
    step(stage, 1)
    assert stage.run("b.at") == (10, 10)


def test_a_later_animation_takes_over_from_where_the_node_is(stage: Stage) -> None:
    """The earlier one is over, and does not call what it would have called at its end."""
    stage.run("b = circle(at=(0, 0))\nb.animate(x=10, seconds=2, ease='linear', then=print)")
    step(stage, 1)
    stage.run("b.animate(x=1, seconds=2, ease='linear')")
    step(stage, 1)
    assert stage.run("b.x") == 3
    assert len(tasks(stage)) == 1
    step(stage, 1)
    assert (stage.run("b.x"), stage.call_due()) == (1, [])


@pytest.mark.parametrize("who", ["program", "elsewhere"])
def test_who_sets_the_word_ends_its_animation(stage: Stage, who: str) -> None:
    """A program, or a person by a file; the other words go on."""
    stage.run("b = circle(name='b', at=(0, 0))\nb.animate(x=10, y=10, seconds=2, ease='linear')")
    step(stage, 1)
    if who == "program":
        stage.run("b.x = 7")
    else:
        change = fill("at", [stage.display.ids["b"]], [(7, 5)])
        stage.display.apply(change)
        stage.scene.adopt([change])
    step(stage, 1)
    assert stage.run("b.at") == (7, 10)


def test_a_scene_that_was_replaced_from_outside_is_gone_on_with(stage: Stage) -> None:
    """After the death of a worker its copy has other places than the picture: nobody has moved anything."""
    stage.run(
        "b = circle(name='b', at=(0, 0))\nb.animate(x=10, seconds=2, ease='linear')\nd = slider()\nd.animate(value=1)"
    )
    step(stage, 0.5)
    picture = [Reset(), *list(stage.display.whole())[1:]]
    picture.append(fill("at", [stage.display.ids["b"]], [(9, 0)]))
    stage.scene.adopt(picture)
    stage.nouns.animations.trust()
    step(stage, 0.5)
    assert stage.run("(b.x, d.value)") == (5, 1)
    stage.display.apply(fill("at", [stage.display.ids["b"]], [(5, 0)]))


def test_removing_the_node_ends_it(stage: Stage) -> None:
    """And nothing is said of a node that is gone; what comes at the end is not called."""
    stage.run("b = circle()\nc = slider()\nb.animate(x=1, then=print)\nc.animate(value=1)\nb.remove()\nc.remove()")
    step(stage, 2)
    assert (tasks(stage), stage.call_due()) == ([], [])


def test_then_is_called_at_the_end(stage: Stage) -> None:
    """Once, and may begin the next."""
    stage.run("b = circle(at=(0, 0))\ndef back(): b.animate(x=0)\nb.animate(x=8, then=back)")
    step(stage, 0.9)
    assert stage.call_due() == []
    step(stage, 0.2)
    assert stage.call_due() == ["back"]
    step(stage, 1)
    assert (stage.run("b.x"), stage.call_due()) == (0, [])


def test_many_nodes_go_by_one_call(stage: Stage) -> None:
    """All to one place, or each to its row of an array; nodes, or their names."""
    stage.run("a = [circle(at=(0, i)) for i in range(3)]\nanimate(a, x=6, opacity=[0, 0.5, 1], seconds=1)")
    step(stage, 1)
    assert stage.run("[(c.x, c.opacity) for c in a]") == [(6, 0), (6, 0.5), (6, 1)]
    stage.run("animate(a, at=np.arange(6).reshape(3, 2))\nanimate('circle', x=9)")
    step(stage, 1)
    assert stage.run("[c.at for c in a]") == [(9, 1), (2, 3), (4, 5)]
    assert "animate 3 nodes at" in next(iter(tasks(stage)), "animate 3 nodes at")


@pytest.mark.parametrize("ease", ["linear", "in", "out", "in out", "bounce", "elastic"])
def test_every_ease_ends_where_it_should(stage: Stage, ease: str) -> None:
    """And keeps within the bounds of its word on the way, though it may swing."""
    stage.run(f"b = circle(at=(0, 0), opacity=0)\nb.animate(x=100, opacity=1, ease={ease!r})")
    seen = []
    for _ in range(10):
        step(stage, 0.1000001)
        seen.append(stage.run("b.x"))
        assert 0 <= stage.run("b.opacity") <= 1
    assert seen[-1] == 100
    assert max(np.diff(seen)) > 0


def test_an_ease_may_be_a_function(stage: Stage) -> None:
    """Of a number from 0 to 1; one that comes back is there and back again."""
    stage.run("b = circle(at=(0, 0))\nb.animate(x=100, ease=lambda part: sin(pi * part))")
    step(stage, 0.5)
    assert stage.run("b.x") == pytest.approx(100, abs=0.1)
    step(stage, 0.5)
    assert stage.run("b.x") == pytest.approx(0, abs=0.1)
    for i in range(1200):
        stage.run(f"b.animate(x=1, ease=lambda part: part ** {i / 100 + 1})")


def test_stop_takes_an_animation_a_node_or_a_number(stage: Stage) -> None:
    """What was moving stays where it is."""
    stage.run("a, b, c = [circle(at=(0, 0)) for _ in range(3)]\none = a.animate(x=1)\nb.animate(x=1)\nc.animate(x=1)")
    step(stage, 0.5)
    stage.run("stop(one)\nstop(b)")
    assert tasks(stage) == ["animate circle3 x, 0.5 of 1 s, program 1, running"]
    number = next(stage.language.tasks()).partition(" ")[0]
    stage.run(f"stop({number!r})")
    step(stage, 1)
    assert stage.run("[n.x for n in (a, b, c)]") == [0.5, 0.5, 0.5]
    stage.run("a.animate(x=1)\nstop()")
    assert len(stage.nouns.animations) == 0
    with pytest.raises(Refused, match="has ended already"):
        stage.run("stop(one)")


@pytest.mark.parametrize(
    ("program", "says"),
    [
        ("box().animate()", "say what goes where"),
        ("animate([], x=1)", "say what goes where"),
        ("animate(box().x, 5)", r"name the node and the word: animate\(cube, x=3\)"),
        ("box().animate(sise=2)", "did you mean size"),
        ("box().animate(visible=False)", "visible of box does not go step by step; these do: at size color"),
        ("box().animate(color='blu')", "did you mean blue"),
        ("box().animate(opacity=2)", "out of range"),
        ("box().animate(x='far')", "not three numbers"),
        ("rect().animate(z=1)", "a rect has no z"),
        ("box().animate(x=1, seconds=-1)", "seconds is a number from 0"),
        ("box().animate(x=1, seconds=float('nan'))", "seconds is a number from 0"),
        ("box().animate(x=1, ease='bonce')", "no ease 'bonce'; did you mean bounce"),
        ("box().animate(x=1, ease=3)", "ease is one of"),
        ("box().animate(x=1, ease=lambda part: 'a')", "ease takes a number"),
        ("box().animate(x=1, ease=lambda part: float('nan'))", "out of range"),
        ("box().animate(x=1, then=3)", "then is a function"),
        ("animate([box(), box()], x=[1, 2, 3])", "3 rows of x for 2 nodes"),
        ("line([(0, 0), (1, 1)]).animate(to=(3, 3))", "no to yet to begin from"),
        ("animate('nobody', x=1)", "there is no node nobody"),
    ],
)
def test_a_mistake_is_refused_in_words(stage: Stage, program: str, says: str) -> None:
    """Before anything moves."""
    with pytest.raises(Refused, match=says):
        stage.run(program)
    assert len(stage.nouns.animations) == 0


def test_ten_thousand_nodes_go_out_as_one_change_for_each_column(stage: Stage) -> None:
    """Begun one by one or all at once; a frame of them is arrays, and takes milliseconds."""
    stage.run("ants = [circle(at=(0, 0)) for _ in range(10_000)]")
    stage.run("for i, ant in enumerate(ants): ant.animate(x=i, color='red', seconds=5)")
    step(stage, 0.1)
    stage.sent.clear()
    began = time.perf_counter()
    step(stage, 0.1)
    took = time.perf_counter() - began
    (changes,) = stage.sent
    assert [(type(change), len(change.ids)) for change in changes if isinstance(change, Fill)] == [(Fill, 10_000)] * 2
    assert len(changes) == 2
    assert took < 1
    stage.run("animate(ants, at=np.zeros((10_000, 2)))")
    step(stage, 2)
    assert stage.run("max(ant.x for ant in ants)") == 0


def test_a_node_that_begins_anew_is_not_moved_by_what_moved_its_number_before(stage: Stage) -> None:
    """Numbers of nodes are used again."""
    stage.run("b = circle(at=(0, 0))\nb.animate(x=1)")
    stage.nouns.animations.forget(stage.display.ids["circle"])
    step(stage, 1)
    assert stage.run("b.x") == 0
    assert not any(isinstance(change, Set) for changes in stage.sent for change in changes)
