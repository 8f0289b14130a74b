"""`see A`: the model gets a picture of A with each prompt."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.llmfs.namespaces import PICTURE, Screen, hive, until
from tests.llmfs.painting import painted
from tests.llmfs.scripted import Scripted, ended

from llmfs.providers import Image
from ninep import FileError
from ninep.client import Client

CAPTION = "\n\n(The last picture is the screen of A, as it is now.)"


async def test_the_screen_goes_along_with_each_prompt(place: Path) -> None:
    """As it is then; after the prompt's own pictures; and with no later prompt."""
    screen, model = Screen(), Scripted()
    async with hive(place, model, A=screen) as (world, _):
        ada = world.agent()
        await until(lambda: "A" in ada.machines and ada.machines["A"].site.show is not None)
        ada.see("A")
        for _ in range(3):
            model.play("I see.")
        photo = Image("image/png", painted("PNG"))
        ada.ask("what is wrong?", (photo,))
        await ended(ada)
        screen.picture = PICTURE + b" of something else"
        ada.ask("and now?")
        await ended(ada, 2)
        ada.see("off")
        ada.ask("thanks")
        await ended(ada, 3)
        first, second, third = (request.messages for request in model.requests)
        assert (first[-1].text, first[-1].images[1:]) == ("what is wrong?" + CAPTION, (Image("image/png", PICTURE),))
        assert second[-1].images == (Image("image/png", PICTURE + b" of something else"),)
        assert "(The last picture" not in "".join(message.text for message in (*second[:-1], *third))
        assert third[-1].images == ()
        assert await ada.turns["2"].prompt.text() == "and now?"


async def test_what_cannot_be_seen_is_told(place: Path) -> None:
    """A machine that is not there and a model that is blind are refused by the verb; later, the prompt goes without."""
    screen, model = Screen(), Scripted()
    async with hive(place, model, A=screen) as (world, root):
        ada = world.agent()
        await until(lambda: "A" in ada.machines and ada.machines["A"].site.show is not None)
        with pytest.raises(FileError, match="no machine B; there are: A"):
            ada.see("B")
        ada.see("A")
        screen.picture = b"no picture at all"
        ada.ask("?")
        await ended(ada)
        ada.set_one("model", "blind")
        ada.ask("?")
        await ended(ada, 2)
        with pytest.raises(FileError, match="blind"):
            ada.see("A")
        ada.set_one("model", "one")
        await _remove(root, "A")
        await until(lambda: not ada.machines)
        ada.ask("?")
        assert await ended(ada, 3) == "done"
        told = ada.errors.text()
        assert "turn 1: A cannot be seen: /A/scene/screen is no picture" in told
        assert "turn 2: A cannot be seen: " in told
        assert "turn 3: A cannot be seen: there is no such machine any more" in told
        assert [request.messages[-1].images for request in model.requests] == [(), (), ()]


async def _remove(root: Client, mount: str) -> None:
    await root.write("/ctl", f"remove {mount}")
