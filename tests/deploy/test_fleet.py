"""The fleet's promises, with shell scripts for services: real processes, real signals."""

from __future__ import annotations

import os
import signal
import socket
from pathlib import Path

import pytest
import trio
from deploy.fleet import FleetError, Member, environment, members, open_fleet, running

from deploy import fleet

CALM = "echo $$ > pid; echo NAME ready unix!/somewhere; exec sleep 1000"


class News:
    """What the fleet tells, to be waited for."""

    def __init__(self) -> None:
        self.heard: list[str] = []
        self._more = trio.Event()

    def __call__(self, text: str) -> None:
        self.heard.append(text)
        self._more.set()

    async def until(self, text: str) -> None:
        with trio.fail_after(20):
            while text not in self.heard:
                self._more = trio.Event()
                await self._more.wait()


def member(folder: Path, name: str, script: str) -> Member:
    place = folder / name
    place.mkdir()
    return Member(name, "", folder / f"{name}.sock", ("sh", "-c", f"cd {place}; {script.replace('NAME', name)}"))


def pid_of(folder: Path, name: str) -> int:
    return int((folder / name / "pid").read_text())


def is_gone(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    return False


async def test_all_are_ready_inside_and_gone_after(tmp_path: Path) -> None:
    """The block begins when every member is ready, and leaves no process behind."""
    news = News()
    async with open_fleet([member(tmp_path, name, CALM) for name in ("a", "b", "mux")], tmp_path / "log", news):
        pids = [pid_of(tmp_path, name) for name in ("a", "b", "mux")]
        assert not any(map(is_gone, pids))
    assert all(map(is_gone, pids))
    assert not news.heard
    assert (tmp_path / "log/a.log").read_text() == "a ready unix!/somewhere\n"


async def test_the_mux_comes_last(tmp_path: Path) -> None:
    """The last member is started when the others are ready."""
    slow = member(tmp_path, "a", f"read line < gate; touch {tmp_path}/a-was-ready; {CALM}")
    os.mkfifo(tmp_path / "a/gate")
    mux = member(tmp_path, "mux", f"test -e {tmp_path}/a-was-ready || exit 9; {CALM}")
    async with trio.open_nursery() as nursery:
        nursery.start_soon(trio.Path(tmp_path / "a/gate").write_text, "go\n")
        async with open_fleet([slow, mux], tmp_path / "log", News()):
            pass


async def test_a_member_that_cannot_start_is_shown(tmp_path: Path) -> None:
    """The error has the member's name, its exit status and the end of its log; the others are stopped."""
    bad = member(tmp_path, "bad", "seq 1 50 >&2; echo no such device >&2; exit 2")
    with pytest.raises(ExceptionGroup) as caught:
        async with open_fleet([member(tmp_path, "a", CALM), bad, member(tmp_path, "mux", CALM)], tmp_path, News()):
            raise AssertionError("the block must not begin")
    assert caught.group_contains(FleetError, match=r"bad ended with exit status 2\n    4\d\n(.*\n)+    no such device$")
    pid = tmp_path / "a/pid"  # it may have been stopped before it could write
    assert not pid.exists() or not pid.read_text() or is_gone(int(pid.read_text()))


async def test_a_member_that_is_never_ready(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing waits for ever."""
    monkeypatch.setattr(fleet, "READY", 0.2)
    with pytest.raises(ExceptionGroup) as caught:
        async with open_fleet([member(tmp_path, "mute", "echo $$ > pid; exec sleep 1000")], tmp_path / "log", News()):
            raise AssertionError("the block must not begin")
    assert caught.group_contains(FleetError, match=r"mute was not ready after 0\.2 s")
    assert is_gone(pid_of(tmp_path, "mute"))


async def test_a_member_that_dies_is_started_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A death is told with its cause, and the pause doubles while deaths follow each other."""
    monkeypatch.setattr(fleet, "PAUSE", 0.05)
    news = News()
    async with open_fleet([member(tmp_path, "a", CALM), member(tmp_path, "mux", CALM)], tmp_path / "log", news):
        first = pid_of(tmp_path, "a")
        os.kill(first, signal.SIGKILL)
        await news.until("a is back")
        assert news.heard == ["a was killed by SIGKILL; starting it again in 0.05 s", "a is back"]
        assert pid_of(tmp_path, "a") != first
        news.heard.clear()
        os.kill(pid_of(tmp_path, "a"), signal.SIGKILL)
        await news.until("a is back")
        assert news.heard[0] == "a was killed by SIGKILL; starting it again in 0.1 s"
    assert is_gone(pid_of(tmp_path, "a"))


async def test_a_start_that_fails_later_is_tried_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Once the fleet runs, a member that cannot come back is told and tried again, and the fleet goes on."""
    monkeypatch.setattr(fleet, "PAUSE", 0.05)
    flaky = member(tmp_path, "a", f"test -e broken && {{ rm broken; exit 3; }}; {CALM}")
    news = News()
    async with open_fleet([flaky, member(tmp_path, "mux", CALM)], tmp_path / "log", news):
        (tmp_path / "a/broken").touch()
        os.kill(pid_of(tmp_path, "a"), signal.SIGKILL)
        await news.until("a is back")
    assert "a ended with exit status 3; starting it again in 0.1 s" in news.heard


async def test_whoever_will_not_stop_is_killed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A member that ignores SIGTERM, and children it leaves behind, are gone after the grace."""
    monkeypatch.setattr(fleet, "GRACE", 0.2)
    stubborn = "trap '' TERM; sleep 1000 & echo $! > child; echo NAME ready x; while :; do wait; done"
    async with open_fleet([member(tmp_path, "a", stubborn), member(tmp_path, "mux", CALM)], tmp_path / "log", News()):
        orphan = os.pidfd_open(int((tmp_path / "a/child").read_text()))
    with trio.fail_after(5):
        await trio.lowlevel.wait_readable(orphan)
    os.close(orphan)


async def test_what_members_print_does_not_block_them(tmp_path: Path) -> None:
    """Output beyond a pipe's size goes to the log, and the log of the last time is kept beside it."""
    chatty = member(tmp_path, "a", "echo NAME ready x; seq 1 100000; echo done > gate; exec sleep 1000")
    os.mkfifo(tmp_path / "a/gate")
    for _ in range(2):
        async with open_fleet([chatty], tmp_path / "log", News()):
            assert await trio.Path(tmp_path / "a/gate").read_text() == "done\n"
    assert (tmp_path / "log/a.log").stat().st_size > 500_000
    assert (tmp_path / "log/a.log.old").stat().st_size > 500_000


def test_keys_are_for_llmfs_alone() -> None:
    """No other member sees a provider's key."""
    everything = {"ANTHROPIC_API_KEY": "secret", "PATH": "/bin"}
    assert environment("llmfs", everything) == everything
    assert environment("rio", everything) == {"PATH": "/bin"}


def test_a_running_fleet_is_noticed(tmp_path: Path) -> None:
    """A socket that answers is a running member; one that a dead member left is not."""
    crew = members(tmp_path, headless=True)
    assert running(crew) is None
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(tmp_path / "voice"))
        assert running(crew) is None
        listener.listen()
        assert running(crew) == crew[2]
    assert running(crew) is None
