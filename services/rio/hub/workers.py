"""The worker that runs the scene's programs, and its sleeping copies: one for each of the newest versions.

There is one verb, *fork*. A checkpoint is a copy of the worker that sleeps on a socket of its own; to go back, that
copy is asked to fork again and its copy goes on, so a checkpoint can be used as often as one likes; to forget it, its
socket is closed. One copy is made before anything has run: a fresh start then costs a fork, not an interpreter.

All that changes which worker is the current one is called in a turn of its own (see `turns`).
"""

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from random import SystemRandom
from typing import Any

import structlog
import trio

from ninep import FileError
from rio.hub.bell import Bell
from rio.hub.children import Family, processor_time, wakeups
from rio.hub.links import Link, start
from rio.hub.patience import Waiting
from rio.wire import Answer, Ask, Deltas, Done, Event, Fork, FromWorker, Message, Output, Run, Tick, Want, frame

KEPT = 32  # checkpoints beside the fresh one
STARTING = 20.0  # seconds for an interpreter, numpy and the self-test of the sandbox, on a busy machine
FORKING = 2.0  # seconds; a worker that does not fork within them is not at rest
REVIVING = 8.0  # seconds for a copy that sleeps: it is at rest for certain, and the machine may be busy
PATIENCE = 0.25  # seconds which a worker has to come to rest when it is asked something
ANSWERING = 2.0  # seconds for the answer
WAITING = 12.0  # seconds that are not held against it: it may wait for an answer of ours, to what a program asked
AT_REST = 0.05  # seconds after which a worker that forked has certainly gone back to sleep

_QUESTION = 1 << 40  # the number of a program that is none of the scene's

log = structlog.get_logger()
_random = SystemRandom()


class Workers:
    """The current worker, if there is one, and the copies that can take its place."""

    def __init__(
        self,
        command: Sequence[str],
        *,
        hear: Callable[[Link, Message, bytes], Any],
        changed: Callable[[], None],
        died: Callable[[str], None],
    ) -> None:
        """`hear(link, message, frame)` gets what the current worker says, `changed()` when another has become that one,
        `died(why)` when it has ended by itself.
        """
        self._command, self._hear_current, self._changed, self._died = command, hear, changed, died
        self._links = set[Link]()  # of all processes
        self._current: Link | None = None
        self._origin: int | None = None  # the checkpoint that the current one is a copy of
        self._fresh: Link | None = None
        self._checkpoints: dict[int, Link] = {}
        self._unclean: Family | None = None  # where a worker has ended
        self._wants: dict[Link, bool] = {}  # what each last said of frames
        self._answers: dict[Link, list[Output | Done]] = {}
        self._answered = Bell()
        self._unborn = 0  # copies that have been asked for and have not said hello
        self._is_weeding = False
        self._settled = Bell()
        self._excused: dict[Link, float] = {}  # until when each may wait for an answer
        self._is_stirred = False
        self._wakeups: int | None = None  # how often the current worker had been woken when it went to rest
        self._starting: Link | None = None
        self._walls: list[Output] = []  # what the newest worker that was started said of its sandbox
        self.waiting = Waiting()
        self.greeting: Callable[[], Message] = lambda: Deltas([])  # the first word to one that wakes
        self.refusal = ""  # why no worker runs programs here, and none will
        self.trouble = "no worker yet"

    async def run(self, task_status: trio.TaskStatus[None] = trio.TASK_STATUS_IGNORED) -> None:
        """Be there for the others, for ever; at the end no process of any family is left."""
        async with trio.open_nursery() as self._nursery:
            task_status.started()
            try:
                await trio.sleep_forever()
            finally:
                for family in self.families:
                    with trio.CancelScope(shield=True):
                        await family.end()

    @property
    def current(self) -> Link | None:
        """The worker that runs programs now."""
        return self._current if self._current and self._current.alive else None

    def spent(self) -> float:
        """Seconds for which the current one has had the processor."""
        return processor_time(self.current.pid) if self.current else 0.0

    # talking

    def post(self, message: Message) -> None:
        """Say something to the current worker."""
        if self.current:
            self._is_stirred |= isinstance(message, Tick | Event)
            self.waiting.asked(message)
            self.current.post(frame(message))

    def answer(self, link: Link, message: Answer) -> None:
        """Answer what a worker asked, unless another has taken its place."""
        if link is self.current:
            self._is_stirred, self._excused[link] = True, trio.current_time()
            link.post(frame(message))

    async def replay(self, begin: Callable[[], Iterator[bytes]]) -> None:
        """Say many things to the current worker, leaving turns to others."""
        if self.current:
            await self.current.replay(begin)

    def _hear(self, link: Link, message: Message, whole: bytes) -> Any:
        if isinstance(message, Want):
            self._wants[link] = message.frames
        elif isinstance(message, Ask) and not message.kept:
            self._excused[link] = trio.current_time() + WAITING
        elif isinstance(message, Output) and link is self._starting:
            self._walls.append(message)
        if link in self._answers and isinstance(message, Output | Done):
            self._answers[link].append(message)
            self._answered.ring()
        if link is not self._current:
            return None
        self._is_stirred |= not isinstance(message, Deltas) or bool(message.items)
        self.waiting.heard(message)
        return self._hear_current(link, message, whole)

    async def ask(self, question: str) -> str:
        """What a program prints that runs in a copy of the worker, which is thrown away; "" if there is no worker.

        While the worker is busy, its newest checkpoint is copied instead: then the answer is as of that version.
        Without an answer, a FileError: nothing to say and nothing said must not look the same.
        """
        newest = next(reversed(self._checkpoints.values()), None)
        originals = [link for link in (self.current, newest) if link and link.alive]
        for original in originals:
            patience = FORKING if original is originals[-1] else PATIENCE
            if copy := await self._fork(original, patience):
                return await self._answer(copy, question)
        if originals:
            raise FileError("the worker is busy; try again, or write interrupt to ctl")
        return ""

    async def _answer(self, copy: Link, question: str) -> str:
        said = self._answers[copy] = []
        copy.post(frame(Run(_QUESTION, question, True)))
        with trio.move_on_after(ANSWERING):
            while not _is_whole(said) and copy.alive:
                await self._answered.wait()
        copy.end("it has answered")
        if not _is_whole(said):
            raise FileError(f"the worker had no answer within {ANSWERING:g} s; its variables may be very large")
        return "".join(message.text for message in said if isinstance(message, Output) and not message.error)

    # making one the current one

    async def start(self) -> bool:
        """Start a fresh worker from nothing, as the current one; whether it is ready."""
        self._walls.clear()
        link = self._starting = start("worker", self._command, FromWorker, self._nursery, self._hear)
        self._watch(link)
        with trio.move_on_after(STARTING):
            await link.greeted.wait()
        self._starting = None
        if link.greeted.is_set() and link.alive:
            self._become(link)
            self._fresh = await self._fork(link)
            return True
        link.end(f"it was not ready within {STARTING:g} s")
        self.refusal = f"a wall of the sandbox is missing: {self.open_walls}" if self.open_walls else ""
        self.trouble = self.refusal or f"the worker does not start: {link.end_in_words}"
        return False

    @property
    def report(self) -> str:
        """A line for each wall around the worker."""
        return "".join(wall.text for wall in self._walls) or "no worker has been started yet\n"

    @property
    def open_walls(self) -> str:
        """Those that do not stand, in one line."""
        return "; ".join(wall.text.strip() for wall in self._walls if wall.error)

    async def go_fresh(self) -> bool:
        """Make a worker in which nothing has run the current one."""
        await self.clean()
        if self._fresh and self._fresh.alive and await self._replace(self._fresh):
            return True
        self.drop("another took its place")
        await self.clean()
        return await self.start()

    async def go_back(self, numbers: Iterable[int]) -> int | None:
        """Make a copy of the first of these checkpoints that can still be copied the current worker; says of which."""
        await self.clean()
        patience = REVIVING
        for number in self._kept(numbers):
            if await self._replace(self._checkpoints[number], patience):
                self._origin = number
                return number
            patience = FORKING  # a program may have bent them all, and there are 32
        return None

    def kept(self, numbers: Iterable[int]) -> int | None:
        """The first of these checkpoints that can still be copied, as far as is known; None if there is none."""
        return next(self._kept(numbers), None)

    def _kept(self, numbers: Iterable[int]) -> Iterator[int]:
        for number in numbers:
            if (checkpoint := self._checkpoints.get(number)) and checkpoint.alive:
                yield number

    @property
    def origin(self) -> int | None:
        """The checkpoint that the current worker, or the last there was, is a copy of; None if it began afresh."""
        return self._origin

    async def _replace(self, checkpoint: Link, patience: float = FORKING) -> bool:
        copy = await self._fork(checkpoint, patience)
        if copy is None:
            return False
        self.drop("another took its place")
        self._become(copy)
        await self.clean()
        return True

    def _become(self, link: Link) -> None:
        self._current, self._origin, self.trouble = link, None, ""
        self.waiting.rest()
        self._rest(link)
        self._changed()

    def wake(self) -> None:
        """A copy sleeps until it is spoken to. When all agree on the picture, let its callbacks run."""
        if link := self.current:
            self.post(self.greeting())
            self._rest(link)
            self._hear_current(link, Want(self._wants.get(link, False)), b"")

    def drop(self, why: str) -> None:
        """End the current worker; nobody is told."""
        if self._current:
            self._unclean = self._current.family
            self._current.end(why)
            self._current = None

    def fail(self, why: str) -> None:
        """End the current worker for what it does; that is then as if it had ended by itself."""
        if self.current:
            self.current.end(why)

    async def clean(self) -> None:
        """End what a worker that has ended left behind, but no checkpoint: it may take all the room there is."""
        family, self._unclean = self._unclean, None
        if family and family.strays(0, self.known):
            await self._weed(family)

    # checkpoints

    async def checkpoint(self, number: int) -> bool:
        """Keep the current worker as it is now under a version's number; whether that was possible."""
        if self.current is None or (copy := await self._fork(self.current)) is None:
            return False
        if before := self._checkpoints.pop(number, None):
            before.end("it is no longer needed")
        self._checkpoints[number] = copy
        for oldest in list(self._checkpoints)[:-KEPT]:
            self._checkpoints.pop(oldest).end("it is no longer needed")
        self._rest(self.current)
        return True

    def forget_half(self) -> int:
        """Let the older half of the checkpoints go, with all that they hold; how many that were."""
        oldest = list(self._checkpoints)[: (len(self._checkpoints) + 1) // 2]
        for number in oldest:
            self._checkpoints.pop(number).end("memory was short")
        return len(oldest)

    def _rest(self, link: Link) -> None:
        """From now on the worker sleeps, unless something wakes it."""
        self._is_stirred, self._wakeups = False, None
        self._nursery.start_soon(self._note_wakeups, link)

    async def _note_wakeups(self, link: Link) -> None:
        await trio.sleep(AT_REST)
        if self.current is link and self._wakeups is None:
            self._wakeups = wakeups(link.pid)

    @property
    def has_stirred(self) -> bool:
        """Whether the current worker may have run anything, a callback say, since it was last forked."""
        if self.current is None or self._is_stirred or self._wakeups is None:
            return self._is_stirred
        return self._wakeups != wakeups(self.current.pid)

    def distrust_last(self) -> None:
        """A worker that was made from a checkpoint died at once: do not use that again."""
        if self._origin is not None and (checkpoint := self._checkpoints.pop(self._origin, None)):
            checkpoint.end("it is no longer needed")

    async def is_awake(self, patience: float) -> bool:
        """Whether the current worker does as it is told within this many seconds."""
        if self.current is None:
            return False
        copy = await self._fork(self.current, patience)
        if copy:
            copy.end("it is no longer needed")
        return copy is not None

    async def _fork(self, original: Link, patience: float = FORKING) -> Link | None:
        """A copy of a worker that is at rest; None if it does not fork, for want of room or of rest."""
        while self._is_weeding:
            await self._settled.wait()
        self._unborn += 1
        try:
            return await self._born(original, patience)
        finally:
            self._unborn -= 1
            self._settled.ring()

    async def _born(self, original: Link, patience: float) -> Link | None:
        copy = Link(FromWorker, original.family)
        original.post(frame(Fork(_random.getrandbits(31))), descriptor=os.dup(copy.theirs.fileno()))
        copy.theirs.close()
        self._watch(copy)
        self._nursery.start_soon(copy.serve, self._hear)
        try:
            if await self._greets(copy, original, patience):
                return copy if copy.alive else None
        except trio.Cancelled:
            copy.end("nobody waits for it any more")
            raise
        copy.end("it was not made in time")
        return None

    async def _greets(self, copy: Link, original: Link, patience: float) -> bool:
        """Whether a copy says hello in time; where there is time, what its original waits for us is not counted."""
        began = trio.current_time()
        until, last = began + patience, began + patience + (WAITING if patience >= FORKING else 0)
        while not copy.greeted.is_set() and trio.current_time() < until:
            with trio.move_on_at(until):
                await copy.greeted.wait()
            until = min(max(until, self._excused.get(original, 0) + patience), last)
        return copy.greeted.is_set()

    # ends

    def _watch(self, link: Link) -> None:
        self._links.add(link)
        self._nursery.start_soon(self._mourn, link)

    async def _mourn(self, link: Link) -> None:
        await link.ended.wait()
        self._links.discard(link)
        self._wants.pop(link, None)
        self._answers.pop(link, None)
        self._excused.pop(link, None)
        self._answered.ring()
        family = link.family
        if link is self._current:
            self._current, self._unclean, self.trouble = None, family, link.why
            self._died(link.why)
        if family and not any(other.family is family for other in self._links):
            await family.end()

    async def weed(self) -> None:
        """End the processes that the last program left behind."""
        if self.current and (family := self.current.family):
            if family.strays(self.current.pid, self.known):
                await self._weed(family)
            family.reap()

    async def _weed(self, family: Family) -> None:
        """End all of a family but ours. A copy that has not said hello yet looks as a stray does, so none is made
        meanwhile.
        """
        while self._is_weeding:
            await self._settled.wait()
        self._is_weeding = True
        try:
            while self._unborn:
                await self._settled.wait()
            await family.weed(self.known)
        finally:
            self._is_weeding = False
            self._settled.ring()

    @property
    def families(self) -> set[Family]:
        """One, or two while a worker that could not go on is replaced by one from nothing."""
        return {link.family for link in self._links if link.family}

    @property
    def known(self) -> set[int]:
        """The worker and its copies, by their numbers."""
        return {link.pid for link in self._links if link.alive}


def _is_whole(said: Iterable[Message]) -> bool:
    """Whether an answer has come to its end."""
    return any(isinstance(message, Done) for message in said)
