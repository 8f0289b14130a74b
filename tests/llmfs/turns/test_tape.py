import pytest
import trio
from trio.testing import wait_all_tasks_blocked

from llmfs.turns.tape import Tape, TapeReader


class Shelf:
    """A spool in memory that says what it was told."""

    def __init__(self) -> None:
        self.text = b""
        self.notes: list[tuple[int | None, bool]] = []
        self.safe = True
        self.loads = 0

    def append(self, at: int, data: bytes) -> None:
        assert at == len(self.text)
        self.text += data

    def note(self, size: int | None, was_read: bool) -> None:
        self.notes.append((size, was_read))

    async def load(self, at: int, count: int) -> bytes:
        self.loads += 1
        await trio.lowlevel.checkpoint()
        return self.text[at : at + count]

    def is_safe(self) -> bool:
        return self.safe


async def read(reader: TapeReader, count: int = 8192) -> bytes:
    answer = reader.read(count)
    return answer if isinstance(answer, bytes) else await answer


async def read_all(reader: TapeReader, count: int = 8192) -> bytes:
    whole = b""
    while data := await read(reader, count):
        whole += data
    return whole


def test_what_is_there_is_given_at_once() -> None:
    """A read of text that is there costs no task: it is bytes, not a coroutine."""
    tape = Tape()
    tape.append("hello")
    assert TapeReader(tape).read(3) == b"hel"


async def test_each_reader_has_its_own_place() -> None:
    """Every reader gets all of the tape, whatever the others do."""
    tape = Tape()
    tape.append("one ")
    early = TapeReader(tape)
    assert await read(early) == b"one "
    tape.append("two")
    tape.end()
    assert await read_all(early) == b"two"
    assert await read_all(TapeReader(tape), count=2) == b"one two"


async def test_a_reader_waits_until_there_is_text_or_the_end() -> None:
    """A read at the end of what is there blocks; text and the end wake it."""
    tape, got = Tape(), list[bytes]()

    async def follow() -> None:
        reader = TapeReader(tape)
        while data := await read(reader):
            got.append(data)

    async with trio.open_nursery() as nursery:
        nursery.start_soon(follow)
        await wait_all_tasks_blocked()
        assert got == []
        tape.append("a")
        await wait_all_tasks_blocked()
        assert got == [b"a"]
        tape.end()
    assert got == [b"a"]


async def test_a_cancelled_read_loses_nothing() -> None:
    """What a flushed read would have given, the next read gives."""
    tape = Tape()
    reader = TapeReader(tape)
    async with trio.open_nursery() as nursery:
        nursery.start_soon(read, reader)
        await wait_all_tasks_blocked()
        nursery.cancel_scope.cancel()
    tape.append("kept")
    assert await read(reader) == b"kept"


async def test_the_end_stays_the_end() -> None:
    """An ended tape gives an empty read as often as it is asked."""
    tape = Tape()
    tape.end()
    tape.end()
    reader = TapeReader(tape)
    assert [reader.read(10), reader.read(10)] == [b"", b""]


@pytest.mark.parametrize("counts", [True, False])
async def test_reading_counts_only_where_it_should(counts: bool) -> None:
    """A tape is read when a reader that counts got the empty read, not before."""
    tape = Tape()
    tape.append("text")
    reader = TapeReader(tape, counts=counts)
    await read(reader)
    tape.end()
    assert not tape.was_read
    assert await read(reader) == b""
    assert tape.was_read is counts


async def test_a_read_of_nothing_is_not_the_end() -> None:
    """A Tread with count 0 before the end marks nothing as read."""
    tape = Tape()
    tape.append("text")
    tape.end()
    assert TapeReader(tape, counts=True).read(0) == b""
    assert not tape.was_read


async def test_it_is_kept_as_it_grows() -> None:
    """The spool has every byte at its place, the size at the end, and that it was read."""
    shelf = Shelf()
    tape = Tape(shelf)
    tape.append("grün ")
    tape.append("rot")
    assert shelf.text == "grün rot".encode()
    tape.end()
    tape.mark_read()
    tape.mark_read()
    assert shelf.notes == [(9, False), (9, True)]


async def test_a_resting_tape_reads_as_before() -> None:
    """A tape that left memory gives the same bytes, to readers in the middle of it too."""
    shelf = Shelf()
    tape = Tape(shelf)
    tape.append("from memory, then from the spool")
    reader = TapeReader(tape)
    first = await read(reader, 13)
    shelf.safe = False
    tape.end()
    tape.rest()
    assert await tape.text()
    shelf.safe = True
    tape.rest()
    assert first + await read_all(reader, 5) == b"from memory, then from the spool"
    assert shelf.loads == 4


async def test_a_tape_that_still_grows_does_not_rest() -> None:
    """Only what has ended may leave memory."""
    tape = Tape(Shelf())
    tape.append("text")
    tape.rest()
    assert await tape.text() == "text"


async def test_half_a_surrogate_is_no_reason_to_fail() -> None:
    """Some servers cut an emoji in two escapes; what cannot be encoded becomes a question mark."""
    tape = Tape()
    tape.append("a\ud83db")
    assert await tape.text() == "a?b"
