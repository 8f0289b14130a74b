"""`ns` for programs: files of the namespace, as far as a line grants them."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import trio

from ninep import FileError
from ninep.dial import Address, close_listener, listen
from ninep.server import serve
from ninep.tree import Broadcast, Dir, Stream, Text
from rio.grants.errand import RefusedError
from rio.grants.granted import Subtree as Granted
from rio.grants.granted import parse
from rio.grants.ledger import Ledger
from rio.grants.tree import Tree


@dataclass
class Truck:
    """A machine in the namespace."""

    lamp: str = "off"
    notes: bytes = b"one\ntwo\nand half of three"
    events: Broadcast = field(default_factory=Broadcast)

    def light(self, text: str) -> None:
        if text not in ("on", "off"):
            raise FileError("a lamp is on or off")
        self.lamp = text

    def tree(self) -> Dir:
        return Dir(
            truck=Dir(
                lamp=Text(lambda: self.lamp, self.light),
                gps=Text(lambda: "52.5 13.4\n"),
                events=Stream(self.events.open),
                notes=Text(lambda: self.notes),
                long=Text(lambda: bytes(17 << 20)),
                ctl=Text(lambda: "", self.light),
            )
        )


@asynccontextmanager
async def a_truck(path: Path, truck: Truck) -> AsyncIterator[None]:
    """Its server, for the time of the block."""
    listener = listen(Address.parse(f"unix!{path}"))
    try:
        async with trio.open_nursery() as nursery:
            await nursery.start(serve, truck.tree(), [listener])
            yield
            nursery.cancel_scope.cancel()
    finally:
        close_listener(listener)


def office(path: Path, grants: str) -> Tree:
    return Tree(parse(grants).of(Granted), Ledger(lambda kind, **facts: None), f"unix!{path}")


async def do(tree: Tree, what: str, *words: Any) -> Any:
    return await tree.once[f"ns.{what}"](1, list(words))


async def test_granted_files_are_read_written_and_listed(tmp_path: Path) -> None:
    truck, tree = Truck(), office(tmp_path / "mux", "ns rw /truck\n")
    with trio.fail_after(20):
        async with a_truck(tmp_path / "mux", truck):
            assert await do(tree, "read", "/truck/gps") == b"52.5 13.4\n"
            assert await do(tree, "ls", "/truck/") == ["lamp", "gps", "events", "notes", "long", "ctl"]
            await do(tree, "write", "/truck/lamp", b"on")
            assert truck.lamp == "on"


async def test_a_servers_own_words_arrive(tmp_path: Path) -> None:
    with trio.fail_after(20):
        tree = office(tmp_path / "mux", "ns rw /truck\n")
        with pytest.raises(RefusedError, match="mux"):
            await do(tree, "read", "/truck/gps")
        async with a_truck(tmp_path / "mux", Truck()):
            with pytest.raises(RefusedError, match="a lamp is on or off"):
                await do(tree, "write", "/truck/lamp", b"green")
            with pytest.raises(RefusedError, match="file does not exist"):
                await do(tree, "read", "/truck/wheel")
            with pytest.raises(RefusedError, match="not a directory"):
                await do(tree, "ls", "/truck/gps")
            with pytest.raises(RefusedError, match=r"/truck is a directory; ns.ls\('/truck'\) lists it"):
                await do(tree, "read", "/truck")
            with pytest.raises(RefusedError, match=r"/truck is a directory"):
                async with tree.kept["ns.lines"](1, ["/truck"]):
                    pass
            with pytest.raises(RefusedError, match="longer than 16 MiB"):
                await do(tree, "read", "/truck/long")
        with pytest.raises(RefusedError, match="this display is in no namespace"):
            await do(
                Tree(parse("ns r /").of(Granted), Ledger(lambda kind, **facts: None), "none"), "read", "/truck/gps"
            )


@pytest.mark.parametrize(
    ("what", "words", "why"),
    [
        ("write", ["/truck/lamp", b"on"], "writing /truck/lamp: .* would: ns rw /truck/lamp$"),
        ("write", ["/b/ctl", b"on"], "would: ns rw /b/ctl$"),
        ("write", ["/b/lamp", "on"], "what is written is text"),
        ("write", ["/b/lamp"], "what is written is text"),
        ("read", ["/crane/gps"], "reading /crane/gps: .* would: ns r /crane/gps$"),
        ("read", ["/truck/../crane/gps"], "without . and .."),
        ("read", ["truck"], "a path is like /truck/gps"),
        ("read", [], "a path is a text, not NoneType"),
        ("read", ["/" + "x" * 1024], "a path has at most 1,024 characters, not 1,025"),
        ("read", [b"/truck/gps"], "a path is a text"),
        ("ls", ["/"], "would: ns r /$"),
    ],
)
async def test_what_is_not_granted_is_refused_before_anybody_is_asked(what: str, words: list[Any], why: str) -> None:
    tree = office(Path("/not/there"), "ns r /truck\nns rw /b\n")
    with pytest.raises(RefusedError, match=why):
        await do(tree, what, *words)


async def test_lines_come_as_they_are_said(tmp_path: Path) -> None:
    """Whole ones, whatever pieces they come in; and none is read before the last was taken."""
    truck, tree = Truck(), office(tmp_path / "mux", "ns r /truck\n")
    with trio.fail_after(20):
        async with a_truck(tmp_path / "mux", truck), tree.kept["ns.lines"](1, ["/truck/events"]) as lines:
            while not len(truck.events):
                await trio.testing.wait_all_tasks_blocked()
            truck.events.publish("one\ntw")
            assert await lines.next() == "one"
            truck.events.publish("o\n\xe4\n")
            assert [await lines.next(), await lines.next()] == ["two", "ä"]


async def test_a_file_is_followed_through_its_ends_and_a_restart_of_its_server(
    tmp_path: Path, autojump_clock: trio.testing.MockClock
) -> None:
    """As `tail -f` does it: nothing twice, also where the last line had no end."""
    truck, tree, down = Truck(), office(tmp_path / "mux", "ns r /truck\n"), trio.Event()

    async def there_twice(task_status: trio.TaskStatus[None]) -> None:
        async with a_truck(tmp_path / "mux", truck):
            task_status.started()
            await down.wait()
        await trio.sleep(3)
        truck.notes += b"!\nfour\n"
        async with a_truck(tmp_path / "mux", truck):
            await trio.sleep_forever()

    async with trio.open_nursery() as nursery:
        await nursery.start(there_twice)
        async with tree.kept["ns.lines"](1, ["/truck/notes"]) as lines:
            assert [await lines.next() for _ in range(3)] == ["one", "two", "and half of three"]
            with trio.move_on_after(60) as quiet:
                await lines.next()
            assert quiet.cancelled_caught
            down.set()
            assert [await lines.next() for _ in range(2)] == ["!", "four"]
        nursery.cancel_scope.cancel()
