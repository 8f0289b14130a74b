"""Pictures on disk: what comes back is what was kept, and what has not changed is not kept again."""

import sqlite3
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest
from isal import isal_zlib

from rio.scene.graph import Graph, Snapshot
from rio.versions import album
from rio.versions.album import Album
from rio.versions.archive import Archive
from rio.versions.history import copy_of
from rio.versions.pictures import frames
from rio.wire import Put, Remove, Set, fill


class Kept:
    """An album in memory, and the graph that is kept in it."""

    def __init__(self, nodes: int = 1000) -> None:
        self.base = sqlite3.connect(":memory:")
        self.base.executescript(album.TABLES)
        self.album = Album(self.base)
        self.graph = Graph()
        for number in range(nodes):
            self.graph.apply(Put(2 + 2 * number, "box", f"n{number}", {"at": (number, 0, 0)}))
        self.numbers = 0

    def keep(self) -> int:
        """Keep the graph as it is; how many pieces that took."""
        self.numbers += 1
        before = self.pieces
        self.album.put(self.numbers, self.graph.snapshot())
        return self.pieces - before

    def comes_back(self, number: int) -> Graph:
        """The picture of that number, as a graph."""
        picture = self.album.picture(number)
        assert picture is not None
        return copy_of(picture)

    @property
    def pieces(self) -> int:
        """How many there are."""
        return int(self.base.execute("select count(*) from pieces").fetchone()[0])


def cloud(count: int) -> np.ndarray[tuple[int, int], np.dtype[np.float64]]:
    """Places, drawn by chance: nothing compresses them."""
    return np.random.default_rng(1).normal(0, 1, (count, 3))


def test_a_picture_comes_back_as_it_was() -> None:
    """Order, names, numbers, parents and large values; also one whose parent was made after it."""
    kept = Kept(300)
    kept.graph.apply(Put(7, "group", "late", {}))
    kept.graph.apply(Set(4, "parent", 7))
    kept.graph.apply(Put(9, "points", "cloud", {"points": cloud(1000), "parent": 7, "tags": "a b"}))
    kept.graph.apply(Put(11, "text", "words", {"text": "zwölf"}))
    kept.keep()
    again = kept.comes_back(1)
    assert again == kept.graph
    assert list(again.nodes) == list(kept.graph.nodes)
    assert kept.album.picture(2) is None


def test_an_empty_picture_is_one_too() -> None:
    kept = Kept(0)
    kept.keep()
    assert kept.comes_back(1) == Graph()


def test_what_has_not_changed_is_not_kept_again() -> None:
    """A change of one node costs one piece; one that comes, goes, or is given another parent, no more than three."""
    kept = Kept()
    kept.keep()
    assert kept.keep() == 0
    kept.graph.apply(Set(400, "color", "red"))
    assert kept.keep() == 1
    kept.graph.apply(Remove(2))
    assert kept.keep() == 1
    kept.graph.apply(Put(5001, "group", "late", {}))
    assert kept.keep() == 1
    kept.graph.apply(Set(800, "parent", 5001))
    assert kept.keep() <= 3
    kept.graph.apply(fill("at", [600], (0, 0, 5)))
    assert kept.keep() == 1
    assert kept.comes_back(kept.numbers) == kept.graph


def test_what_was_once_so_is_not_kept_again_when_it_is_so_again() -> None:
    """As after an undo: another graph, restored from the disk."""
    kept = Kept()
    kept.keep()
    first = kept.comes_back(1)
    kept.graph.apply(Set(400, "color", "red"))
    kept.keep()
    kept.graph = first
    assert kept.keep() == 0


def test_two_hundred_edits_beside_eight_megabytes_cost_the_edits() -> None:
    kept = Kept(20)
    kept.graph.apply(Put(101, "points", "cloud", {"points": cloud(666_000)}))
    kept.keep()
    for number in range(200):
        kept.graph.apply(Set(4, "color", (number / 200, 0, 0, 1)))
        kept.graph.apply(Set(101, "size", 1 + number))
        kept.keep()
    (size,) = kept.base.execute("select sum(length(body)) from pieces").fetchone()
    assert size < 9_000_000
    assert kept.comes_back(201) == kept.graph
    assert kept.comes_back(2).columns["size"][101, 0] == 1


def test_a_transaction_that_failed_leaves_nothing_to_rely_on(tmp_path: Path) -> None:
    """The numbers of pieces that were taken back belong to others soon."""
    kept = Kept(10)
    kept.base.commit()
    kept.keep()
    kept.base.rollback()
    kept.album.forget()
    other = Graph()
    other.apply(Put(2, "box", "other", {}))
    kept.album.put(1, other.snapshot())
    kept.keep()
    assert kept.comes_back(kept.numbers) == kept.graph


# room


def test_the_oldest_pictures_go_and_with_them_what_only_they_were_made_of(monkeypatch: pytest.MonkeyPatch) -> None:
    """The current one stays, however old it is."""
    monkeypatch.setattr(album, "SWEEP", 1)
    kept = Kept(10)
    for number in range(10):
        kept.graph.apply(Set(2, "color", (number / 10, 0, 0, 1)))
        kept.keep()
    kept.album.drop(3, current=2)
    there = [number for number in range(12) if kept.album.picture(number)]
    assert there == [2, 8, 9, 10]
    assert kept.pieces == 4
    kept.graph.apply(Set(2, "color", "red"))
    kept.keep()
    assert kept.comes_back(kept.numbers) == kept.graph


def test_pictures_that_take_too_much_room_go_earlier() -> None:
    kept = Kept(1)
    kept.album = Album(kept.base, most_bytes=2_000_000)
    for number in range(40):
        kept.graph.apply(Put(101, "points", "cloud", {"points": cloud(20_000) + number}))
        kept.keep()
        kept.album.drop(1000, current=number + 1)
    assert kept.album._size() < 2_500_000
    assert kept.comes_back(40) == kept.graph
    assert kept.album.picture(1) is None


# what others left


def as_it_was(folder: Path, picture: Snapshot) -> None:
    """A file as the first release of rio wrote it."""
    with closing(sqlite3.connect(folder / "versions.db")) as base, base:
        base.executescript(
            "create table versions (number integer primary key, parent integer, time real not null, author text not "
            "null, label text not null, statements text not null, is_edit integer not null, starts_over integer not "
            "null, restores text not null); create table pictures (number integer primary key, body blob not null); "
            "create table facts (name text primary key, value text not null);"
        )
        base.execute("insert into versions values (0, null, 5.0, 'rio', 'empty', '[]', 0, 1, '{}')")
        base.execute("insert into versions values (1, 0, 6.0, 'parse', 'box', '[\"box()\"]', 0, 0, '{}')")
        body = isal_zlib.compress(b"".join(frames(picture, 500)), 1)
        base.execute("insert into pictures values (1, ?)", (body,))
        base.execute("insert into facts values ('current', '1')")


def test_the_pictures_of_an_earlier_release_are_taken_over(tmp_path: Path) -> None:
    graph = Kept(700).graph
    as_it_was(tmp_path, graph.snapshot())
    for _ in range(2):
        archive = Archive(tmp_path)
        versions, current, _ = archive.load()
        archive.close()
        assert ([version.label for version in versions], current) == (["empty", "box"], 1)
        assert versions[1].picture
        assert copy_of(versions[1].picture) == graph


@pytest.mark.parametrize(
    ("damage", "why"),
    [
        ("update versions set parent = 1", "version 0 comes from one that is not there"),
        ("update versions set parent = 7 where number = 1", "version 1 comes from one that is not there"),
        ("""update versions set restores = '{"a": 9}' where number = 1""", "comes from one that is not there"),
        ("update facts set value = '9'", "the current version, 9, is not there"),
        ("update facts set value = 'x'", "invalid literal"),
        ("update versions set statements = '[1]'", "Expected `str`"),
        ("update versions set statements = '['", "Input data was truncated"),
        ("update versions set time = 'noon'", "Expected `float`"),
        ("update versions set time = 1e300", "Expected `float`"),
        ("update versions set label = x'ff'", "Expected `str`"),
        ("update pieces set body = x'00'", "the picture of version 1 is damaged"),
        ("update scenes set pieces = x'00'", "the picture of version 1 is damaged"),
        ("delete from pieces", "the picture of version 1 is damaged"),
        ("drop table facts; create table facts (n)", "no such column"),
        ("drop table pieces; create table pieces (n)", "no such column|no column"),
        ("insert into facts values ('view', '[1]')", "Expected `object`"),
        ("pragma user_version = 99", "it was written by a newer rio"),
    ],
)
def test_a_file_that_somebody_edited_is_refused_in_words(tmp_path: Path, damage: str, why: str) -> None:
    as_it_was(tmp_path, Kept(3).graph.snapshot())
    Archive(tmp_path).close()
    with closing(sqlite3.connect(tmp_path / "versions.db")) as base:
        base.executescript(damage)
    with pytest.raises(OSError, match=rf"versions.db cannot be used: .*({why})"):
        Archive(tmp_path).load()


def test_a_file_that_is_none_is_refused_in_words(tmp_path: Path) -> None:
    """And its lock is let go."""
    (tmp_path / "versions.db").write_bytes(b"what is this? " * 1000)
    for _ in range(2):
        with pytest.raises(OSError, match="file is not a database; move it away to begin anew"):
            Archive(tmp_path)
