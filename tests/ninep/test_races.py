"""Whoever wins a race between a request and its flush, both sides know it. `make soak` runs a hundred thousand."""

from __future__ import annotations

import pytest
from tests.ninep.races import race


@pytest.mark.parametrize("restarts", [False, True], ids=["one session", "sessions that end"])
async def test_flushes_race_with_all_else(restarts: bool) -> None:
    """Reads, clunks, flushes of flushes, tags used again: no reply after an Rflush, and nothing lost."""
    for seed in range(4):
        await race(500, seed, restarts=restarts)
