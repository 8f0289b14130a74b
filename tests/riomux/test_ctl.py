"""`ctl` over sockets: other names, mounts that wait to be used, addresses that are not reached for, loops."""

from __future__ import annotations

import json
import socket
from pathlib import Path

import pytest
import trio
import trio.testing
from tests.riomux.live import PATIENCE, Shelf, mux, server, talk, until

from ninep import FileError
from ninep.client import Client, open_client
from ninep.dial import Address
from ninep.messages import Rread, Rwalk, Topen, Tread, Twalk
from riomux.linklocal import dial_beyond_the_link, is_link_local
from riomux.mounts import span
from riomux.pump import Pump

# Another name.


async def test_rename(place: Path) -> None:
    """What is open goes on, also a read that waits; qids stay, over a restart too; it is told as an event."""
    shelf = Shelf("one")
    async with server(f"unix!{place}/a", shelf.tree):
        async with mux(place), open_client(f"unix!{place}/mux") as root, root.open("/events") as events:
            await root.write("/ctl", f"add one unix!{place}/a\nadd two unix!{place}/a")
            before = {entry.name: entry.qid for entry in (await root.stat("/one"), await root.stat("/one/note"))}
            client = talk(place)
            await client.attach()
            assert isinstance(await client.ask(Twalk(1, 0, 1, ("one", "news"))), Rwalk)
            assert isinstance(await client.ask(Twalk(2, 0, 2, ("one",))), Rwalk)
            await client.ask(Topen(3, 1, 0))
            await client.say(Tread(4, 1, 0, 100))
            await until(lambda: len(shelf.news) == 1)
            await root.write("/ctl", "rename one three")
            shelf.news.publish("hello")
            assert await client.hear() == Rread(4, b"hello")
            assert isinstance(await client.ask(Twalk(5, 2, 3, ("note",))), Rwalk)
            client.hang_up()
            lines = [line.split("  # ")[0] for line in (await root.read("/ctl")).decode().splitlines()]
            assert lines == [f"add three unix!{place}/a", f"add two unix!{place}/a"]
            after = {entry.name: entry.qid for entry in (await root.stat("/three"), await root.stat("/three/note"))}
            assert [*after.values()] == [*before.values()]
            with trio.fail_after(PATIENCE):
                while (event := json.loads(await events.read()))["event"] != "mount.renamed":
                    pass
            assert (event["name"], event["old"]) == ("three", "one")
        async with mux(place), open_client(f"unix!{place}/mux") as root:
            assert (await root.stat("/three")).qid == before["one"]
            assert (await root.stat("/three/note")).qid == before["note"]


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("rename three four", "there is no mount three; the mounts are: one two"),
        ("rename one two", "two is mounted already, from unix!{place}/b; remove it first"),
        ("rename one ctl", "ctl is a file of the multiplexer; take another name"),
        ("rename one a/b", "'a/b' is no name for a mount: take letters, digits, - and . (at most 64)"),
        ("rename one", "usage: rename OLD NEW"),
        ("add -lazy", "usage: add [-lazy] NAME ADDRESS"),
        ("add -lazy one unix!{place}/a", "one is mounted already, from unix!{place}/a; remove it first"),
        ("add -lasy three unix!{place}/a", "usage: add [-lazy] NAME ADDRESS"),
        ("add x 169.254.169.254:80", "169.254.169.254 is a link-local address{rest}"),
        ("add -lazy x 169.254.169.254:80", "169.254.169.254 is a link-local address{rest}"),
        ("add x tcp![fe80::1]!5642", "fe80::1 is a link-local address{rest}"),
        ("add x 2852039166:80/latest", "2852039166 stands for 169.254.169.254, a link-local address{rest}"),
        ("add x [::ffff:169.254.169.254]:80", "::ffff:169.254.169.254 is a link-local address{rest}"),
    ],
)
async def test_what_is_refused(place: Path, line: str, words: str) -> None:
    """In words, by the write that asked for it; nothing has changed."""
    rest = ", and those are not mounted; give one of your network"
    async with (
        mux(place, f"one=unix!{place}/a", f"two=unix!{place}/b"),
        open_client(f"unix!{place}/mux") as root,
    ):
        before = {entry.name for entry in await root.ls()}
        with pytest.raises(FileError) as refusal:
            await root.write("/ctl", line.format(place=place))
        assert str(refusal.value) == words.format(place=place, rest=rest)
        assert {entry.name for entry in await root.ls()} == before


# Mounts that wait to be used.


async def test_a_lazy_mount(place: Path) -> None:
    """It is mounted though its server is not there, dialled when somebody walks in, and lazy after a restart."""
    line, where = f"add -lazy one unix!{place}/a", f"unix!{place}/a"
    async with mux(place) as pump, open_client(f"unix!{place}/mux") as root:
        await root.write("/ctl", line)
        assert await root.read("/ctl") == f"{line}  # not used yet\n".encode()
        assert await root.read("/health") == b"ok\n"
        assert "one" in {entry.name for entry in await root.ls()}
        async with server(where, Shelf("one").tree):
            assert not pump.splice.mounts["one"].links
            assert await root.read("/one/note") == b"the note of one\n"
            assert (await root.read("/ctl")).startswith(f"{line}  # up ".encode())
    async with mux(place) as pump, open_client(f"unix!{place}/mux") as root:
        assert await root.read("/ctl") == f"{line}  # not used yet\n".encode()
        with pytest.raises(FileError, match=r"one is down: .*there is no such socket"):
            await root.read("/one/note")
        assert b"one is down: " in await root.read("/health")


async def test_an_added_mount_has_one_connection(place: Path) -> None:
    """That which was made to see whether its server is there."""
    async with (
        server(f"unix!{place}/a", Shelf("one").tree),
        mux(place) as pump,
        open_client(f"unix!{place}/mux") as root,
    ):
        await root.write("/ctl", f"add one unix!{place}/a")
        assert await root.read("/one/note")
        await trio.testing.wait_all_tasks_blocked()
        assert len(pump.splice.mounts["one"].links) == 1


# Addresses of one link.


@pytest.mark.parametrize(
    ("host", "is_near"),
    [
        ("169.254.0.1", True),
        ("fe80::1", True),
        ("fe80::1%eth0", True),
        ("febf::1", True),
        ("::ffff:169.254.1.1", True),
        ("169.253.0.1", False),
        ("fec0::1", False),
        ("10.0.0.1", False),
        ("127.0.0.1", False),
        ("::1", False),
        ("::ffff:10.0.0.1", False),
    ],
)
def test_which_addresses_are_of_one_link(host: str, is_near: bool) -> None:
    """Those of RFC 3927 and RFC 4291."""
    assert is_link_local(host) is is_near


async def test_a_name_that_changes_its_mind(monkeypatch: pytest.MonkeyPatch) -> None:
    """It stood for a good address when it was looked up, and leads to the link when it is dialled."""

    class Near(socket.socket):
        def getpeername(self) -> tuple[str, int]:
            return ("169.254.169.254", 80)

    sock = Near()

    async def dial(address: Address) -> socket.socket:
        return sock

    monkeypatch.setattr("riomux.linklocal.dial", dial)
    with pytest.raises(FileError, match=r"stands for 169.254.169.254, a link-local address"):
        await dial_beyond_the_link(Address.parse("127.0.0.1:80"))
    assert sock.fileno() == -1


# Loops.


async def _ls(root: Client, path: str, depth: int) -> int:
    """What `ls -R` sees; how many directories that is."""
    entries = await root.ls(path)
    below = [f"{path}/{entry.name}" for entry in entries if entry.mode >> 31] if depth else []
    return 1 + sum([await _ls(root, each, depth - 1) for each in below])


def _connections(pump: Pump) -> int:
    return len(pump.wires)


async def test_a_mux_in_itself(place: Path) -> None:
    """`ls -R` is as deep as it is let; then nothing more is said, and nothing is open that was not."""
    async with mux(place) as pump, open_client(f"unix!{place}/mux") as root:
        await root.write("/ctl", f"add me unix!{place}/mux")
        with trio.fail_after(PATIENCE):
            assert await _ls(root, "", 5) == 6
            connections = _connections(pump)
            assert await _ls(root, "", 5) == 6
            assert _connections(pump) == connections
            await trio.testing.wait_all_tasks_blocked()
            heard = pump.received
            await trio.testing.wait_all_tasks_blocked(0.1)
            assert pump.received == heard
            await root.write("/ctl", "remove me")
            await until(lambda: len(pump.splice.clients) == 1)


async def test_two_that_mount_each_other(place: Path) -> None:
    """The same; and who ends first leaves a mount that is down, not a storm."""
    async with mux(place, name="one") as one, open_client(f"unix!{place}/one") as root:
        async with mux(place, f"one=unix!{place}/one", name="two") as two:
            with trio.fail_after(PATIENCE):
                await root.write("/ctl", f"add two unix!{place}/two")
                assert await root.read("/two/one/two/one/health") == b"ok\n"
                assert await _ls(root, "", 5) == 6
                connections = _connections(one), _connections(two)
                assert await _ls(root, "", 5) == 6
                assert (_connections(one), _connections(two)) == connections
        with trio.fail_after(PATIENCE):
            await until(lambda: bool(one.splice.mounts["two"].down))
            with pytest.raises(FileError, match=r"two is down|two went away"):
                await root.read("/two/health")
            await until(lambda: len(one.splice.clients) == 1)


# How it is.


async def test_health_says_since_when(place: Path, autojump_clock: object) -> None:
    """And why."""
    async with mux(place, f"one=unix!{place}/a"), open_client(f"unix!{place}/mux") as root:
        await trio.sleep(330)
        said = (await root.read("/health")).decode()
        assert said == f"one is down: unix!{place}/a: there is no such socket; is the server started? (for 5 min)\n"


@pytest.mark.parametrize(
    ("seconds", "words"), [(0.4, "0 s"), (119, "119 s"), (120, "2 min"), (7200, "2 h"), (200_000, "2 days")]
)
def test_how_long_that_is(seconds: float, words: str) -> None:
    """In a unit that a person would take."""
    assert span(seconds) == words
