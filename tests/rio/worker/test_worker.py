"""The worker as a real process, over its wire: programs, callbacks, interrupts, copies."""

import os
import select
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.rio.workers import Worker, started

from rio.wire import Deltas, Event, Hello, Output, Ran, Run, Tick, Want, frame


@pytest.fixture
def worker(tmp_path: Path) -> Iterator[Worker]:
    worker = started(tmp_path)
    yield worker
    worker.kill()


# programs


def test_a_statement_runs_as_soon_as_it_is_complete(worker: Worker) -> None:
    """The first node exists while the rest of the text has not been written yet."""
    worker.start('box(color="red")\nsphere(', last=False)
    assert worker.until(Ran).source == 'box(color="red")\n'
    assert list(worker.graph.ids) == ["box"]
    worker.more(")\n")
    worker.until(Ran)
    assert list(worker.graph.ids) == ["box", "sphere"]
    worker.more("", last=True)
    assert worker.end().error is None


def test_what_a_statement_changed_comes_before_it_is_said_to_have_run(worker: Worker) -> None:
    """Deltas, then Ran: so one knows which statement made what."""
    worker.start("box()\nsphere()\n")
    kinds = [type(worker.hear()).__name__ for _ in range(5)]
    assert kinds == ["Deltas", "Ran", "Deltas", "Ran", "Done"]


def test_any_chunking_is_the_same_program(worker: Worker) -> None:
    """Byte by byte, with multi-byte characters and CRLF."""
    text = 'for i in range(2):\r\n    text("ä→ü", name=f"t{i}")\r\nprint("ok")'
    worker.start("", last=False)
    for character in text:
        worker.more(character)
    worker.more("", last=True)
    played = worker.end()
    assert (played.error, played.out) == (None, "ok\n")
    assert worker.graph.show(worker.graph.ids["t1"], "text") == "ä→ü"


def test_the_namespace_lives_on(worker: Worker) -> None:
    """What one program defines the next one uses."""
    worker.play("x = 41\ndef more(n): return n + 1")
    assert worker.print("more(x)") == "42"


def test_prints_come_as_whole_lines_at_once(worker: Worker) -> None:
    """A line is sent when it is whole, before its statement ends; the rest of a line when the statement does."""
    worker.start('for i in range(3):\n    print("a", i)\nprint("b", end="")\nprint("c")\n')
    lines = [worker.until(Output) for _ in range(5)]
    assert [(line.program, line.text) for line in lines] == [
        *((1, f"a {i}\n") for i in range(3)),
        (1, "b"),
        (1, "c\n"),
    ]
    assert worker.end().out == ""


def test_what_is_written_to_stderr_is_an_error_output(worker: Worker) -> None:
    """Warnings, say."""
    played = worker.play('import sys\nprint("careful", file=sys.stderr)')
    assert (played.error, played.err, played.out) == (None, "careful\n", "")


@pytest.mark.parametrize(
    ("program", "error", "told"),
    [
        ("x = 1\n\ny = 1 / 0\nz = 1\n", "line 3: ZeroDivisionError: division by zero", "  line 3: y = 1 / 0\n"),
        ("box(\n  color=(\n", "line 2: SyntaxError: '(' was never closed", "  line 2: color=(\n"),
        ("x = 1\nif x\n    pass\n", "line 2: SyntaxError: expected ':'", "  line 2: if x\n"),
        (
            "def f():\n    bx()\n\n# call it\nf()\n",
            "line 2, in f: NameError: name 'bx' is not defined; did you mean box?",
            "  line 2, in f: bx()\n  line 5: f()\n",
        ),
        (
            "# one\nbox(color='blu')",
            "line 2: color of box: no colour 'blu'; did you mean blue?",
            "  line 2: box(color='blu')\n",
        ),
        ("cube(size=2)", "line 1: NameError: name 'cube' is not defined; say box", "  line 1: cube(size=2)\n"),
        (
            "points = [1]\npoints([(0, 0)])",
            "line 2: TypeError: 'list' object is not callable; if points is a variable of yours, call that otherwise, "
            "and say del points",
            "  line 2: points([(0, 0)])\n",
        ),
        ("a cube it is", "line 1: SyntaxError: invalid syntax", "  line 1: a cube it is\n"),
        ("Sure", "line 1: NameError: name 'Sure' is not defined", "  line 1: Sure\n"),
        ("Look:\n```python\n\nx = [\n```\n", "line 4: SyntaxError: '[' was never closed", "  line 4: x = [\n"),
        ("raise SystemExit('no')", "line 1: SystemExit: no", "  line 1: raise SystemExit('no')\n"),
        ("import sys\nexec('1/0')", "line 2: ZeroDivisionError: division by zero", "  line 2: exec('1/0')\n"),
        ("x = '\0'", "line 1: ", "  line 1: x = '\0'\n"),
    ],
)
def test_an_error_is_said_in_the_programs_own_lines(worker: Worker, program: str, error: str, told: str) -> None:
    """One sentence with the line for the writer; how it came to that on stderr, without a line of ours."""
    played = worker.play(program)
    assert played.error is not None
    assert played.error.startswith(error)
    assert played.err == f"{played.error}\n{told}"
    assert played.ran[-1].error == played.error


@pytest.mark.parametrize(
    ("program", "hint"),
    [
        ("b.rotate(45)", "a word is set: .rotate = …"),
        ("b.rotate += 5", "+ joins tuples: say node.x += 1, or np.array(node.size) + (1, 0, 0)"),
        ("b.at += (1, 0, 0)", "+ and * join tuples: say node.x += 1, or np.array(node.at) * 2"),
        ("b.size *= 2", "+ and * join tuples: say node.x += 1, or np.array(node.size) * 2"),
        ("camera.at", "camera() makes one; the one that is there is find('camera')"),
        ("@b.on_click()\ndef f(): pass", "without the brackets: @….on_click"),
    ],
)
def test_what_was_probably_meant_is_said(worker: Worker, program: str, hint: str) -> None:
    """Where Python's own words would not help somebody who knows other libraries."""
    played = worker.play(f"b = box()\n{program}\n")
    assert played.error is not None
    assert played.error.endswith(f"; {hint}")


def test_an_error_stops_the_program_and_undoes_nothing(worker: Worker) -> None:
    """What ran before stays, what comes after is passed over, the next program is not concerned."""
    worker.start("box()\n1/0\nsphere()\n", last=False)
    worker.until(Ran)
    assert worker.until(Ran).error
    worker.more("cone()\n", last=True)
    assert worker.end().ran == []
    assert list(worker.graph.ids) == ["box"]
    assert worker.play("sphere()").error is None


def test_a_long_traceback_shows_its_ends(worker: Worker) -> None:
    """A thousand frames are not."""
    played = worker.play("def f(n):\n    return f(n + 1)\n\nf(0)\n")
    assert played.error is not None
    assert "RecursionError" in played.error
    assert "more …" in played.err
    assert len(played.err.splitlines()) < 15


def test_an_exception_that_cannot_be_told_is_told(worker: Worker) -> None:
    """What a program raises may misbehave in every way."""
    program = "class E(Exception):\n    def __str__(self): raise SystemExit\n\nraise E\n"
    assert worker.play(program).error == "line 4: E: (an exception that cannot say what it is)"


ANSWER = """\
Sure! Here is the cube, as you asked (red).
Note: done

```json
{"not": "this"}
```

```Python
box(color="red", name="cube")
```
And more:

~~~rio
print(find("cube").name)
~~~
That's it (enjoy.
"""


def test_of_an_answer_only_the_fenced_program_runs(worker: Worker) -> None:
    """Prose before, between and after is no error, nor are blocks in other languages."""
    played = worker.play(ANSWER)
    assert (played.error, played.out, played.err) == (None, "cube\n", "")
    assert [(ran.line, ran.error) for ran in played.ran] == [(9, None), (14, None)]


def test_an_answer_with_no_program_in_it_does_nothing(worker: Worker) -> None:
    """A block for a shell is not for us."""
    assert worker.play("Sure:\n```bash\nls\n```\nDone.").error is None


@pytest.mark.parametrize(
    "answer",
    [
        "I cannot draw a house.\nTry: box()",
        "I'm sorry, but I can't do that (yet).\n\n1. Ask me for a box.\n2. Or for a sphere.\n",
        "# Well\n**Which one** do you mean?\n- the cube\n- the sphere",
        "“moon0” is a light; I can only move and colour it.",
        "Done.",
        "Was meinst du? Ich verstehe nur Englisch.",
        "我不能画房子。请换一个。",
    ],
)
def test_prose_alone_is_no_error(worker: Worker, answer: str) -> None:
    """A refusal, or a question, that is piped to a display does nothing to it; the display says so."""
    played = worker.play(answer)
    assert (played.error, played.err, played.ran) == (None, "", [])
    assert played.out == "nothing was run: this is prose; of an answer the blocks in ``` fences are run\n"


@pytest.mark.parametrize(
    "program",
    ["box(\n", "x = cube.", "sphre", "bx()", "import math.", "for x in range(3)) :\n    box()", "draw a red cube",
     "print('hello there.", "Here is the cube:\nbox()", "cube.", "box at 1, 2 and then = 3"],
)  # fmt: skip
def test_a_slip_in_a_program_is_not_taken_for_prose(worker: Worker, program: str) -> None:
    """Neither is code whose fence was forgotten: its writer is told."""
    assert worker.play(program).error is not None


def test_prose_after_a_program_without_fences_is_an_error(worker: Worker) -> None:
    """Something ran, so this was meant to be a program."""
    assert worker.play("box()\nThis draws a box.\n").error is not None


def test_what_surely_is_a_program_fails_before_a_fence(worker: Worker) -> None:
    """Only what may be prose is held back."""
    played = worker.play("box(colour=1)\n```python\nsphere()\n```\n")
    assert played.error == "line 1: box has no word colour; say color"
    assert list(worker.graph.ids) == []


def test_an_abandoned_program_does_not_reach_into_the_next(worker: Worker) -> None:
    """The display may give up on a program without closing it."""
    worker.start("box(\n", last=False)
    assert worker.play("sphere()").error is None
    assert list(worker.graph.ids) == ["sphere"]


def test_exit_ends_a_program_quietly(worker: Worker) -> None:
    """As it does everywhere; the worker lives on."""
    played = worker.play("box()\nexit()\nsphere()\n")
    assert (played.error, list(worker.graph.ids)) == (None, ["box"])


# callbacks


def test_timers_run_between_programs_and_while_text_still_comes(worker: Worker) -> None:
    """A program that is being written does not stop the clock."""
    worker.play("n = 0\n@every(0.01)\ndef tick():\n    global n\n    n += 1\n    print(n)\n")
    assert worker.until(Output).text == "1\n"
    worker.start("x = (", last=False)
    assert worker.until(Output).text == "2\n"
    worker.more("1)\nstop(tick)\n", last=True)
    assert worker.end().error is None


def test_frames_are_wanted_while_somebody_wants_them(worker: Worker) -> None:
    """Want says so, each Tick is answered once, with the changes or with none."""
    worker.play("b = box()\n@on_frame\ndef go(dt):\n    b.x += dt\n")
    assert [worker.wants] == [True]
    worker.channel.send(Tick(0.5))
    assert len(worker.until(Deltas).items) == 1
    assert worker.graph.get(worker.graph.ids["box"], "at")[0] == 0.5
    worker.play("stop(go)")
    assert [worker.wants] == [False]
    worker.channel.send(Tick(0.5))
    assert worker.until(Deltas).items == []


def test_a_callback_that_raises_is_reported_once_and_suspended(worker: Worker) -> None:
    """Not sixty times a second; defining it again brings it back."""
    worker.play("def boom():\n    1/0\n\n@on_frame\ndef go():\n    boom()\n")
    worker.channel.send(Tick(0.02))
    told = worker.until(Output)
    assert (told.program, told.error) == (1, True)
    assert told.text == (
        "go, line 2, in boom: ZeroDivisionError: division by zero\n"
        "  line 2, in boom: 1/0\n"
        "  line 6, in go: boom()\n"
        "  go is suspended until it is defined again\n"
    )
    assert worker.until(Deltas).items == []
    assert not worker.wants
    worker.play("@on_frame\ndef go(): pass\n")
    assert worker.wants


def test_an_error_in_a_callback_names_the_program_it_is_in(worker: Worker) -> None:
    """A callback may call what another program defined."""
    worker.play("def boom():\n    1/0\n")
    worker.play("after(0, lambda: boom())")
    assert worker.until(Output).text.startswith("<lambda>, program 1, line 2, in boom: ZeroDivisionError")


def test_events_reach_their_handlers(worker: Worker) -> None:
    """With the value, if the handler wants it; also when the display changed the scene meanwhile."""
    worker.play("b = box()\n@b.on_click\ndef hit(event):\n    b.x = event.x\n    print(event.keys)\n")
    worker.channel.send(Event(2, "hover", None))
    worker.channel.send(Event(2, "click", {"x": 3, "y": 4, "keys": ["space"]}))
    assert worker.until(Output).text == "['space']\n"
    worker.until(Deltas)
    assert worker.graph.get(2, "at") == (3, 0.5, 0)


def test_a_drag_reaches_its_handler(worker: Worker) -> None:
    """With the way of the pointer since the last."""
    worker.play("knob = circle(at=(100, 50))\n@knob.on_drag\ndef pull(event):\n    knob.x += event.dx\n")
    worker.channel.send(Event(2, "drag", {"x": 130, "y": 60, "dx": 30, "dy": 10, "keys": []}))
    worker.until(Deltas)
    assert worker.graph.get(2, "at")[:2] == (130, 50)


# interrupts


def test_an_endless_loop_is_interrupted(worker: Worker) -> None:
    """The program ends with its line; everything else goes on."""
    worker.start('x = 7\nwhile True:\n    if x == 7:\n        x = 8\n        print("go")\n')
    worker.until(Output)
    worker.interrupt()
    played = worker.end()
    assert played.error is not None
    assert played.error.startswith("line ")
    assert played.error.endswith("interrupted")
    assert worker.print("x") == "8"


def test_an_endless_callback_is_interrupted(worker: Worker) -> None:
    """And suspended."""
    worker.play('@on_frame\ndef go():\n    print("go")\n    while True: pass\n')
    worker.channel.send(Tick(0.02))
    worker.until(Output)
    worker.interrupt()
    assert "interrupted" in worker.until(Output).text
    assert not worker.wants


def test_an_interrupt_of_nothing_is_nothing(worker: Worker) -> None:
    """While it waits, SIGINT is for nobody, and is not kept for the next program."""
    worker.interrupt()
    assert worker.print("1") == "1"
    worker.interrupt()
    assert worker.print("2") == "2"


def test_interrupts_never_spoil_the_channel(worker: Worker) -> None:
    """At whatever moment one comes, messages stay whole and both sides know the same scene."""
    program = 'print("go")\nwhile True:\n    b = box(at=(0, 0, 0))\n    print(b.name)\n    b.x = 1\n    b.remove()\n'
    for delay in range(15):
        worker.start(program)
        worker.until(Output)
        for _ in range(delay * 20):
            worker.hear()
        worker.interrupt()
        error = worker.end().error
        assert error is not None
        assert "interrupted" in error
        assert worker.print("[n.name for n in nodes()]") == str(list(worker.graph.ids))


# copies


def test_a_copy_is_the_worker_as_it_was(worker: Worker) -> None:
    """Variables, functions, arrays, the scene, and the state of random numbers."""
    worker.play("import random\nx = [1]\na = np.arange(5)\nrandom.seed(5)\nnp.random.seed(5)\nbox()")
    copy = worker.fork()
    copy.until(Hello)
    dice = "random.random(), np.random.random()"
    drawn = worker.print(dice)
    worker.play("x.append(2)\na += 1\nclear()")
    assert copy.print("x, a, [n.name for n in nodes()]") == "[1] [0 1 2 3 4] ['box']"
    assert copy.print(dice) == drawn
    assert worker.print("x, a, nodes()") == "[1, 2] [1 2 3 4 5] []"


def test_a_copy_of_a_copy_can_be_made_again_and_again(worker: Worker) -> None:
    """Undo, redo, undo: a checkpoint is used as often as one likes."""
    worker.play("x = 1")
    checkpoint = worker.fork()
    checkpoint.until(Hello)
    for value in range(3):
        copy = checkpoint.fork()
        copy.until(Hello)
        assert copy.print("x") == "1"
        copy.play(f"x = {value}")
        assert copy.print("x") == str(value)
        copy.close()


def test_a_copy_sleeps_until_it_is_spoken_to(worker: Worker) -> None:
    """Its timers stand still, the original's do not; a word wakes it, and there is no burst.

    Each beat of 20 ms has one call at most, so five calls take more than two beats by the copy's own clock, however
    slow this machine is.
    """
    worker.play(
        "import time\nn = 0\n@every(0.02)\ndef tick():\n    global n\n    n += 1\n    print(n, time.monotonic())\n"
    )
    copy = worker.fork()
    copy.until(Hello)
    for _ in range(10):
        worker.until(Output)
    assert not select.select([copy.channel], [], [], 0)[0]
    copy.channel.send(Deltas([]))
    calls = [copy.until(Output).text.split() for _ in range(5)]
    first = int(calls[0][0])
    assert [int(number) for number, _ in calls] == list(range(first, first + 5))
    assert float(calls[-1][1]) - float(calls[0][1]) > 1.9 * 0.02  # a beat is a sum of floats
    assert first <= int(worker.until(Output).text.split()[0])


def test_a_copy_says_what_it_wants(worker: Worker) -> None:
    """The display knows nothing else of it."""
    worker.play("@on_frame\ndef go(): pass")
    copy = worker.fork()
    copy.until(Hello)
    assert copy.until(Want).frames


def test_text_that_was_read_with_a_fork_belongs_to_the_original(worker: Worker) -> None:
    """Both are in one burst of bytes."""
    copy = worker.fork()
    worker.channel.sock.sendall(frame(Run(1, "print('me')", True)))
    assert worker.end().out == "me\n"
    copy.until(Hello)
    assert copy.print("2") == "2"


def test_forgotten_copies_leave_nothing(worker: Worker) -> None:
    """More of them, one after another, than there may be processes."""
    for _ in range(100):
        copy = worker.fork()
        copy.until(Hello)
        copy.close()
    assert worker.print("1") == "1"


def test_a_fork_for_which_there_is_no_room_is_survived(worker: Worker) -> None:
    """The new channel closes, the worker goes on."""
    worker.play("import os, resource\nresource.setrlimit(resource.RLIMIT_NPROC, (0, 80))")
    copy = worker.fork()
    with pytest.raises((EOFError, ConnectionError)):
        copy.hear()
    worker.play("resource.setrlimit(resource.RLIMIT_NPROC, (80, 80))")
    worker.fork().until(Hello)


def test_a_copy_outlives_the_original(worker: Worker) -> None:
    """A checkpoint is there when the worker is killed."""
    worker.play("x = 5")
    copy = worker.fork()
    copy.until(Hello)
    worker.process.kill()
    worker.wait()
    assert copy.print("x") == "5"


# the end


def test_it_ends_when_the_display_has_gone(worker: Worker) -> None:
    """At rest at once."""
    worker.close()
    assert worker.wait() == 0


def test_it_ends_when_the_display_has_gone_even_in_a_loop(worker: Worker) -> None:
    """It looks now and then."""
    worker.start('print("go")\nwhile True: pass\n')
    worker.until(Output)
    worker.close()
    assert worker.wait() == 0


def test_it_ends_when_it_is_sent_what_is_no_message(worker: Worker) -> None:
    """There is no way back from that."""
    worker.channel.sock.sendall(os.urandom(64))
    worker.channel.sock.shutdown(1)
    assert worker.wait() == 0
