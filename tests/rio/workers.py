"""A real worker process, and the little of a display that tests need to talk to it."""

import os
import signal
import socket
import struct
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from rio.scene.graph import Gone, Graph
from rio.wire import Channel, Deltas, Done, Fork, FromWorker, Hello, Message, Output, Ran, Run, Tick, Want, frame, pair

ENVIRONMENT = {"PATH": "/usr/bin:/bin", "OPENBLAS_NUM_THREADS": "1"}
PATIENCE = 30.0  # seconds after which a silent worker fails its test; nothing waits for them otherwise

M = TypeVar("M", bound=Message)


@dataclass
class Played:
    """What became of one program."""

    error: str | None = None
    out: str = ""
    err: str = ""
    ran: list[Ran] = field(default_factory=list)


class Display:
    """One end of a socket pair, and the graph that the changes make."""

    def __init__(self, channel: socket.socket, graph: Graph) -> None:
        channel.settimeout(PATIENCE)
        self.channel = Channel[Message](channel, FromWorker)
        self.graph = graph
        self.report: list[Output] = []
        self.wants = False
        self.copies: list[Display] = []
        self._last = 0
        self._heard: Iterator[tuple[int, Message, bytes]] = iter(())

    def hear(self) -> Message:
        """The next message; EOFError or ConnectionError when the worker is gone."""
        while True:
            for _, message, _ in self._heard:
                self._apply(message)
                return message
            self._heard = self.channel.receive()

    def until(self, kind: type[M]) -> M:
        """The next message of this kind; what comes before it is taken in."""
        while not isinstance(message := self.hear(), kind):
            if isinstance(message, Output) and message.program == 0:
                self.report.append(message)
        return message

    def _apply(self, message: Message) -> None:
        if isinstance(message, Want):
            self.wants = message.frames
        for delta in message.items if isinstance(message, Deltas) else ():
            try:
                self.graph.apply(delta)
            except Gone:
                continue

    def start(self, text: str, *, last: bool = True) -> int:
        """Give it a program."""
        self._last += 1
        self.channel.send(Run(self._last, text, last))
        return self._last

    def more(self, text: str, *, last: bool = False) -> None:
        """Give it more of that program."""
        self.channel.send(Run(self._last, text, last))

    def end(self) -> Played:
        """Until the program is done."""
        played = Played()
        while not isinstance(message := self.hear(), Done):
            if isinstance(message, Output):
                played.err += message.text if message.error else ""
                played.out += "" if message.error else message.text
            elif isinstance(message, Ran):
                played.ran.append(message)
        played.error = message.error
        return played

    def play(self, text: str) -> Played:
        """Run a whole program."""
        self.start(text)
        return self.end()

    def print(self, expression: str) -> str:
        """What a program prints that prints this."""
        played = self.play(f"print({expression})")
        assert played.error is None, played.error
        return played.out.strip()

    def tick(self, dt: float = 0.02) -> None:
        """A frame."""
        self.channel.send(Tick(dt))
        self.until(Deltas)

    def fork(self) -> "Display":
        """Ask for a copy; its side of a new socket pair, not listened to yet."""
        ours, theirs = pair()
        rights = [(socket.SOL_SOCKET, socket.SCM_RIGHTS, struct.pack("i", theirs.fileno()))]
        self.channel.sock.sendmsg([frame(Fork(1))], rights)
        theirs.close()
        copy = Display(ours, Graph())
        copy.graph.restore(self.graph.snapshot())
        copy._last = self._last
        self.copies.append(copy)
        return copy

    def close(self) -> None:
        """The display goes away."""
        for copy in self.copies:
            copy.close()
        self.close_own()

    def close_own(self) -> None:
        """Only this channel; the copies stay."""
        self.channel.sock.close()


class Worker(Display):
    """A display with a worker process of its own."""

    def __init__(
        self,
        scratch: Path,
        *options: str,
        prefix: tuple[str, ...] = (),
        program: tuple[str, ...] = ("-m", "rio.worker"),
        **settings: Any,
    ) -> None:
        ours, theirs = pair()
        super().__init__(ours, Graph())
        command = [*prefix, sys.executable, "-I", *program, str(scratch), str(theirs.fileno()), *options]
        self.process = subprocess.Popen(
            command,
            pass_fds=[theirs.fileno()],
            stdin=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            process_group=0,
            **{"env": ENVIRONMENT, **settings},
        )
        theirs.close()

    def interrupt(self) -> None:
        """SIGINT, as `interrupt` in ctl sends it."""
        self.process.send_signal(signal.SIGINT)

    def members(self) -> list[int]:
        """The living processes of its group, proc(5)."""
        found = []
        for entry in Path("/proc").iterdir():
            try:
                state, _, group = (entry / "stat").read_text().rpartition(")")[2].split()[:3]
            except (OSError, ValueError):
                continue
            if int(group) == self.process.pid and state != "Z":
                found.append(int(entry.name))
        return found

    def wait(self) -> int:
        """Its exit status, once it has ended."""
        return self.process.wait(PATIENCE)

    def kill(self) -> None:
        """End it and all that came from it."""
        self.close()
        while self.members():
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait(PATIENCE)
        assert self.process.stderr is not None
        self.process.stderr.close()


def started(scratch: Path, *options: str, **settings: Any) -> Worker:
    """A worker that has said hello."""
    worker = Worker(scratch, *options, **settings)
    try:
        worker.until(Hello)
    except BaseException:
        worker.kill()
        raise
    return worker
