"""What runs for too long is ended, by the worker if it can, else from the hub; tasks are stopped, even wild ones."""

import pytest
import trio
import trio.testing
from tests.rio.displays import a_display, at_rest, begin, close, run

from ninep import FileError
from ninep.node import Answer
from rio.hub.display import Display
from rio.hub.patience import GRACE, Patience, Waiting
from rio.wire import Deltas, Done, Output, Ran, Run, Tick

SHORT = 0.5  # seconds


class Sleeper:
    """A worker that forks, or does not."""

    def __init__(self, *, awake: bool) -> None:
        self.awake, self.looks = awake, 0
        self.busy_since: float | None = None
        self.ended: list[str] = []
        self.waiting = Waiting()
        self.patience = Patience(self.waiting, self.spent, self.is_awake, self.end, 30)

    def spent(self) -> float:
        return trio.current_time() - self.busy_since if self.busy_since is not None else 0.0

    async def is_awake(self) -> bool:
        self.looks += 1
        await trio.lowlevel.checkpoint()
        return self.awake

    async def end(self, why: str) -> None:
        self.ended.append(why)
        await trio.lowlevel.checkpoint()


async def test_who_gives_no_sign_of_life_is_looked_at_and_ended(autojump_clock: trio.testing.MockClock) -> None:
    """Not before its time, and not twice."""
    sleeper = Sleeper(awake=False)
    async with trio.open_nursery() as nursery:
        nursery.start_soon(sleeper.patience.run)
        await trio.sleep(100)
        sleeper.waiting.asked(Run(1, "x", False))
        await trio.sleep(30 + GRACE)
        assert not sleeper.ended
        await trio.sleep(100)
        assert len(sleeper.ended) == sleeper.looks == 1
        assert sleeper.ended[0].endswith("s and was ended; let on_frame or every do long work in pieces")
        nursery.cancel_scope.cancel()


async def test_who_only_has_nothing_to_say_is_left_alone(autojump_clock: trio.testing.MockClock) -> None:
    """A program that is still being written gives no sign either, but forks."""
    sleeper = Sleeper(awake=True)
    async with trio.open_nursery() as nursery:
        nursery.start_soon(sleeper.patience.run)
        sleeper.waiting.asked(Run(1, "def f():", False))
        await trio.sleep(1000)
        assert (sleeper.ended, sleeper.looks) == ([], 1)
        nursery.cancel_scope.cancel()


async def test_who_computes_without_being_asked_is_looked_at_and_ended(autojump_clock: trio.testing.MockClock) -> None:
    """A function that waited for its time: nobody has told the worker to call it. Not before its patience is over."""
    sleeper = Sleeper(awake=False)
    async with trio.open_nursery() as nursery:
        nursery.start_soon(sleeper.patience.run)
        await trio.sleep(100)
        sleeper.busy_since = trio.current_time()
        await trio.sleep(30 + GRACE)
        assert not sleeper.ended
        await trio.sleep(20)
        assert len(sleeper.ended) == sleeper.looks == 1
        nursery.cancel_scope.cancel()


async def test_who_computes_much_but_shows_it_is_not_looked_at(autojump_clock: trio.testing.MockClock) -> None:
    """Each change is a sign of life, and so is a rest."""
    sleeper = Sleeper(awake=False)
    async with trio.open_nursery() as nursery:
        nursery.start_soon(sleeper.patience.run)
        sleeper.busy_since = trio.current_time()
        for _ in range(10):
            await trio.sleep(20)
            sleeper.waiting.heard(Deltas([]))
        sleeper.busy_since = None
        await trio.sleep(1000)
        assert not sleeper.looks
        nursery.cancel_scope.cancel()


def since(waiting: Waiting) -> float | None:
    """Since when somebody waits."""
    return waiting.since


def test_signs_of_life(autojump_clock: trio.testing.MockClock) -> None:
    """A statement that ran, the end of a program, an answered frame; no print, and no change in a program."""

    async def signs() -> None:
        waiting = Waiting()
        waiting.asked(Tick(0.1))
        assert since(waiting) == 0
        waiting.heard(Deltas([]))
        assert since(waiting) is None
        waiting.asked(Run(1, "x", True))
        await trio.sleep(5)
        waiting.asked(Tick(0.1))
        waiting.heard(Deltas([]))
        waiting.heard(Output(1, "x"))
        assert since(waiting) == 0
        waiting.heard(Ran(1, "x", 1))
        assert since(waiting) == 5
        waiting.heard(Done(1))
        assert since(waiting) is None

    trio.run(signs, clock=autojump_clock)


async def test_a_statement_that_runs_for_too_long_is_ended_with_its_line() -> None:
    """The writer is told, the picture and the variables stay, and the next program runs."""
    async with a_display(patience=SHORT) as display:
        with pytest.raises(FileError, match=r"^line 3: ran for 0.5 s and was ended; let on_frame or "):
            await run(display, "cube = box(name='cube')\nn = 5\nwhile True: n += 1\n")
        assert await run(display, "print(n > 5, cube.name)") == "True cube\n"
        assert display.stage.replaced == 0


async def test_one_long_call_is_ended_from_outside() -> None:
    """Python gets no word in, so the worker is replaced: the picture stays, and the writer is told what was lost."""
    async with a_display(patience=SHORT) as display:
        await run(display, "n = 5")
        with pytest.raises(FileError, match=r"ran for \d+ s and was ended; .*; killed: the picture stays"):
            await run(display, "box(name='cube')\nimport itertools\nsum(itertools.repeat(0))\n")
        assert "cube" in display.graph.ids
        assert await run(display, "print(n)") == "5\n"


async def test_a_timed_function_that_hangs_in_one_call_is_ended_though_nobody_says_anything() -> None:
    """The worker was asked for nothing; it is replaced, and the function is not called in the copy."""
    async with a_display(patience=SHORT) as display:
        await run(display, "import itertools\nn = 5\n@after(0.3)\ndef wild(): sum(itertools.repeat(0))\n")
        while "a function ran without an end, and was ended; killed" not in display.stage.err.text():
            await display.stage.err.more.wait()
        assert display.stage.replaced == 1
        assert await run(display, "print(n)") == "5\n"


async def test_a_function_that_runs_for_too_long_is_suspended() -> None:
    """With its line; what else is called goes on."""
    async with a_display(patience=SHORT) as display:
        await run(display, "@after(0.01)\ndef wild():\n    while True: pass\n@every(60)\ndef calm(): pass\n")
        while "wild, line 3, in wild: ran for 0.5 s and was ended" not in display.stage.err.text():
            await display.stage.err.more.wait()
        assert "calm every 60 s, program 1, running" in await display.tasks()


WILD = """n = 1
@every(0.05)
def wild():
    global n
    n = 2
    print('go')
    while True: pass
"""


async def prints(display: Display, text: str) -> None:
    """Until programs have printed that."""
    while text not in display.stage.out.text():
        await display.stage.out.more.wait()


async def given(answer: Answer[bytes]) -> bytes:
    """What a read gives, sooner or later."""
    return answer if isinstance(answer, bytes) else await answer


async def test_a_wild_function_does_not_come_back_with_the_copy() -> None:
    """It was in the checkpoint, too: nothing is called there until it is defined again."""
    async with a_display() as display:
        await run(display, "import itertools\nn = 1\n@every(0.05)\ndef wild(): print('go'), sum(itertools.repeat(0))\n")
        await prints(display, "go")
        errors = display.stage.err.open()
        assert await run(display, "print(n)") == "1\n"
        (line,) = (await display.tasks()).splitlines()
        assert line.endswith("suspended: a function ran without an end, and was ended")
        assert b"no function is called until it is defined again" in await given(errors.read(1000))
        await run(display, "@every(60)\ndef wild(): pass")
        assert (await display.tasks()).endswith("wild every 60 s, program 3, running\n")


async def test_a_function_in_a_loop_is_suspended_by_the_next_program() -> None:
    """It heeds: nothing is lost, and the program runs."""
    async with a_display() as display:
        await run(
            display,
            "n = 1\n@every(0.05)\ndef wild():\n    global n\n    n = 2\n    print('go')\n    while True: pass\n",
        )
        await prints(display, "go")
        assert await run(display, "print(n)") == "2\n"
        assert "suspended: wild, line 7, in wild: interrupted" in await display.tasks()
        assert display.stage.replaced == 0


TASKS = """
@every(60)
def tick(): pass
@every(60)
def tock(): pass
@on_frame
def draw(): pass
after(60, lambda: 0)
"""


async def names(display: Display) -> list[str]:
    """Of the tasks there are."""
    return [line.split()[1] for line in (await display.tasks()).splitlines()]


async def test_tasks_are_stopped_by_name_by_number_and_all() -> None:
    """By name it is a version like any edit, and stands in the context."""
    async with a_display() as display:
        await run(display, TASKS)
        await display.stop_task("tick")
        assert await names(display) == ["tock", "draw", "<lambda>"]
        assert "stop('tick')" in await display.context.text()
        await display.stop_task("4")
        assert await names(display) == ["tock", "draw"]
        with pytest.raises(FileError, match="no task 77"):
            await display.stop_task("77")
        with pytest.raises(FileError, match=r"^no task tick; scene/tasks lists them"):
            await display.stop_task("tick")
        await display.stop_task()
        assert await display.tasks() == ""
        await display.undo()
        assert "tock" in await names(display)


async def test_a_task_that_is_stopped_by_its_number_stays_stopped() -> None:
    """Where its name is nobody else's it stands in the context; of several of a name only that one ends."""
    async with a_display() as display:
        await run(display, "cube = box()\n" + TASKS + "after(60, lambda: 1)\nanimate(cube, x=3, seconds=60)\n")
        assert await names(display) == ["tick", "tock", "draw", "<lambda>", "<lambda>", "animate"]
        await display.stop_task("2")
        assert "stop('tock')" in await display.context.text()
        await display.stop_task("4")
        await display.stop_task("6")
        assert await names(display) == ["tick", "draw", "<lambda>"]
        with pytest.raises(FileError, match=r"^no task 9999999999"):
            await display.stop_task("9" * 5000)


async def test_a_question_that_has_no_answer_is_refused_in_words() -> None:
    """An empty list of tasks would be untrue."""
    async with a_display() as display:
        await run(display, "class Slow:\n    def __repr__(self):\n        while True: pass\nslow = Slow()\n")
        with pytest.raises(FileError, match=r"^the worker had no answer within 2 s"):
            await display.variables()
        assert await run(display, "print(1)") == "1\n"


async def test_a_question_is_answered_though_a_program_ends_just_then() -> None:
    """The copy that answers is not taken for something that the program has left behind."""
    async with a_display() as display:
        await run(display, "@every(60)\ndef tick(): pass\n")
        for _ in range(5):
            program = begin(display, "import os\nif not os.fork():\n    while True: pass\n")
            async with trio.open_nursery() as nursery:
                nursery.start_soon(close, program)
                for _ in range(5):
                    assert await names(display) == ["tick"]


async def test_a_wild_task_is_stopped_by_its_name() -> None:
    """Though the worker does not listen."""
    async with a_display() as display:
        await run(
            display, "@every(0.05)\ndef wild():\n    print('go')\n    while True: pass\n@every(60)\ndef calm(): pass\n"
        )
        await prints(display, "go")
        await display.stop_task("wild")
        assert await names(display) == ["calm"]


async def test_slow_functions_leave_room_for_programs() -> None:
    """Each call takes longer than its frame; a program runs between two of them, and tasks tell."""
    async with a_display() as display:
        await run(display, "import time\n@on_frame\ndef slow():\n    time.sleep(0.05)\n")
        for number in range(5):
            assert await run(display, f"print({number})") == f"{number}\n"
        assert "too slow for every frame" in await display.tasks()
        program = begin(display, "x = 1\n")
        await close(program)
        await at_rest(display)
