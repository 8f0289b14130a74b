"""Each widget, drawn once a frame from its node. What a person does with one is told to its `Desk`."""

from collections.abc import Callable

from imgui_bundle import imgui

from rio.renderer import charts, theme
from rio.renderer.branches import tree
from rio.renderer.desk import Desk
from rio.renderer.editor import code
from rio.renderer.labels import label, shown
from rio.renderer.markdown import markdown
from rio.renderer.photos import image
from rio.renderer.sketches import canvas
from rio.renderer.terminal import terminal
from rio.scene.graph import Node
from rio.scene.values import LONGEST

FINEST = 1e-30  # a step of a slider; a smaller one is none, as 0 is
MOST_COLUMNS = 511  # of a table, by Dear ImGui
LETTERS = 14.0  # the width of a control that nobody gave one, in lines of text


def text(desk: Desk, node: Node) -> None:
    """Words, in the face and colour of the node, wrapped at the window's edge."""
    with desk.font(desk.get(node, "font"), desk.get(node, "size")):
        imgui.push_style_color(imgui.Col_.text, desk.get(node, "color"))
        imgui.push_text_wrap_pos(0.0 if desk.room() else -1.0)
        imgui.text_unformatted(desk.get(node, "text"))
        imgui.pop_text_wrap_pos()
        imgui.pop_style_color()


def button(desk: Desk, node: Node) -> None:
    """A filled button."""
    color = desk.get(node, "color")
    shades = {
        "button": color,
        "button_hovered": theme.lighter(color, 0.12),
        "button_active": theme.lighter(color, 0.22),
    }
    for name, shade in (shades | {"text": theme.ink_on(color)}).items():
        imgui.push_style_color(getattr(imgui.Col_, name), shade)
    with desk.font("bold", theme.BODY):
        is_clicked = imgui.button(label(desk.get(node, "text"), "button"), _size(desk, node))
    imgui.pop_style_color(4)
    if is_clicked:
        desk.click(node)


def checkbox(desk: Desk, node: Node) -> None:
    """A box to tick, and what it stands for on its right."""
    imgui.push_style_var(imgui.StyleVar_.frame_padding, (5.0, 5.0))
    changed, value = imgui.checkbox(label(desk.get(node, "text"), "box"), desk.get(node, "value"))
    imgui.pop_style_var()
    if changed:
        desk.change(node, "value", value, done=True)


def slider(desk: Desk, node: Node) -> None:
    """A grip on a rail; what it is for and its number stand above."""
    value, low, high, step = (desk.get(node, word) for word in ("value", "low", "high", "step"))
    _caption(desk, node, f"{value:.6g}")
    _width(desk, node)
    for part in ("frame_bg", "frame_bg_hovered", "frame_bg_active", "slider_grab", "slider_grab_active"):
        imgui.push_style_color(getattr(imgui.Col_, part), theme.CLEAR)
    imgui.push_style_var(imgui.StyleVar_.frame_border_size, 0.0)
    imgui.push_style_var(imgui.StyleVar_.frame_padding, (12.0, 1.0))
    changed, new = imgui.slider_float("###slider", value, low, high, "", imgui.SliderFlags_.always_clamp)
    imgui.pop_style_var(2)
    imgui.pop_style_color(5)
    theme.draw_rail(desk.look, (value - low) / (high - low) if high != low else 0.0)
    if changed:
        new = round((new - low) / step) * step + low if step > FINEST else new
        desk.change(node, "value", min(max(float(f"{new:.7g}"), min(low, high)), max(low, high)), done=False)
    if imgui.is_item_deactivated_after_edit():
        desk.change(node, "value", desk.get(node, "value"), done=True)


def entry(desk: Desk, node: Node) -> None:
    """A field for text, of one line or of several."""
    value, lines = desk.get(node, "value"), int(desk.get(node, "lines"))
    _caption(desk, node)
    if lines > 1:
        width, _ = _size(desk, node)
        size = width or _usual_width(), lines * imgui.get_text_line_height() + 2 * imgui.get_style().frame_padding.y
        changed, new = imgui.input_text_multiline("###entry", value, size)
    else:
        _width(desk, node)
        changed, new = imgui.input_text_with_hint("###entry", desk.get(node, "hint"), value)
    theme.draw_ring(desk.look)
    if changed:
        desk.change(node, "value", new[:LONGEST], done=False)
    if imgui.is_item_deactivated_after_edit():
        desk.change(node, "value", desk.get(node, "value"), done=True)


def choice(desk: Desk, node: Node) -> None:
    """One of several, in a list that opens."""
    value = desk.get(node, "value")
    _caption(desk, node)
    _width(desk, node)
    if imgui.begin_combo("###choice", shown(value) or "…"):
        for row, option in enumerate(desk.get(node, "options")):
            if imgui.selectable(label(option, str(row)), option == value)[0]:
                desk.change(node, "value", option, done=True)
        imgui.end_combo()


def progress(desk: Desk, node: Node) -> None:
    """A bar that fills."""
    value = desk.get(node, "value")
    _caption(desk, node, f"{value:.0%}")
    width, height = _size(desk, node)
    imgui.progress_bar(value, (width or _usual_width(), height or 8.0), "")


def separator(desk: Desk, node: Node) -> None:
    """A line across, with words in it or none."""
    said = shown(desk.get(node, "text"))
    with desk.font("bold", theme.SMALL):
        imgui.separator_text(said) if said else imgui.separator()


def row(desk: Desk, node: Node) -> None:
    """Side by side, their lower edges on one line."""
    for place, inner in enumerate(desk.inside(node)):
        if place:
            imgui.same_line()
        imgui.begin_group()
        desk.draw_one(inner)
        imgui.end_group()


def table(desk: Desk, node: Node) -> None:
    """Cells in rows under their heads; only those in sight are drawn."""
    heads, rows = desk.get(node, "columns"), desk.get(node, "rows")
    count = max(len(heads), max(map(len, rows), default=0))
    if not count:
        return
    if count > MOST_COLUMNS:
        raise ValueError(f"{count:,} columns; {MOST_COLUMNS} is the most")
    width, height = _size(desk, node)
    flags = (
        imgui.TableFlags_.borders_inner_h
        | imgui.TableFlags_.row_bg
        | imgui.TableFlags_.pad_outer_x
        | imgui.TableFlags_.sizing_stretch_prop
    )
    flags |= imgui.TableFlags_.resizable | imgui.TableFlags_.scroll_y if height else imgui.TableFlags_.none
    if not imgui.begin_table("###table", count, flags, (width or max(_usual_width(), 7 * count * theme.BODY), height)):
        return
    if heads:
        for head in heads:
            imgui.table_setup_column(shown(head))
        imgui.table_setup_scroll_freeze(0, 1)
        imgui.table_headers_row()
    clipper = imgui.ListClipper()
    clipper.begin(len(rows))
    while clipper.step():
        for index in range(clipper.display_start, clipper.display_end):
            _table_row(desk, node, index, rows[index])
    imgui.end_table()


def _table_row(desk: Desk, node: Node, index: int, cells: tuple[str, ...]) -> None:
    imgui.table_next_row()
    for column, cell in enumerate(cells):
        imgui.table_next_column()
        if imgui.selectable(label(cell, f"{index} {column}"), False)[0]:
            desk.click(node, row=index, column=column)


def _caption(desk: Desk, node: Node, value: str = "") -> None:
    """What a control is for, in small letters above it, and on the right what it is set to."""
    said = desk.get(node, "text")
    if not said and not value:
        return
    width = _size(desk, node)[0] or _usual_width()
    left = imgui.get_cursor_pos_x()
    imgui.set_cursor_pos_y(imgui.get_cursor_pos_y() + 2)
    with desk.font("regular", theme.SMALL):
        imgui.push_style_color(imgui.Col_.text, desk.look.quiet)
        imgui.text_unformatted(said)
        imgui.pop_style_color()
        if value:
            imgui.same_line(left + width - imgui.calc_text_size(value).x)
            imgui.text_unformatted(value)
    imgui.set_cursor_pos_y(imgui.get_cursor_pos_y() - 5)


def _size(desk: Desk, node: Node) -> tuple[float, float]:
    width, height = desk.get(node, "size")
    return float(width), float(height)


def _width(desk: Desk, node: Node) -> None:
    imgui.set_next_item_width(_size(desk, node)[0] or _usual_width())


def _usual_width() -> float:
    return LETTERS * theme.BODY


DRAW: dict[str, Callable[[Desk, Node], None]] = {
    "text": text,
    "button": button,
    "checkbox": checkbox,
    "slider": slider,
    "entry": entry,
    "choice": choice,
    "progress": progress,
    "separator": separator,
    "row": row,
    "table": table,
    "markdown": markdown,
    "code": code,
    "tree": tree,
    "image": image,
    "canvas": canvas,
    "terminal": terminal,
    "chart": charts.chart,
    "plot": charts.series,
    "bar": charts.series,
    "scatter": charts.series,
}
READ = frozenset({"code", "terminal"})  # what can still be read and scrolled when it is not enabled
