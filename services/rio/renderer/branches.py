"""A tree of texts whose branches open and close; which of them are open is the renderer's own business."""

from dataclasses import dataclass, field
from itertools import pairwise

from imgui_bundle import imgui

from rio.renderer import theme
from rio.renderer.desk import Desk
from rio.scene.branches import Lines, above, depth_of, path
from rio.scene.graph import Node

USUAL = 18 * theme.BODY  # the width of a tree that nobody gave one
MOST = 20  # lines that a tree without a height shows at once; the others are scrolled to
STEP = 20.0  # how far a level stands in
_LINE = 26.0


@dataclass
class Wood:
    """What is kept of one tree. `turned` are the branches that are not as at first, when the first level is open."""

    lines: Lines = ()
    depths: list[int] = field(default_factory=list)
    turned: set[int] = field(default_factory=set)
    seen: list[int] = field(default_factory=list)  # the lines that no closed branch hides
    _above: list[int] = field(default_factory=list)
    _keys: list[int] = field(default_factory=list)  # of each line: equal for equal paths
    _chosen: str = ""  # the path that the way was opened to
    _is_there: bool = True  # whether it led to a line

    def take(self, lines: Lines) -> None:
        """Another tree; branches that it has as well stay open or closed."""
        self.lines, self._above = lines, above(lines)
        self.depths = [depth_of(line) for line in lines]
        self._keys = []
        for line, parent in zip(lines, self._above, strict=True):
            self._keys.append(hash((self._keys[parent] if parent >= 0 else 0, line)))
        self.turned.intersection_update(self._keys)
        if not self._is_there:
            self._chosen = ""
        self._look()

    def lead_to(self, chosen: str) -> None:
        """Open what is above the line of this path, if another was chosen before: what is closed then stays closed."""
        if chosen == self._chosen:
            return
        self._chosen = chosen
        likely = (line for line, text in enumerate(self.lines) if chosen.endswith(text.lstrip("\t")))
        line = next((line for line in likely if self.path(line) == chosen), -1)
        self._is_there = line >= 0
        while line >= 0 and (line := self._above[line]) >= 0:
            if not self.is_open(line):
                self.turned ^= {self._keys[line]}
        self._look()

    def path(self, line: int) -> str:
        """What a program knows it by."""
        return path(self.lines, self._above, line)

    def turn(self, line: int) -> None:
        """Open a branch, or close it."""
        self.turned ^= {self._keys[line]}
        self._look()

    def has_more(self, line: int) -> bool:
        """Whether anything is below it."""
        return line + 1 < len(self.depths) and self.depths[line + 1] > self.depths[line]

    def is_open(self, line: int) -> bool:
        """Whether what is below it is seen."""
        return (self.depths[line] == 0) != (self._keys[line] in self.turned)

    def _look(self) -> None:
        self.seen.clear()
        closed: int | None = None
        for line, depth in enumerate(self.depths):
            if closed is not None and depth > closed:
                continue
            closed = None if self.is_open(line) else depth
            self.seen.append(line)


def tree(desk: Desk, node: Node) -> None:
    """Lines that can be chosen: a click tells the `path`; one on the arrow before it, or a double one, opens it."""
    wood = desk.keep(node, Wood)
    if wood.lines != (lines := desk.get(node, "items")):
        wood.take(lines)
    wood.lead_to(chosen := desk.get(node, "value"))
    wide, high = map(float, desk.get(node, "size"))
    size = wide or desk.room() or USUAL, high or max(min(len(wood.seen), MOST), 1) * _LINE
    imgui.push_style_var(imgui.StyleVar_.item_spacing, (0.0, 0.0))
    imgui.begin_child("###tree", size)
    clipper = imgui.ListClipper()
    clipper.begin(len(wood.seen), _LINE)
    turned = None
    while clipper.step():
        for place in range(clipper.display_start, clipper.display_end):
            if _line(desk, node, wood, wood.seen[place], chosen):
                turned = wood.seen[place]
    imgui.pop_style_var()
    imgui.end_child()
    if turned is not None:
        wood.turn(turned)


def _line(desk: Desk, node: Node, wood: Wood, line: int, chosen: str) -> bool:
    """One line; whether its branch is to be opened or closed."""
    is_chosen = chosen != "" and wood.path(line) == chosen
    x, y = imgui.get_cursor_screen_pos()
    width = imgui.get_content_region_avail().x
    is_clicked = imgui.invisible_button(f"###{line}", (width, _LINE))
    left = x + STEP * wood.depths[line]
    _draw(desk.look, wood, line, (x, left, y, width), is_chosen=is_chosen)
    if not is_clicked:
        return False
    is_branch = wood.has_more(line)
    if is_branch and imgui.get_mouse_pos().x < left + STEP:
        return True
    if not is_chosen:
        desk.change(node, "value", wood.path(line), done=True)
    desk.click(node, path=wood.path(line))
    return is_branch and imgui.get_mouse_clicked_count(0) == 2


def _draw(
    look: theme.Look, wood: Wood, line: int, place: tuple[float, float, float, float], *, is_chosen: bool
) -> None:
    x, left, y, width = place
    paper, middle = imgui.get_window_draw_list(), y + _LINE / 2
    if is_chosen or imgui.is_item_hovered():
        ground = (*look.accent[:3], 0.30) if is_chosen else look.veil
        paper.add_rect_filled((x, y), (x + width, y + _LINE), theme.packed(ground), 6.0)
    if wood.has_more(line):
        _arrow(look, left + STEP / 2, middle, is_open=wood.is_open(line))
    words = wood.lines[line].lstrip("\t")
    ink = look.ink if wood.has_more(line) or is_chosen else theme.nearer(look.ink, look.quiet, 0.35)
    paper.add_text((left + STEP, middle - theme.BODY / 2), theme.packed(ink), words)


def _arrow(look: theme.Look, x: float, y: float, *, is_open: bool) -> None:
    """An angle that points right, or down where it is open."""
    paper, color = imgui.get_window_draw_list(), theme.packed(look.quiet)
    ends = ((-4, -2), (0, 2), (4, -2)) if is_open else ((-2, -4), (2, 0), (-2, 4))
    for (ax, ay), (bx, by) in pairwise(ends):
        paper.add_line((x + ax, y + ay), (x + bx, y + by), color, 1.6)
