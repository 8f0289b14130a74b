import os
import signal
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
import trio
from tests.llmfs.scripted import ended, open_world

from llmfs.records import store as store_module
from llmfs.records.rows import AgentRow, ContextRow, MachineRow, Setting, TapeRow, TextKey, TurnRow
from llmfs.records.store import StoredTape, open_store
from llmfs.turns.tape import Tape
from ninep import FileError

ADA = AgentRow(1, "ada", "{}", "be brief", "[]")
TURN = TurnRow(1, 1, "running", True, 1.5, "", "", 0, 0, 0, 0)
KEY = TextKey(1, 1, "output")


async def test_rows_come_back(tmp_path: Path) -> None:
    """What was put is there after a restart, in its newest form; what was dropped is not."""
    async with open_store(tmp_path) as store:
        store.put(ADA)
        store.put(MachineRow("A", "/A/scene"))
        store.put(TURN)
        store.put(TurnRow(1, 1, "done", True, 1.5, "sketch", "sketch", 3, 4, 0, 0))
        store.put(Setting("default", "sketch"))
        await store.settle()
        store.drop(MachineRow("A", ""))
    async with open_store(tmp_path) as store:
        assert store.rows(AgentRow) == [ADA]
        assert store.rows(TurnRow) == [TurnRow(1, 1, "done", True, 1.5, "sketch", "sketch", 3, 4, 0, 0)]
        assert store.rows(TurnRow)[0].is_kept is True
        assert store.rows(Setting) == [Setting("default", "sketch")]
        assert store.rows(MachineRow) == []


async def test_settling_waits_for_nothing_that_comes_later(tmp_path: Path) -> None:
    """However busy the agents are, what was put before is soon written, and is known to be."""
    async with open_store(tmp_path) as store, trio.open_nursery() as nursery:

        async def chatter() -> None:
            number = 1
            while True:
                store.put(TurnRow(1, number := number + 1, "done", True, 1.5, "", "", 0, 0, 0, 0))
                await trio.lowlevel.checkpoint()

        nursery.start_soon(chatter)
        store.put(ADA)
        with trio.fail_after(20):
            await store.settle()
        assert store.rows(AgentRow) == [ADA]
        nursery.cancel_scope.cancel()


async def test_a_text_is_kept_as_it_grows(tmp_path: Path) -> None:
    """Any part of a text reads back, however it was cut into batches."""
    async with open_store(tmp_path) as store:
        store.put(ADA)
        at = 0
        for data in (b"one ", b"two ", b"three"):
            store.append(KEY, at, data)
            at += len(data)
            await store.settle()
            assert store.has(KEY)
        assert await store.text(KEY, 0, 99) == b"one two three"
        assert await store.text(KEY, 2, 4) == b"e tw"
        assert await store.text(KEY, 13, 99) == b""
        assert await store.text(TextKey(1, 2, "output"), 0, 9) == b""


async def test_forgetting_an_agent_leaves_nothing(tmp_path: Path) -> None:
    """A removed agent is gone from every table, and late news of it is not kept."""
    async with open_store(tmp_path) as store:
        for row in (ADA, TURN, ContextRow(1, "A", "text"), TapeRow(1, 1, "output", 3, False)):
            store.put(row)
        store.append(KEY, 0, b"abc")
        await store.settle()
        store.forget(1)
        store.put(TURN)
        store.append(KEY, 3, b"late")
    async with open_store(tmp_path) as store:
        assert [store.rows(kind) for kind in (AgentRow, TurnRow, ContextRow, TapeRow)] == [[], [], [], []]
        assert await store.text(KEY, 0, 9) == b""


async def test_a_directory_has_one_user(tmp_path: Path) -> None:
    """A second llmfs on the same state is refused in words."""
    async with open_store(tmp_path):
        with pytest.raises(FileError, match="in use by another llmfs"):
            async with open_store(tmp_path):
                pass
    async with open_store(tmp_path):
        pass


async def test_what_is_no_database_is_refused(tmp_path: Path) -> None:
    """A damaged or foreign file is not overwritten."""
    (tmp_path / "llmfs.sqlite").write_bytes(b"not a database" * 100)
    with pytest.raises(FileError, match=r"cannot use .*llmfs.sqlite: file is not a database"):
        async with open_store(tmp_path):
            pass


async def test_a_newer_database_is_refused(tmp_path: Path) -> None:
    """An old llmfs does not touch what it does not understand."""
    with sqlite3.connect(tmp_path / "llmfs.sqlite") as connection:
        connection.execute("PRAGMA user_version = 99")
    connection.close()
    with pytest.raises(FileError, match="version 99, written by a newer llmfs"):
        async with open_store(tmp_path):
            pass


async def test_a_failing_disk_refuses_and_recovers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """While nothing can be written it says so; once it can, everything that waited is written."""
    monkeypatch.setattr(store_module, "RETRY", 0.01)
    async with open_store(tmp_path) as store:
        locker = sqlite3.connect(tmp_path / "llmfs.sqlite", isolation_level=None)
        store._writing.execute("PRAGMA busy_timeout = 0")
        locker.execute("BEGIN IMMEDIATE")
        store.put(ADA)
        with pytest.raises(FileError, match=r"cannot store in .*: database is locked"):
            await store.settle()
        with pytest.raises(FileError, match="database is locked"):
            store.check()
        locker.execute("ROLLBACK")
        locker.close()
        with trio.fail_after(5):
            await store.settle()
        store.check()
        assert store.rows(AgentRow) == [ADA]


async def test_a_full_disk_is_told_at_the_prompt(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """While it is full no prompt is taken and no agent made: neither could be kept. Answers in flight stay whole."""
    monkeypatch.setattr(store_module, "RETRY", 0.01)
    async with open_world(tmp_path) as world:
        ada, disk = world.agent(), world.store._writing
        await world.store.settle()
        (pages,) = disk.execute("PRAGMA page_count").fetchone()
        disk.execute(f"PRAGMA max_page_count = {pages}")
        ada.ask("much " * 100_000)
        assert await ended(ada) == "done"
        with pytest.raises(FileError, match="database or disk is full"):
            await world.store.settle()
        with pytest.raises(FileError, match=r"llmfs cannot store in .*: database or disk is full"):
            ada.ask("more")
        with pytest.raises(FileError, match="database or disk is full"):
            await world.fleet.kept(world.fleet.new)("bob")
        assert list(world.fleet.agents) == ["ada"]
        disk.execute("PRAGMA max_page_count = 1000000")
        with trio.fail_after(5):
            await world.store.settle()
        ada.ask("more")
        assert await ended(ada, 2) == "done"
    async with open_world(tmp_path) as world:
        assert len(await world.agent().turns["1"].answer.text()) == len("much " * 100_000) - 1


async def test_who_generates_too_fast_waits(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Text beyond the bound makes its source wait until some is written; nothing is dropped."""
    monkeypatch.setattr(store_module, "LIMIT", 10)
    async with open_store(tmp_path) as store:
        store.put(ADA)
        store.append(KEY, 0, b"more than ten")
        before = store.is_full
        with trio.fail_after(5):
            await store.room()
        assert (before, store.is_full) == (True, False)
        assert await store.text(KEY, 0, 99) == b"more than ten"


async def test_a_tape_rests_in_the_store(tmp_path: Path) -> None:
    """A tape that has left memory reads from the file."""
    async with open_store(tmp_path) as store:
        store.put(ADA)
        tape = Tape(StoredTape(store, KEY))
        tape.append("grün")
        tape.end()
        tape.rest()
        assert await tape.text() == "grün"
        await store.settle()
        tape.rest()
        assert await tape.text() == "grün"
        assert store.rows(TapeRow) == [TapeRow(1, 1, "output", 5, False)]


GROWS = """
import sys, trio
from pathlib import Path
from llmfs.records.rows import AgentRow, TapeRow, TextKey, TurnRow
from llmfs.records.store import open_store

async def main():
    async with open_store(Path(sys.argv[1])) as store:
        store.put(AgentRow(1, "ada", "{}", "", "[]"))
        store.put(TurnRow(1, 1, "running", True, 0.0, "", "", 0, 0, 0, 0))
        store.put(TapeRow(1, 1, "output", None, False))
        for number in range(1_000_000):
            store.append(TextKey(1, 1, "output"), number * 8, b"%07d\\n" % number)
            if number == 2000:
                print("growing", flush=True)
            await trio.sleep(0.0001)

trio.run(main)
"""


def kill_while_it_writes(directory: Path) -> None:
    with subprocess.Popen([sys.executable, "-c", GROWS, directory], stdout=subprocess.PIPE) as process:
        assert process.stdout
        assert process.stdout.readline() == b"growing\n"
        os.kill(process.pid, signal.SIGKILL)


async def test_a_killed_process_leaves_a_whole_prefix(tmp_path: Path) -> None:
    """kill -9 in the middle of a text: what is in the file is a prefix of it, and its size is known."""
    await trio.to_thread.run_sync(kill_while_it_writes, tmp_path)
    async with open_store(tmp_path) as store:
        (tape,) = store.rows(TapeRow)
        assert tape.size is not None and tape.size > 0
        text = await store.text(KEY, 0, tape.size + 1)
        assert text == b"".join(b"%07d\n" % number for number in range(tape.size // 8))


@pytest.mark.parametrize("begins_well", [False, True])
async def test_a_damaged_file_is_told_in_words(tmp_path: Path, begins_well: bool) -> None:
    """Wherever the damage is: at the start, one sentence that names the file, and what to do."""
    path = tmp_path / "llmfs.sqlite"
    async with open_store(tmp_path) as store:
        store.put(ADA)
    data = path.read_bytes()
    path.write_bytes(data[: 4096 * begins_well] + bytes([0xFF]) * (len(data) - 4096 * begins_well))
    with pytest.raises(FileError, match=r"cannot use .*llmfs\.sqlite: .*; move it away to begin anew"):
        async with open_store(tmp_path):
            pass
