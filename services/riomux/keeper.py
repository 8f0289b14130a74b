"""Keeping a backend linked: a task for each dials when a link is wished, and again and again while there is none."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import NoReturn

import trio

from ninep import FileError
from riomux.connect import PERM, Connect, Connection
from riomux.peers import Backend
from riomux.pump import Pump

QUICK = 0.5  # seconds; a dial that fails sooner was answered with a no, and may be tried by whoever comes
PAUSE = 0.02  # seconds between two tries, however many come
FIRST, LONGEST = 0.25, 30.0  # seconds between tries by ourselves: doubled each time, with jitter
STEADY = 5.0  # seconds that a link must last, or its end counts as a failed try

Notice = Callable[[Backend, str], None]
"""Told when a backend has come up ("" for the reason) or has gone down."""


class Keeper:
    """Makes the links of one backend."""

    def __init__(self, backend: Backend, connect: Connect, pump: Pump, notice: Notice) -> None:
        self.backend = backend
        self.round_trip: float | None = None  # seconds, when the newest link was made
        self.perm = PERM  # of the backend's root, likewise
        self.since = trio.current_time()  # when it came up, or went down, or was mounted
        self.scope = trio.CancelScope()
        self._connect, self._pump, self._notice = connect, pump, notice
        self._wish = trio.Event()
        self._delay = FIRST
        self._linked_at: float | None = None  # None while there is no link whose end has not been dealt with
        self._is_up: bool | None = None  # as everybody has been told

    def wish(self) -> None:
        """A link is wanted."""
        self._wish.set()

    def link(self, connection: Connection) -> None:
        """Use a connection that has been made."""
        self.backend.tree = connection.tree
        self.round_trip, self.perm = connection.round_trip, connection.perm
        self._linked_at = trio.current_time()
        self._pump.link(self.backend, connection.sock, connection.msize, connection.entered)
        self._tell("")

    async def run(self) -> None:
        """Make links until cancelled."""
        with self.scope:
            await self._run()

    async def _run(self) -> NoReturn:
        while True:
            await self._wish.wait()
            self._wish = trio.Event()
            if self._linked_at is not None and not self.backend.links:
                lasted, self._linked_at = trio.current_time() - self._linked_at, None
                self._tell(self.backend.down or "it hung up")
                if lasted < STEADY:
                    await self._rest("it hung up soon after the greeting", is_quick=True)
                    continue
                self._delay = FIRST
            await self._try()

    async def _try(self) -> None:
        began = trio.current_time()
        try:
            connection = await self._connect()
        except (OSError, FileError, ValueError) as error:
            await self._rest(str(error), is_quick=trio.current_time() - began < QUICK)
        else:
            if self.scope.cancel_called:  # unmounted in the very moment in which the last answer came
                connection.sock.close()
            else:
                self.link(connection)

    async def _rest(self, why: str, *, is_quick: bool) -> None:
        """A try has failed: say so, and have the next when it is time for it, or when somebody comes who may ask."""
        self._pump.splice.refused(self.backend, why, is_quick=is_quick)
        self._pump.flush()
        await trio.sleep(PAUSE)
        if self.backend.links:
            return  # it was for one more link; who needs it next will wish again
        self._tell(why)
        delay = self._delay * random.uniform(0.5, 1.0)  # noqa: S311 - jitter, so that a fleet does not dial in step
        self._delay = min(2 * self._delay, LONGEST)
        if is_quick:
            with trio.move_on_after(delay):
                await self._wish.wait()
        else:
            await trio.sleep(delay)
        self._wish.set()

    def _tell(self, why: str) -> None:
        """Tell that the backend is up (no reason), or why it is down, if that is news."""
        if self._is_up is not (not why):
            self._is_up, self.since = not why, trio.current_time()
            self._notice(self.backend, why)
