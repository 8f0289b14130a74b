"""Requests, flushes, clunks, hang-ups, deaths and silence in any order, with replies in any order.

Invariants, whatever happens: a request gets one reply, or none if its Rflush came first; nothing comes under a tag that
bears nothing; data is that of the file the fid stands for, and what is read of one open of a stream comes from one
server, however often that is restarted; and when all is quiet, nobody holds a tag or a fid that
nobody uses.
"""

from __future__ import annotations

from itertools import count
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st
from tests.riomux.playbook import ROOT, Playbook, gone, heard, lost, passed

from ninep.messages import (
    NOTAG,
    OREAD,
    Message,
    Qid,
    Rattach,
    Rclunk,
    Rerror,
    Rflush,
    Ropen,
    Rread,
    Rstat,
    Rwalk,
    Stat,
    Tattach,
    Tclunk,
    Tflush,
    Topen,
    Tread,
    Tstat,
    Tversion,
    Twalk,
)
from riomux.peers import Client, Link

FILES = ("red", "green", "blue")
NUMBERS = {name: Qid(0, 0, i + 10) for i, name in enumerate(FILES)}
LENGTHS = {"red": 100}  # the others are streams


class Chance:
    """A server that answers when it likes, and knows what each of its fids stands for."""

    def __init__(self, random: Random) -> None:
        self._random, self._life = random, random.randrange(1 << 32)
        self._open = set[int]()
        self.fids: dict[int, str] = {0: ""}
        self.asked: list[Message] = []

    def answer(self) -> Message | None:
        """A reply to something that was asked. What concerns fids is done in order; reads and flushes need not be."""
        if not self.asked:
            return None
        i = self._random.randrange(len(self.asked))
        is_first = not any(isinstance(m, Tclunk | Tflush) for m in self.asked[:i])
        if isinstance(self.asked[i], Tflush) or (isinstance(self.asked[i], Tread) and is_first):
            return self._reply(self.asked.pop(i))
        return self._reply(self.asked.pop(0))

    def _reply(self, request: Message) -> Message | None:
        match request:
            case Tflush():
                self.asked = [m for m in self.asked if m.tag != request.oldtag]
                return Rflush(request.tag)
            case Tattach():
                self.fids[request.fid] = ""
                return Rattach(request.tag, ROOT)
            case Twalk():
                return self._walk(request)
            case Topen() if request.fid in self.fids:
                self._open.add(request.fid)
                return Ropen(request.tag, NUMBERS.get(self.fids[request.fid], ROOT), 0)
            case Tstat() if request.fid in self.fids:
                name = self.fids[request.fid]
                length = LENGTHS.get(name, 0)
                about = Stat(0, 0, NUMBERS.get(name, ROOT), 0o644, 0, 0, length, name, "me", "me", "me")
                return Rstat(request.tag, about)
            case Tread() if request.fid in self._open:
                return Rread(request.tag, f"{self.fids[request.fid]} {self._life}".encode())
            case Tclunk() if request.fid in self.fids:
                del self.fids[request.fid]
                self._open.discard(request.fid)
                return Rclunk(request.tag)
        return Rerror(request.tag, "unknown fid")

    def _walk(self, request: Twalk) -> Message:
        if request.fid not in self.fids:
            return Rerror(request.tag, "unknown fid")
        if request.newfid in self.fids:
            return Rerror(request.tag, "fid in use")
        known = all(name in FILES for name in request.wname)
        if known:
            self.fids[request.newfid] = request.wname[-1] if request.wname else self.fids[request.fid]
            return Rwalk(request.tag, tuple(NUMBERS[name] for name in request.wname))
        return Rerror(request.tag, "file does not exist")


class User:
    """A client that asks at random, and checks what it is told."""

    def __init__(self, client: Client, random: Random) -> None:
        self.client, self._random = client, random
        self.outstanding: dict[int, Message] = {}
        self._names: dict[int, str] = {}  # what each fid should stand for, if its walk succeeded
        self._expected: dict[int, tuple[str, int]] = {}  # tag of a read -> the file, and the walk that led there
        self._walks: dict[int, int] = {}  # how many led to each fid
        self._lives: dict[tuple[int, int], str] = {}  # fid and walk -> the server whose stream it is
        self._doubtful: set[int] = set()  # fids whose clunk was flushed: done or not, nobody knows
        self._flushed: dict[int, Message | None] = {}  # tag of a flush -> what it flushes

    def ask(self) -> Message:
        """Something to ask."""
        random, tag = self._random, next(i for i in range(1000) if i not in self.outstanding)
        fid = random.randrange(1, 5)
        request: Message
        match random.randrange(6):
            case 0 | 1 if fid not in self._names:
                name = random.choice((*FILES, "nothing"))
                request, self._names[fid] = Twalk(tag, 0, fid, ("b", name)), name
                self._walks[fid] = self._walks.get(fid, 0) + 1
            case 2:
                request = Topen(tag, fid, OREAD)
            case 3 if self.outstanding:
                request = Tflush(tag, random.choice([*self.outstanding]))
                self._flushed[tag] = self.outstanding[request.oldtag]
            case 4:
                request = Tclunk(tag, fid)
                self._names.pop(fid, None)
            case _:
                request = Tread(tag, fid, 0, 100)
                self._expected[tag] = self._names.get(fid, ""), self._walks.get(fid, 0)
        self.outstanding[tag] = request
        return request

    def hear(self, reply: Message) -> None:
        """Check a reply against what was asked."""
        request = self.outstanding.pop(reply.tag, None)
        assert request, f"{reply} under a tag that bears nothing"
        assert isinstance(reply, Rerror) or reply.number == request.number + 1, f"{reply} to {request}"
        match request, reply:
            case Tread(), Rread() if request.fid not in self._doubtful:
                name, walk = self._expected[reply.tag]
                told, life = reply.data.decode().split(" ")
                assert told == name, f"{reply} to {request}"
                if name not in LENGTHS:
                    assert self._lives.setdefault((request.fid, walk), life) == life, f"{reply} to {request}"
            case Tflush(), _:
                assert isinstance(reply, Rflush)
                if self.outstanding.get(request.oldtag) is self._flushed[request.tag]:
                    self._forget(self.outstanding.pop(request.oldtag))
            case Twalk(), _ if not isinstance(reply, Rwalk) or len(reply.wqid) < len(request.wname):
                self._forget(request)

    def _forget(self, flushed: Message | None) -> None:
        if isinstance(flushed, Twalk):
            self._names.pop(flushed.newfid, None)
        elif isinstance(flushed, Tclunk):
            self._doubtful.add(flushed.fid)

    def begin_again(self) -> Message:
        """A Tversion, which ends all else."""
        self.outstanding = {NOTAG: Tversion(NOTAG, 8192, "9P2000")}
        self._names.clear()
        self._doubtful.clear()
        return self.outstanding[NOTAG]


class Play:
    """Three users, one backend, and chance."""

    def __init__(self, seed: int) -> None:
        self.random = Random(seed)
        self.book = Playbook()
        self.servers = {self.book.home: Chance(self.random), self.book.backend("b"): Chance(self.random)}
        self.users: list[User] = []
        self._names = map("user{}".format, count())
        for _ in range(3):
            self._enter()

    def _enter(self) -> None:
        user = User(self.book.stranger(next(self._names)), self.random)
        self.users.append(user)
        for request in (Tversion(NOTAG, 8192, "9P2000"), Tattach(0, 0, 0xFFFFFFFF, "eve", "")):
            user.outstanding[request.tag] = request
            _ = self.book >> heard(user.client, request)
            self.settle()

    def step(self) -> None:
        """Something happens."""
        user = self.random.choice(self.users)
        match self.random.randrange(60):
            case 0:
                _ = self.book >> gone(user.client)
                self.users.remove(user)
                self._enter()
            case 1:
                _ = self.book >> heard(user.client, user.begin_again())
                request = Tattach(0, 0, 0xFFFFFFFF, "eve", "")
                user.outstanding[0] = request
                _ = self.book >> heard(user.client, request)
                self.settle()
            case 2:
                self._die()
            case 3:
                self._fall_silent()
            case n if n < 30:
                _ = self.book >> heard(user.client, user.ask())
            case _:
                self._answer(self.random.choice([*self.servers]))
        self._carry()

    def _die(self) -> None:
        link = next(link for link in self.servers if link.backend.number)
        _ = self.book >> lost(link)
        self._come_back(link)

    def _fall_silent(self) -> None:
        """For a while in which the server is asked, and perhaps given up."""
        link = next(link for link in self.servers if link.backend.number)
        _ = self.book >> passed(self.random.randrange(1, 12))
        if self.book.take_hangup(link):
            self._come_back(link)

    def _come_back(self, link: Link) -> None:
        del self.servers[link]
        self.servers[self.book.link(link.backend)] = Chance(self.random)
        self.book.take_dial(link.backend)

    def _answer(self, link: Link) -> None:
        if reply := self.servers[link].answer():
            _ = self.book >> heard(link, reply)

    def _carry(self) -> None:
        for link, server in self.servers.items():
            server.asked += iter(lambda link=link: self.book.take(link), None)  # type: ignore[misc]  # bound at once
        for user in self.users:
            while reply := self.book.take(user.client):
                user.hear(reply)

    def settle(self) -> None:
        """Answer everything that was asked."""
        self._carry()
        while any(server.asked for server in self.servers.values()):
            for link in self.servers:
                self._answer(link)
            self._carry()

    def check_that_nothing_is_left(self) -> None:
        """No tag and no fid is held by what nobody waits for or uses."""
        for user in self.users:
            assert not user.outstanding, self.book.story(str(user.outstanding))
            assert not user.client.tags
        for link, server in self.servers.items():
            assert not link.pending
            used = {fid.number for user in self.users for fid in user.client.fids.values() if fid.link is link}
            assert {*server.fids} - {0} == used, self.book.story(f"{link.backend.name} holds {server.fids}")


@settings(max_examples=60)
@given(st.integers(0, 1 << 32))
def test_whatever_happens(seed: int) -> None:
    """Three hundred steps at random, then quiet."""
    play = Play(seed)
    for _ in range(300):
        play.step()
    play.settle()
    play.check_that_nothing_is_left()
