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
# Amazon's and Google's in IPv6, Alibaba's, Azure's, Oracle's.
_NEVER = [ip_network(text) for text in ("169.254.0.0/16", "fe80::/10", "fd00:ec2::254/128", "fd20:ce::254/128")]
_NEVER += [ip_network(text) for text in ("100.100.100.200/32", "168.63.129.16/32", "192.0.0.192/32")]
# Where the last four bytes are an IPv4 address: RFC 6052, RFC 8215, RFC 2765 2.1, RFC 4291 2.5.5.1.
_TRANSLATED = [ip_network(text) for text in ("64:ff9b::/96", "64:ff9b:1::/48", "::ffff:0:0:0/96", "::/96")]
_PUBLIC = ip_network("2000::/3")  # all of IPv6 that is given to anybody in public, RFC 4291 2.4

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
        self._getting, self._httpx2 = trio.Lock(), None
        self.once: dict[str, Once] = {"http": self._get}
        self.kept: dict[str, Kept] = {}

    async def _get(self, program: int, words: list[Any]) -> list[Any]:
        """[status, type, bytes] of a URL, through redirects."""
        httpx2 = await self._tools()
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

    async def _tools(self) -> Any:
        """httpx2, and what certificates are believed: got with the first question, since few displays ask any.

        In a thread: it takes a second on a busy machine, and the display goes on meanwhile.
        """
        async with self._getting:
            if self._httpx2 is None:
                self._httpx2, believed = await trio.to_thread.run_sync(_get_tools)
                self._context = self._context or believed
            return self._httpx2

    def _granted(self, program: int, url: "httpx2.URL") -> Site:
        """The grant that covers a URL."""
        if url.scheme != "https" or not url.raw_host:
            raise RefusedError(f"only https://HOST/… can be asked, not {str(url)[:200]!r}")
        if url.userinfo:
            raise RefusedError("a URL with a name or a password in it is not asked")
        site = Site(_plain_host(url), HTTPS if url.port is None else url.port)
        if site not in self._sites:
            unfit = NotGrantedError(f"https://{url.netloc.decode('ascii')}", str(site))
            self._ledger.refused(program, unfit.what, str(unfit))
            raise unfit
        return site

    async def _ask(self, httpx2: Any, url: "httpx2.URL", site: Site) -> list[Any]:
        """[status, type, bytes, where it redirects to or ""]."""
        await self._pace.wait()
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
            if response.has_redirect_location and (onward := response.headers["location"]):
                return [0, "", b"", onward]
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
    """So many a second; who comes too soon waits. Who gives up before it is its turn has taken nobody's."""

    def __init__(self, per_second: int) -> None:
        self._apart, self._burst = 1 / per_second, 1.0
        self._next = -1.0
        self._line = trio.StrictFIFOLock()

    async def wait(self) -> None:
        """Until it is one's turn."""
        async with self._line:
            turn = max(self._next, trio.current_time() - self._burst) + self._apart
            await trio.sleep_until(turn)
            self._next = turn


def _get_tools() -> tuple[Any, ssl.SSLContext]:
    import httpx2  # here, since importing it takes 60 ms and more

    return httpx2, httpx2.create_ssl_context()


def _plain_host(url: "httpx2.URL") -> str:
    """A host as the grants write it: a name in small letters, an address in its one short form."""
    host = url.raw_host.decode("ascii").lower().rstrip(".").strip("[]")
    return str(ip_address(host)) if ":" in host and "%" not in host else host


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
    if by_name and not _is_public(address):
        raise RefusedError(
            f"{site.host} leads to {address}, a private address; to be asked, that has to be granted itself: "
            f"{Site(str(address), site.port)}"
        )


def _is_public(address: Numeric) -> bool:
    return address.is_global and (address.version == 4 or address in _PUBLIC)


def _meant(address: Numeric) -> Numeric:
    """The IPv4 address, if that is what is written in IPv6."""
    if isinstance(address, IPv6Address) and not (address.is_loopback or address.is_unspecified):
        if address.ipv4_mapped:
            return address.ipv4_mapped
        if any(address in network for network in _TRANSLATED):
            return IPv4Address(address.packed[-4:])
        return address.sixtofour or (address.teredo[1] if address.teredo else address)
    return address
