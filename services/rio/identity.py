"""Who the worker is: nobody that owns anything, with no rights of its own, and its processes counted apart.

The kernel bounds the number of processes by user (RLIMIT_NPROC), and not at all for root. So:

* root becomes a user whose number nobody else has. Lost: nothing; files that only root can read are out of reach.
* an ordinary user goes into a user namespace of its own, where the kernel counts afresh.
* where neither is allowed, the worker stays who it is; then the limit counts all processes of that user.
"""

import os
from collections.abc import Iterator
from pathlib import Path

from rio import kernel

_NOBODYS_FIRST = 0x7000_0000
"""The first user number above those that systemd gives to containers (uid ranges of systemd.io/UIDS-GIDS)."""

_ALL_IDS = 1 << 32


def step_down(scratch: Path) -> tuple[str, bool]:
    """Leave every right behind; `scratch` goes along. Returns how, and whether processes are counted apart."""
    how, apart = _become_nobody(scratch) if os.geteuid() == 0 else _own_namespace()
    kernel.drop_capabilities()
    return how, apart


def _become_nobody(scratch: Path) -> tuple[str, bool]:
    for number in _strangers():
        try:
            os.setgroups([])
            os.setresgid(number, number, number)
            os.chown(scratch, number, number)
            os.setresuid(number, number, number)
        except OSError:  # not in this user namespace, or no right to change
            continue
        return f"user {number}, which nobody else is", True
    return "root without capabilities: this container does not let it become another user", False


def _strangers() -> Iterator[int]:
    """User numbers that only this worker has, the best first; all are within the namespace's map."""
    apart = os.getpid() % 30_000
    mapped = [tuple(map(int, line.split())) for line in Path("/proc/self/uid_map").read_text().splitlines()]
    for first in (_NOBODYS_FIRST, 30_000):
        if any(start <= first + apart < start + count for start, _, count in mapped):
            yield first + apart


def _own_namespace() -> tuple[str, bool]:
    uid, gid = os.getuid(), os.getgid()
    try:
        kernel.unshare(kernel.CLONE_NEWUSER)
    except OSError:  # switched off here, or a container's filter
        return f"user {uid}, without a user namespace of its own: this machine does not allow one", False
    try:
        Path("/proc/self/setgroups").write_text("deny")
        Path("/proc/self/uid_map").write_text(f"{uid} {uid} 1")
        Path("/proc/self/gid_map").write_text(f"{gid} {gid} 1")
    except OSError:  # it is then nobody, which serves as well
        return "nobody, in a user namespace of its own", True
    return f"user {uid}, in a user namespace of its own", True
