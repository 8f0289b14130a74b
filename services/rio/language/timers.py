"""When functions of a program are called: every so often, once, with each frame, when something happens.

A function of a later program takes the place of the earlier program's function of the same name, as everything with a
name does; functions made in one program, in a loop say, stand side by side, and so do those called `_`. For each thing
that may happen to it a node calls one function, the newest. One that raises is suspended until it is defined again.
Nothing is called here, and there is no clock but the one that is given.
"""

import time
from collections.abc import Callable, Iterable, Iterator
from typing import Any, TypeVar, overload

from rio.language.callbacks import Callback, name_of
from rio.scene.values import Refused

Function = TypeVar("Function", bound=Callable[..., Any])

MOST = 10_000  # callbacks of one scene
_SOONEST = 0.001  # seconds: more often than that, nobody sees
_NAMELESS = ("_", "<lambda>")


class Timers:
    """All callbacks of one worker. `program` is the one that is running, or whose callback is."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self.program = 0
        self.there: Callable[[int], bool] = lambda node: True  # whether a node is still there
        self._clock = clock
        self._last = 0  # the number of the newest task
        self._callbacks: dict[int, Callback] = {}
        self._named: dict[str, dict[int, Callback]] = {}  # the same, by name
        self._owners: dict[str, int] = {}  # names that only functions of one program have, and that program
        self._handlers: dict[int, dict[str, Callback]] = {}  # those of nodes: one for each thing that may happen
        self._calling: Callback | None = None

    # what programs say

    @overload
    def every(self, seconds: float, function: Function) -> Function: ...

    @overload
    def every(self, seconds: float) -> Callable[[Function], Function]: ...

    def every(self, seconds: float, function: Function | None = None) -> Any:
        """`@every(0.5)`: call the function below every half second. Also `every(0.5, tick)`."""
        if isinstance(seconds, bool) or not isinstance(seconds, int | float):
            raise Refused("say every how many seconds: @every(0.5)")
        if not _SOONEST <= seconds < float("inf"):
            raise Refused(f"every {seconds} seconds is not possible; the shortest is {_SOONEST}")

        def register(function: Function) -> Function:
            when = f"every {seconds:g} s"
            self._add(Callback(function, self.program, when, period=seconds, due=self._clock() + seconds))
            return function

        return register if function is None else register(function)

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
        self._add(Callback(function, self.program, "every frame", what="frame"))
        return function

    def on_view(self, what: str, function: Function, keys: Iterable[str] = (), about: str = "") -> Function:
        """Call the function when `what` happens anywhere in the view; it may take the event."""
        when = f"on {what.replace('_press', '').replace('_', ' ')} {about}".rstrip()
        self._add(Callback(function, self.program, when, what=what, keys=frozenset(keys)))
        return function

    def follow(self, function: Callable[..., Any], when: str) -> Callback:
        """Call the function whenever something comes, as `when` says it in the list of tasks."""
        callback = Callback(function, self.program, when)
        self._add(callback)
        return callback

    def on_event(self, node: int, what: str, function: Function, about: str = "") -> Function:
        """Call the function, and no other, when `what` happens to the node; it may take the event."""
        self._check_room()
        when = f"on {what} of {about}" if about else f"on {what}"
        handler = Callback(function, self.program, when, self.new_number(), what, node=node)
        if before := self._handlers.get(node, {}).get(what):
            self._drop([before])
        self._handlers.setdefault(node, {})[what] = handler
        self._keep(handler)
        return function

    def soon(self, function: Callable[..., Any], program: int) -> None:
        """Call the function once, as soon as there is time; it is that program's."""
        self._keep(Callback(function, program, "now", self.new_number(), due=self._clock()))

    def stop(self, function: Callable[..., Any] | None = None) -> None:
        """`stop(tick)`: call it no more. `stop()` stops everything but the function that says so."""
        if function is None:
            self._drop([callback for callback in self if callback is not self._calling])
            return
        named = self._named.get(name_of(function), {}).values()
        if not (stopped := [callback for callback in named if callback.function == function]):
            raise Refused(f"{name_of(function)} is not being called by anything")
        self._drop(stopped)

    def stop_named(self, name: str) -> bool:
        """Stop those of that name, or of that number; whether there was any."""
        found = list(self._named.get(name, {}).values())
        if not found and name.isdecimal() and int(name) in self._callbacks:
            found = [self._callbacks[int(name)]]
        self._drop(found)
        return bool(found)

    # what the worker asks

    def __iter__(self) -> Iterator[Callback]:
        """All callbacks, in the order in which they were made."""
        return iter(tuple(self._callbacks.values()))

    def new_number(self) -> int:
        """A number for one more task."""
        self._last += 1
        return self._last

    @property
    def frames(self) -> list[Callback]:
        """Those to call with each frame."""
        return self._of("frame")

    def handlers(self, node: int, what: str, key: str = "") -> list[Callback]:
        """Those to call when this happens to the node, or to the view (0)."""
        if not node:
            return [callback for callback in self._of(what) if not callback.keys or key in callback.keys]
        found = self._handlers.get(node, {}).get(what)
        return [found] if found and not found.trouble else []

    def _of(self, what: str) -> list[Callback]:
        return [c for c in self._callbacks.values() if c.what == what and not c.node and not c.trouble]

    def forget(self, node: int) -> None:
        """Another node has this number now."""
        if node in self._handlers:
            self._drop(tuple(self._handlers[node].values()))

    def due(self) -> Iterator[Callback]:
        """Those whose time has come, one after another, whoever waits longest first; who stops listening finds the rest
        the next time. What was missed is not made up for, but the beat is kept.
        """
        now = self._clock()
        late = sorted((found for found in self._timed() if found[1] <= now), key=lambda found: found[1])
        for callback, due in late:
            if callback.is_stopped or callback.trouble:
                continue
            if callback.period:
                callback.due = due + callback.period * (1 + (now - due) // callback.period)
            else:
                self._forget(callback)
            yield callback

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

    def suspend_all(self, trouble: str) -> None:
        """Call none of them any more, until it is defined again."""
        for callback in self:
            callback.trouble = callback.trouble or trouble

    def _timed(self) -> list[tuple[Callback, float]]:
        return [(c, c.due) for c in self._callbacks.values() if c.due is not None and not c.trouble]

    def _add(self, callback: Callback) -> None:
        if callback.name not in _NAMELESS and self._owners.get(callback.name) != callback.program:
            self._replace(callback)
        self._check_room()
        callback.number = self.new_number()
        self._keep(callback)

    def _replace(self, callback: Callback) -> None:
        """Drop what earlier programs have called so; a program whose name it is alone by then is not asked again."""
        same = self._named.get(callback.name, {})
        self._drop([old for old in tuple(same.values()) if _replaces(callback, old)])
        if all(old.program == callback.program or old.node for old in same.values()):
            self._owners[callback.name] = callback.program

    def sweep(self) -> None:
        """Forget what waits for something to happen to nodes that are gone."""
        for node in [node for node in self._handlers if not self.there(node)]:
            self.forget(node)

    def _check_room(self) -> None:
        if len(self._callbacks) >= MOST:
            self.sweep()
        if len(self._callbacks) >= MOST:
            raise Refused(f"{MOST:,} functions are waiting to be called already; stop() some")

    def _keep(self, callback: Callback) -> None:
        if self._owners.get(callback.name) != callback.program:
            self._owners.pop(callback.name, None)
        self._callbacks[callback.number] = callback
        self._named.setdefault(callback.name, {})[callback.number] = callback

    def _drop(self, callbacks: Iterable[Callback]) -> None:
        for callback in callbacks:
            callback.is_stopped = True
            self._forget(callback)

    def _forget(self, callback: Callback) -> None:
        self._callbacks.pop(callback.number, None)
        _discard(self._named, callback.name, callback.number)
        if callback.name not in self._named:
            self._owners.pop(callback.name, None)
        if self._handlers.get(callback.node, {}).get(callback.what) is callback:
            _discard(self._handlers, callback.node, callback.what)


def _discard(table: dict[Any, dict[Any, Callback]], first: Any, second: Any) -> None:
    """Take one entry out of a table of tables, and with the last one its row."""
    row = table.get(first, {})
    row.pop(second, None)
    if not row:
        table.pop(first, None)


def _replaces(new: Callback, old: Callback) -> bool:
    """A function that was defined anew, by a later program. What is called by a node is that node's business."""
    return not old.node and old.program != new.program and old.function is not new.function
