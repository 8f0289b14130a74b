"""A code editor: lines with numbers and colours, with its own undo, selection and clipboard.

The editor holds the text while a person types; it is told when they rest. What a program makes of the text meanwhile is
put in where it differs, so that the cursor stays where it was.
"""

import time

from imgui_bundle import imgui
from imgui_bundle.imgui_color_text_edit import TextEditor

from rio.renderer import inks, theme
from rio.renderer.desk import Desk
from rio.scene.graph import Node
from rio.scene.values import LONGEST

REST = 0.4  # seconds without a key after which a person is taken to rest
USUAL = 36 * theme.BODY  # the width of an editor that nobody gave one
SIZE = 16.0  # of its letters
MOST_TABS = 2000  # of one line; with more they are shown as blanks

_LANGUAGES = {
    "python": TextEditor.Language.python,
    "c": TextEditor.Language.c,
    "c++": TextEditor.Language.cpp,
    "c#": TextEditor.Language.cs,
    "lua": TextEditor.Language.lua,
    "glsl": TextEditor.Language.glsl,
    "json": TextEditor.Language.json,
    "markdown": TextEditor.Language.markdown,
    "sql": TextEditor.Language.sql,
}


class Editor:
    """One node's editor. `said` is its text as the graph has it or has been told."""

    def __init__(self) -> None:
        self._editor = TextEditor()
        self._editor.set_show_whitespaces_enabled(False)
        self._editor.set_tab_size(4)
        self._editor.set_insert_spaces_on_tabs(True)
        self._editor.set_line_spacing(1.15)
        self._known: str | None = None
        self._said = ""
        self._edited: float | None = None  # when the last key was heard that the graph does not know of
        self._dress: tuple[object, ...] = ()

    def show(self, desk: Desk, node: Node, size: tuple[float, float]) -> None:
        """Draw it, and tell what a person has made of the text."""
        self._follow(desk.look, desk.get(node, "language"))
        self._editor.set_read_only_enabled(not desk.get(node, "enabled"))
        if (value := desk.get(node, "value")) != self._known and desk.has_time():
            self._take(value)
        before = inks.drawn()
        imgui.push_style_var(imgui.StyleVar_.child_rounding, 8.0)
        with desk.font("mono", SIZE):
            self._editor.render("###code", size, imgui.ChildFlags_.borders)
        imgui.pop_style_var()
        inks.recolor(desk.look, before)
        imgui.spacing()  # the editor leaves none below itself
        self._hear(desk, node)

    def _follow(self, look: theme.Look, language: str) -> None:
        if self._dress != (look, language):
            self._dress = look, language
            self._editor.set_palette(inks.palette(look))
            self._editor.set_language(_LANGUAGES.get(language, TextEditor.Language)())

    def _take(self, value: str) -> None:
        """The text that the graph has: only what differs is put in, so that the cursor keeps its place."""
        shown = _tamed(value)
        if self._known is None:
            self._editor.set_text(shown)
        elif (text := self._text()) != shown:
            self._exchange(text, shown)
        self._known, self._edited = value, None
        self._said = self._text()

    def _exchange(self, text: str, value: str) -> None:
        first = _shared(text, value)
        same = _shared(text[first:][::-1], value[first:][::-1])
        cursor = _letters(text, self._editor.get_main_cursor_position())
        self._editor.replace_section_text(
            _place(text, first), _place(text, len(text) - same), value[first : len(value) - same]
        )
        if cursor > first:  # what lay behind the change still does
            cursor = max(cursor + len(value) - len(text), first)
        self._editor.set_cursor(_place(value, cursor))

    def _text(self) -> str:
        """The library ends the last line, whether it was ended or not."""
        text = self._editor.get_text()
        return text if text.count("\n") < self._editor.get_line_count() else text.removesuffix("\n")

    def _hear(self, desk: Desk, node: Node) -> None:
        """What was typed, once they rest or go elsewhere."""
        text, now = self._text(), time.monotonic()
        if len(text) > LONGEST:
            self._editor.undo()
            text = self._text()
        if text != self._said:
            self._said, self._edited = text, now
        if self._edited is None:
            return
        if now < self._edited + REST and imgui.get_io().want_text_input:
            desk.wait(self._edited + REST)
            return
        self._known, self._edited = text, None
        desk.change(node, "value", text, done=True)


def code(desk: Desk, node: Node) -> None:
    """An editor, as many lines high as the node says unless it has a size."""
    width, height = map(float, desk.get(node, "size"))
    lines = float(desk.get(node, "lines"))
    size = width or desk.room() or USUAL, height or lines * SIZE * 1.15 + 2 * theme.BODY
    desk.keep(node, Editor).show(desk, node, size)


def _tamed(value: str) -> str:
    """The text without lines that the editor would take seconds for: each tab of a line is measured from its begin."""
    lines = value.split("\n")
    return "\n".join(line.replace("\t", " ") if line.count("\t") > MOST_TABS else line for line in lines)


def _shared(one: str, other: str) -> int:
    """How many letters two texts begin with alike."""
    pairs = enumerate(zip(one, other, strict=False))
    return next((place for place, (a, b) in pairs if a != b), min(len(one), len(other)))


def _letters(text: str, place: TextEditor.DocPos) -> int:
    """How many letters of the text lie before a place."""
    return sum(len(line) + 1 for line in text.split("\n")[: place.line]) + place.index


def _place(text: str, letters: int) -> TextEditor.DocPos:
    """A place in the text as line and letter."""
    before = text[:letters]
    return TextEditor.DocPos(before.count("\n"), letters - before.rfind("\n") - 1)
