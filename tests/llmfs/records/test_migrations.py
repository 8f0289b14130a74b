"""Databases of earlier days, made by hand, open as if they had been written today."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from tests.llmfs.scripted import ended, open_world, read_turn

from llmfs.accounts import usage
from llmfs.records.database import open_database
from llmfs.records.rows import MIGRATIONS
from ninep import FileError

WHAT_VERSION_1_HELD = """
INSERT INTO settings VALUES ('default', 'scripted two');
INSERT INTO machines VALUES ('A', '/A/scene');
INSERT INTO agents VALUES (3, 'ada', '{"provider":"scripted","model":"one","temperature":0.5}', 'Be brief.',
    '[{"role":"user","text":"before"},{"role":"assistant","text":"all turns"}]');
INSERT INTO contexts VALUES (3, 'A', 'a red cube');
INSERT INTO turns VALUES (3, 1, 'done', 1, 1700000000.5, 'scripted', 'one', 10, 20, 3, 4);
INSERT INTO turns VALUES (3, 2, 'running', 1, 1700000001.5, 'scripted', 'one', 7, 1, 0, 0);
INSERT INTO turns VALUES (3, 3, 'waiting', 1, 1700000002.5, '', '', 0, 0, 0, 0);
INSERT INTO tapes VALUES (3, 1, 'input', 5, 0), (3, 1, 'output', 11, 1), (3, 1, 'A', 6, 0);
INSERT INTO tapes VALUES (3, 2, 'input', 3, 0), (3, 2, 'output', NULL, 0), (3, 2, 'A', NULL, 0);
INSERT INTO tapes VALUES (3, 3, 'input', 5, 0), (3, 3, 'output', NULL, 0), (3, 3, 'A', NULL, 0);
INSERT INTO texts VALUES (3, 1, 'input', 0, CAST('first' AS BLOB));
INSERT INTO texts VALUES (3, 1, 'output', 0, CAST('hello ' AS BLOB)), (3, 1, 'output', 6, CAST('world' AS BLOB));
INSERT INTO texts VALUES (3, 1, 'A', 0, CAST('box()' || char(10) AS BLOB));
INSERT INTO texts VALUES (3, 2, 'input', 0, CAST('cut' AS BLOB)), (3, 2, 'output', 0, CAST('so far' AS BLOB));
INSERT INTO texts VALUES (3, 3, 'input', 0, CAST('third' AS BLOB));
INSERT INTO errors VALUES (3, 8, 1700000001.0, 'turn 1: it was slow');
"""


def made_by_hand(directory: Path, version: int) -> None:
    """A database of this version, as the llmfs of its day left it when it was killed."""
    with closing(sqlite3.connect(directory / "llmfs.sqlite")) as database:
        database.executescript(MIGRATIONS[0] + WHAT_VERSION_1_HELD)
        for migration in MIGRATIONS[1:version]:
            database.executescript(migration)
        database.execute(f"PRAGMA user_version = {version}")
        database.commit()


@pytest.mark.parametrize("version", range(1, len(MIGRATIONS) + 1))
async def test_a_database_of_any_version_opens(tmp_path: Path, version: int) -> None:
    """Everything in it is there: agents, settings, what was said and cut, what was read, and what waits runs."""
    made_by_hand(tmp_path, version)
    async with open_world(tmp_path) as world:
        ada = world.agent()
        assert await ended(ada, 3) == "done"
        assert (ada.settings.model, ada.settings.temperature, ada.system) == ("one", 0.5, "Be brief.")
        assert world.offers.default.model == "two"
        assert world.fleet.sites.paths == {"A": "/A/scene"}
        assert ada.machines["A"].context == "a red cube"
        said = [message.text for message in await ada.history.messages()]
        assert said == ["before", "all turns", "first", "hello world", "cut", "so far", "third", "third"]
        assert ada.turns["2"].state == "truncated: llmfs was restarted"
        assert await ada.turns["1"].blocks["A"].text() == "box()\n"
        assert ada.turns["1"].answer.was_read
        assert await read_turn(ada.output.open()) == "third"
        assert "turn 1: it was slow\n" in ada.errors.text()
        total = usage.of_all(world.fleet.ledger, world.fleet.agents, world.fleet.prices).splitlines()[0]
        assert total == "total turns 3 input 17 output 21 cache_read 3 cache_write 4"  # each turn once
        world.fleet.new("bob")
    async with open_world(tmp_path) as world:
        assert list(world.fleet.agents) == ["ada", "bob"]
        assert world.agent("ada").turns["2"].state == "truncated: llmfs was restarted"
    with closing(sqlite3.connect(tmp_path / "llmfs.sqlite")) as database:
        assert database.execute("PRAGMA user_version").fetchone() == (len(MIGRATIONS),)
        assert database.execute("PRAGMA integrity_check").fetchall() == [("ok",)]


def test_a_migration_happens_whole_or_not_at_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One that fails in its middle leaves the database at the version that it had."""
    made_by_hand(tmp_path, 1)
    broken = ("CREATE TABLE half (a INTEGER) STRICT; INSERT INTO nowhere VALUES (1);",)
    monkeypatch.setattr("llmfs.records.database.MIGRATIONS", MIGRATIONS[:1] + broken)
    with pytest.raises(FileError, match="no such table: nowhere"):
        open_database(tmp_path / "llmfs.sqlite")
    with closing(sqlite3.connect(tmp_path / "llmfs.sqlite")) as database:
        assert database.execute("PRAGMA user_version").fetchone() == (1,)
        assert database.execute("SELECT count(*) FROM sqlite_master WHERE name = 'half'").fetchone() == (0,)
