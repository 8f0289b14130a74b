"""A canvas in a window: the picture of what is flat in it, and hands on that."""

from dataclasses import dataclass

from imgui_bundle import imgui

from rio.renderer import theme
from rio.renderer.desk import Desk
from rio.scene.graph import Node

_ROUND = 8.0


@dataclass
class _Hand:
    """Where the pointer was last in the canvas, the node under it, and the one that is held with it."""

    x: float = 0.0
    y: float = 0.0
    over: Node | None = None
    held: Node | None = None


def canvas(desk: Desk, node: Node) -> None:
    """What a person does reaches what is in it, at places of the canvas; else the canvas itself."""
    low, (width, height) = imgui.get_cursor_screen_pos(), desk.extent(node)
    is_clicked = imgui.invisible_button("###canvas", (width, height))
    paper, high = imgui.get_window_draw_list(), (low.x + width, low.y + height)
    if texture := desk.drawing(node):
        picture = imgui.ImTextureRef(texture)
        paper.add_image_rounded(picture, low, high, (0.0, 1.0), (1.0, 0.0), theme.packed(theme.WHITE), _ROUND)
    paper.add_rect(low, high, theme.packed(desk.look.edge), _ROUND)
    _hear(desk, node, imgui.get_mouse_pos().x - low.x, imgui.get_mouse_pos().y - low.y, is_clicked=is_clicked)


def _hear(desk: Desk, node: Node, x: float, y: float, *, is_clicked: bool) -> None:
    hand = desk.keep(node, _Hand)
    (dx, dy), hand.x, hand.y = (x - hand.x, y - hand.y), x, y
    if imgui.is_item_activated():
        hand.held = desk.picked(node, x, y)
        desk.tell(hand.held or node, "press", x=x, y=y, button="left")
    elif imgui.is_item_active() and (dx or dy):
        desk.tell(hand.held or node, "drag", x=x, y=y, dx=dx, dy=dy)
    if not imgui.is_item_active():
        _pass_over(desk, node, hand, has_moved=bool(dx or dy))
    if imgui.is_item_deactivated():
        desk.tell(hand.held or node, "release", x=x, y=y, button="left")
    if is_clicked and _number(desk.picked(node, x, y)) == _number(hand.held):
        desk.tell(hand.held or node, "click", x=x, y=y)


def _pass_over(desk: Desk, node: Node, hand: _Hand, *, has_moved: bool) -> None:
    """What the pointer comes to and goes from, and where the wheel turns, while nothing is held."""
    is_here, turned = imgui.is_item_hovered(), imgui.get_io().mouse_wheel
    place = {"x": hand.x, "y": hand.y}
    if has_moved or not is_here:
        before, hand.over = hand.over, desk.picked(node, hand.x, hand.y) if is_here else None
        if before and _number(before) != _number(hand.over):
            desk.tell(before, "leave", **place)
        if hand.over and _number(before) != _number(hand.over):
            desk.tell(hand.over, "enter", **place)
    if is_here and turned:
        desk.tell(desk.picked(node, hand.x, hand.y) or node, "scroll", dy=turned, **place)


def _number(node: Node | None) -> int:
    """A node may be another by its words, and is still the same."""
    return node.id if node else 0
