"""Versions as plain values, and the archive that keeps them on disk."""

import sqlite3
from pathlib import Path

import pytest
import trio

from ninep import FileError
from rio.scene.graph import Graph, scene_of
from rio.versions.archive import Archive
from rio.versions.history import copy_of
from rio.versions.timeline import IN_MEMORY, Version, Versions
from rio.wire import Put


def a_graph(*names: str) -> Graph:
    return scene_of(Put(2 + 2 * n, "box", name, {"color": "red"}) for n, name in enumerate(names))


def begun() -> Versions:
    return Versions([Version(0, None, 0.0, "rio", "empty", starts_over=True)], 0)


def add(versions: Versions, label: str) -> Version:
    return versions.add("parse", label, a_graph(label).snapshot(), statements=(f"{label}()",))


def test_undo_and_redo_walk_the_same_way() -> None:
    """Undo goes to the parent, redo back to the child that was left."""
    versions = begun()
    one, two = add(versions, "one"), add(versions, "two")
    assert versions.before() is one
    versions.go(one)
    assert versions.after() is two
    versions.go(two)
    with pytest.raises(FileError, match="nothing to redo"):
        versions.after()


def test_numbers_are_never_used_twice() -> None:
    """What is made after an undo gets a new number; what was undone can still be gone to."""
    versions = begun()
    add(versions, "one")
    undone = add(versions, "two")
    versions.go(versions[1])
    three = add(versions, "three")
    assert (three.number, three.parent) == (3, 1)
    assert versions[2] is undone
    versions.go(undone)
    assert [version.label for version in versions.path()] == ["empty", "one", "two"]


def test_the_first_version_cannot_be_undone() -> None:
    versions = begun()
    with pytest.raises(FileError, match="nothing to undo"):
        versions.before()


def test_a_version_that_does_not_exist_is_refused_with_those_that_do() -> None:
    versions = begun()
    add(versions, "one")
    with pytest.raises(FileError, match="no version 9; there are 0 to 1"):
        versions[9]


def test_the_table_shows_where_we_are() -> None:
    """A line each: number, time, author, label; a star at the current one."""
    versions = begun()
    add(versions, "one")
    add(versions, "two")
    versions.go(versions[1])
    lines = [line.split("\t") for line in versions.table().splitlines()]
    assert [(line[0], line[2], line[3], line[4:]) for line in lines] == [
        ("0", "rio", "empty", []),
        ("1", "parse", "one", ["*"]),
        ("2", "parse", "two", []),
    ]


def test_edits_have_the_variables_of_what_they_were_made_on() -> None:
    """Only a program changes variables: the checkpoint before some edits serves for all of them."""
    versions = begun()
    add(versions, "program")
    for label in ("a", "b"):
        versions.add("nodes", label, a_graph().snapshot(), is_edit=True)
    assert list(versions.same_variables(3)) == [3, 2, 1]
    assert list(versions.same_variables(1)) == [1]


def test_a_clear_begins_another_scene() -> None:
    """Nothing from before it is in the source of the scene, but undo still goes back."""
    versions = begun()
    add(versions, "old")
    versions.add("ctl", "clear", a_graph().snapshot(), starts_over=True)
    add(versions, "new")
    assert [version.label for version in versions.path()] == ["clear", "new"]
    assert versions.before().label == "clear"


def test_only_the_newest_pictures_stay_in_memory() -> None:
    """The others are the archive's; the current one always stays."""
    versions = begun()
    for number in range(IN_MEMORY + 5):
        add(versions, f"n{number}")
    held = [number for number in range(len(versions)) if versions[number].picture is not None]
    assert len(held) == IN_MEMORY
    assert versions.current.number in held


async def kept(folder: Path, *labels: str) -> Versions:
    archive = Archive(folder)
    known, current, _ = archive.load()
    versions = Versions(known or [Version(0, None, 0.0, "rio", "empty", starts_over=True)], current)
    async with trio.open_nursery() as nursery:
        nursery.start_soon(archive.run)
        for version in [versions.current, *(add(versions, label) for label in labels)]:
            archive.keep(version, version.picture or a_graph().snapshot())
            archive.point(version.number)
        archive.finish()
    return versions


async def test_versions_survive_a_restart(tmp_path: Path) -> None:
    """Number, label, author, source, the way back, and the picture of the current one."""
    before = await kept(tmp_path, "one", "two")
    after = await kept(tmp_path)
    assert after.table() == before.table()
    assert after.current.picture
    assert copy_of(after.current.picture) == a_graph("two")
    assert after.current.statements == ("two()",)
    assert after.current.is_bare


async def test_an_older_picture_is_read_when_it_is_asked_for(tmp_path: Path) -> None:
    await kept(tmp_path, "one", "two")
    archive = Archive(tmp_path)
    picture = await archive.picture(1)
    assert picture
    assert copy_of(picture) == a_graph("one")
    assert await archive.picture(7) is None
    archive.close()


async def test_who_makes_the_next_version_can_wait_for_the_last(tmp_path: Path) -> None:
    """So that a crash loses one version at most."""
    archive, versions = Archive(tmp_path), begun()
    async with trio.open_nursery() as nursery:
        nursery.start_soon(archive.run)
        version = add(versions, "one")
        assert version.picture
        assert archive.behind() is None
        archive.keep(version, version.picture)
        waiting = archive.behind()
        assert waiting
        await waiting
        other = sqlite3.connect(tmp_path / "versions.db")
        assert other.execute("select label from versions").fetchall() == [("one",)]
        other.close()
        archive.finish()


async def test_a_disk_that_cannot_be_written_holds_up_nobody(tmp_path: Path) -> None:
    """It is said, tried again, and nothing is lost once it can."""
    archive, versions = Archive(tmp_path), begun()
    other = sqlite3.connect(tmp_path / "versions.db")
    other.execute("begin exclusive")
    async with trio.open_nursery() as nursery:
        nursery.start_soon(archive.run)
        for label in ("one", "two"):
            version = add(versions, label)
            assert version.picture
            archive.keep(version, version.picture)
        waiting = archive.behind()
        assert waiting
        await waiting
        assert archive.trouble == "versions are not kept on disk: database is locked"
        assert archive.behind() is None
        other.rollback()
        while archive.trouble:
            await trio.sleep(0.01)
        archive.finish()
    assert other.execute("select label from versions").fetchall() == [("one",), ("two",)]
    other.close()


async def test_a_second_rio_with_the_same_state_is_refused(tmp_path: Path) -> None:
    archive = Archive(tmp_path)
    with pytest.raises(OSError, match="in use by another rio"):
        Archive(tmp_path)
    archive.close()
