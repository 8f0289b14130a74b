"""Where the picture goes: a window, or nowhere but into screenshots. Both own the GL context.

pyglet decides at its import whether it is headless, and PyOpenGL which platform it asks; so both are imported only
here, after that is known, and whoever imports GL code does it after `open_surface`.
"""

import os
from collections import deque
from typing import Any, Protocol

import OpenGL  # type: ignore[import-untyped]  # it ships no types
import pyglet

from rio.wire import Input

TITLE = "Peribus"
_BUTTONS = {1: "left", 2: "middle", 4: "right"}


class Surface(Protocol):
    """A GL context, and what a person does to its window."""

    @property
    def size(self) -> tuple[int, int]:
        """Logical pixels."""

    @property
    def ratio(self) -> float:
        """Real pixels for each logical one."""

    def resize(self, size: tuple[int, int]) -> None:
        """Take another size, if it is another."""

    def fileno(self) -> int | None:
        """What becomes readable when there may be inputs; None if there never are or nothing says so."""

    def inputs(self) -> list[Input]:
        """What happened since the last call."""

    def show(self) -> None:
        """The default framebuffer is complete."""

    @property
    def is_shown(self) -> bool:
        """Whether there is a window to copy the picture to."""


def open_surface(size: tuple[int, int], *, headless: bool, scale: float = 1.0) -> Surface:
    """A current GL context; in a window unless headless, or no display is named in the environment.

    Without a window `scale` is how many real pixels there are for each logical one; a window says so itself.
    """
    windowed = not headless and any(os.environ.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY"))
    os.environ["PYOPENGL_PLATFORM"] = "glx" if windowed else "egl"
    OpenGL.ERROR_CHECKING = OpenGL.ERROR_ON_COPY = False  # asking after each call costs more than the calls
    pyglet.options.headless = not windowed
    pyglet.options.vsync = False
    pyglet.options.audio = ("silent",)
    pyglet.options.shadow_window = False
    pyglet.options.debug_gl = False
    return Windowed(size) if windowed else Headless(size, scale)


class Headless:
    """A context without a window."""

    is_shown = False

    def __init__(self, size: tuple[int, int], ratio: float) -> None:
        from pyglet.window import Window

        self.size, self.ratio = size, ratio
        self._window = Window(16, 16)  # only its context is used: pictures are painted off screen

    def resize(self, size: tuple[int, int]) -> None:
        """There is no window that would have to agree."""
        self.size = size

    def fileno(self) -> None:
        """Nothing happens here."""

    def inputs(self) -> list[Input]:
        """None."""
        return []

    def show(self) -> None:
        """To nobody."""


class Windowed:
    """A window that can be resized."""

    is_shown = True

    def __init__(self, size: tuple[int, int]) -> None:
        from pyglet.window import Window

        self._inputs: deque[Input] = deque(maxlen=1000)
        self._window: Any = Window(*size, caption=TITLE, resizable=True, visible=True)
        self._window.push_handlers(self)

    @property
    def size(self) -> tuple[int, int]:
        """Logical pixels."""
        return int(self._window.width), int(self._window.height)

    @property
    def ratio(self) -> float:
        """Real pixels for each logical one."""
        return float(self._window.get_pixel_ratio())

    def resize(self, size: tuple[int, int]) -> None:
        """Ask the window system, which may say otherwise."""
        if size != self.size:
            self._window.set_size(*size)

    def fileno(self) -> int | None:
        """The connection to the X server."""
        connection = getattr(self._window.display, "fileno", None)
        return int(connection()) if connection else None

    def inputs(self) -> list[Input]:
        """What happened since the last call."""
        self._window.switch_to()
        self._window.dispatch_events()
        happened = list(self._inputs)
        self._inputs.clear()
        return happened

    def show(self) -> None:
        """Show what was drawn."""
        self._window.flip()

    # pyglet calls these; its y goes up.

    def _put(self, what: str, x: float = 0, y: float = 0, value: Any = None) -> bool:
        self._inputs.append(Input(what, x, self.size[1] - 1 - y, value))
        return True

    def on_mouse_motion(self, x: int, y: int, dx: int, dy: int) -> None:
        """The pointer moved."""
        self._put("move", x, y)

    def on_mouse_drag(self, x: int, y: int, dx: int, dy: int, buttons: int, modifiers: int) -> None:
        """The pointer moved with a button held."""
        self._put("move", x, y)

    def on_mouse_press(self, x: int, y: int, button: int, modifiers: int) -> None:
        """A button went down."""
        self._put("press", x, y, _BUTTONS.get(button, "left"))

    def on_mouse_release(self, x: int, y: int, button: int, modifiers: int) -> None:
        """A button went up."""
        self._put("release", x, y, _BUTTONS.get(button, "left"))

    def on_mouse_scroll(self, x: int, y: int, scroll_x: float, scroll_y: float) -> None:
        """The wheel turned."""
        self._put("scroll", x, y, scroll_y)

    def on_key_press(self, symbol: int, modifiers: int) -> bool:
        """A key went down; True keeps pyglet from closing the window at Escape."""
        from pyglet.window import key

        return self._put("key_press", value=key.symbol_string(symbol).lower().lstrip("_"))

    def on_key_release(self, symbol: int, modifiers: int) -> None:
        """A key went up."""
        from pyglet.window import key

        self._put("key_release", value=key.symbol_string(symbol).lower().lstrip("_"))

    def on_text(self, text: str) -> None:
        """Characters were typed."""
        self._put("text", value=text)

    def on_deactivate(self) -> None:
        """Another window has the keyboard: whatever is held will come up unseen."""
        self._inputs.append(Input("blur"))

    def on_resize(self, width: int, height: int) -> bool:
        """The window has another size; True keeps pyglet from setting a viewport."""
        self._inputs.append(Input("resize", width, height))
        return True

    def on_close(self) -> bool:
        """The window is to be closed; True keeps pyglet from doing it: the display decides."""
        return self._put("close")
