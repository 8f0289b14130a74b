"""Links and families, with small children of our own making."""

import os
import signal
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
import structlog.testing
import trio
from tests.rio.displays import open_descriptors

from rio.hub.children import Family, environment_for
from rio.hub.links import Link, start
from rio.wire import Deltas, FromWorker, Message, Output, Run, frame

BEGIN = """
import array, os, signal, socket, sys, time
from rio.wire import Channel, Deltas, Hello, Output, Run, ToWorker, frame
channel = Channel(socket.socket(fileno=int(sys.argv[-1])), ToWorker)
channel.send(Hello())
"""
ECHO = """
while True:
    for _, message, _ in channel.receive():
        channel.send(Output(1, message.text if isinstance(message, Run) else "deltas"))
"""


class Child:
    """A started child, and what it says."""

    def __init__(self) -> None:
        self.link: Link
        self.said: list[str] = []
        self._more = trio.Event()

    def hear(self, link: Link, message: Message, whole: bytes) -> None:
        """Gather outputs."""
        assert isinstance(message, Output)
        self.said.append(message.text)
        self._more.set()

    async def says(self, count: int) -> list[str]:
        """The first so many things it says."""
        while len(self.said) < count:
            self._more = trio.Event()
            await self._more.wait()
        return self.said


@asynccontextmanager
async def a_child(folder: Path, script: str) -> AsyncIterator[Child]:
    """A child that runs this script once it has said hello."""
    path = folder / "child.py"
    path.write_text(BEGIN + script)
    child = Child()
    with trio.fail_after(30):
        async with trio.open_nursery() as nursery:
            child.link = start("worker", [sys.executable, str(path)], FromWorker, nursery, child.hear)
            await child.link.greeted.wait()
            yield child
            nursery.cancel_scope.cancel()


async def test_messages_go_both_ways_in_order(tmp_path: Path) -> None:
    async with a_child(tmp_path, ECHO) as child:
        for number in range(100):
            child.link.post(frame(Run(1, str(number), False)))
        assert await child.says(100) == [str(number) for number in range(100)]


async def test_what_is_posted_during_a_replay_follows_it(tmp_path: Path) -> None:
    """However long the replay is, and though others have their turns."""

    begun = trio.Event()

    def whole() -> Iterator[bytes]:
        begun.set()
        return iter([frame(Deltas([]))] * 50)

    async with a_child(tmp_path, ECHO) as child, trio.open_nursery() as nursery:
        child.link.post(frame(Run(1, "before", False)))
        nursery.start_soon(child.link.replay, whole)
        await begun.wait()
        child.link.post(frame(Run(1, "after", False)))
        assert await child.says(52) == ["before", *["deltas"] * 50, "after"]


async def test_the_end_of_the_process_is_noticed_though_the_socket_stays_open(tmp_path: Path) -> None:
    """A copy that holds it does not keep a dead worker alive; nor may it speak in its place."""
    async with a_child(tmp_path, "if os.fork() == 0: time.sleep(1000)\nos._exit(0)\n") as child:
        await child.link.ended.wait()
        assert child.link.why == "it ended"
        assert child.link.family
        await child.link.family.end()
    async with a_child(tmp_path, "if os.fork() == 0: channel.send(Output(1, 'I am it'))\ntime.sleep(1000)\n") as child:
        await child.link.ended.wait()
        assert child.link.why == "another process spoke in its place"
        assert child.said == []
        assert child.link.family
        await child.link.family.end()


async def test_a_child_that_does_not_read_is_ended(tmp_path: Path) -> None:
    """Its memory is not ours to lose."""
    async with a_child(tmp_path, "time.sleep(1000)\n") as child:
        for _ in range(9):
            child.link.post(bytes(8 << 20))
        await child.link.ended.wait()
        assert child.link.why == "it does not read what it is sent"


async def test_descriptors_that_a_child_sends_are_not_taken(tmp_path: Path) -> None:
    script = """
files = array.array("i", [os.open("/dev/null", os.O_RDONLY) for _ in range(50)])
channel.sock.sendmsg([frame(Output(1, "have these"))], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, files)])
time.sleep(1000)
"""
    async with a_child(tmp_path, script) as child:
        before = open_descriptors()
        assert await child.says(1) == ["have these"]
        assert open_descriptors() == before


async def test_what_is_no_message_ends_the_link(tmp_path: Path) -> None:
    script = "channel.sock.sendall(bytes([4, 0, 0, 0, 0, 0, 0, 0]) + b'none')\ntime.sleep(1000)\n"
    async with a_child(tmp_path, script) as child:
        await child.link.ended.wait()
        assert child.link.why.startswith("not a message")


async def test_what_a_child_says_otherwise_is_logged_line_by_line(tmp_path: Path) -> None:
    """Also what it says last; of a line without an end as much as fits."""
    with structlog.testing.capture_logs() as logs:
        async with a_child(tmp_path, "os.write(2, b'one\\ntwo\\n' + b'x' * 5000 + b'\\nlast words\\n')\n") as child:
            await child.link.ended.wait()
            while child.link.last_words != "last words":
                await trio.sleep(0.001)
    assert [entry["line"] for entry in logs if entry["event"] == "child.said"][:2] == ["one", "two"]


async def test_a_command_that_is_none_is_a_link_that_has_ended() -> None:
    async with trio.open_nursery() as nursery:
        link = start("worker", ["/nowhere"], FromWorker, nursery, lambda link, message, whole: None)
        assert not link.alive
        assert link.why == "it cannot be started: No such file or directory"


# families


@pytest.mark.parametrize("group", [0, 1, -1])
def test_the_groups_of_the_system_are_no_families(group: int) -> None:
    """A signal to group 0 would reach ourselves, one to group 1 everybody."""
    with pytest.raises(ValueError, match="is not a family of ours"):
        Family(group)
    with pytest.raises(ValueError, match="is not a family of ours"):
        Family(os.getpgrp())


async def test_strays_are_ended_and_the_others_are_not(tmp_path: Path) -> None:
    """Even while they multiply."""
    script = (
        """
def multiply():
    for _ in range(30):
        if os.fork() == 0:
            time.sleep(0.01)
            os.fork()
            time.sleep(1000)
if os.fork() == 0:
    multiply()
    os._exit(0)
"""
        + ECHO
    )
    async with a_child(tmp_path, script) as child:
        child.link.post(frame(Run(1, "still here", False)))
        await child.says(1)
        family = child.link.family
        assert family
        while not family.strays(child.link.pid, {child.link.pid}):
            await trio.sleep(0.001)
        await family.weed({child.link.pid})
        assert [pid for pid, _ in family.members()] == [child.link.pid]
        child.link.post(frame(Run(1, "and now", False)))
        assert await child.says(2) == ["still here", "and now"]
        child.link.send_signal(signal.SIGKILL)
        await child.link.ended.wait()
        await family.end()
        assert list(family.members()) == []


def test_the_worker_knows_nothing_and_the_renderer_where_the_display_is() -> None:
    ours = {
        "PATH": "/bin",
        "DISPLAY": ":0",
        "LIBGL_DEBUG": "1",
        "OPENAI_API_KEY": "secret",
        "HOME": "/root",
        "LANG": "C",
    }
    assert environment_for("worker", ours) == {
        "PATH": "/bin",
        "LANG": "C",
        "OPENBLAS_NUM_THREADS": "1",
        "OMP_NUM_THREADS": "1",
    }
    renderer = environment_for("renderer", ours)
    assert {"DISPLAY", "LIBGL_DEBUG", "HOME", "MALLOC_MMAP_THRESHOLD_"} <= renderer.keys()
    assert "OPENAI_API_KEY" not in renderer
