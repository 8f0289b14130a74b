"""The live source of a real display, after failures and restarts, gives the scene in another one."""

from pathlib import Path

import pytest
from tests.rio.displays import a_display, at_rest, begin, close, finished, run

from ninep import FileError
from rio.edits import Edits
from rio.hub.display import Display


async def gives_the_same(display: Display) -> bool:
    """Whether its context makes an empty display its equal."""
    text = await display.context.text()
    async with a_display() as other:
        await run(other, text)
        return other.graph.digest() == display.graph.digest()


async def test_what_a_statement_drew_before_it_failed_is_in_the_live_source() -> None:
    """For it stays: an error undoes nothing."""
    async with a_display() as display:
        with pytest.raises(FileError, match="ZeroDivisionError"):
            await run(display, "for n in range(3):\n    box(name=f'b{n}', color='red')\n    1 / (1 - n)\n")
        assert list(display.graph.ids) == ["b0", "b1"]
        await run(display, "find('b0').color = 'blue'")
        assert await gives_the_same(display)


async def test_a_program_after_a_restart_begins_beside_what_is_there(tmp_path: Path) -> None:
    """And the live source says that nothing is left of the variables of those before."""
    async with a_display(tmp_path) as display:
        await run(display, "n = 1\nbox()\nbox()\nfind('box').remove()\n@every(1)\ndef tick():\n    n\n")
        await at_rest(display)
    async with a_display(tmp_path) as display:
        await run(display, "box()\nsphere()")
        assert "__resume__('anew')" in await display.context.text()
        ends = [display.graph.columns["at"][id, 0] for id in display.graph.nodes]
        assert ends == sorted(set(ends))
        assert await gives_the_same(display)
        with pytest.raises(FileError, match="name 'n' is not defined"):
            await run(display, "print(n)")


async def test_a_node_made_by_a_file_is_beside_the_others_for_programs_too() -> None:
    async with a_display() as display:
        await run(display, "box(name='first')")
        if behind := Edits(display.graph, display.history).new("box", "second"):
            await behind
        await run(display, "box(name='third')")
        places = [float(display.graph.columns["at"][display.graph.ids[n], 0]) for n in ("first", "second", "third")]
        assert places == [0, 1.5, 3]
        assert await gives_the_same(display)


async def test_an_edit_in_the_midst_of_a_program_comes_after_what_ran_by_then() -> None:
    """The program is two versions, with the edit between them."""
    async with a_display() as display:
        prints = display.stage.out.open()
        program = begin(display, "box(name='a')\nsphere(name='b')\nprint('drawn')\n")
        assert await prints.read(100) == b"drawn\n"  # type: ignore[misc]  # it has to wait
        edits = Edits(display.graph, display.history)
        if behind := edits.set(display.graph.ids["a"], "color", "blue"):
            await behind
        program.write(b"find('a').size = 3\n")
        await close(program)
        await finished(program)
        path = display.versions.path()
        assert [version.author for version in path] == ["rio", "parse", "nodes", "parse"]
        assert path[1].statements[0] == "box(name='a')\n"
        assert await gives_the_same(display)
        await display.undo()
        await display.undo()
        assert display.graph.show(display.graph.ids["a"], "color") != "blue"


async def test_edits_and_failures_are_said_though_a_program_has_their_words_for_something_else() -> None:
    async with a_display() as display:
        await run(display, "text = 'hello'\nfind = nodes\nbox = sphere\n")
        if behind := Edits(display.graph, display.history).new("text", "title", "text=Hello"):
            await behind
        with pytest.raises(FileError, match="ZeroDivisionError"):
            await run(display, "for n in find('text'):\n    n.text = text\n    cone(name='c')\n    1 / 0\n")
        assert display.graph.show(display.graph.ids["title"], "text") == "hello"
        assert await gives_the_same(display)


async def test_an_edit_after_a_restart_follows_what_the_worker_was_told(tmp_path: Path) -> None:
    """Whose rows begin beside what stood there then, though an edit has removed that since."""
    async with a_display(tmp_path) as display:
        await run(display, "box()")
        await at_rest(display)
    async with a_display(tmp_path) as display:
        await at_rest(display)
        if behind := Edits(display.graph, display.history).remove("box"):
            await behind
        await run(display, "sphere()")
        assert float(display.graph.columns["at"][display.graph.ids["sphere"], 0]) > 0
        assert await gives_the_same(display)
