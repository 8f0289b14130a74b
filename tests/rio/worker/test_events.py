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


def test_many_functions_that_are_late_leave_room_for_programs(worker: Worker) -> None:
    """A program does not wait until each of thousands has been called once, and none of them is called twice before."""
    worker.play(
        "import time\ncalls = [0] * 3000\ndef made(number):\n    def f():\n        calls[number] += 1\n"
        "        time.sleep(0.001)\n    return f\nfor number in range(3000): every(0.001, made(number))\n"
    )
    before = int(worker.print("sum(calls)"))
    assert int(worker.print("sum(calls)")) - before < 1500
    assert worker.print("max(calls) - min(calls) <= 1") == "True"
