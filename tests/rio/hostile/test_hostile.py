"""Hostile programs against a real display, one after another: contained, alive, unharmed, and nothing got out."""

import pytest
from tests.rio.hostile.siege import Attempt, Siege, attempts


@pytest.mark.parametrize("attempt", attempts(slow=False), ids=lambda attempt: attempt.name)
async def test_it_is_contained(siege: Siege, attempt: Attempt) -> None:
    """The picture of the version before stands, others are answered meanwhile, the next program runs, and no file,
    packet, process or descriptor is left of it. Without a cage all this is tried, but files and packets are not proven.
    """
    print(await siege.endure(attempt))


def test_there_are_more_than_fifty() -> None:
    """Each says what it tries, and no two say the same."""
    every = [*attempts(slow=False), *attempts(slow=True)]
    assert len({attempt.tries for attempt in every}) == len(every) > 50
