"""How long one answer takes to sixteen machines, with one of them stalled and without."""

from __future__ import annotations

from itertools import count
from pathlib import Path

import pytest
import trio
from tests.riomux.live import mux, server, until
from tests.riomux.telling import Listener, Story, ear, teller

from ninep.client import open_client

MACHINES, ROUNDS = 16, 5
CHUNKS = [b"%04d " % i * 40 for i in range(500)]


@pytest.mark.timeout(300)
async def test_a_stalled_machine_costs_the_others_nothing(tmp_path: Path) -> None:
    """The fifteen have all of it within 1.2 times as long as without it, comparing the best of five."""
    folders, times = count(), dict[bool, list[float]]({False: [], True: []})
    for _ in range(ROUNDS):
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
