"""The README's session as it is meant: with cat and echo, in a mount of the whole machine."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import trio
from tests.e2e.machine import Machine, open_fleet
from tests.e2e.picture import patch
from tests.ninep.fuse.mounts import why_not

pytestmark = pytest.mark.skipif(bool(why_not()), reason=why_not() or "it can be")


@pytest.fixture
async def fleet(tmp_path: Path) -> AsyncIterator[Machine]:
    """A fleet, and its mux mounted at `n` in the machine's folder."""
    async with open_fleet(tmp_path) as machine:
        await machine.sh(f"mkdir {tmp_path}/n && ninep mount {tmp_path}/n")
        try:
            yield machine
        finally:
            with trio.CancelScope(shield=True):
                await machine.sh(f"umount {tmp_path}/n || umount -l {tmp_path}/n")


async def test_the_session_of_the_readme(fleet: Machine) -> None:
    """An agent is made, asked and drawn, seen and undone, and a mistake is a write error, all with cat and echo."""
    n = fleet.folder / "n"
    await fleet.sh(f"echo 'new claude' > {n}/llm/ctl")
    await fleet.sh(f"echo 'draw a red cube' > {n}/llm/claude/input")
    await fleet.sh(f"cat {n}/llm/claude/output > {n}/rio/scene/parse")
    shot = (await fleet.sh(f"cat {n}/rio/screen > {n.parent}/shot.png; cat {n.parent}/shot.png")).out
    assert patch(shot, "red").pixels > 5000, "no cube to be seen"
    assert (await fleet.sh(f"cat {n}/llm/claude/state")).text.strip()
    listing = (await fleet.sh(f"ls -lR {n}")).text
    for name in ("output", "parse", "color"):
        assert f" {name}\n" in listing

    await fleet.sh(f"echo blue > {n}/rio/scene/nodes/cube/color")
    assert patch((await fleet.sh(f"cat {n}/rio/screen")).out, "blue").pixels > 5000
    refused = await fleet.sh(f"echo blurple > {n}/rio/scene/nodes/cube/color", check=False)
    assert refused.status == 1
    assert "write error" in refused.err

    await fleet.sh(f"echo undo > {n}/rio/version")
    assert patch((await fleet.sh(f"cat {n}/rio/screen")).out, "red").pixels > 5000
    await fleet.sh(f"rm -r {n}/rio/scene/nodes/cube")
    assert patch((await fleet.sh(f"cat {n}/rio/screen")).out, "red").pixels < 300
