"""What an agent keeps of the things that went wrong."""

from collections.abc import Coroutine
from pathlib import Path

import pytest
from tests.llmfs.scripted import open_world

from llmfs.agents.errors import KEPT
from llmfs.tree import agent_tree
from ninep import FileError
from ninep.messages import OTRUNC, OWRITE
from ninep.tree import Dir


async def write(tree: Dir, name: str, text: bytes) -> None:
    """As a shell does, which does not look at what close says."""
    opened = tree[name].open(OWRITE | OTRUNC)
    assert not isinstance(opened, Coroutine)
    opened.write(text, 0)
    with pytest.raises(FileError):
        answer = opened.clunk()
        assert answer is not None
        await answer


async def test_what_is_refused_at_the_clunk(tmp_path: Path) -> None:
    """`echo > input` and `echo hello > history` look as if they had worked; `errors` says that they have not."""
    async with open_world(tmp_path) as world:
        ada = world.agent()
        tree = agent_tree(world.fleet, ada)
        await write(tree, "input", b"\n")
        await write(tree, "history", b"hello\n")
        await write(tree, "state", b"hello\n")
        empty, no_history, no_state = ada.errors.text().splitlines()
        assert empty.endswith("Z input: the prompt is empty")
        assert "Z history: line 1 is no " in no_history
        assert "Z state: this is no state of an agent" in no_state


async def test_the_newest_are_kept(tmp_path: Path) -> None:
    """However many there are."""
    async with open_world(tmp_path) as world:
        ada = world.agent()
        for number in range(KEPT + 3):
            ada.errors.add(f"number {number}")
        lines = ada.errors.text().splitlines()
        assert len(lines) == KEPT
        assert lines[0].endswith("number 3")
