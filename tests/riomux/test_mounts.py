"""`ctl`: what it adds and removes, what it says, and what a restart brings back."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import trio
from tests.riomux.live import PATIENCE, Shelf, mux, server, until

from ninep import FileError
from ninep.client import open_client
from ninep.service import Events
from ninep.testing import check_tree
from riomux.discovered import Discovered
from riomux.mounts import RESERVED, Mounts
from riomux.pump import Pump
from riomux.routes import Routes
from riomux.splice import Splice
from riomux.tree import root_tree


async def test_add_and_remove(place: Path) -> None:
    """A line mounts a server, a line takes it away; what is open then ends with an error."""
    shelf = Shelf("one")
    async with server(f"unix!{place}/a", shelf.tree), mux(place), open_client(f"unix!{place}/mux") as root:
        await root.write("/ctl", f"add one unix!{place}/a\nadd deep unix!{place}/a/below/deeper\n")
        assert await root.read("/one/note") == b"the note of one\n"
        assert await root.read("/deep/name") == b"one"
        async with root.open("/one/note") as note:
            await root.write("/ctl", "remove one")
            with pytest.raises(FileError, match="it was removed"):
                await note.read()
        assert {entry.name for entry in await root.ls()} & {"one", "deep"} == {"deep"}
        with pytest.raises(FileError, match="file does not exist"):
            await root.read("/one/note")


async def test_what_ctl_says_can_be_written_back(place: Path) -> None:
    """Addresses as they were given, state and round trip as a comment."""
    shelf = Shelf("one")
    async with server(f"unix!{place}/a", shelf.tree), mux(place), open_client(f"unix!{place}/mux") as root:
        await root.write("/ctl", f"add one unix!{place}/a\nadd deep {place}/a/below")
        said = (await root.read("/ctl")).decode()
        lines = [line.partition("  # ") for line in said.splitlines()]
        assert [line[0] for line in lines] == [f"add one unix!{place}/a", f"add deep {place}/a/below"]
        assert all(line[2].startswith("up ") and line[2].endswith(" ms") for line in lines)
        await root.write("/ctl", "remove one\nremove deep")
        await root.write("/ctl", said)
        assert await root.read("/deep/deeper/name") == b"one"


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("add a/b unix!{place}/a", "'a/b' is no name for a mount: take letters, digits, - and . (at most 64)"),
        ("add .. unix!{place}/a", "'..' is no name for a mount: take letters, digits, - and . (at most 64)"),
        ("add ctl unix!{place}/a", "ctl is a file of the multiplexer; take another name"),
        ("add routes unix!{place}/a", "routes is a file of the multiplexer; take another name"),
        ("add one unix!{place}/a", "one is mounted already, from unix!{place}/a; remove it first"),
        ("add two nonsense://x", "nonsense://x is no address; write unix!/path, tcp!host!port or host:port"),
        ("add two unix!{place}/b", "unix!{place}/b: there is no such socket; is the server started?"),
        ("add two unix!{place}/a/nowhere", "unix!{place}/a: there is no /nowhere"),
        ("add two", "usage: add [-lazy] NAME ADDRESS"),
        ("remove two", "there is no mount two; the mounts are: one"),
        ("mount two", "unknown verb mount; try: add rename remove"),
    ],
)
async def test_what_is_refused(place: Path, line: str, words: str) -> None:
    """The words reach the `echo` that was wrong, and nothing is mounted."""
    async with (
        server(f"unix!{place}/a", Shelf("one").tree),
        mux(place, f"one=unix!{place}/a"),
        open_client(f"unix!{place}/mux") as root,
    ):
        before = {entry.name for entry in await root.ls()}
        with pytest.raises(FileError) as refusal:
            await root.write("/ctl", line.format(place=place))
        assert str(refusal.value) == words.format(place=place)
        assert {entry.name for entry in await root.ls()} == before


async def test_a_server_that_speaks_something_else(place: Path) -> None:
    """It is refused at once, not when somebody uses it."""

    async def greet(stream: trio.SocketStream) -> None:
        await stream.send_all(b"HTTP/1.1 400 Bad Request\r\n\r\n")

    listener = trio.socket.socket(trio.socket.AF_UNIX)
    await listener.bind(f"{place}/web")
    listener.listen()
    async with trio.open_nursery() as nursery:
        nursery.start_soon(trio.serve_listeners, greet, [trio.SocketListener(listener)])
        async with mux(place), open_client(f"unix!{place}/mux") as root:
            with pytest.raises(FileError, match="does not speak 9P"):
                await root.write("/ctl", f"add web unix!{place}/web")
        nursery.cancel_scope.cancel()


async def test_mounts_survive_a_restart(place: Path) -> None:
    """Those that were added, up or down, as they were written; not those of the command line."""
    async with (
        server(f"unix!{place}/a", Shelf("one").tree),
        mux(place, f"given=unix!{place}/a"),
        open_client(f"unix!{place}/mux") as root,
    ):
        await root.write("/ctl", f"add one unix!{place}/a/below\nadd two unix!{place}/a\nremove two")
    assert (place / "mux.state" / "mounts").read_text() == f"add one unix!{place}/a/below\n"
    async with mux(place), open_client(f"unix!{place}/mux") as root:
        assert {entry.name for entry in await root.ls()} & {"given", "one", "two"} == {"one"}
        async with server(f"unix!{place}/a", Shelf("one").tree):
            assert await root.read("/one/deeper/name") == b"one"


async def test_a_spoiled_file_of_mounts(place: Path) -> None:
    """What can be read is mounted; the rest is somebody's typing error."""
    (place / "mux.state").mkdir()
    lines = ["add one unix!/x", "add two", "add a/b unix!/x", "add three nonsense://", "", "add one unix!/y"]
    (place / "mux.state" / "mounts").write_text("\n".join(lines))
    async with mux(place), open_client(f"unix!{place}/mux") as root:
        assert (await root.read("/ctl")).startswith(b"add one unix!/x  # ")
        assert len((await root.read("/ctl")).splitlines()) == 1


async def test_events(place: Path) -> None:
    """What is added and removed, comes up and goes down, is told as it happens."""
    seen = list[tuple[str, str]]()
    async with mux(place) as pump, open_client(f"unix!{place}/mux") as root, root.open("/events") as events:
        async with server(f"unix!{place}/a", Shelf("one").tree):
            await root.write("/ctl", f"add one unix!{place}/a")
        await until(lambda: not pump.splice.mounts["one"].links)
        await until(lambda: bool(pump.splice.mounts["one"].down))
        await root.write("/ctl", "remove one")
        with trio.fail_after(PATIENCE):
            while ("mount.removed", "one") not in seen:
                for line in (await events.read()).splitlines():
                    event = json.loads(line)
                    seen.append((event["event"], event["name"]))
    kinds = [kind for kind, _ in seen]
    assert kinds == ["mount.added", "mount.up", "mount.down", "mount.removed"]


async def test_health_and_metrics(place: Path) -> None:
    """What is wrong, in words; how much there is, in numbers."""
    async with (
        server(f"unix!{place}/a", Shelf("one").tree),
        mux(place, f"one=unix!{place}/a"),
        open_client(f"unix!{place}/mux") as root,
    ):
        assert await root.read("/one/note")
        assert await root.read("/health") == b"ok\n"
        numbers = dict(line.split() for line in (await root.read("/metrics")).decode().splitlines() if line[0] != "#")
        assert numbers["riomux_clients"] == "1"
        assert numbers["riomux_mounts_up"] == "1"
        assert (await root.read("/help")).startswith(b"# riomux")


async def test_its_own_tree(place: Path) -> None:
    """ctl, discovered, events, health, help, metrics, routes: each as a file must be."""
    pump, events = Pump(Splice()), Events()
    async with trio.open_nursery() as nursery:
        mounts, routes = Mounts(pump, nursery, events), Routes(pump.connect, nursery, events)
        assert await check_tree(lambda: root_tree(pump, mounts, routes, Discovered(), events)) == [
            "/",
            "/ctl",
            "/discovered",
            "/events",
            "/health",
            "/help",
            "/metrics",
            "/routes",
        ]
        assert root_tree(pump, mounts, routes, Discovered(), events).keys() <= RESERVED
    pump.close()
