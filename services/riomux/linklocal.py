"""Keeping what `ctl` may reach off the link: addresses that mean something on one wire alone are not mounted.

At 169.254.169.254 the clouds hand out a machine's own credentials to whoever asks from that machine, and whoever may
write `ctl` has the multiplexer ask. RFC 3927 (169.254/16) and RFC 4291 2.5.6 (fe80::/10) say which they are.
"""

from __future__ import annotations

import socket
from ipaddress import IPv6Address, ip_address

import trio

from ninep import FileError
from ninep.dial import TIMEOUT, Address, dial


def is_link_local(host: str) -> bool:
    """Whether a numeric address is one of a single link, written as IPv4 in IPv6 or not."""
    address = ip_address(host)
    if isinstance(address, IPv6Address) and address.ipv4_mapped:
        return address.ipv4_mapped.is_link_local
    return address.is_link_local


async def refuse_link_local(address: Address) -> None:
    """FileError if an address is link-local, or the name of one. What cannot be looked up now is for who dials it."""
    if address.network != "tcp":
        return
    found = list[str]()
    with trio.move_on_after(TIMEOUT):
        try:
            answers = await trio.socket.getaddrinfo(address.host, address.port, type=socket.SOCK_STREAM)
        except OSError:
            return  # no machine of that name: the dial says so
        found = [str(where[0]) for *_, where in answers]
    for host in filter(is_link_local, found):
        _refuse(address, host)


async def dial_beyond_the_link(address: Address) -> socket.socket:
    """A connected socket as `ninep.dial` makes it, or FileError if it leads to a link-local address."""
    await refuse_link_local(address)
    sock = await dial(address)
    if sock.family != socket.AF_UNIX:
        host = str(sock.getpeername()[0])
        if is_link_local(host):  # the name meant something else a moment ago
            sock.close()
            _refuse(address, host)
    return sock


def _refuse(address: Address, host: str) -> None:
    what = "is" if host == address.host else f"stands for {host},"
    raise FileError(f"{address.host} {what} a link-local address, and those are not mounted; give one of your network")
