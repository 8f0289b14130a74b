"""Over real sockets: servers that stop, servers that talk nonsense, and those who are too slow."""

from __future__ import annotations

import random
import struct
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
import trio
from tests.riomux.comings import come_and_go
from tests.riomux.live import PATIENCE, Shelf, backend, mux, server, talk, until
from tests.riomux.rogue import Wrong, rogue

from ninep import FileError
from ninep.client import Client, open_client
from ninep.codec import encode
from ninep.dial import user
from ninep.messages import (
    NOFID,
    NOTAG,
    OREAD,
    OWRITE,
    Message,
    Rclunk,
    Rerror,
    Rread,
    Rwrite,
    Tattach,
    Topen,
    Tread,
    Tversion,
    Twalk,
    Twrite,
)
from ninep.testing import Talk
from riomux.peers import Pending
from riomux.pump import Pump
from riomux.splice import ROOM


@pytest.fixture
def is_hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """A second takes a tenth of one."""
    monkeypatch.setattr("riomux.pump.LOOK", 0.1)
    monkeypatch.setattr("riomux.keeper.STEADY", 0.5)


# Servers that stop.


@pytest.mark.usefixtures("is_hurried")
async def test_a_stopped_backend(place: Path) -> None:
    """Whoever waits for it is told, whoever comes then is told at once, and all goes on when the server does."""
    async with (
        server(f"unix!{place}/b", Shelf("other").tree),
        backend(f"unix!{place}/a", "one") as process,
        mux(place, f"one=unix!{place}/a", f"other=unix!{place}/b") as pump,
        open_client(f"unix!{place}/mux") as root,
    ):
        async with root.open("/one/news") as news, trio.open_nursery() as nursery:
            nursery.start_soon(_is_given_up, news.read)
            await until(lambda: bool(pump.splice.mounts["one"].links[0].pending))
            process.freeze()
        for _ in range(100):
            with pytest.raises(FileError, match="i/o error: one is down: does not answer"), trio.fail_after(1):
                await root.read("/one/note")
        assert {entry.name for entry in await root.ls()} >= {"one", "other"}
        assert (await root.stat("/one")).name == "one"
        assert await root.read("/other/note") == b"the note of other\n"
        assert b"one is down: does not answer" in await root.read("/health")
        assert b"# down: does not answer" in await root.read("/ctl")
        process.thaw()
        await until(lambda: bool(pump.splice.mounts["one"].links))
        assert await root.read("/one/note") == b"the note of one\n"


async def _is_given_up(read: Callable[[], Awaitable[bytes]]) -> None:
    with pytest.raises(FileError, match="i/o error: one does not answer"), trio.fail_after(PATIENCE):
        await read()


# Servers that talk nonsense.


async def oversize(stream: trio.SocketStream, request: Message) -> None:
    """A frame that nobody could hold."""
    await stream.send_all(struct.pack("<IBHI", 1 << 31, Rread.number, request.tag, 1 << 30))
    await trio.sleep_forever()


async def wrong_type(stream: trio.SocketStream, request: Message) -> None:
    """The answer to another question."""
    await stream.send_all(encode(Rclunk(request.tag)))
    await trio.sleep_forever()


async def storm(stream: trio.SocketStream, request: Message) -> None:
    """Errors without end for what nobody asked."""
    while True:
        await stream.send_all(encode(Rerror(request.tag ^ 1, "no")) * 10_000)


async def noise(stream: trio.SocketStream, request: Message) -> None:
    """Bytes that mean nothing."""
    chance = random.Random(request.tag)
    while True:
        await stream.send_all(chance.randbytes(1 << 20))


async def half_a_frame(stream: trio.SocketStream, request: Message) -> None:
    """The beginning of an answer, and then nothing."""
    await stream.send_all(encode(Rread(request.tag, bytes(100)))[:50])
    await trio.sleep_forever()


async def hang_up(stream: trio.SocketStream, request: Message) -> None:
    """No word."""


@pytest.mark.usefixtures("is_hurried")
@pytest.mark.parametrize("go_wrong", [oversize, wrong_type, storm, noise, half_a_frame, hang_up])
async def test_a_backend_that_goes_wrong(place: Path, go_wrong: Wrong) -> None:
    """Its readers are told, each time, and who uses another does not notice."""
    async with (
        server(f"unix!{place}/b", Shelf("other").tree),
        rogue(f"{place}/a", go_wrong),
        mux(place, f"one=unix!{place}/a", f"other=unix!{place}/b"),
        open_client(f"unix!{place}/mux") as root,
        open_client(f"unix!{place}/mux") as neighbour,
        trio.open_nursery() as nursery,
    ):
        nursery.start_soon(_read_on, neighbour)
        for _ in range(3):
            with (
                pytest.raises(FileError, match=r"i/o error: one (went away|does not|is down)"),
                trio.fail_after(PATIENCE),
            ):
                await root.read("/one/note")
        nursery.cancel_scope.cancel()


async def _read_on(root: Client) -> None:
    while True:
        assert await root.read("/other/note") == b"the note of other\n"


# Those who take what is said to them too slowly.


async def test_what_waits_for_all_together(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Has a bound: whoever has most of it is hung up on, and the others get all that they asked for."""
    monkeypatch.setattr("riomux.pump.MOST", 8 << 20)
    shelf, seen = Shelf("one"), list[int]()
    shelf.pages.append(bytes(1 << 20))
    async with (
        server(f"unix!{place}/a", shelf.tree),
        mux(place, f"one=unix!{place}/a") as pump,
        open_client(f"unix!{place}/mux") as root,
    ):
        modest = await _ask_for(place, 20)
        await until(lambda: pump.unsent > 1 << 20)
        greedy = await _ask_for(place, 200)
        while len(pump.splice.clients) > 2:
            seen.append(pump.unsent)
            await trio.sleep(0.001)
        assert 4 << 20 < max(seen) <= (8 << 20) + ROOM
        for _ in range(20):
            reply = await modest.hear()
            assert isinstance(reply, Rread)
            assert len(reply.data) == 128 * 1024
        assert pump.unsent == 0
        assert await root.read("/one/note") == b"the note of one\n"
        modest.hang_up()
        greedy.hang_up()


async def _ask_for(place: Path, messages: int) -> Talk:
    """A client that has asked for so much of the book, and reads no answer."""
    client = await _open(place, "book", OREAD)
    await client.say(*[Tread(tag, 1, 0, 128 * 1024) for tag in range(messages)])
    return client


async def _open(place: Path, name: str, mode: int) -> Talk:
    """A client that has a file of `one` open as fid 1."""
    client = talk(place)
    await client.ask(Tversion(NOTAG, 1 << 20, "9P2000"))
    await client.ask(Tattach(0, 0, NOFID, user(), ""))
    await client.ask(Twalk(1, 0, 1, ("one", name)))
    await client.ask(Topen(2, 1, mode))
    return client


@pytest.mark.usefixtures("is_hurried")
async def test_a_backend_that_is_slow(place: Path) -> None:
    """It is not taken for dead while it takes what is sent to it, though it says nothing for longer than a dead one."""
    size = 128 * 1024

    async def read_slowly(stream: trio.SocketStream, request: Message) -> None:
        await stream.send_all(encode(Rwrite(request.tag, 1)))
        left = 8 * (23 + size)
        while left > 0:
            await trio.sleep(0.1)
            left -= len(await stream.receive_some(48 * 1024))
        await stream.send_all(b"".join(encode(Rwrite(tag, size)) for tag in range(8)))
        await trio.sleep_forever()

    async with rogue(f"{place}/a", read_slowly), mux(place, f"one=unix!{place}/a"):
        client = await _open(place, "sink", OWRITE)
        assert await client.ask(Twrite(0, 1, 0, b"x")) == Rwrite(0, 1)
        began = trio.current_time()
        await client.send(b"".join(encode(Twrite(tag, 1, 0, bytes(size))) for tag in range(8)))
        with trio.fail_after(PATIENCE):
            assert [await client.hear() for _ in range(8)] == [Rwrite(tag, size) for tag in range(8)]
        assert trio.current_time() - began > 1.0
        client.hang_up()


# Neighbours.


async def be_deaf(stream: trio.SocketStream, request: Message) -> None:
    """Read no more."""
    await trio.sleep_forever()


async def test_who_floods_and_who_does_not(place: Path) -> None:
    """Where one client floods a backend that does not read, another may ask it for something and still use others."""
    async with (
        server(f"unix!{place}/b", Shelf("other").tree),
        rogue(f"{place}/a", be_deaf),
        mux(place, f"one=unix!{place}/a", f"other=unix!{place}/b") as pump,
    ):
        flooding, modest = await _open(place, "sink", OWRITE), await _open(place, "sink", OWRITE)
        flood = b"".join(encode(Twrite(tag, 1, 0, bytes(128 * 1024))) for tag in range(100))
        async with trio.open_nursery() as nursery:
            nursery.start_soon(flooding.send, flood)
            await until(lambda: any(wire.held_by for wire in pump.wires))
            await modest.say(Tread(10, 1, 0, 100), Twrite(11, 1, 0, bytes(128 * 1024)))
            walked = await modest.ask(Twalk(12, 0, 2, ("other", "note")))
            assert walked.tag == 12
            await modest.ask(Topen(13, 2, OREAD))
            assert await modest.ask(Tread(14, 2, 0, 100)) == Rread(14, b"the note of other\n")
            assert sum(wire.held_by is not None for wire in pump.wires) == 1
            nursery.cancel_scope.cancel()
        flooding.hang_up()
        modest.hang_up()


async def test_who_uses_another_backend_waits_for_nothing(place: Path) -> None:
    """64 readers of one backend lose it, and the slowest read of the other is no matter for a person."""
    async with (
        server(f"unix!{place}/b", Shelf("other").tree),
        backend(f"unix!{place}/a", "one") as process,
        mux(place, f"one=unix!{place}/a", f"other=unix!{place}/b") as pump,
        open_client(f"unix!{place}/mux") as root,
        open_client(f"unix!{place}/mux") as neighbour,
    ):
        errors, took = list[str](), list[float]()

        async def read_news() -> None:
            async with root.open("/one/news") as news:
                with pytest.raises(FileError) as lost:
                    await news.read()
                errors.append(str(lost.value))

        async with trio.open_nursery() as nursery:
            for _ in range(64):
                nursery.start_soon(read_news)
            await until(lambda: [p.expect for p in pending(pump)] == [Rread.number] * 64)
            process.kill()
            while len(errors) < 64:
                began = trio.current_time()
                assert await neighbour.read("/other/note") == b"the note of other\n"
                took.append(trio.current_time() - began)
        assert errors == ["i/o error: one went away"] * 64
        assert max(took) < 5


def pending(pump: Pump) -> list[Pending]:
    """What waits for the backend."""
    return [request for link in pump.splice.mounts["one"].links for request in link.pending.values()]


async def test_a_mount_that_comes_and_goes(place: Path) -> None:
    """It is used between, and leaves no descriptor and no task behind."""
    before, after, read = await come_and_go(place, 100)
    assert after == before
    assert read > 0
