"""A function of a program that is called later, by somebody else: when, how often, and what it costs."""

import inspect
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from rio.scene.values import Refused

FRAME = 1 / 60  # seconds
_GIVEN = ("dt", "event")  # a first parameter with a default is given something if it is called so: not `def f(box=box)`


@dataclass(eq=False)
class Callback:
    """A function, and when it is called: at `due`, if it waits for a time; else when `what` happens in the view, or
    to a node. `takes` none or one argument.
    """

    function: Callable[..., Any]
    program: int
    when: str
    number: int = 0
    what: str = ""
    keys: frozenset[str] = frozenset()  # for what happens to keys: which; empty is any
    node: int = 0
    period: float = 0
    due: float | None = None
    name: str = field(init=False)  # what it is called by, in the list of tasks and in errors
    takes: int = field(init=False)
    trouble: str = ""
    is_stopped: bool = False
    calls: int = 0
    spent: float = 0  # seconds, in all calls

    def __post_init__(self) -> None:
        self.name, self.takes = name_of(self.function), arguments(self.function)

    def cost(self, seconds: float) -> None:
        """It was called, and took so long."""
        self.calls += 1
        self.spent += seconds

    def __str__(self) -> str:
        """Its line in the list of tasks."""
        state = f"suspended: {self.trouble}" if self.trouble else "running"
        return f"{self.name} {self.when}, program {self.program}, {state}{self._costs()}"

    def _costs(self) -> str:
        if not self.calls:
            return ""
        average = self.spent / self.calls
        room = FRAME if self.what == "frame" else self.period
        slow = f", too slow for {self.when}" if room and average > room else ""
        times = "once" if self.calls == 1 else f"{self.calls:,} times"
        return f", {times}, {1e3 * average:.{0 if average > 0.01 else 2}f} ms each{slow}"


def name_of(function: Callable[..., Any]) -> str:
    """What a function is called."""
    return str(getattr(function, "__name__", type(function).__name__))


def arguments(function: Callable[..., Any]) -> int:
    """How many arguments it wants, of the one that it could get. Refused if it is no function, or wants more."""
    if not callable(function):
        raise Refused(f"{function!r:.80} is not a function")
    try:
        parameters = inspect.signature(function).parameters.values()
    except (TypeError, ValueError):  # some functions written in C do not tell
        return 0
    plain = [p for p in parameters if p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD)]
    needed = sum(1 for p in plain if p.default is p.empty)
    if needed > 1:
        raise Refused(f"{name_of(function)} needs {needed} arguments; it is given one at most")
    takes_any = any(p.kind is p.VAR_POSITIONAL for p in parameters)
    return 1 if needed or takes_any or (plain and plain[0].name in _GIVEN) else 0
