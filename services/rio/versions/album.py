"""Pictures in a database, each piece of them once.

A picture is a list of pieces by their numbers. A version beside an image of eight megabytes therefore costs what has
changed, not the image; one of ten thousand nodes costs the crowd in which one was changed. What the last picture was
made of is remembered, so that what has not changed is not even looked at. Called in one thread; knows no versions.
"""

import json
import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any

import numpy as np
from isal import isal_zlib
from isal.igzip_lib import IsalError

from rio.scene.graph import Node, Snapshot
from rio.versions.pictures import crowds, heavy, joined, piece_of_crowd, piece_of_parents, piece_of_value, rows_of
from rio.wire import Array, ProtocolError

TABLES = """
create table if not exists pieces (id integer primary key, hash blob not null unique, body blob not null);
create table if not exists scenes (number integer primary key, pieces blob not null);
"""

MOST_BYTES = 1 << 30
"""Of all pictures; beyond it the oldest are dropped, as beyond a number of them."""

_DAMAGED: tuple[Any, ...] = (IsalError, KeyError, ValueError, TypeError, ProtocolError)  # the first has no type

SWEEP = 500  # pictures that were dropped, after which their pieces are looked for


@dataclass(frozen=True, slots=True)
class _Crowd:
    """The nodes and numbers of a crowd as they were last written, and their pieces: themselves, and their parents."""

    nodes: list[Node]
    rows: dict[str, Array]
    itself: int
    parents: int | None

    def is_as(self, nodes: Sequence[Node], rows: dict[str, Array]) -> bool:
        """Certainly the same."""
        if len(nodes) != len(self.nodes) or any(one is not other for one, other in zip(nodes, self.nodes, strict=True)):
            return False
        return all(np.array_equal(values, self.rows[prop]) for prop, values in rows.items())


class Album:
    """The tables `pieces` and `scenes` of a database. All calls but the first belong into a transaction."""

    def __init__(self, base: sqlite3.Connection, most_bytes: int = MOST_BYTES) -> None:
        self._base, self._most_bytes = base, most_bytes
        self._crowds: dict[int, _Crowd] = {}  # by their first node
        self._values: dict[tuple[int, str], tuple[Array, int]] = {}
        self._dropped = 0  # pictures, since the last sweep

    def forget(self) -> None:
        """What was written is not there: a transaction has failed."""
        self._crowds, self._values = {}, {}

    def put(self, number: int, picture: Snapshot) -> None:
        """Keep a picture under a number."""
        before, self._crowds = self._crowds, {}
        values, self._values = self._values, {}
        for nodes in crowds(picture):
            self._crowds[nodes[0].id] = self._crowd(before.get(nodes[0].id), nodes, rows_of(picture, nodes))
            self._keep_values(nodes, values)
        last = [crowd.parents for crowd in self._crowds.values() if crowd.parents]
        ids = [*(crowd.itself for crowd in self._crowds.values()), *(id for _, id in self._values.values()), *last]
        row = (number, np.array(ids, np.uint32).tobytes())
        self._base.execute("insert or replace into scenes values (?, ?)", row)

    def _crowd(self, before: _Crowd | None, nodes: list[Node], rows: dict[str, Array]) -> _Crowd:
        if before and before.is_as(nodes, rows):
            return before
        parents = piece_of_parents(nodes)
        return _Crowd(nodes, rows, self._piece(piece_of_crowd(nodes, rows)), self._piece(parents) if parents else None)

    def _keep_values(self, nodes: Sequence[Node], before: dict[tuple[int, str], tuple[Array, int]]) -> None:
        for node in nodes:
            for prop, value in heavy(node):
                known, id = before.get((node.id, prop), (None, 0))
                if known is not value:
                    id = self._piece(piece_of_value(node.id, prop, value))
                self._values[node.id, prop] = value, id

    def _piece(self, body: bytes) -> int:
        """The number of a piece, which is there already or written now."""
        name = blake2b(body, digest_size=16).digest()
        found = self._base.execute("select id from pieces where hash = ?", (name,)).fetchone()
        if found:
            return int(found[0])
        packed = isal_zlib.compress(body, 1)
        return int(self._base.execute("insert into pieces (hash, body) values (?, ?)", (name, packed)).lastrowid or 0)

    def picture(self, number: int) -> Snapshot | None:
        """The picture of that number, if it is there. ValueError if it cannot be read."""
        found = self._base.execute("select pieces from scenes where number = ?", (number,)).fetchone()
        if found is None:
            return None
        if len(found[0]) % 4:
            raise ValueError(f"the picture of version {number} is damaged: it is cut off")
        try:
            return joined(map(isal_zlib.decompress, self._bodies(_numbers(found[0]))))
        except _DAMAGED as error:
            what = str(error) or "it cannot be unpacked"
            raise ValueError(f"the picture of version {number} is damaged: {what}") from None

    def _bodies(self, ids: list[int]) -> Iterator[bytes]:
        query = "select id, body from pieces where id in (select value from json_each(?))"
        rows = dict(self._base.execute(query, (json.dumps(ids),)))
        if missing := next((id for id in ids if id not in rows), None):
            raise ValueError(f"piece {missing} is not there")
        yield from (rows[id] for id in ids)

    # room

    def drop(self, most: int, current: int) -> None:
        """Let go of pictures that are so many numbers old, and of the oldest if all take too much room; of the current
        one never.
        """
        newest = self._base.execute("select max(number) from scenes").fetchone()[0] or 0
        self._drop_to(newest - most, current)
        if is_full := self._size() > self._most_bytes:
            numbers = [number for (number,) in self._base.execute("select number from scenes order by number")]
            self._drop_to(numbers[len(numbers) // 4], current)
        if is_full or self._dropped >= SWEEP:
            self.sweep()

    def _drop_to(self, number: int, current: int) -> None:
        gone = self._base.execute("delete from scenes where number <= ? and number != ?", (number, current))
        self._dropped += gone.rowcount

    def _size(self) -> int:
        """Bytes in use."""
        pages, free, size = (
            self._base.execute(f"pragma {what}").fetchone()[0] for what in ("page_count", "freelist_count", "page_size")
        )
        return int((pages - free) * size)

    def sweep(self) -> None:
        """Forget the pieces of which no picture is made any more."""
        used = set[int]()
        for (pieces,) in self._base.execute("select pieces from scenes"):
            used.update(_numbers(pieces))
        gone = [(id,) for (id,) in self._base.execute("select id from pieces").fetchall() if id not in used]
        self._base.executemany("delete from pieces where id = ?", gone)
        self._dropped = 0

    def take_over(self) -> None:
        """Pictures as rio once kept them, each whole in the table `pictures`, are pictures of one piece."""
        if self._base.execute("select name from sqlite_master where name = 'pictures'").fetchone() is None:
            return
        for number, body in self._base.execute("select number, body from pictures"):
            name = blake2b(body, digest_size=16).digest()
            self._base.execute("insert or ignore into pieces (hash, body) values (?, ?)", (name, body))
            id = self._base.execute("select id from pieces where hash = ?", (name,)).fetchone()[0]
            self._base.execute("insert or ignore into scenes values (?, ?)", (number, np.uint32(id).tobytes()))
        self._base.execute("drop table pictures")


def _numbers(pieces: bytes) -> list[int]:
    """The pieces of a picture. What somebody has cut off is left to whoever misses it."""
    numbers: list[int] = np.frombuffer(pieces, np.uint32, len(pieces) // 4).tolist()
    return numbers
