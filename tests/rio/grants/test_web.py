"""`http` for programs: what is granted is got over TLS, at the address that was checked, within bounds."""

import threading
from collections.abc import Callable
from typing import Any

import pytest
import trio
from tests.rio.grants.sites import a_site, answering, trusting

from rio.grants import web
from rio.grants.errand import LARGEST, RefusedError
from rio.grants.granted import Site
from rio.grants.ledger import Ledger
from rio.grants.web import Web


def the_web(*sites: Site, told: list[str] | None = None, leads_to: str = "127.0.0.1") -> Web:
    """The office, which believes the test's certificates; every name leads to one address."""

    def publish(kind: str, **facts: Any) -> None:
        if told is not None:
            told.append(f"{kind} {facts.get('grant', '')} {facts['what']}")

    async def look_up(host: str, port: int) -> list[str]:
        await trio.lowlevel.checkpoint()
        return [leads_to]

    return Web(sites, Ledger(publish), context=trusting(), look_up=look_up)


async def get(office: Web, url: Any) -> list[Any]:
    return await office.once["http"](3, [url])  # type: ignore[no-any-return]  # it is a list of three


async def test_a_name_is_looked_up() -> None:
    """By this system's own means; one that cannot be is an error in words."""
    assert await web.Names().look_up("127.0.0.1", 443) == ["127.0.0.1"]
    unfit = f"{'a' * 64}.test"
    with pytest.raises(RefusedError, match=rf"there is no host {unfit}: "):
        await get(Web([Site(unfit)], Ledger(lambda kind, **facts: None)), f"https://{unfit}/")


async def test_a_granted_site_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    """Plainly: no cookie, no key, nothing of ours but our name; and the environment's proxies are not asked."""
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:1")
    told: list[str] = []
    async with a_site(answering(b"21 degrees", "200 OK", "Content-Type: text/plain")) as site:
        office = the_web(Site("127.0.0.1", site.port), told=told)
        for _ in range(2):
            url = f"https://127.0.0.1:{site.port}/now?at=here"
            assert await get(office, url) == [200, "text/plain", b"21 degrees"]
    head = site.asked[0].decode().split("\r\n")
    assert head[0] == "GET /now?at=here HTTP/1.1"
    assert {line.partition(":")[0].lower() for line in head[1:] if line} == {
        "host",
        "accept",
        "accept-encoding",
        "connection",
        "user-agent",
    }
    assert told == [f"grant.used net 127.0.0.1:{site.port} https://127.0.0.1:{site.port}/now"]  # once, and no query


async def test_what_is_not_granted_is_refused_with_the_line_that_would_grant_it() -> None:
    told: list[str] = []
    office = the_web(Site("data.test"), told=told)
    for url in ("https://other.test/x", "https://data.test:444/", "https://data.test.evil.test/"):
        with pytest.raises(RefusedError, match=r"a line of rio's --grants would: net "):
            await get(office, url)
    assert told == [
        "grant.refused  https://other.test",
        "grant.refused  https://data.test:444",
        "grant.refused  https://data.test.evil.test",
    ]
    with pytest.raises(RefusedError, match="only https://HOST"):
        await get(office, "http://data.test/")
    with pytest.raises(RefusedError, match="only https://HOST"):
        await get(office, "file:///etc/passwd")
    with pytest.raises(RefusedError, match="with a name or a password"):
        await get(office, "https://me:secret@data.test/")
    with pytest.raises(RefusedError, match="not a URL"):
        await get(office, "https://[::zz]/")
    with pytest.raises(RefusedError, match="a URL is a text"):
        await get(office, 5)


async def test_an_address_is_one_however_it_is_written() -> None:
    """A refusal's own line grants it; port 0 is no default."""
    office = the_web(Site("::1", 1), Site("data.test"))
    for written in ("[::1]", "[0:0:0::1]", "[0000:0:0:0:0:0:0:0001]"):
        with pytest.raises(RefusedError, match="::1 cannot be reached"):
            await get(office, f"https://{written}:1/")
    with pytest.raises(RefusedError, match=r"net data.test:0$"):
        await get(office, "https://data.test:0/")


@pytest.mark.parametrize(
    "address",
    [
        *("127.0.0.1", "10.1.2.3", "192.168.0.1", "100.64.0.1", "::1", "fd00::1", "::ffff:10.0.0.1", "64:ff9b::a00:1"),
        *("64:ff9b:1::a00:1", "::7f00:1", "::ffff:0:7f00:1", "fec0::1", "5f00::1"),
    ],
)
async def test_a_name_does_not_lead_to_a_private_address(address: str) -> None:
    """Such an address has to be granted itself; a name could lead anywhere tomorrow."""
    office = the_web(Site("data.test"), leads_to=address)
    with pytest.raises(RefusedError, match=r"a private address; to be asked, that has to be granted itself: net "):
        await get(office, "https://data.test/")


@pytest.mark.parametrize(
    "address",
    [
        *("169.254.169.254", "fe80::1", "::ffff:a9fe:a9fe", "64:ff9b::a9fe:a9fe", "fd00:ec2::254", "168.63.129.16"),
        *("64:ff9b:1::a9fe:a9fe", "::a9fe:a9fe", "::ffff:0:a9fe:a9fe", "2002:a9fe:a9fe::1", "fd20:ce::254"),
    ],
)
async def test_no_line_opens_where_a_cloud_keeps_credentials(address: str) -> None:
    """Neither by a name nor by the address itself."""
    for office, host in (
        (the_web(Site("data.test"), leads_to=address), "data.test"),
        (the_web(Site(address)), f"[{address}]" if ":" in address else address),
    ):
        with pytest.raises(RefusedError, match="credentials: never asked"):
            await get(office, f"https://{host}/latest/meta-data/")


async def test_a_name_is_looked_up_once_and_what_was_checked_is_connected_to(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """So a name that changes its mind between (DNS rebinding) gains nothing."""
    monkeypatch.setattr(web, "_check", lambda *_, **__: None)  # the test has no public address
    async with a_site(answering(b"it is me")) as site:
        asked: list[str] = []

        async def look_up(host: str, port: int) -> list[str]:
            await trio.lowlevel.checkpoint()
            asked.append(host)
            return ["127.0.0.1" if len(asked) == 1 else "169.254.169.254"]

        office = the_web(Site("data.test", site.port))
        monkeypatch.setattr(office, "_look_up", look_up)
        assert (await get(office, f"https://data.test:{site.port}/"))[2] == b"it is me"
    assert asked == ["data.test"]
    assert f"host: data.test:{site.port}".encode() in site.asked[0].lower()


async def test_the_certificate_is_for_the_name_and_not_for_the_address(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(web, "_check", lambda *_, **__: None)
    async with a_site(answering(b""), "127.0.0.1", "other.test") as site:
        with pytest.raises(RefusedError, match=r"data\.test cannot be reached: Hostname mismatch"):
            await get(the_web(Site("data.test", site.port)), f"https://data.test:{site.port}/")
    assert site.asked == []


async def test_redirects_lead_to_granted_hosts_alone() -> None:
    """And do not lead round and round."""
    async with a_site() as site:
        here = f"https://127.0.0.1:{site.port}"
        office = the_web(Site("127.0.0.1", site.port))
        site.answer = answering(b"", "302 Found", "Location: https://metadata.test/keys")
        with pytest.raises(RefusedError, match=r"https://metadata.test: this display's owner has not granted it"):
            await get(office, here)
        site.answer = answering(b"", "302 Found", "Location: http://127.0.0.1/plain")
        with pytest.raises(RefusedError, match="only https://HOST"):
            await get(office, here)
        site.answer = answering(b"", "302 Found", "Location: /again")
        with pytest.raises(RefusedError, match="more than 5 redirects"):
            await get(office, here)
        site.answer = answering(b"nowhere", "302 Found", "Location: ")
        assert await get(office, here) == [302, "", b"nowhere"]


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        (lambda: answering(bytes(LARGEST + 1)), "sends more than 16 MiB"),
        (lambda: b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 0\r\n\r\n", "answers in gzip"),
        (lambda: b"SSH-2.0-OpenSSH\r\n", "127.0.0.1: "),
        (lambda: b"", "127.0.0.1: "),
        (lambda: b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf", "127.0.0.1: "),
    ],
)
async def test_what_a_site_may_do_wrong_is_one_sentence(answer: Callable[[], bytes], why: str) -> None:
    async with a_site(answer()) as site:
        with pytest.raises(RefusedError, match=why):
            await get(the_web(Site("127.0.0.1", site.port)), f"https://127.0.0.1:{site.port}/")


async def test_a_site_that_is_down_is_said_to_be() -> None:
    async with a_site() as site:
        pass
    with pytest.raises(RefusedError, match=r"127.0.0.1 cannot be reached"):
        await get(the_web(Site("127.0.0.1", site.port)), f"https://127.0.0.1:{site.port}/")


async def test_a_program_that_asks_in_a_loop_is_slowed(autojump_clock: trio.testing.MockClock) -> None:
    """Ten at once, then ten a second."""
    pace = web._Pace(10)
    for _ in range(30):
        await pace.wait()
    assert 1.9 < trio.current_time() <= 2.1


async def test_who_gives_up_takes_nobodys_turn(autojump_clock: trio.testing.MockClock) -> None:
    """A program that asks and wants no answer a thousand times keeps the next one from nothing."""
    pace = web._Pace(10)
    for _ in range(1000):
        with trio.CancelScope() as given_up:
            given_up.cancel()
            await pace.wait()
    await pace.wait()
    assert trio.current_time() < 1


async def test_the_display_goes_on_while_the_first_question_is_prepared() -> None:
    """Certificates and libraries are loaded in a thread: nothing of it is done where everybody waits."""
    office = Web([Site("127.0.0.1", 1)], Ledger(lambda kind, **facts: None))
    here: list[str] = []

    def get_tools() -> Any:
        here.append(threading.current_thread().name)
        return get_tools_itself()

    get_tools_itself, web._get_tools = web._get_tools, get_tools
    try:
        async with trio.open_nursery() as nursery:
            for _ in range(3):
                nursery.start_soon(refused, office, "https://127.0.0.1:1/")
    finally:
        web._get_tools = get_tools_itself
    assert len(here) == 1
    assert here != [threading.main_thread().name]


async def refused(office: Web, url: str) -> None:
    with pytest.raises(RefusedError, match="cannot be reached"):
        await get(office, url)
