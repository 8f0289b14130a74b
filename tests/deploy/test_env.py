"""The example of an environment says what the services can be told, all of it, as it is."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_the_example_is_up_to_date() -> None:
    """.env.example is what `make env` would write, on any machine."""
    made = subprocess.run([sys.executable, "-m", "deploy.env"], cwd=ROOT, check=True, capture_output=True, text=True)
    assert (ROOT / ".env.example").read_text() == made.stdout, "say make env"


def test_it_changes_nothing_as_it_is() -> None:
    """Every setting is commented out, and said once."""
    lines = [line for line in (ROOT / ".env.example").read_text().splitlines() if line]
    assert all(line.startswith("#") for line in lines)
    names = re.findall(r"^#([A-Z_]+)=", "\n".join(lines), re.MULTILINE)
    assert len(names) == len(set(names)) > 20


def test_compose_hands_every_key_on() -> None:
    """A provider's key that llmfs knows reaches its container."""
    keys = set(re.findall(r"[A-Z_]+_API_KEY", (ROOT / ".env.example").read_text()))
    assert len(keys) > 5
    assert keys <= set(re.findall(r"^      - (\w+)$", (ROOT / "docker-compose.yml").read_text(), re.MULTILINE))
