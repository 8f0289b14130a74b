"""Keys from their files to the program, what is held whoever dies meanwhile, and animations as they are seen."""

import os
import signal

import trio
from tests.rio.displays import a_display, at_rest, run

from rio.hub.display import Display
from rio.wire import Input


async def prints(display: Display, text: str) -> None:
    """Until programs have printed that."""
    while text not in display.stage.out.text():
        await display.stage.out.more.wait()


async def press(display: Display, *keys: str) -> None:
    """A person looks, and holds them."""
    await display.screen.picture()
    for key in keys:
        display.screen.send(Input("key_press", value=key))


HEAR = """
@on_key("left", "Return")
def down(event):
    print("down", event.key, event.keys, held("left"))

@on_key_release
def up(event):
    print("up", event.key, event.keys)
"""


async def test_a_key_calls_those_who_want_to_hear_of_it() -> None:
    """By one name, however it is written; what nobody asked for calls nobody."""
    async with a_display() as display:
        await run(display, HEAR)
        await press(display, "x", "RETURN", "left")
        await prints(display, "down left ['x', 'enter', 'left'] True")
        assert "down enter ['x', 'enter'] False" in display.stage.out.text()
        assert "down x" not in display.stage.out.text()


async def test_a_window_that_loses_the_keyboard_lets_go_of_all_keys() -> None:
    """Nobody would see them come up."""
    async with a_display() as display:
        await run(display, HEAR)
        await press(display, "left", "up")
        display.screen.send(Input("blur"))
        await prints(display, "up left ['up']")
        await prints(display, "up up []")
        assert await run(display, "print(held())") == "False\n"


async def test_a_key_that_comes_up_while_somebody_types_comes_up() -> None:
    """Though what is typed is for the text field alone."""
    async with a_display() as display:
        await run(display, f'{HEAR}\nentry("name", at=(160, 120))')
        await press(display, "left")
        await prints(display, "down left")
        await display.screen.picture()
        for what in ("move", "press", "release"):
            display.screen.send(Input(what, 160, 120, "left"))
        await display.screen.picture()
        display.screen.send(Input("key_release", value="left"))
        await prints(display, "up left []")


async def test_a_worker_that_takes_anothers_place_knows_what_is_held() -> None:
    """After undo, after a death, after clear: not what its copy was told once, but what is so now."""
    async with a_display() as display:
        await run(display, HEAR)
        await run(display, "n = 1")
        await press(display, "left")
        display.screen.send(Input("move", 30, 40))
        await prints(display, "down left")
        await display.screen.picture()
        await display.undo()
        assert await run(display, "print(held('left'), pointer())") == "True (30.0, 40.0)\n"
        assert display.workers.current
        before = display.workers.current
        os.kill(before.pid, signal.SIGKILL)
        await before.ended.wait()
        await at_rest(display)
        assert await run(display, "print(held('left'))") == "True\n"
        await display.clear()
        assert await run(display, "print(held('left'))") == "True\n"


async def test_keys_that_a_dead_renderer_saw_count_as_released() -> None:
    """The next one does not know them."""
    async with a_display() as display:
        await run(display, HEAR)
        await press(display, "left")
        await prints(display, "down left")
        os.kill(display.screen.pid, signal.SIGKILL)
        await prints(display, "up left []")
        assert await run(display, "print(held('left'))") == "False\n"


async def test_an_animation_is_listed_seen_and_comes_to_its_end() -> None:
    """By the frames of the display; then no more frames are wanted."""
    async with a_display() as display:
        await run(
            display, 'cube = box(name="cube", at=(0, 0, 0))\nanimate(cube, x=2, seconds=0.3, then=lambda: print("end"))'
        )
        assert "animate cube x" in await display.tasks()
        await prints(display, "end")
        assert display.graph.get(display.graph.ids["cube"], "at") == (2, 0, 0)
        frames = display.clock.frames
        await at_rest(display)
        assert await run(display, "print(cube.x)") == "2.0\n"
        assert display.clock.frames <= frames + 1


async def test_undo_goes_back_to_where_an_animation_was_and_on_from_there() -> None:
    """Its time stood still while its copy slept; going forth again, it has not been twice as fast."""
    async with a_display() as display:
        await run(display, 'cube = box(name="cube", at=(0, 0, 0))')
        await run(display, 'cube.animate(x=100, seconds=100, ease="linear", then=lambda: print("end"))')
        cube = display.graph.ids["cube"]

        def x() -> float:
            return float(display.graph.get(cube, "at")[0])

        with trio.fail_after(20):
            while x() < 0.2:
                await display.screen.shown.wait()
        await run(display, "later = cube.x")
        was = x()
        while x() < was + 0.2:
            await display.screen.shown.wait()
        await display.undo()
        assert 0 <= x() <= was + 0.5
        here = x()
        while x() < here + 0.1:
            await display.screen.shown.wait()
        assert x() < here + 5
        await display.goto(1)
        assert x() == 0
        assert "animate" not in await display.tasks()
