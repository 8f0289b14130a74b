"""docs/scene.md: every example on it runs, and it names every word of the language, no more and no less."""

import re
from contextlib import nullcontext
from pathlib import Path

import pytest
from tests.rio.workers import started

from rio.language.namespace import Language
from rio.language.nouns import Nouns
from rio.language.scene import Scene
from rio.language.timers import Timers
from rio.scene.kinds import KINDS

PAGE = (Path(__file__).parents[3] / "docs" / "scene.md").read_text()
EXAMPLES = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
QUOTED = set(re.findall(r"\w+", " ".join(re.findall(r"`([^`]+)`", re.sub(r"```.*?```", "", PAGE, flags=re.DOTALL)))))


def test_every_example_runs(tmp_path: Path) -> None:
    """In the order of the page, in one scene, and the functions it defines as well."""
    worker = started(tmp_path)
    try:
        for example in EXAMPLES:
            played = worker.play(example)
            assert (played.error, played.err) == (None, ""), example
        assert worker.wants
        for _ in range(3):
            worker.tick()
        assert len(worker.graph.nodes) > 1000
    finally:
        worker.kill()


def test_the_page_is_itself_an_answer(tmp_path: Path) -> None:
    """Written to parse as it is, prose and all, it draws the same."""
    worker = started(tmp_path)
    try:
        played = worker.play(PAGE)
        assert (played.error, played.err) == (None, "")
        assert "card" in worker.graph.ids
    finally:
        worker.kill()


def test_the_page_names_every_word() -> None:
    """A verb, noun or word of a node that the page does not know of does not exist."""
    names = set(Language(Nouns(Scene(lambda deltas: None, nullcontext()), Timers())).names())
    words = {word for noun in KINDS.values() for word in noun.words}
    assert names - QUOTED == set()
    assert words - QUOTED == set()


def test_the_page_fits() -> None:
    """One page: what a model holds in its head and a prompt can afford."""
    assert len(PAGE) < 16_000
    assert len(PAGE.splitlines()) < 300
    assert all(len(line) <= 126 for line in PAGE.splitlines())


@pytest.mark.parametrize("example", EXAMPLES)
def test_examples_show_what_they_should(example: str) -> None:
    """None of them sleeps, loops for ever, or reaches outside."""
    assert not re.search(r"\b(sleep|while True|open|import)\b", example)
