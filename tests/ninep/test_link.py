"""A client whose server goes away and comes back: what is made again, what is not, and how long one waits."""

import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
import trio
from tests.ninep.clients import hear, welcome
from trio.testing import MockClock, wait_all_tasks_blocked

from ninep import FileError
from ninep.client import Client, ConnectionLost, open_client
from ninep.dial import close_listener, listen
from ninep.messages import Twalk
from ninep.node import Node
from ninep.server import serve
from ninep.testing import Talk
from ninep.tree import Broadcast, Dir, Sink, Stream, Text


@asynccontextmanager
async def server(place: Path, root: Node) -> AsyncIterator[None]:
    """A server at the socket `server`, for a while."""
    listener = listen(f"{place}/server")
    try:
        async with trio.open_nursery() as nursery:
            await nursery.start(serve, root, [listener])
            yield
            nursery.cancel_scope.cancel()
    finally:
        close_listener(listener)


def tree(text: str = "hello") -> Dir:
    return Dir(text=Text(lambda: text), below=Dir(news=Stream(Broadcast().open)))


async def test_a_client_outlives_its_server(place: Path) -> None:
    """Whatever takes a path works on the new one; a file that was open is gone, and says so."""
    async with server(place, tree("old")):
        client = open_client(f"unix!{place}/server", reconnect=True)
        root = await client.__aenter__()
        assert await root.read("text") == b"old"
        opened = root.open("below/news")
        news = await opened.__aenter__()
    async with server(place, tree("new")):
        for _ in range(2):
            with pytest.raises(ConnectionLost, match="went away"):
                await news.read()
            assert await root.read("text") == b"new"
        await opened.__aexit__(None, None, None)
        assert [entry.name for entry in await root.ls()] == ["text", "below"]
        await client.__aexit__(None, None, None)


async def test_the_tree_of_the_address_is_the_root_again(place: Path) -> None:
    """And if it is not there any more, that is the answer."""
    async with server(place, tree()):
        client = open_client(f"unix!{place}/server/below", reconnect=True)
        root = await client.__aenter__()
    async with server(place, tree()):
        assert [entry.name for entry in await root.ls()] == ["news"]
    async with server(place, Dir()):
        with pytest.raises(FileError, match=r"^/below: file does not exist$"):
            await root.ls()
    await client.__aexit__(None, None, None)


async def test_who_walks_waits_for_the_server_to_be_back(place: Path, autojump_clock: MockClock) -> None:
    """All of them, each as long as it has patience, with attempts that become rarer."""
    got: list[bytes] = []

    async def read(root: Client) -> None:
        got.append(await root.read("text"))

    async with server(place, tree()):
        client = open_client(f"unix!{place}/server", reconnect=True, patience=60)
        root = await client.__aenter__()
    async with trio.open_nursery() as nursery:
        for _ in range(20):
            nursery.start_soon(read, root)
        await trio.sleep(50)
        assert not got
        async with server(place, tree()):
            with trio.fail_after(2):
                while len(got) < 20:
                    await trio.sleep(0.1)
    await client.__aexit__(None, None, None)


async def test_a_server_that_does_not_come_back_is_said(place: Path, autojump_clock: MockClock) -> None:
    """After the patience, to each who asks; one who is cancelled leaves at once."""
    async with server(place, tree()):
        client = open_client(f"unix!{place}/server", reconnect=True, patience=3)
        root = await client.__aenter__()
    start = trio.current_time()
    async with trio.open_nursery() as nursery:
        for _ in range(5):

            async def fail() -> None:
                with pytest.raises(ConnectionError, match=r"/server went away, and is not back after 3 s"):
                    await root.stat("text")

            nursery.start_soon(fail)
    assert trio.current_time() - start == pytest.approx(3, abs=0.1)
    with trio.move_on_after(1):
        await root.stat("text")
    assert trio.current_time() - start == pytest.approx(4, abs=0.1)
    await client.__aexit__(None, None, None)


@pytest.mark.parametrize("is_hung_up", [False, True])
async def test_a_client_that_has_ended_connects_no_more(
    place: Path, autojump_clock: MockClock, is_hung_up: bool
) -> None:
    """Whoever still waited for the server to be back hears so, and the server never meets this client again."""
    async with server(place, tree()):
        client = open_client(f"unix!{place}/server", reconnect=True, patience=60)
        root = await client.__aenter__()

    async def read() -> None:
        with pytest.raises(ConnectionLost, match="this client is closed"):
            await root.read("text")

    async with trio.open_nursery() as nursery:
        nursery.start_soon(read)
        await trio.sleep(1)
        if is_hung_up:
            root.hang_up()
        await client.__aexit__(None, None, None)
        with listen(f"{place}/server") as listener:
            await trio.sleep(10)
            with pytest.raises(BlockingIOError):
                listener.accept()


async def test_a_connection_that_is_made_as_the_client_ends_is_closed(place: Path) -> None:
    """The server had it already, and hears the end of it."""
    async with server(place, tree()):
        client = open_client(f"unix!{place}/server", reconnect=True)
        root = await client.__aenter__()
    listener = listen(f"{place}/server")
    accepting = trio.socket.from_stdlib_socket(listener)

    async def read() -> None:
        with pytest.raises(ConnectionLost, match="this client is closed"):
            await root.read("text")

    async with trio.open_nursery() as nursery:
        nursery.start_soon(read)
        connection, _ = await accepting.accept()
        await client.__aexit__(None, None, None)
        talk = Talk(socket.socket(fileno=connection.detach()))
        await welcome(talk)
        assert await talk.hear() is None
        talk.hang_up()
    close_listener(listener)


async def test_without_the_wish_a_lost_connection_stays_lost(place: Path) -> None:
    """A program that has not said so may rely on one server, one state."""
    async with server(place, tree()):
        client = open_client(f"unix!{place}/server")
        root = await client.__aenter__()
    async with server(place, tree()):
        with pytest.raises(ConnectionLost, match="went away"):
            await root.read("text")
    await client.__aexit__(None, None, None)


async def test_only_a_walk_is_repeated(place: Path) -> None:
    """A write whose answer was lost may have happened: its writer is told, and nothing is written twice."""
    taken: list[bytes] = []
    scope = trio.CancelScope()

    class Slow:
        async def write(self, data: bytes) -> None:
            taken.append(data)
            scope.cancel()
            await trio.sleep_forever()

        def close(self) -> None:
            """Nothing is held."""

    root = Dir(parse=Sink(open=Slow))
    async with trio.open_nursery() as nursery:

        async def serve_once() -> None:
            with scope:
                async with server(place, root):
                    await trio.sleep_forever()

        nursery.start_soon(serve_once)
        await wait_all_tasks_blocked()
        async with open_client(f"unix!{place}/server", reconnect=True) as client:
            with pytest.raises((ConnectionLost, FileError)):
                await client.write("parse", "once")
    assert taken == [b"once"]


async def test_a_walk_that_finds_the_connection_dead_is_asked_again(place: Path) -> None:
    """Nobody had noticed until then. Asked once more, and not for ever."""
    listener = listen(f"{place}/server")
    accepting = trio.socket.from_stdlib_socket(listener)

    async def hang_up_at_the_walk() -> None:
        connection, _ = await accepting.accept()
        talk = Talk(socket.socket(fileno=connection.detach()))
        await welcome(talk)
        await hear(talk, Twalk)
        talk.hang_up()

    async with trio.open_nursery() as nursery:
        nursery.start_soon(hang_up_at_the_walk)
        async with open_client(f"unix!{place}/server", reconnect=True) as root:
            nursery.start_soon(hang_up_at_the_walk)
            with pytest.raises(ConnectionLost, match="went away"):
                await root.stat("text")
            nursery.start_soon(serve, tree(), [listener])
            assert (await root.stat("text")).name == "text"
        nursery.cancel_scope.cancel()
    close_listener(listener)


async def test_a_socket_is_not_connected_again() -> None:
    """There is no address to do it with."""
    ours, theirs = socket.socketpair()
    with ours, theirs, pytest.raises(ValueError, match="a socket cannot be connected again"):
        async with open_client(ours, reconnect=True):
            pass


async def test_hanging_up_is_for_good(place: Path) -> None:
    """Also where a lost connection would be made again."""
    async with server(place, tree()), open_client(f"unix!{place}/server", reconnect=True) as root:
        root.hang_up()
        with pytest.raises(ConnectionLost, match="has hung up"):
            await root.read("text")
