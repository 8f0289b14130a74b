"""The process of devices from within: its questions, each a thread, and their bound."""

import threading
from collections.abc import Callable
from queue import SimpleQueue

import pytest

from rio.devices import __main__ as process
from rio.wire import Answer, Ask, Message, More


class Hanging:
    """A device that answers when it is let."""

    place = 0

    def __init__(self, let: threading.Event) -> None:
        self._let = let

    def read(self) -> int:
        self._let.wait(20)
        return 1


@pytest.fixture
def let(monkeypatch: pytest.MonkeyPatch) -> threading.Event:
    let = threading.Event()
    monkeypatch.setattr(process, "opened", lambda words: Hanging(let))
    return let


def test_questions_that_hang_are_bounded(let: threading.Event) -> None:
    """Also those that nobody waits for any more; each of the others is answered in the end."""
    said = SimpleQueue[Message]()
    devices = process.Devices(["gpio lamp 17 in"], said.put)
    before = threading.active_count()
    for ticket in range(process.MOST + 50):
        devices.hear(Ask(ticket, 1, "device.read", ["lamp"]))
        devices.hear(More(ticket, wanted=False))
    assert threading.active_count() <= before + process.MOST
    refused = [answered(said.get) for _ in range(50)]
    assert {answer.error for answer in refused} == {f"{process.MOST} questions hang in the devices already"}
    let.set()
    assert [answered(said.get).value for _ in range(process.MOST)] == [1] * process.MOST


def answered(get: Callable[..., Message]) -> Answer:
    """The next thing that is said, within reason."""
    answer = get(timeout=20)
    assert isinstance(answer, Answer)
    return answer
