"""Events reach those who read, from their open onwards."""

import json
from datetime import datetime

from ninep.events import BACKLOG, Events


async def test_a_reader_gets_what_happens_from_its_open_on() -> None:
    """A line of JSON each: when, what, and the facts."""
    events = Events()
    events.publish("agent.new", agent="early")
    reader = events.open()
    events.publish("agent.new", agent="ada", path=object)
    line = reader.read(8192)
    assert isinstance(line, bytes)
    event = json.loads(line)
    assert event["event"] == "agent.new"
    assert event["agent"] == "ada"
    assert datetime.fromisoformat(event["time"]).tzinfo is not None
    assert line.endswith(b"}\n")


async def test_a_reader_that_sleeps_loses_the_oldest() -> None:
    """Nobody else waits for it."""
    events = Events()
    reader = events.open()
    for n in range(BACKLOG + 10):
        events.publish("tick", n=n)
    line = reader.read(8192)
    assert isinstance(line, bytes)
    assert json.loads(line)["n"] == 10


async def test_closing_ends_the_readers() -> None:
    """They get what is left, then the end."""
    events = Events()
    reader = events.open()
    events.publish("last")
    events.close()
    assert reader.read(8192)
    assert reader.read(8192) == b""
