"""`make` alone is the list of what can be made."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def make(folder: Path, *arguments: str) -> str:
    command = ["make", "--no-print-directory", *arguments]
    return subprocess.run(command, cwd=folder, check=True, capture_output=True, text=True, timeout=60).stdout


def listed(text: str) -> dict[str, str]:
    return dict(re.findall(r"^  make (\w+) +(\S.*)$", text, re.MULTILINE))


def test_make_lists_its_targets() -> None:
    """Every line is a target with what it does, and every one of them can be made."""
    text = make(ROOT)
    targets = listed(text)
    assert len(targets) == len(text.splitlines())
    assert {"setup", "up", "test", "lint", "types", "clean"} < set(targets)
    for target in targets:
        assert make(ROOT, "--dry-run", target)


@pytest.mark.parametrize(
    ("target", "file"),
    [
        ("bench", "bench/__main__.py"),
        ("fuzz", "tests/fuzz/test_bytes.py"),
        ("soak", "tests/soak/test_day.py"),
        ("interop", "tests/interop/test_9p.py"),
    ],
)
def test_what_is_not_there_is_not_offered(target: str, file: str, tmp_path: Path) -> None:
    """A target is listed when its files are there."""
    shutil.copy(ROOT / "Makefile", tmp_path)
    assert target not in listed(make(tmp_path))
    (tmp_path / file).parent.mkdir(parents=True)
    (tmp_path / file).touch()
    assert target in listed(make(tmp_path))


def test_ci_runs_what_a_person_runs() -> None:
    """.ci/run is lint, types, test, interop and a minute of fuzz, with nobody at the terminal."""
    text = (ROOT / ".ci/run").read_text()
    assert "make --no-print-directory lint types test interop fuzz </dev/null" in text
    assert (ROOT / ".ci/run").stat().st_mode & 0o111
