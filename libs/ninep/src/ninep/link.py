"""The connection of a client: one for good, or one that is made again when it was lost."""

from __future__ import annotations

import random
import socket
from collections.abc import Sequence
from dataclasses import dataclass, field

import trio

from ninep.calls import ConnectionLost, start_calls
from ninep.dial import TIMEOUT, Address, dial
from ninep.fids import Fids

CLOSED = "this client is closed"
PAUSE, LONGEST_PAUSE = 0.02, 1.0  # seconds between two attempts, doubled by each; half of it is by chance


@dataclass
class Link:
    """The way to a server. `open` first, `close` at the end.

    With `reconnect`, whoever walks when the connection is lost has it made again, and waits for that `patience` seconds
    at most; who comes meanwhile waits for the same attempt. A walk that finds the connection dead is asked again on the
    next: nothing has happened by it. Nothing else is repeated: whether a request had happened, nobody knows any more.
    """

    address: Address | None
    aname: str = ""
    patience: float = TIMEOUT
    timeout: float | None = None
    reconnect: bool = False
    _fids: Fids | None = None
    _lock: trio.Lock = field(default_factory=trio.Lock)
    _is_closed: bool = False

    async def open(self, sock: socket.socket | None = None) -> None:
        """Connect and attach, or attach over a connected socket."""
        self._fids = await (self._attach(sock, "the server") if sock else self._connect())

    async def walk(self, path: Sequence[str]) -> tuple[Fids, int]:
        """A new fid at the file, and the connection it is of."""
        fids = await self.fids()
        try:
            return fids, await fids.walk(path)
        except ConnectionLost:
            if not self._may_reconnect:
                raise
        fids = await self.fids()
        return fids, await fids.walk(path)

    async def fids(self) -> Fids:
        """The present connection. ConnectionError if there is none, and cannot be."""
        assert self._fids, "opened first"
        if not self._fids.is_lost or not self._may_reconnect:
            return self._fids
        with trio.move_on_after(self.patience):
            async with self._lock:
                if self._fids.is_lost:
                    self._fids = await self._connect_again()
            return self._fids
        raise ConnectionError(f"{self.address} went away, and is not back after {self.patience:g} s")

    def hang_up(self) -> None:
        """End the connection here and now, without a clunk, and for good."""
        self._is_closed = True
        if self._fids:
            self._fids.calls.lose("this client has hung up")

    async def close(self) -> None:
        """End it, and wait until it has ended."""
        self._is_closed = True
        if self._fids:
            await self._fids.calls.close()

    @property
    def _may_reconnect(self) -> bool:
        return self.reconnect and not self._is_closed

    async def _connect_again(self) -> Fids:
        pause = PAUSE
        while not self._is_closed:
            try:
                return await self._connect()
            except OSError:
                await trio.sleep(pause * random.uniform(0.5, 1))  # noqa: S311 - spreads clients, hides nothing
                pause = min(2 * pause, LONGEST_PAUSE)
        raise ConnectionLost(CLOSED)

    async def _connect(self) -> Fids:
        assert self.address, "a socket that was given is not made again"
        server, tree = self.address.split()
        return await self._attach(await dial(server, timeout=self.patience), str(server), tree)

    async def _attach(self, sock: socket.socket, peer: str, tree: str = "") -> Fids:
        calls = await start_calls(sock, peer)
        fids = Fids(calls)
        try:
            with trio.move_on_after(self.patience):
                await fids.attach(self.aname, tree)
                fids.timeout = self.timeout
                if self._is_closed:  # while this connection was made: nobody would ever end it
                    raise ConnectionLost(CLOSED)
                return fids
            raise ConnectionError(f"{peer} accepts connections, but does not answer within {self.patience:g} s")
        except BaseException:
            await calls.close()
            raise
