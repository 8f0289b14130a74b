"""A person whose shell stands in a mount of everything, while the display behind it comes and goes."""

from __future__ import annotations

import signal
from pathlib import Path

import pytest
from tests.e2e.machine import open_machine
from tests.e2e.picture import patch
from tests.ninep.fuse.mounts import OURS, why_not
from tests.riomux.test_live_recovery import shell_and_mount


@pytest.mark.skipif(bool(why_not()), reason=why_not() or "it can be mounted")
async def test_a_shell_stands_in_the_scene(tmp_path: Path) -> None:
    """`cd rio/scene`, then the display is stopped, and killed: `cat` works again in that very shell."""
    async with open_machine(tmp_path) as machine:
        await machine.start("rio", "--headless")
        await machine.start("riomux", f"rio={machine.address('rio')}")
        async with shell_and_mount(machine.namespace, OURS) as shell:
            assert await shell(f"cd {machine.namespace}/mount/rio/scene; echo 'box(color=\"red\")' > parse") == ""
            picture = tmp_path / "picture"
            for how in (signal.SIGTERM, signal.SIGKILL):  # in this order, for a crash loses what is new
                await machine.kill("rio", how)
                assert "nput/output error" in await shell("cat ctl")
                await machine.restart("rio", "--headless", mounted="rio")
                assert await shell(f"cat ../screen > {picture}") == ""
                assert patch(picture.read_bytes(), "red").pixels > 5000
                assert "ctl" in (await shell("ls")).split()
