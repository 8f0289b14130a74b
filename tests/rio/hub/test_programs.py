"""Programs and their turns, on a stage that does what a test tells it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
import trio
import trio.testing

from ninep import FileError
from rio.hub.prints import Prints
from rio.hub.programs import CLUNK, SILENCE, Program, Programs
from rio.hub.turns import MOST_WAITING, Turns
from rio.wire import Ran


class Stage:
    """Runs each line as it comes; `loop` runs until it is stopped, `fail` fails."""

    def __init__(self) -> None:
        self.programs: Programs
        self.heard: list[tuple[int, str]] = []
        self.made: list[int] = []
        self.refusal = ""
        self._rest = ""

    async def prepare(self) -> None:
        await trio.lowlevel.checkpoint()
        if self.refusal:
            raise FileError(self.refusal)

    def feed(self, number: int, text: str, *, last: bool) -> None:
        program = self.programs.running
        assert program and program.number == number
        *lines, self._rest = (self._rest + text).split("\n")
        for line in [*lines, self._rest] if last else lines:
            self._run(program, line)
        if last and "loop" not in [line for _, line in self.heard[-1:]]:
            self._rest = ""
            program.done(program.error)

    def _run(self, program: Program, line: str) -> None:
        if line and not program.error:
            self.heard.append((program.number, line))
            program.ran(Ran(program.number, line, 1, "line 1: NameError: fail" if line == "fail" else None))

    async def stop(self) -> str:
        await trio.lowlevel.checkpoint()
        self._rest = ""
        return ""

    async def finish(self, program: Program) -> None:
        self.made.append(program.number)
        program.let_go()
        await trio.lowlevel.checkpoint()


@asynccontextmanager
async def a_stage() -> AsyncIterator[Stage]:
    stage, turns = Stage(), Turns()
    stage.programs = Programs(stage, turns)
    async with trio.open_nursery() as nursery:
        nursery.start_soon(turns.run)
        yield stage
        nursery.cancel_scope.cancel()


async def close(program: Program) -> None:
    if waiting := program.close():
        await waiting


async def test_a_program_runs_while_it_is_still_being_written() -> None:
    """Its first line has run before its second is there."""
    async with a_stage() as stage:
        program = stage.programs.open()
        program.write(b"one\ntw")
        await trio.testing.wait_all_tasks_blocked()
        assert stage.heard == [(1, "one")]
        program.write(b"o")
        await close(program)
        assert stage.heard == [(1, "one"), (1, "two")]
        assert program.statements == ["one", "two"]
        assert stage.made == [1]


async def test_two_programs_never_interleave() -> None:
    """The second runs when the first has been closed; the order is that of their first bytes."""
    async with a_stage() as stage:
        first, second = stage.programs.open(), stage.programs.open()
        second.write(b"b1\n")
        first.write(b"a1\n")
        second.write(b"b2\n")
        await trio.testing.wait_all_tasks_blocked()
        assert [line for _, line in stage.heard] == ["b1", "b2"]
        assert stage.programs.status() == "running program 2, 1 waiting\n"
        await close(second)
        await close(first)
        assert [line for _, line in stage.heard] == ["b1", "b2", "a1"]
        assert stage.programs.status() == "ready\n"


async def test_an_open_without_a_byte_holds_up_nobody() -> None:
    async with a_stage() as stage:
        silent, other = stage.programs.open(), stage.programs.open()
        other.write(b"x\n")
        await close(other)
        await close(silent)
        assert stage.made == [2]


async def test_the_error_is_the_refusal_of_the_next_write() -> None:
    """And what follows the error does not run; the turn passes on without the clunk."""
    async with a_stage() as stage:
        program, other = stage.programs.open(), stage.programs.open()
        program.write(b"one\nfail\n")
        await trio.testing.wait_all_tasks_blocked()
        with pytest.raises(FileError, match="line 1: NameError: fail"):
            program.write(b"two\n")
        other.write(b"three\n")
        await close(other)
        await close(program)  # it has been told already
        assert [line for _, line in stage.heard] == ["one", "fail", "three"]


async def test_the_error_of_a_program_that_was_written_at_once_is_that_of_the_clunk() -> None:
    async with a_stage() as stage:
        program = stage.programs.open()
        program.write(b"fail")
        with pytest.raises(FileError, match="line 1: NameError: fail"):
            await close(program)
        assert program.label == "fail (stopped: line 1: NameError: fail)"


async def test_a_clunk_waits_two_seconds_at_most(autojump_clock: trio.testing.MockClock) -> None:
    async with a_stage() as stage:
        program = stage.programs.open()
        program.write(b"loop\n")
        start = trio.current_time()
        await close(program)
        assert trio.current_time() - start == pytest.approx(CLUNK)
        assert stage.programs.running is program


async def test_a_writer_that_hangs_up_ends_its_program() -> None:
    """What ran stays, what is half a line is dropped, the next program has its turn."""
    async with a_stage() as stage:
        program, other = stage.programs.open(), stage.programs.open()
        program.write(b"one\ntw")
        other.write(b"x\n")
        await trio.testing.wait_all_tasks_blocked()
        program.abort()
        await close(other)
        assert stage.heard == [(1, "one"), (2, "x")]
        assert program.statements == ["one"]


async def test_a_writer_that_falls_silent_loses_its_turn_only_to_others(autojump_clock: trio.testing.MockClock) -> None:
    async with a_stage() as stage:
        program = stage.programs.open()
        program.write(b"one\n")
        await trio.sleep(3 * SILENCE)
        program.write(b"two\n")
        other = stage.programs.open()
        other.write(b"x\n")
        await trio.sleep(SILENCE + 1)
        with pytest.raises(FileError, match="nothing came for 60 s while others waited"):
            program.write(b"three\n")
        await close(other)
        assert [line for _, line in stage.heard] == ["one", "two", "x"]


async def test_too_many_waiting_programs_are_refused() -> None:
    async with a_stage() as stage:
        running = stage.programs.open()
        running.write(b"x\n")
        await trio.testing.wait_all_tasks_blocked()
        for _ in range(MOST_WAITING):
            stage.programs.open().write(b"x")
        with pytest.raises(FileError, match="32 programs wait for their turn already"):
            stage.programs.open().write(b"x")


async def test_why_no_program_can_run_reaches_the_writer() -> None:
    async with a_stage() as stage:
        stage.refusal = "no program can run: a wall is missing"
        program = stage.programs.open()
        program.write(b"one")
        with pytest.raises(FileError, match="a wall is missing"):
            await close(program)
        assert stage.made == []


async def test_text_that_is_not_utf8_is_refused_where_it_is_written() -> None:
    async with a_stage() as stage:
        program = stage.programs.open()
        program.write("ü".encode()[:1])
        program.write("ü".encode()[1:] + b" = 1\n")
        await trio.testing.wait_all_tasks_blocked()
        with pytest.raises(FileError, match="not UTF-8"):
            program.write(b"\xff\xff\n")
        await close(program)
        assert stage.heard == [(1, "ü = 1")]


async def test_a_turn_is_done_whole_even_if_nobody_waits_for_it(autojump_clock: trio.testing.MockClock) -> None:
    """A flushed undo is still an undo."""
    turns, done = Turns(), trio.Event()

    async def job() -> None:
        await trio.sleep(1)
        done.set()

    async with trio.open_nursery() as nursery:
        nursery.start_soon(turns.run)
        with trio.move_on_after(0.5):
            await turns.do(job)
        await done.wait()
        nursery.cancel_scope.cancel()


async def test_a_turn_that_refuses_says_so_to_who_asked() -> None:
    async def job() -> None:
        raise FileError("no")

    turns = Turns()
    async with trio.open_nursery() as nursery:
        nursery.start_soon(turns.run)
        with pytest.raises(FileError, match=r"^no$"):
            await turns.do(job)
        nursery.cancel_scope.cancel()


# what they print


def now(answer: object) -> bytes:
    """What a read gives that does not wait."""
    assert isinstance(answer, bytes)
    return answer


async def test_a_reader_follows_the_running_program_from_its_beginning() -> None:
    """Text as it is printed, an empty read where the program ended, then the next one's."""
    prints = Prints()
    prints.begin()
    prints.add("one\n")
    reader = prints.open()
    assert now(reader.read(100)) == b"one\n"
    prints.add("two\n")
    prints.end()
    assert [now(reader.read(2)), now(reader.read(100)), now(reader.read(100))] == [b"tw", b"o\n", b""]
    prints.begin()
    prints.add("three\n")
    assert now(reader.read(100)) == b"three\n"


async def test_a_reader_that_comes_late_waits_for_the_next_program() -> None:
    prints = Prints()
    prints.begin()
    prints.add("one\n")
    prints.end()
    reader, got = prints.open(), []

    async def read() -> None:
        got.append(await reader.read(100))  # type: ignore[misc]  # a coroutine, for there is nothing

    async with trio.open_nursery() as nursery:
        nursery.start_soon(read)
        await trio.testing.wait_all_tasks_blocked()
        assert got == []
        prints.begin()
        prints.add("two\n")
    assert got == [b"two\n"]
    assert prints.text() == "two\n"


async def test_errors_are_waited_for_through_successes() -> None:
    """A program without an error leaves no mark in STDERR."""
    prints = Prints(quiet_ends=True)
    reader = prints.open()
    for _ in range(3):
        prints.begin()
        prints.end()
    prints.begin()
    prints.add("line 3: NameError\n")
    prints.end()
    assert [now(reader.read(100)), now(reader.read(100))] == [b"line 3: NameError\n", b""]


async def test_a_flood_loses_its_oldest_and_says_so() -> None:
    prints = Prints()
    prints.begin()
    reader = prints.open()
    for _ in range(3):
        prints.add("x" * (1 << 19))
    lost = now(reader.read(1000))
    assert lost == b"[524288 bytes of output were lost here]\n"
    assert now(reader.read(1 << 22)) == b"x" * (1 << 20)


async def test_a_program_that_waits_is_not_taken_for_none() -> None:
    """After the program before has run, there is still something to be done for it."""
    async with a_stage() as stage:
        waiting = trio.Event()
        stage.programs._turns.add(waiting.wait)
        stage.programs._turns.add(waiting.wait)
        await trio.testing.wait_all_tasks_blocked()
        assert stage.programs.status() == "busy, 1 waiting\n"
        waiting.set()
        await trio.testing.wait_all_tasks_blocked()
        assert stage.programs.status() == "ready\n"
