"""A hundred thousand flushes, each in a race with what it flushes."""

from __future__ import annotations

import pytest
from tests.ninep.races import race


@pytest.mark.timeout(900)
@pytest.mark.parametrize("restarts", [False, True], ids=["one session", "sessions that end"])
async def test_flushes_race_with_all_else(restarts: bool) -> None:
    """Never a reply after its Rflush, never anything lost: half of them in sessions that last, half in short ones."""
    for seed in range(100, 150):
        await race(1000, seed, restarts=restarts)
