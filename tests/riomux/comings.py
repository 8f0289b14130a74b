"""A mount that is added and removed under traffic, again and again, and what is left behind by that."""

from __future__ import annotations

import gc
from pathlib import Path
from typing import NamedTuple

import trio
import trio.testing
from tests.riomux.live import Shelf, mux, server, until

from ninep import FileError
from ninep.client import Client, open_client
from riomux.pump import Pump


class Held(NamedTuple):
    """What the process has."""

    descriptors: int
    tasks: int


async def come_and_go(place: Path, rounds: int) -> tuple[Held, Held, int]:
    """What is held after the first rounds and after the last, and how often the guest was read meanwhile."""
    read = [0]
    async with (
        server(f"unix!{place}/guest", Shelf("guest").tree),
        server(f"unix!{place}/steady", Shelf("steady").tree),
        mux(place, f"steady=unix!{place}/steady") as pump,
        open_client(f"unix!{place}/mux") as root,
    ):
        await _under_traffic(place, root, min(rounds, 20), read)
        first = await _at_rest(pump)
        await _under_traffic(place, root, rounds, read)
        return first, await _at_rest(pump), read[0]


async def _under_traffic(place: Path, root: Client, rounds: int, read: list[int]) -> None:
    async with trio.open_nursery() as nursery:
        nursery.start_soon(_use, place, read)
        for _ in range(rounds):
            await root.write("/ctl", f"add guest unix!{place}/guest")
            await root.write("/ctl", "remove guest")
        nursery.cancel_scope.cancel()


async def _at_rest(pump: Pump) -> Held:
    """What is held when only one client is left, and everything has been said."""
    splice = pump.splice
    await until(lambda: len(splice.clients) == 1 and not splice.is_waited_for)
    await until(lambda: len(pump.wires) == 1 + len(splice.home.links) + len(splice.mounts["steady"].links))
    await until(lambda: not any(link.pending for link in [*splice.home.links, *splice.mounts["steady"].links]))
    await trio.testing.wait_all_tasks_blocked(0.01)
    gc.collect()  # what other tests left behind is not to go in between
    return Held(_descriptors(), trio.lowlevel.current_statistics().tasks_living)


def _descriptors() -> int:
    return sum(1 for _ in Path("/proc/self/fd").iterdir())


async def _use(place: Path, read: list[int]) -> None:
    async with open_client(f"unix!{place}/mux") as root:
        while True:
            assert await root.read("/steady/note") == b"the note of steady\n"
            try:
                assert await root.read("/guest/note") == b"the note of guest\n"
                read[0] += 1
            except FileError as error:
                assert any(word in str(error) for word in ("guest", "does not exist", "unknown fid")), str(error)
