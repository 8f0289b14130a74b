"""Scene programs: one for each open of `parse`, run one after another, each as its text arrives.

A program's turn begins with its first byte, not with its open, so that a model which thinks for a minute holds up
nobody. While it has the turn the others wait, in the order of their first bytes, within bounds; then they are refused.
Knows text and turns; the `Stage` knows workers, versions and pictures.
"""

import codecs
from collections.abc import Callable
from functools import partial
from typing import Protocol

import trio

from ninep import FileError
from ninep.node import Answer
from rio.hub.bell import Bell
from rio.hub.turns import Turns
from rio.wire import Ran

CLUNK = 2.0
"""Seconds after which a clunk is answered, whether its program has run or not."""

SILENCE = 60.0
"""Seconds for which a program may say nothing while others wait for their turn."""

LONGEST = 16 << 20  # bytes of one program
HEAD = 400  # characters among which a label is looked for
MOST_TEXT = 32 << 20  # characters of all that wait


class Stage(Protocol):
    """Where programs run."""

    async def prepare(self) -> None:
        """Until a program can run; FileError says why none can."""

    def feed(self, number: int, text: str, *, last: bool) -> None:
        """Give the worker more text of the program whose turn it is."""

    async def stop(self) -> str:
        """End what the program that has the turn is doing, politely or not; "" or what that cost, in words."""

    async def finish(self, program: "Program") -> None:
        """The program is over: keep what it made. Calls `program.let_go` as soon as its effect can be seen."""


class Program:
    """What one writer writes from open to clunk (a `ninep` Writer), and what became of it."""

    def __init__(self, number: int, programs: "Programs") -> None:
        self.number = number
        self.statements: list[str] = []  # that ran without an error, in order
        self.error: str | None = None
        self.is_over = False  # the worker is done with it
        self.changed = Bell()
        self._programs = programs
        self._decoder = codecs.getincrementaldecoder("utf-8")()
        self._pending: list[str] = []
        self._size = 0
        self._head = ""  # the first lines, for a label
        self._let_go = trio.Event()
        self.is_whole = self._is_told = False
        self.is_to_stop = ""  # why, in words

    # the writer's side

    def write(self, data: bytes) -> None:
        """Take more text. The error of a statement that has run meanwhile is the refusal of this write."""
        self._tell_error()
        if self.is_over:
            raise FileError("the program has ended")
        if self._size + len(data) > LONGEST:
            raise FileError(f"a program is at most {LONGEST >> 20} MiB")
        text = self._decode(data)
        if not text:
            return
        if not self._size:
            self._programs.line_up(self)
        self._size += len(data)
        self._add(text)

    def close(self) -> Answer[None]:
        """No more text follows. Answers when the program has run, after two seconds at the latest."""
        self.is_whole = True
        self.changed.ring()
        return self._wait() if self._size else None

    async def _wait(self) -> None:
        with trio.move_on_after(CLUNK):
            await self.is_seen()
        if not self._is_told:
            self._tell_error()

    def abort(self) -> None:
        """The writer hung up: what ran stays, the rest of the text is dropped."""
        self.stop("the writer hung up")

    def _add(self, text: str) -> None:
        self._programs.account(len(text))
        self._pending.append(text)
        if len(self._head) < HEAD:
            self._head += text[:HEAD]
        self.changed.ring()

    @property
    def label(self) -> str:
        """Its first line that ran and says something, and the error that stopped it."""
        stopped = f" (stopped: {self.error})" if self.error else ""
        return _first_line(self.statements[0] if self.statements else self._head) + stopped

    def _tell_error(self) -> None:
        if self.error is not None:
            self._is_told = True
            raise FileError(self.error)

    def _decode(self, data: bytes) -> str:
        try:
            return self._decoder.decode(data)
        except UnicodeDecodeError as error:
            self.stop(f"not UTF-8 text at byte {self._size + error.start}")
            self._is_told = True
            raise FileError(self.is_to_stop) from None

    # the stage's side

    def stop(self, why: str) -> None:
        """Have it ended, wherever it is."""
        self.is_to_stop = self.is_to_stop or why
        self.changed.ring()

    def be_whole(self, text: str) -> None:
        """Nobody writes it: this is all."""
        self._size, self.is_whole = len(text), True
        self._add(text)

    async def is_seen(self) -> None:
        """Until its effect can be seen: it has run, and is a version if anything of it ran."""
        await self._let_go.wait()

    async def until(self, true: Callable[[], bool]) -> None:
        """Until something is true of it."""
        while not true():
            await self.changed.wait()

    def take(self) -> str:
        """The text that has come since the last call."""
        text = "".join(self._pending)
        self._pending.clear()
        self._programs.account(-len(text))
        return text

    @property
    def is_failed(self) -> bool:
        """Whether a statement raised."""
        return self.error is not None

    @property
    def is_ending(self) -> bool:
        """Whether no more of its text is to run."""
        return self.is_over or self.is_failed or bool(self.is_to_stop) or (self.is_whole and not self.has_text)

    @property
    def has_text(self) -> bool:
        """Whether `take` would give any."""
        return bool(self._pending)

    def ran(self, statement: Ran) -> None:
        """A statement was executed."""
        if statement.error is None:
            self.statements.append(statement.source)
        else:
            self.fail(statement.error)

    def fail(self, error: str) -> None:
        """The first error counts; the writer hears of it with the next write, or with the clunk."""
        if self.error is None:
            self.error = error
            self.changed.ring()

    def done(self, error: str | None) -> None:
        """The worker is done with it."""
        self.is_over = True
        if error:
            self.fail(error)
        self.changed.ring()

    def let_go(self) -> None:
        """Its effect can be seen: a clunk that waits is answered."""
        self._let_go.set()


class Programs:
    """The programs of `parse`: the one that has the turn, and those that wait for it."""

    def __init__(self, stage: Stage, turns: Turns) -> None:
        self._stage, self._turns = stage, turns
        self._text = 0  # characters that wait
        self._last = 0
        self.running: Program | None = None
        self.count = 0  # programs that have run

    def open(self) -> Program:
        """A new program, for one writer."""
        self._last += 1
        return Program(self._last, self)

    async def play(self, text: str) -> Program:
        """Run a whole text, in the turn that the caller has already."""
        program = self.open()
        program.be_whole(text)
        await self._take_turn(program)
        return program

    def line_up(self, program: Program) -> None:
        """Its first byte is here."""
        self._turns.add(partial(self._take_turn, program))

    def account(self, size: int) -> None:
        """Text of waiting programs came, or (negative) was taken."""
        if size > 0 and self._text + size > MOST_TEXT:
            raise FileError("too much program text waits already; try again, or write interrupt to ctl")
        self._text += size

    @property
    def is_busy(self) -> bool:
        """Whether a program runs, or is still being written."""
        return self.running is not None and not self.running.is_over

    def status(self) -> str:
        """What a read of `parse` gives."""
        if self.running is None or not self.is_busy:
            return f"busy, {waiting} waiting\n" if (waiting := len(self._turns)) else "ready\n"
        return f"running program {self.running.number}, {len(self._turns)} waiting\n"

    async def _take_turn(self, program: Program) -> None:
        self.running = program
        try:
            await self._play(program)
        finally:
            self.running = None
            program.take()
            program.done(None)
            program.let_go()

    async def _play(self, program: Program) -> None:
        if program.is_to_stop:  # its writer hung up while it waited
            return
        try:
            await self._stage.prepare()
        except FileError as refusal:
            program.fail(str(refusal))
            return
        await self._feed(program)
        await program.until(lambda: program.is_over or bool(program.is_to_stop))
        if not program.is_over:
            await self._stop(program)
        self.count += 1
        await self._stage.finish(program)

    async def _feed(self, program: Program) -> None:
        """Hand text on as it comes, up to its end, or to its first error."""
        while not program.is_ending:
            if program.has_text:
                self._stage.feed(program.number, program.take(), last=False)
            else:
                await self._listen(program)
        if not (program.is_over or program.is_to_stop):
            self._stage.feed(program.number, "", last=True)

    async def _listen(self, program: Program) -> None:
        """Until something about the program changed. One that is silent for long loses its turn, if others wait."""
        with trio.move_on_after(SILENCE) as patience:
            await program.changed.wait()
        if patience.cancelled_caught and len(self._turns) and not program.has_text:
            program.stop(f"ended: nothing came for {SILENCE:g} s while others waited")

    async def _stop(self, program: Program) -> None:
        """End it in the midst. What of its text has not run is dropped: the next program begins afresh."""
        cost = await self._stage.stop()
        program.fail("; ".join(filter(None, (program.is_to_stop, cost))))
        program.done(None)


def _first_line(text: str) -> str:
    """The first line that says something, as a label: no fences, no comments."""
    for line in text.splitlines():
        if (word := line.strip()) and not word.startswith(("#", "```")):
            return word[:60]
    return ""
