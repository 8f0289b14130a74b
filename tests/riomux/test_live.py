"""The multiplexer over real sockets, with real servers behind it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import trio
from tests.riomux.live import PATIENCE, Child, Shelf, backend, mux, server, talk, until
from tests.riomux.rogue import rogue

from ninep import FileError
from ninep.client import Client, open_client
from ninep.codec import encode
from ninep.dial import user
from ninep.memory import Folder
from ninep.messages import (
    NOFID,
    OWRITE,
    Message,
    Rerror,
    Rread,
    Rwalk,
    Tattach,
    Topen,
    Tread,
    Tversion,
    Twalk,
    Twrite,
)
from riomux.pump import Pump


async def test_two_servers_are_one_tree(place: Path) -> None:
    """ls, read, write and stat, with names that agree wherever they are seen."""
    one, two = Shelf("one"), Shelf("two")
    async with (
        server(f"unix!{place}/a", one.tree),
        server(f"unix!{place}/b", two.tree),
        mux(place, f"one=unix!{place}/a", f"two=unix!{place}/b"),
        open_client(f"unix!{place}/mux") as root,
    ):
        entries = {entry.name: entry for entry in await root.ls()}
        assert entries.keys() == {"ctl", "discovered", "events", "health", "help", "metrics", "routes", "one", "two"}
        assert await root.stat("/one") == entries["one"]
        assert await root.read("/one/note") == b"the note of one\n"
        await root.write("/two/note", "changed")
        assert (one.note, two.note) == ("the note of one\n", "changed")
        assert await root.read("/two/below/deeper/name") == b"two"
        assert await root.read("/one/below/../../two/below/deeper/name") == b"two"
        for path in ("/one", "/two", "/one/below"):
            for entry in await root.ls(path):
                assert (await root.stat(f"{path}/{entry.name}")).qid == entry.qid
        paths = [entry.qid.path for path in ("/", "/one", "/two") for entry in await root.ls(path)]
        assert len(set(paths)) == len(paths)
        with pytest.raises(FileError, match="permission denied"):
            await root.remove("/one")


async def test_a_blocked_read_ends_with_its_client_and_eats_nothing(place: Path) -> None:
    """A cancelled read is flushed through to the backend: its reader is gone, the next one gets the news."""
    shelf = Shelf("one")
    async with (
        server(f"unix!{place}/a", shelf.tree),
        mux(place, f"one=unix!{place}/a"),
        open_client(f"unix!{place}/mux") as root,
    ):
        async with root.open("/one/news") as news:
            with trio.move_on_after(0.05):
                await news.read()
            shelf.news.publish("hello")
            with trio.fail_after(PATIENCE):
                assert await news.read() == b"hello"
        await until(lambda: not len(shelf.news))


async def test_a_client_that_hangs_up_leaves_nothing_behind(place: Path) -> None:
    """Its blocked reads and open files end in the backend."""
    shelf = Shelf("one")
    async with server(f"unix!{place}/a", shelf.tree), mux(place, f"one=unix!{place}/a") as pump:
        client = talk(place)
        await client.attach()
        await client.say(Twalk(1, 0, 1, ("one", "news")), Topen(2, 1, 0), Tread(3, 1, 0, 100))
        await until(lambda: len(shelf.news) == 1)
        client.hang_up()
        await until(lambda: not len(shelf.news))
        await until(lambda: not any(b.links and b.links[0].pending for b in pump.splice.mounts.values()))


async def test_seventy_thousand_reads_beside_a_blocked_one(place: Path) -> None:
    """Over sockets, in bursts; then the blocked read is answered."""
    shelf = Shelf("one")
    async with server(f"unix!{place}/a", shelf.tree), mux(place, f"one=unix!{place}/a"):
        client = talk(place)
        await client.attach()
        await client.say(Twalk(1, 0, 1, ("one", "news")), Topen(2, 1, 0))
        await client.say(Twalk(3, 0, 2, ("one", "note")), Topen(4, 2, 0), Tread(500, 1, 0, 100))
        for _ in range(4):
            await client.hear()
        burst = [Tread(tag, 2, 0, 1) for tag in range(200)]
        for _ in range(350):
            await client.say(*burst)
            assert {await client.hear() for _ in burst} == {Rread(tag, b"t") for tag in range(200)}
        shelf.news.publish("at last")
        assert await client.hear() == Rread(500, b"at last")
        client.hang_up()


@pytest.mark.parametrize("size", [1, 4096, 128 * 1024, 3_000_000])
async def test_what_goes_through_is_what_comes_out(place: Path, size: int) -> None:
    """Bytes of any length, both ways, in messages as large as they get."""
    shelf, data = Shelf("one"), bytes(i * 7 % 251 for i in range(size))
    async with (
        server(f"unix!{place}/a", shelf.tree),
        mux(place, f"one=unix!{place}/a"),
        open_client(f"unix!{place}/mux") as root,
    ):
        await root.write("/one/book", data)
        assert b"".join(shelf.pages) == data
        assert await root.read("/one/book") == data


# Those who go.


async def test_kill_of_a_backend_with_blocked_readers(place: Path) -> None:
    """64 blocked reads, `kill -9`: 64 errors within 100 ms, and the other backend answers all the while.

    A busy machine may take longer for reasons of its own, so one of three times counts.
    """
    async with (
        server(f"unix!{place}/b", Shelf("other").tree),
        mux(place, f"one=unix!{place}/a", f"other=unix!{place}/b") as pump,
        open_client(f"unix!{place}/mux") as root,
    ):
        for _ in range(3):
            async with backend(f"unix!{place}/a", "one") as process:
                took = await _kill_under_readers(root, pump, process)
            assert await root.read("/other/note") == b"the note of other\n"
            if took < 0.1:
                break
        assert took < 0.1


async def _kill_under_readers(root: Client, pump: Pump, process: Child) -> float:
    """Seconds from the kill until the last of 64 readers has its error."""
    ended = list[float]()

    async def read_news() -> None:
        async with root.open("/one/news") as news:
            with pytest.raises(FileError, match="i/o error: one went away"):
                await news.read()
            ended.append(trio.current_time())

    async with trio.open_nursery() as nursery:
        for _ in range(64):
            nursery.start_soon(read_news)
        links = pump.splice.mounts["one"].links
        await until(lambda: [p.expect for link in links for p in link.pending.values()] == [Rread.number] * 64)
        killed = trio.current_time()
        process.kill()
    assert len(ended) == 64
    return max(ended) - killed


async def test_restart_of_a_backend(place: Path) -> None:
    """While it is down its mount is there and says so; when it is back, what was being read stays broken."""
    async with mux(place, f"one=unix!{place}/a"), open_client(f"unix!{place}/mux") as root:
        with pytest.raises(FileError, match=r"one is down: .*there is no such socket"):
            await root.read("/one/note")
        async with backend(f"unix!{place}/a", "one") as process:
            assert await root.read("/one/note") == b"the note of one\n"
            async with root.open("/one/note") as note:
                assert await note.read(3) == b"the"
                process.kill()
                await process.end()
                with pytest.raises(FileError, match=r"one went away|one is down"):
                    await note.read()
                with pytest.raises(FileError, match="one is down"):
                    await root.read("/one/note")
                assert "one" in {entry.name for entry in await root.ls()}
                assert b"one is down" in await root.read("/health")
                async with backend(f"unix!{place}/a", "one again"):
                    assert await root.read("/one/note") == b"the note of one again\n"
                    with pytest.raises(FileError, match="open the file again"):
                        await note.read()
                    assert await root.read("/health") == b"ok\n"


async def test_a_mount_comes_up_by_itself(place: Path) -> None:
    """Nobody need ask for it."""
    shelf = Shelf("one")
    async with mux(place, f"one=unix!{place}/a") as pump:
        await until(lambda: pump.splice.mounts["one"].down is not None)
        async with server(f"unix!{place}/a", shelf.tree):
            await until(lambda: bool(pump.splice.mounts["one"].links))


# Muxes behind muxes.


async def test_nested(place: Path) -> None:
    """A mux in a mux is a tree like any other; `..` finds its way through both."""
    shelf = Shelf("one")
    async with (
        server(f"unix!{place}/a", shelf.tree),
        mux(place, f"one=unix!{place}/a", name="inner"),
        mux(place, f"in=unix!{place}/inner", f"deep=unix!{place}/inner/one/below", name="outer"),
        open_client(f"unix!{place}/outer") as root,
    ):
        assert await root.read("/in/one/note") == b"the note of one\n"
        assert await root.read("/deep/deeper/name") == b"one"
        assert await root.read("/in/one/below/../../../in/one/note") == b"the note of one\n"
        assert await root.read("/deep/deeper/../../in/one/note") == b"the note of one\n"
        paths = [entry.qid.path for path in ("/", "/in", "/in/one") for entry in await root.ls(path)]
        assert len(set(paths)) == len(paths)
        assert max(paths) < 1 << 56


async def test_a_mux_in_itself(place: Path) -> None:
    """A loop is as deep as the path that is typed, and no deeper."""
    async with mux(place) as pump, open_client(f"unix!{place}/mux") as root:
        await root.write("/ctl", f"add self unix!{place}/mux")
        assert {entry.name for entry in await root.ls("/self/self/self")} >= {"ctl", "self"}
        assert await root.read("/self/self/self/health") == b"ok\n"
        assert len(pump.splice.clients) < 10


# Those who do not listen.


async def test_a_client_that_does_not_read(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is not listened to any more, others are served, and after a while it is hung up on."""
    shelf = Shelf("one")
    shelf.pages.append(bytes(1 << 20))
    monkeypatch.setattr("riomux.pump.LOOK", 0.1)
    monkeypatch.setattr("riomux.pump.PATIENCE", 0.5)
    async with server(f"unix!{place}/a", shelf.tree), mux(place, f"one=unix!{place}/a") as pump:
        deaf = talk(place)
        await deaf.ask(Tversion(0xFFFF, 1 << 20, "9P2000"))
        await deaf.ask(Tattach(0, 0, NOFID, "deaf", ""))
        assert isinstance(await deaf.ask(Twalk(1, 0, 1, ("one", "book"))), Rwalk)
        await deaf.ask(Topen(2, 1, 0))
        await deaf.say(*[Tread(tag, 1, 0, 128 * 1024) for tag in range(200)])
        async with open_client(f"unix!{place}/mux") as root:
            with trio.fail_after(PATIENCE):
                assert await root.read("/one/note") == b"the note of one\n"
            wire = next(w for w in pump.wires if w.unsent)
            assert len(wire.unsent or b"") <= 200 * 129 * 1024
            await until(lambda: wire not in pump.wires)
            assert await root.read("/one/note") == b"the note of one\n"
        deaf.hang_up()


async def test_a_backend_that_does_not_read(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Who floods it has to wait, who uses another is served; after a while it is given up, and all is answered."""
    shelf = Shelf("one")
    monkeypatch.setattr("riomux.pump.LOOK", 0.1)
    monkeypatch.setattr("riomux.pump.PATIENCE", 0.5)
    async with (
        server(f"unix!{place}/a", shelf.tree),
        rogue(f"{place}/b", be_deaf),
        mux(place, f"one=unix!{place}/a", f"deaf=unix!{place}/b") as pump,
    ):
        client = talk(place)
        await client.ask(Tversion(0xFFFF, 1 << 20, "9P2000"))
        await client.ask(Tattach(0, 0, NOFID, user(), ""))
        await client.ask(Twalk(1, 0, 1, ("deaf", "sink")))
        await client.ask(Topen(2, 1, OWRITE))
        flood = b"".join(encode(Twrite(tag, 1, 0, bytes(128 * 1024))) for tag in range(100))
        async with trio.open_nursery() as nursery:
            nursery.start_soon(client.send, flood)
            await until(lambda: any(wire.held_by for wire in pump.wires))
            async with open_client(f"unix!{place}/mux") as root:
                assert await root.read("/one/note") == b"the note of one\n"
            replies = [await client.hear() for _ in range(100)]
        assert all(isinstance(reply, Rerror) for reply in replies)
        client.hang_up()


async def be_deaf(stream: trio.SocketStream, request: Message) -> None:
    """Read no more."""
    await trio.sleep_forever()


async def test_half_a_message(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A message that is not whole after a while ends its connection, even if a byte comes now and then."""
    monkeypatch.setattr("riomux.pump.LOOK", 0.1)
    monkeypatch.setattr("riomux.pump.PATIENCE", 0.5)
    async with mux(place):
        client = talk(place)
        await client.attach()
        frame = encode(Twrite(1, 0, 0, bytes(4000)))
        with trio.fail_after(PATIENCE), pytest.raises(BrokenPipeError):
            for i in range(len(frame)):
                await client.send(frame[i : i + 1])
                await trio.sleep(0.02)
        client.hang_up()


async def test_traffic_while_servers_come_and_go(place: Path) -> None:
    """What is read is always that of the file that was named; errors are in words; nothing is left behind."""
    wrong, errors, read = list[str](), list[str](), [0]

    async def use(number: int) -> None:
        async with open_client(f"unix!{place}/mux") as root:
            for i in range(40):
                name = ("steady", "shaky", "guest")[(number + i) % 3]
                try:
                    text = (await root.read(f"/{name}/below/deeper/name")).decode()
                except FileError as error:
                    errors.append(str(error))
                    continue
                read[0] += 1
                if text != name:
                    wrong.append(f"{name}: {text}")

    async def shake() -> None:
        for _ in range(8):
            async with server(f"unix!{place}/shaky", Shelf("shaky").tree):
                await trio.sleep(0.03)
            await trio.sleep(0.01)

    async def mount() -> None:
        async with open_client(f"unix!{place}/mux") as root:
            for _ in range(12):
                await root.write("/ctl", f"add guest unix!{place}/guest")
                await trio.sleep(0.01)
                await root.write("/ctl", "remove guest")

    async with (
        server(f"unix!{place}/steady", Shelf("steady").tree),
        server(f"unix!{place}/guest", Shelf("guest").tree),
        mux(place, f"steady=unix!{place}/steady", f"shaky=unix!{place}/shaky") as pump,
    ):
        async with trio.open_nursery() as nursery:
            nursery.start_soon(shake)
            nursery.start_soon(mount)
            for number in range(20):
                nursery.start_soon(use, number)
        assert not wrong
        assert read[0] > 300
        assert all(re.search("shaky|guest|does not exist|unknown fid", error) for error in errors), set(errors)
        splice = pump.splice
        await until(lambda: not splice.clients)
        await until(
            lambda: len(pump.wires) == len(splice.home.links) + sum(len(b.links) for b in splice.mounts.values())
        )
        await until(lambda: not any(link.pending for link in [*splice.home.links, *splice.mounts["steady"].links]))


async def test_the_permissions_of_a_mount(place: Path) -> None:
    """They are those of the server's root once it was reached, in a stat and in a listing, also when it is gone."""
    async with mux(place, f"disk=unix!{place}/disk") as pump, open_client(f"unix!{place}/mux") as root:
        assert (await root.stat("/disk")).mode & 0o777 == 0o555
        async with server(f"unix!{place}/disk", Folder):
            assert await root.ls("/disk") == []
            assert (await root.stat("/disk")).mode & 0o777 == 0o755
        await until(lambda: not pump.splice.mounts["disk"].links)
        assert {entry.name: entry.mode & 0o777 for entry in await root.ls()}["disk"] == 0o755
