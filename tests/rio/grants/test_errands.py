"""Errands: in order, within bounds, in time; and whatever comes from outside is one answer."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest
import trio

from rio.grants.errand import WAIT, Kept, Once, RefusedError
from rio.grants.errands import AT_ONCE, MOST, Errands
from rio.wire import Answer, Ask, More


class Office:
    """One that echoes, waits, refuses, breaks, and counts for as long as it is asked."""

    def __init__(self) -> None:
        self.once: dict[str, Once] = {
            "echo": self._echo,
            "wait": self._wait,
            "refuse": self._refuse,
            "break": self._break,
            "sulk": self._sulk,
        }
        self.kept: dict[str, Kept] = {"count": self._count, "late": self._late}
        self.open = 0

    async def _echo(self, program: int, words: list[Any]) -> Any:
        await trio.lowlevel.checkpoint()
        return [program, *words]

    async def _wait(self, program: int, words: list[Any]) -> Any:
        self.open += 1
        try:
            await trio.sleep_forever()
        finally:
            self.open -= 1

    async def _refuse(self, program: int, words: list[Any]) -> Any:
        raise RefusedError("not today")

    async def _break(self, program: int, words: list[Any]) -> Any:
        raise ZeroDivisionError

    async def _sulk(self, program: int, words: list[Any]) -> Any:
        async def until_it_breaks() -> None:
            try:
                await trio.sleep_forever()
            finally:
                raise ZeroDivisionError

        async with trio.open_nursery() as nursery:
            nursery.start_soon(until_it_breaks)
            await trio.sleep_forever()

    @asynccontextmanager
    async def _count(self, program: int, words: list[Any]) -> AsyncIterator["Counting"]:
        self.open += 1
        yield Counting(words[0])
        self.open -= 1

    @asynccontextmanager
    async def _late(self, program: int, words: list[Any]) -> AsyncIterator["Counting"]:
        await trio.Event().wait()
        yield Counting(0)


class Counting:
    """1, 2, 3 … up to a number; then it refuses."""

    def __init__(self, last: int) -> None:
        self._at, self._last = 0, last

    async def next(self) -> int:
        await trio.lowlevel.checkpoint()
        self._at += 1
        if self._at > self._last:
            raise RefusedError("that was all")
        return self._at


@dataclass(eq=False)
class Worker:
    """Who asks."""

    ended: trio.Event = field(default_factory=trio.Event)
    heard: list[Answer] = field(default_factory=list)


@asynccontextmanager
async def some_errands() -> AsyncIterator[tuple[Errands[Worker], Worker, Office]]:
    office, worker = Office(), Worker()
    errands = Errands[Worker]([office], lambda asker, answer: asker.heard.append(answer))
    async with trio.open_nursery() as nursery:
        await nursery.start(errands.run)
        yield errands, worker, office
        nursery.cancel_scope.cancel()


async def calm() -> None:
    await trio.testing.wait_all_tasks_blocked()


async def test_each_question_has_one_answer() -> None:
    """What breaks in an office is an answer too, and the others go on."""
    async with some_errands() as (errands, worker, _):
        for ticket, what in enumerate(("echo", "refuse", "break", "nonsense"), 1):
            errands.heard(worker, Ask(ticket, 7, what, ["a", b"b"]))
            await calm()
        errands.heard(worker, Ask(5, 7, "nonsense", [], kept=True))
        await calm()
        assert [(answer.ticket, answer.value, answer.error) for answer in worker.heard] == [
            (1, [7, "a", b"b"], ""),
            (2, None, "not today"),
            (3, None, "it failed: ZeroDivisionError"),
            (4, None, "there is no errand 'nonsense'"),
            (5, None, "there is nothing to follow called 'nonsense'"),
        ]
        assert len(errands) == 0


async def test_an_answer_comes_within_ten_seconds(autojump_clock: trio.testing.MockClock) -> None:
    """Or it is that there is none; also where a source does not open."""
    async with some_errands() as (errands, worker, office):
        errands.heard(worker, Ask(1, 1, "wait", []))
        errands.heard(worker, Ask(2, 1, "late", [], kept=True))
        await trio.sleep(WAIT + 0.1)
        assert {answer.error for answer in worker.heard} == {"no answer within 10 s"}
        assert (len(worker.heard), len(errands), office.open) == (2, 0, 0)


async def test_a_source_says_that_it_is_open_and_then_gives_what_is_wanted(
    autojump_clock: trio.testing.MockClock,
) -> None:
    """One value for each More, for as long as one likes, up to its end."""
    async with some_errands() as (errands, worker, _):
        errands.heard(worker, Ask(1, 1, "count", [2], kept=True))
        await trio.sleep(2 * WAIT)
        assert worker.heard == [Answer(1)]
        for _ in range(3):
            errands.heard(worker, More(1))
            await calm()
        assert worker.heard[1:] == [Answer(1, 1), Answer(1, 2), Answer(1, error="that was all")]
        assert len(errands) == 0


@pytest.mark.parametrize("way", ["no longer wanted", "worker ended"])
async def test_what_nobody_waits_for_is_left(way: str) -> None:
    """And a late More for it, or a second no, is nothing."""
    async with some_errands() as (errands, worker, office):
        errands.heard(worker, Ask(1, 1, "wait", []))
        errands.heard(worker, Ask(2, 1, "count", [9], kept=True))
        await calm()
        assert (office.open, len(errands)) == (2, 2)
        if way == "worker ended":
            worker.ended.set()
        else:
            errands.heard(worker, More(1, wanted=False))
            errands.heard(worker, More(2, wanted=False))
        await calm()
        assert len(errands) == 0
        errands.heard(worker, More(2))
        errands.heard(worker, More(1, wanted=False))
        errands.heard(worker, More(99))
        await calm()


async def test_a_worker_has_at_most_so_many_errands() -> None:
    """Another worker's are its own; a ticket is not used twice at once."""
    async with some_errands() as (errands, worker, _):
        for ticket in range(MOST + 1):
            errands.heard(worker, Ask(ticket, 1, "late", [], kept=True))
        errands.heard(worker, Ask(0, 1, "echo", []))
        other = Worker()
        errands.heard(other, Ask(0, 1, "echo", []))
        await calm()
        assert [answer.error for answer in worker.heard] == [
            "64 things are asked for already; stop() some",
            "a ticket is used once",
        ]
        assert other.heard == [Answer(0, [1])]
        assert len(errands) == MOST


async def test_questions_gather_less_than_what_is_followed() -> None:
    """A worker asks one after another; whoever asks a hundred at once would have the display hold their answers."""
    async with some_errands() as (errands, worker, office):
        for ticket in range(2 * AT_ONCE):
            errands.heard(worker, Ask(ticket, 1, "wait", []))
        errands.heard(worker, Ask(99, 1, "count", [1], kept=True))
        await calm()
        assert office.open == AT_ONCE + 1
        assert [answer.ticket for answer in worker.heard] == [*range(AT_ONCE, 2 * AT_ONCE), 99]
        errands.heard(worker, More(0, wanted=False))
        await calm()
        errands.heard(worker, Ask(100, 1, "echo", []))
        await calm()
        assert worker.heard[-1] == Answer(100, [1])


async def test_what_breaks_while_it_is_ended_breaks_nothing_else() -> None:
    """It comes together with the end itself, and is still no more than one answer."""
    async with some_errands() as (errands, worker, _):
        errands.heard(worker, Ask(1, 1, "sulk", []))
        await calm()
        errands.heard(worker, More(1, wanted=False))
        await calm()
        errands.heard(worker, Ask(2, 1, "echo", []))
        await calm()
        assert worker.heard[-1] == Answer(2, [1])
        assert len(errands) == 0
