"""How long and how much: what runs into a limit is told in words, and the next program runs."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.rio.workers import Worker, started

from rio.wire import Output

DEEP = 100_000


@pytest.fixture
def worker(tmp_path: Path) -> Iterator[Worker]:
    """With little patience and little memory."""
    worker = started(tmp_path, "--patience=0.3", "--memory=700")
    yield worker
    worker.kill()


def test_a_loop_is_ended_with_its_line(worker: Worker) -> None:
    """What ran before it stays."""
    played = worker.play("x = 1\nwhile True:\n    x += 1\nprint('never')\n")
    assert played.error is not None
    assert played.error.startswith("line ")
    assert played.error.endswith("ran for 0.3 s and was ended; let on_frame or every do long work in pieces")
    assert worker.print("x > 1") == "True"


def test_endless_printing_is_ended(worker: Worker) -> None:
    """In the midst of a message, too: those stay whole."""
    played = worker.play("while True: print('x' * 1000)")
    assert played.error is not None
    assert "ran for 0.3 s" in played.error
    assert worker.print("1") == "1"


def test_many_short_statements_are_no_long_one(worker: Worker) -> None:
    """Each has the whole patience; ten thousand of them are run."""
    assert worker.play("import time\n" + "time.sleep(0.1)\n" * 5).error is None
    assert worker.play("x = 0\n" + "x += 1\n" * 10_000).error is None
    assert worker.print("x") == "10000"


def test_a_function_is_ended_and_suspended(worker: Worker) -> None:
    """With the same words."""
    worker.play("@after(0)\ndef wild():\n    while True: pass\n")
    assert "wild, line 3, in wild: ran for 0.3 s and was ended" in worker.until(Output).text


@pytest.mark.parametrize("much", ["bytearray(1 << 40)", "np.zeros((1 << 20, 1 << 20))", "[0] * (1 << 40)"])
def test_too_much_memory_is_told_with_how_much_there_is(worker: Worker, much: str) -> None:
    """And nothing of it is kept."""
    error = worker.play(f"x = {much}").error
    assert error is not None
    assert "MemoryError" in error
    assert error.endswith("; a program may use 0.684 GiB")
    assert worker.print("1") == "1"


@pytest.mark.parametrize(
    "source",
    ["(" * DEEP, "-" * DEEP + "1", "x" + ".y" * DEEP, "[" * 150 + "]" * 150 + "+" * DEEP + "1", "not " * DEEP + "1",
     "x = " + "1 + " * DEEP + "1", "".join(" " * depth + "if 1:\n" for depth in range(150))],
    ids=["brackets", "signs", "dots", "both", "nots", "sums", "blocks"],
)  # fmt: skip
def test_deep_nesting_is_an_error_of_its_statement(worker: Worker, source: str) -> None:
    """Python gives up on it; the worker lives."""
    played = worker.play(source + "\n")
    assert played.error is not None
    assert worker.print("1") == "1"
