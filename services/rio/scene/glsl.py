"""Forms of shaders: their source, and the numbers that a program gives them. Nothing here compiles anything."""

from typing import Any

from rio.scene.values import FARTHEST, PROSE, Refused

MOST_VALUES = 8


class Source:
    """A fragment shader in GLSL 3.30: a function `color`, and what it needs."""

    says = "GLSL with vec4 color(vec2 at) { … }"

    def of(self, value: Any) -> str:
        """The text, if it has the function; what is in it the driver knows."""
        text = PROSE.of(value)
        if "color" not in text or "\0" in text:
            raise Refused(f"{text[:60]!r} is not {self.says}")
        return text

    def parse(self, text: str) -> str:
        """The text."""
        return self.of(text.removesuffix("\n"))

    def show(self, kept: str) -> str:
        """The text."""
        return kept


class Numbers:
    """A few numbers."""

    says = f"up to {MOST_VALUES} numbers"

    def of(self, value: Any) -> tuple[float, ...]:
        """A tuple of floats, from a number or a sequence of them."""
        try:
            given = (value,) if isinstance(value, int | float) else tuple(value)[: MOST_VALUES + 1]
            numbers = tuple(map(float, given))
        except (TypeError, ValueError, OverflowError):
            raise Refused(f"{value!r:.80} is not {self.says}") from None
        if isinstance(value, str) or len(numbers) > MOST_VALUES:
            raise Refused(f"{value!r:.80} is not {self.says}")
        if not all(-FARTHEST <= number <= FARTHEST for number in numbers):
            raise Refused(f"{value!r:.80} is out of range")
        return numbers

    def parse(self, text: str) -> tuple[float, ...]:
        """Numbers separated by blanks; commas and brackets do no harm."""
        return self.of(text.strip().strip("()[]").replace(",", " ").split())

    def show(self, kept: tuple[float, ...]) -> str:
        """The numbers, with blanks between."""
        return " ".join(f"{number:.7g}" for number in kept)


SOURCE, NUMBERS = Source(), Numbers()
