"""What a person does to a widget, from the pointer to the program, the picture and the versions."""

import pytest
import trio
from tests.rio.displays import a_display, at_rest, run

from ninep import FileError
from rio.hub.display import Display
from rio.wire import Input


async def click(display: Display, x: float, y: float) -> None:
    """A person looks, and clicks."""
    await display.screen.picture()
    for what in ("move", "press", "release"):
        display.screen.send(Input(what, x, y, "left"))


async def prints(display: Display, text: str) -> None:
    """Until programs have printed that."""
    while text not in display.stage.out.text():
        await display.stage.out.more.wait()


async def test_a_button_calls_its_function() -> None:
    """As every click on every node does."""
    async with a_display() as display:
        await run(
            display, 'go = button("Go", at=(160, 120))\n@go.on_click\ndef _(event):\n    print("clicked", event.x)'
        )
        await click(display, 160, 120)
        await prints(display, "clicked 160")


async def test_a_value_that_a_person_gives_is_heard_seen_and_undone() -> None:
    """The program's function, the variable, the file and a version have it; undo gives the old one back."""
    async with a_display() as display:
        await run(display, 'dark = checkbox(name="dark", at=(160, 120))')
        await run(display, "@dark.on_change\ndef _(event):\n    print(event.value, dark.value)")
        await click(display, 160, 120)
        await prints(display, "True True")
        dark = display.graph.ids["dark"]
        assert display.graph.get(dark, "value") is True
        version = display.versions.current
        assert (version.author, version.label) == ("hand", "dark value on")
        assert (
            'find("dark").value = True' in await display.context.text() or "dark.value" in await display.context.text()
        )
        await display.undo()
        assert display.graph.get(dark, "value") is False
        assert await run(display, "print(dark.value)") == "False\n"


async def test_dragging_makes_one_version() -> None:
    """The program hears every value on the way; the version is where the knob was let go."""
    async with a_display() as display:
        await run(display, "knob = slider(at=(160, 120), size=(200, 0), high=100, step=1)\nseen = []\n")
        await run(display, "@knob.on_change\ndef _(event):\n    seen.append(event.value)\n    print(event.value)")
        before = display.versions.current.number
        await display.screen.picture()
        display.screen.send(Input("move", 160, 130))
        display.screen.send(Input("press", 160, 130, "left"))
        for x in (180, 200, 220, 900):
            display.screen.send(Input("move", x, 130))
        display.screen.send(Input("release", 900, 130, "left"))
        await prints(display, "100")
        await at_rest(display)
        with trio.fail_after(20):
            while display.versions.current.number == before:
                await display.context.changed.wait()
        assert display.versions.current.number == before + 1
        seen = await run(display, "print(seen[0] < seen[-1], len(seen) > 2)")
        assert seen == "True True\n"


async def test_windows_hold_widgets_and_text_alone() -> None:
    """Whatever else is put into one is refused in words, and so is a widget in a group."""
    async with a_display() as display:
        await run(
            display,
            'with window("w", name="w"):\n    text("hello")\n    with row():\n        button("a")\n        button("b")',
        )
        for program, words in (
            ('box(parent="w")', "a box does not stand in a window"),
            ('button("c", parent="button")', "nothing stands in a button"),
            ('button("c", parent=group())', "a button stands in a window, a row, or nowhere"),
            ('with chart(): button("c")', "a button does not stand in a chart; plot, bar and scatter do"),
            ('plot("one", [[1, 2, 3]])', "is not numbers, or places x y"),
            ('window(parent="w")', "a window does not stand in a window"),
        ):
            with pytest.raises(FileError, match=words):
                await run(display, program)


async def test_a_terminal_is_written_to_and_typed_into() -> None:
    """What a program writes letter by letter goes out as one change; what is typed comes back."""
    async with a_display() as display:
        await run(display, 'term = terminal("$ ", at=(160, 120), size=(280, 160))')
        await run(display, '@term.on_input\ndef _(event):\n    term.write(event.text.upper())\n    print("typed")')
        await run(display, "for _ in range(3000):\n    term.write('x' * 30)")
        text = await run(display, "print(len(term.text), term.text[-3:])")
        assert 40_000 < int(text.split()[0]) <= 65_536
        await click(display, 160, 120)
        await display.screen.picture()
        display.screen.send(Input("text", value="k"))
        await prints(display, "typed")
        assert await run(display, "print(term.text[-2:])") == "xK\n"
        with pytest.raises(FileError, match="nothing is written to a button"):
            await run(display, 'button("b").write("c")')


async def test_what_stands_in_a_canvas_is_placed_and_clicked_there() -> None:
    """Its places are the canvas's; without one it is in the middle, and beside another it is beside that."""
    async with a_display() as display:
        program = (
            'with window("w", at=(160, 120)):\n    with canvas(name="c", size=(200, 100)):\n'
            "        dot = circle(size=20)\n        other = rect(size=20, at=right_of(dot, gap=0))\n"
            "print(dot.at, other.at)"
        )
        assert await run(display, program) == "(100.0, 50.0) (120.0, 50.0)\n"
        await run(display, '@dot.on_click\ndef _(event):\n    print("dot", event.x < 110)')
        await click(display, 160, 136)
        await prints(display, "dot True")
        with pytest.raises(FileError, match="a box does not stand in a canvas; circle group image line"):
            await run(display, 'box(parent="c")')
        with pytest.raises(FileError, match="a button does not stand in a canvas"):
            await run(display, 'button(parent="c")')
        for program in ('with group(parent="c"):\n    box()', 'group(box(), name="g")\nfind("g").parent = "c"'):
            with pytest.raises(FileError, match="a box does not stand in a canvas"):  # nor in a group there
                await run(display, program)


async def test_half_a_character_ends_no_program_and_no_worker() -> None:
    """JSON of others has them: they are shown, printed, searched and raised, and the variables live on."""
    async with a_display() as display:
        half = '"\\ud800"'
        assert await run(display, f"kept = 5\nt = text({half})\ntree([{half}])\nprint({half})") == "�\n"
        assert display.graph.get(display.graph.ids["text"], "text") == "�"
        for program in (f"find({half})", f"raise ValueError({half})"):
            with pytest.raises(FileError, match="�"):
                await run(display, program)
        assert await run(display, "print(kept)") == "5\n"
