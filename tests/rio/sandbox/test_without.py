"""Each wall left out in turn: the self-test notices it, and no program runs unless somebody insists."""

import os
from pathlib import Path

import pytest
from tests.rio.sandbox.without import PARTS, WALLS
from tests.rio.workers import ENVIRONMENT, Worker, started

from rio.wire import Hello

LAUNCHER = str(Path(__file__).with_name("without.py"))
HAS = "import pathlib; pathlib.Path('it-ran').touch()"
ALSO = {"identity": {"number"}}  # root that stays root is not bounded in number either
REPORT = ["files", "network", "programs", "processes", "identity", "memory", "number", "environment"]


def _skip_if_it_was_never_there(what: str) -> None:
    if what == "identity" and os.geteuid():
        pytest.skip("an ordinary user has no rights to begin with; only root can leave out giving them up")


def _open(worker: Worker) -> set[str]:
    """The walls that do not stand, by the report."""
    return {line.text.split(":")[0] for line in worker.report if line.error and ": OPEN; " in line.text}


def _refuses(scratch: Path, what: str) -> set[str]:
    """Start a worker without it, and send it a program; the walls that it reports open."""
    worker = Worker(scratch, program=(LAUNCHER, what))
    try:
        worker.start(HAS)
        with pytest.raises((EOFError, ConnectionError)):
            worker.until(Hello)
        assert worker.wait() == 3
        assert not (scratch / "it-ran").exists()
        return _open(worker)
    finally:
        worker.kill()


def test_all_walls_of_the_report_are_tried() -> None:
    """No wall is without its attempt to leave it out."""
    assert list(WALLS) == REPORT


@pytest.mark.parametrize("wall", WALLS)
def test_a_wall_left_out_is_noticed(tmp_path: Path, wall: str) -> None:
    """That one is OPEN, with what rests on it,, the worker ends, and what it was sent has not run."""
    _skip_if_it_was_never_there(wall)
    assert _refuses(tmp_path, wall) == {wall} | ALSO.get(wall, set())


@pytest.mark.parametrize("part", PARTS)
def test_a_part_of_a_wall_left_out_is_noticed(tmp_path: Path, part: str) -> None:
    """All that rests on it is OPEN."""
    assert _refuses(tmp_path, part) == PARTS[part][1]


@pytest.mark.parametrize("wall", WALLS)
def test_programs_run_without_it_only_if_somebody_insists(tmp_path: Path, wall: str) -> None:
    """With `--unsafe` they do, and the report still says what is open."""
    _skip_if_it_was_never_there(wall)
    worker = started(tmp_path, "--unsafe", program=(LAUNCHER, wall), env=ENVIRONMENT)
    try:
        assert _open(worker) == {wall} | ALSO.get(wall, set())
        assert worker.print("1 + 1") == "2"
    finally:
        worker.kill()
