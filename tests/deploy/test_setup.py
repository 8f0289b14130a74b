"""deploy/setup, run for real in a small checkout: the library and one service, nothing locked, made-up packages.

apt-get and sudo are stand-ins that write down what they were asked, for a test must not install anything.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sysconfig
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
NOBODY = 65534
WRITE_DOWN = '#!/bin/sh\necho "$(basename "$0") $*" >> "$ASKED"\n'


class Checkout:
    """A small checkout in a folder that every user may enter."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.programs = folder / "programs"  # stand in front of the system's own
        self.asked = folder / "asked"
        for part in ("libs/ninep", "services/voice"):
            shutil.copytree(ROOT / part, folder / part)
        (folder / "deploy").mkdir()
        shutil.copy(ROOT / "deploy/setup", folder / "deploy/setup")
        (folder / "requirements.lock").touch()
        (folder / "deploy/packages.txt").write_text("[needed]\nbase-files  is everywhere\n")
        self.programs.mkdir()
        self.asked.touch()
        self.asked.chmod(0o666)
        folder.chmod(0o755)

    def wants(self, group: str, package: str) -> None:
        with (self.folder / "deploy/packages.txt").open("a") as file:
            file.write(f"\n[{group}]\n{package}  for a test\n")

    def program(self, name: str, script: str = WRITE_DOWN) -> None:
        (self.programs / name).write_text(script)
        (self.programs / name).chmod(0o755)

    def setup(self, *steps: str, user: int | None = None) -> subprocess.CompletedProcess[str]:
        """Run it, as another user if asked (who can be had only by root)."""
        env = {
            "PATH": f"{self.programs}:{os.environ['PATH']}",
            "PYTHONPATH": sysconfig.get_path("purelib"),  # where the build backend is found, since nothing is locked
            "ASKED": str(self.asked),
            "HOME": str(self.folder),
        }
        return subprocess.run(
            [self.folder / "deploy/setup", *steps],
            env=env,
            user=user,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=100,
        )


@pytest.fixture
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Checkout]:
    base = Path(subprocess.check_output(["mktemp", "-d", "/tmp/setup-XXXXXX"], text=True).strip())
    yield Checkout(base)
    shutil.rmtree(base)


def test_a_fresh_checkout_and_once_more(checkout: Checkout) -> None:
    """The first time makes .venv with our commands in it; the second finds nothing to do and says nothing."""
    first = checkout.setup()
    assert first.returncode == 0, first.stderr
    assert first.stdout.splitlines()[-1] == "setup: ready"
    ninep = checkout.folder / ".venv/bin/ninep"
    assert ninep.exists()

    again = checkout.setup()
    assert (again.returncode, again.stdout, again.stderr) == (0, "", "")

    (checkout.folder / "requirements.lock").write_text("# changed\n")
    assert checkout.setup().stdout.endswith("setup: ready\n")

    moved = checkout.folder / "moved"  # an environment that was moved would still start programs of its old place
    moved.mkdir()
    for name in ("deploy", "libs", "services", "requirements.lock", ".venv"):
        (checkout.folder / name).rename(moved / name)
    checkout.folder = moved
    assert checkout.setup().stdout.startswith("setup: making .venv with Python 3")
    assert str(moved) in (moved / ".venv/bin/ninep").read_text()


def test_an_administrator_installs_what_is_missing(checkout: Checkout) -> None:
    """Missing packages, and only they, are installed without a question, by root or by sudo."""
    checkout.wants("needed", "peribus-needed")
    checkout.wants("optional", "peribus-optional")
    checkout.program("apt-get")
    checkout.program("sudo", '#!/bin/sh\necho "sudo $*" >> "$ASKED"; shift; exec "$@"\n')
    assert checkout.setup("packages").returncode == 0
    asked = [line for line in checkout.asked.read_text().splitlines() if line.startswith("apt-get")]
    assert asked == [
        "apt-get update --quiet=2",
        "apt-get install --yes --quiet=2 --no-install-recommends peribus-needed",
        "apt-get install --yes --quiet=2 --no-install-recommends peribus-optional",
    ]


def test_an_optional_package_that_cannot_be_had_is_gone_without(checkout: Checkout) -> None:
    """It is said what is missing, and the rest goes on."""
    checkout.wants("optional", "peribus-optional")
    checkout.program("apt-get", "#!/bin/sh\nexit 100\n")
    checkout.program("sudo", '#!/bin/sh\nshift; exec "$@"\n')
    done = checkout.setup("packages")
    assert done.returncode == 0
    assert "going on without peribus-optional (deploy/packages.txt says what for)" in done.stdout


ORDINARY = NOBODY if os.getuid() == 0 else None


def test_without_an_administrator_the_line_is_printed(checkout: Checkout) -> None:
    """Who may not install is told the exact line; what is optional does not stop the set-up."""
    checkout.wants("optional", "peribus-optional")
    checkout.program("sudo", "#!/bin/sh\nexit 1\n")
    done = checkout.setup("packages", user=ORDINARY)
    assert done.returncode == 0, done.stderr
    line = "apt-get update && apt-get install --yes --no-install-recommends peribus-optional"
    assert f"ask an administrator to run:\n\n    {line}\n\n" in done.stdout
    assert "going on without peribus-optional" in done.stdout


def test_without_an_administrator_a_needed_package_is_an_error(checkout: Checkout) -> None:
    """What is needed stops the set-up, after the line that helps."""
    checkout.wants("needed", "peribus-needed")
    checkout.program("sudo", "#!/bin/sh\nexit 1\n")
    done = checkout.setup("packages", user=ORDINARY)
    assert done.returncode == 1
    assert "apt-get install --yes --no-install-recommends peribus-needed\n" in done.stdout
    assert done.stderr == "setup: it cannot go on without peribus-needed\n"


def test_a_python_that_does_not_run_is_none(checkout: Checkout) -> None:
    """A name on the PATH may lead nowhere (as pyenv's do); then Python is asked of the system, and missed in words."""
    checkout.wants("python", "peribus-python")
    checkout.program("apt-get")
    checkout.program("sudo", '#!/bin/sh\nshift; exec "$@"\n')
    for name in ("python3", "python3.11", "python3.12", "python3.13", "python3.14"):
        checkout.program(name, "#!/bin/sh\nexit 127\n")
    done = checkout.setup()
    assert done.returncode == 1
    assert "install --yes --quiet=2 --no-install-recommends peribus-python" in checkout.asked.read_text()
    assert "Python 3.11 or newer (with venv) is needed" in done.stderr


def test_an_unknown_step_is_refused(checkout: Checkout) -> None:
    """In one line, with those there are."""
    assert checkout.setup("pakages").stderr == "setup: unknown step pakages; try: packages dependencies interop\n"
