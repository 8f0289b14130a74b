"""What the worker has asked for and is not answered yet. It asks, rio does: capabilities, not sockets.

Each Ask is a task of ours, ended when its answer is there, when the program wants it no longer, when its time is up,
or when the worker that asked is gone. Answers go to the worker that asked, and to no copy of it. A source that is kept
open gives its next value only when the program is done with the last, so nothing gathers.
"""

import math
from collections.abc import Callable, Sequence
from typing import Any, Generic, Protocol, TypeVar

import structlog
import trio

from rio.grants.errand import WAIT, Office, RefusedError
from rio.plain import plain
from rio.wire import Answer, Ask, More

MOST = 64  # errands of one worker
AT_ONCE = 4  # questions among them: a worker asks one after another, and each answer may be large

log = structlog.get_logger()


class Asker(Protocol):
    """The worker that asked, as its link."""

    ended: trio.Event


A = TypeVar("A", bound=Asker)


class Errands(Generic[A]):
    """All errands of all workers. `run` is their life, `answer(asker, message)` tells a worker."""

    def __init__(self, offices: Sequence[Office], answer: Callable[[A, Answer], None]) -> None:
        self._answer = answer
        self._once = {verb: does for office in offices for verb, does in office.once.items()}
        self._kept = {verb: does for office in offices for verb, does in office.kept.items()}
        self._of: dict[A, dict[int, _Errand]] = {}

    async def run(self, task_status: trio.TaskStatus[None] = trio.TASK_STATUS_IGNORED) -> None:
        """Do what is asked, for ever."""
        async with trio.open_nursery() as self._nursery:
            task_status.started()
            await trio.sleep_forever()

    def __len__(self) -> int:
        """How many are on their way, or kept."""
        return sum(map(len, self._of.values()))

    def heard(self, asker: A, message: Ask | More) -> None:
        """A worker wants something, or more of it, or no more."""
        errands = self._of.get(asker, {})
        match message:
            case Ask(ticket) if ticket in errands:
                self._answer(asker, Answer(ticket, error="a ticket is used once"))
            case Ask(ticket) if len(errands) >= MOST:
                self._answer(asker, Answer(ticket, error=f"{MOST} things are asked for already; stop() some"))
            case Ask(kept=False) if sum(not errand.kept for errand in errands.values()) >= AT_ONCE:
                self._answer(asker, Answer(message.ticket, error="the last questions have not ended yet; try again"))
            case Ask():
                self._begin(asker, message)
            case More(ticket, wanted) if errand := errands.get(ticket):
                errand.more.set() if wanted else errand.scope.cancel()

    def _begin(self, asker: A, ask: Ask) -> None:
        if asker not in self._of:
            self._of[asker] = {}
            self._nursery.start_soon(self._forget, asker)
        errand = self._of[asker][ask.ticket] = _Errand(ask.kept)
        self._nursery.start_soon(self._do, asker, ask, errand)

    async def _forget(self, asker: A) -> None:
        """When a worker is gone, nobody waits."""
        await asker.ended.wait()
        for errand in self._of.pop(asker).values():
            errand.scope.cancel()

    async def _do(self, asker: A, ask: Ask, errand: "_Errand") -> None:
        errand.scope.deadline = trio.current_time() + WAIT
        try:
            with errand.scope:  # within the try: what fails while it is ended comes in a group with the Cancelled
                if ask.kept:
                    await self._keep(asker, ask, errand)
                else:
                    self._answer(asker, Answer(ask.ticket, await self._get(ask)))
        except RefusedError as refusal:
            self._answer(asker, Answer(ask.ticket, error=str(refusal)))
        except Exception as error:  # what comes from outside may break anything; it is one answer, not the display
            log.exception("errand.failed", what=plain(ask.what[:40]))
            self._answer(asker, Answer(ask.ticket, error=f"it failed: {type(error).__name__}"))
        if errand.scope.cancelled_caught:  # its time is up, or nobody wants it any more and hears this
            self._answer(asker, Answer(ask.ticket, error=f"no answer within {WAIT:g} s"))
        self._of.get(asker, {}).pop(ask.ticket, None)

    async def _get(self, ask: Ask) -> Any:
        """The one answer."""
        if ask.what not in self._once:
            raise RefusedError(f"there is no errand {ask.what[:40]!r}")
        return await self._once[ask.what](ask.program, ask.words)

    async def _keep(self, asker: A, ask: Ask, errand: "_Errand") -> None:
        """First that it is open; then one answer after another, until there is no more, or no more is wanted."""
        if ask.what not in self._kept:
            raise RefusedError(f"there is nothing to follow called {ask.what[:40]!r}")
        async with self._kept[ask.what](ask.program, ask.words) as source:
            errand.scope.deadline = math.inf
            self._answer(asker, Answer(ask.ticket))
            while True:
                await errand.more.wait()
                errand.more = trio.Event()
                self._answer(asker, Answer(ask.ticket, await source.next()))


class _Errand:
    """One of them: what ends it, and what has it go on."""

    def __init__(self, kept: bool) -> None:
        self.kept = kept
        self.scope = trio.CancelScope()
        self.more = trio.Event()
