"""How the worker asks the display for what lies beyond its walls.

A question waits for its answer in the midst of a program: prints and pictures go out first, an interrupt ends the wait,
and what else the display says meanwhile is kept for later, in its order. A source answers again and again, and each of
its answers is a call of a function.

A copy of the worker has no questions open, since it is made at rest; the sources it has anew, when it wakes.
"""

import select
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, TypeVar

from rio.language.callbacks import Callback
from rio.language.timers import Timers
from rio.scene.values import Refused
from rio.wire import Answer, Ask, Channel, Message, More
from rio.worker.interrupts import Interrupts

M = TypeVar("M", bound=Message)


@dataclass
class _Source:
    """One that is followed: the function, and what it is given."""

    callback: Callback
    ask: Ask
    take: Callable[[Any], Any]
    is_open: bool = True  # else its first answer says that it is


class Asking:
    """The questions of one worker. `say` sends a message, `settle` all that has gathered; `channel` is today's."""

    def __init__(
        self,
        timers: Timers,
        interrupts: Interrupts,
        say: Callable[[Message], None],
        settle: Callable[[], None],
        channel: Callable[[], Channel[Any]],
    ) -> None:
        self._timers, self._interrupts = timers, interrupts
        self._say, self._settle, self._channel = say, settle, channel
        self._last = 0
        self._later = deque[Any]()
        self._sources: dict[int, _Source] = {}

    # what programs say

    def ask(self, what: str, *words: Any) -> Any:
        """The answer to one question. Refused, in the display's words, if there is none."""
        return self._answer(Ask(self._ticket(), self._timers.program, what, list(words))).value

    def follow(
        self, function: Callable[..., Any], when: str, take: Callable[[Any], Any], what: str, *words: Any
    ) -> None:
        """Call the function with each value that the source gives, as `take` makes it of the answer.

        Refused, where it is said, if it cannot be followed.
        """
        ask = Ask(self._ticket(), self._timers.program, what, list(words), kept=True)
        self._answer(ask)
        try:
            self._sources[ask.ticket] = _Source(self._timers.follow(function, when), ask, take)
        finally:  # a function that cannot be called wants nothing
            self._say(More(ask.ticket, wanted=ask.ticket in self._sources))

    def _answer(self, ask: Ask) -> Answer:
        """The first answer, once all that was printed and drawn before is out."""
        self._settle()
        try:
            self._say(ask)
            answer = self._wait(ask.ticket)
        except BaseException:  # an interrupt: nobody wants the answer any more
            self._say(More(ask.ticket, wanted=False))
            raise
        if answer.error:
            raise Refused(answer.error)
        return answer

    # what the worker says

    def messages(self, channel: Channel[M], is_ready: bool) -> Iterator[M]:
        """What has come, in its order: also what came while something waited for its answer."""
        if is_ready:
            for _, message, _ in channel.receive():
                yield message
        while self._later:
            yield self._later.popleft()  # it came by the same channel

    @property
    def is_behind(self) -> bool:
        """Whether something that came meanwhile is still to be done."""
        return bool(self._later)

    def heard(self, answer: Answer) -> tuple[Callback, Any] | None:
        """The function that a source's answer is for, and what to call it with; None if it is no longer wanted."""
        if (source := self._sources.get(answer.ticket)) is None or source.callback.is_stopped:
            return None
        if answer.error:
            del self._sources[answer.ticket]
            return source.callback, None
        if not source.is_open:
            source.is_open = True
            self.more(answer.ticket)
            return None
        return source.callback, source.take(answer.value)

    def more(self, ticket: int) -> None:
        """The function has been called: the next, please."""
        if ticket in self._sources:
            self._say(More(ticket))

    def drop_stopped(self) -> None:
        """Sources whose functions were stopped, or raised, are no longer wanted."""
        for ticket, source in tuple(self._sources.items()):
            if source.callback.is_stopped or source.callback.trouble:
                del self._sources[ticket]
                self._say(More(ticket, wanted=False))

    def start_over(self) -> None:
        """This is a copy, which wakes: open again what its original follows."""
        for source in self._sources.values():
            source.is_open = False
            self._say(source.ask)

    def forget(self) -> None:
        """This is a copy: what its original has still to do is not for it."""
        self._later.clear()

    def _ticket(self) -> int:
        self._last += 1
        return self._last

    def _wait(self, ticket: int) -> Answer:
        """Until the answer is there. An interrupt is raised while it waits, never while it reads."""
        channel = self._channel()
        while True:
            select.select([channel], [], [])
            found: Answer | None = None
            with self._interrupts:
                for _, message, _ in channel.receive():
                    if isinstance(message, Answer) and message.ticket == ticket:
                        found = message
                    else:
                        self._later.append(message)
            if found is not None:
                return found
