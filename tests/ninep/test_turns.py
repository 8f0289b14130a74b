"""Reading past the ends of turns: what is a turn, and what is the end of all."""

from __future__ import annotations

import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest
import trio

from ninep import FileError
from ninep.client import File, open_client
from ninep.memory import Folder
from ninep.node import Node
from ninep.server import serve_connection
from ninep.tree import Dir, Stream, Text
from ninep.turns import EMPTY_READS, WAITED, Turns


class Reads:
    """Reads as they are given; a number is how many seconds the one after it takes."""

    def __init__(self, *parts: bytes | float | FileError) -> None:
        self._parts = list(parts)

    async def read(self, count: int) -> bytes:
        """The next."""
        part = self._parts.pop(0)
        if isinstance(part, float):
            await trio.sleep(part)
            return await self.read(count)
        if isinstance(part, FileError):
            raise part
        return part

    def close(self) -> None:
        """Nothing is held."""


@asynccontextmanager
async def opened(node: Node) -> AsyncIterator[File]:
    """A file of a server of its own."""
    ours, theirs = socket.socketpair()
    async with trio.open_nursery() as nursery:
        nursery.start_soon(serve_connection, theirs, Dir(file=node))
        async with open_client(ours) as root, root.open("/file") as file:
            yield file
        nursery.cancel_scope.cancel()


async def chunks(make: Callable[[], Any]) -> list[bytes]:
    """All that such a stream gives."""
    async with opened(Stream(make)) as file:
        return [chunk async for chunk in Turns(file)]


async def test_turns_and_empty_turns() -> None:
    """The end of a turn is an empty chunk; more empty reads at once are no more ends, until they are the end of all."""
    empty = [b""] * (EMPTY_READS - 1)
    assert await chunks(lambda: Reads(b"o", b"ne", *empty, b"two", *empty, b"", b"never")) == [
        b"o",
        b"ne",
        b"",
        b"two",
        b"",
    ]


async def test_an_empty_turn_that_was_waited_for(autojump_clock: object) -> None:
    """Is one, and however many there are, the stream goes on."""
    wait: list[bytes | float] = [WAITED * 2, b""]
    waits = wait * EMPTY_READS * 3
    given = await chunks(lambda: Reads(b"one", b"", *waits, b"two", *[b""] * EMPTY_READS))
    assert given == [b"one", b"", *[b""] * EMPTY_READS * 3, b"two", b""]


async def test_what_has_a_length_ends_with_it() -> None:
    """At its first empty read."""
    folder = Folder()
    ours, theirs = socket.socketpair()
    async with trio.open_nursery() as nursery:
        nursery.start_soon(serve_connection, theirs, folder)
        async with open_client(ours) as root:
            async with root.create("/file") as file:
                await file.write(b"text")
            async with root.open("/file") as file:
                assert [chunk async for chunk in Turns(file)] == [b"text", b""]
        nursery.cancel_scope.cancel()


async def test_what_has_none_ends_too() -> None:
    """A text of a service."""
    async with opened(Text(lambda: "text")) as file:
        assert [chunk async for chunk in Turns(file)] == [b"text", b""]


async def test_a_refused_read_is_not_the_end() -> None:
    """Whoever goes on gets what comes after it."""
    async with opened(Stream(lambda: Reads(FileError("no idea"), b"one", b""))) as file:
        turns = Turns(file)
        with pytest.raises(FileError, match="no idea"):
            await anext(turns)
        assert [await anext(turns), await anext(turns)] == [b"one", b""]


async def test_a_directory_has_no_turns() -> None:
    """And says what it is."""
    async with opened(Dir()) as file:
        with pytest.raises(FileError, match="is a directory"):
            await anext(Turns(file))
