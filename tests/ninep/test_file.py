"""An open file: read ahead and written on where it is an ordinary one, in turn where it is a stream; its lines."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
import trio
from msgspec.structs import replace
from tests.ninep.clients import QID, client_of, client_of_script, hear, let_open
from trio.testing import MockClock, wait_all_tasks_blocked

from ninep import FileError
from ninep.calls import FLUSH
from ninep.client import ConnectionLost
from ninep.export import exported
from ninep.fids import AS_IT_IS
from ninep.file import File, Lines
from ninep.messages import (
    QTAPPEND,
    Qid,
    Rclunk,
    Rerror,
    Rflush,
    Ropen,
    Rread,
    Rstat,
    Rwalk,
    Rwrite,
    Tclunk,
    Tflush,
    Topen,
    Tread,
    Tstat,
    Twalk,
    Twrite,
)
from ninep.pipeline import WINDOW
from ninep.testing import Talk
from ninep.tree import Broadcast, Dir, Sink, Stream, Text

PART = 8192 - 24  # bytes of a read, as the script's server wants it
BODY = bytes(n % 251 for n in range(20 * PART + 5))


@asynccontextmanager
async def file_of_script(qid: Qid = QID) -> AsyncIterator[tuple[File, Talk, trio.Nursery]]:
    """An open file, of which only the script knows anything."""
    async with client_of_script() as (root, server, nursery):
        yield File(await root._link.fids(), 7, Ropen(0, qid, 0)), server, nursery


async def tell_length(server: Talk, length: int) -> None:
    """Answer a Tstat."""
    await server.say(Rstat((await hear(server, Tstat)).tag, replace(AS_IT_IS, length=length)))


async def give(server: Talk, count: int | None = None) -> None:
    """Answer a Tread out of BODY, with so many bytes at most."""
    request = await hear(server, Tread)
    await server.say(answer(request, request.count if count is None else count))


def answer(request: Tread, count: int = PART) -> Rread:
    return Rread(request.tag, BODY[request.offset : request.offset + min(count, request.count)])


async def flushed(server: Talk, count: int) -> None:
    """Hear so many Tflushes, and answer them."""
    for _ in range(count):
        await server.say(Rflush((await hear(server, Tflush)).tag))


# Reading ahead.


async def test_a_long_ordinary_file_is_read_ahead() -> None:
    """Once a full read has come and the file has a length; what comes in any order is given in the file's."""
    got: list[bytes] = []
    async with file_of_script() as (file, server, nursery):

        async def read() -> None:
            got.append(await file.read_all())

        nursery.start_soon(read)
        await give(server)
        await tell_length(server, len(BODY))
        asked = [await hear(server, Tread) for _ in range(WINDOW)]
        assert [request.offset for request in asked] == [PART * n for n in range(1, WINDOW + 1)]
        assert await server.is_quiet()
        await server.say(*[answer(request) for request in reversed(asked)])
        for _ in range(20 - WINDOW):
            await give(server)
        last = await hear(server, Tread)
        assert (last.offset, last.count) == (len(BODY), PART)
        await server.say(Rread(last.tag, b""))
    assert got == [BODY]


async def test_a_stream_is_never_read_ahead() -> None:
    """It has no length; each of its reads waits for the one before."""
    async with file_of_script() as (file, server, nursery):
        nursery.start_soon(file.read_all)
        await give(server)
        await tell_length(server, 0)
        for _ in range(2):
            await give(server)
        await hear(server, Tread)
        assert await server.is_quiet()
        nursery.cancel_scope.cancel()


async def test_a_short_file_costs_no_question_more() -> None:
    """A read, and the empty one at the end."""
    async with file_of_script() as (file, server, nursery):
        nursery.start_soon(file.read_all)
        await give(server, 5)
        await server.say(Rread((await hear(server, Tread)).tag, b""))
        await wait_all_tasks_blocked()
        assert await server.is_quiet()


async def test_a_short_read_ahead_goes_on_from_the_right_place() -> None:
    """What was asked for at places that are wrong now is flushed."""
    got: list[bytes] = []
    async with file_of_script() as (file, server, nursery):

        async def read() -> None:
            got.append(await file.read_all())

        nursery.start_soon(read)
        await give(server)
        await tell_length(server, len(BODY))
        asked = [await hear(server, Tread) for _ in range(WINDOW)]
        await server.say(answer(asked[0], 100))
        for request in asked[1:]:
            assert await hear(server, Tflush) == Tflush(request.tag + FLUSH, request.tag)
            await server.say(answer(request), Rflush(request.tag + FLUSH))  # too late, or in time: nobody looks
        await give(server)
        await tell_length(server, PART + 100 + PART)  # the file has been cut meanwhile
        await server.say(Rread((await hear(server, Tread)).tag, b""))
    assert got == [BODY[: PART + 100 + PART]]


async def test_a_cancelled_read_ahead_loses_nothing() -> None:
    """All that is in flight is flushed, and the next read begins where the last one ended."""
    async with file_of_script() as (file, server, nursery):
        got: list[bytes] = []

        async def read(scope: trio.CancelScope) -> None:
            with scope:
                async for chunk in file:
                    got.append(chunk)

        nursery.start_soon(read, scope := trio.CancelScope())
        await give(server)
        await tell_length(server, len(BODY))
        asked = [await hear(server, Tread) for _ in range(WINDOW)]
        await server.say(answer(asked[0]))
        asked = [*asked[1:], await hear(server, Tread)]
        scope.cancel()
        await flushed(server, WINDOW)
        await wait_all_tasks_blocked()
        assert scope.cancelled_caught
        nursery.start_soon(read, trio.CancelScope())
        again = await hear(server, Tread)
        assert again.offset == 2 * PART
        await server.say(Rread(again.tag, b""))
    assert b"".join(got) == BODY[: 2 * PART]


async def test_a_cancelled_loop_reads_no_further_though_it_was_answered_in_time() -> None:
    """It has the part that it waited for, and the next read has what was asked for behind it."""
    async with file_of_script() as (file, server, nursery):
        got: list[bytes] = []

        async def read(scope: trio.CancelScope) -> None:
            with scope:
                async for chunk in file:
                    got.append(chunk)

        nursery.start_soon(read, scope := trio.CancelScope())
        await give(server)
        await tell_length(server, len(BODY))
        asked = [await hear(server, Tread) for _ in range(WINDOW)]
        scope.cancel()
        flush = await hear(server, Tflush)
        await server.say(answer(asked[0]), Rflush(flush.tag))
        await wait_all_tasks_blocked()
        assert (scope.cancelled_caught, len(got)) == (True, 2)
        assert await server.is_quiet()
        nursery.start_soon(read, trio.CancelScope())
        await server.say(*[answer(request) for request in asked[1:]])
        for _ in range(20 - WINDOW):
            await give(server)
        await server.say(Rread((await hear(server, Tread)).tag, b""))
    assert b"".join(got) == BODY


async def test_leaving_a_file_lets_go_what_was_read_ahead() -> None:
    """Flushed first, then clunked; nobody waits for either."""
    async with client_of_script() as (root, server, nursery):

        async def look() -> None:
            async with root.open("long") as file:
                assert await anext(file) == BODY[:PART]
                assert await anext(file) == BODY[PART : 2 * PART]

        nursery.start_soon(look)
        await let_open(server)
        await give(server)
        await tell_length(server, len(BODY))
        asked = [await hear(server, Tread) for _ in range(WINDOW)]
        await server.say(answer(asked[0]))
        heard = [await server.hear() for _ in range(WINDOW)]
        assert [type(request) for request in heard] == [Tflush] * (WINDOW - 1) + [Tclunk]


async def test_an_error_in_the_midst_of_reading_ahead_is_raised() -> None:
    """And what follows is let go."""
    async with file_of_script() as (file, server, nursery):

        async def read() -> None:
            with pytest.raises(FileError, match="the disk is on fire"):
                await file.read_all()

        nursery.start_soon(read)
        await give(server)
        await tell_length(server, len(BODY))
        first = await hear(server, Tread)
        for _ in range(WINDOW - 1):
            await hear(server, Tread)
        await server.say(Rerror(first.tag, "the disk is on fire"))
        await flushed(server, WINDOW - 1)


# Writing on.


async def test_a_long_ordinary_file_is_written_with_several_writes_in_flight() -> None:
    """Once the first part is in the file, as its length says."""
    async with file_of_script() as (file, server, nursery):
        nursery.start_soon(file.write, BODY)
        await server.say(Rwrite((await hear(server, Twrite)).tag, PART))
        await tell_length(server, PART)
        asked = [await hear(server, Twrite) for _ in range(WINDOW)]
        assert await server.is_quiet()
        await server.say(*[Rwrite(request.tag, len(request.data)) for request in reversed(asked)])
        asked += [await hear(server, Twrite) for _ in range(WINDOW)]
        await server.say(*[Rwrite(request.tag, len(request.data)) for request in asked[WINDOW:]])
        asked += [await hear(server, Twrite) for _ in range(20 - 2 * WINDOW)]
        await server.say(*[Rwrite(request.tag, len(request.data)) for request in asked[2 * WINDOW :]])
    assert b"".join(request.data for request in asked) == BODY[PART:]
    assert [request.offset for request in asked] == [PART * n for n in range(1, 21)]


@pytest.mark.parametrize(("length", "kind"), [(0, 0), (PART, QTAPPEND)])
async def test_where_order_matters_one_write_follows_the_other(length: int, kind: int) -> None:
    """What a service takes has no length; what is appended has no offsets. Asked for once only."""
    async with file_of_script(Qid(kind, 0, 1)) as (file, server, nursery):
        nursery.start_soon(file.write, BODY[: 4 * PART])
        await server.say(Rwrite((await hear(server, Twrite)).tag, PART))
        if not kind:
            await tell_length(server, length)
        for n in range(1, 4):
            request = await hear(server, Twrite)
            assert request.offset == n * PART
            assert await server.is_quiet()
            await server.say(Rwrite(request.tag, PART))


async def test_the_first_refusal_stops_the_rest_and_is_the_one_that_is_raised() -> None:
    """When it is raised, nothing of the rest can still happen."""
    raised: list[str] = []
    async with file_of_script() as (file, server, nursery):

        async def write() -> None:
            with pytest.raises(FileError) as error:
                await file.write(BODY)
            raised.append(str(error.value))

        nursery.start_soon(write)
        await server.say(Rwrite((await hear(server, Twrite)).tag, PART))
        await tell_length(server, PART)
        asked = [await hear(server, Twrite) for _ in range(WINDOW)]
        await server.say(Rerror(asked[1].tag, "the second refusal"), Rerror(asked[0].tag, "the disk is full"))
        flushes = [await hear(server, Tflush) for _ in asked[2:]]
        assert [flush.oldtag for flush in flushes] == [request.tag for request in asked[2:]]
        await server.say(Rwrite(asked[2].tag, PART), *[Rflush(flush.tag) for flush in flushes[:-1]])
        await wait_all_tasks_blocked()
        assert not raised
        await server.say(Rflush(flushes[-1].tag))
    assert raised == ["the disk is full"]


async def test_a_part_that_was_taken_in_part_is_followed_by_its_rest() -> None:
    """And by all that came after, again: it stands where the server put it, at its offsets."""
    disk = bytearray(len(BODY))
    async with file_of_script() as (file, server, nursery):
        nursery.start_soon(file.write, BODY)
        await take(server, disk)
        await tell_length(server, PART)
        asked = [await hear(server, Twrite) for _ in range(WINDOW)]
        disk[PART : PART + 10] = asked[0].data[:10]
        await server.say(Rwrite(asked[0].tag, 10))
        await flushed(server, WINDOW - 1)
        while not disk.endswith(BODY[-5:]):
            await take(server, disk)
    assert disk == BODY


async def take(server: Talk, disk: bytearray) -> None:
    """Answer a Twrite."""
    request = await hear(server, Twrite)
    disk[request.offset : request.offset + len(request.data)] = request.data
    await server.say(Rwrite(request.tag, len(request.data)))


async def test_a_cancelled_write_leaves_when_nothing_more_can_happen() -> None:
    """Each Twrite in flight is flushed, and waited for."""
    async with file_of_script() as (file, server, nursery):
        scope = trio.CancelScope()

        async def write() -> None:
            with scope:
                await file.write(BODY)

        nursery.start_soon(write)
        await server.say(Rwrite((await hear(server, Twrite)).tag, PART))
        await tell_length(server, PART)
        for _ in range(WINDOW):
            await hear(server, Twrite)
        scope.cancel()
        flushes = [await hear(server, Tflush)]
        assert await server.is_quiet()
        await server.say(Rflush(flushes[0].tag))
        flushes = [await hear(server, Tflush) for _ in range(WINDOW - 1)]
        assert not scope.cancelled_caught
        await server.say(*[Rflush(flush.tag) for flush in flushes])
        await wait_all_tasks_blocked()
        assert scope.cancelled_caught


async def test_a_cancelled_write_goes_no_further_though_its_parts_are_taken_in_time() -> None:
    """The part that was waited for has happened; what was in flight behind it is called off, and nothing follows."""
    async with file_of_script() as (file, server, nursery):
        scope = trio.CancelScope()

        async def write() -> None:
            with scope:
                await file.write(BODY)

        nursery.start_soon(write)
        await server.say(Rwrite((await hear(server, Twrite)).tag, PART))
        await tell_length(server, PART)
        asked = [await hear(server, Twrite) for _ in range(WINDOW)]
        scope.cancel()
        flush = await hear(server, Tflush)
        await server.say(Rwrite(asked[0].tag, PART), Rflush(flush.tag))
        await flushed(server, WINDOW - 1)
        await wait_all_tasks_blocked()
        assert scope.cancelled_caught
        assert await server.is_quiet()


async def test_a_connection_that_is_lost_in_the_midst_is_said_once() -> None:
    """Whatever is in flight."""
    async with file_of_script() as (file, server, nursery):

        async def write() -> None:
            with pytest.raises(ConnectionLost, match="the server went away"):
                await file.write(BODY)

        nursery.start_soon(write)
        await server.say(Rwrite((await hear(server, Twrite)).tag, PART))
        await tell_length(server, PART)
        await hear(server, Twrite)
        server.hang_up()


async def test_megabytes_go_to_a_disk_and_come_back(shared: Path) -> None:
    """Through the real server, both ways, and at any place."""
    body = bytes(range(256)) * 20_000
    with exported(shared) as tree:
        async with client_of(tree) as root:
            async with root.create("long") as file:
                await file.write(body)
            assert (await trio.Path(shared / "long").read_bytes()) == body
            assert await root.read("long") == body
            async with root.open("long", "rw") as file:
                file.seek(5_000_000)
                assert await file.read_all() == body[5_000_000:]
                assert await file.read(3, offset=256) == b"\x00\x01\x02"
                assert await file.read() == b""
                await file.write(b"end", offset=len(body))
                assert await file.read() == b"end"
                await file.sync()
                await file.truncate(10)
                assert (await file.stat()).length == 10


async def test_a_sink_gets_long_texts_in_order() -> None:
    """A refusal of one part stops those that follow."""
    taken: list[bytes] = []

    class Program:
        def write(self, data: bytes) -> None:
            if data.startswith(b"bad"):
                raise FileError("line 1: bad is not defined")
            taken.append(data)

        def close(self) -> None:
            taken.append(b"closed")

    async with client_of(Dir(parse=Sink(open=Program))) as root:
        with pytest.raises(FileError, match="bad is not defined"):
            await root.write("parse", b"x" * (128 * 1024) + b"bad" + b"y" * 500_000)
        with pytest.raises(FileError, match="bad is not defined"):
            await root.write("parse", "bad")
    assert b"".join(taken).strip(b"x") == b"closedclosed"


# Lines.


async def test_lines_come_whole_however_they_are_cut() -> None:
    """Text without the line's end; the last need not have one; empty ones count."""
    async with client_of(Dir(text=Text(lambda: "grüße\n\nto\nall"), empty=Text(lambda: ""))) as root:
        async with root.open("text") as file:
            file.iounit = 3
            assert [line async for line in file.lines()] == ["grüße", "", "to", "all"]
        async with root.open("empty") as file:
            assert [line async for line in file.lines()] == []


async def test_a_cancelled_line_is_read_on() -> None:
    """Its beginning is not lost."""
    news = Broadcast()
    async with client_of(Dir(news=Stream(news.open))) as root, root.open("news") as file:
        lines, got = file.lines(), list[str]()
        with trio.CancelScope() as scope:
            async with trio.open_nursery() as nursery:

                async def read(lines: Lines) -> None:
                    got.append(await anext(lines))

                nursery.start_soon(read, lines)
                await wait_all_tasks_blocked()
                news.publish("half a ")
                await wait_all_tasks_blocked()
                scope.cancel()
        assert scope.cancelled_caught
        news.publish("line\nand more\n")
        assert [await anext(lines), await anext(lines)] == ["half a line", "and more"]


async def test_a_line_without_end_is_refused() -> None:
    """Before it has filled the memory."""
    async with client_of(Dir(text=Text(lambda: "x" * 10_000))) as root, root.open("text") as file:
        file.iounit = 100
        with pytest.raises(FileError, match="a line of more than 1000 bytes"):
            await anext(file.lines(1000))


# Time.


async def test_an_answer_that_is_late_is_an_error_in_words(autojump_clock: MockClock) -> None:
    """The request is flushed; a stream may take longer, if one says so."""
    async with client_of_script(timeout=3) as (root, server, nursery):

        async def read() -> None:
            async with root.open("slow") as file:
                with pytest.raises(TimeoutError, match=r"^the server does not answer within 3 s \(a read\)$"):
                    await file.read()
                file.timeout = None
                assert await file.read() == b"at last"

        nursery.start_soon(read)
        await let_open(server)
        late = await hear(server, Tread)
        assert await hear(server, Tflush) == Tflush(late.tag + FLUSH, late.tag)
        assert trio.current_time() == pytest.approx(3, abs=0.1)
        await server.say(Rflush(late.tag + FLUSH))
        again = await hear(server, Tread)
        with trio.move_on_after(1000):
            await trio.sleep_forever()
        await server.say(Rread(again.tag, b"at last"))
        await hear(server, Tclunk)


async def test_an_open_that_was_made_though_it_was_cancelled_is_undone() -> None:
    """The answer crossed the Tflush: the file is open, and is clunked."""
    async with client_of_script() as (root, server, nursery):
        scope = trio.CancelScope()

        async def read() -> None:
            with scope:
                async with root.open("x") as file:
                    await file.read()

        nursery.start_soon(read)
        walk = await hear(server, Twalk)
        await server.say(Rwalk(walk.tag, (QID,)))
        opening = await hear(server, Topen)
        scope.cancel()
        flush = await hear(server, Tflush)
        await server.say(Ropen(opening.tag, QID, 0), Rflush(flush.tag))
        clunk = await hear(server, Tclunk)  # nothing is read any more
        assert clunk.fid == walk.newfid
        await server.say(Rclunk(clunk.tag))
        assert scope.cancelled_caught
