"""sketch takes back what it drew: exactly that, step by step, and forth again; what others drew stays."""

import re

import pytest
from tests.llmfs.providers.test_sketch import TWO_MACHINES, last, request, talk
from tests.llmfs.providers.test_sketch_in_rio import Display

from llmfs.providers.sketch.blocks import blocks
from llmfs.providers.sketch.node import KINDS as KNOWN
from llmfs.providers.sketch.reply import NOT_EXACTLY, NOTHING_BACK, NOTHING_FORTH, reply
from llmfs.providers.sketch.restoring import COLOR, COLORS, USUAL
from rio.scene.kinds import KINDS
from rio.versions.source import line


def looks(display: Display) -> tuple[object, ...]:
    """All that can be seen of a display but the time of day, and what time and hands call."""
    graph, timers = display.scene.settled(), display.timers
    lines = {re.sub(r"-?[\d.]+e-\d+|\d\d:\d\d:\d\d", "0", line(graph, id)) for id in graph.nodes}
    heard = {
        node.name: [what for what in ("click", "drag") if timers.handlers(id, what)] for id, node in graph.nodes.items()
    }
    return lines, heard, {each.name for each in timers if not each.when.startswith("on ")}


STEPS = [
    "a red cube",
    "a cube / make it blue, transparent and bigger",
    "a cube and a ball / remove the ball",
    "a title 'Hi' / make it say 'Bye' / make it red and twice as big",
    "ten spheres in a circle / remove everything",
    "a button 'Start' / remove it",
    "a button 'Start' / paint it red and move it up",
    "a clock",
    "a clock / remove it",
    "a cube / spin it / frame",
    "a cube / spin it / stop it",
    "three spinning cubes / remove the second cube",
    "a navy background",
    "a navy background / a black background",
    "a red cube / rename it to bob",
    "a cube / spin it / rename it to bob",
    "a big red cube / turn it into a sphere",
    "a red square / make it into a dot",
    "a triangle / clear",
    "a green bar chart of 3 -1 / clear",
    "a cube, a cone and a ball / swap the cube with the ball",
    "a big cube and four small balls around it / move them up / remove the first ball",
    "a cube / hide it",
    "a floor / a line from 100 100 to 500 300 / a light / remove everything",
    "a cube / turn it by 45 degrees",
    "a square / a circle to the left of it / move the square down",
    "a square and a circle / move the square forward",
    "a cube / a slider for its size / remove the slider",
    "a cube, a cone and a ball / a cylinder between the cube and the cone / make the ball twice as big",
    "a transparent white cube / make it opaque / clear",
]


@pytest.mark.parametrize("prompts", STEPS)
@pytest.mark.parametrize("told", [False, True], ids=["remembering", "told by the display"])
def test_what_was_drawn_is_taken_back_exactly(prompts: str, told: bool) -> None:
    """The display looks as before each step, and forth again as after it."""
    said = [prompt for each in prompts.split("/") if (prompt := each.strip()) != "frame"]
    history = [*said, *("undo" for _ in said), *("redo" for _ in said)]
    display, answers, seen = Display(), list[str](), list[tuple[object, ...]]()
    for _ in history:
        seen.append(looks(display))
        if "frame" in prompts:
            display.frame(0.2)
        system = f"context for desk:\n{display.context()}" if told else ""
        answers.append(reply(request(history, answers, system)))
        display.run(answers[-1])
    seen.append(looks(display))

    steps = len(said)
    if "frame" not in prompts:
        assert seen[steps : 2 * steps + 1] == seen[: steps + 1][::-1], answers
        assert seen[2 * steps :] == seen[: steps + 1], answers
    else:
        assert seen[2 * steps] == seen[0], answers


@pytest.mark.parametrize("said", ["undo", "undo that", "take that back", "take it back please", "go back", "Undo it!"])
def test_ways_to_say_it(said: str) -> None:
    """They all mean the last answer that drew; questions in between are none."""
    assert last("a cube", "a ball", "help", said) == '```python\nfind("ball").remove()\n```\n'


def test_several_steps_at_once() -> None:
    """So many as were said, or as there are."""
    assert last("a cube", "a ball", "undo the last two").count("remove()") == 2
    assert last("a cube", "a ball", "undo 9 times", "redo twice").count("(name=") == 2


def test_what_follows_is_still_done() -> None:
    """`undo that and draw a ball` is one step, and can be taken back like any other."""
    drawn, back = talk("a cube", "undo that and draw a ball", "undo")[1:]

    assert 'find("cube").remove()\nsphere(name="ball")' in drawn
    assert 'find("ball").remove()\nbox(name="cube", at=(0, 0.5, 0))' in back


def test_nothing_to_take_back() -> None:
    """Is said."""
    assert NOTHING_BACK in last("undo")
    assert NOTHING_BACK in last("a cube", "undo", "undo")
    assert NOTHING_FORTH in last("a cube", "undo", "a ball", "redo")


def test_each_machine_has_steps_of_its_own() -> None:
    """Without a name the last answer is taken back wherever it drew; with a name, the last one that drew there."""
    said = ("a cube on A and a ball on B", "a cone on A")

    assert list(blocks(last(*said, "undo", system=TWO_MACHINES))) == [("A", 'find("cone").remove()')]
    assert list(blocks(last(*said, "undo on B", system=TWO_MACHINES))) == [("B", 'find("ball").remove()')]
    assert [label for label, _ in blocks(last(*said, "undo", "undo", system=TWO_MACHINES))] == ["A", "B"]


def test_what_others_did_stays() -> None:
    """What they removed is not removed again, what they made or painted meanwhile is not touched."""
    answers = ['```desk\nbox(name="cube")\nsphere(name="ball")\n```', '```desk\nfind("cube").size = 2\n```']
    context = "context for desk:\n# box cube, at 0 0.5 0, color red, size 2\n# cone theirs, at 5 0.5 0"
    resized = request(["both", "make the cube bigger", "undo"], answers, context)
    drawn = request(["both", "undo"], answers[:1], context)

    assert list(blocks(reply(resized))) == [("desk", 'find("cube").size = 1')]
    assert list(blocks(reply(drawn))) == [("desk", 'find("cube").remove()')]


@pytest.mark.parametrize(
    "program",
    [
        "for i in range(3):\n    box(name=f'b{i}')",
        "theirs = find('theirs')\ntheirs.color = 'red'",
        "find('theirs').remove()",
        "car = box(name='car', size=size)",
        "group(name='car')",
        "box(**words)",
        "circle_of('theirs')",
        "x = 3 +",
    ],
)
def test_what_it_did_not_understand_it_does_not_take_back(program: str) -> None:
    """Half of a step would be worse than none; the display can go back exactly."""
    answer = reply(request(["a car", "undo"], [f"```python\nbox()\n{program}\n```"]))

    assert NOT_EXACTLY in answer
    assert not list(blocks(answer))


def test_a_name_that_is_taken_by_another() -> None:
    """What comes back takes nobody's name."""
    answers = ['```desk\nbox(name="cube")\n```', '```desk\nfind("cube").remove()\n```']
    answer = reply(request(["a", "b", "undo"], answers, "context for desk:\n# sphere cube, at 0 0 0"))

    assert "There is another thing called “cube” now." in answer
    assert not list(blocks(answer))


def test_a_function_ends_with_what_it_was_for() -> None:
    """No function is left behind that looks for what is gone."""
    assert "stop(tick_clock)" in last("a clock", "remove the clock")
    assert "stop(spin_cubes)" in last("two spinning cubes", "remove them")


def test_what_nobody_says_is_what_the_display_takes() -> None:
    """The usual values of words, as the display has them."""
    for noun in (KINDS[kind] for kind in KNOWN):
        for word, value in USUAL.items():
            if word in noun.words:
                said, kept = eval(value), noun.words[word]
                assert kept.default in (said, kept.form.of(said)), (noun.name, word)
        assert noun.words["color"].form.of(COLORS.get(noun.name, COLOR)) == noun.words["color"].default
