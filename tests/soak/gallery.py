"""Every example of the gallery on a whole display, in real time: `make soak` runs it."""

import random

import pytest
import trio
from tests.rio import displays, gallery
from tests.rio.takes import ROOMS

from rio.hub.display import Display
from rio.wire import Input

SECONDS = 1.0  # for which each is looked at
INPUTS = 20


@pytest.mark.parametrize("room", ROOMS)
async def test_a_display_shows_one_after_another(room: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each runs without an error while its frames come and somebody clicks; `clear` leaves nothing of it behind."""
    monkeypatch.setattr(displays, "SIZE", gallery.VIEW)
    async with displays.a_display() as display:
        for name in ROOMS[room]:
            await displays.run(display, gallery.source(name))
            assert display.graph.nodes, name
            await _play(display, random.Random(name))
            picture = await displays.picture(display)
            assert len(picture.getcolors(1 << 20) or range(1 << 20)) > 50, f"{name} is blank"
            assert display.stage.last_error == "", name
            assert display.health() == "ok", name
            await display.clear()
            assert not display.graph.nodes, name
            assert await display.tasks() == "", name


async def _play(display: Display, chance: random.Random) -> None:
    """Clicks and keys, while time goes by."""
    for _ in range(INPUTS):
        x, y = chance.randrange(gallery.VIEW[0]), chance.randrange(gallery.VIEW[1])
        for what in ("move", "press", "release"):
            display.screen.send(Input(what, x, y, "left"))
        key = chance.choice(("left", "right", "up", "space"))
        display.screen.send(Input("key_press", value=key))
        await trio.sleep(SECONDS / INPUTS)
        display.screen.send(Input("key_release", value=key))
