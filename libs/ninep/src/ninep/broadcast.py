"""A source with any number of readers, each at its own place.

A slow reader loses its oldest chunks and costs nobody else anything: it is for news. Where nothing may be lost, keep
the text and give each reader a cursor into it.
"""

from __future__ import annotations

from collections import deque

import trio

from ninep.node import Answer, as_bytes


class Broadcast:
    """Publish to every open reader. A reader that is `backlog` chunks behind loses its oldest."""

    def __init__(self, backlog: int = 256) -> None:
        self._backlog = backlog
        self._readers: set[_Listener] = set()
        self._is_closed = False

    def publish(self, chunk: str | bytes) -> None:
        """Give a chunk to everybody who reads now. An empty one is nothing, for it would look like the end."""
        data = as_bytes(chunk)
        if data:
            for reader in self._readers:
                reader.push(data)

    def open(self) -> _Listener:
        """A reader of what is published from now on."""
        reader = _Listener(self._readers, self._backlog)
        if self._is_closed:
            reader.end()
        else:
            self._readers.add(reader)
        return reader

    def close(self) -> None:
        """Readers get what they have not read yet, then the end; so does who opens from now on."""
        self._is_closed = True
        for reader in self._readers:
            reader.end()
        self._readers.clear()

    def __len__(self) -> int:
        """How many read."""
        return len(self._readers)


class _Listener:
    __slots__ = ("_chunks", "_has_ended", "_others", "_rest", "_wake")

    def __init__(self, others: set[_Listener], backlog: int) -> None:
        self._others, self._chunks = others, deque[bytes](maxlen=backlog)
        self._rest = memoryview(b"")  # of a chunk that was longer than what was asked for
        self._has_ended, self._wake = False, trio.Event()

    def push(self, data: bytes) -> None:
        self._chunks.append(data)
        self._wake.set()

    def end(self) -> None:
        self._has_ended = True
        self._wake.set()

    def read(self, count: int) -> Answer[bytes]:
        return self._take(count) if self._rest or self._chunks or self._has_ended else self._wait(count)

    async def _wait(self, count: int) -> bytes:
        while not self._chunks and not self._has_ended:
            self._wake = trio.Event()
            await self._wake.wait()
        return self._take(count)

    def _take(self, count: int) -> bytes:
        if not self._rest:
            chunk = self._chunks.popleft() if self._chunks else b""
            if len(chunk) <= count:
                return chunk
            self._rest = memoryview(chunk)
        head, self._rest = bytes(self._rest[:count]), self._rest[count:]
        return head

    def close(self) -> None:
        self._others.discard(self)
        self.end()
