"""Versions on disk: SQLite, one writer in a thread, off the way of programs.

What is kept survives a kill at any moment; only the newest version may be lost, for the one after it waits until it
is written. Pictures are the affair of the `album`. Knows rows; what a version means is `timeline`'s business.
"""

import fcntl
import json
import sqlite3
from collections.abc import Callable, Coroutine, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import IO, Annotated, Any, TypeVar

import msgspec
import structlog
import trio

from ninep import FileError
from rio.hub.bell import Bell
from rio.scene.graph import Snapshot
from rio.versions import album, timeline
from rio.versions.album import Album
from rio.versions.timeline import Version

T = TypeVar("T")

MOST_PICTURES = 20_000
"""Beyond it the oldest pictures are dropped; their versions stay in the list, and cannot be gone to."""

MOST_WAITING = 1000
"""Versions that wait for a disk that cannot be written, say; beyond it the oldest are given up."""

RETRY = 1.0  # seconds between two tries

IN_MEMORY = 64 << 20  # bytes of pictures where there is no folder

FORMAT = 1  # of the file

LATEST = 1e11  # seconds since 1970; what calendars still know

_TABLES = """
create table if not exists versions (
    number integer primary key, parent integer, time real not null, author text not null, label text not null,
    statements text not null, is_edit integer not null, starts_over integer not null, restores text not null
);
create table if not exists facts (name text primary key, value text not null);
"""

log = structlog.get_logger()


@dataclass(frozen=True, eq=False)
class _Entry:
    """What waits to be written."""

    version: Version
    picture: Snapshot


class Archive:
    """The file `versions.db`, or with no folder one in memory."""

    def __init__(self, folder: Path | None) -> None:
        """OSError, in a sentence, if the file cannot be used, or another rio uses it."""
        self._where, self._held = f"--state {folder}" if folder else "versions in memory", ExitStack()
        if folder:
            self._held.enter_context(_lock(folder))
        with self._usable():
            place = folder / "versions.db" if folder else ":memory:"
            self._base = sqlite3.connect(place, check_same_thread=False, timeout=1.0)
            self._held.callback(self._base.close)
            self._album = Album(self._base, album.MOST_BYTES if folder else IN_MEMORY)
            self._begin()
        self._one = trio.CapacityLimiter(1)
        self._waiting: dict[int, _Entry] = {}
        self._facts: dict[str, str] = {}  # that wait to be written
        self._changed, self._written = Bell(), Bell()
        self._finished = trio.Event()
        self.trouble = ""

    @contextmanager
    def _usable(self) -> Iterator[None]:
        """What is wrong with the file, in a sentence for who starts rio."""
        try:
            yield
        except (sqlite3.Error, msgspec.MsgspecError, ValueError, TypeError) as error:
            self.close()
            why = f"versions.db cannot be used: {error}; move it away to begin anew"
            raise OSError(f"{self._where}: {why}") from None

    def _begin(self) -> None:
        """Tables as this release has them."""
        self._base.executescript("pragma journal_mode = wal; pragma synchronous = normal;")
        (format,) = self._base.execute("pragma user_version").fetchone()
        if format > FORMAT:
            raise ValueError("it was written by a newer rio")
        self._base.executescript(_TABLES + album.TABLES)
        with self._base:
            self._album.take_over()
            self._album.sweep()
        self._base.execute(f"pragma user_version = {FORMAT}")

    def load(self) -> tuple[list[Version], int, dict[str, Any]]:
        """All versions in order of number (none at the first start), which is current, and the view of it.

        The current one has its picture. OSError, in a sentence, if the file is damaged.
        """
        with self._usable():
            return self._load()

    def _load(self) -> tuple[list[Version], int, dict[str, Any]]:
        versions = [_version(row) for row in self._base.execute("select * from versions order by number")]
        facts = dict(self._base.execute("select name, value from facts"))
        current = int(facts.get("current", versions[-1].number if versions else 0))
        for version in versions:
            version.is_bare = not version.begins_empty
            if version.number == current:
                version.picture = self._album.picture(current)
        timeline.check(versions, current)
        return versions, current, msgspec.json.decode(facts.get("view", "{}"), type=dict[str, Any])

    def keep(self, version: Version, picture: Snapshot) -> None:
        """Write a version soon, or again with a newer picture."""
        self._waiting[version.number] = _Entry(version, picture)
        if len(self._waiting) > MOST_WAITING:
            del self._waiting[min(self._waiting)]
        self._changed.ring()

    def point(self, current: int) -> None:
        """Write soon which version is current."""
        self._facts["current"] = str(current)
        self._changed.ring()

    def look(self, view: dict[str, Any]) -> None:
        """Write soon where the picture is looked at from."""
        self._facts["view"] = json.dumps(view)
        self._changed.ring()

    def behind(self) -> Coroutine[Any, Any, None] | None:
        """A wait until what is to be written by now is written, or cannot be; None if there is nothing."""
        return self._wait_for(set(self._waiting.values())) if self._waiting and not self.trouble else None

    async def _wait_for(self, entries: set[_Entry]) -> None:
        while not (self.trouble or entries.isdisjoint(self._waiting.values())):
            await self._written.wait()

    async def picture(self, number: int) -> Snapshot | None:
        """The picture of a version, if it is still kept; FileError if it cannot be read."""
        if number in self._waiting:
            return self._waiting[number].picture
        try:
            return await self._in_thread(partial(self._album.picture, number))
        except (ValueError, sqlite3.Error) as error:
            raise FileError(str(error)) from None

    async def run(self) -> None:
        """Write what is to be kept, until `finish`; not even a cancellation ends it before all is written."""
        with trio.CancelScope(shield=True):
            while not self._finished.is_set():
                if self._has_work:
                    await self._write()
                else:
                    await self._changed.wait()
            await self._write()
        self.close()

    def close(self) -> None:
        """Let the file go."""
        self._held.close()

    def finish(self) -> None:
        """Nothing more will come."""
        self._finished.set()
        self._changed.ring()

    @property
    def _has_work(self) -> bool:
        return bool(self._waiting or self._facts)

    async def _write(self) -> None:
        """Write all that waits; what could not be written waits on, and is tried again."""
        entries, facts = list(self._waiting.values()), self._facts
        self._facts = {}
        try:
            await self._in_thread(partial(self._insert, entries, facts))
        except (sqlite3.Error, OSError) as error:
            self.trouble = f"versions are not kept on disk: {error}"
            log.error("archive.failed", error=str(error))
            self._facts = {**facts, **self._facts}
            self._written.ring()
            with trio.move_on_after(RETRY):
                await self._finished.wait()
            return
        self.trouble = ""
        for entry in entries:
            if self._waiting.get(entry.version.number) is entry:
                del self._waiting[entry.version.number]
        self._written.ring()

    async def _in_thread(self, work: Callable[[], T]) -> T:
        return await trio.to_thread.run_sync(work, limiter=self._one)

    # in the thread

    def _insert(self, entries: list[_Entry], facts: dict[str, str]) -> None:
        try:
            with self._base:
                for entry in entries:
                    row = _row(entry.version)
                    self._base.execute("insert or replace into versions values (?, ?, ?, ?, ?, ?, ?, ?, ?)", row)
                    self._album.put(entry.version.number, entry.picture)
                self._base.executemany("insert or replace into facts values (?, ?)", facts.items())
                if entries:
                    self._album.drop(MOST_PICTURES, self._current())
        except BaseException:
            self._album.forget()
            raise

    def _current(self) -> int:
        found = self._base.execute("select value from facts where name = 'current'").fetchone()
        return int(found[0]) if found else 0


def _lock(folder: Path) -> IO[bytes]:
    """One rio for one folder: a lock that ends with its process."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    file = (folder / "lock").open("ab")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        file.close()
        raise OSError(f"--state {folder}: it is in use by another rio") from None
    return file


def _row(version: Version) -> tuple[object, ...]:
    return (
        version.number,
        version.parent,
        version.time,
        version.author,
        version.label,
        json.dumps(version.statements),
        version.is_edit,
        version.starts_over,
        json.dumps(version.restores),
    )


class _Row(msgspec.Struct, array_like=True):
    """A row of `versions`, as it was read."""

    number: int
    parent: int | None
    time: Annotated[float, msgspec.Meta(ge=0, le=LATEST)]
    author: str
    label: str
    statements: str
    is_edit: bool
    starts_over: bool
    restores: str


def _version(row: tuple[Any, ...]) -> Version:
    """A version without its picture; a MsgspecError if somebody has put something else there."""
    found = msgspec.convert(row, _Row, strict=False)
    return Version(
        found.number,
        found.parent,
        found.time,
        found.author,
        found.label,
        msgspec.json.decode(found.statements, type=tuple[str, ...]),
        found.is_edit,
        found.starts_over,
        msgspec.json.decode(found.restores, type=dict[str, int]),
    )
