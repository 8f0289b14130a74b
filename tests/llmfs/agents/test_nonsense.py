"""What a server or a person may send that is no sense at all: it harms one answer at most, and nobody else."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.llmfs.agents.test_sdks import open_agent
from tests.llmfs.providers.asking import SPEECHES
from tests.llmfs.providers.servers import Exchange, refuses
from tests.llmfs.scripted import ended, open_world

from llmfs.agents import history, settings
from llmfs.providers import Usage
from llmfs.providers.calls import DEEPEST, Assembly, as_object
from llmfs.providers.contract import MOST_TOKENS
from llmfs.records.rows import UsageRow
from ninep import FileError

speeches = pytest.mark.parametrize("speech", SPEECHES)

DEEP = "[" * 100_000


@speeches
async def test_half_a_character_in_a_refusal(tmp_path: Path, speech: str) -> None:
    """JSON can hold what is no text, half a surrogate pair. The turn says what it can of it, and is kept."""
    async with open_agent(tmp_path, speech, refuses(400, "invalid_request_error", "a \ud83d here")) as asked:
        asked.ada.ask("draw")
        assert (await ended(asked.ada)).endswith("a ? here")
        assert "a ? here" in asked.ada.errors.text()
        await asked.world.store.settle()


@speeches
async def test_figures_beyond_all_reason(tmp_path: Path, speech: str) -> None:
    """Tokens that nobody can have used are not believed: neither sums nor the database break, nor is there a credit."""

    async def boasts(exchange: Exchange) -> None:
        await exchange.say("yes")
        await exchange.stop(usage=Usage(10**30, -5))

    async with open_agent(tmp_path, speech, boasts) as asked:
        asked.ada.ask("draw")
        assert await ended(asked.ada) == "done"
        assert asked.ada.turns["1"].usage in (Usage(MOST_TOKENS, 0), Usage(0, 0))
        await asked.world.store.settle()


async def test_rows_that_sqlite_would_refuse(tmp_path: Path) -> None:
    """Whatever comes to be kept is kept as far as it can be, and holds nobody else's news up."""
    async with open_world(tmp_path) as world:
        world.agent().errors.add("half a \ud83d")
        world.store.put(UsageRow("2026-11-20", "scripted", "one", 1, 10**30))
        await world.store.settle()
    async with open_world(tmp_path) as world:
        assert "half a ?" in world.agent().errors.text()
        assert [row.input for row in world.fleet.ledger.rows] == [2**63 - 1]


@pytest.mark.parametrize(
    "text",
    [
        '{"max_tokens": 1%s}' % ("0" * 400),
        '{"max_tokens": 1%s}' % ("0" * 5000),
        "max_tokens 1e30",
        "budget_day 1e300",
        '{"model": "\\ud83d"}',
        '{"model": ' + DEEP,
    ],
)
def test_settings_that_cannot_be_kept(text: str) -> None:
    """They are refused in words, before anything holds."""
    with pytest.raises(FileError):
        settings.parse(text)


def test_a_conversation_of_brackets() -> None:
    """It is refused in words."""
    with pytest.raises(FileError, match="line 1"):
        history.parse('{"role": "user", "content": "x", "more": ' + DEEP)


def test_calls_of_brackets() -> None:
    """Brackets within brackets are bounded, where they are brackets; else a conversation could never be told again."""
    calls = Assembly()
    for place, arguments in enumerate(('{"text": "' + DEEP + '"}', "{" + '"a":{"\\\\":[]},' * 100_000)):
        calls.begin(place, "", "write")
        calls.add(place, arguments)
        assert calls.end(place).arguments == arguments
    calls.begin(0, "", "write")
    calls.add(0, "[" * (DEEPEST + 1))
    with pytest.raises(ValueError, match="brackets"):
        calls.end(0)
    assert as_object(DEEP) == {}


async def test_an_event_of_brackets(tmp_path: Path) -> None:
    """It is a fault of the server, and said to be one."""

    async def nests(exchange: Exchange) -> None:
        await exchange.say("so")
        await exchange.send(b'data: {"type": "ping", "x": ' + DEEP.encode() + b"\n\n")

    async with open_agent(tmp_path, "chat", nests) as asked:
        asked.ada.ask("draw")
        assert "sent what cannot be read" in await ended(asked.ada)


async def test_a_stop_with_a_novel_for_its_reason(tmp_path: Path) -> None:
    """It is cut to a line: what stands in `state` and `errors` is kept for good."""

    async def rambles(exchange: Exchange) -> None:
        await exchange.say("so")
        await exchange.stop("on and\non " * 100_000)

    async with open_agent(tmp_path, "chat", rambles) as asked:
        asked.ada.ask("draw")
        state = await ended(asked.ada)
        assert state.startswith("truncated: the model stopped: on and on on and on")
        assert len(state) < 200
