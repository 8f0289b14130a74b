"""requirements.lock: all that the parts ask for, pinned, hashed, and no word of where it came from."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[2]
LOCK = (ROOT / "requirements.lock").read_text()
OURS = {"ninep", "peribus-llmfs", "peribus-rio", "peribus-riomux", "peribus-voice"}


def pins() -> dict[str, list[str]]:
    """Package -> its versions (one for each range of Pythons)."""
    found: dict[str, list[str]] = {}
    for name, version in re.findall(r"^([a-z0-9-]+)==([^ ]+)", LOCK, re.MULTILINE):
        found.setdefault(name, []).append(version)
    return found


def asked() -> list[Requirement]:
    """What the parts and the tools ask for."""
    texts = []
    for path in [ROOT / "libs/ninep/pyproject.toml", *sorted(ROOT.glob("services/*/pyproject.toml"))]:
        project = tomllib.loads(path.read_text())
        texts += project["build-system"]["requires"] + project["project"]["dependencies"]
        texts += [text for extra in project["project"].get("optional-dependencies", {}).values() for text in extra]
    lines = (ROOT / "deploy/requirements.in").read_text().splitlines()
    texts += [line for line in lines if line and line[0] not in "#-"]
    return [requirement for requirement in map(Requirement, texts) if requirement.name not in OURS]


@pytest.mark.parametrize("requirement", asked(), ids=str)
def test_what_is_asked_for_is_locked(requirement: Requirement) -> None:
    """Every requirement has a pin that satisfies it; if not: make lock."""
    versions = pins().get(canonicalize_name(requirement.name), [])
    assert versions
    assert all(version in requirement.specifier for version in versions)


def test_every_pin_has_hashes() -> None:
    """pip install --require-hashes takes nothing else."""
    _, *entries = re.split(r"^(?=[a-z0-9-]+==)", LOCK, flags=re.MULTILINE)
    assert len(entries) == sum(map(len, pins().values()))
    assert all("--hash=sha256:" in entry for entry in entries)


def test_no_address_is_named() -> None:
    """A lock that names a host works only where that host does."""
    assert not re.search(r"://|--index|--extra-index|--find-links|@ ", LOCK)
