"""A canvas in a window: the picture of what is flat in it, and hands on that."""

from dataclasses import dataclass

from imgui_bundle import imgui

from rio.renderer import theme
from rio.renderer.desk import Desk
from rio.scene.graph import Node

_ROUND = 8.0


@dataclass
class _Held:
    """What is held with the pointer, and where that was last."""

    node: Node | None = None
    x: float = 0.0
    y: float = 0.0


def canvas(desk: Desk, node: Node) -> None:
    """Clicks and drags reach what is in it, at places of the canvas; else the canvas itself."""
    low, (width, height) = imgui.get_cursor_screen_pos(), desk.extent(node)
    is_clicked = imgui.invisible_button("###canvas", (width, height))
    paper, high = imgui.get_window_draw_list(), (low.x + width, low.y + height)
    if texture := desk.drawing(node):
        picture = imgui.ImTextureRef(texture)
        paper.add_image_rounded(picture, low, high, (0.0, 1.0), (1.0, 0.0), theme.packed(theme.WHITE), _ROUND)
    paper.add_rect(low, high, theme.packed(desk.look.edge), _ROUND)
    _hear(desk, node, imgui.get_mouse_pos().x - low.x, imgui.get_mouse_pos().y - low.y, is_clicked=is_clicked)


def _hear(desk: Desk, node: Node, x: float, y: float, *, is_clicked: bool) -> None:
    held = desk.keep(node, _Held)
    if imgui.is_item_activated():
        held.node, held.x, held.y = desk.picked(node, x, y), x, y
    if is_clicked and desk.picked(node, x, y) == held.node:
        desk.tell(held.node or node, "click", x=x, y=y, keys=[])
    elif imgui.is_item_active() and (x, y) != (held.x, held.y):
        desk.tell(held.node or node, "drag", x=x, y=y, dx=x - held.x, dy=y - held.y, keys=[])
        held.x, held.y = x, y
