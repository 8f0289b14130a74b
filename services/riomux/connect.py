"""Making a connection to a backend: dial, agree on a version, go to the root of the (sub)tree.

What comes out is ready to be handed to the pump. What fails says why, as an OSError or FileError for a person.
"""

from __future__ import annotations

import socket
from collections.abc import Awaitable, Callable
from typing import NamedTuple

import trio

from ninep import FileError, ProtocolError
from ninep.codec import Frames, encode
from ninep.dial import Address, dial, user
from ninep.messages import NOTAG, Message, Rerror, Rstat, Rversion, Tstat, Tversion
from ninep.session import MSIZE, MSIZE_LEAST
from riomux.reach import entering

TIMEOUT = 5.0  # seconds until a backend has answered all that is asked at first
PERM = 0o555  # permissions of a root that tells none


class Connection(NamedTuple):
    """A conversation that has begun."""

    sock: socket.socket
    tree: tuple[str, ...]  # the part of the server's tree that is the backend
    msize: int
    entered: dict[str, int]  # user -> the fid of the root
    round_trip: float  # seconds
    perm: int  # permissions of the root


Connect = Callable[[], Awaitable[Connection]]
Dial = Callable[[Address], Awaitable[socket.socket]]


async def connect(address: Address, dial: Dial = dial) -> Connection:
    """Reach the server at an address. OSError, FileError or ValueError if that cannot be done within TIMEOUT."""
    server, tree = address.split()
    deadline = trio.current_time() + TIMEOUT
    sock = await dial(server)
    return await greet(sock, str(server), tuple(name for name in tree.split("/") if name), deadline)


async def greet(
    sock: socket.socket, name: str, tree: tuple[str, ...] = (), deadline: float | None = None
) -> Connection:
    """Begin the conversation on a connected socket, which is closed if that fails: TIMEOUT from now, or earlier."""
    try:
        with trio.fail_at(trio.current_time() + TIMEOUT if deadline is None else deadline):
            return await _greet(sock, tree)
    except trio.TooSlowError:
        why = f"{name} accepts connections, but does not answer within {TIMEOUT:g} s"
    except FileError as refusal:
        why = f"{name}: {refusal}"
    except (OSError, ProtocolError) as error:
        why = f"{name} does not speak 9P: {error}"
    except BaseException:
        sock.close()
        raise
    sock.close()
    raise ConnectionError(why)


async def _greet(sock: socket.socket, tree: tuple[str, ...]) -> Connection:
    sock.setblocking(False)
    talk = _Talk(sock)
    version = await talk.call(Tversion(NOTAG, MSIZE, "9P2000"))
    if not isinstance(version, Rversion) or version.version != "9P2000":
        raise ProtocolError(f"asked for 9P2000, it said {version}")
    if not MSIZE_LEAST <= version.msize <= MSIZE:
        raise ProtocolError(f"an msize of {version.msize} bytes")
    began = trio.current_time()
    dialogue = entering(0, user(), tree)
    reply = await talk.call(next(dialogue))
    round_trip = trio.current_time() - began
    try:
        while True:
            reply = await talk.call(dialogue.send(reply))
    except StopIteration:
        about = await talk.call(Tstat(0, 0))
        perm = about.stat.mode & 0o777 if isinstance(about, Rstat) else PERM
        return Connection(sock, tree, version.msize, {user(): 0}, round_trip, perm)


class _Talk:
    """One request at a time, each with its reply."""

    def __init__(self, sock: socket.socket) -> None:
        self._socket = trio.socket.from_stdlib_socket(sock)
        self._frames = Frames(MSIZE)

    async def call(self, request: Message) -> Message:
        """Ask and hear."""
        await self._socket.send(encode(request))  # far less than any socket's buffer
        while True:
            for reply in self._frames:
                if reply.tag != request.tag:
                    raise ProtocolError(f"an answer that nobody asked for: {reply}")
                if isinstance(request, Tversion) and isinstance(reply, Rerror):
                    raise FileError(reply.ename)
                return reply
            data = await self._socket.recv(4096)
            if not data:
                raise ProtocolError("it hung up")
            self._frames.feed(data)
