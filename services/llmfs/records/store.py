"""What survives a restart. One task writes, in batches, in a thread; whoever has something to keep never waits for it.

What waits to be written is a queue in which each row stands once, in its newest form, and each text as what was added
to it. So a batch is a consistent picture of everything that changed since the last one, and the queue is bounded: rows
by what exists, text by `LIMIT`, beyond which those who generate it wait. Storage is not on the way from a prompt to
its answer.
"""

from __future__ import annotations

import fcntl
import sqlite3
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import TypeVar

import structlog
import trio
from trio.lowlevel import ParkingLot

from llmfs.records import database
from llmfs.records.database import Batch
from llmfs.records.rows import Row, TapeRow, TextKey
from ninep import FileError

LIMIT = 64 * 1024 * 1024  # bytes of text that may wait to be written
PAUSE = 0.03  # seconds for which news gather before they are written: an answer's first words go ahead of the disk
LONGEST = 0.25  # seconds of that, where much is said
SHARE = 0.05  # of the time is spent on writing; a batch costs by its texts, and hardly more if they have grown longer
RETRY = 1.0  # seconds after a batch that could not be written

log = structlog.get_logger()
R = TypeVar("R", bound=Row)


class Store:
    """Rows and texts in, at once; kept soon after. Made by `open_store`."""

    def __init__(self, path: Path) -> None:
        """Blocks: opens the file, and makes sense of what a killed process left in it."""
        self.failure: str | None = None  # why the last batch could not be written
        self.path = path
        self._writing = database.open_database(path)
        with database.in_words(path):
            database.tidy(self._writing)
        self._reading = database.open_database(path)
        self._one_reads = trio.Lock()
        self._waiting = Batch({}, {}, set())
        self._in_flight: Batch | None = None
        self._gone: set[int] = set()  # agents whose late news nobody wants
        self.unwritten = 0  # bytes of text that wait, or are just being written
        self._news, self._progress = ParkingLot(), ParkingLot()
        self._pause = PAUSE
        self._written = 0  # batches
        self._hurry = trio.Event()  # somebody waits for the next one

    # What to keep. None of these waits.

    def put(self, row: Row) -> None:
        """Keep a row, in place of the one with its key."""
        if getattr(row, "agent", None) not in self._gone:
            self._waiting.rows[row.key] = type(row), row
            self._tell()

    def drop(self, row: Row) -> None:
        """Keep the row with this row's key no longer."""
        self._waiting.rows[row.key] = type(row), None
        self._tell()

    def append(self, key: TextKey, at: int, data: bytes) -> None:
        """Keep more of a text: `data` stands at byte `at`, right after what came before."""
        if key.agent not in self._gone:
            self._waiting.texts.setdefault(key, (at, []))[1].append(data)
            self.unwritten += len(data)
            self._tell()

    def forget(self, agent: int) -> None:
        """Keep nothing of this agent any more, whatever is still said of it."""
        self._gone.add(agent)
        self._waiting.gone.add(agent)
        self._tell()

    def _tell(self) -> None:
        """There is news for the one who writes, if that one waits for any: this is on the way of every word."""
        if self._news:
            self._news.unpark()

    # Room, and what is kept.

    @property
    def is_full(self) -> bool:
        """True if more text waits to be written than should: whoever generates it does `await room()` first."""
        return self.unwritten > LIMIT

    async def settle(self) -> None:
        """Wait until everything that was put so far is written. FileError if it cannot be."""
        due = self._written + bool(self._in_flight) + bool(self._waiting)
        while self._written < due:
            self._hurry.set()
            await self._progress.park()
            self.check()

    async def room(self) -> None:
        """Wait until text has been written. FileError if it cannot be."""
        while self.is_full:
            self.check()
            await self._progress.park()

    def check(self) -> None:
        """Refuse if what is promised now could not be kept."""
        if self.failure:
            raise FileError(self.failure)

    def has(self, key: TextKey) -> bool:
        """True if all of a text is written."""
        return key not in self._waiting.texts and (self._in_flight is None or key not in self._in_flight.texts)

    async def text(self, key: TextKey, at: int, count: int) -> bytes:
        """The `count` bytes of a written text from byte `at`."""
        async with self._one_reads:
            with database.in_words(self.path):
                return await trio.to_thread.run_sync(database.read_text, self._reading, key, at, count)

    def rows(self, kind: type[R]) -> list[R]:
        """All written rows of a kind, in the order of their keys. Blocks: for the start."""
        with database.in_words(self.path):
            return database.read_rows(self._reading, kind)

    # The one task that writes.

    async def serve(self) -> None:
        """Write what comes, until cancelled; then what is left."""
        try:
            while True:
                if not self._has_news():
                    await self._news.park()
                await self._gather()
                await self._write()
        finally:
            with trio.CancelScope(shield=True):
                await self._write_the_rest()

    def close(self) -> None:
        """Close the file. Blocks."""
        self._reading.close()
        self._writing.close()

    def _has_news(self) -> bool:
        return bool(self._in_flight or self._waiting)

    async def _gather(self) -> None:
        """Let a batch grow for a while, unless somebody waits for it."""
        if self.failure:
            await trio.sleep(RETRY)
            return
        with trio.move_on_after(self._pause):
            await self._hurry.wait()
        self._hurry = trio.Event()

    async def _write(self) -> None:
        """One batch, or the one that failed before once more."""
        if self._in_flight is None:
            self._in_flight, self._waiting = self._waiting, Batch({}, {}, set())
        batch, begun = self._in_flight, time.monotonic()
        try:
            await trio.to_thread.run_sync(database.write, self._writing, batch)
        except sqlite3.Error as error:
            self._fail(f"llmfs cannot store in {self.path}: {error}")
            return
        self._in_flight, self.failure = None, None
        self._pause = min(max(PAUSE, (time.monotonic() - begun) / SHARE), LONGEST)
        self._written += 1
        self.unwritten -= sum(len(data) for _, pieces in batch.texts.values() for data in pieces)
        self._progress.unpark_all()

    async def _write_the_rest(self) -> None:
        while self._has_news():
            await self._write()
            if self.failure:
                log.error("store.lost", reason=self.failure)
                return

    def _fail(self, reason: str) -> None:
        if not self.failure:
            log.error("store.failed", reason=reason)
        self.failure = reason
        self._progress.unpark_all()


class Shelf:
    """One agent's part of a store."""

    __slots__ = ("agent", "store")

    def __init__(self, store: Store, agent: int) -> None:
        self.store, self.agent = store, agent

    def put(self, row: Row) -> None:
        """Keep a row."""
        self.store.put(row)

    def drop(self, row: Row) -> None:
        """Keep the row with this row's key no longer."""
        self.store.drop(row)

    def forget(self) -> None:
        """Keep nothing of the agent any more."""
        self.store.forget(self.agent)

    def tape(self, turn: int, file: str) -> StoredTape:
        """Where the text that goes through `file` in this turn is kept."""
        return StoredTape(self.store, TextKey(self.agent, turn, file))


class StoredTape:
    """Where one tape is kept: the spool of `tape.Tape`, in a Store."""

    __slots__ = ("_key", "_store")

    def __init__(self, store: Store, key: TextKey) -> None:
        self._store, self._key = store, key

    def append(self, at: int, data: bytes) -> None:
        """Keep `data`, which stands at byte `at`."""
        self._store.append(self._key, at, data)

    def note(self, size: int | None, was_read: bool) -> None:
        """Keep how long the tape is and whether it was read to its end."""
        self._store.put(TapeRow(self._key.agent, self._key.turn, self._key.file, size, was_read))

    async def load(self, at: int, count: int) -> bytes:
        """The `count` bytes from byte `at`."""
        return await self._store.text(self._key, at, count)

    def is_safe(self) -> bool:
        """True if all that was appended is written."""
        return self._store.has(self._key)


@asynccontextmanager
async def open_store(directory: Path) -> AsyncIterator[Store]:
    """The store in this directory (made if need be, for its owner alone), written until the block is left.

    Resources: leaving the block writes what is left, whatever the reason, and frees the directory for others.
    Errors: FileError if the directory is in use or its file cannot be used.
    """
    with _claim(directory):
        store = await trio.to_thread.run_sync(Store, directory / "llmfs.sqlite")
        try:
            async with trio.open_nursery() as nursery:
                nursery.start_soon(store.serve)
                yield store
                nursery.cancel_scope.cancel()
        finally:
            store.close()


@contextmanager
def _claim(directory: Path) -> Iterator[None]:
    """Be the only one who uses the directory: two writers of one history would each undo the other's."""
    directory.mkdir(parents=True, exist_ok=True, mode=0o700)
    with (directory / "lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise FileError(f"{directory} is in use by another llmfs; give this one its own with --state") from None
        yield
