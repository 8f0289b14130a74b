"""What others on the network say of themselves: the file `discovered`.

    add truck-3fa2 192.168.1.50:5642  # seen 12 s ago
    add attic-09bc 192.168.1.60:5642/rio  # seen 7 min ago

Each line is a suggestion that a person may write to `ctl`; nothing is ever added by itself. Whoever is on the network
can say anything, so a line is made only of what has been checked: a name that a mount may have, a numeric address
beyond the link, a path of plain names. All else is passed over, and of those who call, MOST are kept.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from ipaddress import IPv6Address, ip_address
from threading import Lock
from time import monotonic
from typing import NamedTuple

from ninep import FileError
from riomux.linklocal import is_link_local
from riomux.mounts import check_name, span

MOST = 256
OFF = "discovery is off; start riomux with --discover to look for other machines"

_PATH = re.compile(r"(/\w[\w.-]{0,63}){0,16}/?", re.ASCII)


class Found(NamedTuple):
    """Another multiplexer."""

    name: str
    address: str
    seen: float  # seconds of the clock


class Discovered:
    """Who has been heard of. Used by threads of the mDNS library and by the tree."""

    def __init__(self, clock: Callable[[], float] = monotonic) -> None:
        self.note = OFF  # what stands in the file instead of nobody
        self.own = ""  # the name under which we are announced ourselves
        self._clock = clock
        self._lock = Lock()
        self._found: dict[str, Found] = {}

    def hear(self, name: str, addresses: Sequence[str], port: int, path: str) -> None:
        """Somebody says that a multiplexer of this name is at these numeric addresses."""
        address = _address(addresses, port, path)
        if address is None or name == self.own or not _is_name(name):
            return
        with self._lock:
            self._found.pop(name, None)
            if len(self._found) >= MOST:
                del self._found[next(iter(self._found))]  # who was seen longest ago
            self._found[name] = Found(name, address, self._clock())

    def forget(self, name: str) -> None:
        """It has said goodbye, or its time is over."""
        with self._lock:
            self._found.pop(name, None)

    def names(self) -> list[str]:
        """Who is listed, the one that was seen longest ago first."""
        with self._lock:
            return [*self._found]

    def text(self) -> str:
        """A line for each."""
        with self._lock:
            found, now = sorted(self._found.values()), self._clock()
        lines = [f"add {each.name} {each.address}  # seen {span(now - each.seen)} ago\n" for each in found]
        return "".join(lines) or f"# {self.note}\n"


def _is_name(name: str) -> bool:
    try:
        check_name(name)
    except FileError:
        return False
    return True


def _address(addresses: Sequence[str], port: int, path: str) -> str | None:
    """The first address that others can use, as `ctl` takes it; IPv4 before IPv6."""
    good = sorted(filter(_is_reachable, addresses), key=lambda text: ip_address(text).version)
    if not good or not 0 < port < 65536 or not _PATH.fullmatch(path):
        return None
    host = f"[{good[0]}]" if isinstance(ip_address(good[0]), IPv6Address) else good[0]
    return f"{host}:{port}{path.rstrip('/')}"


def _is_reachable(text: str) -> bool:
    try:
        address = ip_address(text)
    except ValueError:
        return False
    return not (is_link_local(text) or address.is_loopback or address.is_multicast or address.is_unspecified)
