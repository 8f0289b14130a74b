"""The process that runs scene programs: one namespace, one scene, one channel to the display.

    rio worker SCRATCH FD [--unsafe] [--memory MIB] [--patience S] [--read PATH …]        (or python -I -m rio.worker …)

It confines itself before it reads anything. Then it says, as output of program 0, one line for each wall (an error for
one that does not stand), and `Hello`; or, if a wall does not stand and `--unsafe` was not given, nothing more: it ends
with status 3. The environment has to hold OPENBLAS_NUM_THREADS=1, since threads from before the walls stay outside.

It can be copied at any moment of rest. `Fork` brings a descriptor; a copy of the process says `Hello` on it, and `Want`
if it wants frames, and sleeps: nothing in it runs, and its time stands still, until it is told anything but `Fork` (an
empty `Deltas`, say). That is all a checkpoint is. The original goes on as it was, awake or asleep; copies of it can be
made again and again.
"""

import argparse
import gc
import os
import random
import select
import signal
import socket
import sys
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from rio.language.callbacks import Callback
from rio.language.namespace import Language
from rio.language.nouns import Nouns
from rio.language.outside import Outside
from rio.language.scene import Scene
from rio.language.timers import Timers
from rio.sandbox.confinement import confine
from rio.sandbox.walls import Limits
from rio.scene.values import Refused
from rio.wire import (
    Answer,
    Channel,
    Delta,
    Deltas,
    Event,
    Fork,
    Halt,
    Hello,
    Message,
    Output,
    ProtocolError,
    Reset,
    Run,
    Tick,
    ToWorker,
    Want,
)
from rio.worker.asking import Asking
from rio.worker.faults import Fault
from rio.worker.interrupts import Interrupts
from rio.worker.passing import newest
from rio.worker.printing import Printed
from rio.worker.rehearsal import Rehearsal
from rio.worker.runner import Runner

REFUSED = 3  # the exit status when a wall does not stand
LULL = 0.015  # seconds without a message after which a worker that was copied rehearses
CALLING = 0.05  # seconds for functions whose time has come, and for the last of them
_THAW = 64  # copies after which what was frozen is looked through for garbage
_WORKERS_OWN = 0  # the number under which the worker speaks for itself

Incoming = Run | Tick | Halt | Fork | Event | Deltas | Answer


class Worker:
    """Everything that a fork copies."""

    def __init__(self, channel: Channel[Incoming], patience: float = 0) -> None:
        self._channel = channel
        self._interrupts = Interrupts(patience)
        self._interrupts.tie(channel)
        self._timers = Timers()
        self._scene = Scene(lambda deltas: self._say(Deltas(deltas)), self._interrupts)
        self._nouns = Nouns(self._scene, self._timers)
        self._asking = Asking(self._timers, self._interrupts, self._say, self._settle, lambda: self._channel)
        outside = Outside(self._asking)
        self._nouns.assets.fetch = outside.fetch
        self._language = Language(self._nouns, outside)
        self._runner = Runner(self._language.namespace(), self._timers, self._interrupts, self._say, self._settle)
        self._out = Printed(lambda text: self._say(Output(self._timers.program, text)))
        self._err = Printed(lambda text: self._say(Output(self._timers.program, text, error=True)))
        self._rehearsal = Rehearsal()
        self._is_cold = False  # a copy was made, and nothing has run since
        self._wants_frames = False
        self._asleep_since: float | None = None
        self._copies = 0

    def serve(self) -> None:
        """Until the display closes the channel, which is an EOFError, an OSError or a ProtocolError."""
        sys.stdout, sys.stderr = self._out, self._err
        signal.signal(
            signal.SIGCHLD, signal.SIG_IGN
        )  # a forgotten copy must not stay as a zombie: they count as processes
        self._say(Hello())
        while True:
            self._turn(self._channel)

    def _turn(self, channel: Channel[Incoming]) -> None:
        """Wait, then do all there is to do."""
        if self._is_cold:
            self._warm_up(channel)
        pause = None if self._asleep_since is not None else self._timers.pause()
        ready, _, _ = select.select([channel], [], [], 0 if self._asking.is_behind else pause)
        with self._interrupts.working():
            for message in newest(self._asking.messages(channel, is_ready=bool(ready))):
                self._hear(message)
                if self._channel is not channel:
                    return  # this is the copy now: what else was read is for the original
            if self._asleep_since is None:
                self._call_what_is_due()

    def _warm_up(self, channel: Channel[Incoming]) -> None:
        """Rehearse if nothing comes for a moment, in which the picture is drawn that a program has just made."""
        self._is_cold, pause = False, self._timers.pause()
        if (pause is None or pause > 2 * LULL) and not select.select([channel], [], [], LULL)[0]:
            with self._interrupts.working():
                self._rehearsal.play()

    def _call_what_is_due(self) -> None:
        """Within bounds: before the rest of many comes what the display has said meanwhile."""
        until = time.monotonic() + CALLING
        for callback in self._timers.due():
            self._runner.call(callback, callback.period)
            if time.monotonic() > until:
                break
        self._settle()

    def _hear(self, message: Incoming) -> None:
        if not isinstance(message, Fork):
            self._wake()
        if not isinstance(message, Deltas):
            self._language.strangers.settle()
        match message:
            case Run(program, text, last):
                self._runner.run(program, text, last)
            case Tick(dt):
                self._frame(dt)
            case Event(id, what, value):
                self._event(id, what, value)
            case Deltas(items):
                self._adopt(items)
            case Halt(why, task):
                self._halt(why, task)
            case Answer():
                self._follow(message)
            case Fork():
                self._fork()

    def _event(self, id: int, what: str, value: Any) -> None:
        """Something happened to a node, or in the view (0)."""
        facts = value if isinstance(value, dict) else {}
        self._language.hands.hear(facts)
        over, key = facts.pop("over", 0), facts.get("key", "")  # `over` is the text before it
        for handler in (over and self._listening(over, what, key)) or self._listening(id, what, key):
            self._runner.call(handler, SimpleNamespace(**facts))

    def _listening(self, id: int, what: str, key: str) -> list[Callback]:
        """What the node has to be called for this, or else the nearest thing that it is in."""
        graph = self._scene.graph
        for node in graph.ancestry(id) if id in graph.nodes else (id,):
            if found := self._timers.handlers(node, what, key):
                return found
        return []

    def _frame(self, dt: float) -> None:
        """Call what wants frames. A tick is answered with changes in any case: the display waits for them."""
        self._animate(dt)
        for callback in self._timers.frames:
            self._runner.call(callback, dt)
        self._out.flush()
        if not self._scene.flush():
            self._say(Deltas([]))
        self._say_wants()

    def _animate(self, dt: float) -> None:
        """Move on what is moving. What cannot go on ends, and its program is told of it, as of any function."""
        try:
            with self._interrupts:
                self._nouns.animations.step(dt)
        except (Refused, MemoryError) as error:
            self._nouns.animations.clear()
            self._say(Output(0, f"all animations have ended: {error}\n", error=True))

    def _follow(self, answer: Answer) -> None:
        """A source has another value, or none any more."""
        if (heard := self._asking.heard(answer)) is None:
            return
        callback, value = heard
        if answer.error:
            self._runner.suspend(callback, Fault(line := f"{callback.name}, {answer.error}", f"{line}\n"))
        else:
            self._runner.call(callback, value)
            self._asking.more(answer.ticket)

    def _halt(self, why: str, task: int) -> None:
        """Call none of the functions any more, or stop one task by its number."""
        if not task:
            self._timers.suspend_all(why)
        else:
            with suppress(Refused):  # it has come to its end meanwhile
                self._language.stop(task)
        self._say_wants()

    def _adopt(self, items: list[Delta]) -> None:
        """The display has changed the scene; with a Reset it begins to say the whole of it."""
        self._language.strangers.adopt(items)
        if any(isinstance(item, Reset) for item in items):
            self._nouns.animations.trust()

    # saying

    def _say(self, message: Message) -> None:
        with self._interrupts:  # half a message would be the last
            self._channel.send(message)

    def _settle(self) -> None:
        """Everything that has gathered goes out."""
        self._out.flush()
        self._err.flush()
        self._scene.flush()
        self._say_wants()

    def _say_wants(self) -> None:
        if (wants := bool(self._timers.frames or len(self._nouns.animations))) != self._wants_frames:
            self._wants_frames = wants
            self._say(Want(wants))
        self._asking.drop_stopped()

    # copies

    def _wake(self) -> None:
        if self._asleep_since is not None:
            self._timers.shift(time.monotonic() - self._asleep_since)
            self._asleep_since = None
            self._asking.start_over()

    def _fork(self) -> None:
        """Make a copy, which sleeps on the descriptor that came along. If there is no room for one, that is closed."""
        if not self._channel.fds:
            raise ProtocolError("a Fork without a descriptor")
        sock = socket.socket(fileno=self._channel.fds.pop(0))
        self._freeze()
        state = random.getstate()  # CPython gives every forked child another
        try:
            child = os.fork()
        except OSError:
            child = -1
        if child:
            sock.close()
            self._is_cold = self._asleep_since is None
            return
        random.setstate(state)
        self._channel.sock.close()
        self._channel = Channel(sock, ToWorker)
        self._interrupts.tie(self._channel)
        self._asking.forget()
        if self._asleep_since is None:
            self._asleep_since = time.monotonic()
        self._say(Hello())
        if self._wants_frames:
            self._say(Want(True))

    def _freeze(self) -> None:
        """Keep the collector's hands off what copies share: marking an object copies its page."""
        self._copies += 1
        if self._copies % _THAW == 0:
            gc.unfreeze()
        gc.collect()
        gc.freeze()


def main(argv: Sequence[str]) -> None:
    """Confine this process, then serve. Ends the process: 0 when the display has gone, 3 when a wall does not stand."""
    arguments = _parser().parse_args(argv)
    channel: Channel[Incoming] = Channel(socket.socket(fileno=arguments.fd), ToWorker)
    limits = Limits() if arguments.memory is None else Limits(memory=arguments.memory << 20)
    status = 0
    try:
        if _confined(channel, arguments.scratch, limits, arguments.read) or arguments.unsafe:
            Worker(channel, arguments.patience).serve()
        status = REFUSED
    except (EOFError, ConnectionError, ProtocolError):
        pass  # the display has gone, or this end of the channel is of no more use: both end the worker
    os._exit(status)  # nothing that a program left behind (`atexit`, `__del__`, a handler) is run


def _confined(channel: Channel[Incoming], scratch: Path, limits: Limits, readable: Sequence[Path]) -> bool:
    """Raise the walls and say what became of each; whether all of them stand."""
    walls = confine(scratch, limits, keep={channel.fileno()}, readable=readable)
    for wall in walls:
        channel.send(Output(_WORKERS_OWN, f"{wall}\n", error=not wall.stands))
        if not wall.stands:
            sys.stderr.write(f"{wall}\n")  # for the log
    return all(wall.stands for wall in walls)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser("rio worker", description="Runs scene programs, confined; started by rio.")
    parser.add_argument("scratch", type=Path, help="the one directory that programs may write")
    parser.add_argument("fd", type=int, help="the descriptor of a socket pair to the display")
    parser.add_argument("--unsafe", action="store_true", help="run programs though a wall does not stand")
    parser.add_argument("--read", type=Path, action="append", default=[], help="what a grant lets programs read")
    parser.add_argument("--memory", type=int, metavar="MIB", help="how much memory a program may use")
    parser.add_argument("--patience", type=float, default=0, metavar="SECONDS", help="how long a statement may run")
    return parser


if __name__ == "__main__":
    main(sys.argv[1:])
