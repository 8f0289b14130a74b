"""Routes for a long time: a stalled machine among sixteen, and ends that are killed again and again."""

from __future__ import annotations

import random
from itertools import count
from pathlib import Path

import pytest
import trio
from tests.riomux.live import mux, server, until
from tests.riomux.telling import Listener, Story, StoryReader, ear, teller

from ninep.client import open_client
from ninep.tree import Dir

MACHINES = 16
FEWEST, MOST = 5, 20  # rounds: what else a machine does makes times longer, never shorter
CHUNKS = [b"%04d " % i * 40 for i in range(500)]


@pytest.mark.timeout(300)
async def test_a_stalled_machine_costs_the_others_nothing(tmp_path: Path) -> None:
    """The fifteen have all of it within 1.2 times as long as without it, comparing the best of several rounds."""
    folders, times = count(), dict[bool, list[float]]({False: [], True: []})
    while len(times[True]) < FEWEST or (min(times[True]) >= 1.2 * min(times[False]) and len(times[True]) < MOST):
        for stalls in (False, True):
            place = tmp_path / str(next(folders))
            place.mkdir(mode=0o700)
            times[stalls].append(await _tell_all(place, stalls=stalls))
    best = {stalls: min(taken) for stalls, taken in times.items()}
    print(f"15 of 16 machines: {best[False] * 1000:.0f} ms, with one stalled {best[True] * 1000:.0f} ms")
    assert best[True] < 1.2 * best[False], times


async def _tell_all(place: Path, *, stalls: bool) -> float:
    """Seconds until fifteen machines have heard all, while the sixteenth hears it too, or stalls."""
    story, listeners = Story(), [Listener() for _ in range(MACHINES)]
    if stalls:
        listeners[0].may_hear = trio.Event()
    async with (
        server(f"unix!{place}/t", lambda: teller(story)),
        server(f"unix!{place}/e", lambda: ear(*listeners)),
        mux(place, f"teller=unix!{place}/t", f"ear=unix!{place}/e"),
        open_client(f"unix!{place}/mux") as root,
    ):
        await root.write("/routes", "\n".join(f"/teller/story -> /ear/{i}" for i in range(MACHINES)))
        await until(lambda: story.readers == MACHINES)
        began = trio.current_time()
        story.tell(*CHUNKS, b"")
        await until(lambda: all(listener.ended for listener in listeners[1:]))
        taken = trio.current_time() - began
    assert {text for listener in listeners[1:] for text in listener.texts} == {b"".join(CHUNKS)}
    return taken


PARTS = 6  # reads of a turn, with the empty one at its end
LIFE, PACE, TURNS = 0.3, 0.02, 1000  # seconds that a server lives, and between two turns


class Memory(Story):
    """A story that an open begins with the first turn that nobody has read to its end."""

    def open(self) -> StoryReader:
        """A reader; how far it gets is remembered."""
        return Reader(self)

    def tell_turn(self, number: int) -> None:
        """A turn that says its number, at a length by which it can be known again."""
        self.tell(b"%06d" % number + b"." * 90, *[b"%d " % i for i in range(PARTS - 2)], b"")


class Reader(StoryReader):
    """One that remembers for all."""

    def _take(self) -> bytes:
        data = super()._take()
        if not data:
            self._story.begins = max(self._story.begins, self._at)
        return data


class Mortal:
    """A server that dies and comes back at random, until it is calm."""

    def __init__(self, address: str, tree: Dir, chance: random.Random) -> None:
        self.deaths = 0
        self._address, self._tree, self._chance = address, tree, chance
        self._calm = trio.Event()

    async def live(self) -> None:
        """Until cancelled."""
        while not self._calm.is_set():
            async with server(self._address, lambda: self._tree):
                with trio.move_on_after(self._chance.expovariate(1 / LIFE)):
                    await self._calm.wait()
            self.deaths += 1
        async with server(self._address, lambda: self._tree):
            await trio.sleep_forever()

    def calm_down(self) -> None:
        """Die no more but once."""
        self._calm.set()


@pytest.mark.timeout(300)
@pytest.mark.parametrize("seed", range(3))
async def test_ends_that_die_again_and_again(tmp_path: Path, seed: int) -> None:
    """No turn is said twice, they are said in their order, and none is missing but one for each death of the target."""
    chance, story, listener = random.Random(seed), Memory(), Listener()
    source = Mortal(f"unix!{tmp_path}/t", teller(story), chance)
    target = Mortal(f"unix!{tmp_path}/e", ear(listener), chance)
    async with (
        mux(tmp_path, f"teller=unix!{tmp_path}/t", f"ear=unix!{tmp_path}/e"),
        open_client(f"unix!{tmp_path}/mux") as root,
        trio.open_nursery() as nursery,
    ):
        nursery.start_soon(source.live)
        nursery.start_soon(target.live)
        await root.write("/routes", "/teller/story -> /ear/0")
        for number in range(TURNS):
            story.tell_turn(number)
            await trio.sleep(chance.expovariate(1 / PACE))
        source.calm_down()
        target.calm_down()
        await until(lambda: any(text.startswith(b"%06d" % (TURNS - 1)) for text in listener.texts))
        status = (await root.read("/routes")).decode()
        nursery.cancel_scope.cancel()
    said = [int(text[:6]) for text in listener.texts if text]
    print(f"{source.deaths} and {target.deaths} deaths, {TURNS - len(said)} of {TURNS} turns missing: {status}")
    assert said == sorted(set(said))
    assert TURNS - len(said) <= target.deaths
