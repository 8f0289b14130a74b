"""A route: every turn to an open of its own, while it is told; what becomes of turns when an end refuses or dies."""

from __future__ import annotations

import json
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from itertools import pairwise
from pathlib import Path

import pytest
import trio
from tests.riomux.live import PATIENCE, mux, server, until
from tests.riomux.telling import Listener, Story, ear, teller
from trio.lowlevel import ParkingLot

from ninep import FileError
from ninep.client import Client, open_client
from ninep.server import serve_connection
from ninep.tree import Broadcast, Dir, Node, Reader, Stream
from riomux import route
from riomux.route import PROOF

WAY = "/teller/story -> /ear/0"


@asynccontextmanager
async def stage(place: Path, story: Story, *listeners: Listener) -> AsyncIterator[Client]:
    """A teller and listeners behind a multiplexer, and a client of it."""
    async with (
        server(f"unix!{place}/t", lambda: teller(story, "once")),
        server(f"unix!{place}/e", lambda: ear(*listeners)),
        mux(place, f"teller=unix!{place}/t", f"ear=unix!{place}/e"),
        open_client(f"unix!{place}/mux") as root,
    ):
        yield root


async def status(root: Client) -> list[str]:
    """What `routes` says of each, without the route itself."""
    return [line.partition("  # ")[2] for line in (await root.read("/routes")).decode().splitlines()]


async def until_status(root: Client, words: str) -> None:
    """Wait for `routes` to begin so what it says of the only route."""
    with trio.fail_after(PATIENCE):
        while not (await status(root))[0].startswith(words):
            await trio.sleep(0.005)  # nothing tells of it but the file itself


async def test_a_turn_is_carried_while_it_is_told(place: Path) -> None:
    """Each chunk at once, each turn to an open of its own, which is clunked at its end; the one that runs is first."""
    story, listener = Story(b"one "), Listener()
    async with stage(place, story, listener) as root:
        await root.write("/routes", WAY)
        await until(lambda: listener.heard == [[b"one "]])
        story.tell(b"two")
        await until(lambda: listener.heard == [[b"one ", b"two"]])
        assert not listener.ended
        assert await status(root) == ["moving, 0 turns, 7 bytes"]
        story.tell(b"")
        await until_status(root, "waiting, 1 turn, 7 bytes")
        story.tell(b"", b"three", b"")
        await until_status(root, "waiting, 2 turns, 12 bytes")
        await until(lambda: listener.texts == [b"one two", b"three"] and listener.ended == 2)


async def test_no_turn_is_lost_between_turns(place: Path) -> None:
    """However fast they come one after the other."""
    story, listener = Story(), Listener()
    async with stage(place, story, listener) as root:
        await root.write("/routes", WAY)
        for i in range(200):
            story.tell(b"turn ", b"%d" % i, b"")
            if i % 17 == 0:
                await trio.lowlevel.checkpoint()
        await until(lambda: listener.ended == 200)
    assert listener.texts == [b"turn %d" % i for i in range(200)]


@pytest.fixture
def _soon(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody waits five seconds for a turn that has no end."""
    monkeypatch.setattr(route, "ENDLESS", 0.1)


async def test_what_the_target_refuses(place: Path) -> None:
    """Is told, with its words; the rest of that turn is dropped, and the next is said."""
    story, listener = Story(), Listener()
    async with stage(place, story, listener) as root, root.open("/events") as events:
        await root.write("/routes", WAY)
        story.tell(b"good", b" bad", b" and more", b"", b"again", b"")
        await until(lambda: listener.texts == [b"good", b"again"] and listener.ended == 2)
        await until_status(root, "waiting, 1 turn, 9 bytes, 1 error, the last: line 1: bad is not defined")
        with trio.fail_after(PATIENCE):
            told = [json.loads(await events.read()) for _ in range(2)]
    assert [event["event"] for event in told] == ["route.added", "route.failed"]
    assert told[1]["reason"] == "line 1: bad is not defined"
    assert (told[1]["source"], told[1]["target"]) == ("/teller/story", "/ear/0")


async def test_a_turn_that_is_an_error(place: Path) -> None:
    """An answer that failed without a word is an error of the route; the next turn is carried."""
    story, listener = Story(FileError("sketch has no idea"), b"better", b""), Listener()
    async with stage(place, story, listener) as root:
        await root.write("/routes", WAY)
        await until_status(root, "waiting, 1 turn, 6 bytes, 1 error, the last: sketch has no idea")
        assert listener.texts == [b"better"]


async def test_a_target_that_is_not_there_yet(place: Path) -> None:
    """What comes waits for it, and is said when its server comes up. Nothing is lost, and nothing is said twice."""
    story, listener = Story(b"one", b"", b"two", b""), Listener()
    async with (
        server(f"unix!{place}/t", lambda: teller(story)),
        mux(place, f"teller=unix!{place}/t", f"ear=unix!{place}/e"),
        open_client(f"unix!{place}/mux") as root,
    ):
        await root.write("/routes", WAY)
        await until_status(root, "retrying, 0 turns, 0 bytes, 1 error, the last: i/o error: ear is down")
        async with server(f"unix!{place}/e", lambda: ear(listener)):
            await until(lambda: listener.ended == 2)
    assert listener.texts == [b"one", b"two"]


LONG = b"a turn that is long enough to be known again when it comes back " * 2


async def test_a_source_that_breaks_off(place: Path) -> None:
    """The target's open file ends with what was said. What comes again is not said again; what is new is."""
    story, listener = Story(LONG, b"more"), Listener()
    async with (
        server(f"unix!{place}/e", lambda: ear(listener)),
        mux(place, f"teller=unix!{place}/t", f"ear=unix!{place}/e"),
        open_client(f"unix!{place}/mux") as root,
    ):
        async with server(f"unix!{place}/t", lambda: teller(story)):
            await root.write("/routes", WAY)
            await until(lambda: listener.texts == [LONG + b"more"])
        await until(lambda: listener.ended == 1)
        await until_status(root, "retrying, 0 turns, ")
        story.tell(b" and the rest", b"", b"the next", b"")
        async with server(f"unix!{place}/t", lambda: teller(story)):
            await until(lambda: listener.ended == 2)
    assert listener.texts == [LONG + b"more", b"the next"]


async def test_a_source_that_breaks_off_and_goes_on_with_another_turn(place: Path) -> None:
    """It is said from its beginning."""
    story, listener = Story(LONG), Listener()
    async with (
        server(f"unix!{place}/e", lambda: ear(listener)),
        mux(place, f"teller=unix!{place}/t", f"ear=unix!{place}/e"),
        open_client(f"unix!{place}/mux") as root,
    ):
        async with server(f"unix!{place}/t", lambda: teller(story)):
            await root.write("/routes", WAY)
            await until(lambda: listener.texts == [LONG])
        await until(lambda: listener.ended == 1)
        story.parts[:] = [LONG[:PROOF], b"but ends otherwise", b""]
        async with server(f"unix!{place}/t", lambda: teller(story)):
            await until(lambda: listener.ended == 2)
    assert listener.texts == [LONG, LONG[:PROOF] + b"but ends otherwise"]


@pytest.mark.usefixtures("_soon")
async def test_a_stream_without_turns(place: Path) -> None:
    """Has no rest to be dropped: after a refusal it is opened anew, and what comes then is said."""
    news, listener, readers = Broadcast(), Listener(), list[Reader]()

    def read_on() -> Reader:
        readers.append(news.open())
        return readers[-1]

    async with (
        server(f"unix!{place}/t", lambda: Dir(story=Stream(read_on))),
        server(f"unix!{place}/e", lambda: ear(listener)),
        mux(place, f"teller=unix!{place}/t", f"ear=unix!{place}/e"),
        open_client(f"unix!{place}/mux") as root,
    ):
        await root.write("/routes", WAY)
        await until(lambda: len(readers) == 1)
        news.publish(b"good")
        await until(lambda: listener.heard == [[b"good"]])
        news.publish(b"bad")
        await until(lambda: len(readers) == 2)
        news.publish(b"better")
        await until(lambda: listener.texts == [b"good", b"better"])
        await until_status(root, "moving, 0 turns, 10 bytes, 1 error, the last: line 1: bad is not defined")


async def test_a_target_that_dies_in_the_midst(place: Path) -> None:
    """What it has heard of the turn it may have done: the rest is dropped, and the next turn waits for it."""
    story, listener, reborn = Story(b"one"), Listener(), Listener()
    async with (
        server(f"unix!{place}/t", lambda: teller(story)),
        mux(place, f"teller=unix!{place}/t", f"ear=unix!{place}/e"),
        open_client(f"unix!{place}/mux") as root,
    ):
        async with server(f"unix!{place}/e", lambda: ear(listener)):
            await root.write("/routes", WAY)
            await until(lambda: listener.texts == [b"one"])
        story.tell(b" rest of one", b"", b"two", b"")
        await until_status(root, "retrying, 0 turns, 3 bytes, 2 errors")
        async with server(f"unix!{place}/e", lambda: ear(reborn)):
            await until(lambda: reborn.ended == 1)
    assert reborn.texts == [b"two"]


class Nothing(Dir):
    """Has no file, and remembers when somebody looked for one."""

    def __init__(self) -> None:
        super().__init__()
        self.times = list[float]()

    def __getitem__(self, name: str) -> Node:
        self.times.append(trio.current_time())
        raise KeyError(name)


async def test_it_is_tried_again_and_less_and_less(autojump_clock: object) -> None:
    """With pauses that double up to ten seconds and are never the same; told once; at once when a mount comes up."""
    ours, theirs = socket.socketpair()
    nothing, mounted, told = Nothing(), ParkingLot(), list[str]()
    it = route.Route("/a", "/b", lambda: ours, lambda route, why: told.append(why), mounted)
    async with trio.open_nursery() as nursery:
        nursery.start_soon(serve_connection, theirs, nothing)
        nursery.start_soon(it.run)
        await trio.sleep(300)
        pauses = [b - a for a, b in pairwise(nothing.times)]
        assert pauses[0] <= route.FIRST
        assert route.LONGEST / 2 <= max(pauses) <= route.LONGEST + 1
        assert len(set(pauses)) == len(pauses)
        tries = len(nothing.times)
        for _ in range(3):
            mounted.unpark_all()
            await trio.sleep(0.01)
        assert len(nothing.times) == tries + 3
        assert told == ["file does not exist"]
        nursery.cancel_scope.cancel()


async def test_an_ordinary_file_is_copied_once(place: Path) -> None:
    """Then the route is done, and is not begun again by a restart; made again, it copies again."""
    listener = Listener()
    async with stage(place, Story(), listener) as root:
        for times in (1, 2):
            await root.write("/routes", "/teller/text -> /ear/0")
            await until_status(root, "done, 1 turn, 4 bytes")
            assert listener.texts == [b"once"] * times
        await until(lambda: not (place / "mux.state" / "routes").read_text())
        await root.write("/routes", "-/teller/text")


async def test_a_directory_is_no_source(place: Path) -> None:
    """It says so, and waits in case that it becomes one."""
    async with stage(place, Story(), Listener()) as root:
        await root.write("/routes", "/teller -> /ear/0")
        await until_status(root, "retrying, 0 turns, 0 bytes, 1 error, the last: is a directory")


async def test_a_route_that_is_removed_lets_go(place: Path) -> None:
    """Its reader is closed and its target's file clunked, in the midst of a turn and of a write that waits."""
    story, listener = Story(b"one"), Listener()
    listener.may_hear = trio.Event()
    async with stage(place, story, listener) as root:
        await root.write("/routes", WAY)
        await until(lambda: len(listener.heard) == 1 and story.readers == 1)
        await root.write("/routes", "-/teller/story")
        assert await root.read("/routes") == b""
        await until(lambda: listener.ended == 1 and not story.readers)
        async with root.open("/events") as events:
            await root.write("/routes", WAY)
            await root.write("/routes", f"-{WAY}")
            with trio.fail_after(PATIENCE):
                told = [json.loads(await events.read())["event"] for _ in range(2)]
    assert told == ["route.added", "route.removed"], "that a route was ended is no failure of it"


async def test_the_multiplexer_stops_at_once(place: Path) -> None:
    """Whatever its routes wait for."""
    story, stalled = Story(b"one"), Listener()
    stalled.may_hear = trio.Event()
    async with (
        server(f"unix!{place}/t", lambda: teller(story)),
        server(f"unix!{place}/e", lambda: ear(stalled, Listener())),
    ):
        async with (
            mux(place, f"teller=unix!{place}/t", f"ear=unix!{place}/e"),
            open_client(f"unix!{place}/mux") as root,
        ):
            await root.write("/routes", f"{WAY}\n/teller/story -> /ear/1\n/nowhere -> /ear/1")
            await until(lambda: story.readers == 2 and len(stalled.heard) == 1)
            began = trio.current_time()
        assert trio.current_time() - began < 1
        await until(lambda: not story.readers)


async def test_a_machine_that_stalls_holds_up_nobody_else(place: Path) -> None:
    """One source, 16 targets, one of which takes nothing: the others have all of it, and it has when it goes on."""
    chunks = [b"%04d " % i for i in range(100)]
    story, listeners = Story(*chunks, b""), [Listener() for _ in range(16)]
    listeners[0].may_hear = trio.Event()
    async with stage(place, story, *listeners) as root:
        await root.write("/routes", "\n".join(f"/teller/story -> /ear/{i}" for i in range(16)))
        await until(lambda: all(listener.ended for listener in listeners[1:]))
        assert listeners[0].texts == [b""]
        assert (await status(root))[0] == "moving, 0 turns, 0 bytes"
        listeners[0].may_hear.set()
        await until(lambda: bool(listeners[0].ended))
    assert [listener.texts for listener in listeners] == [[b"".join(chunks)]] * 16
