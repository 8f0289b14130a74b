"""The programs that sketch writes are what the display understands: the same wishes, in the real scene language.

The services meet over 9P alone; only this test brings the two together, as the display and its model would.
"""

import math
from contextlib import nullcontext
from typing import Any

import numpy as np
import pytest
from tests.llmfs.providers.test_sketch import request
from tests.llmfs.providers.wishes import WISHES, Wish

from llmfs.providers.sketch.reply import reply
from rio.colors import rgba
from rio.folding import Folding
from rio.language import Language
from rio.layout import box_of
from rio.nouns import Nouns
from rio.prose import is_prose
from rio.scene import Scene
from rio.source import line
from rio.statements import Splitter
from rio.timers import Timers


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


@pytest.mark.parametrize("wish", WISHES, ids=[wish.prompts for wish in WISHES])
@pytest.mark.parametrize("told", [False, True], ids=["remembering", "told by the display"])
def test_a_wish(wish: Wish, told: bool) -> None:
    """From memory or from the display's own account, the picture is what the person would expect."""
    display, prompts = Display(), [prompt.strip() for prompt in wish.prompts.split("/")]
    prompts = [prompt for prompt in prompts if prompt != "frame"]
    answers: list[str] = []
    for _ in prompts:
        system = f"context for desk:\n{display.context()}" if told else ""
        answers.append(reply(request(prompts, answers, system)))
        display.run(answers[-1])

    claims = Claims(display)
    for claim in wish.claims:
        assert eval(claim, claims) in (True, None), f"{claim}: {answers}"


@pytest.mark.parametrize("prompt", ["help", "undo", "", "a house", "make the pyramid red", "500", "was ist das?"])
def test_words_alone_are_prose_to_the_display(prompt: str) -> None:
    """Whatever sketch says without drawing can be piped into a display, which does nothing."""
    for answers in ([], ["```python\nbox()\n```"]):
        assert is_prose(Splitter().feed(reply(request(["a cube", prompt][1 - len(answers) :], answers)), last=True))
