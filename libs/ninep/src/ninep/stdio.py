"""Standard input and output of a command, waited for by trio, so that nothing else stands still and Ctrl-C is heard.

The descriptors stay as they are: they are shared with the shell, and a shell whose terminal has become non-blocking is
a broken shell. So they are read and written only when the kernel says that it will not block. A pipe is written through
a descriptor of our own, which may be non-blocking: it takes all it has room for, where of a shared one only 4 KiB are
safe. Files on disk are no matter for epoll: those are read in a thread and written at once.
"""

from __future__ import annotations

import os
import stat
from collections.abc import AsyncIterator

import trio

CHUNK = 64 * 1024  # bytes to read at once: what a pipe holds
FILE_CHUNK = 1024 * 1024  # of a file on disk: several requests' worth
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
            return await trio.to_thread.run_sync(os.read, self._descriptor, FILE_CHUNK, abandon_on_cancel=True)
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
        self._own: int | None = None  # of the same pipe, non-blocking; -1 if there can be none

    async def write(self, data: str | bytes) -> None:
        """All of it."""
        rest = memoryview(data.encode(errors="surrogateescape") if isinstance(data, str) else data)
        await trio.lowlevel.checkpoint()
        while rest:
            rest = rest[await self._write_some(rest) :]

    async def _write_some(self, data: memoryview) -> int:
        if self._own is None:
            self._own = _reopen_pipe(self._descriptor)
        try:
            if self._own >= 0:
                return os.write(self._own, data)
            await trio.lowlevel.wait_writable(self._descriptor)
            return os.write(self._descriptor, data[:ROOM])
        except BlockingIOError:  # full; or, if it is not our own, somebody else has made it non-blocking and was first
            await trio.lowlevel.wait_writable(self._descriptor)
            return 0
        except PermissionError:  # as above
            return os.write(self._descriptor, data)

    async def wait_unread(self) -> None:
        """Wait until the reader of a pipe has gone: then who waits for news need not. For ever, if it is no pipe."""
        if not stat.S_ISFIFO(os.fstat(self._descriptor).st_mode):
            await trio.sleep_forever()
        await trio.lowlevel.wait_readable(self._descriptor)  # nothing comes from its writing end but this


def _reopen_pipe(descriptor: int) -> int:
    """Another descriptor of the same pipe, non-blocking; -1 for what is no pipe, or where it cannot be had."""
    if not stat.S_ISFIFO(os.fstat(descriptor).st_mode):
        return -1
    try:
        return os.open(f"/proc/self/fd/{descriptor}", os.O_WRONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError:  # no /proc, another user's pipe, or no reader any more: then the shared one does, or says it
        return -1
