"""The nouns of windows and what stands in them. Read by `kinds`, which has all others.

What is made inside a window stands in it, from top to bottom, or side by side inside a `row`; a widget outside any
window stands in the view by itself. What a person changes is the word `value`.
"""

from rio.scene.branches import BRANCHES
from rio.scene.lists import GRID, LINES, SERIES
from rio.scene.noun import ANCHOR, MIDDLE, PARENT, TAGGED, VISIBLE, Kind, Word, named_color
from rio.scene.tails import TAIL
from rio.scene.values import AREA, COLOR, PROSE, SPOT, TOGGLE, Choice, number

_AT = Word("at", SPOT, MIDDLE, "its middle: x right, y down from the top left; what is in a window stands in its order")
_SIZE = Word("size", AREA, (0.0, 0.0), "a number, or width height; 0 is what its contents need")
_ENABLED = Word("enabled", TOGGLE, True, "whether it can be used")
_LABEL = Word("text", PROSE, "", "what stands beside it")
_NUMBER = number()

LANGUAGES = ("python", "c", "c++", "c#", "lua", "glsl", "json", "markdown", "sql", "plain")
_FLAT = frozenset({"rect", "circle", "line", "polygon", "path", "points", "text", "image", "group"})
CHARTED = frozenset({"plot", "bar", "scatter"})


def misplaced(noun: Kind, holder: Kind | None) -> str:
    """Why a noun cannot stand in another, in words; nothing if it can. `holder` None is the view or the world."""
    if noun.name == "marker" and holder is not None and holder.name != "map":
        return f"a marker stands in a map, not in a {holder.name}"
    if holder is None or (holder.space != "panel" and noun.space != "panel"):
        return ""
    if holder.name == "chart":
        return "" if noun.name in CHARTED else f"a {noun.name} does not stand in a chart; plot, bar and scatter do"
    if holder.name == "canvas":
        return "" if noun.name in _FLAT else f"a {noun.name} does not stand in a canvas; {' '.join(sorted(_FLAT))} do"
    if holder.space != "panel":
        return f"a {noun.name} stands in a window, a row, or nowhere; not in a {holder.name}"
    if holder.name not in ("window", "row"):
        return f"nothing stands in a {holder.name}; put it in the window"
    if noun.name == "window" or not (noun.space == "panel" or noun.name in ("text", "image")):
        return f"a {noun.name} does not stand in a {holder.name}; text, images and widgets do"
    return ""


def _widget(name: str, about: str, *words: Word, given: tuple[tuple[str, ...], ...] = (("text",),)) -> Kind:
    every = (*words, _AT, _SIZE, ANCHOR, _ENABLED, VISIBLE, PARENT, TAGGED)
    return Kind(name, "panel", about, {word.name: word for word in every}, given)


def _series(name: str, about: str, thickness: float) -> Kind:
    return _widget(
        name,
        f"{about}; with axes of its own if it stands in no chart",
        Word("text", PROSE, "", "its name"),
        Word("points", SERIES, None, "numbers, or places x y"),
        Word("color", COLOR, named_color("#5b8def"), "a CSS name, #rrggbb, or r g b"),
        Word("thickness", number(0, 100), thickness, "of its line or dots, in pixels"),
        Word("labels", LINES, (), "what stands under each"),
        given=(("points",), ("text", "points")),
    )


WIDGETS = (
    _widget("window", "a window that can be moved, with what is made inside it", Word("text", PROSE, "", "its title")),
    _widget("row", "what is made inside it stands side by side", given=()),
    _widget(
        "button",
        "a button; `@node.on_click`",
        Word("text", PROSE, "", "what it says"),
        Word("color", COLOR, named_color("#4c7df0"), "a CSS name, #rrggbb, or r g b"),
    ),
    _widget("checkbox", "on or off; `@node.on_change`", _LABEL, Word("value", TOGGLE, False, "whether it is on")),
    _widget(
        "slider",
        "a number to be dragged; `@node.on_change`",
        _LABEL,
        Word("value", _NUMBER, 0.0, "the number"),
        Word("low", _NUMBER, 0.0, "its least"),
        Word("high", _NUMBER, 1.0, "its most"),
        Word("step", number(0), 0.0, "between one and the next; 0 is any"),
    ),
    _widget(
        "entry",
        "text to be typed; `@node.on_change` when it is done",
        _LABEL,
        Word("value", PROSE, "", "the text"),
        Word("hint", PROSE, "", "what stands there while it is empty"),
        Word("lines", number(1, 200, whole=True), 1.0, "how many lines are seen"),
    ),
    _widget(
        "choice",
        "one of several; `@node.on_change`",
        _LABEL,
        Word("options", LINES, (), "the texts to choose from"),
        Word("value", PROSE, "", "the one that is chosen"),
        given=(("text",), ("text", "options")),
    ),
    _widget(
        "markdown",
        "a text in Markdown; a click on a link says its `url`",
        Word("text", PROSE, "", "headings, lists, tables, code, links; a picture is its description"),
    ),
    _widget(
        "code",
        "an editor of code; `@node.on_change` when its writer rests",
        Word("value", PROSE, "", "the code"),
        Word("language", Choice(*LANGUAGES), "python", "whose words are coloured"),
        Word("lines", number(1, 200, whole=True), 12.0, "how many lines are seen"),
        given=(("value",), ("value", "language")),
    ),
    _widget(
        "tree",
        "texts below texts that open and close; `@node.on_click` says the `path`",
        Word("items", BRANCHES, (), "nested lists or dicts, or indented lines"),
        Word("value", PROSE, "", "the path that is chosen, as a/b/c"),
        given=(("items",),),
    ),
    _widget(
        "terminal",
        "a terminal; `term.write(text)`, and `@term.on_input` says the `text` that was typed",
        Word("text", TAIL, "", "what was written to it, escape sequences too"),
    ),
    _widget(
        "canvas",
        "a picture of flat things in a window; their places count from its top left",
        Word("color", COLOR, named_color("#121621"), "its ground"),
        given=(),
    ),
    _widget("progress", "how far something is", _LABEL, Word("value", number(0, 1), 0.0, "0 is nothing, 1 is done")),
    _widget("separator", "a line across", Word("text", PROSE, "", "what it says")),
    _widget(
        "chart",
        "axes, with the lines, bars and dots that are made inside it",
        Word("text", PROSE, "", "its title"),
        Word("x_text", PROSE, "", "what goes right"),
        Word("y_text", PROSE, "", "what goes up"),
    ),
    _series("plot", "a line through numbers or places", 2.0),
    _series("scatter", "a dot for each place", 3.0),
    _series("bar", "a bar for each number", 1.0),
    _widget(
        "table",
        "cells in rows; `@node.on_click` says `row` and `column`",
        Word("columns", LINES, (), "the heads of its columns"),
        Word("rows", GRID, (), "its cells, in rows"),
        given=(("rows",), ("columns", "rows")),
    ),
)
