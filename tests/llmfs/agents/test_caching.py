"""What is asked of a provider's cache, and what is told of it."""

from itertools import pairwise
from pathlib import Path

import pytest
from tests.llmfs.providers.asking import SPEECHES, open_provider
from tests.llmfs.providers.servers import open_server, says
from tests.llmfs.scripted import ended, open_world

from llmfs.providers import Usage


async def test_what_stays_the_same_is_cached_apart_from_what_changes(tmp_path: Path) -> None:
    """A new picture on a machine costs its context anew, and not the system prompt."""
    async with (
        open_server() as server,
        open_provider("anthropic", server.url) as provider,
        open_world(tmp_path, provider) as world,
    ):
        world.fleet.machine("add", "A")
        ada = world.agent()
        ada.set_system("You draw.\n")
        for number, scene in enumerate(("a cube", "a sphere"), 1):
            ada.machines["A"].tell(scene)
            ada.ask("more")
            assert await ended(ada, number) == "done"
        first, second = (exchange.body["system"] for exchange in server.exchanges)

    assert [block["cache_control"] for block in first] == [{"type": "ephemeral"}] * 2
    assert first[0] == second[0]
    assert first[0]["text"].startswith("You draw.\n")
    assert [blocks[1]["text"] for blocks in (first, second)] == ["context for A:\na cube", "context for A:\na sphere"]


@pytest.mark.parametrize(("system", "blocks"), [("You draw.", 1), ("", 0), (" \n", 0)])
async def test_without_machines_there_is_one_part_or_none(tmp_path: Path, system: str, blocks: int) -> None:
    """An empty block would be refused by the provider."""
    async with (
        open_server() as server,
        open_provider("anthropic", server.url) as provider,
        open_world(tmp_path, provider) as world,
    ):
        ada = world.agent()
        ada.set_system(system)
        ada.ask("?")
        assert await ended(ada) == "done"
        assert len(server.exchanges[0].body.get("system", [])) == blocks


@pytest.mark.parametrize("speech", SPEECHES)
async def test_a_conversation_only_grows(tmp_path: Path, speech: str) -> None:
    """Caches work by the beginning of a request: that of each turn is the whole one of the turn before."""
    async with (
        open_server() as server,
        open_provider(speech, server.url) as provider,
        open_world(tmp_path, provider) as world,
    ):
        world.fleet.machine("add", "A")
        ada = world.agent()
        ada.set_system("You draw.")
        for number in range(1, 4):
            ada.ask(f"prompt {number}")
            assert await ended(ada, number) == "done"
        bodies = [exchange.body for exchange in server.exchanges]

    told = [body.get("messages") or body["input"] for body in bodies]
    for earlier, later in pairwise(told):
        assert later[: len(earlier)] == earlier
        assert len(later) == len(earlier) + 2
    assert len({str((body.get("system"), body.get("instructions"))) for body in bodies}) == 1


@pytest.mark.parametrize("speech", SPEECHES)
async def test_what_the_cache_gave_is_in_the_usage(tmp_path: Path, speech: str) -> None:
    """Read from it and written to it, apart from what was read afresh; what a provider does not tell is 0."""
    spent = Usage(input=20, output=9, cache_read=4000, cache_write=300)
    async with (
        open_server(says("so", usage=spent)) as server,
        open_provider(speech, server.url) as provider,
        open_world(tmp_path, provider) as world,
    ):
        ada = world.agent()
        turn = ada.ask("?")
        assert await ended(ada) == "done"
    assert turn.usage == spent
