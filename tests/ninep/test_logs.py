"""What a library has to tell goes where the program wants it, and nowhere else."""

import logging
import subprocess
import sys
from collections.abc import Iterator

import pytest
import structlog

from ninep.logs import LibraryLog

TELL = """
from ninep.logs import LibraryLog
LibraryLog("ninep").error("request.failed", exc_info=ValueError("x"), request="Tread")
"""


def told(before: str = "") -> subprocess.CompletedProcess[str]:
    """What a program prints that has one fault to tell, and has said this before."""
    return subprocess.run([sys.executable, "-c", before + TELL], capture_output=True, text=True, check=True)


def test_a_program_that_has_set_up_no_log_hears_nothing() -> None:
    """Its output is its own."""
    done = told()
    assert (done.stdout, done.stderr) == ("", "")


def test_the_standard_logging_is_told() -> None:
    """In one line, and the traceback."""
    done = told("import logging; logging.basicConfig()")
    assert done.stdout == ""
    assert done.stderr.splitlines()[0] == "ERROR:ninep:request.failed request='Tread'"
    assert "ValueError: x" in done.stderr


def test_a_service_sets_up_structlog() -> None:
    """On stderr."""
    done = told("from ninep.logs import set_up; set_up('json')")
    assert done.stdout == ""
    assert '"event": "request.failed"' in done.stderr
    assert '"request": "Tread"' in done.stderr


@pytest.fixture
def not_set_up() -> Iterator[None]:
    """structlog as it is at first, whatever other tests have made of it."""
    before = structlog.get_config() if structlog.is_configured() else None
    structlog.reset_defaults()
    yield
    if before:
        structlog.configure(**before)


@pytest.mark.usefixtures("not_set_up")
def test_levels_and_facts_arrive(caplog: pytest.LogCaptureFixture) -> None:
    """As they were told."""
    log = LibraryLog("ninep.test")
    with caplog.at_level(logging.DEBUG):
        log.debug("connection.lost")
        log.info("connection.refused", reason="no")
        log.warning("clunk.failed", error="x")
    assert [(record.levelname, record.getMessage()) for record in caplog.records] == [
        ("DEBUG", "connection.lost"),
        ("INFO", "connection.refused reason='no'"),
        ("WARNING", "clunk.failed error='x'"),
    ]
