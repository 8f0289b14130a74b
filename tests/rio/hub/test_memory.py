"""How much memory the worker and all that came from it may hold together."""

import pytest
import trio
from tests.rio.displays import a_display, at_rest, run

from ninep import FileError
from rio.hub.display import Display
from rio.hub.frames import resident
from rio.hub.memory import Memory

MIB = 1 << 20

# Each child takes what it is told, touches each page, and waits; the program waits too.
FAMILY = """
import os, time
for _ in range({children}):
    if not os.fork():
        kept = b"x" * ({each} << 20)
        time.sleep(600)
print("forked")
time.sleep(600)
"""


def children_of(display: Display) -> list[int]:
    """Of all families."""
    return [pid for family in display.workers.families for pid, _ in family.members()]


async def test_children_are_counted_together_and_the_worker_ended_in_words() -> None:
    """None of them has much; the picture and the variables stay, and no child is left."""
    async with a_display() as display:
        await run(display, 'x = 5\nbox(name="cube")')
        await at_rest(display)
        memory = Memory(display.workers, 200 * MIB)
        async with trio.open_nursery() as nursery:
            nursery.start_soon(memory.guard)
            with pytest.raises(FileError, match=r"its processes held \d+ MiB, and may hold 300 MiB together; the pic"):
                await run(display, FAMILY.format(children=4, each=100))
            nursery.cancel_scope.cancel()
        assert await run(display, "print(x, find('cube').kind)") == "5 box\n"
        assert not [pid for pid in children_of(display) if resident(pid) > 80 * MIB]


async def test_what_copies_share_is_counted_once() -> None:
    """Eight versions with the same large list hold it once, so nothing is ended or forgotten."""
    async with a_display() as display:
        await run(display, f"kept = b'x' * {100 * MIB}")
        for number in range(8):
            await run(display, f"number = {number}")
        await at_rest(display)
        copies = len(display.workers.known)
        await Memory(display.workers, 200 * MIB).look()
        assert len(display.workers.known) == copies
        assert display.stage.replaced == 0


async def test_copies_that_each_hold_something_else_are_forgotten_oldest_first() -> None:
    """What the worker has stays; one can no longer go back to the variables of the oldest."""
    async with a_display() as display:
        for number in range(6):
            await run(display, f"kept = bytes([{number}]) * {60 * MIB}")
        await at_rest(display)
        await Memory(display.workers, 200 * MIB).look()
        assert sorted(display.workers._checkpoints) == [4, 5, 6]
        assert await run(display, "print(kept[0])") == "5\n"
        await display.goto(5)
        assert await run(display, "print(kept[0])") == "4\n"
        assert not display.versions.current.is_bare


async def test_where_nobody_may_look_children_count_whole_and_copies_as_one(monkeypatch: pytest.MonkeyPatch) -> None:
    """As in a container without the right to look into another user's process."""
    monkeypatch.setattr("rio.hub.memory._share", lambda pid: None)
    async with a_display() as display:
        await run(display, f"kept = b'x' * {100 * MIB}")
        for number in range(8):
            await run(display, f"number = {number}")
        await at_rest(display)
        memory = Memory(display.workers, 200 * MIB)
        assert sum(memory._shares(display.workers.known).values()) < 300 * MIB
        assert sum(memory._shares(set()).values()) > 800 * MIB
