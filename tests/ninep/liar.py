"""A server that is right but for one thing: its replies go through a function that may spoil them."""

from __future__ import annotations

import socket
from collections.abc import Callable
from typing import TypeAlias

import trio

from ninep.codec import Frames, encode
from ninep.messages import Message
from ninep.node import Node
from ninep.server import serve_connection

Lie: TypeAlias = Callable[[Message], list[Message]]


async def serve_liar(
    root: Node, listener: socket.socket, lie: Lie, *, task_status: trio.TaskStatus[None] = trio.TASK_STATUS_IGNORED
) -> None:
    """Serve until cancelled. `lie` gives what is said instead of a reply."""
    accepting = trio.socket.from_stdlib_socket(listener)
    async with trio.open_nursery() as nursery:
        task_status.started()
        while True:
            client, _ = await accepting.accept()
            nursery.start_soon(_serve, client, root, lie)


async def _serve(client: trio.socket.SocketType, root: Node, lie: Lie) -> None:
    ours, theirs = socket.socketpair()
    upstream = trio.socket.from_stdlib_socket(ours)
    with client, upstream:
        async with trio.open_nursery() as nursery:
            nursery.start_soon(serve_connection, theirs, root)
            nursery.start_soon(_forward, client, upstream, bytes)
            await _forward(upstream, client, _spoil(lie))
            nursery.cancel_scope.cancel()


def _spoil(lie: Lie) -> Callable[[bytes], bytes]:
    frames = Frames(1 << 20)

    def spoil(data: bytes) -> bytes:
        frames.feed(data)
        return b"".join(encode(said) for reply in frames for said in lie(reply))

    return spoil


async def _forward(
    source: trio.socket.SocketType, sink: trio.socket.SocketType, change: Callable[[bytes], bytes]
) -> None:
    try:
        while data := await source.recv(1 << 16):
            rest = change(data)
            while rest:
                rest = rest[await sink.send(rest) :]
        sink.shutdown(socket.SHUT_WR)
    except OSError:
        return  # one end has gone
