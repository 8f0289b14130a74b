"""`ninep mount`: check, connect, mount, and stay: in the background, or before the user's eyes with --foreground.

It ends when the directory is unmounted, by whom ever, or with SIGTERM, SIGINT, or SIGHUP unless nohup says otherwise:
then it unmounts, lazily if somebody is inside. What blocks in there ends at that moment.
"""

from __future__ import annotations

import argparse
import os
import signal
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import trio

from ninep.dial import Address
from ninep.errors import FileError, ProtocolError
from ninep.fuse.link import Link
from ninep.fuse.mount import Options, check, mount, unmount
from ninep.fuse.session import Session
from ninep.logs import set_up

FAILED = 1  # exit status
MOUNTED = "mounted"  # what the child tells its parent, if not a complaint


@dataclass
class Mounting:
    """One run of `ninep mount`. `complaint` is why it failed, in one line, or empty."""

    address: str
    directory: Path
    options: Options
    by_helper: bool | None = None
    complaint: str = ""
    _is_mounted: bool = False
    _scope: trio.CancelScope = field(default_factory=trio.CancelScope)
    _link: Link = field(init=False)

    async def run(self, ready: Callable[[], object]) -> None:
        """Mount, call `ready`, and serve until unmounted, or until a signal says so."""
        try:
            self._link = Link(Address.parse(self.address))
            _refuse_to_hide(self._link.server, self.directory)
        except ValueError as error:
            self.complaint = str(error)
            return
        with trio.open_signal_receiver(*_ends()) as signals, self._scope:
            async with trio.open_nursery() as nursery:
                nursery.start_soon(self._leave_when_told, signals)
                await self._serve(ready)
                nursery.cancel_scope.cancel()
        await self._link.close()

    async def _serve(self, ready: Callable[[], object]) -> None:
        if (device := await self._mounted()) is None:
            return
        self._is_mounted = True
        try:
            ready()
            await Session(device, self._link).serve()
            self._is_mounted = False  # somebody else has taken it out
        finally:
            os.close(device)  # and with it ends whoever still waits in a mount that was taken out lazily
            with trio.CancelScope(shield=True):
                await self._unmount()

    async def _mounted(self) -> int | None:
        """The device, once all is there; None and a complaint if something is not."""
        try:
            await trio.to_thread.run_sync(check, self.directory, abandon_on_cancel=True)  # may meet a mount that hangs
            await self._link.fids()
            mounting = partial(mount, self.directory, self.options, by_helper=self.by_helper)
            return await trio.to_thread.run_sync(mounting)
        except (OSError, FileError, ProtocolError) as error:
            self.complaint = _why(error)
            return None

    async def _leave_when_told(self, signals: AsyncIterator[int]) -> None:
        await anext(signals)
        await self.leave()

    async def leave(self) -> None:
        """Unmount and end. Who waits for the server waits no longer; if nobody is inside, the session ends by itself,
        when the server has taken what was written."""
        if await self._unmount():
            return
        self._link.hang_up()
        self._scope.cancel()

    async def _unmount(self) -> bool:
        """In a thread, since unmounting may ask the session something. If somebody is inside, the name goes now, and
        the rest when the device is closed. True if nobody is."""
        for lazily in (False, True):
            if self._is_mounted:
                with suppress(OSError):  # then lazily; and if that fails, somebody else has done it
                    await trio.to_thread.run_sync(partial(unmount, self.directory, lazily=lazily))
                    self._is_mounted = False
                    return not lazily
        return False


def add_to(commands: argparse._SubParsersAction[argparse.ArgumentParser], address_help: str) -> None:
    """The command line."""
    sub = commands.add_parser(
        "mount",
        help="make the files of a server appear in a directory",
        description="Make the files of a server appear in a directory (Linux, FUSE). To end it: umount DIR as root, "
        "else fusermount3 -u DIR; with --foreground Ctrl-C.",
    )
    sub.add_argument("--foreground", action="store_true", help="stay, until Ctrl-C; else return when it is mounted")
    sub.add_argument("--read-only", action="store_true", help="let nothing be written")
    sub.add_argument("--allow-other", action="store_true", help="let other users in, as far as permissions say")
    sub.add_argument("--log", type=Path, metavar="FILE", help="write down what the server refuses, in its words")
    sub.add_argument("where", nargs="?", metavar="ADDRESS", help=address_help)
    sub.add_argument("directory", type=Path, metavar="DIR", help="an empty directory")


def run(address: str, options: argparse.Namespace) -> int:
    """The command; its exit status."""
    how = Options(address, options.read_only, options.allow_other)
    mounting = Mounting(address, options.directory.absolute(), how)
    try:
        errors = _errors(options.log, or_seen=options.foreground)
    except OSError as error:
        return _told(f"{options.log} cannot be written: {(error.strerror or str(error)).lower()}")
    if not options.foreground:
        return _in_background(mounting, errors)
    set_up("text")
    trio.run(mounting.run, partial(_stay, mounting, errors))
    return _told(mounting.complaint)


def _stay(mounting: Mounting, errors: int) -> None:
    """Say that the directory is mounted, for who waits for it; from now on stderr is the log."""
    with suppress(OSError):  # nobody waits for it
        os.write(1, os.fsencode(f"ninep mounted {mounting.address} at {mounting.directory}\n"))
    os.dup2(errors, 2)


def _errors(log: Path | None, *, or_seen: bool) -> int:
    """The descriptor that the log is written to: a file, the person who looks on, or nobody."""
    if log:
        return os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
    return os.dup(2) if or_seen else os.open(os.devnull, os.O_WRONLY | os.O_CLOEXEC)


def _refuse_to_hide(server: Address, directory: Path) -> None:
    """A mount over the server's own socket would ask itself for the way to itself, and wait."""
    if server.network == "unix" and Path(server.path).resolve().is_relative_to(directory.resolve()):
        raise ValueError(f"{directory} holds the server's socket, which the mount would hide; take another directory")


def _ends() -> list[signal.Signals]:
    """The signals that end it."""
    is_nohup = signal.getsignal(signal.SIGHUP) == signal.SIG_IGN
    return [signal.SIGINT, signal.SIGTERM, *([] if is_nohup else [signal.SIGHUP])]


def _why(error: Exception) -> str:
    """In a sentence; an error of the system names the file."""
    if isinstance(error, OSError) and error.strerror:
        return f"{error.filename}: {error.strerror.lower()}" if error.filename else error.strerror
    return str(error)


def _told(complaint: str) -> int:
    if complaint:
        sys.stderr.write(f"ninep: mount: {complaint}\n")
    return FAILED if complaint else 0


def _in_background(mounting: Mounting, errors: int) -> int:
    """A child of its own session does it; this process returns when it has mounted, or says why it has not."""
    hears, says = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(hears)
        return _as_daemon(mounting, says, errors)
    os.close(says)
    try:
        with os.fdopen(hears, errors="surrogateescape") as news:
            word = news.read()
    except KeyboardInterrupt:  # who no longer waits for it does not want it later
        os.kill(child, signal.SIGTERM)
        raise
    return 0 if word == MOUNTED else _told(word or "it ended before it had mounted")


def _as_daemon(mounting: Mounting, says: int, errors: int) -> int:
    os.setsid()
    os.chdir("/")

    def ready() -> None:
        nowhere = os.open(os.devnull, os.O_RDWR)
        for standard, descriptor in enumerate((nowhere, nowhere, errors)):
            os.dup2(descriptor, standard)
        os.close(nowhere)
        with os.fdopen(says, "w") as parent:
            parent.write(MOUNTED)

    set_up("text")
    trio.run(mounting.run, ready)
    if mounting.complaint:
        with os.fdopen(says, "w", errors="surrogateescape") as parent:
            parent.write(mounting.complaint)
    return 0
