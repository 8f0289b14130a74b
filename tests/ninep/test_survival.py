"""Whatever one client does, and whatever a handler makes of it: the others are served on."""

from __future__ import annotations

import errno
import math
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
import trio
import trio.testing
from msgspec.structs import replace
from trio.testing import wait_all_tasks_blocked

from ninep import FileError, server
from ninep.codec import Frames, encode
from ninep.messages import (
    NOFID,
    NOTAG,
    OREAD,
    OWRITE,
    Message,
    Rattach,
    Rclunk,
    Rerror,
    Rflush,
    Ropen,
    Rread,
    Rstat,
    Rversion,
    Rwalk,
    Rwrite,
    Tattach,
    Tclunk,
    Tcreate,
    Tflush,
    Topen,
    Tread,
    Tstat,
    Tversion,
    Twalk,
    Twrite,
    Twstat,
)
from ninep.node import GOODBYE, Node, Opened
from ninep.server import SEND, STOPPING, serve, serve_connection
from ninep.session import MSIZE, Session
from ninep.testing import Talk, memory_connection
from ninep.tree import Broadcast, Dir, Sink, Stream, Text

BIG = 131_000  # bytes of a read: two fill a socket
ENOUGH = SEND // BIG + 1  # reads at once, after the last of which the server stops to send them


@asynccontextmanager
async def two_clients(root: Node) -> AsyncIterator[tuple[Talk, Talk]]:
    """Two clients of one server, attached; the second must be served to the end."""
    listener = socket.socket(socket.AF_UNIX)
    listener.bind("")  # an abstract name that the kernel chooses
    listener.listen()
    with listener:
        async with trio.open_nursery() as nursery:
            await nursery.start(serve, root, [listener])
            first, second = [await connect(listener) for _ in range(2)]
            yield first, second
            assert isinstance(await second.ask(Tstat(1, 0)), Rstat)
            first.hang_up()
            second.hang_up()
            nursery.cancel_scope.cancel()


async def connect(listener: socket.socket) -> Talk:
    sock = socket.socket(socket.AF_UNIX)
    sock.connect(listener.getsockname())
    talk = Talk(sock)
    assert isinstance(await talk.ask(Tversion(NOTAG, BIG + 24, "9P2000")), Rversion)
    assert isinstance(await talk.ask(Tattach(0, 0, NOFID, "tester", "")), Rattach)
    return talk


async def open_file(talk: Talk, name: str, fid: int = 1, mode: int = OREAD) -> None:
    assert isinstance(await talk.ask(Twalk(1, 0, fid, (name,))), Rwalk)
    assert isinstance(await talk.ask(Topen(1, fid, mode)), Ropen)


# A client that does not read.


class Crowded:
    """Reads of news that wait, and as many of a large file as no socket takes."""

    def __init__(self) -> None:
        self.news = Broadcast()
        self.root = Dir(news=Stream(self.news.open), big=Text(lambda: bytes(BIG)))

    async def crowd(self, talk: Talk, *then: Message) -> None:
        """Have the server wait to send to this client, and two answers wait for that, one behind the other."""
        await open_file(talk, "news", fid=1)
        await open_file(talk, "big", fid=2)
        await talk.say(Tread(1, 1, 0, 100), Tread(2, 1, 0, 100))
        await talk.say(*[Tread(10 + n, 2, 0, BIG) for n in range(ENOUGH)], *then)
        await wait_all_tasks_blocked()
        self.news.publish("one")
        self.news.publish("two")
        await wait_all_tasks_blocked()


async def test_a_client_that_goes_while_answers_wait_to_be_sent() -> None:
    """Who waited to send to it ends with it."""
    crowded = Crowded()
    async with two_clients(crowded.root) as (greedy, _):
        await crowded.crowd(greedy)
        greedy.hang_up()
        await wait_all_tasks_blocked()


async def test_a_new_version_while_answers_wait_to_be_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    """What was queued is forgotten with all the rest, and Rversion is the last word."""
    monkeypatch.setattr(server, "TURN", math.inf)  # so that Tversion comes before the one who waits gets its turn
    crowded = Crowded()
    async with two_clients(crowded.root) as (greedy, _):
        await crowded.crowd(greedy, Tversion(NOTAG, 8192, "9P2000"))
        heard = [await greedy.hear() for _ in range(ENOUGH + 2)]
        assert heard.count(Rread(1, b"one")) == 1 and not heard.count(Rread(2, b"two"))
        assert heard[-1] == Rversion(NOTAG, 8192, "9P2000")
        assert isinstance(await greedy.attach(), Rattach)


def test_a_session_refuses_all_that_is_pending() -> None:
    """Also what was flushed and has not ended: its Rflush comes with it."""
    session, frames = Session(), Frames(MSIZE)
    session.receive_data(b"".join(map(encode, [Tversion(NOTAG, MSIZE, "9P2000"), Tattach(0, 0, NOFID, "ada", "")])))
    for (request, _), answer in zip(
        filter(None, session.events_received()),
        [Rversion(NOTAG, MSIZE, "9P2000"), Rattach(0, Dir().qid)],
        strict=False,  # the second is judged when the first has been answered
    ):
        assert request.tag == answer.tag
        session.reply(answer)
    session.receive_data(b"".join(map(encode, [Tstat(1, 0), Tstat(2, 0), Tflush(3, 2)])))
    assert len(list(session.events_received())) == 3
    session.data_to_send()
    session.refuse_pending(STOPPING)
    frames.feed(session.data_to_send())
    assert list(frames) == [Rerror(1, STOPPING), Rerror(2, STOPPING), Rflush(3)]


class Unreachable(socket.socket):
    """A peer that is silent for so long that TCP gives up: that is no ConnectionError."""

    def recv(self, *args: object) -> bytes:
        raise TimeoutError(errno.ETIMEDOUT, "Connection timed out")


async def test_a_peer_that_tcp_gives_up() -> None:
    """Its connection ends, as one does that was reset."""
    ours, theirs = socket.socketpair()
    with ours, Unreachable(fileno=theirs.detach()) as gone:
        await serve_connection(gone, Dir())


# Handlers with an odd end.


async def fail_when_cancelled() -> None:
    """An ordinary handler with a helper, whose last act goes wrong."""

    async def help() -> None:
        try:
            await trio.sleep_forever()
        finally:
            raise ValueError("the last act went wrong")

    async with trio.open_nursery() as nursery:
        nursery.start_soon(help)
        await trio.sleep_forever()


class Odd(Opened):
    """Reads wait, and so does letting go when nobody is there any more."""

    async def read(self, count: int, offset: int) -> bytes:
        await fail_when_cancelled()
        return b""

    async def abandon(self) -> None:
        await fail_when_cancelled()


class OddFile(Node):
    """It, as a file."""

    perm = 0o444

    def open(self, mode: int) -> Opened:
        return Odd()


async def test_a_read_that_fails_as_it_is_flushed() -> None:
    """Its Rerror, then the Rflush."""
    async with two_clients(Dir(odd=OddFile())) as (talk, _):
        await open_file(talk, "odd")
        await talk.say(Tread(7, 1, 0, 9))
        assert await talk.is_quiet()
        await talk.say(Tflush(8, 7))
        assert isinstance(await talk.hear(), Rerror)
        assert await talk.hear() == Rflush(8)


async def test_a_goodbye_that_fails_as_its_time_is_over(autojump_clock: trio.testing.MockClock) -> None:
    """Nobody is left to tell, and nobody else hears of it."""
    async with two_clients(Dir(odd=OddFile())) as (talk, _):
        await open_file(talk, "odd")
        talk.hang_up()
        await trio.sleep(2 * GOODBYE)


async def test_a_service_that_stops_while_such_a_read_waits() -> None:
    """The end is as clean as any."""
    async with memory_connection(Dir(odd=OddFile())) as talk:
        await talk.attach()
        await open_file(talk, "odd")
        await talk.say(Tread(7, 1, 0, 9))
        assert await talk.is_quiet()


async def test_a_refusal_out_of_a_nursery_is_a_refusal() -> None:
    """In its own words, though nurseries wrap all that fails in them."""

    async def get() -> str:
        async with trio.open_nursery() as nursery:
            nursery.start_soon(refuse)
        return ""

    async def refuse() -> None:
        await trio.lowlevel.checkpoint()
        raise FileError("not today")

    async with memory_connection(Dir(file=Text(get))) as talk:
        await talk.attach()
        assert isinstance(await talk.ask(Twalk(1, 0, 1, ("file",))), Rwalk)
        assert await talk.ask(Topen(1, 1, OREAD)) == Rerror(1, "not today")


@pytest.mark.parametrize("verb", ["drop", "receive_data"])
async def test_a_mistake_of_ours_ends_one_connection(
    verb: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """In what waits, or in what is received: the log has it, and the client hears that it is over."""
    async with two_clients(Dir(news=Stream(Broadcast().open))) as (talk, _):
        await open_file(talk, "news")
        await talk.say(Tread(7, 1, 0, 9))
        assert await talk.is_quiet()
        with monkeypatch.context() as patch:
            patch.setattr(Session, verb, broken)
            await talk.say(Tflush(8, 7))
            assert await talk.hear() is None
        assert "connection.failed" in caplog.text
    caplog.clear()  # it was meant


def broken(session: Session, *args: object) -> None:
    raise RuntimeError("a mistake of ours")


# Files that open slowly.


class Late(Node):
    """A file that opens when its gate does, and counts those that are open."""

    perm = 0o444

    def __init__(self) -> None:
        self.gate, self.open_files = trio.Event(), set[Opened]()

    async def open(self, mode: int) -> Opened:
        with trio.CancelScope(shield=True):  # what is on its way is not called back
            await self.gate.wait()
        opened = LateFile(self)
        self.open_files.add(opened)
        return opened


class LateFile(Opened):
    """It, open."""

    def __init__(self, late: Late) -> None:
        self._late = late

    def read(self, count: int, offset: int) -> bytes:
        return b"late"

    def clunk(self) -> None:
        self._late.open_files.remove(self)


BEING_OPENED = "the fid is being opened"


@asynccontextmanager
async def opening() -> AsyncIterator[tuple[Talk, Late]]:
    """A client whose Topen of fid 1, with tag 1, waits; at the end no file is left open."""
    late = Late()
    async with memory_connection(Dir(late=late, other=Text(lambda: "other"))) as talk:
        await talk.attach()
        assert isinstance(await talk.ask(Twalk(1, 0, 1, ("late",))), Rwalk)
        await talk.say(Topen(1, 1, OREAD))
        assert await talk.is_quiet()
        yield talk, late
        assert not late.open_files


@pytest.mark.parametrize(
    "request_",
    [Topen(2, 1, OREAD), Twalk(2, 1, 1, ()), Twalk(2, 1, 2, ()), Tcreate(2, 1, "new", 0o644, OREAD)],
    ids=str,
)
async def test_a_fid_stands_still_while_it_opens(request_: Message) -> None:
    """It is opened once, and stays where it is; a failed stat of it changes nothing of that."""
    async with opening() as (talk, late):
        assert await talk.ask(request_) == Rerror(2, BEING_OPENED)
        assert isinstance(await talk.ask(Twstat(2, 1, replace(late.stat("late"), uid="eve"))), Rerror)
        assert await talk.ask(request_) == Rerror(2, BEING_OPENED)
        late.gate.set()
        assert isinstance(await talk.hear(), Ropen)
        assert await talk.ask(Tread(2, 1, 0, 9)) == Rread(2, b"late")
        assert await talk.ask(Tclunk(2, 1)) == Rclunk(2)


async def test_a_fid_that_is_clunked_while_it_opens_and_used_again() -> None:
    """The open that comes late is not that of the new fid, and is let go."""
    async with opening() as (talk, late):
        await talk.say(Tclunk(3, 1), Twalk(4, 0, 1, ("other",)))
        assert await talk.hear() == Rclunk(3)
        assert isinstance(await talk.hear(), Rwalk)
        late.gate.set()
        assert await talk.hear() == Rerror(1, "interrupted")
        assert await talk.ask(Tread(5, 1, 0, 9)) == Rerror(5, "the fid is not open for reading")
        assert isinstance(await talk.ask(Topen(5, 1, OREAD)), Ropen)


async def test_an_open_that_was_refused_or_flushed_can_be_tried_again() -> None:
    """The fid stands still no longer."""
    answers = [FileError("not yet"), None]

    async def get() -> str:
        if answers:
            if error := answers.pop(0):
                raise error
            await trio.sleep_forever()
        return "here"

    async with memory_connection(Dir(file=Text(get))) as talk:
        await talk.attach()
        assert isinstance(await talk.ask(Twalk(1, 0, 1, ("file",))), Rwalk)
        assert await talk.ask(Topen(1, 1, OREAD)) == Rerror(1, "not yet")
        await talk.say(Topen(1, 1, OREAD), Tflush(2, 1))
        assert await talk.hear() == Rflush(2)
        assert isinstance(await talk.ask(Topen(1, 1, OREAD)), Ropen)
        assert await talk.ask(Tread(1, 1, 0, 9)) == Rread(1, b"here")


async def test_a_create_that_is_clunked_and_fails() -> None:
    """Its fid has gone, its error has not: it is the Rerror."""
    gate = trio.Event()

    class Folder(Dir):
        async def create_open(self, name: str, perm: int, mode: int) -> Any:
            with trio.CancelScope(shield=True):
                await gate.wait()
            raise FileError("no room")

    async with memory_connection(Dir(folder=Folder())) as talk:
        await talk.attach()
        assert isinstance(await talk.ask(Twalk(1, 0, 1, ("folder",))), Rwalk)
        await talk.say(Tcreate(2, 1, "new", 0o644, OREAD), Tclunk(3, 1))
        assert await talk.hear() == Rclunk(3)
        gate.set()
        assert await talk.hear() == Rerror(2, "no room")


# A flush and a text.


async def test_a_flushed_clunk_commits_all_the_same() -> None:
    """Rclunk, then Rflush: a text that was taken away and not handed on would be lost, and nobody told."""
    gate, taken = trio.Event(), list[bytes]()

    async def take(data: bytes) -> None:
        await gate.wait()
        taken.append(data)

    async with memory_connection(Dir(say=Sink(take))) as talk:
        await talk.attach()
        await open_file(talk, "say", mode=OWRITE)
        assert isinstance(await talk.ask(Twrite(1, 1, 0, b"a prompt")), Rwrite)
        await talk.say(Tclunk(1, 1), Tflush(2, 1))
        assert await talk.is_quiet()
        gate.set()
        assert [await talk.hear(), await talk.hear()] == [Rclunk(1), Rflush(2)]
        assert taken == [b"a prompt"]


@pytest.mark.parametrize("leaves", ["hangs up", "begins anew"])
async def test_a_clunk_that_has_begun_commits_without_its_client(leaves: str, autojump_clock: trio.abc.Clock) -> None:
    """The writer has said the last word; that it does not wait for the answer takes nothing back."""
    taken = list[bytes]()

    async def take(data: bytes) -> None:
        await trio.sleep(GOODBYE / 2)
        taken.append(data)

    async with memory_connection(Dir(say=Sink(take))) as talk:
        await talk.attach()
        await open_file(talk, "say", mode=OWRITE)
        assert isinstance(await talk.ask(Twrite(1, 1, 0, b"a prompt")), Rwrite)
        await talk.say(Tclunk(1, 1))
        if leaves == "hangs up":
            talk.hang_up()
        else:
            assert isinstance(await talk.ask(Tversion(NOTAG, MSIZE, "9P2000")), Rversion)
        await trio.sleep(GOODBYE)
    assert taken == [b"a prompt"]


async def test_a_clunk_that_never_ends_is_given_up_once_its_client_has_gone(autojump_clock: trio.abc.Clock) -> None:
    """After a few seconds, so that nothing gathers."""
    ended = list[float]()

    async def take(data: bytes) -> None:
        try:
            await trio.sleep_forever()
        finally:
            ended.append(trio.current_time())

    async with memory_connection(Dir(say=Sink(take))) as talk:
        await talk.attach()
        await open_file(talk, "say", mode=OWRITE)
        await talk.ask(Twrite(1, 1, 0, b"a prompt"))
        await talk.say(Tclunk(1, 1))
        await trio.testing.wait_all_tasks_blocked()
        left = trio.current_time()
        talk.hang_up()
        await trio.sleep(2 * GOODBYE)
    assert ended == [left + GOODBYE]
