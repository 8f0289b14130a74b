"""A pin of a board, by gpiozero: 0 or 1 to write, or to read and to hear of.

GPIOZERO_PIN_FACTORY in rio's environment says how pins are reached; gpiozero finds a way by itself otherwise.
"""

from typing import Any

from rio.devices.feed import Feed, Trouble

KEPT = 64  # changes that one who follows them may be behind


class Pin:
    """`way` is in or out."""

    def __init__(self, name: str, number: int, way: str) -> None:
        self._name, self._way = name, way
        self._feed = Feed[int](KEPT)
        try:
            import gpiozero  # type: ignore[import-untyped]  # it has no types; here, as most machines have no pins

            make = gpiozero.DigitalOutputDevice if way == "out" else gpiozero.DigitalInputDevice
            self._pin: Any = make(number)
        except ImportError as error:
            raise Trouble(f"pins need gpiozero ({error}); pip install 'peribus-rio[devices]'") from None
        except Exception as error:  # each way to reach pins has errors of its own
            raise Trouble(f"{name}: pin {number} cannot be had: {error}") from None
        if way == "in":
            self._pin.when_activated = lambda: self._feed.push(1)
            self._pin.when_deactivated = lambda: self._feed.push(0)

    def read(self) -> int:
        """0 or 1: what is there, or what was written."""
        return int(self._pin.value)

    def write(self, value: Any) -> None:
        """0 or 1."""
        if self._way == "in":
            raise Trouble(f"{self._name} is granted as `in`; to write to it, its line has to say out")
        if not isinstance(value, int) or value not in (0, 1):
            raise Trouble(f"{self._name} is 0 or 1, not {value!r:.40}")
        if self._pin.value != value:
            self._pin.value = value
            self._feed.push(int(value))

    @property
    def place(self) -> int:
        """Where who follows it begins."""
        return self._feed.place

    def next(self, place: int, patience: float) -> tuple[int, int] | None:
        """The first change after a place, if one comes in time."""
        return self._feed.next(place, patience)
