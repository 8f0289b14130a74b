"""One run of the command, and how it ends.

What the server refuses is one line on stderr and status 1. Ctrl-C ends whatever blocks: it is flushed, and the status
is 130; a server that does not answer even to that is left after a quarter of a second, or with a second Ctrl-C. A
reader of our output that goes away ends it silently with 141, as SIGPIPE. `--timeout` ends it with 124.
"""

from __future__ import annotations

import argparse
import math
import os
import signal
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from functools import partial

import trio

from ninep.client import Client, open_client
from ninep.dial import namespace
from ninep.errors import FileError, ProtocolError
from ninep.shell import tools
from ninep.shell.files import COMMANDS, printable, stdout
from ninep.shell.parser import parse

REFUSED, LATE, INTERRUPTED, UNREAD = 1, 124, 128 + signal.SIGINT, 128 + signal.SIGPIPE
GRACE = 0.25  # seconds for a server to answer the Tflush of a Ctrl-C


def run(argv: Sequence[str] | None = None) -> int:
    """Do what the words say; the exit status of the process."""
    options = parse(argv)
    if options.command == "mount":
        return tools.mount(options, default_address())
    if options.command == "serve":
        return tools.serve(options)
    return trio.run(Run(options).run)


def default_address() -> str:
    """`$NINEP`, else the mux of this user."""
    return os.environ.get("NINEP") or f"unix!{namespace() / 'mux'}"


class Run:
    """One run of the command: what it was told, and how it ends."""

    def __init__(self, options: argparse.Namespace) -> None:
        self.options = options
        self._status = 0
        self._scope, self._grace = trio.CancelScope(), trio.CancelScope(shield=True)
        self._root: Client | None = None

    async def run(self) -> int:
        """Do it; the exit status of the process."""
        with trio.open_signal_receiver(signal.SIGINT) as signals, self._scope:
            async with trio.open_nursery() as nursery:
                nursery.start_soon(self._end_when_interrupted, signals)
                nursery.start_soon(self._end_when_unread)
                nursery.start_soon(self._end_when_late)
                await self._guard(self._do)
                self._grace.cancel()
                nursery.cancel_scope.cancel()
        return self._status

    @property
    def address(self) -> str:
        """The server that is meant."""
        return self.options.address or default_address()

    def complain(self, complaint: object) -> None:
        """Tell the user, in one line."""
        sys.stderr.write(f"ninep: {printable(str(complaint))}\n")
        self.fail()

    def fail(self) -> None:
        """End with status 1 in the end."""
        self._status = REFUSED

    async def _guard(self, work: Callable[[], Awaitable[None]]) -> None:
        """Do it, and complain of what goes wrong."""
        try:
            await work()
        except BrokenPipeError:
            self._end(UNREAD)
        except OSError as error:
            self.complain(error.strerror or error)
        except (ValueError, FileError, ProtocolError) as error:
            self.complain(error)

    async def _do(self) -> None:
        if tool := tools.RUN.get(self.options.command):
            await tool(self)
            return
        async with open_client(self.address) as self._root:
            await self._do_paths(self._root)

    async def _do_paths(self, root: Client) -> None:
        paths = self.options.paths or ["/"]
        if self.options.command == "cat":
            async with trio.open_nursery() as nursery:
                for path in paths:
                    nursery.start_soon(self._guard, partial(self._do_path, root, path))
            return
        for path in paths[:1] if self.options.command == "attach" else paths:
            await self._do_path(root, path)

    async def _do_path(self, root: Client, path: str) -> None:
        command = self.options.command
        try:
            await COMMANDS[command].command(root, path, self)
        except FileError as error:
            self.complain(f"{command} {path}: {error}")

    # Other ends.

    async def _end_when_interrupted(self, signals: AsyncIterator[int]) -> None:
        await anext(signals)
        self._end(INTERRUPTED)
        with self._grace, trio.move_on_after(GRACE):
            await anext(signals)
        if self._root:
            self._root.hang_up()

    async def _end_when_unread(self) -> None:
        await stdout.wait_unread()
        self._end(UNREAD)

    async def _end_when_late(self) -> None:
        await trio.sleep(math.inf if self.options.timeout is None else self.options.timeout)
        self.complain(f"{self.options.command} has not ended after {self.options.timeout:g} s")
        self._end(LATE)

    def _end(self, status: int) -> None:
        self._status = status
        self._scope.cancel()
