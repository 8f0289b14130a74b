"""Hostile programs that take seconds: those that fill something, and those that are heavy to draw."""

import pytest
from tests.rio.hostile.siege import Attempt, Siege, attempts


@pytest.mark.timeout(300)
@pytest.mark.parametrize("attempt", attempts(slow=True), ids=lambda attempt: attempt.name)
async def test_it_is_contained(siege: Siege, attempt: Attempt) -> None:
    """As for the others."""
    print(await siege.endure(attempt))
