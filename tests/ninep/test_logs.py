"""What a library has to tell goes where the program wants it, and nowhere else."""

import logging
import os
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


SERVICE = """
from ninep import logs
from ninep.server import refusal
from ninep.messages import Tclunk

logs.set_up({style!r})

def call(headers):
    raise KeyError("choices")

def handle():
    api_key = "sk-" + "secret" * 3
    call({{"Authorization": "Bearer " + api_key}})

for _ in range(2):
    try:
        handle()
    except KeyError as error:
        refusal(Tclunk(1, 1), error)
logs.complain("service", "one more line")
print("still here", flush=True)
"""


@pytest.mark.parametrize("style", ["text", "json"])
def test_no_secret_is_in_a_traceback(style: str) -> None:
    """It says where, in which function and on which line, and not what the variables held."""
    done = subprocess.run(
        [sys.executable, "-c", SERVICE.format(style=style)], capture_output=True, text=True, check=True
    )
    assert "request.failed" in done.stderr and "KeyError" in done.stderr and "handle" in done.stderr
    assert "secretsecret" not in done.stderr


@pytest.mark.parametrize("style", ["text", "json"])
@pytest.mark.parametrize("end", ["a full disk", "a reader that has gone", "none at all"])
def test_a_log_that_cannot_be_written_ends_nothing(style: str, end: str) -> None:
    """Neither ninep's lines nor those of the standard logging, nor the last words of a service."""
    descriptor = unwritable(end)
    code = f"import os\nos.dup2({descriptor}, 2) if {descriptor} >= 0 else os.close(2)\n" + SERVICE.format(style=style)
    try:
        done = subprocess.run(
            [sys.executable, "-c", code],
            stdout=subprocess.PIPE,
            text=True,
            check=True,
            pass_fds=[descriptor] if descriptor >= 0 else [],
        )
    finally:
        if descriptor >= 0:
            os.close(descriptor)
    assert done.stdout == "still here\n"


def unwritable(end: str) -> int:
    """A descriptor on which nothing can be said; -1 for none."""
    if end == "a full disk":
        return os.open("/dev/full", os.O_WRONLY)
    if end == "a reader that has gone":
        reader, writer = os.pipe()
        os.close(reader)
        return writer
    return -1
