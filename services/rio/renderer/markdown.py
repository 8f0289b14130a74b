"""Markdown in a window: parsed and laid out once for a text and a width, and drawn as far as it is in sight."""

from dataclasses import dataclass, field

from imgui_bundle import imgui

from rio.renderer import theme
from rio.renderer.desk import Desk
from rio.renderer.markup import Block, blocks
from rio.renderer.typeset import Piece, Sheet, typeset
from rio.scene.graph import Node

USUAL = 30 * theme.BODY  # the width of a text where neither it nor its window was given one


@dataclass
class _Page:
    """What is kept of one node from picture to picture."""

    text: str | None = None
    width: float = 0.0
    blocks: list[Block] = field(default_factory=list)
    sheet: Sheet | None = None


class _Letters:
    """How wide letters are, asked of the fonts."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._ascents: dict[tuple[str, float], float] = {}

    def width(self, text: str, face: str, size: float) -> float:
        """Of this text in one line."""
        with self._desk.font(face, size):
            return float(imgui.calc_text_size(text).x)

    def ascent(self, face: str, size: float) -> float:
        """From the top of a line to where its letters stand."""
        if (face, size) not in self._ascents:
            with self._desk.font(face, size):
                self._ascents[face, size] = float(imgui.get_font_baked().ascent)
        return self._ascents[face, size]


def markdown(desk: Desk, node: Node) -> None:
    """A text with headings, lists, tables, code and links; a click on a link tells its `url`, and does nothing else."""
    wide, high = map(float, desk.get(node, "size"))
    if high:
        imgui.begin_child("###page", (wide or desk.room() or USUAL, high))
    _show(desk, node, wide if not high else imgui.get_content_region_avail().x)
    if high:
        imgui.end_child()


def _show(desk: Desk, node: Node, wide: float) -> None:
    page = desk.keep(node, _Page)
    sheet = _sheet(desk, page, desk.get(node, "text"), wide or desk.room() or USUAL)
    if sheet is None:
        return
    left, top = imgui.get_cursor_screen_pos()
    clip = imgui.get_window_draw_list().get_clip_rect_min(), imgui.get_window_draw_list().get_clip_rect_max()
    for place, piece in enumerate(sheet.between(clip[0].y - top, clip[1].y - top)):
        if piece.what == "text":
            _text(desk, node, piece, (left, top), place)
        else:
            _draw(desk.look, piece, left + piece.x, top + piece.y)
    imgui.set_cursor_screen_pos((left, top))
    imgui.dummy((sheet.width, sheet.height))


def _sheet(desk: Desk, page: _Page, text: str, width: float) -> Sheet | None:
    """The text laid out; what there was until now while there is no time for it."""
    if (page.text != text or page.width != width) and desk.has_time():
        if page.text != text:
            page.blocks = blocks(text)
        page.text, page.width = text, width
        page.sheet = typeset(page.blocks, width, _Letters(desk))
    return page.sheet


def _text(desk: Desk, node: Node, piece: Piece, corner: tuple[float, float], place: int) -> None:
    look = desk.look
    x, y = corner[0] + piece.x, corner[1] + piece.y
    ink = look.quiet if piece.is_quiet else look.ink
    if piece.link:
        ink = _link(desk, node, piece, (x, y), place)
    paper, color = imgui.get_window_draw_list(), theme.packed(ink)
    if piece.is_code:
        paper.add_rect_filled((x - 2, y - 1), (x + piece.width + 2, y + piece.height + 2), theme.packed(look.well), 4.0)
    with desk.font(piece.face, piece.size):
        paper.add_text((x, y), color, piece.text)
    if piece.is_struck or piece.link:
        line = y + piece.height * (0.55 if piece.is_struck else 0.98)
        paper.add_line((x, line), (x + piece.width, line), color, 1.0)


def _link(desk: Desk, node: Node, piece: Piece, at: tuple[float, float], place: int) -> theme.Color:
    """A place that can be clicked; its colour."""
    imgui.set_cursor_screen_pos(at)
    if imgui.invisible_button(f"###{place}", (max(piece.width, 1.0), piece.height + 2)):
        desk.click(node, url=piece.link)
    if imgui.is_item_hovered():
        imgui.set_mouse_cursor(imgui.MouseCursor_.hand)
        return theme.nearer(desk.look.link, desk.look.toward, 0.35)
    return desk.look.link


def _draw(look: theme.Look, piece: Piece, x: float, y: float) -> None:
    """What stands around the text."""
    paper, low, high = imgui.get_window_draw_list(), (x, y), (x + piece.width, y + piece.height)
    match piece.what:
        case "well":
            paper.add_rect_filled(low, high, theme.packed(look.deep), 8.0)
            paper.add_rect(low, high, theme.packed(look.edge), 8.0)
        case "strip":
            paper.add_rect_filled(low, high, theme.packed(look.veil), 6.0)
        case "bar":
            paper.add_rect_filled(low, high, theme.packed((*look.accent[:3], 0.7)), 1.5)
        case "rule":
            paper.add_line(low, (high[0], low[1]), theme.packed(look.edge), 1.0)
        case "dot":
            paper.add_circle_filled((x + 2.5, y + 2.5), 2.5, theme.packed(look.quiet))
        case "todo":
            paper.add_rect(low, high, theme.packed(look.quiet), 4.0, 1.2)
        case "done":
            _tick(look, x, y)


def _tick(look: theme.Look, x: float, y: float) -> None:
    paper = imgui.get_window_draw_list()
    paper.add_rect_filled((x, y), (x + 14, y + 14), theme.packed(look.accent), 4.0)
    for begin, end in (((3.5, 7.0), (6.2, 9.8)), ((6.0, 9.8), (10.8, 4.4))):
        corners = (x + begin[0], y + begin[1]), (x + end[0], y + end[1])
        paper.add_line(*corners, theme.packed(theme.WHITE), 1.8)
