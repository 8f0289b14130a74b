"""What was used, and what it cost."""

import sqlite3
from pathlib import Path

import pytest
import trio
from tests.llmfs.scripted import Scripted, ended, open_world
from tests.llmfs.test_tree import open_files

from llmfs.accounts import usage
from llmfs.accounts.prices import Prices, parse
from llmfs.agents.agent import Agent
from llmfs.providers import Usage
from llmfs.records import rows
from llmfs.records.rows import UsageRow
from llmfs.records.store import open_store
from ninep import FileError

OWN = "scripted one 1 10 0.1 2  # dollars for a million tokens\n"


async def answered(agent: Agent, model: Scripted, tokens: Usage) -> None:
    model.play("yes", tokens)
    await ended(agent, agent.ask("?").number)


async def test_an_agent_sees_each_turn_and_the_sums(tmp_path: Path) -> None:
    """Tokens and dollars: all, by provider, model and day, and turn by turn."""
    model = Scripted()
    async with open_world(tmp_path, model) as world:
        world.fleet.set_prices(OWN)
        ada = world.agent()
        await answered(ada, model, Usage(1000, 200, 5000, 100))
        ada.set({"model": "two"})
        await answered(ada, model, Usage(7, 8))
        first = "input 1000 output 200 cache_read 5000 cache_write 100 dollars 0.003700"
        both = "turns 2 input 1007 output 208 cache_read 5000 cache_write 100 dollars 0.003700"
        second = "turns 1 input 7 output 8 cache_read 0 cache_write 0"
        (row, _) = ada.ledger.rows
        assert usage.of_agent(ada, world.fleet.prices).splitlines() == [
            f"total {both}",
            f"provider scripted {both}",
            f"model scripted one turns 1 {first}",
            f"model scripted two {second}",
            f"day {row.day} {both}",
            f"turn 1 scripted one turns 1 {first}",
            f"turn 2 scripted two {second}",
            "# in no sum of dollars, as it has no price: scripted two",
        ]
        said = usage.of_turn(ada.turns["1"], world.fleet.prices)
        assert said.endswith("cache_read 5000\ncache_write 100\ndollars 0.003700\n")
        assert "dollars" not in usage.of_turn(ada.turns["2"], world.fleet.prices)


async def test_prices_are_a_file(tmp_path: Path) -> None:
    """A wrong line is refused by the write that ends it; what was written holds, and `> prices` takes it away."""
    async with open_files(tmp_path) as (world, root):
        with pytest.raises(FileError, match="line 2 is no PROVIDER MODEL"):
            await root.write("/prices", f"{OWN}scripted two 1 2\n")
        assert world.fleet.prices.find("scripted", "one") is None
        await root.write("/prices", OWN)
        assert (await root.read("/prices")).decode().endswith(f"# Written over these:\n{OWN}")
        assert world.fleet.prices.find("scripted", "one")
    async with open_world(tmp_path / "state") as world:
        assert world.fleet.prices.find("scripted", "one")
        world.fleet.set_prices("")
        assert world.fleet.prices.find("scripted", "one") is None


async def test_what_was_used_outlives_restarts_and_agents(tmp_path: Path) -> None:
    """The sums of the service hold what removed agents used, and no turn is counted twice."""
    model = Scripted()
    async with open_world(tmp_path, model) as world:
        world.fleet.set_prices(OWN)
        for name in ("ada", "bob"):
            await answered(world.agent(name), model, Usage(10, 5))
        world.fleet.remove("ada")
    for _ in range(2):
        async with open_world(tmp_path) as world:
            said = usage.of_all(world.fleet.ledger, world.fleet.agents, world.fleet.prices)
            assert said.startswith("total turns 2 input 20 output 10 cache_read 0 cache_write 0 dollars 0.000120\n")
            one = "turns 1 input 10 output 5 cache_read 0 cache_write 0 dollars 0.000060"
            assert said.endswith(f"\nagent bob {one}\n")
            assert f"total {one}\n" in usage.of_agent(world.agent("bob"), world.fleet.prices)


async def test_a_turn_that_a_kill_cut_is_counted_once(tmp_path: Path) -> None:
    """What the provider had counted by then is in the sums, however often the service starts."""
    async with open_store(tmp_path) as store:
        store.put(rows.AgentRow(1, "ada", '{"provider":"scripted","model":"one"}', "", "[]"))
        for file in ("input", "output"):
            store.put(rows.TapeRow(1, 1, file, 0, False))
        store.put(rows.TurnRow(1, 1, "running", True, 1.5, "scripted", "one", 30, 4, 0, 0))
    for _ in range(2):
        async with open_world(tmp_path) as world:
            assert list(world.fleet.ledger.rows) == [UsageRow("1970-01-01", "scripted", "one", 1, 30, 4)]
            assert list(world.agent().ledger.rows) == [UsageRow("1970-01-01", "scripted", "one", 1, 30, 4)]


async def test_a_prompt_that_nobody_answered_cost_nothing(tmp_path: Path) -> None:
    """Cancelled before it began, it is in no sum; what a cancelled answer had used is."""
    model = Scripted()
    async with open_world(tmp_path, model) as world:
        ada = world.agent()
        model.play("half", Usage(3, 1), trio.Event())
        ada.ask("first")
        ada.ask("second")
        await trio.testing.wait_all_tasks_blocked()
        ada.cancel("all")
        (row,) = world.fleet.ledger.rows
        assert (row.turns, row.input, row.output) == (1, 3, 1)
        assert "turn 2" not in usage.of_agent(ada, world.fleet.prices)


async def test_a_database_without_sums_gets_them_from_its_turns(tmp_path: Path) -> None:
    """An older llmfs kept tokens by turn only: what its turns used is counted, those that did not end are not yet."""
    with sqlite3.connect(tmp_path / "llmfs.sqlite") as old:
        old.executescript(rows.MIGRATIONS[0] + "PRAGMA user_version = 1;")
        old.execute("INSERT INTO agents VALUES (1, 'ada', '{\"provider\":\"scripted\",\"model\":\"one\"}', '', '[]')")
        turns = [("done", "scripted", 10), ("cancelled", "scripted", 5), ("cancelled", "", 0), ("waiting", "", 0)]
        for number, (state, provider, tokens) in enumerate(turns, 1):
            turn = (1, number, state, 1, 86400.0 * 365, provider, "one", tokens, 1, 0, 0)
            old.execute("INSERT INTO turns VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", turn)
    old.close()
    async with open_store(tmp_path) as store:
        assert store.rows(UsageRow) == [UsageRow("1971-01-01", "scripted", "one", 2, 15, 2)]


def test_a_model_is_found_by_its_name_and_by_that_of_a_release() -> None:
    """A date at the end is a release of the same price; another word makes another model, whose price is not known."""
    prices = Prices()
    opus = prices.find("anthropic", "claude-opus-5-5")
    assert opus
    assert opus.of(Usage(1_000_000, 1_000_000, 1_000_000, 1_000_000)) == pytest.approx(4 + 20 + 0.2 + 5)
    assert prices.find("anthropic", "claude-opus-5-5-20260922") == opus
    assert prices.find("openai", "gpt-6-luna-2026-09-22") == prices.find("openai", "gpt-6-luna")
    assert prices.find("openai", "gpt-6-luna-mini") is None
    assert prices.find("openai", "claude-opus-5-5") is None
    local = prices.find("ollama", "whatever:70b")
    assert local
    assert local.of(Usage(1, 2, 3, 4)) == 0


def test_prices_can_be_written_over_those_that_come_with_llmfs() -> None:
    """The table reads as it is; a text replaces the one that was written before, and writing nothing takes it away."""
    prices = Prices()
    before = prices.text()
    prices.replace("openai gpt-6-luna 7 8 9 10\n")
    assert prices.text() == f"{before}# Written over these:\nopenai gpt-6-luna 7 8 9 10\n"
    luna = prices.find("openai", "gpt-6-luna")
    assert luna
    assert luna.input == 7
    prices.replace(prices.text())
    assert prices.find("openai", "gpt-6-luna") == luna
    prices.replace("")
    assert prices.text() == before


@pytest.mark.parametrize("line", ["openai", "openai gpt 1 2 3", "openai gpt 1 2 3 x", "a b 1 2 3 -4", "a b 1 2 3 nan"])
def test_a_line_that_is_no_price_is_refused_by_its_number(line: str) -> None:
    """Nothing of such a table holds."""
    with pytest.raises(FileError, match=r"^line 3 is no PROVIDER MODEL INPUT OUTPUT"):
        parse(f"# prices\nx * 1 2 3 4\n{line}\n")
    with pytest.raises(FileError, match="at most 1000 lines"):
        parse("\n" * 1001)
