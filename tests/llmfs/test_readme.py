"""The manual page is complete: what there is stands in it."""

from pathlib import Path

import pytest
from tests.llmfs.scripted import open_world

from llmfs.config import Config
from llmfs.providers import ProviderSettings
from llmfs.tree import agent_ctl, agent_tree, root_ctl
from ninep.config import Setting, settings
from ninep.service import manual

PAGE = manual("llmfs")


async def test_every_file_and_verb_is_in_the_manual(tmp_path: Path) -> None:
    """`help` tells of each file and each command."""
    async with open_world(tmp_path) as world:
        ada = world.agent()
        for name in agent_tree(world.fleet, ada):
            assert f"| `{name}" in PAGE or f", `{name}`" in PAGE or f"`{name}/" in PAGE, name
        for ctl in (root_ctl(world.fleet), agent_ctl(world.fleet, ada)):
            for verb in ctl.verbs:
                assert f"| `{verb}" in PAGE, verb


@pytest.mark.parametrize("setting", settings(Config), ids=lambda setting: setting.name)
def test_every_setting_is_in_the_manual(setting: Setting) -> None:
    """Each flag stands beside its variable."""
    assert f"| `{setting.flag}" in PAGE
    assert f"`{setting.variables[0]}`" in PAGE


def test_every_variable_of_a_provider_is_in_the_manual() -> None:
    """Keys and addresses, by their names."""
    for name in ProviderSettings.model_fields:
        assert f"`{name.upper()}`" in PAGE, name
