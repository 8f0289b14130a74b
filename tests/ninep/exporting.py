"""What the tests of an exported directory share: clients of it, and short words for what they ask."""

from __future__ import annotations

import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import trio

from ninep.client import Client, open_client
from ninep.codec import read_stat
from ninep.export import exported
from ninep.messages import (
    Message,
    Rerror,
    Rread,
    Tread,
    Twalk,
)
from ninep.node import Directory
from ninep.server import serve_connection
from ninep.testing import Talk, memory_connection


@asynccontextmanager
async def client_of(root: Directory) -> AsyncIterator[Client]:
    """A client of the tree."""
    ours, theirs = socket.socketpair()
    async with trio.open_nursery() as nursery:
        nursery.start_soon(serve_connection, theirs, root)
        async with open_client(ours) as client:
            yield client
        nursery.cancel_scope.cancel()


@asynccontextmanager
async def talk_to(directory: Path) -> AsyncIterator[Talk]:
    with exported(directory) as root:
        async with memory_connection(root) as talk:
            await talk.attach()
            yield talk


async def walk(talk: Talk, fid: int, *names: str) -> Message:
    return await talk.ask(Twalk(1, 0, fid, names))


async def refused(talk: Talk, message: Message) -> str:
    reply = await talk.ask(message)
    assert isinstance(reply, Rerror), reply
    return reply.ename


async def make(client: Client, path: str, body: bytes, perm: int = 0o644) -> None:
    async with client.create(path, perm) as file:
        await file.write(body)


async def read(talk: Talk, fid: int, offset: int, count: int) -> bytes:
    reply = await talk.ask(Tread(1, fid, offset, count))
    assert isinstance(reply, Rread), reply
    return reply.data


def names_in(data: bytes) -> list[str]:
    told, at = [], 0
    while at < len(data):
        entry, at = read_stat(data, at)
        told.append(entry.name)
    return told


def names(directory: Path) -> list[str]:
    """What is in a directory on disk."""
    return sorted(path.name for path in directory.iterdir())
