"""Taking in the clients of a listening socket, also when the process has no descriptor left for another.

A client that cannot be taken in is told so at once and hung up on: for that moment we keep a descriptor in reserve. The
others are served as before; `troubles` has the sentence for whoever asks how the service is.
"""

from __future__ import annotations

import os
import resource
import socket
from collections.abc import Callable
from contextlib import suppress
from typing import NoReturn

import trio

from ninep.codec import encode
from ninep.logs import LibraryLog
from ninep.messages import NOTAG, Rerror

DESCRIPTORS = 1 << 16  # each client takes one; if we may, we have as many
PAUSE = 0.1  # seconds, when not even the reserve helps
FULL = "no more clients can be taken in: {}; close some, or allow more open files (ulimit -n)"

log = LibraryLog("ninep")

troubles: dict[socket.socket, str] = {}
"""What is wrong with a listening socket now, in a sentence. One that accepts is not here."""


async def accept(listener: socket.socket, welcome: Callable[[socket.socket], object]) -> NoReturn:
    """Accept until cancelled. `welcome` gets each client's socket, non-blocking."""
    listener.setblocking(False)
    door = Door(listener)
    try:
        while True:
            try:
                sock, _ = listener.accept()
            except BlockingIOError:
                await trio.lowlevel.wait_readable(listener)
            except ConnectionError:
                await trio.lowlevel.checkpoint()  # the client went before it was accepted
            except OSError as error:
                await door.turn_away(error)
            else:
                door.open()
                sock.setblocking(False)
                if sock.family != socket.AF_UNIX:
                    with suppress(OSError):  # it has gone already, which BSD tells here: its first recv will tell, too
                        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                welcome(sock)
    finally:
        door.close()


class Door:
    """Whether clients of a listener can be taken in, and the descriptor in reserve to tell those who cannot."""

    def __init__(self, listener: socket.socket) -> None:
        self._listener = listener
        self._reserve = reserve()

    def open(self) -> None:
        """A client came in."""
        if self._listener in troubles:
            del troubles[self._listener]
            log.info("accept.resumed")
        self._reserve = self._reserve or reserve()

    async def turn_away(self, error: OSError) -> None:
        """Tell a client that it cannot come in, if there is one: Linux says so even when nobody asks."""
        self._give_up_reserve()
        try:
            sock, _ = self._listener.accept()
        except BlockingIOError:
            self._reserve = reserve()
            await trio.lowlevel.wait_readable(self._listener)
        except OSError:
            self._complain(error)
            await trio.sleep(PAUSE)
        else:
            self._complain(error)
            with sock, suppress(OSError):  # it may have gone
                sock.send(encode(Rerror(NOTAG, troubles[self._listener])))
            self._reserve = reserve()
            await trio.lowlevel.checkpoint()

    def _complain(self, error: OSError) -> None:
        if self._listener not in troubles:
            troubles[self._listener] = FULL.format((error.strerror or str(error)).lower())
            log.error("accept.failed", error=str(error))

    def close(self) -> None:
        """Nobody listens any more."""
        troubles.pop(self._listener, None)
        self._give_up_reserve()

    def _give_up_reserve(self) -> None:
        if self._reserve is not None:
            os.close(self._reserve)
            self._reserve = None


def reserve() -> int | None:
    """A descriptor that stands for nothing; None if there is none left."""
    try:
        return os.open(os.devnull, os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        return None


def allow_descriptors() -> int:
    """Ask the system for as many descriptors as clients may need. How many this process may have now."""
    now, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = max(now, min(most, DESCRIPTORS) if most != resource.RLIM_INFINITY else DESCRIPTORS)
    resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, most))
    return wanted
