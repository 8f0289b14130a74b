"""What a person does with keys and pointer, as a program hears it: functions to call, and what is held just now."""

from collections.abc import Callable, Mapping
from typing import Any

from rio.language.timers import Function, Timers
from rio.scene.keys import keys_meant

VIEW = ("click", "drag", "move", "scroll", "press", "release")
"""What a program may want to hear of the whole view: `@on_click` and so on."""


class Hands:
    """The keys that are held, and where the pointer is, as the newest event said."""

    def __init__(self, timers: Timers) -> None:
        self._timers = timers
        self._keys = frozenset[str]()
        self._place = (0.0, 0.0)

    def hear(self, value: Any) -> None:
        """Something happened: events say what is held, and most of them where."""
        if isinstance(value, Mapping):
            self._keys = frozenset(value.get("keys", self._keys))
            self._place = (value.get("x", self._place[0]), value.get("y", self._place[1]))

    def names(self) -> dict[str, Callable[..., Any]]:
        """The words that programs find."""
        view = {f"on_{what}": self._of_view(what) for what in VIEW}
        return {**view, "on_key": self.on_key, "on_key_release": self.on_key_release, "held": self.held,
                "pointer": self.pointer}  # fmt: skip

    def held(self, *keys: str) -> bool:
        """`held("left")`: whether the key is down now; of several, whether any is."""
        return any(self._keys & keys_meant(key) for key in keys) if keys else bool(self._keys)

    def pointer(self) -> tuple[float, float]:
        """Where the pointer is in the view: x, y."""
        return self._place

    def on_key(self, *given: Any) -> Any:
        """`@on_key`, `@on_key("space")`, `@on_key("left", "a")`: call the function below when a key goes down."""
        return self._on_key("key_press", given)

    def on_key_release(self, *given: Any) -> Any:
        """The same when a key goes up."""
        return self._on_key("key_release", given)

    def _on_key(self, what: str, given: tuple[Any, ...]) -> Any:
        keys = [key for key in given if isinstance(key, str)]
        meant = frozenset[str]().union(*map(keys_meant, keys))

        def register(function: Function) -> Function:
            return self._timers.on_view(what, function, meant, " or ".join(keys))

        functions = [function for function in given if not isinstance(function, str)]
        return register(functions[0]) if functions else register

    def _of_view(self, what: str) -> Callable[[Function], Function]:
        def on(function: Function) -> Function:
            return self._timers.on_view(what, function)

        on.__name__ = on.__qualname__ = f"on_{what}"
        on.__doc__ = f"`@on_{what}`: call the function below when there is a {what} anywhere in the view."
        return on
