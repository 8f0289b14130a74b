"""The whole display, with its real children: what runs, what is seen, what survives."""

import os
import signal
from pathlib import Path

import pytest
import trio
import trio.testing
from tests.rio.displays import (
    a_child,
    a_display,
    alike,
    at_rest,
    begin,
    close,
    color_at,
    environment_of,
    finished,
    open_descriptors,
    run,
    zombies,
)

from ninep import FileError
from ninep.node import Answer
from rio.hub.workers import KEPT

MIDDLE = (160, 120)


async def a_moment() -> None:
    """What a test looks for comes from another process, by way of several tasks: look again soon."""
    await trio.sleep(0.001)


async def given(answer: Answer[bytes]) -> bytes:
    """What a read gives, sooner or later."""
    return answer if isinstance(answer, bytes) else await answer


async def test_a_red_cube_is_seen() -> None:
    """Lit, framed, in the middle."""
    async with a_display() as display:
        await run(display, 'box(name="cube", color="red")')
        assert await color_at(display, *MIDDLE) == "red"
        assert await color_at(display, 3, 3) == "dark"
        assert display.health() == "ok"


async def test_the_first_node_is_there_while_the_program_still_arrives() -> None:
    async with a_display() as display:
        program = begin(display, 'box(name="first", color="red")\nbox(na')
        while "first" not in display.graph.ids:
            await a_moment()
        assert not program.is_over
        assert await color_at(display, *MIDDLE) == "red"
        program.write(b'me="second", at=(0, 3, 0))\n')
        await close(program)
        assert list(display.graph.ids) == ["first", "second"]
        assert [version.label for version in display.versions.path()] == ["empty", 'box(name="first", color="red")']


async def test_programs_of_two_writers_never_interleave() -> None:
    """The second waits until the first is closed, then finds its variables."""
    async with a_display() as display:
        first = begin(display, "order = ['a']\n")
        second = begin(display, "order.append('c')\nprint(order)\n")
        first.write(b"order.append('b')\n")
        async with trio.open_nursery() as nursery:
            nursery.start_soon(close, second)
            await close(first)
        await finished(second)
        assert display.stage.out.text() == "['a', 'b', 'c']\n"


async def test_an_error_stops_the_program_and_undoes_nothing() -> None:
    """The writer hears it with its line; it is in stderr, and not in the source of the scene."""
    async with a_display() as display:
        with pytest.raises(FileError, match=r"^line 3: NameError: name 'sphre' is not defined; did you mean sphere"):
            await run(display, 'box(name="cube")\n\nsphre(name="ball")\nbox(name="never")\n')
        assert list(display.graph.ids) == ["cube"]
        assert display.stage.err.text().startswith("line 3: NameError")
        context = await display.context.text()
        assert context.startswith('box(name="cube")\n#')
        assert "# last error: line 3: NameError" in context


async def test_STDERR_waits_for_the_next_error() -> None:  # noqa: N802 - the file's name
    async with a_display() as display:
        errors = display.stage.err.open()
        await run(display, "x = 1")
        with pytest.raises(FileError):
            await run(display, "1 / 0")
        assert (await given(errors.read(1000))).startswith(b"line 1: ZeroDivisionError")
        assert await given(errors.read(1000)) == b""


async def test_a_callback_that_raises_is_heard_of_though_nobody_waits() -> None:
    async with a_display() as display:
        errors = display.stage.err.open()
        await run(display, "@after(0.01)\ndef soon(): 1 / 0")
        assert b"ZeroDivisionError" in await given(errors.read(1000))
        assert "ZeroDivisionError" in await display.context.text()


# ends


async def test_an_endless_loop_leaves_the_display_free_and_can_be_interrupted() -> None:
    """The clunk is answered after two seconds; the picture is there meanwhile; variables stay."""
    async with a_display() as display:
        await run(display, 'keep = 42\nbox(name="cube", color="red")')
        await close(begin(display, "while True: pass"))
        assert display.stage.programs.is_busy
        assert await color_at(display, *MIDDLE) == "red"
        with pytest.raises(FileError, match="a program is running"):
            await display.goto(0)
        assert await display.interrupt() == "line 1: interrupted"
        assert await run(display, "print(keep)") == "42\n"
        assert display.stage.replaced == 0


async def test_a_program_that_does_not_heed_is_killed_and_its_writer_told() -> None:
    """The picture stays, also what the killed program drew; variables go back to the version before."""
    async with a_display() as display:
        await run(display, "keep = 42")
        program = begin(display, 'box(name="cube", color="red")\nkeep = 0\n')
        program.write(b"while True:\n try:\n  print('in')\n  while True: pass\n except BaseException: pass\n")
        async with trio.open_nursery() as nursery:

            async def expect() -> None:
                with pytest.raises(FileError, match=r"killed: the picture stays, the variables are those of version 1"):
                    await close(program)

            nursery.start_soon(expect)
            while "in" not in display.stage.out.text():
                await a_moment()
            assert "killed" in await display.interrupt()
        assert "killed" in display.stage.err.text()
        assert await color_at(display, *MIDDLE) == "red"
        assert await run(display, "print(keep, find('cube').kind)") == "42 box\n"


async def test_a_writer_that_hangs_up_ends_its_program(monkeypatch: pytest.MonkeyPatch) -> None:
    """What ran stays; half a statement does not run; the next program has its turn."""
    monkeypatch.setattr("rio.hub.stage.PATIENCE", 30)  # a busy machine is no reason to kill the worker here
    async with a_display() as display:
        await run(display, "x = 0")
        program = begin(display, "x = 1\nx = 2")
        while not program.statements:
            await a_moment()
        program.abort()
        assert await run(display, "print(x)") == "1\n"
        looping = begin(display, "print('on')\nwhile True: pass\n")
        while "on" not in display.stage.out.text():
            await display.stage.out.more.wait()
        looping.abort()
        assert await run(display, "print(x)") == "1\n"


async def test_a_worker_that_dies_is_replaced() -> None:
    """The picture stays, and the variables are those of the last version."""
    async with a_display() as display:
        await run(display, 'x = 5\nbox(name="cube", color="red")')
        await at_rest(display)
        worker = display.workers.current
        assert worker
        os.kill(worker.pid, signal.SIGKILL)
        await worker.ended.wait()
        assert await run(display, "print(x, find('cube').kind)") == "5 box\n"
        assert display.stage.replaced == 1


async def test_a_program_that_ends_its_worker_is_told_so() -> None:
    async with a_display() as display:
        await run(display, "x = 5")
        with pytest.raises(FileError, match="the picture stays, the variables are those of version 1"):
            await run(display, "import os; os._exit(3)")
        assert await run(display, "print(x)") == "5\n"


async def test_whose_variables_there_are_is_true_though_a_copy_does_not_wake(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its writer is told what should be; what became of it is said in `stderr` and is the last error."""
    monkeypatch.setattr("rio.hub.workers.REVIVING", 0.2)
    async with a_display() as display:
        await run(display, "x = 1")
        await run(display, "x = 2")
        await at_rest(display)
        os.kill(display.workers._checkpoints[2].pid, signal.SIGSTOP)
        with pytest.raises(FileError, match="the variables are those of version 2"):
            await run(display, "import os; os._exit(3)")
        await at_rest(display)
        assert "the copy of the worker for version 2 did not wake; the variables are those of version 1" in (
            display.stage.last_error
        )
        assert await run(display, "print(x)") == "1\n"


async def test_variables_that_are_lost_are_said_to_be() -> None:
    """Where no copy of the worker is left, no version is named whose variables there would be."""
    async with a_display() as display:
        await run(display, "x = 1")
        await at_rest(display)
        copy = display.workers._checkpoints[1]
        copy.end("the machine was short of memory")
        with pytest.raises(FileError, match="the picture stays, the variables are lost"):
            await run(display, "import os; os._exit(3)")
        await at_rest(display)
        with pytest.raises(FileError, match="name 'x' is not defined"):
            await run(display, "print(x)")


async def test_a_worker_that_sends_rubbish_is_replaced() -> None:
    """Bytes that are no message, and a change that no graph can have."""
    async with a_display() as display:
        await run(display, 'box(name="cube", color="red")')
        with pytest.raises(FileError, match="the worker ended"):
            await run(
                display,
                "import os\nfor fd in range(3, 64):\n  try: os.write(fd, b'\\xff' * 100)\n  except OSError: pass",
            )
        assert await color_at(display, *MIDDLE) == "red"
        assert await run(display, "print(1)") == "1\n"


async def test_what_a_program_forked_does_not_outlive_it() -> None:
    async with a_display() as display:
        await run(display, "import os, time\nif os.fork() == 0: time.sleep(1000)")
        await at_rest(display)
        worker = display.workers.current
        assert worker
        assert worker.family
        assert not worker.family.strays(worker.pid, display.workers.known)


async def test_many_programs_leave_no_process_and_no_descriptor() -> None:
    """The sleeping copies of the newest versions stay, and nothing else."""
    async with a_display() as display:
        for number in range(KEPT + 5):
            await run(display, f"n = {number}")
        await at_rest(display)
        before = open_descriptors()
        for number in range(20):
            await run(display, f"n = {number}")
        await at_rest(display)
        assert open_descriptors() <= before
        worker = display.workers.current
        assert worker
        assert worker.family
        while len(list(worker.family.members())) > KEPT + 2:  # the copies, the fresh one, the worker itself
            await a_moment()
        while zombies():  # a kernel that is busy tells of an end a little later
            await a_moment()


async def test_a_renderer_that_dies_comes_back_with_the_same_picture() -> None:
    async with a_display() as display:
        await run(display, 'box(name="cube", color="red").rotate = 30\ncircle(at=(40, 40), size=30)')
        before = await display.screen.picture()
        os.kill(display.screen.pid, signal.SIGKILL)
        assert alike(await display.screen.picture(), before)
        assert display.screen.restarts == 1
        assert display.health() == "ok"


async def test_a_spare_renderer_takes_over() -> None:
    async with a_display(spare=True) as display:
        await run(display, 'box(name="cube", color="red")')
        before = await display.screen.picture()
        await display.screen.spare_is_ready()
        os.kill(display.screen.pid, signal.SIGKILL)
        assert alike(await display.screen.picture(), before)


# versions


async def test_undo_and_redo_restore_picture_and_variables() -> None:
    async with a_display() as display:
        await run(display, 'n = 1\ncube = box(name="cube", color="red")')
        await run(display, 'n = 2\ncube.color = "blue"')
        assert await color_at(display, *MIDDLE) == "blue"
        assert await display.undo() == ""
        assert await color_at(display, *MIDDLE) == "red"
        assert await run(display, "print(n, cube.color[0] > 0.5)") == "1 True\n"
        await display.goto(2)
        assert await color_at(display, *MIDDLE) == "blue"
        assert await run(display, "print(n)") == "2\n"


async def test_undo_keeps_what_callbacks_did_before() -> None:
    """The version before a program is as the program found it, not as its own program left it."""
    async with a_display() as display:
        await run(display, "n = 0\n@every(0.01)\ndef count():\n global n\n n += 1\n")
        while int(await run(display, "print(n)")) < 5:
            await a_moment()
        number = display.versions.current.number
        count = int(display.stage.out.text())
        await run(display, "stop()")
        await display.goto(number)
        assert int(await run(display, "print(n)")) >= count


async def test_what_is_called_by_time_goes_on_after_undo() -> None:
    """As it was in that version: a timer, and frames."""
    async with a_display() as display:
        await run(display, "n = 0\n@every(0.01)\ndef count():\n global n\n n += 1\n print(n)\n")
        await run(display, "b = box(name='b')\n@on_frame\ndef turn(dt): b.rotate = b.rotate[1] + dt")
        await run(display, "stop()")
        await display.goto(1)
        before = display.stage.out.text()
        while display.stage.out.text() == before:
            await a_moment()
        frames = display.clock.frames
        await display.goto(2)
        while display.clock.frames < frames + 3:
            await a_moment()


async def test_an_edit_needs_no_checkpoint_of_its_own() -> None:
    """After undo and redo over edits, picture and variables are those of the version."""
    async with a_display() as display:
        await run(display, 'n = 1\ncube = box(name="cube", color="red")')
        id = display.graph.ids["cube"]
        for color in ("green", "blue"):
            change = display.graph.parse(id, "color", color)
            waiting = display.history.edit("nodes", f"cube {color}", [change], list)
            if waiting:
                await waiting
        await run(display, "n = 2")
        await display.goto(2)
        assert await color_at(display, *MIDDLE) == "green"
        assert await run(display, "print(n, cube.color[1] > cube.color[0])") == "1 True\n"


async def test_one_node_can_be_taken_back() -> None:
    """As one more version; again goes further back, and does not toggle."""
    async with a_display() as display:
        await run(display, 'a = box(name="a", color="red")\nb = box(name="b")')
        await run(display, 'a.color = "green"')
        await run(display, 'a.color = "blue"\nb.color = "white"')
        await display.undo("a")
        assert display.graph.show(display.graph.ids["a"], "color") == "green"
        await display.undo("a")
        assert display.graph.show(display.graph.ids["a"], "color") == "red"
        assert display.graph.show(display.graph.ids["b"], "color") == "white"
        assert await run(display, "print(a.color[0] > 0.5)") == "True\n"
        await display.undo("a")
        assert "a" not in display.graph.ids
        with pytest.raises(FileError, match="there is no node a"):
            await display.undo("a")


async def test_clear_begins_anew_and_can_be_undone() -> None:
    async with a_display() as display:
        await run(display, 'n = 1\nbox(name="cube", color="red")')
        await display.clear()
        assert await color_at(display, *MIDDLE) == "dark"
        assert await display.context.text() == "# there are no nodes\n# view 320x240\n"
        with pytest.raises(FileError, match="NameError"):
            await run(display, "print(n)")
        await display.goto(1)
        assert await run(display, "print(n)") == "1\n"
        assert await color_at(display, *MIDDLE) == "red"


async def test_variables_of_old_versions_are_lost_and_that_is_said() -> None:
    """Their picture is not, and nodes can still be found by name."""
    async with a_display() as display:
        await run(display, 'n = 0\nbox(name="cube", color="red")')
        for number in range(KEPT):
            await run(display, f"n = {number}\nfind('cube').color = 'blue'")
        assert "variables are lost" in await display.goto(1)
        assert await color_at(display, *MIDDLE) == "red"
        assert "# variables of older programs are lost" in await display.context.text()
        assert await run(display, "print(find('cube').kind)") == "box\n"
        assert await display.goto(KEPT + 1) == ""
        assert await run(display, "print(n)") == f"{KEPT - 1}\n"


async def test_a_restart_shows_the_same_picture(tmp_path: Path) -> None:
    """With all versions; variables are lost, and that is said."""
    async with a_display(tmp_path) as display:
        await run(display, 'box(name="cube", color="blue")')
        await run(display, 'find("cube").color = "red"\nfind("cube").x = 0.2')
        table, before = display.versions.table(), await display.screen.picture()
    async with a_display(tmp_path) as display:
        assert display.versions.table() == table
        assert alike(await display.screen.picture(), before)
        assert await color_at(display, *MIDDLE) == "red"
        assert "variables of older programs are lost" in await display.context.text()
        assert "lost" in (await display.undo() or "")
        assert await color_at(display, *MIDDLE) == "blue"


async def test_state_moves_a_scene_to_another_display() -> None:
    """Picture, variables and what runs with each frame."""
    async with a_display() as display:
        await run(display, 'n = 7\nbox(name="cube", color="blue")')
        await run(display, 'import random\nfind("cube").at = (random.random(), 0, 0)')
        state = await display.state()
        place = display.graph.show(display.graph.ids["cube"], "at")
    async with a_display() as display:
        await display.take_state(state)
        assert display.graph.show(display.graph.ids["cube"], "at") == place
        assert await run(display, "print(n)") == "7\n"
        assert await color_at(display, *MIDDLE) == "blue"


async def test_frames_are_asked_for_while_somebody_wants_them() -> None:
    async with a_display() as display:
        await run(display, 'b = box(name="b")\n@on_frame\ndef move(dt): b.rotate = b.rotate[1] + 90 * dt')
        while display.clock.frames < 5:
            await display.screen.shown.wait()
        await run(display, "stop()")
        await at_rest(display)
        await display.clock.quiet()
        frames = display.clock.frames
        await run(display, "x = 1")
        assert display.clock.frames <= frames + 1


# walls


async def test_without_a_sandbox_no_program_runs_and_the_rest_works(tmp_path: Path) -> None:
    """The reason reaches who writes a program, and health; a picture there is."""
    worker = a_child(
        tmp_path / "worker.py",
        "import os, socket, sys\n"
        "from rio.wire import Channel, Output, ToWorker\n"
        "channel = Channel(socket.socket(fileno=int(sys.argv[-1])), ToWorker)\n"
        "channel.send(Output(0, 'files: OPEN; read /etc/passwd (it worked)\\n', True))\n"
        "os._exit(3)\n",
    )
    async with a_display(worker=worker) as display:
        with pytest.raises(FileError, match="no program can run: a wall of the sandbox is missing: files: OPEN"):
            await run(display, "x = 1")
        assert "files: OPEN" in display.sandbox()
        assert display.health().startswith("no program can run: a wall of the sandbox is missing")
        assert await color_at(display, *MIDDLE) == "dark"


async def test_why_a_child_does_not_start_is_said_by_its_last_words(tmp_path: Path) -> None:
    """In health, and to who writes a program; rio itself goes on."""
    script = "import sys\nsys.exit('no paint on board')\n"
    child = a_child(tmp_path / "child.py", script)
    async with a_display(worker=child, renderer=child) as display:
        with pytest.raises(FileError, match=r"no program can run: the worker does not start: .*no paint on board"):
            await run(display, "x = 1")
        while display.screen.restarts < 2:
            await a_moment()
        assert "no renderer: it closed its channel (no paint on board)" in display.health()


async def test_children_know_nothing_of_our_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ANTHROPIC_API_KEY", "secret")
    async with a_display() as display:
        assert await run(display, "import os\nprint(dict(os.environ))") == "{}\n"
        await display.screen.picture()
        assert b"secret" not in environment_of(display.screen.pid)
