"""A network of machines on this one: a namespace for each host, and one with the bridge that they hang on.

Nothing of it is in the network of the machine itself, and all of it goes with the last descriptor or process in it.
"""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

import pytest
import trio
from tests.riomux.live import PATIENCE, Child

PORT = 5642


def ip(*words: str, tool: str = "ip") -> None:
    """Run ip(8). CalledProcessError if it cannot be done."""
    subprocess.run([tool, *words], check=True, capture_output=True, timeout=PATIENCE)


class Lan:
    """Hosts by their numbers: host 1 has the address 10.99.0.1."""

    def __init__(self, name: str) -> None:
        self._switch, self._hosts = f"{name}s", dict[int, str]()
        self._name = name

    def build(self, hosts: int) -> None:
        """Make the bridge and plug in the hosts."""
        ip("netns", "add", self._switch)
        ip("-n", self._switch, "link", "add", "name", "lan", "type", "bridge", "mcast_snooping", "0")
        ip("-n", self._switch, "link", "set", "lan", "up")
        for number in range(1, hosts + 1):
            self._plug_in(number)

    def _plug_in(self, number: int) -> None:
        host = self._hosts[number] = f"{self._name}h{number}"
        ip("netns", "add", host)
        ip("-n", self._switch, *f"link add v{number} type veth peer name eth0 netns {host}".split())
        ip("-n", self._switch, "link", "set", f"v{number}", "master", "lan", "up")
        ip("-n", host, "link", "set", "lo", "up")
        ip("-n", host, "addr", "add", f"{address(number)}/24", "dev", "eth0")
        ip("-n", host, "link", "set", "eth0", "up")
        ip("-n", host, "route", "add", "default", "dev", "eth0")  # multicast goes where the others are

    def pull_out(self, number: int) -> None:
        """Take the host's cable out of the switch: nobody is told."""
        ip("-n", self._switch, "link", "set", f"v{number}", "nomaster")

    def put_back(self, number: int) -> None:
        """And in again."""
        ip("-n", self._switch, "link", "set", f"v{number}", "master", "lan")

    def slow_down(self, number: int, rate: str) -> None:
        """Let no more than this leave the host, and what is above it wait. Skips the test where the kernel cannot."""
        words = f"-n {self._hosts[number]} qdisc add dev eth0 root tbf rate {rate} burst 16kb latency 10s"
        try:
            ip(*words.split(), tool="tc")
        except (OSError, subprocess.CalledProcessError) as error:
            pytest.skip(f"tc cannot slow a line here: {error}")

    @asynccontextmanager
    async def riomux(self, number: int, place: Path, *arguments: str) -> AsyncIterator[Child]:
        """A multiplexer on a host, open to the network there, and for us at unix!PLACE/mNUMBER."""
        command = [sys.executable, "-m", "riomux", "--listen", f"tcp!{address(number)}!{PORT}", "--open-to-network"]
        command += ["--listen", f"unix!{place}/m{number}", "--state", f"{place}/m{number}.state", *arguments]
        process = await trio.lowlevel.open_process(
            ["ip", "netns", "exec", self._hosts[number], *command],
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={**os.environ, "NAMESPACE": str(place)},
        )
        try:
            child = Child(process)
            assert (await child.line()).startswith("riomux ready")
            yield child
        finally:
            process.send_signal(signal.SIGKILL)
            await process.wait()
            assert process.stdout
            await process.stdout.aclose()

    def tear_down(self) -> None:
        """Take everything away."""
        for name in [*self._hosts.values(), self._switch]:
            subprocess.run(["ip", "netns", "del", name], check=False, capture_output=True, timeout=PATIENCE)


def address(number: int) -> str:
    """Of a host."""
    return f"10.99.0.{number}"


@contextmanager
def open_lan(hosts: int) -> Iterator[Lan]:
    """A network for as long as the block lasts. Skips the test where none can be made."""
    if os.geteuid() or not shutil.which("ip"):
        pytest.skip("network namespaces want root and ip(8)")
    lan = Lan(f"rio{os.getpid()}")
    try:
        try:
            lan.build(hosts)
        except subprocess.CalledProcessError as error:
            reason = error.stderr.decode().strip()
            if not re.search("not permitted|not supported|Unknown device type", reason):
                raise
            pytest.skip(f"this kernel makes no networks of namespaces: {reason}")
        yield lan
    finally:
        lan.tear_down()
