"""Charts: axes, and in them lines, bars and dots, drawn by ImPlot from the graph."""

import numpy as np
from imgui_bundle import imgui, implot
from numpy.typing import NDArray

from rio.renderer import theme
from rio.renderer.desk import Desk
from rio.renderer.labels import label, shown
from rio.scene.graph import Node
from rio.scene.kinds import KINDS
from rio.scene.values import COLOR

USUAL = (26 * theme.BODY, 15 * theme.BODY)  # the size of a chart that nobody gave one
BAR = 0.67  # the width of a bar, of the least distance between two
PALETTE = ("#5b8def", "#f2a65a", "#59c9a5", "#e4688a", "#b58cf2", "#e8d35e", "#56c2e6", "#a3b18a")
_QUIET = implot.Flags_.no_mouse_text | implot.Flags_.no_menus | implot.Flags_.no_box_select | implot.Flags_.no_frame
_AXIS = implot.AxisFlags_.auto_fit | implot.AxisFlags_.no_tick_marks | implot.AxisFlags_.no_highlight


def prepare() -> None:
    """A context beside that of Dear ImGui, in its look."""
    implot.create_context()
    style = implot.get_style()
    style.plot_padding = imgui.ImVec2(8.0, 8.0)
    style.legend_padding = imgui.ImVec2(10.0, 8.0)
    style.label_padding = imgui.ImVec2(6.0, 6.0)
    style.fit_padding = imgui.ImVec2(0.04, 0.10)
    style.plot_border_size = 0.0
    for part, color in (("plot_bg", theme.CLEAR), ("legend_bg", theme.CLEAR), ("legend_border", theme.CLEAR)):
        style.set_color_(getattr(implot.Col_, part), color)


def dress(look: theme.Look) -> None:
    """Follow the theme."""
    style = implot.get_style()
    style.set_color_(implot.Col_.axis_grid, look.edge)
    style.set_color_(implot.Col_.axis_text, look.quiet)
    style.set_color_(implot.Col_.legend_text, look.ink)


def chart(desk: Desk, node: Node) -> None:
    """Axes that fit what is in them, a title above, and a legend if there is more than one series with a name."""
    _draw(desk, node, desk.get(node, "text"), [inner for inner in desk.inside(node) if desk.get(inner, "visible")])


def series(desk: Desk, node: Node) -> None:
    """A line, bars or dots that stand in no chart have one of their own."""
    _draw(desk, node, desk.get(node, "text"), [node])


def _draw(desk: Desk, node: Node, title: str, inside: list[Node]) -> None:
    width, height = desk.get(node, "size")
    if title:
        with desk.font("bold", theme.BODY):
            imgui.text_unformatted(title)
    has_legend = len(inside) > 1 and any(desk.get(inner, "text") for inner in inside)
    flags = _QUIET | implot.Flags_.no_title | (0 if has_legend else implot.Flags_.no_legend)
    if not implot.begin_plot("###chart", (width or USUAL[0], height or USUAL[1]), flags):
        return
    try:
        _fill(desk, node, inside, has_legend=has_legend)
    finally:
        implot.end_plot()


def _fill(desk: Desk, node: Node, inside: list[Node], *, has_legend: bool) -> None:
    right, up = (shown(desk.get(node, word)) if node.kind == "chart" else "" for word in ("x_text", "y_text"))
    implot.setup_axes(right, up, _AXIS, _AXIS)
    if has_legend:
        implot.setup_legend(implot.Location_.north, implot.LegendFlags_.horizontal | implot.LegendFlags_.outside)
    _name_ticks(desk, inside)
    for place, inner in enumerate(inside):
        _series(desk, inner, place, [other for other in inside if other.kind == "bar"])


def _name_ticks(desk: Desk, inside: list[Node]) -> None:
    """Words under the numbers, if there are any: those of the first that has some."""
    named = next((inner for inner in inside if desk.get(inner, "labels")), None)
    if named is None or (points := desk.get(named, "points")) is None:
        return
    names = desk.get(named, "labels")[: len(points)]
    if names:
        implot.setup_axis_ticks(implot.ImAxis_.x1, points[: len(names), 0].tolist(), list(names), False)


def _series(desk: Desk, node: Node, place: int, bars: list[Node]) -> None:
    points = desk.get(node, "points")
    if points is None or not len(points):
        return
    x, y = (np.ascontiguousarray(points[:, axis], np.float64) for axis in (0, 1))
    color, thick = _color(desk, node, place), float(desk.get(node, "thickness"))
    name = label(desk.get(node, "text"), str(node.id))
    match node.kind:
        case "plot":
            implot.plot_line(name, x, y, implot.Spec(line_color=color, line_weight=thick))
        case "scatter":
            look = implot.Spec(marker=implot.Marker_.circle, marker_size=thick + 1.5, marker_fill_color=color)
            look.marker_line_color = color
            implot.plot_scatter(name, x, y, look)
        case "bar":
            wide = BAR * _step(x) / len(bars)
            aside = (bars.index(node) - (len(bars) - 1) / 2) * wide
            look = implot.Spec(fill_color=color, line_color=color)
            implot.plot_bars(name, x + aside, y, wide * (0.92 if len(bars) > 1 else 1.0), look)


def _step(x: NDArray[np.float64]) -> float:
    """The least distance between two neighbours; 1 if there are none."""
    gaps = np.diff(np.unique(x))
    return float(gaps.min()) if len(gaps) else 1.0


def _color(desk: Desk, node: Node, place: int) -> imgui.ImVec4:
    """The node's own; one that was given none has the next of the palette."""
    color = desk.get(node, "color")
    if np.allclose(color, KINDS[node.kind].rows["color"], atol=1e-3):
        color = COLOR.of(PALETTE[place % len(PALETTE)])
    return imgui.ImVec4(*color)
