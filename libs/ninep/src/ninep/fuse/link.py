"""The way to a server that may restart: the present connection, and the next one when somebody needs it.

A client waits for a server to come back (`ninep.link`); a mount must not, since each `ls` would. If a connection cannot
be had, whoever asks gets the reason at once, for as long as it took to find out, four times over: a socket that is
missing is tried again at once, a machine without power is not waited for again and again.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

import trio

from ninep.calls import ConnectionLost, start_calls
from ninep.dial import TIMEOUT, Address, dial
from ninep.fids import Fids

PAUSE, LONGEST_PAUSE = 4, 10.0  # times as long as a vain attempt took; seconds


class Link:
    """The way to a server. `close` it at the end."""

    def __init__(self, address: Address) -> None:
        self.server, self._tree = address.split()
        self._fids: Fids | None = None
        self._lock = trio.Lock()
        self._failure: Exception | None = None
        self._not_before = 0.0  # trio's clock: until then nobody dials

    async def fids(self) -> Fids:
        """The present connection, or a new one. ConnectionError, FileError, ProtocolError if there can be none."""
        async with self._lock:
            if not self._fids or self._fids.is_lost:
                self._fids = await self._dial()
            return self._fids

    async def walk(self, path: Sequence[str]) -> tuple[Fids, int]:
        """A new fid at the file, and the connection it is of. If that is found dead, another is tried."""
        fids = await self.fids()
        try:
            return fids, await fids.walk(path)
        except ConnectionLost:
            fids = await self.fids()
            return fids, await fids.walk(path)

    @asynccontextmanager
    async def at(self, path: Sequence[str]) -> AsyncIterator[tuple[Fids, int]]:
        """A fid at the file, for a while, and the connection it is of."""
        fids, fid = await self.walk(path)
        try:
            yield fids, fid
        finally:
            fids.forget(fid)

    def hang_up(self) -> None:
        """End the connection here and now: who waits for the server waits no longer."""
        if self._fids:
            self._fids.calls.lose("nobody is mounted any more")

    async def close(self) -> None:
        """End the connection, and wait until it has ended."""
        if self._fids:
            await self._fids.calls.close()

    async def _dial(self) -> Fids:
        if self._failure and trio.current_time() < self._not_before:
            raise self._failure
        began = trio.current_time()
        failed, self._failure = None, None
        try:
            return await self._connect()
        except Exception as error:
            failed = error
            raise
        finally:
            now = trio.current_time()
            self._failure, self._not_before = failed, now + min(PAUSE * (now - began), LONGEST_PAUSE)

    async def _connect(self) -> Fids:
        fids = Fids(await start_calls(await dial(self.server), str(self.server)))
        try:
            with trio.move_on_after(TIMEOUT):
                await fids.attach(tree=self._tree)
                return fids
            raise ConnectionError(f"{self.server} accepts connections, but does not answer within {TIMEOUT:g} s")
        except BaseException:
            await fids.calls.close()
            raise
