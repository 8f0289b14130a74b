"""The process that holds a machine's devices, and does with them what the display asks.

    rio devices [--grant 'camera front /dev/video0' …] FD

Each question is a thread, since hardware waits wherever it likes. One that hangs hangs alone; the display ends the
process for it, or wants it no longer, so there are never more than MOST. A device is opened when it is first used.
"""

import argparse
import os
import shlex
import socket
import threading
from collections.abc import Callable, Sequence
from typing import Any, Protocol

from rio.devices.camera import Camera
from rio.devices.feed import Trouble
from rio.devices.pin import Pin
from rio.devices.port import Port
from rio.wire import Answer, Ask, Channel, Hello, Message, More, ProtocolError, ToDevices

MOST = 256  # questions at once, each a thread: those of some workers, and some that hang and nobody waits for
_LOOK = 0.25  # seconds between two looks at whether anybody still listens


class Device(Protocol):
    """What they have in common. All raise Trouble."""

    @property
    def place(self) -> int:
        """Where who follows it begins."""

    def read(self) -> Any:
        """What it says now."""

    def write(self, value: Any) -> None:
        """Make it say or do this."""

    def next(self, place: int, patience: float) -> tuple[int, Any] | None:
        """(the place behind it, what it says next), if that comes in so many seconds."""


def opened(words: Sequence[str]) -> Device:
    """The device that a line of the grants describes."""
    match words:
        case ["camera", name, source]:
            return Camera(name, source)
        case ["gpio", name, pin, way]:
            return Pin(name, int(pin), way)
        case ["serial", name, path, baud]:
            return Port(name, path, int(baud))
    raise Trouble(f"no device: {' '.join(words)}")


class Devices:
    """All of them, by name."""

    def __init__(self, lines: Sequence[str], say: Callable[[Message], None]) -> None:
        self._lines = {words[1]: words for words in map(shlex.split, lines)}
        self._say = say
        self._open: dict[str, Device] = {}
        self._opening = {name: threading.Lock() for name in self._lines}
        self._questions: dict[int, _Question] = {}

    def hear(self, message: Ask | More) -> None:
        """Begin with a question, go on with one, or leave it."""
        match message:
            case Ask(ticket) if len(self._questions) >= MOST:
                self._say(Answer(ticket, error=f"{MOST} questions hang in the devices already"))
            case Ask(ticket):
                question = self._questions[ticket] = _Question()
                threading.Thread(target=self._do, args=(message, question), daemon=True).start()
            case More(ticket, wanted) if found := self._questions.get(ticket):
                found.more.release() if wanted else found.is_over.set()

    def _do(self, ask: Ask, question: "_Question") -> None:
        try:
            device = self._device(ask.words[0])
            if ask.kept:
                self._follow(device, ask.ticket, question)
            elif ask.what == "device.write":
                device.write(ask.words[1])
                self._say(Answer(ask.ticket))
            else:
                self._say(Answer(ask.ticket, device.read()))
        except Trouble as trouble:
            self._say(Answer(ask.ticket, error=str(trouble)))
        except Exception as error:  # hardware's libraries raise anything; it is one answer, not all devices
            self._say(Answer(ask.ticket, error=f"{ask.words[0]} failed: {type(error).__name__}: {error}"))
        finally:
            del self._questions[ask.ticket]

    def _device(self, name: str) -> Device:
        """It, opened; again, if it went away."""
        with self._opening[name]:
            device = self._open.get(name)
            if device is None or getattr(device, "is_gone", False):
                device = self._open[name] = opened(self._lines[name])
            return device

    def _follow(self, device: Device, ticket: int, question: "_Question") -> None:
        """One value after another, each when it is there and wanted."""
        place, is_wanted = device.place, False
        self._say(Answer(ticket))
        while not question.is_over.is_set():
            if not is_wanted:
                is_wanted = question.more.acquire(timeout=_LOOK)
            elif found := device.next(place, _LOOK):
                (place, value), is_wanted = found, False
                self._say(Answer(ticket, value))


class _Question:
    """One that is being answered: whether more is wanted of it, and whether nothing is any more."""

    def __init__(self) -> None:
        self.more, self.is_over = threading.Semaphore(0), threading.Event()


def main(argv: Sequence[str]) -> None:
    """Serve until the display has gone, which ends the process, whatever its threads do."""
    parser = argparse.ArgumentParser("rio devices", description="Holds cameras, pins and serial ports; started by rio.")
    parser.add_argument("--grant", action="append", default=[], help="a device, as a line of the grants")
    parser.add_argument("fd", type=int, help="the descriptor of a socket pair to the display")
    arguments = parser.parse_args(argv)
    channel: Channel[Ask | More] = Channel(socket.socket(fileno=arguments.fd), ToDevices)
    saying = threading.Lock()

    def say(message: Message) -> None:
        with saying:
            channel.send(message)

    try:
        say(Hello())
        devices = Devices(arguments.grant, say)
        while True:
            for _, message, _ in channel.receive():
                devices.hear(message)
    except (EOFError, ConnectionError, ProtocolError):
        os._exit(0)
