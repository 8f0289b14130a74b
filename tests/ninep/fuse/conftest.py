"""What the tests of the mount share: where FUSE cannot be had, none of them is run."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from tests.ninep.fuse.mounts import OURS, STOCK, why_not


@pytest.fixture
def place(place: Path) -> Path:
    """A directory of ours alone, in which something can be mounted."""
    if reason := why_not():
        pytest.skip(reason)
    return place


@pytest.fixture(params=[OURS, STOCK])
def by(request: pytest.FixtureRequest) -> str:
    """Who mounts: what both must do is tried with both."""
    if request.param == STOCK and not shutil.which(STOCK):
        pytest.skip("plan9port's 9pfuse is not on PATH")
    return str(request.param)
