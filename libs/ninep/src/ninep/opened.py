"""What the files of `tree` give to a fid that opens them: each class is one way to read, or one way to write.

Reading: Pages, Entries, Snapshot, Reading. Writing: AtOnce, Gathering, Writing. Both joins two of them, Asking is a
question and its answer.
"""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Iterable, Iterator
from types import CoroutineType
from typing import Any, Protocol

from ninep.budget import Budget
from ninep.codec import write_stat
from ninep.errors import BAD_OFFSET, FileError
from ninep.messages import Stat
from ninep.node import Answer, Node, Opened, as_bytes, then

GATHERED = Budget(256 * 1024 * 1024, "too much is being written here at once; try again in a moment")
"""What all clients of the process have written and not clunked: a byte far out costs all that lies before it."""


class Reader(Protocol):
    """What a Stream opens: bytes as they come, from a position of its own."""

    def read(self, count: int) -> Answer[bytes]:
        """At least one byte and at most `count`, as soon as there are any; b"" is the end."""

    def close(self) -> None:
        """Nobody will read any more."""


class Writer(Protocol):
    """What a Sink opens: it takes bytes as they come. It may also have `abort()`, for a client that hung up."""

    def write(self, data: bytes) -> Answer[None]:
        """Take all of `data`, or refuse."""

    def close(self) -> Answer[None]:
        """All has been written; a refusal is the Rerror of the clunk."""


class Pages(Opened):
    """A directory, whole entries only, read(5). An entry is told when its page comes: a read costs what it gives."""

    __slots__ = ("_entries", "_held", "_offset")

    def __init__(self) -> None:
        self._entries: Iterator[Stat] = iter(())
        self._held = b""  # the entry that comes next, if it did not fit any more
        self._offset = 0  # where the next page begins

    def begin(self, entries: Iterable[Stat]) -> None:
        """Start again, with these entries. Which they are must not change any more."""
        self._entries, self._held, self._offset = iter(entries), b"", 0

    def page(self, count: int, offset: int) -> bytes:
        """The entries that come next, as many as fit. A directory is read from its start, without gaps."""
        if offset != self._offset:
            raise FileError(BAD_OFFSET)
        page, room = list[bytes](), count
        entry = self._held or self._next()
        while entry and len(entry) <= room:
            page.append(entry)
            room -= len(entry)
            entry = self._next()
        self._held = entry
        if entry and not page:
            raise FileError("the count is too small for a directory entry")
        self._offset += count - room
        return b"".join(page)

    def _next(self) -> bytes:
        entry = next(self._entries, None)
        return write_stat(entry) if entry else b""


class Entries(Pages):
    """The entries of a synthetic directory: `names()` at offset 0, and what `find(name)` gives when its turn comes."""

    __slots__ = ("_find", "_names")

    def __init__(self, find: Callable[[str], Node], names: Callable[[], Iterable[str]]) -> None:
        super().__init__()
        self._find, self._names = find, names

    def read(self, count: int, offset: int) -> bytes:
        if offset == 0:
            self.begin(self._tell(list(self._names())))
        return self.page(count, offset)

    def _tell(self, names: list[str]) -> Iterator[Stat]:
        for name in names:
            try:
                node = self._find(name)
            except KeyError:
                continue  # it went while the directory was read
            yield node.stat(name)


class Both(Opened):
    """A file open for reading and writing."""

    __slots__ = ("_reading", "_writing")

    def __init__(self, reading: Opened, writing: Opened) -> None:
        self._reading, self._writing = reading, writing

    def read(self, count: int, offset: int) -> Answer[bytes]:
        return self._reading.read(count, offset)

    def write(self, data: bytes, offset: int) -> Answer[int]:
        return self._writing.write(data, offset)

    def clunk(self) -> Answer[None]:
        self._reading.clunk()  # what is read is let go at once: there is nothing to wait for
        return self._writing.clunk()

    def abandon(self) -> Answer[None]:
        self._reading.abandon()
        return self._writing.abandon()


class Snapshot(Opened):
    """A value as it was at open."""

    __slots__ = ("_body",)

    def __init__(self, body: bytes) -> None:
        self._body = body

    def read(self, count: int, offset: int) -> bytes:
        return self._body[offset : offset + count]


class Reading(Opened):
    """A Reader; offsets are ignored."""

    __slots__ = ("_reader",)

    def __init__(self, reader: Reader) -> None:
        self._reader = reader

    def read(self, count: int, offset: int) -> Answer[bytes]:
        return self._reader.read(count)

    def clunk(self) -> None:
        self._reader.close()


class AtOnce(Opened):
    """Each write is a value by itself, stripped of blanks at its ends."""

    __slots__ = ("_set",)

    def __init__(self, set: Callable[[str], Answer[None]]) -> None:
        self._set = set

    def write(self, data: bytes, offset: int) -> Answer[int]:
        return then(self._set(decode(data).strip()), lambda _: len(data))


class Gathering(Opened):
    """What is written gathers until the clunk. `is_due` if even nothing must be handed on (the file was truncated)."""

    __slots__ = ("_data", "_is_due", "_limit", "_take")

    def __init__(self, take: Callable[[bytes], Answer[None]], limit: int, *, is_due: bool = False) -> None:
        self._take, self._limit, self._is_due, self._data = take, limit, is_due, bytearray()

    def write(self, data: bytes, offset: int) -> int:
        end = offset + len(data)
        if end > self._limit:
            raise FileError(f"too long: {self._limit} bytes is the most that is taken at once")
        if end > len(self._data):
            GATHERED.take(end - len(self._data))
            self._data.extend(bytes(end - len(self._data)))
        self._data[offset:end] = data
        self._is_due = True
        return len(data)

    def clunk(self) -> Answer[None]:
        text = bytes(self._data)
        self.abandon()
        return self._take(text) if self._is_due else None

    def abandon(self) -> None:
        """Half a text is not taken for the whole: whoever wrote it was never told that it was taken."""
        GATHERED.take(-len(self._data))
        self._data = bytearray()


class Writing(Opened):
    """A Writer; offsets are ignored."""

    __slots__ = ("_writer",)

    def __init__(self, writer: Writer) -> None:
        self._writer = writer

    def write(self, data: bytes, offset: int) -> Answer[int]:
        return then(self._writer.write(data), lambda _: len(data))

    def clunk(self) -> Answer[None]:
        return self._writer.close()

    def abandon(self) -> Answer[None]:
        abort: Callable[[], Answer[None]] = getattr(self._writer, "abort", self._writer.close)
        return abort()


class Asking(Opened):
    """Writes gather a question; the first read after them asks it; what is read then is the answer."""

    __slots__ = ("_answer", "_ask", "_is_asked", "_limit", "_question")

    def __init__(self, ask: Callable[[bytes], Answer[Any]], limit: int) -> None:
        self._ask, self._limit, self._question = ask, limit, bytearray()
        self._answer: Reader | None = None
        self._is_asked = True

    def write(self, data: bytes, offset: int) -> int:
        if self._is_asked:
            self.clunk()
            self._is_asked = False
        if len(self._question) + len(data) > self._limit:
            raise FileError(f"too long: {self._limit} bytes is the most that is taken at once")
        GATHERED.take(len(data))
        self._question += data
        return len(data)

    def read(self, count: int, offset: int) -> Answer[bytes]:
        if not self._is_asked:
            self._is_asked = True
            answer = self._ask(self._forget_question())
            if type(answer) is CoroutineType:
                return self._wait(answer, count)
            self._keep(answer)
        return self._answer.read(count) if self._answer else b""

    async def _wait(self, answer: Coroutine[Any, Any, Any], count: int) -> bytes:
        first = self._keep(await answer).read(count)
        return first if isinstance(first, bytes) else await first

    def _keep(self, answer: Any) -> Reader:
        reader: Reader = Whole(as_bytes(answer)) if isinstance(answer, str | bytes) else answer
        self._answer = reader
        return reader

    def _forget_question(self) -> bytes:
        question, self._question = bytes(self._question), bytearray()
        GATHERED.take(-len(question))
        return question

    def clunk(self) -> None:
        self._forget_question()
        if self._answer:
            self._answer.close()
            self._answer = None


class Whole:
    """A whole answer as a Reader."""

    __slots__ = ("_at", "_body")

    def __init__(self, body: bytes) -> None:
        self._body, self._at = body, 0

    def read(self, count: int) -> bytes:
        """What comes next of it."""
        begin, self._at = self._at, self._at + count
        return self._body[begin : self._at]

    def close(self) -> None:
        """Nothing is held."""


def decode(data: bytes) -> str:
    """The text of what was written, or a refusal."""
    try:
        return data.decode()
    except UnicodeDecodeError as error:
        raise FileError(f"not UTF-8 text at byte {error.start}") from None
