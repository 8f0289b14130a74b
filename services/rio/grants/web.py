"""`http(url)`: what stands at an address of the web, if its host is granted. One GET, over TLS, within bounds.

A name is looked up here, and what it stands for is checked and then connected to, so that it cannot mean something
else a moment later. A name may lead to public addresses alone; a private one has to be granted as the address itself,
and no line opens those at which a cloud hands out a machine's own credentials. No cookies, no proxies, no keys.
"""

import socket
import ssl
from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from typing import TYPE_CHECKING, Any

import trio

from rio.grants.errand import LARGEST, WAIT, Kept, NotGrantedError, Once, RefusedError, text
from rio.grants.granted import HTTPS, Site
from rio.grants.ledger import Ledger

if TYPE_CHECKING:
    import httpx2

MOST_REDIRECTS = 5
MOST_ADDRESSES = 4  # of a name that are tried
CONNECTING = 3.0  # seconds for each of them
LOOKING = 4  # names that are looked up at once
PER_SECOND = 10  # requests; more wait for their turn

# What no line opens: link-local addresses (RFC 3927, RFC 4291 2.5.6), and where clouds hand out credentials:
# Amazon's in IPv6, Alibaba's, Azure's, Oracle's.
_NEVER = [
    ip_network(text)
    for text in ("169.254.0.0/16", "fe80::/10", "fd00:ec2::254/128", "100.100.100.200/32", "168.63.129.16/32")
] + [ip_network("192.0.0.192/32")]
_TRANSLATED = ip_network("64:ff9b::/96")  # RFC 6052: the last four bytes are an IPv4 address

Numeric = IPv4Address | IPv6Address
Look = Callable[[str, int], Awaitable[list[str]]]


class Names:
    """What names stand for. A few threads ask; one that a dead server of names keeps waiting is left behind."""

    def __init__(self) -> None:
        self._limiter = trio.CapacityLimiter(LOOKING)

    async def look_up(self, host: str, port: int) -> list[str]:
        """The numeric addresses of a name, in the order in which to try them. OSError if there are none."""
        ask = partial(socket.getaddrinfo, host, port, type=socket.SOCK_STREAM)
        answers = await trio.to_thread.run_sync(ask, abandon_on_cancel=True, limiter=self._limiter)
        return list(dict.fromkeys(str(where[0]) for *_, where in answers))


class Web:
    """The office for `http`. `context` says which certificates are believed; by default those of this system."""

    def __init__(
        self,
        sites: Sequence[Site],
        ledger: Ledger,
        *,
        context: ssl.SSLContext | None = None,
        look_up: Look | None = None,
    ) -> None:
        self._sites, self._ledger = frozenset(sites), ledger
        self._context, self._look_up = context, look_up or Names().look_up
        self._pace = _Pace(PER_SECOND)
        self.once: dict[str, Once] = {"http": self._get}
        self.kept: dict[str, Kept] = {}

    async def _get(self, program: int, words: list[Any]) -> list[Any]:
        """[status, type, bytes] of a URL, through redirects."""
        import httpx2  # here, since most displays have no grant of the network, and it is 60 ms

        try:
            url = httpx2.URL(text(words, 0, "a URL"))
            for _ in range(1 + MOST_REDIRECTS):
                site = self._granted(program, url)
                answer = await self._ask(httpx2, url, site)
                self._ledger.used(program, site, str(url.copy_with(query=None, fragment=None)))  # keys stand there
                if not (onward := answer[3]):
                    return answer[:3]
                url = url.join(onward)
        except httpx2.InvalidURL as error:
            raise RefusedError(f"not a URL: {error}") from None
        raise RefusedError(f"more than {MOST_REDIRECTS} redirects")

    def _granted(self, program: int, url: "httpx2.URL") -> Site:
        """The grant that covers a URL."""
        if url.scheme != "https" or not url.raw_host:
            raise RefusedError(f"only https://HOST/… can be asked, not {str(url)[:200]!r}")
        if url.userinfo:
            raise RefusedError("a URL with a name or a password in it is not asked")
        site = Site(url.raw_host.decode("ascii").lower().rstrip(".").strip("[]"), url.port or HTTPS)
        if site not in self._sites:
            unfit = NotGrantedError(f"https://{url.netloc.decode('ascii')}", str(site))
            self._ledger.refused(program, unfit.what, str(unfit))
            raise unfit
        return site

    async def _ask(self, httpx2: Any, url: "httpx2.URL", site: Site) -> list[Any]:
        """[status, type, bytes, where it redirects to or ""]."""
        await self._pace.wait()
        if self._context is None:
            self._context = httpx2.create_ssl_context()
        trouble: Exception | None = None
        for address in (await self._addresses(site))[:MOST_ADDRESSES]:
            try:
                return await self._ask_at(httpx2, url, address)
            except (httpx2.ConnectError, httpx2.ConnectTimeout) as error:
                trouble = error
            except httpx2.HTTPError as error:
                raise RefusedError(f"{site.host}: {_why(error)}") from None
        raise RefusedError(f"{site.host} cannot be reached: {_why(trouble)}")

    async def _ask_at(self, httpx2: Any, url: "httpx2.URL", address: str) -> list[Any]:
        """At this address and no other: the name is for the certificate, and for the server."""
        named = url.raw_host.decode("ascii").strip("[]")
        headers = {"Host": url.netloc.decode("ascii"), "Accept-Encoding": "identity", "User-Agent": "peribus-rio"}
        async with (
            httpx2.AsyncClient(
                verify=self._context, trust_env=False, timeout=httpx2.Timeout(WAIT, connect=CONNECTING)
            ) as client,
            client.stream(
                "GET", url.copy_with(host=address), headers=headers, extensions={"sni_hostname": named}
            ) as response,
        ):
            if response.has_redirect_location:
                return [0, "", b"", response.headers["location"]]
            if response.headers.get("content-encoding", "identity").lower() != "identity":
                raise RefusedError(f"{named} answers in {response.headers['content-encoding']}, which is not unpacked")
            return [response.status_code, response.headers.get("content-type", ""), await _body(response, named), ""]

    async def _addresses(self, site: Site) -> list[str]:
        """Where a site is, if that may be gone to; all that its name stands for has to be fit."""
        try:
            told = ip_address(site.host)
        except ValueError:
            told = None
        try:
            found = [site.host] if told else await self._look_up(site.host, site.port)
        except (OSError, UnicodeError) as error:
            raise RefusedError(f"there is no host {site.host}: {getattr(error, 'strerror', None) or error}") from None
        for address in found:
            _check(site, ip_address(address.partition("%")[0]), by_name=told is None)
        return found


class _Pace:
    """So many a second; who comes too soon waits."""

    def __init__(self, per_second: int) -> None:
        self._apart, self._burst = 1 / per_second, 1.0
        self._next = -1.0

    async def wait(self) -> None:
        """Until it is one's turn."""
        now = trio.current_time()
        self._next = max(self._next, now - self._burst) + self._apart
        await trio.sleep_until(max(now, self._next))


async def _body(response: Any, named: str) -> bytes:
    """All of it, if it is not too long."""
    body = bytearray()
    with trio.CancelScope() as reading:
        async for piece in response.aiter_raw():
            body += piece
            if len(body) > LARGEST:
                reading.cancel()  # not left from here: httpx2's generators end in order only from within
    if len(body) > LARGEST:
        raise RefusedError(f"{named} sends more than {LARGEST >> 20} MiB")
    return bytes(body)


def _why(error: BaseException | None) -> str:
    """What went wrong, in the words of the first in the chain that has any: httpx2 has none for what TLS refuses."""
    cause = error
    while cause is not None:
        if text := getattr(cause, "verify_message", "") or str(cause):
            return text
        cause = cause.__cause__ or cause.__context__
    return type(error).__name__


def _check(site: Site, address: Numeric, *, by_name: bool) -> None:
    """RefusedError unless this address may be connected to."""
    address = _meant(address)
    if any(address in network for network in _NEVER if network.version == address.version):
        raise RefusedError(f"{site.host} leads to {address}, where a machine keeps its own credentials: never asked")
    if address.is_multicast or address.is_unspecified:
        raise RefusedError(f"{site.host} leads to {address}, which is no machine's address")
    if by_name and not address.is_global:
        raise RefusedError(
            f"{site.host} leads to {address}, a private address; to be asked, that has to be granted itself: "
            f"{Site(str(address), site.port)}"
        )


def _meant(address: Numeric) -> Numeric:
    """The IPv4 address, if that is what is written in IPv6."""
    if isinstance(address, IPv6Address):
        if address.ipv4_mapped:
            return address.ipv4_mapped
        if address in _TRANSLATED:
            return IPv4Address(address.packed[-4:])
        return address.sixtofour or (address.teredo[1] if address.teredo else address)
    return address
