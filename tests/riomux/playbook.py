"""The multiplexer in dialogue, with no sockets: what each side says goes in, what the mux says must come out.

    assert (
        book
        >> heard(alice, Twalk(1, 0, 1, ("llm", "ada")))
        << say(llm, Twalk(0, 0, 1, ("ada",)))
        >> heard(llm, Rwalk(0, (ADA,)))
        << say(alice, Rwalk(1, (LLM, seen(llm, ADA))))
    )

`>>` is what happens, `<<` what the mux must do about it: for each peer in this order, whatever it says to others
meanwhile. An assertion on the book holds if it has done nothing else; when it fails, the whole dialogue is shown.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from itertools import repeat
from typing import Any

import msgspec

from ninep import ProtocolError
from ninep.codec import Frames, encode
from ninep.messages import (
    NOFID,
    NOTAG,
    OREAD,
    QTDIR,
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
from ninep.session import MSIZE
from riomux.peers import Backend, Client, Link, Peer
from riomux.qids import remap
from riomux.splice import Splice

USER = "eve"
ROOT = Qid(QTDIR, 0, 1)
"""What every server of these plays calls its root."""

Event = Callable[["Playbook"], None]
Cuts = Iterator[int]


class Playbook:
    """A mux, those who talk with it, and what was said. `cuts` are the sizes of the pieces in which words arrive."""

    def __init__(self, cuts: Cuts | None = None) -> None:
        self.splice = Splice()
        self.transcript: list[str] = []
        self._cuts = cuts or repeat(1 << 30)
        self._names: dict[Any, str] = {}
        self._frames: dict[Peer, Frames] = {}
        self._rest: dict[Peer, bytes] = {}
        self._due: dict[Peer, deque[Message]] = {}
        self._dials: list[Backend] = []
        self._hangups: list[Peer] = []
        self._alive: set[Peer] = set()  # who has said something since the last beat
        self.pieces: dict[Peer, int] = {}  # segments in which the mux last spoke to a peer
        self.home = self.link(self.splice.home)

    # The cast.

    def link(self, backend: Backend, msize: int = MSIZE, user: str = USER) -> Link:
        """A connection to a backend, entered already."""
        link = self.splice.linked(backend, msize, {user: 0})
        self._cast(link, f"{backend.name}:{len(backend.links)}" if len(backend.links) > 1 else backend.name)
        self._look()
        return link

    def backend(self, name: str, msize: int = MSIZE) -> Link:
        """A backend that is up."""
        backend = self.splice.mount(name)
        self._look()
        self._dials.remove(backend)
        return self.link(backend, msize)

    def client(self, name: str, msize: int = MSIZE) -> Client:
        """A client that has agreed on a version and holds the root of the tree as fid 0."""
        client = self.stranger(name)
        attached = self >> heard(client, Tversion(NOTAG, msize, "9P2000")) << say(client, version(msize))
        attached = attached >> heard(client, Tattach(0, 0, NOFID, USER, ""))
        request = self._due[self.home].popleft()
        assert isinstance(request, Tattach)
        assert attached >> heard(self.home, Rattach(request.tag, ROOT)) << say(client, Rattach(0, self.root))
        return client

    def stranger(self, name: str) -> Client:
        """A client that has said nothing yet."""
        client = self.splice.connected()
        self._cast(client, name)
        return client

    @property
    def root(self) -> Qid:
        """The root of the tree, as clients see it."""
        return self.splice.home.root

    def _cast(self, peer: Peer, name: str) -> None:
        self._names[peer] = name
        self._frames[peer], self._rest[peer], self._due[peer] = Frames(1 << 30), b"", deque()

    # The play.

    def __rshift__(self, event: Event) -> Playbook:
        event(self)
        self._look()
        return self

    def __lshift__(self, check: Event) -> Playbook:
        self._look()
        check(self)
        return self

    def __bool__(self) -> bool:
        """Whether the mux has done nothing that was not expected."""
        left = [f"{self._names[peer]} <- {m}" for peer, due in self._due.items() for m in due]
        left += [f"dial {backend.name}" for backend in self._dials]
        left += [f"hang up on {self._names[peer]}" for peer in self._hangups]
        assert not left, self.story("not expected:\n    " + "\n    ".join(left))
        return True

    def hear(self, peer: Peer, data: bytes) -> None:
        """Say bytes to the mux, in pieces."""
        self._alive.add(peer)
        while data and peer not in self._hangups:
            size = next(self._cuts)
            self._hear(peer, data[:size])
            data = data[size:]

    def _hear(self, peer: Peer, piece: bytes) -> None:
        data = self._rest[peer] + piece
        self.splice.buffer[: len(data)] = data
        try:
            used = self.splice.heard(peer, len(data))
        except ProtocolError as error:
            self.transcript.append(f"    ({error})")
            self._hangups.append(peer)
            return
        self._rest[peer] = data[used:]
        self._look()

    def _look(self) -> None:
        """Take down what the mux has said and wished, before the buffer is used again."""
        for peer in self.splice.said:
            if peer in self._frames:
                said = peer.take()
                self.pieces[peer] = len(said)
                self._frames[peer].feed(b"".join(said))
                for message in self._frames[peer]:
                    self.transcript.append(f"    {self._names[peer]} <- {message}")
                    self._due[peer].append(message)
        self.splice.said[:] = [peer for peer in self.splice.said if peer not in self._frames]
        self._dials += self.splice.wishes
        self._hangups += self.splice.ended
        self.splice.wishes.clear()
        self.splice.ended.clear()

    def take(self, peer: Peer) -> Message | None:
        """What is said to a peer next."""
        return self._due[peer].popleft() if self._due[peer] else None

    def beat(self) -> None:
        """A second passes."""
        self.splice.beat({peer for peer in self._alive if isinstance(peer, Link)})
        self._alive.clear()
        self._look()

    def take_dial(self, backend: Backend) -> bool:
        """Whether a link to the backend is wished."""
        if backend not in self._dials:
            return False
        self._dials.remove(backend)
        return True

    def take_hangup(self, peer: Peer) -> bool:
        """Whether the mux hangs up on a peer."""
        if peer not in self._hangups:
            return False
        self._hangups.remove(peer)
        return True

    def tell(self, line: str) -> None:
        """Write into the story."""
        self.transcript.append(line)

    def name(self, peer: Peer) -> str:
        """Who that is."""
        return self._names[peer]

    def story(self, end: str) -> str:
        """The dialogue so far, and what was wrong with it."""
        return "\n".join(["", *self.transcript, end])


# What happens.


def heard(peer: Peer, *messages: Message | bytes) -> Event:
    """A peer says something, in one segment."""

    def event(book: Playbook) -> None:
        book.transcript += [f"{book.name(peer)}: {message!s}" for message in messages]
        book.hear(peer, b"".join(m if isinstance(m, bytes) else encode(m) for m in messages))

    return event


def gone(client: Client) -> Event:
    """A client hangs up."""

    def event(book: Playbook) -> None:
        book.tell(f"{book.name(client)} hangs up")
        book.splice.gone(client)

    return event


def lost(link: Link, why: str = "went away") -> Event:
    """A backend hangs up."""

    def event(book: Playbook) -> None:
        book.tell(f"{book.name(link)} {why}")
        book.splice.lost(link, why)

    return event


def refused(backend: Backend, why: str, *, is_quick: bool = True) -> Event:
    """A dial fails."""

    def event(book: Playbook) -> None:
        book.tell(f"{backend.name} cannot be reached: {why}")
        book.splice.refused(backend, why, is_quick=is_quick)

    return event


def passed(seconds: int) -> Event:
    """Time passes. What was heard before that is the last sign of life."""

    def event(book: Playbook) -> None:
        book.tell(f"{seconds} s pass")
        for _ in range(seconds):
            book.beat()

    return event


def renamed(backend: Backend, name: str) -> Event:
    """Somebody gives a backend another name."""

    def event(book: Playbook) -> None:
        book.tell(f"{backend.name} is renamed {name}")
        book.splice.rename(backend, name)

    return event


def unmounted(backend: Backend) -> Event:
    """Somebody removes a backend."""

    def event(book: Playbook) -> None:
        book.tell(f"{backend.name} is removed")
        book.splice.unmount(backend)

    return event


# What the mux must do.


def say(peer: Peer, *messages: Message) -> Event:
    """It says this to a peer, and has said nothing else to it before."""

    def check(book: Playbook) -> None:
        for message in messages:
            got = book.take(peer)
            assert got == message, book.story(f"expected: {book.name(peer)} <- {message}\nnot: {got}")

    return check


def dial(backend: Backend) -> Event:
    """It wishes a link to a backend."""

    def check(book: Playbook) -> None:
        assert book.take_dial(backend), book.story(f"expected: dial {backend.name}")

    return check


def hang_up(peer: Peer) -> Event:
    """It hangs up on a peer."""

    def check(book: Playbook) -> None:
        assert book.take_hangup(peer), book.story(f"expected: hang up on {book.name(peer)}")

    return check


# Words for what is said often.


def version(msize: int, *, is_known: bool = True) -> Rversion:
    """The answer to Tversion."""
    return Rversion(NOTAG, min(msize, MSIZE), "9P2000" if is_known else "unknown")


def seen(link: Link, qid: Qid) -> Qid:
    """A backend's qid, as clients see it."""
    return msgspec.structs.replace(qid, path=remap(qid.path, link.backend.number))


def cross(book: Playbook, client: Client, link: Link, fid: int, *names: str, qids: tuple[Qid, ...]) -> int:
    """Have a client walk from the root into a backend, to `fid`; gives the number of that on the link."""
    _ = book >> heard(client, Twalk(999, 0, fid, (link.backend.name, *names)))
    request = book.take(link)
    assert isinstance(request, Twalk), book.story("expected a Twalk")
    reply = Rwalk(999, (link.backend.root, *[seen(link, qid) for qid in qids]))
    assert book >> heard(link, Rwalk(request.tag, qids)) << say(client, reply)
    return request.newfid


def opened(book: Playbook, client: Client, link: Link, fid: int, *names: str, qid: Qid, mode: int = OREAD) -> int:
    """Have a client walk to a file of a backend and open it; gives its number on the link."""
    number = cross(book, client, link, fid, *names, qids=(ROOT,) * (len(names) - 1) + (qid,))
    _ = book >> heard(client, Topen(999, fid, mode))
    request = book.take(link)
    assert isinstance(request, Topen), book.story("expected a Topen")
    iounit = 0 if link.msize >= client.msize else link.msize - 24
    assert book >> heard(link, Ropen(request.tag, qid, 0)) << say(client, Ropen(999, seen(link, qid), iounit))
    return number
