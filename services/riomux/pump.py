"""The edge of the data plane: one task, one epoll, one receive buffer, and every socket of the multiplexer.

trio waits for the epoll's own descriptor, which is readable when any socket is; then everything is done at once in
plain calls until nothing is left, or until other tasks must have their turn. A task for each socket would cost 2.4
times as much for each message, and trio's streams 4 times. A connection keeps what is unfinished and nothing else: the
beginning of a message that is not whole, and bytes that its socket would not take.

Back-pressure: a client to whom something could not be sent is not listened to until that is gone; and one that floods
a link with much to send already is not listened to until that has drained. Who sends little there, or has not much that
waits, goes on, for it may have to do with other backends too. Neither lasts for ever, for who
takes nothing, or leaves a message unfinished, for PATIENCE seconds is hung up on. And of all that waits for those who
take too little, no more than MOST is kept: then whoever has most waiting is hung up on, for the sake of the others.

Once a second `watch` looks for those who keep us waiting, and has the splice feel for backends that say nothing: a sign
of life is whatever is heard of one, or taken by it of what had not arrived yet.
"""

from __future__ import annotations

import select
import socket
from collections.abc import Callable, Collection
from typing import NoReturn

import structlog
import trio

from ninep import ProtocolError
from ninep.accept import accept
from riomux.peers import Backend, Client, Link, Peer
from riomux.splice import ROOM, Splice
from riomux.wire import IN, OUT, Signs, Wire

log = structlog.get_logger("riomux")

ROUNDS = 64  # looks at the epoll before other tasks get their turn,
EVENTS = 256  # and sockets dealt with in them
SMALL = 4096  # bytes for a backend that are worth keeping till more is heard for it: a send costs as much as 40 KiB
FULL = 1024 * 1024  # bytes that wait for a backend, above which those who flood it have to wait:
FLOOD = 8  # those with more requests than that waiting, and more than SMALL to send
MOST = 128 * 1024 * 1024  # bytes that wait for all together
PATIENCE = 30.0  # seconds
LOOK = 1.0  # seconds between two looks for those who have used it up, and the length of a beat, see `pulse`

GRACE = 2.0  # seconds at the stop in which replies that are on their way may arrive,
CALM = 0.25  # and, within them, of silence when none is
TICK = 0.01  # between two looks for that


class Pump:
    """Moves bytes between sockets and a Splice."""

    def __init__(self, splice: Splice) -> None:
        self.splice = splice
        self.wish: Callable[[Backend], None] = lambda backend: None  # told of each backend that wants a link
        self.received = self.sent = 0  # bytes, from and for clients and backends
        self.unsent = 0  # bytes that wait for all peers together
        self._epoll = select.epoll()
        self._left = 0  # events of the last look that are still to be dealt with
        self._wires: dict[int, Wire] = {}

    @property
    def wires(self) -> Collection[Wire]:
        """The connections."""
        return self._wires.values()

    @staticmethod
    def traffic(backend: Backend) -> tuple[int, int]:
        """Bytes heard of a backend and said to it, over all connections there have been."""
        wires: list[Wire] = [link.edge for link in backend.links if link.edge]
        tally = backend.tally
        return tally.heard + sum(wire.heard for wire in wires), tally.said + sum(wire.said for wire in wires)

    # What other tasks do.

    async def accept(self, listener: socket.socket) -> NoReturn:
        """Take in clients of a listening socket."""
        await accept(listener, lambda sock: self._add(sock, self.splice.connected()))

    def connect(self) -> socket.socket:
        """A client of this process: its end of a connection."""
        ours, theirs = socket.socketpair()
        self._add(ours, self.splice.connected())
        return theirs

    def link(self, backend: Backend, sock: socket.socket, msize: int, entered: dict[str, int]) -> Link:
        """Take over a connection to a backend. See `Splice.linked`."""
        link = self.splice.linked(backend, msize, entered)
        self._add(sock, link)
        self.flush()
        return link

    def flush(self) -> None:
        """Do what the splice says is to be done. Whoever tells it something from outside calls this afterwards."""
        splice = self.splice
        while splice.said or splice.ended or splice.wishes:
            for peer in splice.said:
                self._send(peer)
            splice.said.clear()
            for peer in splice.ended:
                if peer.edge:
                    self._close(peer.edge)
            splice.ended.clear()
            wishes, splice.wishes[:] = [*splice.wishes], []
            for backend in wishes:
                self.wish(backend)

    async def drain(self) -> None:
        """Take nothing new, and let what is on its way arrive. What is still waited for then is blocked, not late."""
        self.splice.drain()
        calm, before = 0.0, None
        with trio.move_on_after(GRACE):
            while calm < CALM and (self.splice.is_waited_for or self.unsent):
                now = self.received, self.unsent
                calm, before = calm + TICK if now == before else 0.0, now
                await trio.sleep(TICK)

    def close(self) -> None:
        """Answer all that waits, as far as the sockets take it at once, and hang up on everybody."""
        self.splice.stop()
        for peer in self.splice.said:
            self._send(peer)
        for wire in [*self._wires.values()]:
            self._close(wire)
        self._epoll.close()

    # The data plane.

    async def run(self) -> NoReturn:
        """Move bytes until cancelled."""
        poll, number = self._epoll.poll, self._epoll.fileno()
        while True:
            await trio.lowlevel.wait_readable(number)
            done = 0
            for _ in range(ROUNDS):
                events = poll(0)
                if not events:
                    break
                self._deal_with(events)
                done += len(events)
                if done > EVENTS:
                    break

    def _deal_with(self, events: list[tuple[int, int]]) -> None:
        """What one look at the epoll has found. Sockets may be closed on the way, none is opened."""
        self._left = len(events)
        for number, event in events:
            self._left -= 1
            wire = self._wires.get(number)
            if wire and event & OUT:
                self._drain(wire)
            if wire and event & ~OUT and wire.peer.edge is wire:
                self._receive(wire)
                if self.unsent > MOST:
                    self._relieve()
        if self.splice.said:
            self.flush()

    def _receive(self, wire: Wire) -> None:
        """One recv, and all that follows from it."""
        splice, rest = self.splice, wire.rest
        try:
            if rest is None:
                size = wire.sock.recv_into(splice.buffer, ROOM)
            else:
                size = wire.sock.recv_into(splice.view[len(rest) : ROOM])
        except BlockingIOError:
            return
        except OSError as error:
            self._end(wire, f"went away: {(error.strerror or str(error)).lower()}")
            return
        if not size:
            self._end(wire, "went away")
            return
        self.received += size
        wire.heard += size
        if rest is not None:
            before = len(rest)
            size += before
            if size < wire.needs:
                rest += splice.view[before:size]
                return
            splice.buffer[:before] = rest
        self._hear(wire, size)

    def _hear(self, wire: Wire, size: int) -> None:
        """The buffer holds what a peer said."""
        splice = self.splice
        try:
            used = splice.heard(wire.peer, size)
        except ProtocolError as error:
            log.warning("protocol.broken", peer=_name(wire.peer), error=str(error))
            self._end(wire, f"does not speak 9P: {error}")
            return
        if used == size:
            wire.rest = None
        else:
            wire.rest = splice.buffer[used:size]
            wire.needs = int.from_bytes(wire.rest[:4], "little") if size - used >= 4 else 4
        self._speak(wire)
        if splice.wishes:
            self.flush()

    def _speak(self, speaker: Wire) -> None:
        """Send what `speaker` has caused.

        While more is to be heard, few bytes for a backend are kept (the buffer is used again, so in bytes of their
        own): what many clients say in one look leaves in one send, and comes back in one recv.
        """
        said, kept = self.splice.said, []
        for peer in said:
            if self._left and isinstance(peer, Link) and sum(map(len, peer.out)) < SMALL:
                peer.out = [b"".join(peer.out)]
                kept.append(peer)
            else:
                self._send(peer, speaker)
        said[:] = kept

    def _send(self, peer: Peer, speaker: Wire | None = None) -> None:
        """Send what is to be said to a peer. `speaker` is who caused it."""
        out = peer.take()
        wire: Wire | None = peer.edge
        if wire is None:
            return  # it has gone since this was said
        data = out[0] if len(out) == 1 else b"".join(out)
        wire.said += len(data)
        self.sent += len(data)
        if wire.unsent is not None:
            wire.unsent += data
            self.unsent += len(data)
        else:
            try:
                sent = wire.sock.send(data)
            except OSError:
                sent = 0  # it is full, or it is gone: the epoll tells which
            if sent == len(data):
                return
            wire.unsent = bytearray(data[sent:])
            self.unsent += len(wire.unsent)
            self._listen(wire)
        if speaker and len(wire.unsent) > FULL and len(data) > SMALL and isinstance(peer, Link):
            self._hold_if_flooding(speaker, wire)

    def _drain(self, wire: Wire) -> None:
        """The socket takes more."""
        if wire.unsent is None:
            return
        try:
            sent = wire.sock.send(wire.unsent)
        except BlockingIOError:
            return
        except OSError as error:
            self._end(wire, f"went away: {(error.strerror or str(error)).lower()}")
            return
        del wire.unsent[:sent]
        self.unsent -= sent
        wire.taken += 1
        if len(wire.unsent) < FULL // 2:
            self._let_go(wire)
        if not wire.unsent:
            wire.unsent = None
            self._listen(wire)

    # Who is listened to.

    def _listen(self, wire: Wire) -> None:
        """Have the epoll tell what matters now. That the peer has gone, it always tells."""
        mask = 0
        if not wire.held_by and not (wire.unsent and isinstance(wire.peer, Client)):
            mask |= IN
        if wire.unsent:
            mask |= OUT
        if mask != wire.mask:
            wire.mask = mask
            self._epoll.modify(wire.sock.fileno(), mask)

    def _hold_if_flooding(self, client: Wire, link: Wire) -> None:
        peer = client.peer
        if client.held_by is None and isinstance(peer, Client) and len(peer.tags) > FLOOD:
            client.held_by = link
            link.holds = [*(link.holds or ()), client]
            self._listen(client)

    def _relieve(self) -> None:
        """Too much waits: hang up on those for whom most of it does."""
        while self.unsent > MOST:
            wire = max(self._wires.values(), key=lambda wire: len(wire.unsent or b""))
            log.warning("peer.slow", peer=_name(wire.peer), unsent=len(wire.unsent or b""))
            self._end(wire, "takes too little of what is said to it")

    def _let_go(self, link: Wire) -> None:
        held, link.holds = link.holds, None
        for client in held or ():
            client.held_by = None
            self._listen(client)

    # Connections.

    def _add(self, sock: socket.socket, peer: Peer) -> None:
        sock.setblocking(False)
        wire = self._wires[sock.fileno()] = peer.edge = Wire(sock, peer)
        self._epoll.register(sock.fileno(), wire.mask)

    def _end(self, wire: Wire, why: str) -> None:
        """A connection is over: tell the splice, and do what follows."""
        self._close(wire)
        peer = wire.peer
        if isinstance(peer, Client):
            self.splice.gone(peer)
        elif isinstance(peer, Link):
            log.warning("backend.lost", name=peer.backend.name, reason=why)
            self.splice.lost(peer, why)
        self.flush()

    def _close(self, wire: Wire) -> None:
        if wire.held_by and wire.held_by.holds:
            wire.held_by.holds.remove(wire)
        self._let_go(wire)
        self.unsent -= len(wire.unsent or b"")
        if isinstance(wire.peer, Link):
            tally = wire.peer.backend.tally
            tally.heard, tally.said = tally.heard + wire.heard, tally.said + wire.said
        self._epoll.unregister(wire.sock.fileno())
        del self._wires[wire.sock.fileno()]
        wire.peer.edge = None
        wire.sock.close()

    # Patience.

    async def watch(self) -> NoReturn:
        """Give up those that have let us wait for too long."""
        owing: dict[Wire, tuple[float, object, int]] = {}
        signs: dict[Link, Signs] = {}
        while True:
            await trio.sleep(LOOK)
            owing = self._end_the_stuck(owing)
            signs = self._feel(signs)

    def _end_the_stuck(self, before: dict[Wire, tuple[float, object, int]]) -> dict[Wire, tuple[float, object, int]]:
        """Hang up on those that have not done for long what only they can do."""
        now = trio.current_time()
        owing = {wire: self._progress(wire, before.get(wire), now) for wire in self._wires.values() if wire.is_owing}
        for wire, (since, _, _) in owing.items():
            if now - since >= PATIENCE and wire.peer.edge is wire:
                log.warning("peer.stuck", peer=_name(wire.peer), unsent=len(wire.unsent or b""))
                self._end(wire, f"did nothing for {PATIENCE:.0f} s")
        return owing

    def _feel(self, before: dict[Link, Signs]) -> dict[Link, Signs]:
        """Have the splice give up backends that show no sign of life."""
        now = {wire.peer: wire.signs() for wire in self._wires.values() if isinstance(wire.peer, Link)}
        for link in self.splice.beat({link for link, signs in now.items() if signs.are_news(before.get(link))}):
            log.warning("backend.silent", name=link.backend.name)
        self.flush()
        return now

    @staticmethod
    def _progress(wire: Wire, before: tuple[float, object, int] | None, now: float) -> tuple[float, object, int]:
        """Since when a peer has owed us the same thing: the rest of this message, or the taking of what is unsent."""
        is_same = before and (before[2] == wire.taken if wire.unsent else before[1] is wire.rest)
        return (before[0] if before and is_same else now), wire.rest, wire.taken


def _name(peer: Peer) -> str:
    return peer.backend.name if isinstance(peer, Link) else "a client"
