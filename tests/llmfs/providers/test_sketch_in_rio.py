"""The programs that sketch writes are what the display understands: the same wishes, in the real scene language.

The services meet over 9P alone; only this test brings the two together, as the display and its model would.
"""

import math
from contextlib import nullcontext
from itertools import combinations
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from tests.llmfs.providers.test_sketch import request
from tests.llmfs.providers.wishes import WISHES, Wish

from llmfs.providers.sketch.conversation import Conversation
from llmfs.providers.sketch.reply import reply
from rio.language.namespace import Language
from rio.language.nouns import Nouns
from rio.language.scene import Scene
from rio.language.timers import Timers
from rio.scene.colors import rgba
from rio.scene.graph import Graph, Node
from rio.scene.layout import box_of, is_flat
from rio.versions.folding import Folding
from rio.versions.source import line
from rio.worker.prose import is_prose
from rio.worker.statements import Splitter


class Display:
    """The worker's side of a display: the language over a scene, with no renderer and no sandbox."""

    def __init__(self) -> None:
        self.scene = Scene(lambda deltas: None, nullcontext())
        self.timers = Timers(lambda: 0.0)
        self.nouns = Nouns(self.scene, self.timers)
        self.names = Language(self.nouns).namespace()
        self._folding = Folding()

    def run(self, answer: str) -> None:
        """A whole answer, prose and fences and all, statement by statement as it would arrive."""
        self.timers.program += 1
        for statement in Splitter().feed(answer, last=True):
            if statement.fenced:
                exec(compile(statement.source, "program", "exec"), self.names)
                self._folding.add(statement.source)

    def frame(self, seconds: float) -> None:
        """Time passes."""
        for callback in self.timers:
            callback.function(seconds) if callback.takes else callback.function()

    def context(self) -> str:
        """What an agent is told of it."""
        graph = self.scene.settled()
        nodes = [f"# {line(graph, id)}" for id in graph.nodes] or ["# there are no nodes"]
        return "\n".join([*self._folding.live(), *nodes])


class Claims(dict[str, Any]):
    """The words of claims, for a display."""

    def __init__(self, display: Display) -> None:
        graph = display.scene.settled()
        node = display.nouns.handle

        def size(name: str) -> tuple[float, ...]:
            flat = graph.named(name).kind in ("rect", "circle")
            half = box_of(graph, graph.named(name)).half
            return tuple(round(2 * each, 6) for each in half)[: 2 if flat else 3]

        def turned(_: None, name: str, degrees: float) -> bool:
            rotate = node(name).rotate
            return math.isclose(rotate[1] if isinstance(rotate, tuple) else rotate, degrees, abs_tol=0.01)

        def background() -> str | None:
            painted = [each for each in graph.nodes.values() if each.kind == "background"]
            return next((graph.show(each.id, "color") for each in painted), None)

        super().__init__(
            names=[each.name for each in graph.nodes.values() if each.kind != "background"],
            node=node,
            kind=lambda name: node(name).kind,
            size=size,
            color=lambda name, color: np.allclose(node(name).color, rgba(color) or (), atol=0.01),
            background=background,
            frame=display.frame,
            turned=turned,
            near=lambda a, b, by=0.01: abs(a - b) <= by,
            apart=lambda a, b: math.dist(node(a).at, node(b).at),
            ends=lambda name: [tuple(place) for place in np.asarray(node(name).points).tolist()],
        )


def conversation(prompts: str, *, told: bool) -> tuple[Display, list[str]]:
    """A display after these prompts, and the answers; `told` sketch reads of the display before each."""
    said = [prompt for each in prompts.split("/") if (prompt := each.strip()) != "frame"]
    display, answers = Display(), list[str]()
    for _ in said:
        system = f"context for desk:\n{display.context()}" if told else ""
        answers.append(reply(request(said, answers, system)))
        display.run(answers[-1])
    return display, answers


@pytest.mark.parametrize("wish", WISHES, ids=[wish.prompts for wish in WISHES])
@pytest.mark.parametrize("told", [False, True], ids=["remembering", "told by the display"])
def test_a_wish(wish: Wish, told: bool) -> None:
    """From memory or from the display's own account, the picture is what the person would expect."""
    display, answers = conversation(wish.prompts, told=told)

    claims = Claims(display)
    for claim in wish.claims:
        assert eval(claim, claims) in (True, None), f"{claim}: {answers}"


@pytest.mark.parametrize(
    "prompt", ["help", "redo", "", "a house", "make the pyramid red", "500", "was ist das?", "chart x.csv"]
)
def test_words_alone_are_prose_to_the_display(prompt: str) -> None:
    """Whatever sketch says without drawing can be piped into a display, which does nothing."""
    for answers in ([], ["```python\nbox()\n```"]):
        assert is_prose(Splitter().feed(reply(request(["a cube", prompt][1 - len(answers) :], answers)), last=True))


def test_a_slider_hears_the_pointer() -> None:
    """Dragged or clicked, by the real handlers; the cube follows, and stays on the ground."""
    display, _ = conversation("a cube / a slider for its size", told=True)

    for part, way in [("slider_knob", "drag"), ("slider", "click"), ("slider_fill", "drag")]:
        (handler,) = display.timers.handlers(display.scene.graph.ids[part], way)
        for x, size in [(640, 2.1), (9999, 4), (-50, 0.2)]:
            handler.function(SimpleNamespace(x=x, y=640, dx=1, dy=0, keys=[]))
            cube = display.nouns.handle("cube")
            assert [*cube.size, cube.y] == pytest.approx([size, size, size, size / 2])


# places


CROWDED = [
    "a red cube and a blue cube / put a yellow sphere on its left",
    "a cube and a ball / a cone to the right of the cube / another cone to the right of the cube",
    "a cube / a ball on top of it / a cone on top of the cube",
    "a cube / put a cone behind it / put two balls behind the cube",
    "a cube and a ball and a cone / put the ball on the right of the cone / move the cone to the left of the cube",
    "a cube / a 3 by 3 grid of small cones / a tower of three balls",
    "a ball at 3 0.5 0 / a row of five boxes",
    "a cube in the middle / a ball in the middle / a big cone in the middle",
    "a wall of 2 by 3 boxes / two cones / a wall of 2 by 2 bricks",
    "a square / a circle / a triangle / a hexagon / a title 'hello, dear world' / write ho / an oval / a rectangle",
    "a square / another one / a circle to the left of it / a dot to the left of it",
    "write one at the top / write two at the top / a big title at the top / a square at the top",
    "a circle in the top left corner / a square in the top left corner / a triangle in the top left corner",
    "nine circles / a square / three ovals",
    "a green bar chart of 3 -1 4 -2 6 / a bar chart of 1 2 3 / a title 'Sales' at the top / a button",
    "a bar chart of 3 5 8 / a bar chart of 1 2 3 / a bar chart of 4 4 4",
    "a bar chart of 3 5 / a bar chart of 1 2 3 4 5 6 / a bar chart of 9 1",
    "a cube / a slider for its size / another slider / a button / a slider in the top left corner",
    "a bar chart of apples 3, a very long name 5, pears -4 / a chart of one 1, two 2, three 3 / a chart of x 1, y 2",
    "a square / five circles to the right of it / a triangle to the right of the square",
    "a cube, a ball and a cone / put a big red cylinder between the cube and the ball",
    "a cube / a ball on top of it / a small cone between them",
    "two cubes / a ball between the cubes / another ball between the cubes",
    "a cube at 0 0.5 0 / a ball at 0.5 0.5 2 / a tall cone between the cube and the ball",
    "a square / a circle / a title 'Hello' between them / a dot between the square and the circle",
    "a square in the top left corner / a circle to the right of it / an oval between them",
]


def above(graph: Graph, node: Node) -> list[int]:
    """What a node is in, and what that is in."""
    found = [node.props.get("parent", 0)]
    while found[-1]:
        found.append(graph.node(found[-1]).props.get("parent", 0))
    return found[:-1]


@pytest.mark.parametrize("prompts", CROWDED)
@pytest.mark.parametrize("told", [False, True], ids=["remembering", "told by the display"])
def test_nothing_stands_inside_anything(prompts: str, told: bool) -> None:
    """What comes finds a free place, near to where it was wanted, and nothing is cut off by the view's edge."""
    display, _ = conversation(prompts, told=told)
    graph = display.scene.settled()

    boxes = [(node, is_flat(graph, node), box_of(graph, node)) for node in graph.nodes.values()]
    for (one, flat, here), (other, also_flat, there) in combinations(boxes, 2):
        if one.id in above(graph, other) or one.props.get("parent", 0) in above(graph, other):
            continue  # the words of a button are on it, and the knob of a slider is on its fill
        axes = range(2 if flat else 3)
        apart = any(abs(here.middle[n] - there.middle[n]) > here.half[n] + there.half[n] - 0.02 for n in axes)
        assert apart or flat is not also_flat, f"{one.name} is inside {other.name}: {display.context()}"
    for node, _, box in (each for each in boxes if each[1]):
        assert box.edge(0, -1) >= 0 <= box.edge(1, -1), node.name
        assert box.edge(0, 1) <= 1280 and box.edge(1, 1) <= 720, node.name


@pytest.mark.parametrize("prompts", [*CROWDED, *(wish.prompts for wish in WISHES)])
def test_places_are_remembered_as_they_are(prompts: str) -> None:
    """What sketch knows without being told is what the display did."""
    display, answers = conversation(prompts, told=False)
    graph = display.scene.settled()

    remembered = Conversation(request([*answers, ""], answers)).scene("")
    for thing in remembered.things.values():
        if thing.at is not None:
            there = graph.columns["at"][graph.ids[thing.name]].tolist()
            assert thing.at == pytest.approx(there[: len(thing.at)], abs=0.01), thing.name


def test_a_scene_that_was_cleared_is_empty() -> None:
    """Names of things that were are free again, and nothing is beside them."""
    system = f"context for desk:\n{Display().context()}\n# view 1280 x 720"
    before = ['```desk\nbox(name="cube")\n```', '```python\nsphere(name="ball")\n```']

    for prompt, says in [
        ("a cube", 'box(name="cube")'),
        ("a cone left of the cube", "I do not know which thing “the cube” is; there is nothing yet."),
        ("make the ball red", "I do not know which thing “the ball” is; there is nothing yet."),
    ]:
        assert says in reply(request(["a cube", "a ball", prompt], before, system))


def test_what_was_never_told_is_remembered() -> None:
    """A machine of which nothing is known yet may have anything on it."""
    asked = request(["a cube", "make it red"], ['```desk\nbox(name="cube")\n```'], "context for desk:\n(empty)")

    assert 'find("cube").color = "red"' in reply(asked)
