"""A picture in a window, as wide as the node says, or as the window has room."""

from imgui_bundle import imgui

from rio.renderer import theme
from rio.renderer.desk import Desk
from rio.scene.graph import Node
from rio.scene.pixels import Bytes, extent

USUAL = 30 * theme.BODY  # how wide a picture is at most that nobody gave a size, where its window has none either


def image(desk: Desk, node: Node) -> None:
    """The picture; a click tells the `row` and `column` of its pixel."""
    pixels = desk.get(node, "image")
    if pixels is None:
        return
    size = _size(desk, node, pixels)
    low = imgui.get_cursor_screen_pos()
    is_clicked = imgui.invisible_button("###image", (max(size[0], 1.0), max(size[1], 1.0)))
    paper, high = imgui.get_window_draw_list(), (low.x + size[0], low.y + size[1])
    round, border = float(desk.get(node, "radius")), float(desk.get(node, "border"))
    picture = imgui.ImTextureRef(desk.texture(node, pixels))
    tint = theme.packed(desk.get(node, "color"))
    paper.add_image_rounded(picture, (low.x, low.y), high, (0.0, 0.0), (1.0, 1.0), tint, round)
    if border:
        paper.add_rect((low.x, low.y), high, theme.packed(desk.get(node, "border_color")), round, border)
    if is_clicked:
        _click(desk, node, (low.x, low.y), size, pixels.shape[:2])


def _size(desk: Desk, node: Node, pixels: Bytes) -> tuple[float, float]:
    said = desk.get(node, "size")  # a bare number is a width
    width, height = extent(said if isinstance(said, tuple) else (said, 0.0), pixels)
    room = desk.room() or USUAL
    return (room, height * room / width) if not said and width > room else (width, height)


def _click(desk: Desk, node: Node, low: tuple[float, float], size: tuple[float, float], shape: tuple[int, int]) -> None:
    x, y = imgui.get_mouse_pos()
    row, column = (y - low[1]) / size[1] * shape[0], (x - low[0]) / size[0] * shape[1]
    desk.click(node, row=min(max(int(row), 0), shape[0] - 1), column=min(max(int(column), 0), shape[1] - 1))
