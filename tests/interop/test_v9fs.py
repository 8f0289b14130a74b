"""The Linux kernel's own 9P client against our servers: `v9fs.sh`, in a guest that is booted once for all of it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from tests.interop import guest
from tests.interop.served import Servers, started

SCRIPT = (Path(__file__).parent / "v9fs.sh").read_text()
PATIENCE = 100.0  # seconds for all of it; the machine may have other things to do
TARGETS = {
    "disk": ("file disk", "/disk"),
    "files": ("file", "/tree/files"),
    "tree": ("stream", "/tree"),
    "disk-behind-mux": ("file disk", "/mux/disk"),
    "tree-behind-mux": ("stream", "/mux/tree"),
    "mux": ("mux", "/mux"),
}
"""Who is asked: the kinds of checks, and where it is mounted."""

pytestmark = pytest.mark.skipif(bool(guest.why_not()), reason=guest.why_not() or "it can be")


def _checks(kinds: str) -> list[str]:
    return [check for kind in kinds.split() for check in re.findall(rf"^({kind}_\w+)\(\)", SCRIPT, re.M)]


def _mounting(servers: Servers) -> str:
    """The end of the script: TCP to the servers themselves, a unix socket to the multiplexer."""
    disk, tree, mux = (address.rpartition("!")[2] for address in (servers.disk, servers.tree, servers.mux))
    targets = "".join(f"{kind} {name} {where}\n" for name, (kinds, where) in TARGETS.items() for kind in kinds.split())
    return (
        f"mount9p disk trans=tcp,port={disk} 10.0.2.2\nmount9p tree trans=tcp,port={tree} 10.0.2.2\n"
        f"relay mux {mux}\nmount9p mux trans=unix /run/mux\n"
        f"begin <<.\n{targets}.\necho end\n"
    )


@pytest.fixture(scope="session")
def lines(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """What the guest said."""
    with started(tmp_path_factory.mktemp("v9fs")) as servers:
        return guest.boot(SCRIPT + _mounting(servers), PATIENCE)


@pytest.mark.parametrize(
    ("name", "check"), [(name, check) for name, (kinds, _) in TARGETS.items() for check in _checks(kinds)]
)
def test_the_kernel(name: str, check: str, lines: list[str]) -> None:
    """Each check of the script, on each server that it is for."""
    about = [line for line in lines if re.search(rf" {name} {check}(:|$)", line)]
    assert about == [f"ok {name} {check}"], about or lines[-5:]


def test_the_guest_came_to_its_end(lines: list[str]) -> None:
    """Nothing was mounted in vain, and no check took the guest with it."""
    assert "end" in lines and not [line for line in lines if line.startswith("FAIL mount")], lines[-5:]
