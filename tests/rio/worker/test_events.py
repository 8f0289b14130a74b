"""Who hears of what happens to a node: the node, or the nearest thing that it is in."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.rio.workers import Worker, started

from rio.wire import Event


@pytest.fixture
def worker(tmp_path: Path) -> Iterator[Worker]:
    worker = started(tmp_path)
    yield worker
    worker.kill()


PROGRAM = """
heard = []
with group(name="car") as car:
    rect(name="body")
    with group(name="front"):
        circle(name="lamp")
@car.on_click
def clicked(event):
    heard.append(("car", event.x))
"""


def click(worker: Worker, name: str) -> str:
    """What was heard of a click on it."""
    worker.play("heard.clear()")
    worker.channel.send(Event(worker.graph.ids[name], "click", {"x": 5.0, "y": 6.0, "keys": []}))
    return worker.print("heard")


def test_a_group_hears_what_happens_to_what_is_in_it(worker: Worker) -> None:
    """However deep that is."""
    worker.play(PROGRAM)
    assert click(worker, "body") == "[('car', 5.0)]"
    assert click(worker, "lamp") == "[('car', 5.0)]"


def test_what_listens_itself_is_heard_alone(worker: Worker) -> None:
    """The nearest that listens to this, and to nothing else, is the one."""
    worker.play(PROGRAM)
    worker.play(
        "find('lamp').on_click(lambda: heard.append('lamp'))\nfind('body').on_drag(lambda: heard.append('drag'))"
    )
    assert click(worker, "lamp") == "['lamp']"
    assert click(worker, "body") == "[('car', 5.0)]"


def test_every_takes_its_function_as_after_does(worker: Worker) -> None:
    """`every(1, tick)` is `@every(1)` above it."""
    played = worker.play("def tick(): pass\nevery(1, tick)\nevery(2)(tick)")
    assert played.error is None
