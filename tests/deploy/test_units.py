"""Five ways to start the fleet, one fleet: what deploy/fleet.py says, the others say too."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
from configparser import ConfigParser
from pathlib import Path

import pytest
from deploy.fleet import Member, members

ROOT = Path(__file__).parents[2]
UNITS = ROOT / "deploy/systemd"
FLEET = members(Path("/NS"), headless=True, device="null")


def words(member: Member) -> list[str]:
    """A member's command without its folder."""
    return [Path(member.command[0]).name, *member.command[1:]]


def unit(member: Member) -> ConfigParser:
    parser = ConfigParser(strict=False, interpolation=None)
    parser.optionxform = str  # type: ignore[assignment,method-assign]  # as configparser's manual says to keep the case
    parser.read(UNITS / f"peribus-{member.name}.service")
    return parser


@pytest.mark.parametrize("member", FLEET, ids=lambda member: member.name)
def test_units_start_the_same_commands(member: Member) -> None:
    """Each unit runs its member's command; what rio and voice need on a server comes by the environment."""
    command = unit(member)["Service"]["ExecStart"].replace("${NAMESPACE}", "/NS")
    assert command.startswith("%h/peribus/.venv/bin/")
    mounts = [word for word in words(member)[1:] if "=" in word]
    assert shlex.split(Path(command).name if not mounts else command.partition("bin/")[2]) == [member.name, *mounts]


def test_the_target_has_every_unit() -> None:
    """peribus.target starts the whole fleet, and stops it."""
    wanted = re.findall(r"peribus-\w+\.service", (UNITS / "peribus.target").read_text())
    assert sorted(wanted) == sorted(path.name for path in UNITS.glob("*.service"))
    assert sorted(wanted) == sorted(f"peribus-{member.name}.service" for member in FLEET)
    assert all(unit(member)["Unit"]["PartOf"] == "peribus.target" for member in FLEET)


def test_keys_reach_llmfs_alone() -> None:
    """Only the unit of llmfs reads the file of keys, only its container is handed them."""
    with_keys = [member.name for member in FLEET if "/keys" in (UNITS / f"peribus-{member.name}.service").read_text()]
    assert with_keys == ["llmfs"]
    compose = (ROOT / "docker-compose.yml").read_text()
    assert "_API_KEY" in compose[compose.index("  llmfs:") : compose.index("  rio:")]
    assert compose.count("_API_KEY") == compose[compose.index("  llmfs:") : compose.index("  rio:")].count("_API_KEY")


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="systemd-analyze is not installed")
def test_systemd_takes_the_units(tmp_path: Path) -> None:
    """`systemd-analyze verify` has nothing to say: an unknown key is only a warning to it, and status 0."""
    (tmp_path / "peribus").symlink_to(ROOT)
    (tmp_path / "run").mkdir()
    env = {**os.environ, "HOME": str(tmp_path), "XDG_RUNTIME_DIR": str(tmp_path / "run")}
    command = ["systemd-analyze", "--user", "verify", *sorted(map(str, UNITS.iterdir()))]
    done = subprocess.run(command, env=env, capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stderr) == (0, "")


def test_the_procfile_is_the_fleet() -> None:
    """The Procfile's commands are the fleet's."""
    lines = (ROOT / "deploy/Procfile").read_text().splitlines()
    commands = dict(line.split(": ", 1) for line in lines if not line.startswith("#"))
    default = re.escape("${NAMESPACE:-/tmp/ns.$USER.:0}")
    for member in FLEET:
        command = re.sub(default, "/NS", commands[member.name]).removeprefix(".venv/bin/").split()
        assert command == [word for word in words(member) if word not in ("--device", "null")]


def test_compose_is_the_fleet() -> None:
    """The containers' commands are the fleet's, at the sockets of the shared volume."""
    compose = (ROOT / "docker-compose.yml").read_text().replace("/run/peribus", "/NS")
    commands = [command.split() for command in re.findall(r"^    command: (.*)$", compose, re.MULTILINE)]
    assert commands == [words(member) for member in FLEET]
    checks = re.findall(r"ninep -a unix!/NS/(\w+) read /health", compose)
    assert checks == [member.socket.name for member in FLEET]
