"""Standard input and output of a command, waited for by trio, so that nothing else stands still and Ctrl-C is heard.

The descriptors stay as they are: they are shared with the shell, and a shell whose terminal has become non-blocking is
a broken shell. So they are read and written only when the kernel says that it will not block. Files on disk are no
matter for epoll: those are read in a thread and written at once.
"""

from __future__ import annotations

import os
import stat
from collections.abc import AsyncIterator

import trio

CHUNK = 64 * 1024  # bytes to read at once: what a pipe holds
ROOM = 4096  # bytes that a pipe takes without blocking once it is writable: PIPE_BUF, pipe(7)


class Input:
    """What comes in, as it comes."""

    def __init__(self, descriptor: int = 0) -> None:
        self._descriptor = descriptor

    async def read(self) -> bytes:
        """What is there, once there is something; b"" at the end."""
        try:
            await trio.lowlevel.wait_readable(self._descriptor)
        except PermissionError:  # epoll's word for a file that is always ready
            return await trio.to_thread.run_sync(os.read, self._descriptor, CHUNK, abandon_on_cancel=True)
        return os.read(self._descriptor, CHUNK)

    async def lines(self) -> AsyncIterator[str]:
        """Line by line, without the line's end."""
        rest = b""
        while data := await self.read():
            *whole, rest = (rest + data).split(b"\n")
            for line in whole:
                yield line.decode(errors="surrogateescape")
        if rest:
            yield rest.decode(errors="surrogateescape")


class Output:
    """What goes out, at once. BrokenPipeError if nobody reads it any more."""

    def __init__(self, descriptor: int = 1) -> None:
        self._descriptor = descriptor

    async def write(self, data: str | bytes) -> None:
        """All of it."""
        rest = memoryview(data.encode(errors="surrogateescape") if isinstance(data, str) else data)
        while rest:
            try:
                await trio.lowlevel.wait_writable(self._descriptor)
                rest = rest[os.write(self._descriptor, rest[:ROOM]) :]
            except BlockingIOError:
                continue  # somebody else has made it non-blocking, and filled it first
            except PermissionError:  # as above
                rest = rest[os.write(self._descriptor, rest) :]

    async def wait_unread(self) -> None:
        """Wait until the reader of a pipe has gone: then who waits for news need not. For ever, if it is no pipe."""
        if not stat.S_ISFIFO(os.fstat(self._descriptor).st_mode):
            await trio.sleep_forever()
        await trio.lowlevel.wait_readable(self._descriptor)  # nothing comes from its writing end but this
