"""A connection: a socket, the peer at its other end, what is unfinished, and by which signs one sees that it lives."""

from __future__ import annotations

import fcntl
import select
import socket
import termios
from typing import NamedTuple

from riomux.peers import Peer

IN, OUT = select.EPOLLIN, select.EPOLLOUT


class Signs(NamedTuple):
    """Of life."""

    heard: int  # bytes
    waiting: int  # bytes of ours that have not arrived yet
    arrived: int  # bytes of ours

    def are_news(self, before: Signs | None) -> bool:
        """Whether there have been any since. A little that arrives is none: the kernel takes it in for the stopped."""
        return before is None or self.heard != before.heard or (before.waiting > 0 and self.arrived > before.arrived)


class Wire:
    """The pump keeps one for each socket, and only the pump changes it."""

    __slots__ = ("heard", "held_by", "holds", "mask", "needs", "peer", "rest", "said", "sock", "taken", "unsent")

    def __init__(self, sock: socket.socket, peer: Peer) -> None:
        self.sock, self.peer = sock, peer
        self.mask = IN  # what we listen for
        self.rest: bytearray | None = None  # the beginning of a message
        self.needs = 0  # bytes that it must have before it is worth a look
        self.unsent: bytearray | None = None
        self.taken = 0  # times that the socket took some of that
        self.heard = self.said = 0  # bytes, over this connection
        self.held_by: Wire | None = None  # the backend's wire that must drain before this client is heard again
        self.holds: list[Wire] | None = None  # and the other way round

    @property
    def is_owing(self) -> bool:
        """Whether the peer has to do something that only it can do: take what is unsent, or finish a message."""
        return self.unsent is not None or (self.rest is not None and not self.held_by)

    def signs(self) -> Signs:
        """What is to be seen of the peer now."""
        queued = fcntl.ioctl(self.sock, termios.TIOCOUTQ, bytes(4))  # tcp(7), unix(7): what has not got through
        waiting = int.from_bytes(queued, "little") + len(self.unsent or b"")
        return Signs(self.heard, waiting, self.said - waiting)
