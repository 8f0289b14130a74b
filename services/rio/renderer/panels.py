"""Windows and widgets: the nodes of panels, drawn by Dear ImGui from the graph, as often as it takes for each picture.

The graph says what there is; ImGui keeps only what lives between two pictures (what is held, where a cursor blinks).
What a person changes is told as an event, and shown until the graph says the same.
"""

import time
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from types import SimpleNamespace
from typing import Any

from imgui_bundle import imgui
from imgui_bundle.python_backends.opengl_backend_programmable import ProgrammablePipelineRenderer

from rio.renderer import charts, theme, unsaid
from rio.renderer.desk import Kept
from rio.renderer.drawings import Drawings, size_of
from rio.renderer.faces import FACES, add_faces
from rio.renderer.gpu import Size
from rio.renderer.keys import HELD, KEYS
from rio.renderer.labels import label, number_in, shown
from rio.renderer.mishaps import Mishaps
from rio.renderer.pictures import Pictures
from rio.renderer.widgets import DRAW, READ
from rio.scene.graph import Graph, Node
from rio.scene.kinds import kind
from rio.scene.noun import ANCHORS
from rio.scene.pixels import Bytes
from rio.scene.values import FARTHEST
from rio.wire import Event, Input

SETTLING = 3  # frames of ImGui after a change until it has taken it, answered it, and laid out the answer
EDGE = 8.0  # logical pixels that a panel keeps from the edges of the view, if it has room
CROSS, WIDEST = 88.0, 480.0  # what a title needs beside its words, and how wide it may make a window
QUICK, PATIENT = 0.05, 2.0  # seconds that widgets may work for one picture: one of many, and one that was asked for
Rect = tuple[float, float, float, float]  # left, top, right, bottom, in the view
_NOWHERE: Rect = (0.0, 0.0, 0.0, 0.0)
MOST_TYPED = 1000  # keys that a widget that does not ask for them may be behind
_BLINK = 1 / 60  # seconds that pass for ImGui with each frame
_BUTTONS = {"left": 0, "right": 1, "middle": 2}
_LOOSE = imgui.WindowFlags_.no_decoration | imgui.WindowFlags_.no_background | imgui.WindowFlags_.no_move
_NEVER = imgui.WindowFlags_.no_saved_settings | imgui.WindowFlags_.no_collapse
_NEVER |= imgui.WindowFlags_.no_focus_on_appearing


class Panels:
    """What people do is heard here and taken from here. `failed` is told what cannot be shown."""

    def __init__(self, failed: Callable[[str], None], drawings: Drawings) -> None:
        self._drawings = drawings
        imgui.create_context()
        io = imgui.get_io()
        io.set_ini_filename("")
        io.config_input_text_cursor_blink = False  # a picture that rests is not drawn
        io.config_windows_move_from_title_bar_only = True
        self._fonts = add_faces(io.fonts)
        charts.prepare()
        self._pictures = Pictures(multiplied=False)
        self.wear("dark")
        self._mishaps = Mishaps(failed)
        self._backend: Any = None
        self._graph, self._roots = Graph(), list[int]()
        self._events: list[Event] = []
        self._making: dict[tuple[int, str], tuple[Any, Any]] = {}  # what a person gives words, and what the graph has
        self._sizes: dict[int, tuple[float, float]] = {}  # of panels, as they were last drawn
        self._lows: dict[int, tuple[float, float]] = {}  # their corners, as they were last placed
        self._rects: list[Rect] = []
        self._spots: dict[int, Rect] = {}  # of every node, as it was last drawn
        self._kept: dict[int, tuple[tuple[str, str], Any]] = {}  # what widgets remember, for which noun and name
        self._typed: list[Input] = []  # by a person, for a widget that asks
        self._takes_keys = False  # whether one does
        self._left = 0  # frames until settled
        self._until = 0.0  # when the time for this picture's work is over
        self._is_sized = False  # whether the window that is being drawn has a size of its own
        self._due: float | None = None  # when a widget wants another picture
        self._is_late = False  # whether there was not enough time, so that another picture must follow

    @property
    def is_stale(self) -> bool:
        """Whether something was heard that the picture may not show yet."""
        return self._left > 0

    @property
    def is_busy(self) -> bool:
        """Whether more pictures must follow, though nothing is heard."""
        return self._is_late or self._due is not None

    @property
    def wants_keys(self) -> bool:
        """Whether a person is typing into a panel."""
        return bool(imgui.get_io().want_text_input) or self._takes_keys

    def holds(self, x: float, y: float) -> bool:
        """Whether a place of the view is a panel's, or a panel holds the pointer."""
        if imgui.is_any_item_active() or imgui.is_popup_open("", imgui.PopupFlags_.any_popup):
            return True
        return any(left <= x < right and top <= y < bottom for left, top, right, bottom in self._rects)

    def hear(self, happened: Input) -> None:
        """What a person does. Coordinates are those of the view."""
        if not self._roots:
            return
        io = imgui.get_io()
        if self._takes_keys and happened.what in ("text", "key_press") and len(self._typed) < MOST_TYPED:
            self._typed.append(happened)
            self._left = SETTLING
            if happened.value not in HELD:
                return
        match happened.what:
            case "move":
                io.add_mouse_pos_event(happened.x, happened.y)
            case "press" | "release":
                io.add_mouse_pos_event(happened.x, happened.y)
                io.add_mouse_button_event(_BUTTONS.get(happened.value or "left", 0), happened.what == "press")
            case "scroll":
                io.add_mouse_wheel_event(0.0, float(happened.value or 0))
            case "text":
                io.add_input_characters_utf8(str(happened.value))
            case "key_press" | "key_release":
                for key in KEYS.get(str(happened.value), ()):
                    io.add_key_event(key, happened.what == "key_press")
            case _:
                return
        self._left = SETTLING

    def take(self) -> list[Event]:
        """What people did since the last time."""
        events, self._events = self._events, []
        return events

    def resize(self, view: Size, ratio: float) -> None:
        """The size of the view, in logical pixels, and how many real ones each has."""
        io = imgui.get_io()
        io.display_size, io.display_framebuffer_scale = imgui.ImVec2(*view), imgui.ImVec2(ratio, ratio)
        self._left = SETTLING

    def arrange(self, graph: Graph, changed: Collection[int]) -> None:
        """Panels came, went or changed. Sizes follow from contents, so one frame is not enough to lay them out."""
        panels = [node for node in graph.nodes.values() if kind(node.kind).space == "panel"]
        self._graph = graph
        self._mishaps.forget()
        self._pictures.keep(graph.nodes)
        self._roots = [node.id for node in panels if not node.props.get("parent")]
        self._making = {at: value for at, value in self._making.items() if at[0] not in changed}
        self._sizes = {id: size for id, size in self._sizes.items() if id in graph.nodes}
        self._kept = {id: kept for id, kept in self._kept.items() if id in graph.nodes}
        self._left = SETTLING
        if not self._roots and self._backend:
            self._let_go()

    def settle(self, patience: float = QUICK) -> None:
        """Take in all that was heard, until nothing moves. What people did is to be taken after that."""
        if self._roots and self._backend is None:
            self._backend = ProgrammablePipelineRenderer()  # type: ignore[no-untyped-call]  # it has no types
        now = time.monotonic()
        self._until = now + patience
        if self._due is not None and now >= self._due:
            self._due, self._left = None, max(self._left, 1)
        while self._roots and (self._left or (self._is_late and time.monotonic() < self._until)):
            self._left = max(self._left - 1, 0)
            self._is_late = False
            imgui.get_io().delta_time = _BLINK
            self._frame()
        if not self._roots:
            self._left, self._is_late, self._due = 0, False, None
            self._rects.clear()

    def draw(self, *, fine: bool = False) -> None:
        """All panels into the current target, over what is there."""
        self.settle(PATIENT if fine else QUICK)
        if not self._roots:
            return
        imgui.render()
        self._backend.render(imgui.get_draw_data())

    def draw_one_root(self, id: int) -> Rect:
        """The panel alone in which a node is, into the current target; where in the view the node is, or its canvas."""
        root = list(self._graph.ancestry(id))[-1]
        self.settle(PATIENT)
        self._frame()
        imgui.render()
        drawn = imgui.get_draw_data()
        own = [each for each in drawn.cmd_lists if number_in(str(each._owner_name)) == root]
        lists = SimpleNamespace(cmd_lists=own, scale_clip_rects=drawn.scale_clip_rects)
        self._backend.render(lists)
        return next((self._spots[each] for each in self._graph.ancestry(id) if each in self._spots), _NOWHERE)

    def _let_go(self) -> None:
        """The last panel is gone: whatever a person held or typed into was in it, and is theirs no more."""
        io = imgui.get_io()
        io.clear_events_queue()
        io.clear_input_mouse()
        io.clear_input_keys()
        self._typed.clear()
        for _ in range(SETTLING):  # without what was held, ImGui lets go of it
            self._frame()

    def _frame(self) -> None:
        imgui.new_frame()
        self._spots.clear()
        self._takes_keys = False
        self._rects.clear()
        try:
            for id in self._roots:
                if (node := self._graph.nodes.get(id)) and self.get(node, "visible"):
                    self._window(node)
        finally:
            imgui.end_frame()

    def wear(self, name: str) -> None:
        """A theme from now on."""
        self.look = theme.LOOKS[name]
        theme.dress(imgui.get_style(), self.look)
        charts.dress(self.look)
        self._left = SETTLING

    # windows

    def _window(self, node: Node) -> None:
        is_window = node.kind == "window"
        self._place(node)
        flags = _NEVER | (0 if is_window else _LOOSE)
        self._is_sized = self._sized(node)
        title = self.get(node, "text") if is_window else ""
        if not self._is_sized:
            flags |= imgui.WindowFlags_.always_auto_resize
            wide = min(imgui.calc_text_size(shown(title)).x + CROSS, WIDEST) if is_window else 0.0
            imgui.set_next_window_size_constraints((wide, 0.0), (FARTHEST, FARTHEST))
        imgui.push_style_var(
            imgui.StyleVar_.window_padding, (theme.PADDING, theme.PADDING - 2) if is_window else (0, 0)
        )
        is_shown, is_open = imgui.begin(label(title, str(node.id)), True if is_window else None, flags)
        imgui.pop_style_var()
        try:
            low, size = imgui.get_window_pos(), imgui.get_window_size()
            high = low.x + size.x, low.y + size.y
            self._rects.append((low.x, low.y, *high))
            self._spots[node.id] = (low.x, low.y, *high)
            if is_window:
                theme.cast_shadow(self.look, (low.x, low.y), high)
            if is_shown:
                for inner in self.inside(node) if is_window else [node]:
                    self.draw_one(inner)
            self._moved(node, (low.x, low.y), (size.x, size.y))
        finally:
            imgui.end()
        if is_open is False:
            self.change(node, "visible", False, done=True)

    def _sized(self, node: Node) -> bool:
        return node.kind == "window" and any(self.get(node, "size"))

    def _place(self, node: Node) -> None:
        """Where the graph says, but within the view; while a person holds a window, where they say."""
        if imgui.is_mouse_down(0) or imgui.is_mouse_released(0):
            return
        pivot, size = self._pivot(node), self._sizes.get(node.id, (0.0, 0.0))
        view = imgui.get_io().display_size
        low = [at - part * side for at, part, side in zip(self.get(node, "at"), pivot, size, strict=True)]
        x, y = (max(EDGE, min(place, most - side - EDGE)) for place, side, most in zip(low, size, view, strict=True))
        self._lows[node.id] = (x, y)
        imgui.set_next_window_pos((x, y), imgui.Cond_.always)
        if self._sized(node):
            imgui.set_next_window_size(self.get(node, "size"), imgui.Cond_.always)

    def _moved(self, node: Node, low: tuple[float, float], size: tuple[float, float]) -> None:
        """A person let go of a window that is elsewhere than it was, or of another size."""
        before = self._sizes.get(node.id, size)
        self._sizes[node.id] = size
        if node.kind != "window" or not imgui.is_mouse_released(0):
            return
        if _apart(low, self._lows.get(node.id, low)):
            x, y = (
                round(place + side * part, 1) for place, side, part in zip(low, size, self._pivot(node), strict=True)
            )
            self.change(node, "at", (x, y), done=True)
        if self._sized(node) and _apart(size, self.get(node, "size")) and _apart(before, self.get(node, "size")):
            self.change(node, "size", size, done=True)

    def _pivot(self, node: Node) -> tuple[float, float]:
        """Which part of it lies on `at`: 0 is left and top, 1 right and bottom."""
        aside, down = ANCHORS[self.get(node, "anchor")]
        return (aside + 1) / 2, (down + 1) / 2

    # what widgets ask

    def draw_one(self, node: Node) -> None:
        """One widget, unless it is hidden."""
        if not self.get(node, "visible") or node.kind not in DRAW or self._mishaps.is_broken(node):
            return
        is_off = "enabled" in kind(node.kind).words and not self.get(node, "enabled") and node.kind not in READ
        imgui.push_id(node.id)
        imgui.begin_disabled(is_off)
        low = imgui.get_cursor_screen_pos()
        with self._mishaps.contained(node):
            DRAW[node.kind](self, node)
        high = imgui.get_item_rect_max()
        self._spots.setdefault(node.id, (low.x, low.y, high.x, high.y))
        imgui.end_disabled()
        imgui.pop_id()

    def get(self, node: Node, word: str) -> Any:
        """A word of the node, or what a person is just making of it."""
        if word == "color":
            return tuple(unsaid.color(self._graph, node, is_light=self.look is theme.LIGHT).tolist())
        known = self._graph.get(node.id, word)
        if (node.id, word) not in self._making:
            return known
        made, before = self._making[node.id, word]
        if known == before:
            return made
        del self._making[node.id, word]
        return known

    def change(self, node: Node, word: str, value: Any, *, done: bool) -> None:
        """Show it already, and tell."""
        self._making[node.id, word] = value, self._graph.get(node.id, word)
        self._events.append(Event(node.id, "change", {"word": word, "value": value, "done": done}))

    def click(self, node: Node, **where: Any) -> None:
        """Tell of it, with the place of the view."""
        x, y = imgui.get_mouse_pos()
        self._events.append(Event(node.id, "click", {"x": x, "y": y, **where}))

    def tell(self, node: Node, what: str, **value: Any) -> None:
        """Something else happens to it."""
        self._events.append(Event(node.id, what, value))

    def typed(self) -> list[Input]:
        """What was typed since the last picture, into the widget that asks: it has the keys until the next picture."""
        typed, self._typed, self._takes_keys = self._typed, [], True
        return typed

    def inside(self, node: Node) -> list[Node]:
        """What stands in it, in the order in which it was made."""
        return [self._graph.nodes[id] for id in self._graph.children(node.id)]

    def keep(self, node: Node, make: Callable[[], Kept]) -> Kept:
        """What a widget remembers of its node from picture to picture, made when it is first asked for."""
        whose, kept = self._kept.get(node.id, (("", ""), None))
        if whose != (node.kind, node.name):
            kept = make()
            self._kept[node.id] = (node.kind, node.name), kept
        found: Kept = kept
        return found

    def texture(self, node: Node, pixels: Bytes) -> int:
        """Its picture, uint8[height, width, 4], as OpenGL calls it."""
        return self._pictures.texture(node.id, pixels).name

    def extent(self, node: Node) -> tuple[float, float]:
        """Width and height of a canvas, in pixels."""
        return size_of(self._graph, node)

    def drawing(self, node: Node) -> int:
        """What is flat in a canvas, as OpenGL calls the picture, its lowest row first; 0 if there is none."""
        return self._drawings.texture(node.id)

    def picked(self, node: Node, x: float, y: float) -> Node | None:
        """What is at this place of a canvas."""
        return self._graph.nodes.get(self._drawings.pick(node.id, x, y))

    def room(self) -> float:
        """How wide a thing may be, in pixels; 0 in a window that is as wide as its contents."""
        return float(imgui.get_content_region_avail().x) if self._is_sized else 0.0

    def has_time(self) -> bool:
        """Whether this picture has time for some more work; if not, there will be another one."""
        if time.monotonic() < self._until:
            self._left = max(self._left, SETTLING - 1)  # what it leads to has to be laid out
            return True
        self._is_late = True
        return False

    def again(self) -> None:
        """Let there be another picture at once: this one is not all."""
        self._is_late = True
        self._left = max(self._left, SETTLING - 1)

    def wait(self, until: float) -> None:
        """Let there be another picture at this time, of the monotonic clock."""
        self._due = until if self._due is None else min(self._due, until)

    @contextmanager
    def font(self, face: str, size: float) -> Iterator[None]:
        """For the length of a `with`, this face; `size` is the height of its letters' line in logical pixels."""
        imgui.push_font(self._fonts[face], size * FACES[face][1] / FACES["regular"][1])
        try:
            yield
        finally:
            imgui.pop_font()


def _apart(one: tuple[float, ...], other: tuple[float, ...]) -> bool:
    return any(abs(a - b) > 0.6 for a, b in zip(one, other, strict=True))
