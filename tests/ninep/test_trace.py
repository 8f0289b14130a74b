"""A trace is a script: what was said through the proxy can be played again."""

from __future__ import annotations

import errno
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path

import pytest
import trio
from tests.ninep.fleet import Fleet, tree, verbs
from tests.riomux.live import server, until

from ninep import FileError
from ninep.client import open_client
from ninep.codec import encode
from ninep.dial import close_listener, dial, listen
from ninep.messages import NOTAG, OREAD, Rread, Tclunk, Topen, Tread, Tversion, Twalk
from ninep.node import Node
from ninep.testing import Talk, run_script
from ninep.trace import Cutter, _is_carried, _Page, _Speaker, trace
from ninep.tree import Dir, Text

PATIENCE = 20  # seconds for what must happen on a busy machine


class Trace:
    """What was printed."""

    def __init__(self, address: str) -> None:
        self.address, self.text = address, ""

    async def show(self, text: str) -> None:
        self.text += text


@asynccontextmanager
async def traced(place: Path, root: Node, *, is_loose: bool = False) -> AsyncIterator[Trace]:
    """A server of a tree, and a trace in front of it."""
    listener = listen(f"unix!{place}/trace")
    page = Trace(f"unix!{place}/trace")
    try:
        async with server(f"unix!{place}/server", lambda: root), trio.open_nursery() as nursery:
            nursery.start_soon(partial(trace, is_loose=is_loose), f"unix!{place}/server", listener, page.show)
            yield page
            nursery.cancel_scope.cancel()
    finally:
        close_listener(listener)


async def test_a_trace_can_be_played(place: Path) -> None:
    """What a client did through the proxy, refusals, waits and all, is a script that passes against the same tree."""
    fleet = Fleet()
    root = tree(fleet)
    async with traced(place, root) as page, open_client(page.address) as client:
        assert await client.read("/ctl") == b"volume 50\n"
        await client.write("/say", "it's\na 'note' \\ with \x00 and ÿ")
        assert [entry.name for entry in await client.ls("/agents")] == ["ada", "bob"]
        async with client.open("/agents/ada/output") as output:
            with trio.move_on_after(0.05):
                await output.read()
        await until(lambda: page.text.count("Rclunk") >= 4)
    assert page.text.startswith("as client1\nTversion tag NOTAG msize ")
    assert "Rflush" in page.text
    await run_script(page.text, root, verbs(fleet))


async def test_a_loose_trace_can_be_played_against_a_fresh_server(place: Path) -> None:
    """Pasted as a test: its qids and times are others, and what was said and refused must be the same."""
    async with traced(place, tree(Fleet()), is_loose=True) as page, open_client(page.address) as client:
        assert [entry.name for entry in await client.ls("/agents")] == ["ada", "bob"]
        await client.write("/note", "hello")
        await client.stat("/agents/ada")
        with pytest.raises(FileError, match="volume is 0 to 100"):
            await client.write("/volume", "200")
        assert await client.read("/note") == b"hello"
        await until(lambda: page.text.count("Rclunk") >= 5)
    assert "volume is 0 to 100" in page.text and "data hello" in page.text and "mtime *" in page.text
    await run_script(page.text, tree(Fleet()))
    silent = Fleet()
    silent.set_note = lambda text: None  # type: ignore[method-assign]  # another server, which forgets what is written
    with pytest.raises(AssertionError, match="data hello"):
        await run_script(page.text, tree(silent))


async def test_several_clients(place: Path) -> None:
    """`as NAME` tells them apart, and each hangs up for itself."""
    root = tree(Fleet())
    async with traced(place, root) as page:
        async with open_client(page.address) as one, open_client(page.address) as other:
            await one.stat("/ctl")
            await other.stat("/note")
            await one.stat("/say")
        await until(lambda: page.text.count("hangup") == 2)
    assert {line for line in page.text.splitlines() if line.startswith("as ")} == {"as client1", "as client2"}
    await run_script(page.text, root)


async def test_what_is_no_message(place: Path) -> None:
    """Bytes that nobody understands are printed as they are, and go through untouched: the server hangs up on them."""
    root = tree(Fleet())
    hello = encode(Tversion(NOTAG, 8192, "9P2000"))
    async with traced(place, root) as page:
        client = trio.socket.from_stdlib_socket(await dial(page.address))
        with client, trio.fail_after(PATIENCE):
            await client.send(hello + bytes.fromhex("0b000000630100deadbeef"))
            await until(lambda: "Rerror" in page.text)
            await client.send(bytes.fromhex("0100000000"))
            await client.send(bytes.fromhex("0000"))
            while await client.recv(1000):
                pass
        await until(lambda: "closed" in page.text)
    assert "raw 0b000000630100deadbeef\n" in page.text and "closed" in page.text
    await run_script(page.text, root)


async def test_who_does_not_read_is_not_read_from(place: Path) -> None:
    """Replies that a client does not take wait at the server, not in the proxy; when it takes them they are whole."""
    count, big = 60, bytes(range(256)) * 256
    root = Dir(big=Text(lambda: big))
    async with traced(place, root) as page:
        with trio.fail_after(PATIENCE):
            client = Talk(await dial(page.address))
            await client.attach()
            await client.ask(Twalk(1, 0, 1, ("big",)))
            await client.ask(Topen(1, 1, OREAD))
            await client.say(*[Tread(tag, 1, 0, 65000) for tag in range(count)])
            printed = -1
            while printed < 1 or printed != page.text.count("Rread"):  # until the proxy stands still
                printed = page.text.count("Rread")
                await trio.sleep(0.1)
            assert printed < count
            assert [await client.hear() for _ in range(count)] == [Rread(tag, big[:65000]) for tag in range(count)]
            client.hang_up()


async def test_no_server(place: Path) -> None:
    """A server that is not there is said in a comment, and the client hears the end."""
    listener, page = listen(f"unix!{place}/trace"), Trace(f"unix!{place}/trace")
    async with trio.open_nursery() as nursery:
        nursery.start_soon(trace, f"unix!{place}/nobody", listener, page.show)
        with trio.fail_after(PATIENCE), trio.socket.from_stdlib_socket(await dial(page.address)) as client:
            assert await client.recv(10) == b""
        nursery.cancel_scope.cancel()
    close_listener(listener)
    assert "# unix!" in page.text and "is the server started?" in page.text


async def give_up(data: object) -> bytes:
    """What is said of a peer that is silent for so long that TCP gives up: that is no ConnectionError."""
    raise TimeoutError(errno.ETIMEDOUT, "Connection timed out")


@pytest.mark.parametrize("has_gone", ["who speaks", "who is spoken to"])
async def test_a_peer_that_tcp_gives_up(has_gone: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its conversation ends, and the trace of the others goes on."""
    page, (ours, theirs) = Trace("nowhere"), trio.socket.socketpair()
    speaker = _Speaker(_Page(page.show), "client1")
    with ours, theirs:
        await ours.send(encode(Tclunk(1, 1)))
        if has_gone == "who speaks":
            monkeypatch.setattr(theirs, "recv", give_up)
            assert await _is_carried(theirs, ours, Cutter("T"), speaker)
        else:
            monkeypatch.setattr(ours, "send", give_up)
            assert not await _is_carried(theirs, ours, Cutter("T"), speaker)
            assert page.text == "as client1\nTclunk tag 1 fid 1\n"


def test_a_message_in_pieces() -> None:
    """A line comes when its message is whole, wherever it was cut."""
    data, cutter = encode(Tread(7, 1, 0, 100)) * 2, Cutter("T")
    lines = [line for at in range(len(data)) for line in cutter.lines(data[at : at + 1])]
    assert lines == ["Tread tag 7 fid 1 offset 0 count 100"] * 2


def test_the_other_direction() -> None:
    """A reply that is none is a comment: a script cannot expect it. What claims to be huge is not gathered."""
    assert [*Cutter("R").lines(b"\x08\0\0\0\x75\1\0\0")] == ["# the server said raw 0800000075010000"]
    assert [*Cutter("R").lines(encode(Rread(1, b"x")))] == ["Rread tag 1 data x"]
    assert [*Cutter("T").lines(encode(Rread(1, b"x")))] == [f"raw {encode(Rread(1, b'x')).hex()}"]
    huge = Cutter("T")
    assert [*huge.lines(b"\xff\xff\xff\xff\x74\1\0")] == ["raw ffffffff740100"] and [*huge.lines(b"ab")] == ["raw 6162"]


async def test_the_command(place: Path) -> None:
    """`ninep trace` says where it listens, and Ctrl-C ends it, taking its socket away."""
    command = [sys.executable, "-c", "from ninep.cli import main; main()", "trace", f"unix!{place}/server"]
    environment = {**os.environ, "NAMESPACE": str(place)}
    async with server(f"unix!{place}/server", lambda: tree(Fleet())):
        process = await trio.lowlevel.open_process(command, stdout=subprocess.PIPE, env=environment)
        assert process.stdout
        try:
            with trio.fail_after(PATIENCE):
                text = await process.stdout.receive_some()
                assert text == f"# unix!{place}/server is traced at unix!{place}/trace\n".encode()
                async with open_client(f"unix!{place}/trace") as client:
                    await client.stat("/ctl")
                while b"hangup" not in text:
                    text += await process.stdout.receive_some()
                process.send_signal(signal.SIGINT)
                assert await process.wait() == 130
        finally:
            process.kill()
            await process.stdout.aclose()
    assert b"Tstat" in text and not (place / "trace").exists()
