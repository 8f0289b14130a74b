"""A server that begins well, and goes wrong as a test wants it with the first Tread or Twrite."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import trio

from ninep.codec import Frames, encode
from ninep.messages import (
    QTDIR,
    Message,
    Qid,
    Rattach,
    Rclunk,
    Rflush,
    Ropen,
    Rversion,
    Rwalk,
    Tattach,
    Tclunk,
    Tflush,
    Tread,
    Tversion,
    Twalk,
    Twrite,
)

FILE = Qid(0, 0, 1)
"""What is found whatever is walked to."""

Wrong = Callable[[trio.SocketStream, Message], Awaitable[None]]
"""Does with the connection what it likes. It is closed after that."""


@asynccontextmanager
async def rogue(path: str, go_wrong: Wrong) -> AsyncIterator[None]:
    """The server, at a unix socket, for as long as the block lasts."""

    async def converse(stream: trio.SocketStream) -> None:
        frames = Frames(1 << 20)
        try:
            async for data in stream:
                frames.feed(bytes(data))
                for request in frames:
                    if isinstance(request, Tread | Twrite):
                        await go_wrong(stream, request)
                        return
                    await stream.send_all(encode(_answer(request)))
        except trio.BrokenResourceError:
            return  # hung up on, as it deserves
        finally:
            await trio.aclose_forcefully(stream)

    listener = trio.socket.socket(trio.socket.AF_UNIX)
    await listener.bind(path)
    listener.listen()
    async with trio.open_nursery() as nursery:
        nursery.start_soon(trio.serve_listeners, converse, [trio.SocketListener(listener)])
        yield
        nursery.cancel_scope.cancel()


def _answer(request: Message) -> Message:
    match request:
        case Tversion():
            return Rversion(request.tag, request.msize, "9P2000")
        case Tattach():
            return Rattach(request.tag, Qid(QTDIR, 0, 0))
        case Twalk():
            return Rwalk(request.tag, tuple(FILE for _ in request.wname))
        case Tclunk():
            return Rclunk(request.tag)
        case Tflush():
            return Rflush(request.tag)
    return Ropen(request.tag, FILE, 0)
