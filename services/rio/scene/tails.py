"""A form of value: a text of which only the end is kept, as of what was written to a terminal. See `values`."""

from typing import Any

from rio.scene.values import LONGEST, PROSE

KEPT = 3 * LONGEST // 4  # characters that are left when there are too many: so it is not cut at every letter


class Tail:
    """Text that may grow for ever."""

    says = "text, of which the end is kept"

    def of(self, value: Any) -> str:
        """A string; one that is too long begins with a line near its end."""
        if not isinstance(value, str) or len(value) <= LONGEST:
            return PROSE.of(value)
        end = value[-KEPT:]
        return end[end.find("\n") + 1 :]

    def parse(self, text: str) -> str:
        """All of it, the last newline too: a terminal is somewhere else after it."""
        return self.of(text)

    def show(self, kept: str) -> str:
        """The text, without its last newline: a reader adds one."""
        return kept.removesuffix("\n")


def since(before: str, now: str) -> str | None:
    """What was written after `before`; None if `now` does not go on from there."""
    if now.startswith(before):
        return now[len(before) :]
    if len(now) < KEPT // 2:
        return None
    start = before.find(now[:1000])
    overlap = before[start:]
    return now[len(overlap) :] if start > 0 and now.startswith(overlap) else None


TAIL = Tail()
