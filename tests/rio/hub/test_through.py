"""A click on a text that lies on something: what lies under it hears it, unless the text does."""

import pytest
from tests.rio.displays import a_display, at_rest, run
from tests.rio.hub.test_hands import click, prints

from rio.wire import Input

LABELLED = """
rect(name="card", at=(100, 100), size=(120, 60))
text("Save", name="label", at=(100, 100), size=30)
text("alone", name="alone", at=(100, 200), size=30)
heard = []
@find("card").on_click
def card(event): heard.append(f"card {event.x:g}"); print(heard[-1])
@find("card").on_drag
def drag(event): print("dragged")
@find("alone").on_click
def alone(event): print("alone")
"""


@pytest.mark.parametrize("hears", [False, True])
async def test_a_label_is_clicked_through_unless_it_hears(hears: bool) -> None:
    async with a_display() as display:
        own = '@find("label").on_click\ndef label(event): print("label", hasattr(event, "over"))\n' if hears else ""
        await run(display, LABELLED + own)
        await click(display, 100, 100)
        await prints(display, "label False" if hears else "card 100")
        assert ("card" in display.stage.out.text()) != hears
        await click(display, 100, 200)
        await prints(display, "alone")


async def test_a_label_that_hears_is_called_once_for_a_click() -> None:
    """Itself, or the group that it is in: the view hears of the click as well, but not for them."""
    async with a_display() as display:
        program = """
with group(name="key", at=(100, 100)) as key:
    rect(size=(120, 60))
    text("Save", size=30)
text("alone", name="alone", at=(100, 200), size=30)
rect(at=(100, 200), size=(120, 60), layer=-1)
clicks = []
key.on_click(lambda: clicks.append("key"))
find("alone").on_click(lambda: clicks.append("alone"))
on_click(lambda event: print("view", *clicks) if event.y > 220 else None)
"""
        await run(display, program)
        for y in (100, 200, 230):
            await click(display, 100, y)
        await prints(display, "alone\n")
        assert "view key alone\n" in display.stage.out.text()


async def test_a_drag_goes_to_what_was_pressed_through_the_text() -> None:
    """Wherever the pointer is by then."""
    async with a_display() as display:
        await run(display, LABELLED)
        await display.screen.picture()
        for what, x in (("move", 100), ("press", 100), ("move", 300), ("release", 300)):
            display.screen.send(Input(what, x, 100, "left"))
        await prints(display, "dragged")


async def test_a_hand_moves_a_map_and_that_is_a_version() -> None:
    """One for each drag, however long the way; undo takes it back."""
    async with a_display() as display:
        await run(display, 'map(name="world", at=(160, 120), size=(300, 200), center=(0, 0), zoom=2)')
        await display.screen.picture()
        before, world = display.versions.current.number, display.graph.ids["world"]
        display.screen.send(Input("press", 160, 120, "left"))
        for x in (200, 220, 260):
            display.screen.send(Input("move", x, 120))
        display.screen.send(Input("release", 260, 120, "left"))
        while display.versions.current.number == before:
            await display.screen.shown.wait()
        await at_rest(display)
        assert display.graph.get(world, "center") == pytest.approx((0, -100 / 1024 * 360), abs=0.01)
        assert display.versions.current.number == before + 1
        assert "world center" in display.versions.current.label
        await display.undo()
        assert display.graph.get(world, "center") == (0, 0)
