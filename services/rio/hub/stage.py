"""Where programs run: on the current worker, between two checkpoints.

What a program does reaches the display as messages; this module joins them to the program they belong to, and sees to
it that the next program finds a worker at rest, whatever became of the last one.
"""

import signal
from collections.abc import Awaitable, Callable, Coroutine
from contextlib import suppress
from functools import partial
from itertools import chain
from typing import Any

import structlog
import trio

from ninep import FileError
from rio.hub import questions
from rio.hub.prints import Prints
from rio.hub.programs import Program, Programs
from rio.hub.turns import Turns
from rio.hub.workers import PATIENCE, Workers
from rio.scene.graph import Graph, Snapshot
from rio.versions import differences
from rio.versions.archive import Archive
from rio.versions.folding import in_own_words
from rio.versions.history import History, copy_of
from rio.versions.timeline import Versions
from rio.wire import Done, Halt, Output, Ran, Run

YOUNG = 3.0  # seconds; a worker that dies within them was made from a copy that cannot live
WILD = "a function ran without an end, and was ended"
FEW = 3  # workers that die young one after another; then none is started until a program asks for one

log = structlog.get_logger()


class Stage:
    """The worker and the program on it. `news(kind, **facts)` is told what a person should know."""

    def __init__(
        self,
        graph: Graph,
        history: History,
        versions: Versions,
        archive: Archive,
        workers: Workers,
        turns: Turns,
        news: Callable[..., None],
    ) -> None:
        self._graph, self._history, self._versions, self._archive = graph, history, versions, archive
        self._workers, self._turns, self._news = workers, turns, news
        self.programs = Programs(self, turns)
        self.out, self.err = Prints(), Prints(quiet_ends=True)
        self.last_error = ""
        self.changes = 0  # frames of changes that were applied; grows while anything moves
        self.replaced = 0  # workers that died
        self._changes_before = 0
        self._said = graph.snapshot()  # what the statements that ran give
        self._is_playing = False
        history.parting = self._part
        self._revived_at, self._deaths = -YOUNG, 0
        self._promise: int | None = None  # the version whose variables there would be, as somebody was told

    # what programs ask for (see `programs.Stage`)

    async def prepare(self) -> None:
        """A worker at rest, and the version before the program as it is just now."""
        if self._workers.has_stirred:
            await self._keep_what_callbacks_did()
        if behind := self._archive.behind():
            await behind
        while self._workers.current is None:
            await self.revive()
        self._changes_before, self._is_playing, self.last_error = self.changes, True, ""
        self._said = self._graph.snapshot()
        self.out.begin()
        self.err.begin()

    def feed(self, number: int, text: str, *, last: bool) -> None:
        """More text for the worker; what it sends while it has a program belongs to that."""
        self._workers.post(Run(number, text, last))

    async def finish(self, program: Program) -> None:
        """A version if anything ran; then the writer is let go; then a checkpoint."""
        self._is_playing = False
        self.last_error = program.error or self.last_error
        if program.is_to_stop and program.error and program.error.startswith(program.is_to_stop):
            self.err.add(f"{program.error}\n")  # else the worker has said it
        self.out.end()
        self.err.end()
        version = None
        if program.statements or self.changes != self._changes_before:
            unsaid = await self._unsaid(program) if program.error else []
            version = self._history.commit("parse", program.label, statements=(*program.statements, *unsaid))
        program.let_go()
        if self._workers.current is None:
            await self.revive()
        await self._workers.weed()
        if version:
            await self._checkpoint(version.number)

    def _part(self, picture: Snapshot) -> None:
        """Somebody edits the scene while a program runs: what of it ran by then is a version before that edit."""
        if not (self._is_playing and (program := self.programs.running)):
            return
        if program.statements:
            self._history.commit("parse", program.label, picture, statements=tuple(program.statements))
            program.statements.clear()
        self._said = self._graph.snapshot()  # with the edit

    async def _unsaid(self, program: Program) -> list[str]:
        """What a statement that failed had done by then, as statements; of 100,000 nodes, that takes seconds."""
        then, now = self._said, self._graph.snapshot()
        ran = [*chain.from_iterable(version.statements for version in self._versions.path()), *program.statements]
        return await trio.to_thread.run_sync(lambda: in_own_words(differences.said(then, copy_of(now)), ran))

    async def _keep_what_callbacks_did(self) -> None:
        version, picture = self._versions.current, self._graph.snapshot()
        if await self._checkpoint(version.number):
            self._versions.hold(version, picture)
            self._archive.keep(version, picture)

    async def _checkpoint(self, number: int) -> bool:
        """Keep the variables of a version. What a worker does that is not at rest by now is ended."""
        if await self._workers.checkpoint(number):
            return True
        if self._workers.current is None:
            await self.revive()
        elif await self._workers.is_awake(2 * PATIENCE):
            log.warning("checkpoint.failed", version=number, why="there is no room for one more process")
        elif not await self._end_function():
            return await self._workers.checkpoint(number)
        return False

    # the end of what runs, and of workers

    async def stop(self) -> str:
        """End what the worker does now; "" if it did so by itself, else what became of the variables."""
        if (worker := self._workers.current) is None:
            return ""
        worker.send_signal(signal.SIGINT)
        if await self._heeds():
            return ""
        self._workers.drop("interrupted")
        self._count_death("interrupted")
        return f"killed: {self._consequence()}"

    async def _heeds(self) -> bool:
        """Whether the program fails in time, or else the worker is at rest."""
        signs: list[Callable[[], Awaitable[bool]]] = [partial(self._workers.is_awake, PATIENCE)]
        if program := self.programs.running:
            signs.append(partial(self._fails, program))
        heeds = False
        async with trio.open_nursery() as nursery:

            async def wait_for(sign: Callable[[], Awaitable[bool]]) -> None:
                nonlocal heeds
                if await sign():
                    heeds = True
                    nursery.cancel_scope.cancel()

            for sign in signs:
                nursery.start_soon(wait_for, sign)
        return heeds

    async def _fails(self, program: Program) -> bool:
        with trio.move_on_after(PATIENCE):
            await program.until(lambda: program.is_failed)
        return program.is_failed

    async def interrupt(self) -> str:
        """End what runs: the program, or a callback. Says what became of it."""
        program = self.programs.running
        if self._workers.current:
            self._workers.current.send_signal(signal.SIGINT)
        if program and not program.is_over:
            program.stop("interrupted")
            await program.until(lambda: program.is_over)
            return program.error or "interrupted"
        return await self._turns.do(self._interrupt_callback, first=True)

    async def _interrupt_callback(self) -> str:
        return await self._end_function() or "no program is running"

    async def _end_function(self) -> str:
        """End what runs between programs; "" if it heeds. In the copy that takes its place nothing is called."""
        if cost := await self.stop():
            self.complain(f"{WILD}; {cost}; no function is called until it is defined again")
            await self.revive(halted=WILD)
        return cost

    async def end_long(self, why: str) -> None:
        """What runs has had its time."""
        program = self.programs.running
        if program and not program.is_over:
            program.stop(why)
            return
        with suppress(FileError):  # no worker starts: `health` says so
            await self._turns.do(self._end_function, first=True)

    async def stop_task(self, name: str) -> None:
        """Stop functions by their name, one task by its number, or all; also one that runs without an end."""
        if not await self._workers.is_awake(PATIENCE):
            await self._end_function()
        if name.isdecimal():
            number, name = name, questions.name_of_task(await self.tasks(), name)
            if not name:
                self._workers.post(Halt("", int(number)))
                return
        program = await self.programs.play(f"stop({name!r})" if name else "stop()")
        if program.error:
            raise FileError(program.error.removeprefix("line 1: "))

    def tasks(self) -> Coroutine[Any, Any, str]:
        """A line for each task of the scene's programs."""
        return self._workers.ask(questions.TASKS)

    def _consequence(self) -> str:
        """What is left of a worker that is to be replaced: `revive` sees to it that this was true."""
        self._promise = self._history.survivor()
        return f"the picture stays, {self._history.whose_variables(self._promise)}"

    def _own_up(self) -> None:
        """Somebody was told whose variables there would be, and it has come otherwise."""
        promise, self._promise = self._promise, None
        if promise is not None and self._workers.origin != promise:
            words = self._history.whose_variables(self._workers.origin)
            self.complain(f"the copy of the worker for version {promise} did not wake; {words}")

    def worker_died(self, why: str) -> None:
        """The current worker ended, and not by our hand."""
        self._count_death(why)
        program = self.programs.running
        if program and self._is_playing:
            text = f"the worker ended: {why}; {self._consequence()}"
            self.err.add(text + "\n")
            program.fail(text)
            program.done(None)
            return
        self._workers.distrust_last()
        self.complain(f"the worker ended: {why}; {self._consequence()}")
        self._deaths = self._deaths + 1 if trio.current_time() - self._revived_at < YOUNG else 1
        self._turns.add_first(self._revive_quietly if self._deaths < FEW else self._workers.clean)

    def _count_death(self, why: str) -> None:
        self.replaced += 1
        self._news("worker.replaced", reason=why, version=self._versions.current.number)

    async def _revive_quietly(self) -> None:
        if self._workers.current is None:
            await self.revive()

    async def revive(self, halted: str = "") -> None:
        """Put a worker in the place of one that is gone; FileError if none starts. `halted`: see `History.revive`."""
        if self._workers.refusal or not await self._history.revive(halted):
            raise FileError(f"no program can run: {self._workers.trouble}")
        self._revived_at = trio.current_time()
        self._own_up()

    # what the worker says

    def heard(self, message: Ran | Done | Output) -> None:
        """About a program, or from a callback."""
        program = self.programs.running
        match message:
            case Ran(number) if program and program.number == number:
                program.ran(message)
                if message.error is None:
                    self._said = self._graph.snapshot()
            case Done(number, error) if program and program.number == number:
                program.done(error)
            case Output(number, text, True):
                self._say_error(text, is_own=program is not None and program.number == number)
            case Output(_, text):
                self.out.add(text)

    def _say_error(self, text: str, *, is_own: bool) -> None:
        if is_own and self._is_playing:
            self.err.add(text)
            self.last_error = text.partition("\n")[0]
        else:
            self.complain(text)

    def complain(self, text: str) -> None:
        """An error that no program's writer will hear of: a callback's, the renderer's, a worker's end."""
        self.err.add(text if text.endswith("\n") else text + "\n")
        if not self._is_playing:
            self.err.end()
        self.last_error = text.partition("\n")[0]
        self._news("error", text=text.strip())
