"""What widgets know of the panel they stand in. It knows no widget."""

from collections.abc import Callable
from typing import Any, Protocol, TypeVar

from rio.renderer.theme import Look
from rio.scene.graph import Node
from rio.scene.pixels import Bytes
from rio.wire import Input

Kept = TypeVar("Kept")


class Desk(Protocol):
    """Where widgets find what to show, and tell what a person does. `look` is the theme."""

    look: Look

    def get(self, node: Node, word: str) -> Any:
        """A word of the node, or what a person is just making of it."""

    def change(self, node: Node, word: str, value: Any, *, done: bool) -> None:
        """A person gives the word another value; `done` when they let go."""

    def click(self, node: Node, **where: Any) -> None:
        """A person clicks it."""

    def tell(self, node: Node, what: str, **value: Any) -> None:
        """Something else happens to it."""

    def typed(self) -> list[Input]:
        """What was typed since the last picture, into the widget that asks: it has the keys until the next picture."""

    def inside(self, node: Node) -> list[Node]:
        """What stands in it, in order."""

    def font(self, face: str, size: float) -> Any:
        """For the length of a `with`, this face in this size."""

    def draw_one(self, node: Node) -> None:
        """One widget, unless it is hidden."""

    def keep(self, node: Node, make: Callable[[], Kept]) -> Kept:
        """What a widget remembers of its node from picture to picture, made when it is first asked for."""

    def texture(self, node: Node, pixels: Bytes) -> int:
        """Its picture, uint8[height, width, 4], as OpenGL calls it."""

    def extent(self, node: Node) -> tuple[float, float]:
        """Width and height of a canvas, in pixels."""

    def drawing(self, node: Node) -> int:
        """What is flat in a canvas, as OpenGL calls the picture, its lowest row first; 0 if there is none."""

    def picked(self, node: Node, x: float, y: float) -> Node | None:
        """What is at this place of a canvas."""

    def room(self) -> float:
        """How wide a thing may be, in pixels; 0 in a window that is as wide as its contents."""

    def has_time(self) -> bool:
        """Whether this picture has time for some more work; if not, there will be another one."""

    def again(self) -> None:
        """Let there be another picture at once: this one is not all."""

    def wait(self, until: float) -> None:
        """Let there be another picture at this time, of the monotonic clock."""
