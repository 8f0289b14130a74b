"""When functions of a program are called: every so often, once, with each frame, when something happens to a node.

A function of a later program takes the place of the earlier program's function of the same name, as everything with a
name does; functions made in one program, in a loop say, stand side by side, and so do those called `_`. One that raises
is suspended until it is defined again. Nothing is called here, and there is no clock but the one that is given.
"""

import inspect
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any, TypeVar, overload

from rio.scene.values import Refused

Function = TypeVar("Function", bound=Callable[..., Any])

MOST = 10_000  # callbacks of one scene
_GIVEN = ("dt", "event")  # a first parameter with a default is given something if it is called so: not `def f(box=box)`
_SOONEST = 0.001  # seconds: more often than that, nobody sees


@dataclass(eq=False)
class Callback:
    """A function, and when it is called: at `due`, if it waits for a time. `takes` none or one argument."""

    function: Callable[..., Any]
    program: int
    when: str
    period: float = 0
    due: float | None = None
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
        self._handlers: dict[int, dict[str, Callback]] = {}  # of nodes: one for each thing that may happen
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

    def follow(self, function: Callable[..., Any], when: str) -> Callback:
        """Call the function whenever something comes, as `when` says it in the list of tasks."""
        callback = Callback(function, self.program, when)
        self._add(callback)
        return callback

    def on_event(self, node: int, what: str, function: Function) -> Function:
        """Call the function, and no other, when `what` happens to the node; it may take the event's value."""
        self._check_room()
        handler = Callback(function, self.program, f"on {what}", takes=_arguments(function))
        self._handlers.setdefault(node, {})[what] = handler
        return function

    def stop(self, function: Callable[..., Any] | None = None) -> None:
        """`stop(tick)`: call it no more. `stop()` stops everything but the function that says so."""
        stopped = [c for c in self if (c is not self._calling if function is None else c.function is function)]
        if function is not None and not stopped:
            raise Refused(f"{getattr(function, '__name__', function)!s} is not being called by anything")
        self._drop(stopped)

    # what the worker asks

    def __iter__(self) -> Iterator[Callback]:
        """All callbacks."""
        handlers = [handler for handlers in self._handlers.values() for handler in handlers.values()]
        return iter((*self._callbacks, *handlers))

    @property
    def frames(self) -> list[Callback]:
        """Those to call with each frame."""
        return [callback for callback in self._callbacks if callback.when == "every frame" and not callback.trouble]

    def handler(self, node: int, what: str) -> Callback | None:
        """The one to call when this happens to the node."""
        found = self._handlers.get(node, {}).get(what)
        return found if found and not found.trouble else None

    def forget(self, node: int) -> None:
        """Another node has this number now."""
        if node in self._handlers:
            self._drop(self._handlers[node].values())

    def due(self) -> list[Callback]:
        """Those whose time has come. What was missed is not made up for, but the beat is kept."""
        now = self._clock()
        found = [callback for callback, due in self._timed() if due <= now]
        for callback in found:
            if callback.period and callback.due is not None:
                callback.due += callback.period * (1 + (now - callback.due) // callback.period)
            else:
                self._callbacks.remove(callback)
        return found

    def pause(self) -> float | None:
        """Seconds until one is due; None if there is none."""
        dues = [due for _, due in self._timed()]
        return max(0.0, min(dues) - self._clock()) if dues else None

    def shift(self, seconds: float) -> None:
        """Time stood still for so long."""
        for callback, due in self._timed():
            callback.due = due + seconds

    def calling(self, callback: Callback | None) -> None:
        """This one is being called now; what it registers belongs to its program."""
        self._calling = callback
        self.program = callback.program if callback else 0

    def suspend(self, callback: Callback, trouble: str) -> None:
        """It raised: call it no more."""
        callback.trouble = trouble

    def _timed(self) -> list[tuple[Callback, float]]:
        return [(c, c.due) for c in self._callbacks if c.due is not None and not c.trouble]

    def _add(self, callback: Callback) -> None:
        callback.takes = _arguments(callback.function)
        if callback.name not in ("_", "<lambda>"):
            self._drop([old for old in self._callbacks if _replaces(callback, old)])
        self._check_room()
        self._callbacks.append(callback)

    def _check_room(self) -> None:
        if len(self._callbacks) + len(self._handlers) >= MOST:
            raise Refused(f"{MOST:,} functions are waiting to be called already; stop() some")

    def _drop(self, callbacks: Iterable[Callback]) -> None:
        if not (dropped := tuple(callbacks)):
            return
        for callback in dropped:
            callback.is_stopped = True
        self._callbacks = [callback for callback in self._callbacks if not callback.is_stopped]
        for node, handlers in tuple(self._handlers.items()):
            kept = {what: handler for what, handler in handlers.items() if not handler.is_stopped}
            if kept:
                self._handlers[node] = kept
            else:
                del self._handlers[node]


def _replaces(new: Callback, old: Callback) -> bool:
    """A function that was defined anew, by a later program."""
    return old.name == new.name and old.program != new.program and old.function is not new.function


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
