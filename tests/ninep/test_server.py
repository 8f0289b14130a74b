"""The trio edge: deadlines, back-pressure, order, and what a stopping server owes its clients."""

from __future__ import annotations

import random
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import trio
import trio.testing
from tests.ninep.fleet import Fleet, tree

from ninep.codec import encode
from ninep.messages import (
    OREAD,
    Rclunk,
    Rerror,
    Rflush,
    Ropen,
    Rread,
    Rstat,
    Rwalk,
    Tclunk,
    Tflush,
    Topen,
    Tread,
    Tstat,
    Twalk,
)
from ninep.node import Node
from ninep.server import PATIENCE, serve
from ninep.session import OUTSTANDING
from ninep.testing import Talk, check_tree, memory_connection
from ninep.tree import Broadcast, Dir, Stream, Text


async def open_file(talk: Talk, *names: str, fid: int = 1) -> None:
    assert isinstance(await talk.ask(Twalk(1, 0, fid, names)), Rwalk)
    assert isinstance(await talk.ask(Topen(1, fid, OREAD)), Ropen)


async def test_the_fleet_is_a_sound_tree() -> None:
    """The tree of the conversations holds to the manual as a whole."""
    seen = await check_tree(lambda: tree(Fleet()))
    agents = [f"/agents/{who}{what}" for who in ("ada", "bob") for what in ("", "/name", "/output")]
    files = ["/ctl", "/heard", "/note", "/ponder", "/say", "/shout", "/slow", "/volume"]
    assert seen == sorted(["/", "/agents", *agents, *files])


async def test_a_frame_must_be_whole_in_time(autojump_clock: trio.testing.MockClock) -> None:
    """Half a frame holds its connection for 30 s, and no other at all."""
    async with memory_connection(tree(Fleet())) as talk:
        await talk.attach()
        await talk.send(encode(Tstat(1, 0))[:9])
        began = trio.current_time()
        with trio.move_on_after(PATIENCE - 1):
            await trio.sleep_forever()
        assert await talk.is_quiet()
        await trio.sleep(2)
        assert await talk.hear() is None
        assert trio.current_time() - began >= PATIENCE


async def test_too_much_that_waits_is_refused() -> None:
    """The 257th waiting request gets an error, the flushes are heard, and the reads are answered in their order."""
    fleet = Fleet()
    async with memory_connection(tree(fleet)) as talk:
        await talk.attach()
        await open_file(talk, "agents", "ada", "output")
        await talk.say(*[Tread(tag, 1, 0, 9) for tag in range(1, OUTSTANDING + 3)])
        assert [type(await talk.hear()) for _ in range(2)] == [Rerror, Rerror]
        assert await talk.ask(Tflush(999, 2)) == Rflush(999)
        fleet.agents["ada"].output.publish("first")
        fleet.agents["ada"].output.publish("second")
        assert await talk.hear() == Rread(1, b"first")
        assert await talk.hear() == Rread(3, b"second")


async def test_a_client_that_does_not_read_costs_little_and_nobody_else() -> None:
    """Its requests are no longer taken once its replies back up; another client is served meanwhile."""
    async with served(Dir(data=Text(lambda: bytes(1 << 20)))) as listener:
        greedy, modest = await connect(listener), await connect(listener)
        await open_file(greedy, "data")
        await open_file(modest, "data")
        burst, sent = b"".join(encode(Tread(tag, 1, 0, 65000)) for tag in range(1, 200)), 0
        while not greedy.is_backed_up(burst):
            sent += 1
            assert sent < 1000, "an unread client's requests were taken without end"
            await trio.testing.wait_all_tasks_blocked()
        assert isinstance(await modest.ask(Tread(1, 1, 0, 10)), Rread)
        greedy.hang_up()
        modest.hang_up()


@asynccontextmanager
async def served(root: Node) -> AsyncIterator[socket.socket]:
    """A listener on which a server of this tree accepts, until the block ends."""
    listener = socket.socket(socket.AF_UNIX)
    listener.bind("")  # an abstract name that the kernel chooses
    listener.listen()
    async with trio.open_nursery() as nursery:
        await nursery.start(serve, root, [listener])
        yield listener
        nursery.cancel_scope.cancel()
    listener.close()


async def connect(listener: socket.socket) -> Talk:
    sock = socket.socket(socket.AF_UNIX)
    sock.connect(listener.getsockname())
    talk = Talk(sock)
    await talk.attach()
    return talk


async def test_a_stopping_server_answers_what_waits() -> None:
    """A blocked read gets an error in words, then the connection ends."""
    async with served(tree(Fleet())) as listener:
        talk = await connect(listener)
        await open_file(talk, "agents", "ada", "output")
        await talk.say(Tread(7, 1, 0, 9), Tread(8, 1, 0, 9))
        assert await talk.is_quiet()
    goodbye = [await talk.hear() for _ in range(2)]
    assert goodbye == [Rerror(tag, "the service is stopping; try again when it is back") for tag in (7, 8)]
    assert await talk.hear() is None
    talk.hang_up()


async def test_a_blocked_read_outlives_many_others() -> None:
    """Two hundred thousand operations beside it, and it is still answered with its own tag."""
    feed = Broadcast()
    async with memory_connection(Dir(block=Stream(feed.open), data=Text(lambda: b"x" * 10))) as talk:
        await talk.attach()
        await open_file(talk, "block", fid=1)
        await open_file(talk, "data", fid=2)
        await talk.say(Tread(7, 1, 0, 99))
        for _ in range(2000):
            await talk.say(*[Tread(tag, 2, 0, 1) for tag in range(100, 200)])
            for tag in range(100, 200):
                assert await talk.hear() == Rread(tag, b"x")
        feed.publish("at last")
        assert await talk.hear() == Rread(7, b"at last")


async def test_flushes_race_with_what_they_flush() -> None:
    """Whichever wins, nothing comes under a tag after its Rflush, and no chunk is lost or doubled."""
    feed, dice, got = Broadcast(backlog=100_000), random.Random(9), list[bytes]()
    async with memory_connection(Dir(out=Stream(feed.open))) as talk:
        await talk.attach()
        await open_file(talk, "out")
        for n in range(3000):
            await talk.say(Tread(7, 1, 0, 99), Tflush(8, 7))
            if dice.random() < 0.5:
                feed.publish(f"{n} ")
            if dice.random() < 0.3:
                await trio.lowlevel.checkpoint()
            while (reply := await talk.hear()) != Rflush(8):
                assert isinstance(reply, Rread) and reply.tag == 7
                got.append(reply.data)
        published = [f"{n} ".encode() for n in range(3000)]
        feed.publish("end")
        while not got or got[-1] != b"end":
            reply = await talk.ask(Tread(9, 1, 0, 99))
            assert isinstance(reply, Rread) and reply.tag == 9
            got.append(reply.data)
    assert got[:-1] == [chunk for chunk in published if chunk in set(got)]
    assert len(got) > 1000


async def test_a_clunk_lets_a_slow_open_go() -> None:
    """A fid that is clunked while its Topen waits leaves no open file behind."""
    gate, closed = trio.Event(), list[str]()

    class Late:
        def read(self, count: int) -> bytes:
            return b""

        def close(self) -> None:
            closed.append("closed")

    class SlowFile(Stream):
        async def _later(self) -> object:
            with trio.CancelScope(shield=True):
                await gate.wait()
            return super()._open_reading()

        def open(self, mode: int):  # type: ignore[no-untyped-def]  # a coroutine where the base gives a value
            return self._later()

    async with memory_connection(Dir(slow=SlowFile(Late))) as talk:
        await talk.attach()
        await talk.ask(Twalk(1, 0, 1, ("slow",)))
        await talk.say(Topen(2, 1, OREAD), Tclunk(3, 1))
        assert await talk.hear() == Rclunk(3)
        gate.set()
        assert await talk.hear() == Rerror(2, "interrupted")
        assert closed == ["closed"]


async def test_bytes_that_trickle_do_not_buy_time(autojump_clock: trio.testing.MockClock) -> None:
    """A frame that comes byte by byte has 30 s in all; whole frames that end in the middle of another have as long."""
    async with memory_connection(tree(Fleet())) as talk:
        await talk.attach()
        frame = encode(Tstat(1, 0))
        for _ in range(8):  # 80 s, in which a frame is always begun and never stands still
            await talk.send(frame[:5])
            await trio.sleep(10)
            await talk.send(frame[5:] + frame[:5])
            assert isinstance(await talk.hear(), Rstat)
            await trio.sleep(5)
            await talk.send(frame[5:])
            assert isinstance(await talk.hear(), Rstat)
        for i in range(4):
            await talk.send(frame[i : i + 1])
            await trio.sleep(9)
        assert await talk.hear() is None
