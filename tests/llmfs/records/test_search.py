"""Searching what was said."""

import json
from pathlib import Path
from typing import Any

import pytest
import trio
from tests.llmfs.scripted import Scripted, ended, open_world
from tests.llmfs.test_tree import open_files

from llmfs.records import search
from llmfs.records.rows import AgentRow, TurnRow
from llmfs.records.search import Search, parse
from llmfs.records.store import open_store
from ninep import FileError
from ninep.client import Client


async def asked(root: Client, path: str, question: str) -> list[dict[str, Any]]:
    async with root.open(path, "rw") as file:
        await file.write(question.encode())
        said = b"".join([piece async for piece in file])
    return [json.loads(line) for line in said.splitlines()]


async def test_words_find_turns_newest_first(tmp_path: Path) -> None:
    """Of one agent, or of all: turns in which every word stands, in the question or in the answer."""
    model = Scripted()
    async with open_files(tmp_path, model) as (world, root):
        ada, bob = world.agent("ada"), world.agent("bob")
        for agent, prompt, reply in (
            (ada, "Paint a RED cube", "box()"),
            (bob, "red?", "No cube in sight."),
            (ada, "Ärger", "über red tape"),
            (ada, "a cube", "which is blue"),
        ):
            model.play(reply)
            await ended(agent, agent.ask(prompt).number)
            world.store.put(TurnRow(9, 9, "done", True, 0.0, "", "", 0, 0, 0, 0))  # of an agent that is gone
        assert [(hit["agent"], hit["turn"]) for hit in await asked(root, "/search", "red cube")] == [
            ("bob", 1),
            ("bob", 1),
            ("ada", 1),
            ("ada", 1),
        ]
        question, answer = await asked(root, "/ada/search", "red cube\n")
        assert (question["role"], question["content"]) == ("user", "Paint a RED cube")
        assert (answer["role"], answer["content"]) == ("assistant", "box()")
        assert answer["asked"].startswith("20")
        assert [hit["turn"] for hit in await asked(root, "/ada/search", "CUBE")] == [3, 3, 1, 1]
        assert [hit["turn"] for hit in await asked(root, "/ada/search", '"red tape" ÄRGER')] == [2, 2]
        assert await asked(root, "/ada/search", '"tape red"') == []


async def test_what_was_said_just_now_is_found(tmp_path: Path) -> None:
    """An answer that still comes, one that broke off without a word, and messages that no turn holds."""
    model = Scripted()
    async with open_files(tmp_path, model) as (world, root):
        ada = world.agent()
        ada.rewrite_history('{"role":"user","content":"a needle of old"}')
        model.play(RuntimeError("broken"))
        ada.ask("no needle said")
        assert (await ended(ada)).startswith("truncated")
        model.play("a needle at la", trio.Event())
        ada.ask("?")
        await trio.testing.wait_all_tasks_blocked()
        found = await asked(root, "/ada/search", "needle")
        assert [(hit.get("turn"), hit["content"]) for hit in found] == [
            (2, "?"),
            (2, "a needle at la"),
            (1, "no needle said"),
            (None, "a needle of old"),
        ]
        await root.write("/ada/ctl", "cancel")
        world.fleet.remove("ada")
        assert await asked(root, "/search", "needle") == []


async def test_what_is_found_can_be_a_history(tmp_path: Path) -> None:
    """The lines are those that `history` takes."""
    async with open_files(tmp_path) as (world, root):
        ada = world.agent()
        ada.ask("remember me")
        await ended(ada)
        async with root.open("/ada/search", "rw") as file:
            await file.write(b"remember")
            said = await file.read()
        await root.write("/ada/history", said)
        assert [message.text for message in await ada.history.messages()] == ["remember me", "remember me"]


def test_a_question_is_words_and_phrases() -> None:
    """Quotes hold words together; one quote alone is a letter like others."""
    assert parse('Red "Big cube" \'s "open') == ("red", "big cube", "'s", '"open')
    for nothing in ("", " \n", '""'):
        with pytest.raises(FileError, match="say what to look for"):
            parse(nothing)
    with pytest.raises(FileError, match="at most 1024 characters"):
        parse("x" * 1025)


async def test_a_search_is_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In the turns that it gives, and in their bytes."""
    async with open_world(tmp_path) as world:
        ada = world.agent()
        for number in range(1, 6):
            ada.ask("x" * 1000)
            await ended(ada, number)
        monkeypatch.setattr(search, "MOST", 3)
        turns = [json.loads(line)["turn"] for line in (await world.fleet.search.find("x")).splitlines()]
        assert turns == [5, 5, 4, 4, 3, 3]
        monkeypatch.setattr(search, "SIZE", 1500)
        assert len((await world.fleet.search.find("x")).splitlines()) == 2


async def test_a_search_can_be_left(tmp_path: Path) -> None:
    """Whoever leaves ends it, one that waits for a place too, and the next one has a place."""
    async with open_store(tmp_path) as store:
        store.put(AgentRow(1, "ada", "{}", "", "[]"))
        for number in range(2_000):
            store.put(TurnRow(1, number, "done", True, float(number), "", "", 0, 0, 0, 0))
        await store.settle()
        looking = Search(store)
        async with trio.open_nursery() as nursery:
            for _ in range(4):
                nursery.start_soon(looking.find, "nothing")
            await trio.testing.wait_all_tasks_blocked()
            nursery.cancel_scope.cancel()
        assert await looking.find("nothing") == ""
