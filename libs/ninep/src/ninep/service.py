"""How every service starts, says that it is ready, and stops.

    def main() -> None:
        service.main("rio", 5641, Config, open_service)

is the whole `__main__` of a service; `open_service(config)` is an async context manager that gives its tree (or a
Server, if it accepts its clients itself). It has run before the service says that it is ready, and its end is not
cancelled, so what is in flight can be written down. From the first SIGTERM or SIGINT the whole has five seconds:
pending requests are answered, the tree is closed, the process ends with status 0. A second signal cuts that short.
"""

from __future__ import annotations

import gc
import signal
import socket as sockets
import sys
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import AbstractAsyncContextManager, ExitStack
from functools import partial
from typing import Protocol

import structlog
import trio

from ninep import logs
from ninep.accept import allow_descriptors
from ninep.config import C, ServiceConfig, read_config
from ninep.dial import Address, close_listener, listen, local_address, namespace
from ninep.errors import FileError
from ninep.events import Events
from ninep.metrics import Metrics
from ninep.rootdir import Health, manual, root
from ninep.server import serve
from ninep.tree import Dir

__all__ = ["Events", "Health", "Metrics", "ServiceConfig", "main", "manual", "root"]

GRACE = 4.0  # seconds for the tree to close
LIMIT = 5  # seconds after which the kernel ends what trio could not: a thread that hangs, an endless loop

log = structlog.get_logger("service")


class Server(Protocol):
    """A service that accepts its clients itself, because it is more than a tree: the multiplexer."""

    tree: Dir

    async def serve(
        self, listeners: Sequence[sockets.socket], *, task_status: trio.TaskStatus[None] = trio.TASK_STATUS_IGNORED
    ) -> None:
        """Accept until cancelled."""


Open = Callable[[C], AbstractAsyncContextManager[Dir] | AbstractAsyncContextManager[Server]]


def main(
    name: str,
    port: int,
    config: type[C],
    open_service: Open[C],
    argv: Sequence[str] | None = None,
    *,
    socket: str | None = None,
) -> None:
    """Run a service until it is told to stop. Its unix socket is `socket`, or its name, in the namespace directory.

    Does not return: the status is 0 when it was told to stop, 2 when it was told something wrong (one line each on
    stderr), 1 when it could not go on.
    """
    told = read_config(config, name, argv)
    logs.set_up(told.log)
    allow_descriptors()
    with ExitStack() as stack:
        try:
            listeners = _listen(addresses(told, port, socket or name), told.open_to_network, stack)
        except (OSError, ValueError) as error:
            logs.complain(name, error)
            sys.exit(2 if isinstance(error, ValueError | PermissionError) else 1)
        try:
            trio.run(_live, name, told, open_service, listeners)
        except Exception as error:
            _explain(name, error)
            sys.exit(1)
    sys.exit(0)


def addresses(config: ServiceConfig, port: int, socket: str) -> list[Address]:
    """Where a service listens: as it was told, else at its unix socket; with `tcp` on loopback too."""
    told = [Address.parse(text, port) for text in config.listen] or [Address.parse(f"unix!{namespace() / socket}")]
    return [*told, Address.parse(f"tcp!127.0.0.1!{port}")] if config.tcp else told


def _listen(where: Sequence[Address], is_open: bool, stack: ExitStack) -> list[sockets.socket]:
    listeners = []
    for address in where:
        listeners.append(listen(address, open_to_network=is_open))
        stack.callback(close_listener, listeners[-1])
    return listeners


async def _live(name: str, config: C, open_service: Open[C], listeners: Sequence[sockets.socket]) -> None:
    """From the first line to the last, however it ends."""
    with (
        trio.open_signal_receiver(signal.SIGTERM, signal.SIGINT) as signals,
        trio.CancelScope() as life,
    ):
        async with trio.open_nursery() as nursery:
            serving = trio.CancelScope()
            nursery.start_soon(_stop_when_told, signals, serving, life)
            async with open_service(config) as opened:
                if config.open_to_network:
                    _shout(opened if isinstance(opened, Dir) else opened.tree, listeners)
                with serving:
                    await _serve(name, opened, listeners)
            nursery.cancel_scope.cancel()
    if life.cancelled_caught:
        log.warning("service.cut_short", service=name)


async def _serve(name: str, opened: Dir | Server, listeners: Sequence[sockets.socket]) -> None:
    accept = partial(serve, opened) if isinstance(opened, Dir) else opened.serve
    async with trio.open_nursery() as nursery:
        await nursery.start(accept, listeners)
        _settle()
        where = " ".join(str(local_address(listener)) for listener in listeners)
        sys.stdout.write(f"{name} ready {where}\n")  # the line that is waited for, in one piece
        sys.stdout.flush()
        log.info("service.ready", service=name)


def _settle() -> None:
    """What has been loaded and made by now stays: the garbage collector looks it through once more, then never again.

    Else it does so now and then while somebody waits: 20 ms at a time, with the libraries that a service has.
    """
    gc.collect()
    gc.freeze()


async def _stop_when_told(signals: AsyncIterator[int], serving: trio.CancelScope, life: trio.CancelScope) -> None:
    """The first signal ends the serving, and then the tree has some time; the second ends that."""
    await anext(signals)
    signal.setitimer(signal.ITIMER_REAL, LIMIT)  # SIGALRM has no handler: it ends the process
    serving.cancel()
    life.deadline = trio.current_time() + GRACE
    await anext(signals)
    life.cancel()


def _shout(tree: Dir, listeners: Sequence[sockets.socket]) -> None:
    where = " ".join(str(local_address(listener)) for listener in listeners if listener.family != sockets.AF_UNIX)
    warning = f"OPEN TO THE NETWORK: whoever reaches {where} can do all that its user can do here"
    log.warning("service.open_to_network", addresses=where)
    if isinstance(health := tree.get("health"), Health):
        health.warnings.append(warning)


def _explain(name: str, error: Exception) -> None:
    """A line for each thing that went wrong; and where, if it is not one of those that happen in a good program."""
    for cause in _causes(error):
        if not isinstance(cause, OSError | ValueError | FileError):
            log.critical("service.failed", exc_info=cause)
        logs.complain(name, str(cause) or type(cause).__name__)


def _causes(error: Exception) -> Iterator[Exception]:
    if isinstance(error, ExceptionGroup):
        for each in error.exceptions:
            yield from _causes(each)
    else:
        yield error
