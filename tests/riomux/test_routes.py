"""The file `routes`: what it takes, what it refuses, what it says, and what a restart brings back."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.riomux.live import mux, server, until
from tests.riomux.telling import Listener, Story, ear, teller

from ninep import FileError
from ninep.client import open_client
from riomux.route import Turn
from riomux.routes import GRAMMAR, MOST, parse


async def test_what_routes_says_can_be_written_back(place: Path) -> None:
    """Many targets of one source, paths as the mux has them, and what is done as a comment."""
    async with mux(place), open_client(f"unix!{place}/mux") as root:
        await root.write(
            "/routes", "/a/output -> /b/parse\na/output -> //b/./other  # a comment\n\n# another\n/a b->/c"
        )
        said = (await root.read("/routes")).decode()
        ways = [line.partition("  # ")[0] for line in said.splitlines()]
        assert ways == ["/a/output -> /b/parse", "/a/output -> /b/other", "/a b -> /c"]
        await root.write("/routes", "-/a/output\n-/a b -> /c  # gone")
        assert await root.read("/routes") == b""
        await root.write("/routes", said)
        assert [line.partition("  # ")[0] for line in (await root.read("/routes")).decode().splitlines()] == ways


async def test_one_of_many_targets_is_removed(place: Path) -> None:
    """And the others stay."""
    async with mux(place), open_client(f"unix!{place}/mux") as root:
        await root.write("/routes", "/a -> /b\n/a -> /c\n/d -> /b\n-/a -> /b")
        said = (await root.read("/routes")).decode()
        assert [line.partition("  # ")[0] for line in said.splitlines()] == ["/a -> /c", "/d -> /b"]


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("/a", GRAMMAR),
        ("/a ->", GRAMMAR),
        ("-> /a", GRAMMAR),
        ("-", GRAMMAR),
        ("/a -> /b -> /c", GRAMMAR),
        ("/ -> /b", GRAMMAR),
        ("/a\x1b -> /b", GRAMMAR),
        ("/x -> /y", "there is a route /x -> /y already"),
        ("x -> y", "there is a route /x -> /y already"),
        ("-/z", "there is no route from /z"),
        ("-/x -> /z", "there is no route /x -> /z"),
        ("/a -> /a/", "that would go round in a circle: /a -> /a"),
        ("/z -> /x", "that would go round in a circle: /z -> /x -> /y -> /z"),
        (
            "/a/../../etc -> /b",
            "/a/../../etc leads elsewhere; write the path from the root of the multiplexer, without ..",
        ),
    ],
)
async def test_what_is_refused(place: Path, line: str, words: str) -> None:
    """The words reach the `echo` that was wrong, and nothing is routed."""
    async with mux(place), open_client(f"unix!{place}/mux") as root:
        await root.write("/routes", "/x -> /y\n/y -> /z")
        with pytest.raises(FileError) as refusal:
            await root.write("/routes", line)
        assert str(refusal.value) == words
        assert len((await root.read("/routes")).splitlines()) == 2


def descriptors() -> int:
    """How many this process has open."""
    return sum(1 for _ in Path("/proc/self/fd").iterdir())


async def test_there_are_so_many_and_no_more(place: Path) -> None:
    """The next is refused, and all can be removed again, with nothing left of them."""
    async with mux(place) as pump, open_client(f"unix!{place}/mux") as root:
        await root.read("/routes")  # so that there is all that one client needs
        before = descriptors()
        await root.write("/routes", "\n".join(f"/a -> /b/{i}" for i in range(MOST)))
        with pytest.raises(FileError, match="too many routes; 256 is the most"):
            await root.write("/routes", "/a -> /c")
        await root.write("/routes", "-/a")
        await until(lambda: len(pump.splice.clients) == 1 and descriptors() == before)


async def test_routes_survive_a_restart(place: Path) -> None:
    """Whether their mounts are up or not; what is spoiled in the file is somebody's typing error."""
    story, listener = Story(b"one", b""), Listener()
    mounts = f"teller=unix!{place}/t", f"ear=unix!{place}/e"
    async with mux(place, *mounts), open_client(f"unix!{place}/mux") as root:
        await root.write("/routes", "/teller/story -> /ear/0\n/a -> /b\n-/a")
    kept = place / "mux.state" / "routes"
    assert kept.read_text() == "/teller/story -> /ear/0\n"
    kept.write_text("nonsense\n\n/teller/story -> /ear/0\n/teller/story -> /ear/0\n/ear/0 -> /teller/story\n")
    async with mux(place, *mounts), open_client(f"unix!{place}/mux") as root:
        assert len((await root.read("/routes")).splitlines()) == 1
        async with (
            server(f"unix!{place}/t", lambda: teller(story)),
            server(f"unix!{place}/e", lambda: ear(listener)),
        ):
            await until(lambda: listener.texts == [b"one"] and listener.ended == 1)


async def test_metrics(place: Path) -> None:
    """What each route has carried, in numbers; a route that is gone has none."""
    story, listener = Story(b"one", b"", b"two", b"", b"bad", b""), Listener()
    async with (
        server(f"unix!{place}/t", lambda: teller(story)),
        server(f"unix!{place}/e", lambda: ear(listener)),
        mux(place, f"teller=unix!{place}/t", f"ear=unix!{place}/e"),
        open_client(f"unix!{place}/mux") as root,
    ):
        await root.write("/routes", "/teller/story -> /ear/0")
        await until(lambda: listener.ended == 3)
        labels = '{source="/teller/story",target="/ear/0"}'
        text = (await root.read("/metrics")).decode()
        assert f"riomux_route_bytes_total{labels} 6\n" in text
        assert f"riomux_route_errors_total{labels} 1\n" in text
        assert f"riomux_route_turns_total{labels} 2\n" in text
        assert "riomux_routes 1\n" in text
        await root.write("/routes", "-/teller/story")
        assert labels not in (await root.read("/metrics")).decode()


def test_a_way_is_two_paths() -> None:
    """With or without their slashes and blanks."""
    assert str(parse("a->b/")) == "/a -> /b"


class Chunks:
    """What follows of a turn."""

    def __init__(self, *chunks: bytes) -> None:
        self._chunks = [*chunks, b""]

    async def __anext__(self) -> bytes:
        return self._chunks.pop(0)


CUT = b"0123456789" * 10


@pytest.mark.parametrize(
    ("cut", "told", "is_same"),
    [
        (CUT, [CUT[:30], CUT[30:], b"more"], True),
        (CUT, [CUT + b"more"], True),
        (CUT, [CUT[:70]], True),
        (CUT, [CUT[:70], b"otherwise"], False),
        (CUT, [b"otherwise"], False),
        (CUT[:10], [CUT], False),
        (b"", [CUT], False),
    ],
    ids=["again", "again at once", "again but shorter", "another end", "another", "hardly begun", "nothing broke off"],
)
async def test_a_turn_is_known_again(cut: bytes, told: list[bytes], is_same: bool) -> None:
    """By its beginning; and whatever was read of it to find that out, it gives all of it."""
    turn = Turn(told[0], Chunks(*told[1:]))  # type: ignore[arg-type]  # all that a turn needs of Turns
    assert await turn.repeats(cut) is is_same
    assert b"".join([chunk async for chunk in turn]) == b"".join(told)
