"""Pictures as part of a scene: in its files, its state, its versions, and before a new renderer."""

import numpy as np
from tests.rio import displays
from tests.rio.displays import a_display, run

from rio.scene.pixels import PREFIX
from rio.versions.pictures import portions
from rio.wire import Put, Set

RED_AND_BLUE = """
half = np.zeros((60, 80, 3), np.uint8)
half[:, :40, 0] = half[:, 40:, 2] = 255
image(half, name="flag", at=(160, 120))
"""


async def test_a_picture_is_in_the_state_and_comes_back_from_it() -> None:
    """As a URL that holds it; what is shown is the same."""
    async with a_display() as display, a_display() as other:
        await run(display, RED_AND_BLUE)
        state = await display.state()
        assert PREFIX in state
        await other.take_state(state)
        assert displays.alike(await display.screen.picture(), await other.screen.picture())
        assert other.graph == display.graph


async def test_a_picture_is_undone_and_edited_as_a_file() -> None:
    """The text of one node's file makes another node the same; undo takes it back."""
    async with a_display() as display:
        await run(display, RED_AND_BLUE + 'image(np.ones((4, 4)), name="plain", at=(30, 30))')
        flag, plain = display.graph.ids["flag"], display.graph.ids["plain"]
        text = display.graph.show(flag, "image")
        await run(display, f'find("plain").image = "{text}"')
        assert np.array_equal(display.graph.get(plain, "image"), display.graph.get(flag, "image"))
        await display.undo()
        assert display.graph.get(plain, "image").shape == (4, 4, 4)
        context = await display.context.text()
        assert "image 60 × 80 × 4" in context
        assert len(context) < 5000


async def test_a_scene_larger_than_a_message_reaches_a_new_renderer() -> None:
    """Each of these is 32 MB; no message holds more than two."""
    async with a_display() as display:
        for place in range(3):
            await run(
                display, f"image(np.full((1000, 8000), {80 * place}, np.uint8), size=60, at=({60 + 100 * place}, 120))"
            )
        before, restarts = await display.screen.picture(), display.screen.restarts
        await display.screen.show_all()
        assert displays.alike(before, await display.screen.picture())
        assert display.screen.restarts == restarts


def test_changes_go_out_in_portions_that_a_message_holds() -> None:
    """By their number, and by what they weigh; nothing is lost, and one that is too heavy goes alone."""
    heavy = Put(2, "image", "a", {"image": np.zeros((2100, 2000, 4), np.uint8)})
    light = [Set(2, "text", "x") for _ in range(5)]
    cut = [len(some) for some in portions([*light, heavy, *light, heavy, heavy], 4)]
    assert cut == [4, 1, 1, 4, 1, 1, 1]
