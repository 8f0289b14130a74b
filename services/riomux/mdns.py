"""Announcing this multiplexer, and hearing of others, by multicast DNS: RFC 6762 and RFC 6763.

The `zeroconf` library does it, in threads of its own; what they hear goes into `Discovered`, which is all that the rest
of us sees of it. Only a multiplexer that was told to discover imports this module: it takes 16 MiB and 60 ms.
"""

from __future__ import annotations

import socket
from collections.abc import Iterable, Iterator, Sequence
from importlib.metadata import version
from ipaddress import ip_address
from secrets import token_hex
from typing import NoReturn

import ifaddr
import structlog
import trio
from zeroconf import Error, ServiceBrowser, ServiceInfo, ServiceListener, Zeroconf

from ninep.dial import Address
from riomux.discovered import Discovered
from riomux.linklocal import is_link_local

TYPE = "_peribus._tcp.local."
LIFE = 60  # seconds for which others may believe what we say of our address
LOOK = 30.0  # seconds between two looks whether those who are listed are still there
PATIENCE = 1000  # milliseconds for an answer to that
AGAIN = 60.0  # seconds until the network is tried again
GOODBYE = 2.0  # seconds

log = structlog.get_logger("riomux")


async def discover(found: Discovered, listening: Sequence[Address]) -> NoReturn:
    """Take part in the network until cancelled. Where there is none, it is tried again and again."""
    while True:
        try:
            await _take_part(found, _announcement(listening))
        except Exception as error:  # whatever a library makes of a network ends discovery, and not the multiplexer
            found.note = f"the network cannot be asked, and is tried again: {_words(error)}"
            log.warning("discovery.failed", reason=repr(error))
            await trio.sleep(AGAIN)


async def _take_part(found: Discovered, own: ServiceInfo | None) -> None:
    """Speak and listen for as long as this machine has the addresses that it has now."""
    here = _whereabouts()
    network = await trio.to_thread.run_sync(Zeroconf)
    try:
        if own:
            await trio.to_thread.run_sync(lambda: network.register_service(own, allow_name_change=True))
            found.own = _label(own.name)
            log.info("discovery.announced", name=found.own, addresses=own.parsed_addresses())
        found.note = "nobody has been heard of yet"
        ears = _Ears(network, found)
        ServiceBrowser(network, TYPE, ears)
        while _whereabouts() == here:
            await trio.sleep(LOOK)
            await trio.to_thread.run_sync(ears.look_again, abandon_on_cancel=True)
    finally:
        with trio.CancelScope(shield=True), trio.move_on_after(GOODBYE):
            await trio.to_thread.run_sync(network.close, abandon_on_cancel=True)


class _Ears(ServiceListener):
    """Is told by a thread of the library who comes and goes."""

    def __init__(self, network: Zeroconf, found: Discovered) -> None:
        self._network, self._found = network, found

    def add_service(self, zc: Zeroconf, type_: str, name: str) -> None:
        """Somebody is there: ask where."""
        try:
            info = self._network.get_service_info(TYPE, name, timeout=PATIENCE)
        except Error as error:  # we are stopping, or the library is busy; the next look asks again
            log.debug("discovery.unanswered", reason=str(error))
            return
        if info and info.port:
            path = (info.properties.get(b"path") or b"").decode(errors="replace")
            self._found.hear(_label(name), info.parsed_addresses(), info.port, path)

    def update_service(self, zc: Zeroconf, type_: str, name: str) -> None:
        """It is somewhere else, or something else."""
        self.add_service(zc, type_, name)

    def remove_service(self, zc: Zeroconf, type_: str, name: str) -> None:
        """It has gone."""
        self._found.forget(_label(name))

    def look_again(self) -> None:
        """Ask those who are listed whether they are still there; whoever does not say so is seen less and less."""
        for label in self._found.names():
            self.add_service(self._network, TYPE, f"{label}.{TYPE}")


def _words(error: Exception) -> str:
    """On one line."""
    return " ".join(str(error).split()) or type(error).__name__


def _label(name: str) -> str:
    return name.removesuffix(f".{TYPE}")


# What we say of ourselves.


def _announcement(listening: Iterable[Address]) -> ServiceInfo | None:
    """Where others can reach us; None if they cannot."""
    for address in listening:
        hosts = [host for host in _hosts(address) if not ip_address(host).is_loopback and not is_link_local(host)]
        if hosts:
            return ServiceInfo(
                TYPE,
                f"{socket.gethostname().partition('.')[0]}-{token_hex(2)}.{TYPE}",  # none clash that start at once
                address.port,
                properties={"version": version("peribus-riomux"), "path": "/"},
                server=f"peribus-{token_hex(6)}.local.",  # our addresses alone: two hosts may have the same name
                parsed_addresses=hosts,
                host_ttl=LIFE,
            )
    return None


def _hosts(address: Address) -> list[str]:
    """The numeric addresses by which a listening socket can be reached."""
    if address.network != "tcp":
        return []
    if not ip_address(address.host).is_unspecified:
        return [address.host]
    return [*_of_this_machine(has_v6=ip_address(address.host).version == 6)]


def _whereabouts() -> set[str]:
    """Changes when a machine goes from one network to another."""
    return {host for host in _of_this_machine(has_v6=True) if not is_link_local(host)}


def _of_this_machine(*, has_v6: bool) -> Iterator[str]:
    for adapter in ifaddr.get_adapters():
        for each in adapter.ips:
            if isinstance(each.ip, str):
                yield each.ip
            elif has_v6:
                yield each.ip[0]
