"""The database file: opening and migrating it, writing a batch, reading texts. Plain SQLite; these functions block.

WAL mode, so that a reader never waits for the writer. A process that is killed loses at most the batch it was writing,
whole; nothing in the file is ever half of something.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

import msgspec
from msgspec import Struct, structs

from llmfs.records.rows import MIGRATIONS, OF_AGENTS, ROWS, Row, TextKey, columns, select, upsert
from ninep import FileError

R = TypeVar("R", bound=Row)

LARGEST = 2**63 - 1  # an integer of SQLite

_INSERT_TEXT = "INSERT OR REPLACE INTO texts (agent, turn, file, at, data) VALUES (?, ?, ?, ?, ?)"
_READ_TEXT = """
    SELECT at, data FROM texts
    WHERE agent = ? AND turn = ? AND file = ? AND at < ? AND at + length(data) > ? ORDER BY at
"""
_END_CUT_CALLS = (
    """
    INSERT INTO texts SELECT agent, number, 'tools', coalesce((
        SELECT max(at + length(data)) FROM texts
        WHERE texts.agent = turns.agent AND texts.turn = turns.number AND texts.file = 'tools'
    ), 0), CAST(calling AS BLOB) FROM turns WHERE calling != ''
    """,
    "UPDATE turns SET calling = '' WHERE calling != ''",
)
_SIZE_CUT_TAPES = """
    UPDATE tapes SET size = (
        SELECT coalesce(max(at + length(data)), 0) FROM texts
        WHERE texts.agent = tapes.agent AND texts.turn = tapes.turn AND texts.file = tapes.file
    )
    WHERE size IS NULL AND EXISTS (
        SELECT 1 FROM turns
        WHERE turns.agent = tapes.agent AND turns.number = tapes.turn AND turns.state != 'waiting'
    )
"""


class Batch(Struct):
    """What one transaction writes: rows by key (None: the row goes), texts by key and place, agents that go."""

    rows: dict[tuple[Any, ...], tuple[type[Row], Row | None]]
    texts: dict[TextKey, tuple[int, list[bytes]]]
    gone: set[int]

    def __bool__(self) -> bool:
        return bool(self.rows or self.texts or self.gone)


def open_database(path: Path) -> sqlite3.Connection:
    """Open the file, making or migrating it as needed. FileError says why it cannot be used."""
    with in_words(path):
        connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)  # one thread at a time
        try:
            _prepare(connection)
        except BaseException:
            connection.close()
            raise
    return connection


@contextmanager
def in_words(path: Path) -> Iterator[None]:
    """What SQLite refuses here is a FileError, which says what to do with a file that is damaged."""
    try:
        yield
    except sqlite3.Error as error:
        damaged = getattr(error, "sqlite_errorname", "").startswith(("SQLITE_CORRUPT", "SQLITE_NOTADB"))
        advice = "; move it away to begin anew, or put a copy of it back" if damaged else ""
        raise FileError(f"cannot use {path}: {error}{advice}") from None


def _prepare(connection: sqlite3.Connection) -> None:
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = NORMAL")  # a kill loses nothing; a power cut may lose the last batches
    _migrate(connection)


def _migrate(connection: sqlite3.Connection) -> None:
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    if version > len(MIGRATIONS):
        known = len(MIGRATIONS)
        raise FileError(f"the database has version {version}, written by a newer llmfs; this one knows {known}")
    for number in range(version, len(MIGRATIONS)):
        connection.executescript(f"BEGIN; {MIGRATIONS[number]} PRAGMA user_version = {number + 1}; COMMIT;")


def tidy(connection: sqlite3.Connection) -> None:
    """Make sense of what a killed process left: calls and texts that were cut off, rows of agents that are gone."""
    with _transaction(connection):
        for statement in (*_END_CUT_CALLS, _SIZE_CUT_TAPES):
            connection.execute(statement)
        for table in OF_AGENTS:
            connection.execute(f"DELETE FROM {table} WHERE agent NOT IN (SELECT agent FROM agents)")  # noqa: S608  # our own names


def read_rows(connection: sqlite3.Connection, kind: type[R]) -> list[R]:
    """All rows of a kind, in the order of their keys."""
    names = columns(kind)
    rows = connection.execute(select(kind))
    return [msgspec.convert(dict(zip(names, row, strict=True)), kind, strict=False) for row in rows]


def read_text(connection: sqlite3.Connection, key: TextKey, at: int, count: int) -> bytes:
    """The `count` bytes of a text from byte `at`."""
    pieces = connection.execute(_READ_TEXT, (*structs.astuple(key), at + count, at)).fetchall()
    if not pieces:
        return b""
    first = at - pieces[0][0]
    return b"".join(data for _, data in pieces)[first : first + count]


def write(connection: sqlite3.Connection, batch: Batch) -> None:
    """Write a batch: all of it, or sqlite3.Error and nothing."""
    with _transaction(connection):
        for kind in ROWS:
            _write_rows(connection, kind, batch)
        texts = batch.texts.items()
        connection.executemany(_INSERT_TEXT, [(*structs.astuple(key), at, b"".join(d)) for key, (at, d) in texts])
        for agent in batch.gone:
            _erase(connection, agent)


def _write_rows(connection: sqlite3.Connection, kind: type[Row], batch: Batch) -> None:
    ours = [(key[1:], row) for key, (its_kind, row) in batch.rows.items() if its_kind is kind]
    connection.executemany(upsert(kind), [_storable(row) for _, row in ours if row is not None])
    where = " AND ".join(f"{name} = ?" for name in columns(kind)[: kind.keys])
    connection.executemany(f"DELETE FROM {kind.table} WHERE {where}", [key for key, row in ours if row is None])  # noqa: S608  # our own names


def _storable(row: Row) -> tuple[Any, ...]:
    """The fields as SQLite takes them: a batch with one that it refuses would never be written."""
    return tuple(map(_fitting, structs.astuple(row)))


def _fitting(value: Any) -> Any:
    if isinstance(value, str) and not value.isascii():
        return value.encode(errors="replace").decode()  # half a surrogate pair is not text
    if isinstance(value, int):
        return min(max(value, -LARGEST), LARGEST)
    return value


def _erase(connection: sqlite3.Connection, agent: int) -> None:
    for table in OF_AGENTS:
        connection.execute(f"DELETE FROM {table} WHERE agent = ?", (agent,))  # noqa: S608  # our own names


@contextmanager
def _transaction(connection: sqlite3.Connection) -> Iterator[None]:
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:  # SQLite ends it by itself after some errors, a full disk for one
            connection.execute("ROLLBACK")
        raise
