"""A client of the real server, and one of a server that a test speaks for."""

from __future__ import annotations

import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, TypeVar

import trio

from ninep.client import Client, open_client
from ninep.messages import (
    NOTAG,
    Message,
    Qid,
    Rattach,
    Ropen,
    Rversion,
    Rwalk,
    Tattach,
    Topen,
    Tversion,
    Twalk,
)
from ninep.node import Node
from ninep.server import serve_connection
from ninep.testing import Talk

QID = Qid(0, 0, 1)
Request = TypeVar("Request", bound=Message)


@asynccontextmanager
async def client_of(root: Node) -> AsyncIterator[Client]:
    """A client of the real server, over a socket pair."""
    ours, theirs = socket.socketpair()
    async with trio.open_nursery() as nursery:
        nursery.start_soon(serve_connection, theirs, root)
        async with open_client(ours) as client:
            yield client
        nursery.cancel_scope.cancel()


@asynccontextmanager
async def client_of_script(**settings: Any) -> AsyncIterator[tuple[Client, Talk, trio.Nursery]]:
    """A client, the server's end as a test speaks for it, and a nursery for the client's tasks."""
    ours, theirs = socket.socketpair()
    server = Talk(theirs)
    async with trio.open_nursery() as outer:
        outer.start_soon(welcome, server)
        async with open_client(ours, **settings) as client, trio.open_nursery() as nursery:
            yield client, server, nursery
        server.hang_up()


async def welcome(server: Talk, version: str = "9P2000", msize: int = 8192) -> None:
    """What a server says to a client that comes."""
    assert isinstance(await server.hear(), Tversion)
    await server.say(Rversion(NOTAG, msize, version))
    attach = await server.hear()
    assert isinstance(attach, Tattach)
    await server.say(Rattach(attach.tag, QID))


async def hear(server: Talk, kind: type[Request]) -> Request:
    """The client's next request, of this kind."""
    request = await server.hear()
    assert isinstance(request, kind), request
    return request


async def let_open(server: Talk) -> None:
    """Answer a walk of one name and an open."""
    await server.say(Rwalk((await hear(server, Twalk)).tag, (QID,)))
    await server.say(Ropen((await hear(server, Topen)).tag, QID, 0))
