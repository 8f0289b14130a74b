"""Keeping a backend linked: when it is dialled, and how often."""

from __future__ import annotations

import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import trio
import trio.testing

from riomux.connect import Connection
from riomux.keeper import LONGEST, PAUSE, STEADY, Keeper
from riomux.pump import Pump
from riomux.splice import Splice


class Far:
    """A server that can be up, down, or out of reach; and when it was dialled."""

    def __init__(self) -> None:
        self.times = list[float]()
        self.is_up, self.takes = False, 0.0
        self.ends = list[socket.socket]()

    async def connect(self) -> Connection:
        """Dial it."""
        self.times.append(trio.current_time())
        await trio.sleep(self.takes)
        if not self.is_up:
            raise ConnectionError("nobody answers there")
        ours, theirs = socket.socketpair()
        self.ends.append(theirs)
        return Connection(ours, (), 8192, {"eve": 0}, 0.001, 0o755)


class Scene:
    """A far server, and who keeps the links to it."""

    def __init__(self) -> None:
        self.far, self.pump = Far(), Pump(Splice())
        self.notices = list[str]()
        self.pump.wish = lambda backend: self.keeper.wish()
        self.backend = self.pump.splice.mount("far")
        self.keeper = Keeper(self.backend, self.far.connect, self.pump, lambda backend, why: self.notices.append(why))

    def lose(self) -> None:
        """The server hangs up."""
        self.pump.splice.lost(self.backend.links[0], "went away")
        self.pump.flush()


@asynccontextmanager
async def scene() -> AsyncIterator[Scene]:
    it = Scene()
    async with trio.open_nursery() as nursery:
        nursery.start_soon(it.keeper.run)
        it.pump.flush()
        await trio.testing.wait_all_tasks_blocked()
        yield it
        nursery.cancel_scope.cancel()
    for end in it.far.ends:
        end.close()
    it.pump.close()


async def test_it_is_tried_again_and_again_and_less_and_less(autojump_clock: object) -> None:
    """With pauses that double up to half a minute, and are never the same."""
    async with scene() as it:
        await trio.sleep(600)
        pauses = [b - a for a, b in zip(it.far.times, it.far.times[1:], strict=False)]
        assert pauses[0] < 0.3
        assert LONGEST / 2 < pauses[-1] < LONGEST + 1
        assert len(set(pauses)) == len(pauses)
        assert it.notices == ["nobody answers there"]


async def test_who_comes_may_ask_for_a_try(autojump_clock: object) -> None:
    """If the last one failed quickly; so a server that was just started is found at once."""
    async with scene() as it:
        await trio.sleep(100)
        it.far.is_up = True
        it.backend.wish()
        it.pump.flush()
        await trio.sleep(PAUSE)
        assert it.backend.links
        assert it.notices == ["nobody answers there", ""]


async def test_what_is_out_of_reach_is_left_alone(autojump_clock: object) -> None:
    """If the last try took long, only time brings the next one."""
    async with scene() as it:
        it.far.takes = 5.0
        await trio.sleep(100)
        assert not it.backend.is_patient
        tries = len(it.far.times)
        for _ in range(50):
            it.backend.wish()
            it.pump.flush()
            await trio.sleep(0.01)
        assert len(it.far.times) <= tries + 1


async def test_it_is_dialled_at_once_when_it_hangs_up(autojump_clock: object) -> None:
    """After it has been up for a while."""
    async with scene() as it:
        it.far.is_up = True
        await trio.sleep(1)
        assert it.backend.links
        await trio.sleep(STEADY)
        it.lose()
        await trio.testing.wait_all_tasks_blocked()
        assert it.backend.links
        assert it.notices[-2:] == ["went away", ""]


async def test_a_server_that_fell_silent(autojump_clock: object) -> None:
    """It is tried by the keeper alone, less and less; whoever comes is refused meanwhile, until it is back."""
    async with scene() as it:
        it.far.is_up = True
        it.backend.wish()
        it.pump.flush()
        await trio.sleep(STEADY + 1)
        it.far.is_up, it.far.takes = False, 5.0
        it.pump.splice.lost(it.backend.links[0], "does not answer", is_quick=False)
        it.pump.flush()
        for _ in range(300):
            assert not it.backend.is_patient
            it.backend.wish()
            it.pump.flush()
            await trio.sleep(1)
        assert 8 < len(it.far.times) < 25
        it.far.is_up, it.far.takes = True, 0.0
        await trio.sleep(LONGEST + 1)
        assert it.backend.links


async def test_a_server_that_only_accepts(autojump_clock: object) -> None:
    """It hangs up again and again: each time counts as a failed try."""
    async with scene() as it:
        it.far.is_up = True
        for _ in range(100):
            await trio.sleep(1)
            if it.backend.links:
                it.lose()
        assert len(it.far.times) < 30
        assert it.backend.down


async def test_a_mount_that_is_removed_as_the_last_answer_comes(autojump_clock: object) -> None:
    """The connection that was made for it is closed, and nothing is linked."""
    it = Scene()
    it.far.is_up = True

    async def connect() -> Connection:
        connection = await it.far.connect()
        it.keeper.scope.cancel()  # as a `remove` does that runs between that answer and us
        return connection

    it.keeper = Keeper(it.backend, connect, it.pump, lambda backend, why: it.notices.append(why))
    async with trio.open_nursery() as nursery:
        nursery.start_soon(it.keeper.run)
        it.pump.flush()
    assert not it.backend.links
    assert it.far.ends[0].recv(1) == b""
    assert not it.notices
    it.far.ends[0].close()
    it.pump.close()
