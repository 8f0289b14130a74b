"""A node as a program holds it: setting an attribute changes the picture, reading one gives the newest value."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

from rio.scene.graph import Gone
from rio.scene.noun import Kind
from rio.scene.tails import TAIL
from rio.scene.values import Refused

if TYPE_CHECKING:
    from rio.language.animation import Animation
    from rio.language.nouns import Nouns

Function = TypeVar("Function", bound=Callable[..., Any])
_AXES = {"x": 0, "y": 1, "z": 2}


class NoWordError(Refused, AttributeError):
    """What Python's own `hasattr` understands as well."""


class Handle:
    """One node. Its words are those of its noun, and `name`, `kind`, `x`, `y`, `z`."""

    __slots__ = ("_id", "_noun", "_nouns")

    _id: int
    _noun: Kind
    _nouns: "Nouns"

    def __init__(self, nouns: "Nouns", id: int, noun: Kind) -> None:
        object.__setattr__(self, "_nouns", nouns)
        object.__setattr__(self, "_id", id)
        object.__setattr__(self, "_noun", noun)

    # words

    def __setattr__(self, word: str, value: Any) -> None:
        nouns = self._nouns
        if word == "at" and type(value) is tuple:
            nouns.scene.move(self._id, self._noun, value)  # the way that has to be short
        elif word in _AXES:
            self._set_axis(word, value)
        elif word == "name":
            nouns.rename(self, value)
        else:
            nouns.scene.write(self._id, self._noun, word, nouns.plain(self, word, value))

    def __getattr__(self, word: str) -> Any:
        if word in _AXES:
            raise self._without(word)
        try:
            return self._nouns.read(self, word)
        except Gone:
            raise
        except Refused as refusal:
            raise NoWordError(str(refusal)) from None

    # Properties, since a name that Python finds in the class is found sooner.

    @property
    def at(self) -> tuple[float, ...]:
        """Where it is."""
        return self._nouns.scene.place(self._id, self._noun)

    @property
    def x(self) -> float:
        """How far right it is."""
        return self._nouns.scene.place(self._id, self._noun)[0]

    @property
    def y(self) -> float:
        """How far up it is in the world, or down in the view."""
        return self._nouns.scene.place(self._id, self._noun)[1]

    @property
    def z(self) -> float:
        """How far toward the viewer it is."""
        place = self._nouns.scene.place(self._id, self._noun)
        if len(place) < 3:
            raise self._without("z")
        return place[2]

    def _set_axis(self, axis: str, value: float) -> None:
        place = list(self._nouns.scene.place(self._id, self._noun))
        if _AXES[axis] >= len(place):
            raise self._without(axis)
        place[_AXES[axis]] = value
        self._nouns.scene.move(self._id, self._noun, tuple(place))

    def _without(self, axis: str) -> NoWordError:
        return NoWordError(f"a {self._noun.name} has no {axis}: its place has two numbers")

    # verbs

    def move(self, x: float = 0, y: float = 0, z: float = 0) -> "Handle":
        """Move it by so much."""
        scene = self._nouns.scene
        by = (x, y, z)
        place = scene.place(self._id, self._noun)
        if any(by[len(place) :]):
            raise Refused(f"a {self._noun.name} moves by {len(place)} numbers")
        scene.move(self._id, self._noun, tuple(a + b for a, b in zip(place, by, strict=False)))
        return self

    def front(self) -> "Handle":
        """Bring it before everything else in the view."""
        self._nouns.to_front(self)
        return self

    def remove(self) -> None:
        """Take it away, and what is in it."""
        self._nouns.scene.remove(self._id)

    def animate(self, seconds: float = 1, ease: Any = "in out", then: Any = None, **words: Any) -> "Animation":
        """`cube.animate(x=3, color="blue", seconds=2)`: let words go to these values by themselves."""
        return self._nouns.animations.animate([self], seconds, ease, then, **words)

    def on_click(self, function: Function) -> Function:
        """`@cube.on_click`: call the function below when it is clicked."""
        return self._on("click", function)

    def on_drag(self, function: Function) -> Function:
        """`@knob.on_drag`: call the function below while it is held and the pointer moves, wherever that is by then."""
        return self._on("drag", function)

    def on_change(self, function: Function) -> Function:
        """`@speed.on_change`: call the function below when a person has given it another value."""
        return self._on("change", function)

    def on_press(self, function: Function) -> Function:
        """`@key.on_press`: call the function below when a button of the pointer goes down on it."""
        return self._on("press", function)

    def on_release(self, function: Function) -> Function:
        """`@key.on_release`: call the function below when that goes up, wherever that is by then."""
        return self._on("release", function)

    def on_enter(self, function: Function) -> Function:
        """`@card.on_enter`: call the function below when the pointer comes over it."""
        return self._on("enter", function)

    def on_leave(self, function: Function) -> Function:
        """`@card.on_leave`: call the function below when the pointer is no longer over it."""
        return self._on("leave", function)

    def on_scroll(self, function: Function) -> Function:
        """`@list.on_scroll`: call the function below when the wheel is turned over it."""
        return self._on("scroll", function)

    def _on(self, what: str, function: Function) -> Function:
        return self._nouns.timers.on_event(self._id, what, function, self._nouns.name(self))

    def on_input(self, function: Function) -> Function:
        """`@term.on_input`: call the function below with what a person types into it, as a terminal would send it."""
        return self._nouns.timers.on_event(self._id, "input", function)

    def play(self) -> None:
        """Let a sound be heard from its beginning; one that is heard already goes on beside it."""
        self.plays = self._nouns.read(self, "plays") + 1

    def write(self, text: str) -> None:
        """Write on, behind what was written before."""
        if self._noun.word("text").form is not TAIL:
            raise NoWordError(f"nothing is written to a {self._noun.name}; set its text")
        scene = self._nouns.scene
        scene.write(self._id, self._noun, "text", scene.read(self._id, self._noun, "text") + str(text))

    def __enter__(self) -> "Handle":
        """`with car:` puts the nodes that are made inside into it."""
        self._nouns.enter(self._id)
        return self

    def __exit__(self, *error: object) -> None:
        self._nouns.leave()

    def __call__(self, *given: Any, **words: Any) -> "Handle":
        """Its noun: after `light = light()`, `light(…)` still makes a light."""
        return self._nouns.make(self._noun, given, words)

    # as a value

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Handle) and other._id == self._id

    def __hash__(self) -> int:
        return hash(self._id)

    def __repr__(self) -> str:
        try:
            return f"<{self._noun.name} {self._nouns.name(self)}>"
        except Refused:
            return f"<{self._noun.name}, removed>"

    def __dir__(self) -> list[str]:
        return [
            *self._noun.words,
            *_AXES,
            "name",
            "kind",
            "move",
            "front",
            "remove",
            "animate",
            *(name for name in vars(Handle) if name.startswith("on_")),
            "write",
        ]
