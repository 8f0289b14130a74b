"""What one client can ask for at most, and what a tree can answer at most: nobody else notices either."""

from __future__ import annotations

import socket
import time
from typing import Any

import pytest
import trio
import trio.testing

from ninep import FileError, ProtocolError, opened, server
from ninep.budget import Budget
from ninep.codec import encode
from ninep.messages import (
    NOFID,
    NOTAG,
    ORDWR,
    OREAD,
    OWRITE,
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
    Tremove,
    Tstat,
    Tversion,
    Twalk,
    Twrite,
)
from ninep.node import Opened
from ninep.server import LOOK, PATIENCE
from ninep.session import ERROR_LENGTH, FIDS, FLUSHES, MSIZE, OUTSTANDING, Session
from ninep.testing import Talk, memory_connection
from ninep.tree import Broadcast, Dir, Each, Query, Sink, Stream, Text


async def attach(talk: Talk, msize: int) -> None:
    assert await talk.ask(Tversion(NOTAG, msize, "9P2000")) == Rversion(NOTAG, msize, "9P2000")
    assert isinstance(await talk.ask(Tattach(0, 0, NOFID, "tester", "")), Rattach)


async def open_file(talk: Talk, *names: str, fid: int = 1) -> None:
    assert isinstance(await talk.ask(Twalk(1, 0, fid, names)), Rwalk)
    assert isinstance(await talk.ask(Topen(1, fid, OREAD)), Ropen)


async def test_a_chain_of_flushes_is_answered_to_its_end() -> None:
    """Each flushes the one before it, thousands of them."""
    async with memory_connection(Dir(news=Stream(Broadcast().open))) as talk:
        await talk.attach()
        await open_file(talk, "news")
        await talk.say(Tread(7, 1, 0, 9), *[Tflush(tag, tag - 1) for tag in range(8, 7 + FLUSHES)])
        assert [await talk.hear() for _ in range(8, 7 + FLUSHES)] == [Rflush(tag) for tag in range(8, 7 + FLUSHES)]


def test_flushes_have_a_bound() -> None:
    """No client needs thousands at once that wait: one more than that ends the connection."""
    session = Session()
    hello = [Tversion(NOTAG, 8192, "9P2000"), Tattach(0, 0, NOFID, "tester", "")]
    requests = [*hello, *[Tflush(tag, tag - 1) for tag in range(1, FLUSHES)]]
    session.receive_data(b"".join(map(encode, requests)))
    events = session.events_received()
    next(events)
    session.reply(Rversion(NOTAG, 8192, "9P2000"))
    assert len(list(events)) == len(requests) - 1
    session.receive_data(encode(Tflush(FLUSHES, FLUSHES - 1)))
    with pytest.raises(ProtocolError, match="too many flushes"):
        list(session.events_received())


async def test_nothing_is_longer_than_msize() -> None:
    """With the least msize that there is, errors are cut, and a stat that does not fit is refused in words."""
    root = Dir({"n" * 100: Text(lambda: "hello")})
    async with memory_connection(root) as talk:
        await attach(talk, 256)
        refused = await talk.ask(Tcreate(1, 0, "a/" + "ü" * 110, 0o644, OREAD))
        assert isinstance(refused, Rerror) and 250 < len(encode(refused)) <= 256
        assert isinstance(await talk.ask(Twalk(1, 0, 1, ("n" * 100,))), Rwalk)
        assert isinstance(await talk.ask(Tstat(1, 1)), Rstat)
        root["n" * 210] = root["n" * 100]
        assert isinstance(await talk.ask(Twalk(1, 0, 2, ("n" * 210,))), Rwalk)
        refused = await talk.ask(Tstat(1, 2))
        assert isinstance(refused, Rerror) and "msize" in refused.ename


async def test_an_error_is_a_sentence() -> None:
    """What a tree has to say is cut, and what no string of 9P can hold is replaced: NUL, and what is not Unicode."""

    def get() -> str:
        raise FileError("no \udcff sto\0p " + "word " * 200)

    async with memory_connection(Dir(file=Text(get))) as talk:
        await talk.attach()
        await talk.ask(Twalk(1, 0, 1, ("file",)))
        refused = await talk.ask(Topen(1, 1, OREAD))
        assert isinstance(refused, Rerror)
        assert refused.ename.startswith("no ? sto?p word") and len(refused.ename.encode()) == ERROR_LENGTH


class Broken(Opened):
    """Gives what no file may give, and takes more than there is."""

    def __init__(self, answer: Any) -> None:
        self.answer = answer

    def read(self, count: int, offset: int) -> Any:
        return self.answer

    def write(self, data: bytes, offset: int) -> int:
        return len(data) + 1


class BrokenFile(Text):
    """A file whose reads give this."""

    def __init__(self, answer: Any) -> None:
        super().__init__(lambda: "", lambda text: None)
        self.answer = answer

    def open(self, mode: int) -> Opened:
        return Broken(self.answer)


@pytest.mark.parametrize("answer", [None, "text", bytes(10)], ids=["nothing", "text", "more than was asked for"])
async def test_a_tree_that_gives_nonsense_harms_only_itself(answer: Any) -> None:
    """The request gets an Rerror, and the connection goes on."""
    async with memory_connection(Dir(bad=BrokenFile(answer), good=Text(lambda: "fine"))) as talk:
        await talk.attach()
        await open_file(talk, "bad", fid=1)
        await open_file(talk, "good", fid=2)
        await open_writing(talk, "bad", fid=3)
        assert isinstance(await talk.ask(Tread(1, 1, 0, 9)), Rerror)
        assert isinstance(await talk.ask(Twrite(1, 3, 0, b"text")), Rerror)
        assert await talk.ask(Tread(1, 2, 0, 9)) == Rread(1, b"fine")


async def test_a_read_of_nothing_gives_nothing() -> None:
    """Also of a directory, and of a stream that is quiet: there is nothing to wait for."""
    async with memory_connection(Dir(news=Stream(Broadcast().open))) as talk:
        await talk.attach()
        await open_file(talk, fid=1)
        await open_file(talk, "news", fid=2)
        assert await talk.ask(Tread(1, 1, 0, 0)) == Rread(1, b"")
        assert await talk.ask(Tread(1, 2, 0, 0)) == Rread(1, b"")


async def test_a_name_that_no_stat_can_hold_harms_only_who_asks() -> None:
    """A client may have made it, if the tree let it."""
    names = {"x" * 65_530: ""}
    async with memory_connection(Dir(files=Each(names, lambda text: Text(lambda: text)))) as talk:
        await attach(talk, 131_072)
        assert isinstance(await talk.ask(Twalk(1, 0, 1, ("files", "x" * 65_530))), Rwalk)
        assert isinstance(await talk.ask(Tstat(1, 1)), Rerror)
        assert isinstance(await talk.ask(Tstat(1, 0)), Rstat)


async def test_a_client_that_says_nothing_is_not_kept(autojump_clock: trio.testing.MockClock) -> None:
    """The first message must be whole 30 s after the connection was made; whoever said one may be silent for hours."""
    async with memory_connection(Dir()) as mute, memory_connection(Dir()) as slow, memory_connection(Dir()) as polite:
        await polite.attach()
        hello = encode(Tversion(NOTAG, 8192, "9P2000"))
        for i in range(len(hello) - 1):
            await slow.send(hello[i : i + 1])
            await trio.sleep(PATIENCE / len(hello))
        assert await mute.is_quiet() and await slow.is_quiet()
        await trio.sleep(PATIENCE / len(hello))
        assert await mute.hear() is None and await slow.hear() is None
        await trio.sleep(10_000)
        assert isinstance(await polite.ask(Tstat(1, 0)), Rstat)


class Work(Opened):
    """A file whose reads take some of everybody's time."""

    def __init__(self) -> None:
        self.done = 0

    def read(self, count: int, offset: int) -> bytes:
        time.sleep(0.0002)
        self.done += 1
        return b"x"


class WorkFile(Text):
    """It, as a file."""

    def __init__(self) -> None:
        super().__init__(lambda: "")
        self.work = Work()

    def open(self, mode: int) -> Opened:
        return self.work


async def test_a_burst_of_requests_lets_others_have_their_turn() -> None:
    """However much one client has sent, another is answered after a few dozen messages."""
    hard = WorkFile()
    root, burst = Dir(hard=hard, easy=Text(lambda: "easy")), 8 * OUTSTANDING
    async with memory_connection(root) as greedy, memory_connection(root) as modest:
        await greedy.attach()
        await modest.attach()
        await open_file(greedy, "hard")
        await open_file(modest, "easy")
        await greedy.say(*[Tread(tag, 1, 0, 1) for tag in range(burst)])
        assert await modest.ask(Tread(1, 1, 0, 4)) == Rread(1, b"easy")
        assert hard.work.done <= 8 * LOOK
        assert [await greedy.hear() for _ in range(burst)] == [Rread(tag, b"x") for tag in range(burst)]


async def test_a_flood_of_what_is_refused_lets_others_have_their_turn(monkeypatch: pytest.MonkeyPatch) -> None:
    """Requests that the session answers by itself count as those that reach the tree."""
    monkeypatch.setattr(server, "TURN", 0.0)  # so that each look at the clock ends the turn
    root = Dir()
    async with memory_connection(root) as greedy, memory_connection(root) as modest:
        await greedy.attach()
        await modest.attach()
        flood = 100 * LOOK
        await greedy.say(*[Tstat(7, 99)] * flood)
        assert isinstance(await modest.ask(Tstat(1, 0)), Rstat)
        assert len(greedy._bare.recv(1 << 20, socket.MSG_PEEK)) < 20 * flood // 2
        assert [await greedy.hear() for _ in range(flood)] == [Rerror(7, "unknown fid")] * flood


async def test_late_answers_that_nobody_takes_stop_the_asking() -> None:
    """Bytes that came due later count as those that were due at once: no request is taken until they have left."""
    news, asked = Broadcast(), list[str]()

    def get() -> str:
        asked.append("again")
        return ""

    root = Dir(news=Stream(news.open), count=Text(get))
    async with memory_connection(root) as talk:
        await talk.attach()
        for fid in range(1, 101):
            await open_file(talk, "news", fid=fid)
            await talk.say(Tread(1000 + fid, fid, 0, 60_000))
        assert isinstance(await talk.ask(Twalk(200, 0, 200, ("count",))), Rwalk)
        news.publish(bytes(60_000))
        await trio.testing.wait_all_tasks_blocked()
        await talk.say(Topen(200, 200, OREAD))
        await trio.testing.wait_all_tasks_blocked()
        assert not asked
        heard = [await talk.hear() for _ in range(100)]
        assert sorted(message.tag for message in heard if isinstance(message, Rread)) == [*range(1001, 1101)]
        assert isinstance(await talk.hear(), Ropen) and asked == ["again"]


@pytest.fixture
def budget(monkeypatch: pytest.MonkeyPatch) -> Budget:
    """What all clients together may have written and not clunked: 1000 bytes here, and half of that each."""
    budget = Budget(1000, "too much")
    monkeypatch.setattr(opened, "GATHERED", budget)
    monkeypatch.setattr(opened, "OF_ONE_CLIENT", 600)
    return budget


async def open_writing(talk: Talk, name: str, fid: int = 1, mode: int = OWRITE) -> None:
    assert isinstance(await talk.ask(Twalk(1, 0, fid, (name,))), Rwalk)
    assert isinstance(await talk.ask(Topen(1, fid, mode)), Ropen)


async def test_what_is_written_has_a_bound_for_all_together(budget: Budget) -> None:
    """Not only for each open, and not only for each client. A clunk, a hang-up and an answer give back."""
    heard = list[bytes]()
    root = Dir(say=Sink(heard.append), ask=Query(lambda question: question))
    async with memory_connection(root) as talk, memory_connection(root) as other:
        for each in (talk, other):
            await each.attach()
            await open_writing(each, "say")
        await open_writing(talk, "ask", fid=2, mode=ORDWR)
        assert await talk.ask(Twrite(1, 1, 0, bytes(600))) == Rwrite(1, 600)
        assert await other.ask(Twrite(1, 1, 0, bytes(401))) == Rerror(1, "too much")
        assert await other.ask(Twrite(1, 1, 0, bytes(400))) == Rwrite(1, 400)
        assert await other.ask(Twrite(1, 1, 100, bytes(300))) == Rwrite(1, 300)  # the same once more is no more
        assert budget.used == 1000
        other.hang_up()
        await trio.testing.wait_all_tasks_blocked()
        assert budget.used == 600
        assert await talk.ask(Tclunk(1, 1)) == Rclunk(1)
        assert budget.used == 0 and len(heard) == 1
        assert await talk.ask(Twrite(1, 2, 0, bytes(400))) == Rwrite(1, 400)
        assert await talk.ask(Tread(1, 2, 0, 500)) == Rread(1, bytes(400))
        assert budget.used == 0


async def test_no_client_alone_keeps_others_from_writing(budget: Budget) -> None:
    """However many files it opens, it has its share; and each byte that counts is one that it has sent."""
    root = Dir(say=Sink(lambda data: None))
    async with memory_connection(root) as hoarder, memory_connection(root) as other:
        await hoarder.attach()
        await other.attach()
        for fid in range(1, 7):
            await open_writing(hoarder, "say", fid)
            assert await hoarder.ask(Twrite(1, fid, 1 << 40, bytes(100))) == Rwrite(1, 100)
            for elsewhere in (0, (1 << 40) - 1, (1 << 40) + 101):
                hole = "a text is written from its beginning to its end, without holes"
                assert await hoarder.ask(Twrite(1, fid, elsewhere, b"x")) == Rerror(1, hole)
        assert await hoarder.ask(Twrite(1, 6, (1 << 40) + 100, b"x")) == Rerror(1, opened.TOO_MUCH)
        await open_writing(other, "say")
        assert await other.ask(Twrite(1, 1, 0, bytes(400))) == Rwrite(1, 400)


async def test_fids_have_a_bound() -> None:
    """The 4097th is refused; a clunk makes room, and another connection has its own."""
    root = Dir(file=Text(lambda: ""))
    async with memory_connection(root) as talk, memory_connection(root) as other:
        await talk.attach()
        await other.attach()
        for fid in range(1, FIDS):
            assert await talk.ask(Twalk(1, 0, fid, ())) == Rwalk(1, ())
        refused = Rerror(1, "too many fids; 4096 is the most of one connection")
        assert await talk.ask(Twalk(1, 0, FIDS, ())) == refused
        assert await talk.ask(Tattach(1, FIDS, NOFID, "tester", "")) == refused
        assert isinstance(await talk.ask(Twalk(1, 0, 7, ())), Rerror)  # in use
        assert await other.ask(Twalk(1, 0, 1, ())) == Rwalk(1, ())
        assert await talk.ask(Tclunk(1, 7)) == Rclunk(1)
        assert await talk.ask(Twalk(1, 0, FIDS, ())) == Rwalk(1, ())


async def test_what_frees_is_heard_however_much_waits() -> None:
    """With 256 waiting: a stat is refused; a flush, a clunk, a remove and a version are answered."""
    async with memory_connection(Dir(news=Stream(Broadcast().open))) as talk:
        await talk.attach()
        await open_file(talk, "news", fid=1)
        assert await talk.ask(Twalk(1, 0, 2, ())) == Rwalk(1, ())
        assert await talk.ask(Twalk(1, 0, 3, ())) == Rwalk(1, ())
        await talk.say(*[Tread(tag, 1, 0, 9) for tag in range(OUTSTANDING)])
        assert await talk.ask(Tstat(999, 0)) == Rerror(999, "too many requests wait on this connection")
        assert await talk.ask(Tclunk(999, 2)) == Rclunk(999)
        assert await talk.ask(Tremove(999, 3)) == Rerror(999, "permission denied")
        assert await talk.ask(Tflush(999, 7)) == Rflush(999)
        assert await talk.ask(Tflush(999, 7)) == Rflush(999)
        assert isinstance(await talk.attach(), Rattach)
        assert isinstance(await talk.ask(Tstat(1, 0)), Rstat)


@pytest.mark.parametrize(("asked", "given"), [(256, 256), (8192, 8192), (MSIZE, MSIZE), (1 << 20, MSIZE)])
async def test_any_msize_from_256_is_taken(asked: int, given: int) -> None:
    """As much as was asked for, and 128 KiB of data at most; reads are as long as that allows."""
    async with memory_connection(Dir(file=Text(lambda: bytes(1 << 20)))) as talk:
        assert await talk.ask(Tversion(NOTAG, asked, "9P2000")) == Rversion(NOTAG, given, "9P2000")
        await talk.ask(Tattach(0, 0, NOFID, "tester", ""))
        await open_file(talk, "file")
        read = await talk.ask(Tread(1, 1, 0, 1 << 31))
        assert isinstance(read, Rread) and len(encode(read)) == given


@pytest.mark.parametrize("asked", [0, 7, 23, 255])
async def test_less_than_256_is_refused(asked: int) -> None:
    """In words; and what held before holds on."""
    async with memory_connection(Dir()) as talk:
        refused = Rerror(NOTAG, f"msize {asked} is too small; 256 is the least")
        assert await talk.ask(Tversion(NOTAG, asked, "9P2000")) == refused
        await talk.attach()
        assert await talk.ask(Tversion(NOTAG, asked, "9P2000")) == refused
        assert isinstance(await talk.ask(Tstat(1, 0)), Rstat)
