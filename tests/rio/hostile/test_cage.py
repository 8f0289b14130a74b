"""The cage itself: what is written and sent in it is seen, or the siege would prove nothing."""

import socket
import subprocess
import sys
from pathlib import Path

from tests.rio.hostile.cage import Cage, skip_if_open
from tests.rio.hostile.conftest import Cages
from tests.rio.hostile.inside import ABSTRACT, PORT

SENDS = f"""
import socket
socket.create_connection(("127.0.0.1", {PORT})).close()
socket.socket(type=socket.SOCK_DGRAM).sendto(b"x", ("192.0.2.7", 80))
socket.socket(socket.AF_UNIX).connect({ABSTRACT!r})
"""


async def _closed(cages: Cages) -> Cage:
    cage = await cages.cage()
    skip_if_open(cage)
    return cage


def _inside(cage: Cage, *command: str) -> None:
    """Run something where rio runs, without its walls."""
    pid = str(cage.process.pid)
    subprocess.run(["nsenter", "--target", pid, "--mount", "--net", "--root", *command], check=True, timeout=60)


def _is_there(path: str) -> bool:
    return Path(path).exists()


async def test_what_is_written_is_seen(cages: Cages) -> None:
    """Anywhere on the disk, and in shared memory; and it is not really there."""
    cage = await _closed(cages)
    before = cage.written()
    _inside(cage, "touch", "/var/tmp/rio-was-here", "/dev/shm/rio-was-here", "/etc/rio-was-here")
    new = {name for name, _, _ in cage.written() - before}
    assert {name.rpartition("/")[2] for name in new} == {"rio-was-here"}
    assert len(new) == 3
    assert not _is_there("/etc/rio-was-here")
    cages.abandon()


async def test_what_is_sent_is_counted_and_heard(cages: Cages) -> None:
    """By TCP, by UDP to anywhere, and by a socket without a file."""
    cage = await _closed(cages)
    before = cage.packets()
    _inside(cage, sys.executable, "-I", "-c", SENDS)
    assert cage.packets() > before
    assert len(cage.reached()) == 2
    assert {listener.family for listener in cage.listeners} == {socket.AF_INET, socket.AF_UNIX}
    cages.abandon()
