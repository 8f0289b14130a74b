"""What the network says of itself, and what of that becomes a line. (Two that find each other: tests/interop.)"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
import trio
from hypothesis import given
from hypothesis import strategies as st
from tests.riomux.live import PATIENCE, mux, until

from ninep.client import open_client
from ninep.dial import Address
from riomux.discovered import MOST, OFF, Discovered
from riomux.mdns import _announcement, discover


class Clock:
    """Moved by hand."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def found(clock: Clock) -> Discovered:
    return Discovered(clock)


def test_a_line_for_each(found: Discovered, clock: Clock) -> None:
    """By name, with the time since it was seen; none for who has gone, or for ourselves."""
    assert found.text() == f"# {OFF}\n"
    found.own = "we"
    found.hear("truck", ["192.168.1.50"], 5642, "/")
    found.hear("gone", ["192.168.1.51"], 5642, "/")
    found.hear("we", ["192.168.1.52"], 5642, "/")
    clock.now += 180
    found.hear("attic", ["fe80::1", "2001:db8::7", "10.0.0.7"], 5640, "/rio/scene")
    found.hear("cellar", ["2001:db8::7"], 5642, "")
    found.forget("gone")
    clock.now += 12
    assert found.text() == (
        "add attic 10.0.0.7:5640/rio/scene  # seen 12 s ago\n"
        "add cellar [2001:db8::7]:5642  # seen 12 s ago\n"
        "add truck 192.168.1.50:5642  # seen 3 min ago\n"
    )


async def test_a_line_can_be_written_back(place: Path, found: Discovered) -> None:
    """To ctl, comment and all."""
    async with mux(place), open_client(f"unix!{place}/mux") as root:
        assert await root.read("/discovered") == f"# {OFF}\n".encode()
        found.hear("truck", ["10.1.2.3"], 5642, "/rio")
        line = found.text().replace("add ", "add -lazy ")
        await root.write("/ctl", line)
        assert (await root.read("/ctl")).startswith(b"add -lazy truck 10.1.2.3:5642/rio  # ")


@pytest.mark.parametrize(
    ("name", "address", "port", "path"),
    [
        ("\x1b[2Jtruck", "10.0.0.1", 5642, "/"),
        ("truck\nremove rio", "10.0.0.1", 5642, "/"),
        ("a b", "10.0.0.1", 5642, "/"),
        ("../x", "10.0.0.1", 5642, "/"),
        ("\u202ekcurt", "10.0.0.1", 5642, "/"),
        ("-lazy", "10.0.0.1", 5642, "/"),
        ("ctl", "10.0.0.1", 5642, "/"),
        ("", "10.0.0.1", 5642, "/"),
        ("x" * 65, "10.0.0.1", 5642, "/"),
        ("truck", "127.0.0.1", 5642, "/"),
        ("truck", "169.254.169.254", 80, "/"),
        ("truck", "::", 5642, "/"),
        ("truck", "224.0.0.1", 5642, "/"),
        ("truck", "example.org", 5642, "/"),
        ("truck", "10.0.0.1", 0, "/"),
        ("truck", "10.0.0.1", 70000, "/"),
        ("truck", "10.0.0.1", 5642, "/x # y"),
        ("truck", "10.0.0.1", 5642, "/../x"),
        ("truck", "10.0.0.1", 5642, "/\x1b[2J"),
        ("truck", "10.0.0.1", 5642, "x\nremove rio"),
    ],
)
def test_what_is_passed_over(found: Discovered, name: str, address: str, port: int, path: str) -> None:
    """Names that no mount may have, addresses that are of no use or of one link, paths with anything in them."""
    found.hear(name, [address], port, path)
    assert found.text() == f"# {OFF}\n"


@given(st.text(max_size=80), st.lists(st.one_of(st.text(), st.ip_addresses().map(str))), st.integers(), st.text())
def test_whatever_is_said(name: str, addresses: list[str], port: int, path: str) -> None:
    """The file has lines of printable text, each of which is one command and one comment."""
    found = Discovered(lambda: 0.0)
    found.hear(name, addresses, port, path)
    for line in found.text().splitlines():
        assert line.isprintable()
        assert line == f"# {OFF}" or line.startswith("add ")


def test_many_call(found: Discovered, clock: Clock) -> None:
    """The first of them give way to the last; who calls again is not the first any more."""
    for number in range(MOST):
        found.hear(f"m{number}", ["10.0.0.1"], 5642, "/")
    found.hear("m0", ["10.0.0.1"], 5642, "/")
    for number in range(10):
        found.hear(f"n{number}", ["10.0.0.1"], 5642, "/")
    names = found.names()
    assert len(names) == MOST
    assert "m0" in names
    assert "m1" not in names


@pytest.mark.parametrize(
    ("listening", "hosts"),
    [
        (["unix!/tmp/mux"], None),
        (["tcp!127.0.0.1!5642"], None),
        (["tcp![::1]!5642"], None),
        (["tcp!169.254.7.7!5642"], None),
        (["unix!/tmp/mux", "tcp!127.0.0.1!5642", "tcp!10.1.2.3!5642"], ["10.1.2.3"]),
    ],
)
def test_what_is_announced(listening: list[str], hosts: list[str] | None) -> None:
    """An address by which others can come; nothing if there is none."""
    own = _announcement([Address.parse(text) for text in listening])
    assert (own and own.parsed_addresses()) == hosts
    if own:
        assert own.port == 5642
        assert own.properties[b"path"] == b"/"


async def test_without_a_network(found: Discovered, monkeypatch: pytest.MonkeyPatch) -> None:
    """The file says so, and it is tried again and again."""
    tries = list[int]()

    def no_network() -> None:
        tries.append(1)
        raise RuntimeError("No interfaces\nto listen on")

    monkeypatch.setattr("riomux.mdns.Zeroconf", no_network)
    monkeypatch.setattr("riomux.mdns.AGAIN", 0.01)
    async with trio.open_nursery() as nursery:
        nursery.start_soon(discover, found, [])
        await until(lambda: len(tries) > 2)
        nursery.cancel_scope.cancel()
    assert found.text() == "# the network cannot be asked, and is tried again: No interfaces to listen on\n"


def test_what_is_not_used_costs_nothing() -> None:
    """A multiplexer that does not discover never loads the library."""
    program = "import sys, riomux.__main__; sys.exit('zeroconf' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program], timeout=PATIENCE, check=False).returncode == 0
