"""The open rules of DESIGN section 5, one by one."""

import pytest
import trio
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, precondition, rule
from trio.testing import wait_all_tasks_blocked

from llmfs.turns.output import Output, OutputReader
from llmfs.turns.tape import Tape, TapeReader
from ninep import FileError


def turn(output: Output, text: str = "", *, ends: bool = True) -> Tape:
    tape = Tape()
    output.add(tape)
    if text:
        tape.append(text)
    if ends:
        tape.end()
    return tape


async def read(reader: OutputReader, count: int = 8192) -> bytes:
    answer = reader.read(count)
    return answer if isinstance(answer, bytes) else await answer


async def read_turn(reader: OutputReader) -> str:
    """What `cat` would print: all up to the empty read."""
    whole = b""
    with trio.fail_after(1):
        while data := await read(reader):
            whole += data
    return whole.decode()


async def cat(output: Output) -> str:
    return await read_turn(output.open())


async def test_a_turn_that_failed_without_a_word_says_why() -> None:
    """Its readers, those that wait and those that come late, get the reason as an error, and then the next turn."""
    output = Output()
    failed = turn(output, ends=False)
    waiting = output.open()
    async with trio.open_nursery() as nursery:

        async def hear() -> None:
            with pytest.raises(FileError, match="no such key"):
                await read(waiting)

        nursery.start_soon(hear)
        await wait_all_tasks_blocked()
        failed.end("turn 1 failed: no such key")
    late = TapeReader(failed)
    with pytest.raises(FileError, match="no such key"):
        late.read(99)
    turn(output, "better")
    assert await read_turn(waiting) == "better"
    assert failed.was_read


async def test_an_open_binds_to_the_running_turn(autojump_clock: trio.abc.Clock) -> None:
    """While a turn runs, an open is for it, even with an older one unread."""
    output = Output()
    turn(output, "old")
    running = turn(output, "new", ends=False)
    reader = output.open()
    running.end()
    assert await read_turn(reader) == "new"


async def test_else_to_the_newest_unread_turn(autojump_clock: trio.abc.Clock) -> None:
    """With nothing running, an open gets the newest answer that nobody has read, then older ones."""
    output = Output()
    for text in ("one", "two", "three"):
        turn(output, text)
    assert [await cat(output) for _ in range(3)] == ["three", "two", "one"]


async def test_else_to_the_next_turn(autojump_clock: trio.abc.Clock) -> None:
    """With everything read, an open waits for the next turn and gets all of it."""
    output, got = Output(), list[str]()
    turn(output, "one")
    await cat(output)

    async def wait() -> None:
        got.append(await cat(output))

    async with trio.open_nursery() as nursery:
        for _ in range(3):
            nursery.start_soon(wait)
        await wait_all_tasks_blocked()
        turn(output, "two")
    assert got == ["two"] * 3


async def test_asking_and_then_reading_is_no_race(autojump_clock: trio.abc.Clock) -> None:
    """`echo … > input; cat output` gives the answer, however fast the model was."""
    output = Output()
    turn(output, "the answer")
    assert await cat(output) == "the answer"


async def test_a_turn_that_waits_counts_as_running(autojump_clock: trio.abc.Clock) -> None:
    """Between two queued turns an open is for the one that comes, not for the one that was."""
    output = Output()
    turn(output, "one")
    waiting = turn(output, ends=False)
    reader = output.open()
    waiting.append("two")
    waiting.end()
    assert await read_turn(reader) == "two"


async def test_reading_on_gives_the_next_turn(autojump_clock: trio.abc.Clock) -> None:
    """On one fid the turns follow each other, each with its empty read; none is lost in between."""
    output = Output()
    turn(output, "one")
    reader = output.open()
    assert await read_turn(reader) == "one"
    turn(output, "two")
    turn(output, "three")
    assert [await read_turn(reader), await read_turn(reader)] == ["two", "three"]


async def test_partly_read_is_not_read(autojump_clock: trio.abc.Clock) -> None:
    """A reader that stopped in the middle has not read the turn: the next open gets all of it."""
    output = Output()
    turn(output, "whole")
    assert await read(output.open(), 2) == b"wh"
    assert await cat(output) == "whole"


async def test_reading_the_turns_own_file_does_not_count(autojump_clock: trio.abc.Clock) -> None:
    """`turns/N/answer` can be read as often as one likes; `output` still has it."""
    output = Output()
    tape = turn(output, "answer")
    own = TapeReader(tape)
    assert [own.read(99), own.read(99)] == [b"answer", b""]
    assert await cat(output) == "answer"


async def test_what_was_read_elsewhere_is_read(autojump_clock: trio.abc.Clock) -> None:
    """A turn read to its end through `ask` is not offered again."""
    output = Output()
    turn(output, "old")
    turn(output, "asked").mark_read()
    assert await cat(output) == "old"


async def test_an_empty_turn_is_offered_while_it_is_the_newest(autojump_clock: trio.abc.Clock) -> None:
    """Who asks and then reads is released even if nothing came; later nobody is bothered with it."""
    output = Output()
    turn(output)
    assert await cat(output) == ""
    turn(output)
    turn(output, "three")
    assert await cat(output) == "three"
    with trio.move_on_after(1) as patience:
        await cat(output)
    assert patience.cancelled_caught


async def test_a_cancelled_wait_takes_nothing(autojump_clock: trio.abc.Clock) -> None:
    """A flushed read of a turn that has not begun leaves that turn whole."""
    output = Output()
    reader = output.open()
    async with trio.open_nursery() as nursery:
        nursery.start_soon(read, reader)
        await wait_all_tasks_blocked()
        nursery.cancel_scope.cancel()
    turn(output, "one")
    assert await read_turn(reader) == "one"


async def test_closing_releases_everybody(autojump_clock: trio.abc.Clock) -> None:
    """When the agent or the machine is removed, who waits for a turn gets the end, and so does who reads later."""
    output = Output()
    async with trio.open_nursery() as nursery:
        for _ in range(3):
            nursery.start_soon(cat, output)
        await wait_all_tasks_blocked()
        output.close()
    assert await cat(output) == ""


class Readers(RuleBasedStateMachine):
    """Whatever happens in whatever order, every reader gets whole turns, in their order, from the one the rules say."""

    def __init__(self) -> None:
        super().__init__()
        self.output, self.turns, self.texts = Output(), list[Tape](), list[bytes]()
        self.readers: list[tuple[OutputReader, list[int], list[bytes]]] = []  # [turn], what it has of it
        self.was_read: set[int] = set()

    def runs(self) -> bool:
        return any(not tape.ended for tape in self.turns)

    @rule()
    def ask(self) -> None:
        tape = Tape()
        self.turns.append(tape)
        self.texts.append(b"")
        self.output.add(tape)

    @precondition(runs)
    @rule(text=st.text(max_size=20))
    def say(self, text: str) -> None:
        running = next(i for i, tape in enumerate(self.turns) if not tape.ended)
        self.turns[running].append(text)
        self.texts[running] += text.encode(errors="replace")

    @precondition(runs)
    @rule()
    def end(self) -> None:
        next(tape for tape in self.turns if not tape.ended).end()

    @rule()
    def open(self) -> None:
        last = len(self.turns) - 1
        ended = [i for i, tape in enumerate(self.turns) if tape.ended and i not in self.was_read]
        running = [i for i, tape in enumerate(self.turns) if not tape.ended]
        unread = [i for i in ended if self.texts[i] or i == last]
        expected = running[0] if running else unread[-1] if unread else last + 1
        self.readers.append((self.output.open(), [expected], [b""]))

    @precondition(lambda self: self.readers)
    @rule(number=st.integers(0, 99), count=st.integers(1, 30))
    def read(self, number: int, count: int) -> None:
        reader, at, have = self.readers[number % len(self.readers)]
        if at[0] >= len(self.turns):
            return
        tape, text = self.turns[at[0]], self.texts[at[0]]
        if len(have[0]) == len(text) and not tape.ended:
            return  # it would wait
        data = reader.read(count)
        assert data == text[len(have[0]) :][:count]
        have[0] += data
        if not data:
            self.was_read.add(at[0])
            at[0], have[0] = at[0] + 1, b""


test_readers = Readers.TestCase
