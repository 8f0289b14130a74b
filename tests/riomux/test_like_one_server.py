"""A mux over servers looks just like one server of the joined tree. Invariant: the same requests, the same replies.

Both sides are played without sockets: real ninep sessions behind the mux, and one with everything in one tree. What a
client may see differently are only the numbers of qids, which must still be one for each file.
"""

from __future__ import annotations

from types import CoroutineType
from typing import Any

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.riomux.playbook import USER, Playbook

from ninep.answers import ANSWERS
from ninep.codec import Frames, encode, read_stat
from ninep.messages import (
    NOFID,
    NOTAG,
    OREAD,
    Message,
    Qid,
    Rattach,
    Ropen,
    Rread,
    Rstat,
    Rversion,
    Rwalk,
    Stat,
    Tattach,
    Tclunk,
    Topen,
    Tread,
    Tremove,
    Tstat,
    Tversion,
    Twalk,
    Twrite,
)
from ninep.node import Node
from ninep.server import refusal
from ninep.session import MSIZE, Session
from ninep.tree import Dir, Text
from riomux.peers import Link

STEPS = ["llm", "llm/ada", "llm/ada/ada", "rio", "rio/scene", "rio/scene/ada", "..", "../..", "../../..", "ada", "note"]
STEPS += ["ctl", "scene", "nothing", ""]


def llm_tree() -> Dir:
    return Dir(ada=Dir(note=Text(lambda: "ada's\n"), ada=Dir()), note=Text(lambda: "llm's\n"))


def rio_tree() -> Dir:
    return Dir(scene=Dir(note=Text(lambda: "rio's\n"), ada=Dir(note=Text(lambda: "deep\n"))))


class Server:
    """A ninep session that answers at once."""

    def __init__(self, root: Node) -> None:
        self._root, self._session = root, Session()

    def answer(self, data: bytes) -> bytes:
        """What it says to this."""
        self._session.receive_data(data)
        for message, fid in filter(None, self._session.events_received()):
            self._session.reply(*self._reply(message, fid))
        return self._session.data_to_send()

    def _reply(self, message: Message, fid: Any) -> Any:
        if isinstance(message, Tversion):
            return Rversion(message.tag, min(message.msize, MSIZE), "9P2000"), None
        try:
            answer: Any = ANSWERS[type(message)](self._root, message, fid)
            return _finished(answer) if type(answer) is CoroutineType else answer
        except Exception as error:
            return refusal(message, error), None


def _finished(coroutine: CoroutineType[Any, Any, Any]) -> Any:
    try:
        coroutine.send(None)
    except StopIteration as end:
        return end.value
    raise AssertionError("these trees never wait")


class OneServer:
    """Everything in one tree."""

    def __init__(self) -> None:
        self._server = Server(Dir(ctl=Text(lambda: "ctl\n"), llm=llm_tree(), rio=rio_tree()))

    def ask(self, request: Message) -> Message:
        """Its reply."""
        return _message(self._server.answer(encode(request)))


class Mux:
    """The same, out of three servers."""

    def __init__(self) -> None:
        self._book = Playbook()
        self._client = self._book.stranger("client")
        self._servers: dict[Link, Server] = {}
        self._serve(self._book.home, Dir(ctl=Text(lambda: "ctl\n"), llm=Dir(), rio=Dir()))
        self._serve(self._book.backend("llm"), llm_tree())
        self._serve(self._book.backend("rio"), rio_tree())

    def _serve(self, link: Link, root: Node) -> None:
        server = self._servers[link] = Server(root)
        server.answer(encode(Tversion(NOTAG, MSIZE, "9P2000")) + encode(Tattach(0, 0, NOFID, USER, "")))

    def ask(self, request: Message) -> Message:
        """Its reply, when all that had to be said between the servers has been said."""
        self._book.hear(self._client, encode(request))
        while sum(self._carry(link) for link in self._servers):
            pass
        reply = self._book.take(self._client)
        assert reply, self._book.story(f"no reply to {request}")
        assert self._book.take(self._client) is None
        return reply

    def _carry(self, link: Link) -> bool:
        requests = list(iter(lambda: self._book.take(link), None))
        self._book.hear(link, self._servers[link].answer(b"".join(map(encode, requests))))
        return bool(requests)

    def nothing_is_left(self) -> bool:
        """Whether no request is pending, in the mux or on a link."""
        return not self._client.tags and not any(link.pending for link in self._servers)


def _message(data: bytes) -> Message:
    frames = Frames(MSIZE)
    frames.feed(data)
    (message,) = frames
    return message


class Alike:
    """Compares what two servers say, whatever numbers they give to files."""

    def __init__(self) -> None:
        self._theirs: dict[int, int] = {}
        self._ours: dict[int, int] = {}

    def check(self, theirs: Message, ours: Message) -> None:
        """Both say the same."""
        for one, other in zip(_qids(theirs), _qids(ours), strict=True):
            assert self._theirs.setdefault(one.path, other.path) == other.path, "one file, two qids"
            assert self._ours.setdefault(other.path, one.path) == one.path, "two files, one qid"
            assert one.type == other.type
        assert _without_numbers(theirs) == _without_numbers(ours)


def _entries(message: Message) -> list[Stat]:
    """The entries, if that is what was read: nothing else here is longer than 40 bytes."""
    data, at, entries = getattr(message, "data", b""), 0, list[Stat]()
    while len(data) > 40 and at < len(data):
        entry, at = read_stat(data, at)
        entries.append(entry)
    return entries


def _qids(message: Message) -> list[Qid]:
    match message:
        case Rattach() | Ropen():
            return [message.qid]
        case Rwalk():
            return list(message.wqid)
        case Rstat():
            return [message.stat.qid]
    return [entry.qid for entry in _entries(message)]


def _without_numbers(message: Message) -> Any:
    zero = Qid(0, 0, 0)
    match message:
        case Rattach() | Ropen():
            return msgspec.structs.replace(message, qid=zero)
        case Rwalk():
            return len(message.wqid)
        case Rstat():
            return _plain(message.stat)
        case Rread() if entries := _entries(message):
            return [_plain(entry) for entry in entries]
    return message


def _plain(stat: Stat) -> Stat:
    return msgspec.structs.replace(stat, qid=Qid(0, 0, 0), atime=0, mtime=0)


fids = st.integers(0, 4)
names = st.lists(st.sampled_from(STEPS), max_size=5).map(lambda steps: tuple("/".join(filter(None, steps)).split("/")))
names = names.map(lambda words: () if words == ("",) else words)
requests = st.one_of(
    st.builds(Twalk, st.just(1), fids, fids, names),
    st.builds(Twalk, st.just(1), st.just(0), fids, names),
    st.builds(Topen, st.just(1), fids, st.just(OREAD)),
    st.builds(Tread, st.just(1), fids, st.just(0), st.just(8000)),
    st.builds(Twrite, st.just(1), fids, st.just(0), st.just(b"x")),
    st.builds(Tstat, st.just(1), fids),
    st.builds(Tclunk, st.just(1), st.integers(1, 4)),
    st.builds(Tremove, st.just(1), st.integers(1, 4)),
    st.builds(Tattach, st.just(1), fids, st.just(NOFID), st.sampled_from([USER, "bob"]), st.just("")),
)


@settings(max_examples=300)
@given(st.lists(requests, max_size=40))
def test_the_same_requests_get_the_same_replies(conversation: list[Message]) -> None:
    """Whatever is walked, opened, read, removed and attached, in whatever order."""
    one, mux, alike = OneServer(), Mux(), Alike()
    begin: list[Message] = [Tversion(NOTAG, MSIZE, "9P2000"), Tattach(1, 0, NOFID, USER, "")]
    for request in begin + conversation:
        alike.check(one.ask(request), mux.ask(request))
    assert mux.nothing_is_left()
