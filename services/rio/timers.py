"""When functions of a program are called: every so often, once, with each frame, when something happens to a node.

A function of a later program takes the place of the earlier program's function of the same name, as everything with a
name does; functions made in one program, in a loop say, stand side by side, and so do those called `_`. One that raises
is suspended until it is defined again. Nothing is called here, and there is no clock but the one that is given.
"""

import inspect
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, TypeVar, overload

from rio.values import Refused

Function = TypeVar("Function", bound=Callable[..., Any])

MOST = 5_000  # callbacks of one scene
_GIVEN = ("dt", "event")  # a first parameter with a default is given something if it is called so: not `def f(box=box)`
_SOONEST = 0.001  # seconds: more often than that, nobody sees


@dataclass(eq=False)
class Callback:
    """A function, and when it is called. `takes` is how many arguments it wants, none or one."""

    function: Callable[..., Any]
    program: int
    when: str
    period: float = 0
    due: float = 0
    node: int = 0
    takes: int = 0
    trouble: str = ""
    is_stopped: bool = False

    @property
    def name(self) -> str:
        """What it is called by, in the list of tasks and in errors."""
        return str(getattr(self.function, "__name__", type(self.function).__name__))

    def __str__(self) -> str:
        """Its line in the list of tasks."""
        state = f"suspended: {self.trouble}" if self.trouble else "running"
        return f"{self.name} {self.when}, program {self.program}, {state}"


class Timers:
    """All callbacks of one worker. `program` is the one that is running, or whose callback is."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self.program = 0
        self._clock = clock
        self._callbacks: list[Callback] = []
        self._calling: Callback | None = None

    # what programs say

    def every(self, seconds: float) -> Callable[[Function], Function]:
        """`@every(0.5)`: call the function below every half second."""
        if isinstance(seconds, bool) or not isinstance(seconds, int | float):
            raise Refused("say every how many seconds: @every(0.5)")
        if not _SOONEST <= seconds < float("inf"):
            raise Refused(f"every {seconds} seconds is not possible; the shortest is {_SOONEST}")

        def register(function: Function) -> Function:
            when = f"every {seconds:g} s"
            self._add(Callback(function, self.program, when, period=seconds, due=self._clock() + seconds))
            return function

        return register

    @overload
    def after(self, seconds: float, function: Function) -> Function: ...

    @overload
    def after(self, seconds: float) -> Callable[[Function], Function]: ...

    def after(self, seconds: float, function: Function | None = None) -> Any:
        """`after(2, jump)`: call `jump` once, in two seconds. Also `@after(2)`."""
        if isinstance(seconds, bool) or not isinstance(seconds, int | float) or not 0 <= seconds < float("inf"):
            raise Refused("say after how many seconds: after(2, function)")

        def register(function: Function) -> Function:
            self._add(Callback(function, self.program, f"after {seconds:g} s", due=self._clock() + seconds))
            return function

        return register if function is None else register(function)

    def on_frame(self, function: Function) -> Function:
        """`@on_frame`: call the function below with each picture; it may take the seconds since the last."""
        self._add(Callback(function, self.program, "every frame"))
        return function

    def on_event(self, node: int, what: str, function: Function) -> Function:
        """Call the function when `what` happens to the node; it may take the event's value."""
        self._keep([c for c in self._callbacks if (c.node, c.when) != (node, f"on {what}")])
        self._add(Callback(function, self.program, f"on {what}", node=node))
        return function

    def stop(self, function: Callable[..., Any] | None = None) -> None:
        """`stop(tick)`: call it no more. `stop()` stops everything but the function that says so."""
        kept = [c for c in self._callbacks if (c is self._calling if function is None else c.function is not function)]
        if function is not None and len(kept) == len(self._callbacks):
            raise Refused(f"{getattr(function, '__name__', function)!s} is not being called by anything")
        self._keep(kept)

    # what the worker asks

    def __iter__(self) -> Iterator[Callback]:
        """All callbacks, in the order in which they were defined."""
        return iter(tuple(self._callbacks))

    @property
    def frames(self) -> list[Callback]:
        """Those to call with each frame."""
        return [callback for callback in self._callbacks if callback.when == "every frame" and not callback.trouble]

    def events(self, node: int, what: str) -> list[Callback]:
        """Those to call for an event."""
        return [c for c in self._callbacks if (c.node, c.when) == (node, f"on {what}") and not c.trouble]

    def due(self) -> list[Callback]:
        """Those whose time has come. What was missed is not made up for, but the beat is kept."""
        now = self._clock()
        found = [callback for callback in self._timed() if callback.due <= now]
        for callback in found:
            if callback.period:
                callback.due += callback.period * (1 + (now - callback.due) // callback.period)
            else:
                self._callbacks.remove(callback)
        return found

    def pause(self) -> float | None:
        """Seconds until one is due; None if there is none."""
        return max(0.0, min(dues) - self._clock()) if (dues := [callback.due for callback in self._timed()]) else None

    def shift(self, seconds: float) -> None:
        """Time stood still for so long."""
        for callback in self._callbacks:
            callback.due += seconds

    def calling(self, callback: Callback | None) -> None:
        """This one is being called now; what it registers belongs to its program."""
        self._calling = callback
        self.program = callback.program if callback else 0

    def suspend(self, callback: Callback, trouble: str) -> None:
        """It raised: call it no more."""
        callback.trouble = trouble

    def _timed(self) -> list[Callback]:
        return [callback for callback in self._callbacks if callback.due and not callback.trouble]

    def _keep(self, kept: list[Callback]) -> None:
        for callback in set(self._callbacks).difference(kept):
            callback.is_stopped = True
        self._callbacks = kept

    def _add(self, callback: Callback) -> None:
        callback.takes = _arguments(callback.function)
        if callback.name not in ("_", "<lambda>"):
            self._keep([c for c in self._callbacks if not _replaces(callback, c)])
        if len(self._callbacks) >= MOST:
            raise Refused(f"{MOST:,} functions are waiting to be called already; stop() some")
        self._callbacks.append(callback)


def _replaces(new: Callback, old: Callback) -> bool:
    return old.name == new.name and old.program != new.program and old.node == new.node


def _arguments(function: Callable[..., Any]) -> int:
    """How many arguments it wants, of the one that it could get."""
    if not callable(function):
        raise Refused(f"{function!r} is not a function")
    try:
        parameters = inspect.signature(function).parameters.values()
    except (TypeError, ValueError):  # some functions written in C do not tell
        return 0
    plain = [p for p in parameters if p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD)]
    needed = sum(1 for p in plain if p.default is p.empty)
    if needed > 1:
        raise Refused(f"{getattr(function, '__name__', function)!s} needs {needed} arguments; it is given one at most")
    takes_any = any(p.kind is p.VAR_POSITIONAL for p in parameters)
    return 1 if needed or takes_any or (plain and plain[0].name in _GIVEN) else 0
