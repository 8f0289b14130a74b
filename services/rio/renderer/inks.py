"""The colours of the code editor, made ours in what it has drawn.

The library takes no colours but the two sets that it brings, and Python cannot change those. So it draws with its own,
and each vertex is given our colour for the part that its colour stands for.
"""

import ctypes
from functools import cache

import numpy as np
from imgui_bundle import imgui
from imgui_bundle.imgui_color_text_edit import TextEditor
from numpy.typing import NDArray

from rio.renderer import theme

_RGB, _OPAQUE = 0x00FFFFFF, 0xFF000000
_INKS = {  # parts of a text: in the dark, in the light
    "keyword": ("#8fb0ff", "#2b55c9"),
    "declaration": ("#7fd0e8", "#0b7285"),
    "number": ("#f2a65a", "#b0520d"),
    "string": ("#a5d6a0", "#2f7d3a"),
    "punctuation": ("#9aa5bd", "#5b6478"),
    "preprocessor": ("#d7a5f5", "#8537b5"),
    "identifier": ("#e6eaf4", "#232936"),
    "known_identifier": ("#7fd0e8", "#0b7285"),
    "comment": ("#7d879e", "#78829a"),
    "matching_bracket_level1": ("#c9d2e6", "#454d60"),
    "matching_bracket_level2": ("#d7a5f5", "#8537b5"),
    "matching_bracket_level3": ("#7fd0e8", "#0b7285"),
    "matching_bracket_error": ("#e4688a", "#c2255c"),
    "line_number": ("#566078", "#a3abbd"),
}


def palette(look: theme.Look) -> TextEditor.Palette:
    """What the editor draws with in this theme."""
    return TextEditor.get_light_palette() if look is theme.LIGHT else TextEditor.get_dark_palette()


def recolor(look: theme.Look, since: int) -> None:
    """Give the editor that was drawn last in the current window our colours; `since` is what `drawn` said before it."""
    window = imgui.internal.get_current_window()
    children = window.dc.child_windows
    if len(children):
        _recolor(look, _colors(children[len(children) - 1].draw_list))
    _recolor(look, _colors(window.draw_list)[since:])  # its ground and its edge


def drawn() -> int:
    """How many vertices the current window has by now."""
    return int(imgui.get_window_draw_list().vtx_buffer.size())


def _recolor(look: theme.Look, colors: NDArray[np.uint32]) -> None:
    before = colors & _RGB
    for theirs, ours in _table(look).items():
        these = before == theirs
        colors[these] = colors[these] & _OPAQUE | ours


def _colors(drawing: imgui.ImDrawList) -> NDArray[np.uint32]:
    """The colour of each vertex, uint32[n], to be written to."""
    vertices = drawing.vtx_buffer
    count, wide, first = vertices.size(), imgui.VERTEX_SIZE, imgui.VERTEX_BUFFER_COL_OFFSET
    if not count:
        return np.zeros(0, np.uint32)
    memory = np.ctypeslib.as_array((ctypes.c_ubyte * (count * wide)).from_address(vertices.data_address()))
    return memory.reshape(count, wide)[:, first : first + 4].view(np.uint32)[:, 0]


@cache
def _table(look: theme.Look) -> dict[int, int]:
    """Their colour -> ours, without how opaque it is."""
    ours = {name: theme.hexadecimal(pair[look is theme.LIGHT]) for name, pair in _INKS.items()}
    ours |= {"text": look.ink, "background": look.deep, "cursor": look.ink, "selection": look.accent}
    ours |= {"current_line_number": look.quiet, "matching_bracket_background": look.well}
    theirs = palette(look)
    return {theirs.get(TextEditor.Color[name]) & _RGB: theme.packed(color) & _RGB for name, color in ours.items()}
