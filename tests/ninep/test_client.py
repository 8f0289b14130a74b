"""The client against the real server, and against servers that misbehave as a script says."""

import os
import random
import socket
from collections import deque
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

import pytest
import trio
from msgspec.structs import replace
from tests.ninep.clients import QID, client_of, client_of_script, hear, let_open, welcome
from trio.testing import MockClock, wait_all_tasks_blocked

from ninep import FileError, ProtocolError
from ninep.calls import FLUSH, FLUSH_PATIENCE, Numbers
from ninep.client import Client, ConnectionLost, File, open_client
from ninep.codec import write_stat
from ninep.dial import close_listener, listen
from ninep.export import exported
from ninep.fids import AS_IT_IS
from ninep.messages import (
    NOTAG,
    ORCLOSE,
    OREAD,
    OWRITE,
    QTDIR,
    Message,
    Qid,
    Rclunk,
    Rerror,
    Rflush,
    Ropen,
    Rread,
    Rversion,
    Rwalk,
    Rwrite,
    Tclunk,
    Tflush,
    Topen,
    Tread,
    Tstat,
    Tversion,
    Twalk,
    Twrite,
)
from ninep.server import serve, serve_connection
from ninep.testing import Talk
from ninep.tree import Broadcast, Ctl, Dir, Each, Node, Query, Sink, Stream, Text

# Files.


async def test_a_file_is_read_whole() -> None:
    """However many messages it takes."""
    body = bytes(range(256)) * 2000
    async with client_of(Dir(short=Text(lambda: "hello\n"), long=Text(lambda: body), empty=Text(lambda: ""))) as root:
        assert await root.read("/short") == b"hello\n"
        assert await root.read("long") == body
        assert await root.read("empty") == b""


async def test_a_file_is_written_whole() -> None:
    """In as many messages as it takes, text in UTF-8, and it is one value at the end."""
    taken: list[str] = []
    async with client_of(Dir(note=Text(set=taken.append))) as root:
        await root.write("note", "grüße")
        await root.write("note", b"x" * 300_000)
        await root.write("note", "")
    assert taken == ["grüße", "x" * 300_000, ""]


async def test_a_refusal_is_the_servers_own_words() -> None:
    """At the walk, at the open, at the write."""
    async with client_of(Dir(ctl=Ctl(lambda: "ok\n", new=print), log=Text(lambda: ""))) as root:
        with pytest.raises(FileError, match=r"^file does not exist$"):
            await root.read("/nothing")
        with pytest.raises(FileError, match=r"^file does not exist$"):
            await root.read("/ctl/../nothing/else")
        with pytest.raises(FileError, match=r"^permission denied$"):
            await root.write("log", "no")
        with pytest.raises(FileError, match=r"^unknown verb vol; try: new$"):
            await root.write("ctl", "vol 3")
        assert await root.read("ctl") == b"ok\n"


async def test_a_refusal_at_the_clunk_is_raised_by_the_end_of_the_block() -> None:
    """What is long is judged when it is whole; the writer hears of it."""

    def refuse(text: str) -> None:
        raise FileError("line 3: name 'bix' is not defined")

    async with client_of(Dir(parse=Text(set=refuse))) as root:
        with pytest.raises(FileError, match="line 3"):
            await root.write("parse", "bix()")
        with pytest.raises(FileError, match="line 3"):
            async with root.open("parse", "w") as file:
                await file.write("bix()")
                await file.write("again")


async def test_an_error_in_the_block_comes_out_as_itself() -> None:
    """No group around it, and the fid is let go."""
    async with client_of(Dir(note=Text(set=lambda text: None))) as root:
        with pytest.raises(ZeroDivisionError):
            async with root.open("note", "w"):
                raise ZeroDivisionError


async def test_an_error_in_the_clients_block_comes_out_as_itself() -> None:
    """Whatever runs beside it."""
    ours, theirs = socket.socketpair()
    server = Talk(theirs)
    async with trio.open_nursery() as nursery:
        nursery.start_soon(welcome, server)
        with pytest.raises(ZeroDivisionError):
            async with open_client(ours):
                raise ZeroDivisionError
    assert await server.hear() is None
    server.hang_up()


async def test_a_directory_is_listed_whole() -> None:
    """A listing may take many messages, and entries are never split."""
    names = {f"file-{n:04}": Text(lambda: "") for n in range(3000)}
    async with client_of(Dir({**names, "sub": Dir()})) as root:
        entries = await root.ls()
        assert [entry.name for entry in entries] == [*names, "sub"]
        assert entries[-1].qid.type & QTDIR
        with pytest.raises(FileError, match="not a directory"):
            await root.ls("file-0000")


async def test_stat_remove_and_create() -> None:
    """The rest of what one does with files."""
    notes = {"old": "text"}

    def tree() -> Node:
        return Each(
            notes,
            lambda note: Text(lambda: note, lambda text: None),
            create=lambda name, perm: notes.update({name: "new"}),
            remove=lambda name: notes.__delitem__(name),
        )

    async with client_of(Dir(notes=tree())) as root:
        assert (await root.stat("notes")).name == "notes"
        await root.wstat("notes/old", length=0)
        await root.remove("notes/old")
        async with root.create("/notes/fresh") as file:
            await file.write("something")
        assert [*notes] == ["fresh"]
        with pytest.raises(FileError, match="file does not exist"):
            await root.remove("notes/old")
        with pytest.raises(FileError, match="permission denied"):
            await root.remove("notes")


async def test_what_one_does_with_a_disk(shared: Path) -> None:
    """Make, append, rename, cut, list all that is below, remove."""
    with exported(shared) as tree:
        async with client_of(tree) as root:
            await root.mkdir("a")
            await root.mkdir("/a/b/", 0o700)
            async with root.create("a/b/note", 0o600) as file:
                await file.write("one\n")
            await root.append("a/b/note", "two\n")
            assert await root.read("a/b/note") == b"one\ntwo\n"
            await root.truncate("a/b/note", 4)
            await root.wstat("a/b/note", mode=0o640, mtime=1)
            await root.rename("a/b/note", "letter")
            await root.rename("a/b/letter", "/a/b/paper")
            with pytest.raises(FileError, match=r"^/a/paper is in another directory than a/b/paper; copy"):
                await root.rename("a/b/paper", "/a/paper")
            about = await root.stat("a/b/paper")
            assert (about.length, about.mode & 0o777, about.mtime) == (4, 0o640, 1)
            below = [(path, [entry.name for entry in entries]) async for path, entries in root.walk()]
            assert below == [("/", ["a"]), ("/a", ["b"]), ("/a/b", ["paper"])]
            with pytest.raises(FileError, match="file already exists"):
                await root.mkdir("a/b")
            await root.remove("a/b/paper")
            await root.remove("a/b")
            assert await root.ls("a") == []


async def test_a_file_may_go_with_its_last_user(shared: Path) -> None:
    """A mode may be a number of open(5); ORCLOSE is told whether the removal went well."""
    with exported(shared) as tree:
        async with client_of(tree) as root:
            async with root.create("lock", mode=OWRITE | ORCLOSE) as file:
                await file.write("mine")
                assert (await root.stat("lock")).length == 4
            with pytest.raises(FileError, match="file does not exist"):
                await root.stat("lock")


async def test_the_verbs_of_9p_can_be_had_by_fid() -> None:
    """For who needs what no method of the client does."""
    async with client_of(Dir(below=Dir(text=Text(lambda: "hello")))) as root, root.at("below") as (fids, fid):
        text = await fids.walk(["text"], fid)
        assert await fids.open(text, OREAD) == 128 * 1024
        assert await fids.read(text, 1, 3) == b"ell"
        await fids.clunk(text)
        with pytest.raises(FileError, match="unknown fid"):
            await fids.stat(text)


async def test_a_deep_path_takes_several_walks() -> None:
    """A Twalk has 16 names at most, and `..` may be among them."""
    tree = Dir(leaf=Text(lambda: "deep"))
    for _ in range(40):
        tree = Dir(d=tree)
    async with client_of(tree) as root:
        assert await root.read("d/" * 40 + "leaf") == b"deep"
        assert await root.read("d/" * 40 + "../." + "/d//leaf") == b"deep"
        with pytest.raises(FileError, match="file does not exist"):
            await root.read("d/" * 41 + "leaf")


async def test_a_question_is_answered_on_the_same_fid() -> None:
    """Reading begins at the start, wherever the writing is."""
    async with (
        client_of(Dir(rot13=Query(lambda question: question.swapcase()))) as root,
        root.open("rot13", "rw") as file,
    ):
        for question in ("Hello", "World"):
            await file.write(question)
            assert await file.read() == question.swapcase().encode()
            assert await file.read() == b""


async def test_a_read_asks_for_what_its_caller_wants() -> None:
    """One Tread, never more than fits into a message."""
    async with client_of(Dir(text=Text(lambda: "x" * 200_000))) as root, root.open("text") as file:
        assert len(await file.read(10)) == 10
        assert len(await file.read()) == file.iounit == 128 * 1024
        assert len(await file.read(1 << 30)) == 200_000 - 10 - file.iounit


async def test_a_name_that_cannot_be_sent_is_refused_here() -> None:
    """Before anything is sent, and without losing a tag."""
    async with client_of(Dir(ok=Text(lambda: "ok"))) as root:
        for name in ("x" * 70_000, "\udc80"):
            with pytest.raises(FileError, match="UTF-8"):
                await root.stat(name)
        assert await root.read("ok") == b"ok"


async def test_many_more_files_are_opened_than_a_server_has_fids_for() -> None:
    """Each is let go, whatever became of it."""
    async with client_of(Dir(ok=Text(lambda: "ok"), ctl=Ctl())) as root:
        for _ in range(2500):
            await root.read("ok")
            with pytest.raises(FileError, match="file does not exist"):
                await root.stat("ok/nothing" if _ % 2 else "nothing")


# Many at once.


async def test_a_blocked_read_holds_up_nobody() -> None:
    """A hundred wait, and the others are answered; then each gets what it waited for."""
    news = Broadcast()
    got: list[bytes] = []

    async def wait(root: Client) -> None:
        async with root.open("news") as file:
            got.append(await file.read())

    async with (
        client_of(Dir(news=Stream(news.open), text=Text(lambda: "now"))) as root,
        trio.open_nursery() as nursery,
    ):
        for _ in range(100):
            nursery.start_soon(wait, root)
        await wait_all_tasks_blocked()
        assert await root.read("text") == b"now"
        assert not got
        news.publish("at last")
    assert got == [b"at last"] * 100


async def test_a_server_that_reads_slowly_gets_every_byte_in_order() -> None:
    """What the socket does not take waits its turn, whoever comes after."""
    bodies = [bytes([n]) * 400_000 for n in range(8)]
    taken: list[bytes] = []
    async with (
        client_of(Dir(sink=Sink(taken.append))) as root,
        trio.open_nursery() as nursery,
    ):
        for body in bodies:
            nursery.start_soon(root.write, "sink", body)
    assert sorted(taken) == bodies


async def test_requests_leave_in_the_order_in_which_they_were_made() -> None:
    """Also when the first does not fit into the socket."""
    async with client_of_script() as (root, server, nursery):
        file = File(await root._link.fids(), 7, Ropen(0, QID, 0))  # a fid that only the script knows

        made: list[int] = []  # trio starts a batch of tasks in any order

        async def write(n: int) -> None:
            made.append(n)
            await file.write(bytes([n]) * 8000)

        for n in range(200):
            nursery.start_soon(write, n)
        await wait_all_tasks_blocked()
        heard = [await hear(server, Twrite) for _ in made]
        await server.say(*[Rwrite(request.tag, 8000) for request in heard])
        assert [request.data[0] for request in heard] == made


# Cancelling.


async def test_a_cancelled_read_takes_nothing() -> None:
    """It is flushed; what comes later goes to those who still read, and the file can be read on."""
    news = Broadcast()
    async with client_of(Dir(news=Stream(news.open))) as root, root.open("news") as file:
        for n in range(100):
            with trio.CancelScope() as scope:
                async with trio.open_nursery() as nursery:
                    nursery.start_soon(file.read)
                    await wait_all_tasks_blocked()
                    scope.cancel()
            assert scope.cancelled_caught
            news.publish(f"after {n}")
            assert await file.read() == f"after {n}".encode()


class Endless:
    """A reader that always has something, and a writer that takes all. Somebody is cancelled at the third."""

    def __init__(self, scope: trio.CancelScope) -> None:
        self.count, self._scope = 0, scope

    def read(self, count: int) -> bytes:
        self._tick()
        return bytes(min(count, 1000))

    def write(self, data: bytes) -> None:
        self._tick()

    def _tick(self) -> None:
        self.count += 1
        if self.count == 3:
            self._scope.cancel()

    def close(self) -> None:
        """Nothing is held."""


async def test_a_loop_of_reads_that_are_answered_at_once_can_be_cancelled() -> None:
    """The one in flight has happened, and no more is asked."""
    scope = trio.CancelScope()
    zeros, got = Endless(scope), 0
    async with client_of(Dir(zero=Stream(lambda: zeros))) as root:
        with trio.fail_after(10), scope:
            async with root.open("zero") as file:
                async for _ in file:
                    got += 1
    assert scope.cancelled_caught
    assert (got, zeros.count) == (3, 3)


async def test_a_loop_of_writes_that_are_taken_at_once_can_be_cancelled() -> None:
    """Each verb of a path, too."""
    scope = trio.CancelScope()
    hole = Endless(scope)
    async with client_of(Dir(null=Sink(open=lambda: hole))) as root:
        with trio.fail_after(10), scope:
            while True:
                await root.write("null", "x")
        assert (scope.cancelled_caught, hole.count) == (True, 3)
        with trio.CancelScope() as scope:
            scope.cancel()
            for verb in (root.stat, root.ls, root.read, root.remove):
                with pytest.raises(trio.Cancelled):
                    await verb("null")
            await trio.lowlevel.checkpoint()
        assert scope.cancelled_caught
        assert (await root.stat("null")).name == "null"


async def test_an_answer_that_crosses_its_flush_is_not_lost() -> None:
    """The server answered first: the read has happened, and its caller gets the data."""
    async with client_of_script() as (root, server, nursery):
        got: list[bytes] = []
        file = File(await root._link.fids(), 7, Ropen(0, QID, 0))  # a fid that only the script knows

        async def read(scope: trio.CancelScope) -> None:
            with scope:
                got.append(await file.read())

        first, second = trio.CancelScope(), trio.CancelScope()
        nursery.start_soon(read, first)
        crossed = await hear(server, Tread)
        first.cancel()
        flush = await hear(server, Tflush)
        await server.say(Rread(crossed.tag, b"just in time"))
        await wait_all_tasks_blocked()
        assert got == [b"just in time"]

        nursery.start_soon(read, second)
        again = await hear(server, Tread)
        assert again.tag != crossed.tag, "a tag is not free before its Rflush"
        await server.say(Rflush(flush.tag))
        second.cancel()
        flush = await hear(server, Tflush)
        assert got == [b"just in time"]
        await server.say(Rflush(flush.tag))
        await wait_all_tasks_blocked()
        assert second.cancelled_caught
        assert not first.cancelled_caught


class Tickets:
    """A stream that gives each ticket to one reader only: what a cancelled read took would be missing."""

    def __init__(self) -> None:
        self.left = deque[bytes]()
        self._more = trio.Condition()

    async def put(self, ticket: bytes) -> None:
        """One more."""
        self.left.append(ticket)
        async with self._more:
            self._more.notify()

    def read(self, count: int) -> Any:
        """The next."""
        return self._wait()

    async def _wait(self) -> bytes:
        async with self._more:
            while not self.left:
                await self._more.wait()
        return self.left.popleft()

    def close(self) -> None:
        """All readers share it."""


async def test_whatever_is_cancelled_every_ticket_reaches_one_reader(autojump_clock: MockClock) -> None:
    """Of a thousand reads, cut off at any moment by chance, none takes a ticket that nobody gets."""
    chance, tickets, got = random.Random(9), Tickets(), list[bytes]()
    wanted = [f"{n}".encode() for n in range(300)]

    async def collect(root: Client) -> None:
        async with root.open("tickets") as file:
            while len(got) < len(wanted):
                with trio.move_on_after(chance.random() / 200):
                    got.append(await file.read())

    async with (
        client_of(Dir(tickets=Stream(lambda: tickets))) as root,
        trio.open_nursery() as nursery,
    ):
        for _ in range(5):
            nursery.start_soon(collect, root)
        for ticket in wanted:
            await tickets.put(ticket)
            await trio.sleep(chance.random() / 1000)
    assert sorted(got) == sorted(wanted)


async def test_who_cancels_waits_for_the_rflush_and_not_for_ever(autojump_clock: MockClock) -> None:
    """A server that answers no flush keeps the tag; the caller goes on, and so does the connection."""
    async with client_of_script() as (root, server, nursery):
        nursery.start_soon(let_open, server)
        async with root.open("news") as file:
            start = trio.current_time()
            with trio.move_on_after(1) as scope:
                await file.read()
            assert scope.cancelled_caught
            assert trio.current_time() - start == pytest.approx(1 + FLUSH_PATIENCE)
            lost = await hear(server, Tread)
            assert await hear(server, Tflush) == Tflush(lost.tag + FLUSH, lost.tag)
            nursery.start_soon(file.read)
            later = await hear(server, Tread)
            assert later.tag != lost.tag
            await server.say(Rflush(lost.tag + FLUSH), Rread(later.tag, b"x"))
            await wait_all_tasks_blocked()


async def test_a_clunk_is_never_flushed() -> None:
    """It must happen. Who is cancelled while it is under way leaves at once, and the fid is free when it is done."""
    async with client_of_script() as (root, server, nursery):
        scope = trio.CancelScope()
        opened: list[int] = []

        async def write() -> None:
            with scope:
                async with root.open("parse", "w"):
                    pass

        for _ in range(3):
            scope = trio.CancelScope()
            nursery.start_soon(write)
            walk = await hear(server, Twalk)
            opened.append(walk.newfid)
            await server.say(Rwalk(walk.tag, (QID,)))
            await server.say(Ropen((await hear(server, Topen)).tag, QID, 0))
            clunk = await hear(server, Tclunk)
            scope.cancel()
            await wait_all_tasks_blocked()
            assert await server.is_quiet()
            if len(opened) == 2:
                await server.say(Rerror(clunk.tag, "file in use"))
                await wait_all_tasks_blocked()
        assert opened[0] != opened[1] == opened[2]


async def test_who_is_cancelled_is_cancelled_even_where_no_tag_is_left() -> None:
    """The fid cannot be clunked then, and that is no error of whoever leaves."""
    async with client_of(Dir(news=Stream(Broadcast().open))) as root:
        tags = (await root._link.fids()).calls.tags
        with trio.CancelScope() as scope:
            async with root.open("news"):
                with pytest.raises(FileError, match="tags of this connection are in use"):
                    while True:
                        tags.take()
                scope.cancel()
                await trio.lowlevel.checkpoint()
        assert scope.cancelled_caught


async def test_a_cancelled_walk_leaves_no_fid_behind() -> None:
    """If the walk was made before the flush came, it is clunked."""
    async with client_of_script() as (root, server, nursery):
        scope = trio.CancelScope()

        async def stat() -> None:
            with scope:
                await root.stat("news")

        nursery.start_soon(stat)
        walk = await hear(server, Twalk)
        scope.cancel()
        flush = await hear(server, Tflush)
        await server.say(Rwalk(walk.tag, (QID,)), Rflush(flush.tag))
        clunk = await hear(server, Tclunk)  # and the stat that was to follow is not asked for any more
        assert clunk == Tclunk(clunk.tag, walk.newfid)


# When the server fails.


async def test_every_waiting_request_hears_at_once_that_the_server_is_gone() -> None:
    """And whoever asks later hears it too."""
    lost: list[str] = []
    async with client_of_script() as (root, server, nursery):

        async def stat() -> None:
            with pytest.raises(ConnectionLost) as error:
                await root.stat("x")
            lost.append(str(error.value))

        for _ in range(50):
            nursery.start_soon(stat)
        await wait_all_tasks_blocked()
        server.hang_up()
        await wait_all_tasks_blocked()
        assert len(lost) == 50
        assert lost[0].startswith("the server went away")
        await stat()


async def test_a_flush_of_a_dead_server_is_no_error() -> None:
    """The caller was cancelled, and is; or it hears first that the server is gone."""
    async with client_of_script() as (root, server, _):
        with trio.CancelScope() as scope:
            async with trio.open_nursery() as nursery:

                async def stat() -> None:
                    with pytest.raises(ConnectionLost):
                        await root.stat("x")

                nursery.start_soon(stat)
                await hear(server, Twalk)
                server.hang_up()
                scope.cancel()


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        (lambda tag: Rread(tag + 1, b""), "an answer to nothing"),
        (lambda tag: Rread(tag, b""), "Rread is no answer to Twalk"),
        (lambda tag: Tstat(tag, 1), "Tstat is no answer to Twalk"),
        (lambda tag: b"\x05\x00\x00\x00\x01\x00\x00", "a frame of"),
        (lambda tag: b"\xff\xff\xff\x7f\x6f\x00\x00", "a frame of"),
    ],
)
async def test_a_server_that_breaks_the_protocol_is_left(answer: Callable[[int], Message | bytes], why: str) -> None:
    """Nobody is left waiting for its answers, and the reason is told."""
    async with client_of_script() as (root, server, nursery):

        async def stat() -> None:
            with pytest.raises(ConnectionLost, match=why):
                await root.stat("x")

        nursery.start_soon(stat)
        nonsense = answer((await hear(server, Twalk)).tag)
        await (server.send(nonsense) if isinstance(nonsense, bytes) else server.say(nonsense))
        await wait_all_tasks_blocked()
        assert await server.hear() is None


async def test_an_answer_that_cannot_be_read_fails_its_request_alone() -> None:
    """An Rerror with a NUL, say: whoever asked is told, and the others go on."""
    async with client_of_script() as (root, server, nursery):
        file = File(await root._link.fids(), 7, Ropen(0, QID, 0))  # a fid that only the script knows
        got: list[bytes] = []

        async def read() -> None:
            got.append(await file.read())

        async def stat() -> None:
            with pytest.raises(FileError, match=r"^i/o error: the server answers what is no message: NUL in a string$"):
                await root.stat("x")

        nursery.start_soon(read)
        reading = await hear(server, Tread)
        nursery.start_soon(stat)
        await server.say(Rerror((await hear(server, Twalk)).tag, "no s\0uch file"))
        clunk = await hear(server, Tclunk)
        await server.say(Rerror(clunk.tag, "unknown fid"), Rread(reading.tag, b"still here"))
    assert got == [b"still here"]


async def test_a_flush_or_a_version_that_is_garbled_ends_the_connection() -> None:
    """Nobody knows then which tags are free, or what was agreed on."""
    async with client_of_script() as (root, server, nursery):

        async def stat() -> None:
            with pytest.raises(ConnectionLost, match="Garbled is no answer to Tflush"):
                await root.stat("x")

        scope = trio.CancelScope()

        async def leave() -> None:
            with scope:
                await root.stat("y")

        nursery.start_soon(stat)
        await hear(server, Twalk)
        nursery.start_soon(leave)
        await hear(server, Twalk)
        scope.cancel()
        await server.say(Rerror((await hear(server, Tflush)).tag, "no\0"))
    assert scope.cancelled_caught


async def test_a_directory_that_is_garbage_is_refused() -> None:
    """The sizes in a listing are the server's claim."""
    async with client_of_script() as (root, server, nursery):

        async def ls() -> None:
            with pytest.raises(ProtocolError, match="directory"):
                await root.ls("x")

        nursery.start_soon(ls)
        await server.say(Rwalk((await hear(server, Twalk)).tag, (QID,)))
        await server.say(Ropen((await hear(server, Topen)).tag, Qid(QTDIR, 0, 1), 0))
        await server.say(Rread((await hear(server, Tread)).tag, b"\xff\xff nonsense"))
        await hear(server, Tclunk)


async def test_a_name_that_is_no_text_hides_no_other() -> None:
    """It can be neither shown nor said, so it is left out of the list."""
    names = ["good", "caf?", "better"]
    page = b"".join(write_stat(replace(AS_IT_IS, name=name)) for name in names).replace(b"?", b"\xe9")
    async with client_of_script() as (root, server, nursery):

        async def ls() -> None:
            assert [entry.name for entry in await root.ls("x")] == ["good", "better"]

        nursery.start_soon(ls)
        await server.say(Rwalk((await hear(server, Twalk)).tag, (QID,)))
        await server.say(Ropen((await hear(server, Topen)).tag, Qid(QTDIR, 0, 1), 0))
        await server.say(Rread((await hear(server, Tread)).tag, page))
        await server.say(Rread((await hear(server, Tread)).tag, b""))
        await hear(server, Tclunk)


async def test_a_write_of_which_nothing_is_taken_ends() -> None:
    """A server that takes no byte would otherwise be asked for ever."""
    async with client_of_script() as (root, server, nursery):

        async def write() -> None:
            with pytest.raises(FileError, match="took 0 of 5 bytes"):
                await root.write("x", "hello")

        nursery.start_soon(write)
        await let_open(server)
        await server.say(Rwrite((await hear(server, Twrite)).tag, 0))
        await server.say(Rclunk((await hear(server, Tclunk)).tag))


async def test_a_write_of_which_a_part_is_taken_goes_on_with_the_rest() -> None:
    """Rwrite.count may be short."""
    async with client_of_script() as (root, server, nursery):
        nursery.start_soon(root.write, "x", "hello")
        await let_open(server)
        first = await hear(server, Twrite)
        await server.say(Rwrite(first.tag, 2))
        second = await hear(server, Twrite)
        assert (second.offset, second.data) == (2, b"llo")
        await server.say(Rwrite(second.tag, 3))
        await server.say(Rclunk((await hear(server, Tclunk)).tag))


class Slow:
    """A writer that takes the first part of a text, and never the second."""

    def __init__(self) -> None:
        self.ended: list[str] = []
        self.has_begun = trio.Event()

    def write(self, data: bytes) -> Coroutine[Any, Any, None] | None:
        return self._never() if self.has_begun.is_set() else self.has_begun.set()

    async def _never(self) -> None:
        await trio.sleep_forever()

    def close(self) -> None:
        self.ended.append("closed")

    def abort(self) -> None:
        self.ended.append("aborted")


async def test_a_text_that_is_cancelled_half_way_is_not_taken() -> None:
    """There is no other word for that than to hang up; whoever asks next is told why."""
    text = Slow()
    async with client_of(Dir(parse=Sink(open=lambda: text))) as root:
        async with trio.open_nursery() as nursery:
            nursery.start_soon(root.write, "parse", bytes(200_000))
            await text.has_begun.wait()
            await wait_all_tasks_blocked()
            nursery.cancel_scope.cancel()
        with pytest.raises(ConnectionLost, match="has hung up, so that the half"):
            await root.ls()
        await wait_all_tasks_blocked()
    assert text.ended == ["aborted"]


async def test_a_text_that_is_late_half_way_is_not_taken(autojump_clock: MockClock) -> None:
    """That its time is over is what its writer hears."""
    text = Slow()
    ours, theirs = socket.socketpair()
    async with trio.open_nursery() as nursery:
        nursery.start_soon(serve_connection, theirs, Dir(parse=Sink(open=lambda: text)))
        async with open_client(ours, timeout=3) as root:
            with pytest.raises(TimeoutError, match="does not answer within 3 s"):
                await root.append("parse", bytes(200_000))
            await wait_all_tasks_blocked()
        nursery.cancel_scope.cancel()
    assert text.ended == ["aborted"]


async def test_an_ordinary_file_that_is_half_written_ends_nothing(
    shared: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its part is there to be seen, and so is that it is a part."""
    real = os.pwrite

    def write(descriptor: int, data: bytes, offset: int) -> int:
        if offset > 300_000:
            scope.cancel()
        return real(descriptor, data, offset)

    monkeypatch.setattr(os, "pwrite", write)
    (shared / "f").touch()
    with exported(shared) as tree:
        async with client_of(tree) as root:
            with trio.CancelScope() as scope:
                await root.write("f", bytes(2_000_000))
            assert scope.cancelled_caught
            assert 300_000 < (await root.stat("f")).length < 2_000_000


async def test_hanging_up_is_no_clunk() -> None:
    """Half a text is not taken for the whole."""
    ended: list[str] = []

    class Half:
        def write(self, data: bytes) -> None:
            ended.append(data.decode())

        def close(self) -> None:
            ended.append("closed")

        def abort(self) -> None:
            ended.append("aborted")

    async with client_of(Dir(parse=Sink(open=Half))) as root:
        with pytest.raises(ConnectionLost, match="has hung up"):
            async with root.open("parse", "w") as file:
                await file.write("half")
                root.hang_up()
        await wait_all_tasks_blocked()
    assert ended == ["half", "aborted"]


# Coming in.


@pytest.mark.parametrize(
    ("version", "msize", "why"),
    [("unknown", 8192, "speaks unknown"), ("9P2000", 100, "100 bytes"), ("9P2000", 1 << 30, "no answer to")],
)
async def test_a_server_of_another_kind_is_refused(version: str, msize: int, why: str) -> None:
    """Version and message size are agreed on first."""
    ours, theirs = socket.socketpair()
    server = Talk(theirs)

    async def answer() -> None:
        await hear(server, Tversion)
        await server.say(Rversion(NOTAG, msize, version))

    async with trio.open_nursery() as nursery:
        nursery.start_soon(answer)
        with pytest.raises(ProtocolError, match=why):
            async with open_client(ours):
                pass
    server.hang_up()


async def test_a_server_that_says_nothing_is_given_up(autojump_clock: MockClock) -> None:
    """Something accepts, and is no 9P server."""
    ours, theirs = socket.socketpair()
    with theirs, pytest.raises(ConnectionError, match="does not answer within 5 s"):
        async with open_client(ours):
            pass


async def test_an_address_may_end_in_a_tree(place: Path) -> None:
    """The client's root is then there, and a tree that is not is said at once."""
    address = f"unix!{place}/mux"
    tree = Dir(rio=Dir(scene=Dir(state=Text(lambda: "{}"))))
    async with trio.open_nursery() as nursery:
        listener = listen(address)
        await nursery.start(serve, tree, [listener])
        async with open_client(address + "/rio/scene") as scene:
            assert await scene.read("state") == b"{}"
        with pytest.raises(FileError, match=r"/rio/nothing: file does not exist"):
            async with open_client(address + "/rio/nothing"):
                pass
        nursery.cancel_scope.cancel()
    close_listener(listener)
    with pytest.raises(ConnectionError, match="there is no such socket"):
        async with open_client(address):
            pass


def test_numbers_are_used_again_and_never_twice() -> None:
    """A number is free when it was given back, and all being in use is said, not waited for."""
    numbers = Numbers(3, "tags")
    assert [numbers.take() for _ in range(3)] == [0, 1, 2]
    with pytest.raises(FileError, match="all 3 tags"):
        numbers.take()
    numbers.give_back(1)
    assert numbers.take() == 1
