"""How windows and widgets look: colours, corners and spaces, in logical pixels."""

from dataclasses import dataclass
from typing import Any

from imgui_bundle import imgui

BODY = 17.0  # the height of a line of text
SMALL = 14.0  # of what stands above a control
ROUND = 12.0  # the corners of a window
PADDING = 18.0

Color = tuple[float, float, float, float]

WHITE: Color = (1.0, 1.0, 1.0, 1.0)
BLACK: Color = (0.08, 0.09, 0.13, 1.0)
CLEAR: Color = (0.0, 0.0, 0.0, 0.0)


@dataclass(frozen=True)
class Look:
    """The colours of one theme. `edge` and `veil` lie over others; `shade` is the darkest of a window's shadow."""

    ink: Color  # text
    quiet: Color  # text that is not the point
    accent: Color
    link: Color
    paper: Color  # windows
    title: Color  # their titles, and what pops up
    well: Color  # where something is put in
    deep: Color  # what stands on its own ground: code, terminals
    edge: Color
    veil: Color  # heads and every other row of tables
    knob: Color
    toward: Color  # what a thing under the pointer tends to
    shade: float


DARK = Look(
    ink=(0.93, 0.94, 0.97, 1.0),
    quiet=(0.62, 0.66, 0.76, 1.0),
    accent=(0.36, 0.55, 0.94, 1.0),
    link=(0.53, 0.69, 1.0, 1.0),
    paper=(0.105, 0.125, 0.180, 0.97),
    title=(0.135, 0.160, 0.225, 0.98),
    well=(0.200, 0.232, 0.325, 1.0),
    deep=(0.072, 0.086, 0.128, 1.0),
    edge=(1.0, 1.0, 1.0, 0.09),
    veil=(1.0, 1.0, 1.0, 0.05),
    knob=(0.93, 0.94, 0.97, 1.0),
    toward=WHITE,
    shade=0.14,
)
LIGHT = Look(
    ink=(0.13, 0.15, 0.21, 1.0),
    quiet=(0.40, 0.44, 0.53, 1.0),
    accent=(0.22, 0.44, 0.90, 1.0),
    link=(0.13, 0.36, 0.80, 1.0),
    paper=(0.988, 0.990, 0.996, 0.98),
    title=(0.945, 0.953, 0.970, 0.98),
    well=(0.922, 0.934, 0.958, 1.0),
    deep=(0.950, 0.957, 0.972, 1.0),
    edge=(0.10, 0.14, 0.26, 0.13),
    veil=(0.10, 0.16, 0.32, 0.055),
    knob=WHITE,
    toward=BLACK,
    shade=0.055,
)
LOOKS = {"dark": DARK, "light": LIGHT}

_SPACES: dict[str, Any] = {
    "window_padding": (PADDING, PADDING - 2),
    "window_rounding": ROUND,
    "window_border_size": 1.0,
    "window_title_align": (0.5, 0.5),
    "window_min_size": (40.0, 32.0),
    "frame_padding": (12.0, 8.0),
    "frame_rounding": 8.0,
    "frame_border_size": 1.0,
    "item_spacing": (10.0, 10.0),
    "item_inner_spacing": (10.0, 6.0),
    "cell_padding": (10.0, 6.0),
    "grab_rounding": 8.0,
    "grab_min_size": 20.0,
    "popup_rounding": 10.0,
    "scrollbar_rounding": 8.0,
    "scrollbar_size": 10.0,
    "separator_text_border_size": 1.0,
    "font_size_base": BODY,
}


def dress(style: Any, look: Look) -> None:
    """Give a style of Dear ImGui this look."""
    (imgui.style_colors_dark if look is DARK else imgui.style_colors_light)(style)
    for name, color in _colors(look).items():
        style.set_color_(getattr(imgui.Col_, name), color)
    for name, value in _SPACES.items():
        setattr(style, name, value)
    style.window_menu_button_position = imgui.Dir.none


def _colors(look: Look) -> dict[str, Color]:
    colors = {
        "text": look.ink,
        "text_disabled": look.quiet,
        "text_link": look.link,
        "text_selected_bg": (*look.accent[:3], 0.35),
        "window_bg": look.paper,
        "popup_bg": (*look.title[:3], 1.0),
        "title_bg": look.title,
        "title_bg_active": look.title,
        "border": look.edge,
        "frame_bg": look.well,
        "check_mark": WHITE,
        "checkbox_selected_bg": look.accent,
        "slider_grab": look.accent,
        "plot_histogram": look.accent,
        "separator": look.edge,
        "resize_grip": CLEAR,
        "scrollbar_bg": CLEAR,
        "scrollbar_grab": nearer(look.well, look.toward, 0.16),
        "header": (*look.accent[:3], 0.26),
        "table_header_bg": look.veil,
        "table_border_strong": look.edge,
        "table_border_light": look.edge,
        "table_row_bg_alt": (*look.veil[:3], look.veil[3] / 2),
        "input_text_cursor": look.accent,
        "nav_cursor": look.accent,
        "modal_window_dim_bg": (0.0, 0.0, 0.0, 0.4),
    }
    for part in ("frame_bg", "header", "button", "slider_grab", "scrollbar_grab", "separator", "resize_grip"):
        base = colors.setdefault(part, look.well)
        hovered = part if part == "slider_grab" else f"{part}_hovered"
        colors[hovered], colors[f"{part}_active"] = nearer(base, look.toward, 0.05), nearer(base, look.toward, 0.10)
    return colors


def hexadecimal(color: str) -> Color:
    """`#rrggbb` as numbers."""
    red, green, blue = (int(color[place : place + 2], 16) / 255 for place in (1, 3, 5))
    return red, green, blue, 1.0


def nearer(color: Color, other: Color, by: float) -> Color:
    """The colour with more of another in it; `by` from 0 to 1."""
    red, green, blue = (one + (two - one) * by for one, two in zip(color[:3], other[:3], strict=True))
    return red, green, blue, color[3] if color[3] else by


def lighter(color: Color, by: float) -> Color:
    """The colour with more white in it; `by` from 0 to 1."""
    return nearer(color, WHITE, by)


def ink_on(color: Color) -> Color:
    """What can be read on this colour: white, or nearly black."""
    brightness = 0.299 * color[0] + 0.587 * color[1] + 0.114 * color[2]
    return WHITE if brightness < 0.62 else BLACK


def cast_shadow(look: Look, low: tuple[float, float], high: tuple[float, float]) -> None:
    """A soft dark edge around the current window, drawn with it: on what is behind, below what is before."""
    paper = imgui.get_window_draw_list()
    paper.push_clip_rect_full_screen()
    ratio = max(imgui.get_io().display_framebuffer_scale.x, 1.0)  # a ring for each real pixel
    rings = round(_RINGS * ratio)
    for ring in range(rings):
        out = (ring + 1) / ratio
        shade = packed((0.0, 0.0, 0.0, look.shade * (1 - ring / rings) ** 2))
        corner = (low[0] - out, low[1] - out), (high[0] + out, high[1] + out)
        paper.add_rect(*corner, shade, ROUND + out, 1.5 / ratio)
    paper.pop_clip_rect()


def draw_ring(look: Look) -> None:
    """The last item is what keys go to."""
    if imgui.is_item_active():
        low, high = imgui.get_item_rect_min(), imgui.get_item_rect_max()
        imgui.get_window_draw_list().add_rect(low, high, packed(look.accent), _SPACES["frame_rounding"], 1.6)


def draw_rail(look: Look, part: float) -> None:
    """A slider's rail and knob over the last item; `part` of it, 0 to 1, lies before the knob."""
    low, high = imgui.get_item_rect_min(), imgui.get_item_rect_max()
    paper, middle = imgui.get_window_draw_list(), (low.y + high.y) / 2
    left, right = low.x + KNOB, high.x - KNOB
    knob = left + (right - left) * min(max(part, 0.0), 1.0)
    is_near = imgui.is_item_hovered() or imgui.is_item_active()
    color = lighter(look.accent, 0.15) if is_near else look.accent
    for begin, end, shade in ((low.x, high.x, look.well), (low.x, knob, color)):
        paper.add_rect_filled((begin, middle - _RAIL), (end, middle + _RAIL), packed(shade), _RAIL)
    paper.add_circle_filled((knob, middle), KNOB + is_near, packed((0.0, 0.0, 0.0, 0.25)), 32)
    paper.add_circle_filled((knob, middle), KNOB - 1 + is_near, packed(look.knob), 32)


def packed(color: Color) -> int:
    """The colour as draw lists take it; paler within what is not enabled."""
    return imgui.get_color_u32(color)


KNOB, _RAIL = 9.0, 3.0  # half of their heights
_RINGS = 18
