"""A short soak of the multiplexer; `make soak` has the long one."""

from __future__ import annotations

from tests.soak.mux import soak


async def test_a_short_soak() -> None:
    """Twenty seconds of deaths, stops, removals, renames, flushes and hang-ups: no byte of another, nothing left."""
    figures = await soak(20, "short")
    assert "_read_lasting" in figures
