"""What lies beyond the walls, as programs see it: `http`, `ns`, `device`. The display gets it for them, if granted.

Each question waits for its answer, ten seconds at most; what a file or a device gives by itself comes as calls of a
function. What is not granted is Refused, and the text names the line that would grant it.
"""

import json
from collections.abc import Callable
from typing import Any, Protocol, TypeVar

import numpy as np

from rio.scene.values import Refused

Function = TypeVar("Function", bound=Callable[..., Any])

_MOST_SHOWN = 200  # bytes of an answer that an error quotes


class Asks(Protocol):
    """Who carries the questions."""

    def ask(self, what: str, *words: Any) -> Any:
        """The answer; Refused says why there is none."""

    def follow(
        self, function: Callable[..., Any], when: str, take: Callable[[Any], Any], what: str, *words: Any
    ) -> None:
        """Call the function with each value of a source."""


class Outside:
    """`asks` is None where there is nobody to ask: then everything is refused."""

    def __init__(self, asks: Asks | None = None) -> None:
        self._asks = asks or _Nobody()

    def names(self) -> dict[str, Any]:
        """What programs find."""
        return {"http": self.http, "ns": Namespace(self._asks), "device": self.device}

    def http(self, url: str) -> "Reply":
        """`http("https://…")`: what stands there. Its host has to be granted."""
        return Reply(url, *self._asks.ask("http", url))

    def fetch(self, url: str) -> bytes:
        """The bytes of a picture, a model, a table that is named by its address."""
        reply = self.http(url)
        if not reply.ok:
            raise Refused(f"{url} answers {reply.status}")
        return reply.bytes

    def device(self, name: str) -> "Device":
        """`device("front")`: a camera, a pin or a serial port, by the name that its grant gives it."""
        return Device(self._asks, name)


class Reply:
    """What an address answered: `status`, `type`, `bytes`, `text`, `json()`."""

    def __init__(self, url: str, status: int, type: str, body: bytes) -> None:
        self.url, self.status, self.type, self.bytes = url, status, type, body

    @property
    def ok(self) -> bool:
        """Whether it is an answer and no error."""
        return 200 <= self.status < 300

    @property
    def text(self) -> str:
        """As text: UTF-8, unless the answer says otherwise."""
        charset = self.type.partition("charset=")[2].partition(";")[0].strip("\"' ") or "utf-8"
        try:
            return self.bytes.decode(charset, errors="replace")
        except (LookupError, ValueError):  # it names an encoding that there is not, or that is none of texts
            return self.bytes.decode(errors="replace")

    def json(self) -> Any:
        """As Python values."""
        try:
            return json.loads(self.bytes)
        except ValueError:
            raise Refused(f"{self.url} answers {self.status}, no JSON: {self.bytes[:_MOST_SHOWN]!r}") from None

    def __repr__(self) -> str:
        return f"<{self.status} {self.type}, {len(self.bytes):,} bytes>"


class Namespace:
    """`ns`: the files of this machine and of others, as far as they are granted."""

    def __init__(self, asks: Asks) -> None:
        self._asks = asks

    def read(self, path: str) -> str:
        """`ns.read("/truck/gps")`: what the file holds, as text."""
        return bytes(self._asks.ask("ns.read", path)).decode(errors="replace")

    def write(self, path: str, text: Any) -> None:
        """`ns.write("/truck/lamp", "on")`: make that its content; what is no text is written as `str` writes it."""
        self._asks.ask("ns.write", path, text if isinstance(text, bytes) else str(text).encode())

    def ls(self, path: str = "/") -> list[str]:
        """`ns.ls("/truck")`: the names in a directory."""
        return list(self._asks.ask("ns.ls", path))

    def lines(self, path: str) -> Callable[[Function], Function]:
        """`@ns.lines("/truck/events")`: call the function below with each line, as it comes."""

        def register(function: Function) -> Function:
            self._asks.follow(function, f"each line of {path}", str, "ns.lines", path)
            return function

        return register

    def __repr__(self) -> str:
        return "<the namespace: read, write, ls, lines>"


class Device:
    """A device. A camera gives pictures, a pin 0 or 1, a serial port the bytes that came."""

    def __init__(self, asks: Asks, name: str) -> None:
        self._asks, self.name = asks, name

    def read(self) -> Any:
        """uint8[h, w, 3] of a camera, 0 or 1 of a pin, bytes of a serial port."""
        return _own(self._asks.ask("device.read", self.name))

    def write(self, value: Any) -> None:
        """0 or 1 to a pin; bytes or text to a serial port."""
        self._asks.ask("device.write", self.name, value.encode() if isinstance(value, str) else value)

    def on(self) -> None:
        """`write(1)`."""
        self.write(1)

    def off(self) -> None:
        """`write(0)`."""
        self.write(0)

    def on_data(self, function: Function) -> Function:
        """`@device("front").on_data`: call the function below with each picture, each change of a pin, each line."""
        self._asks.follow(function, f"each value of {self.name}", _own, "device.data", self.name)
        return function

    def __repr__(self) -> str:
        return f"<device {self.name}>"


class _Nobody:
    """Where no display listens."""

    def ask(self, what: str, *words: Any) -> Any:
        raise Refused(f"there is nobody here to ask for {what}")

    def follow(
        self, function: Callable[..., Any], when: str, take: Callable[[Any], Any], what: str, *words: Any
    ) -> None:
        raise Refused(f"there is nobody here to ask for {what}")


def _own(value: Any) -> Any:
    """An array that the program may write to; anything else as it is."""
    return np.array(value) if isinstance(value, np.ndarray) else value
