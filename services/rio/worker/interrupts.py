"""SIGINT reaches program code, and nothing else: a half-sent message or a half-made change would spoil the channel.

`with interrupts.allowed():` runs program code; `with interrupts:` holds an interrupt back for a moment inside of it.
One that comes while the worker works on something else waits for the next program code of the same turn; one that comes
while it waits is for nobody. Each `allowed` is interrupted once: a program that goes on all the same is for SIGKILL.

The same places keep the *leash*: a worker whose display is gone ends even in the midst of an endless loop. And they end
program code that has run for longer than the *patience* of the display, in the same way.
"""

import os
import select
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from enum import Enum
from types import FrameType
from typing import Protocol

_LEASH = 1.0  # seconds between two looks at whether the display is still there


class _Mode(Enum):
    WAITING = "nothing is being done"
    HELD = "an interrupt has to wait"
    ALLOWED = "an interrupt is raised at once"


class Overrun(KeyboardInterrupt):
    """Program code has run for as long as it may: so many seconds."""


class HasFileno(Protocol):
    """What `poll` takes."""

    def fileno(self) -> int:
        """The descriptor."""


class Interrupts:
    """The one handler of SIGINT, and of the alarm that keeps the leash."""

    def __init__(self, patience: float = 0) -> None:
        """`patience` in seconds; 0 is for ever."""
        self._mode = self._before = _Mode.WAITING
        self._has_come: KeyboardInterrupt | None = None
        self._depth = 0
        self._patience, self._until = patience, float("inf")
        self._channel: HasFileno | None = None
        signal.signal(signal.SIGINT, self._interrupt)
        signal.signal(signal.SIGALRM, self._look)

    def tie(self, channel: HasFileno) -> None:
        """End this process when the other side of this channel is gone."""
        self._channel = channel

    @contextmanager
    def working(self) -> Iterator[None]:
        """One turn of work. An interrupt that finds no program code in it is forgotten at its end."""
        self._mode, self._depth, self._has_come = _Mode.HELD, 0, None
        try:
            yield
        finally:
            self._mode = _Mode.WAITING

    @contextmanager
    def allowed(self) -> Iterator[None]:
        """Program code runs. Raises KeyboardInterrupt, at most once."""
        self._until = time.monotonic() + self._patience if self._patience else float("inf")
        look = min(_LEASH, self._patience or _LEASH)
        signal.setitimer(signal.ITIMER_REAL, look, look)
        try:
            self._mode = _Mode.ALLOWED
            self._raise_if_come()
            yield
        finally:
            self._mode = _Mode.HELD
            signal.setitimer(signal.ITIMER_REAL, 0)

    def __enter__(self) -> None:
        if not self._depth:
            self._before, self._mode = self._mode, _Mode.HELD
        self._depth += 1

    def __exit__(self, *error: object) -> None:
        self._depth -= 1
        if not self._depth:
            self._mode = self._before
            if self._has_come and self._mode is _Mode.ALLOWED:
                self._raise_if_come()

    def _raise_if_come(self) -> None:
        if come := self._has_come:
            self._has_come, self._mode = None, _Mode.HELD
            raise come

    def _interrupt(self, number: int, frame: FrameType | None) -> None:
        self._come(KeyboardInterrupt())

    def _come(self, interrupt: KeyboardInterrupt) -> None:
        if self._mode is _Mode.ALLOWED:
            self._mode = _Mode.HELD
            raise interrupt
        self._has_come = interrupt if self._mode is _Mode.HELD else None

    def _look(self, number: int, frame: FrameType | None) -> None:
        self._check_leash()
        if time.monotonic() >= self._until:
            self._until = float("inf")
            self._come(Overrun(self._patience))

    def _check_leash(self) -> None:
        if self._channel is not None:
            poll = select.poll()
            poll.register(self._channel.fileno(), 0)
            if poll.poll(0):  # with no events asked for: hung up, or closed
                os._exit(0)
