"""A terminal in a window: the screen drawn letter by letter in cells, and keys as what a terminal would send."""

from dataclasses import dataclass, field

from imgui_bundle import imgui

from rio.renderer import theme
from rio.renderer.desk import Desk
from rio.renderer.screens import Run, Screen
from rio.scene.graph import Node
from rio.wire import Input

SIZE = 16.0  # of its letters
COLUMNS, LINES = 80, 24  # of one that nobody gave a size
LEAST, MOST_COLUMNS, MOST_LINES = 2, 400, 200
_LEADING = 1.18
_PADDING = 12.0

_NAMES = ("black", "red", "green", "brown", "blue", "magenta", "cyan", "white")
_DARK = (
    "#3b4252 #e4688a #7cc98f #e3c26b #6f9bf5 #b58cf2 #62c6d6 #d5dae6"
    " #69738c #ff86a5 #98e0a8 #f5d98a #93b6ff #cfaeff #86e0ee #ffffff"
)
_LIGHT = (
    "#1f2430 #c2255c #2b8a3e #a06a00 #2b55c9 #8537b5 #0b7285 #5b6478"
    " #8a93a8 #e03131 #37b24d #c98500 #4c7df0 #ae5edb #1098ad #2b303c"
)
_KEYS = {
    "return": "\r",
    "enter": "\r",
    "num_enter": "\r",
    "backspace": "\x7f",
    "tab": "\t",
    "escape": "\x1b",
    "insert": "\x1b[2~",
    "delete": "\x1b[3~",
    "pageup": "\x1b[5~",
    "pagedown": "\x1b[6~",
}
_ARROWS = {"up": "A", "down": "B", "right": "C", "left": "D", "home": "H", "end": "F"}


def _colors(brights: str) -> dict[str, theme.Color]:
    found = [theme.hexadecimal(color) for color in brights.split()]
    names = [*_NAMES, *(f"bright{name}" for name in _NAMES)]
    return {**dict(zip(names, found, strict=True)), "bfightmagenta": found[13]}  # as pyte 0.8.2 calls it


_INKS = {theme.DARK: _colors(_DARK), theme.LIGHT: _colors(_LIGHT)}


@dataclass
class _Kept:
    """What is kept of one terminal from picture to picture."""

    screen: Screen = field(default_factory=Screen)
    is_at_end: bool = True


def terminal(desk: Desk, node: Node) -> None:
    """What was written to it, as a terminal shows that. What is typed into it is an event, `input`, with its `text`."""
    kept = desk.keep(node, _Kept)
    screen = kept.screen
    screen.take(desk.get(node, "text"))
    with desk.font("mono", SIZE):
        cell = imgui.calc_text_size("0").x, round(SIZE * _LEADING)
        size = _size(desk, node, cell)
        screen.resize(*_cells(size, cell))
        if screen.is_behind and desk.has_time() and not screen.read():  # now that it is as wide as its lines may be
            desk.again()
        imgui.push_style_color(imgui.Col_.child_bg, desk.look.deep)
        imgui.push_style_var(imgui.StyleVar_.child_rounding, 8.0)
        imgui.push_style_var(imgui.StyleVar_.window_padding, (_PADDING, _PADDING))
        imgui.begin_child("###screen", size, imgui.ChildFlags_.borders)
        imgui.pop_style_var(2)
        imgui.pop_style_color()
        _show(desk, node, kept, cell)
        imgui.end_child()


def _size(desk: Desk, node: Node, cell: tuple[float, float]) -> tuple[float, float]:
    width, height = map(float, desk.get(node, "size"))
    usual = COLUMNS * cell[0] + 2 * _PADDING + imgui.get_style().scrollbar_size
    return width or desk.room() or usual, height or LINES * cell[1] + 2 * _PADDING


def _cells(size: tuple[float, float], cell: tuple[float, float]) -> tuple[int, int]:
    """How many columns and lines fit."""
    columns = int((size[0] - 2 * _PADDING - imgui.get_style().scrollbar_size) / cell[0])
    lines = int((size[1] - 2 * _PADDING) / cell[1] + 0.01)
    return min(max(columns, LEAST), MOST_COLUMNS), min(max(lines, LEAST), MOST_LINES)


def _show(desk: Desk, node: Node, kept: _Kept, cell: tuple[float, float]) -> None:
    screen = kept.screen
    has_focus = imgui.is_window_focused() and bool(desk.get(node, "enabled"))
    if has_focus and (said := _said(desk.typed(), screen)):
        desk.tell(node, "input", text=said)
        kept.is_at_end = True
    left, top = imgui.get_cursor_screen_pos()
    total = screen.past + screen.size[1]
    low = imgui.get_window_pos().y
    first = max(int((low - top) / cell[1]), 0)
    last = min(int((low + imgui.get_window_size().y - top) / cell[1]) + 1, total)
    for number in range(first, last):
        for run in screen.line(number):
            _run(desk, run, left, top + number * cell[1], cell)
    _cursor(desk.look, screen, (left, top), cell, has_focus=has_focus)
    imgui.dummy((1.0, total * cell[1]))
    _scroll(kept)


def _scroll(kept: _Kept) -> None:
    """The newest line stays in sight, unless a person has scrolled away from it."""
    if imgui.is_window_hovered() and imgui.get_io().mouse_wheel:
        kept.is_at_end = imgui.get_io().mouse_wheel < 0 and imgui.get_scroll_y() >= imgui.get_scroll_max_y() - 60
    if kept.is_at_end:
        imgui.set_scroll_y(imgui.get_scroll_max_y())


def _run(desk: Desk, run: Run, left: float, y: float, cell: tuple[float, float]) -> None:
    look, paper = desk.look, imgui.get_window_draw_list()
    x, width = left + run.column * cell[0], run.width * cell[0]
    ground = _color(look, run.bg)
    if run.bg != "default":
        paper.add_rect_filled((x, y), (x + width, y + cell[1]), theme.packed(ground))
    if run.text.isspace() and not run.underlined:
        return
    ink = look.ink if run.fg == "default" else look.deep if run.fg == "reverse" else _color(look, run.fg)
    color = theme.packed(ink)
    paper.add_text((x, y + (cell[1] - SIZE) / 2), color, run.text)
    if run.bold:
        paper.add_text((x + 0.6, y + (cell[1] - SIZE) / 2), color, run.text)
    for is_there, part in ((run.underlined, 0.92), (run.struck, 0.52)):
        if is_there:
            paper.add_line((x, y + part * cell[1]), (x + width, y + part * cell[1]), color, 1.0)


def _color(look: theme.Look, name: str) -> theme.Color:
    if name in ("default", "ink"):
        return look.ink
    if name == "reverse":
        return look.deep
    return _INKS[look][name] if name in _INKS[look] else theme.hexadecimal(f"#{name}")


def _cursor(
    look: theme.Look, screen: Screen, corner: tuple[float, float], cell: tuple[float, float], *, has_focus: bool
) -> None:
    if screen.cursor is None:
        return
    x = corner[0] + screen.cursor[0] * cell[0]
    y = corner[1] + (screen.past + screen.cursor[1]) * cell[1]
    paper, high = imgui.get_window_draw_list(), (x + cell[0], y + cell[1])
    if has_focus:
        paper.add_rect_filled((x, y), high, theme.packed((*look.accent[:3], 0.75)), 2.0)
    else:
        paper.add_rect((x, y), high, theme.packed(look.quiet), 2.0)


def _said(inputs: list[Input], screen: Screen) -> str:
    """What a terminal sends for keys."""
    said = ""
    for heard in inputs:
        key = str(heard.value)
        if heard.what == "text":
            said += "".join(letter for letter in key if letter.isprintable())
        elif key in _ARROWS:
            said += ("\x1bO" if screen.has_cursor_keys else "\x1b[") + _ARROWS[key]
        elif imgui.get_io().key_ctrl and len(key) == 1 and key.isalpha():
            said += chr(ord(key.lower()) & 0x1F)
        else:
            said += _KEYS.get(key, "")
    return said
