"""Markdown in a window: what it is read as, where it is put, and how it looks and is clicked."""

import time
from collections.abc import Iterator
from itertools import pairwise

import numpy as np
import pytest
from tests.rio.easel import Easel

from rio.renderer.markup import Block, Span, blocks
from rio.renderer.typeset import Sheet, typeset
from rio.wire import Event, Input, Set


@pytest.fixture(scope="module")
def easel() -> Iterator[Easel]:
    """One renderer for all."""
    easel = Easel()
    yield easel
    assert easel.close() == 0
    assert easel.failures == []


class Even:
    """Letters that are all as wide as half their height."""

    def width(self, text: str, face: str, size: float) -> float:
        return len(text) * size / 2

    def ascent(self, face: str, size: float) -> float:
        return size * 0.8


def laid(text: str, width: float = 400) -> Sheet:
    """A text on a sheet."""
    return typeset(blocks(text), width, Even())


def words(sheet: Sheet) -> str:
    """What can be read on it."""
    return "".join(piece.text for piece in sheet.pieces)


def test_faces_links_and_code_are_spans() -> None:
    """Each knows how it is set; what stands in a link leads there."""
    [block] = blocks("a **b _c_** `d` [e **f**](g://h) ~~i~~ ![j](k.png) <b>")
    assert block.spans == (
        Span("a "),
        Span("b ", "bold"),
        Span("c", "bold italic"),
        Span(" "),
        Span("d", "mono", is_code=True),
        Span(" "),
        Span("e ", link="g://h"),
        Span("f", "bold", link="g://h"),
        Span(" "),
        Span("i", is_struck=True),
        Span(" "),
        Span("j", "italic"),
        Span(" <b>"),
    )


def test_lists_know_how_deep_they_are_and_what_stands_before_them() -> None:
    """Bullets, numbers from where they begin, and tasks; quotes too are places to stand in."""
    found = [(block.mark, block.inside) for block in blocks("- a\n  1. b\n  2. c\n- [x] d\n- [ ] e\n\n7. f\n\n> g")]
    one, two = ("item",), ("item", "item")
    assert found == [("•", one), ("1.", two), ("2.", two), ("done", one), ("todo", one), ("7.", one), ("", ("quote",))]


def test_code_and_tables_are_blocks_of_their_own() -> None:
    """With the language, and with the sides of the columns."""
    code, table = blocks("```python x\nprint( )\n\n```\n\n|a|b|\n|--|-:|\n|1|*2*|")
    assert (code.what, code.label, code.spans[0].text) == ("code", "python", "print( )\n")
    assert table.sides == ("", "right")
    assert [[cell[0].text for cell in row] for row in table.rows] == [["a", "b"], ["1", "2"]]


def test_words_are_wrapped_and_nothing_is_lost() -> None:
    """No piece reaches beyond the width, one long word and the smallest width included."""
    text = "many words of one paragraph " * 5 + "x" * 500
    for width in (30, 100, 400):
        sheet = laid(text, width)
        assert sheet.width <= max(width, 40)
        assert words(sheet).replace(" ", "") == text.replace(" ", "")


def test_what_is_seen_through_a_slit_is_what_stands_there() -> None:
    """So a long text costs what is in sight of it."""
    sheet = laid("one\n\n" * 1000)
    seen = list(sheet.between(1000, 1100))
    assert 1 < len(seen) < 6
    assert all(piece.y < 1100 and piece.y + piece.height > 1000 for piece in seen)
    assert all(one.y < two.y for one, two in pairwise(seen))


@pytest.mark.parametrize("text", ["![" * 8000, "[a](" * 8000, ">" * 16_000, "- " * 8000, "a**" * 5000, "|" * 16_000])
def test_no_text_takes_long(text: str) -> None:
    """Nests, brackets and stars without an end are read and laid out like any other text."""
    began = time.process_time()
    assert laid(text).height >= 0
    assert time.process_time() - began < 5


def test_an_empty_text_is_nothing() -> None:
    """And no error."""
    assert laid("").pieces == []
    assert blocks("\n\n") == list[Block]()


def test_a_click_on_a_link_tells_where_it_leads(easel: Easel) -> None:
    """As a click of the node, with its `url`; one beside it is none."""
    easel.scene(("markdown", {"text": "[" + "long link " * 6 + "](there://it/is)", "at": (320, 180)}))
    easel.look()
    for y in (300, 180):
        for what in ("move", "press", "release"):
            easel.send(Input(what, 320, y, "left"))
    event = easel.next(Event, lambda event: event.what == "click" and event.id == 2)
    assert (event.value["url"], event.value["y"]) == ("there://it/is", 180)


def test_it_is_as_wide_as_its_window(easel: Easel) -> None:
    """And wraps anew when that is resized; without a size a window is as wide as the text needs."""
    easel.scene(("window", {"at": (320, 180), "size": (260, 340)}), ("markdown", {"text": "word " * 60, "parent": 2}))
    narrow = np.argwhere(easel.look()[:, :, 0] > 150)
    easel.draw(Set(2, "size", (600.0, 340.0)))
    wide = np.argwhere(easel.look()[60:, :, 0] > 150)
    assert narrow[:, 1].max() < 450 < wide[:, 1].max()
    assert wide[:, 0].max() < narrow[:, 0].max() - 60


def test_a_long_one_is_laid_out_once(easel: Easel) -> None:
    """Sixty thousand letters: the pictures after the first cost what is in sight."""
    text = ("# Head\n\nSome words with `code` in them.\n\n- one\n- two\n\n" * 1200)[:60_000]
    easel.scene(("window", {"at": (320, 180), "size": (400, 300)}), ("markdown", {"text": text, "parent": 2}))
    easel.look()
    began = easel.seconds()
    for place in range(3):
        easel.draw(Set(2, "at", (320.0 + place, 180.0)))
        easel.look()
    assert easel.seconds() - began < 1


def test_texts_that_take_long_hold_nothing_up(easel: Easel) -> None:
    """Twenty of the worst ones come into sight one after another, while the renderer shows frames."""
    easel.scene(*(("markdown", {"text": "![" * 30_000, "at": (320, 20 + 15 * n)}) for n in range(20)))
    stamp = easel.draw(Set(2, "tags", ("seen",)))
    assert easel.shown(stamp).cost < 6000
    easel.scene(("button", {"at": (320, 180), "text": "Go"}))
    assert easel.look().max() > 150
