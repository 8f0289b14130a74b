"""Dial strings, the namespace directory, and sockets that are safe to meet at."""

import doctest
import fcntl
import os
import socket
import stat
import sys
from pathlib import Path

import pytest
import trio

import ninep.dial
from ninep.dial import Address, close_listener, dial, listen, local_address, namespace


@pytest.mark.parametrize(
    ("text", "host", "port", "tree"),
    [
        ("tcp!box!564", "box", 564, ""),
        ("tcp!box", "box", 5640, ""),
        ("tcp!box!564/rio/scene", "box", 564, "/rio/scene"),
        ("tcp!::1!564", "::1", 564, ""),
        ("tcp![::1]!564/rio", "::1", 564, "/rio"),
        ("tcp!*!564", "*", 564, ""),
        ("box:564", "box", 564, ""),
        ("box", "box", 5640, ""),
        ("box/rio", "box", 5640, "/rio"),
        ("192.168.1.50:5642/rio//scene/", "192.168.1.50", 5642, "/rio/scene"),
        ("[fe80::1%eth0]:564", "fe80::1%eth0", 564, ""),
        ("[::1]", "::1", 5640, ""),
    ],
)
def test_a_tcp_address_means_host_port_and_tree(text: str, host: str, port: int, tree: str) -> None:
    """Each form that people write is read, and printed as it was written."""
    address = Address.parse(text)
    assert (address.network, address.host, address.port, address.path) == ("tcp", host, port, tree)
    assert str(address) == text
    assert address.split()[1] == tree


def test_the_example_runs() -> None:
    """What the documentation shows is so."""
    assert doctest.testmod(ninep.dial).failed == 0


def test_the_default_port_is_the_callers() -> None:
    """An address that names no port gets the one of the service in question."""
    assert Address.parse("box", port=5642).port == 5642


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "an empty text is no address"),
        ("tls!box!5643", "tls is not available"),
        ("unix!here", "absolute"),
        ("./socket", "absolute"),
        ("::1", r"brackets, as in \[::1\]:5640"),
        ("box:70000", "up to 65535"),
        ("box:http", "is no address"),
        ("two words", "is no address"),
        ("tcp!!5640", "is no address"),
    ],
)
def test_what_is_no_address_is_refused_in_words(text: str, why: str) -> None:
    """The sentence says what to write instead."""
    with pytest.raises(ValueError, match=why):
        Address.parse(text)


def test_the_longest_path_that_is_a_socket_is_the_server(place: Path) -> None:
    """In unix!/…/mux/rio/scene the server is the socket `mux`, found when somebody dials."""
    address = Address.parse(f"unix!{place}/mux/rio/scene")
    assert address.split() == (Address.parse(f"unix!{place}/mux/rio/scene"), "")
    listener = listen(f"{place}/mux")
    server, tree = address.split()
    assert (str(server), tree) == (f"unix!{place}/mux", "/rio/scene")
    assert Address.parse(f"{place}/mux").split()[1] == ""
    close_listener(listener)


def test_the_namespace_directory_is_made_for_its_user_alone(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """`$NAMESPACE` is where the sockets are; what is missing is made, mode 700."""
    monkeypatch.setenv("NAMESPACE", str(place / "ns"))
    assert namespace() == place / "ns"
    assert stat.S_IMODE((place / "ns").stat().st_mode) == 0o700


def test_the_namespace_directory_has_plan9ports_name(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without `$NAMESPACE` it is where plan9port's 9p looks."""
    monkeypatch.delenv("NAMESPACE", raising=False)
    monkeypatch.setenv("USER", f"somebody{os.getpid()}")
    try:
        assert str(namespace()) == f"/tmp/ns.somebody{os.getpid()}.:0"
    finally:
        namespace().rmdir()


def test_a_namespace_directory_that_others_may_enter_is_refused(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever can put a socket there could answer in a server's stead."""
    monkeypatch.setenv("NAMESPACE", str(place))
    place.chmod(0o755)
    with pytest.raises(PermissionError, match="chmod 700"):
        namespace()


def test_a_link_is_no_namespace_directory(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In /tmp anybody may lay a link under our name."""
    (place / "link").symlink_to("/usr")
    monkeypatch.setenv("NAMESPACE", str(place / "link"))
    with pytest.raises(PermissionError, match="not a directory of yours"):
        namespace()


@pytest.mark.skipif(os.getuid() != 0, reason="only root can give a directory away")
def test_a_namespace_directory_of_somebody_else_is_refused(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its mode may be right, its owner is not."""
    (place / "ns").mkdir(mode=0o700)
    os.chown(place / "ns", 65534, 65534)
    monkeypatch.setenv("NAMESPACE", str(place / "ns"))
    with pytest.raises(PermissionError, match="not a directory of yours"):
        namespace()


async def test_a_unix_socket_is_dialled_through_to_its_listener(place: Path) -> None:
    """Both ends are bare and non-blocking, and the file is its owner's alone."""
    listener = listen(f"unix!{place}/rio")
    assert stat.S_IMODE((place / "rio").stat().st_mode) == 0o600
    with await dial(f"unix!{place}/rio/scene") as client:
        server, _ = listener.accept()
        with server:
            server.send(b"hello")
            await trio.lowlevel.wait_readable(client)
            assert client.recv(10) == b"hello"
            with pytest.raises(BlockingIOError):
                client.recv(10)
    close_listener(listener)
    assert not (place / "rio").exists()


async def test_tcp_on_loopback_is_dialled_through(place: Path) -> None:
    """Port 0 becomes a real one, and small messages are sent at once."""
    listener = listen("127.0.0.1:0")
    assert local_address(listener).port != 0
    with trio.fail_after(5):
        client = await dial(local_address(listener))
    with client:
        assert client.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
        assert client.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE)
        server, _ = listener.accept()
        assert server.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
        server.close()
    close_listener(listener)


async def test_nobody_there_is_said_in_words(place: Path) -> None:
    """No socket, a dead socket and a closed port are each told apart."""
    with pytest.raises(ConnectionError, match="there is no such socket"):
        await dial(f"unix!{place}/rio")
    listen(f"{place}/rio").close()
    with pytest.raises(ConnectionError, match="no server answers"):
        await dial(f"unix!{place}/rio")
    listener = listen("127.0.0.1:0")
    address = local_address(listener)
    close_listener(listener)
    with pytest.raises(ConnectionError, match="no server answers"):
        await dial(address)
    with pytest.raises(ConnectionError, match="path too long"):
        await dial(f"unix!{place}/{'x' * 200}")


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become somebody whom a directory refuses")
async def test_a_directory_that_may_not_be_searched_is_said_in_words(place: Path) -> None:
    """Whoever dials or listens there hears a sentence, as for every socket that cannot be had."""
    asks = """
import os, sys, trio
from ninep.dial import dial, listen
os.setgroups([]), os.setgid(65534), os.setuid(65534)
for attempt in (lambda: trio.run(dial, f"unix!{sys.argv[1]}/rio"), lambda: listen(f"unix!{sys.argv[1]}/rio")):
    try:
        attempt()
    except OSError as error:
        print(error)
"""
    with trio.fail_after(30):
        done = await trio.run_process([sys.executable, "-c", asks, str(place)], capture_stdout=True)
    assert done.stdout.decode().splitlines() == [
        f"unix!{place}/rio: the socket belongs to another user",
        f"unix!{place}/rio: cannot listen there: permission denied",
    ]


async def test_a_server_that_accepts_nobody_is_given_up(place: Path, autojump_clock: trio.testing.MockClock) -> None:
    """A full backlog is waited for, and not for ever."""
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(f"{place}/rio")
        listener.listen(0)
        with await dial(f"{place}/rio"), pytest.raises(ConnectionError, match="does not answer within 5 s"):
            await dial(f"{place}/rio")


def test_a_live_server_keeps_its_socket(place: Path) -> None:
    """The second server is refused, and told why."""
    listener = listen(f"unix!{place}/rio")
    with pytest.raises(OSError, match="address in use, another server answers there"):
        listen(f"unix!{place}/rio")
    close_listener(listener)


def test_the_socket_of_a_dead_server_is_replaced(place: Path) -> None:
    """`kill -9` leaves the file behind; the next start takes its place."""
    listen(f"unix!{place}/rio").close()
    assert (place / "rio").is_socket()
    close_listener(listen(f"unix!{place}/rio"))


def test_a_directory_that_somebody_has_locked_is_not_waited_for(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In /tmp anybody can hold the lock for good: that ends the start with a sentence, and stops no server for ever."""
    monkeypatch.setattr(ninep.dial, "LOCK_PATIENCE", 0.05)
    held = os.open(place, os.O_RDONLY)
    fcntl.flock(held, fcntl.LOCK_SH)
    with pytest.raises(OSError, match=r"is locked by another program; choose a directory of yours alone"):
        listen(f"unix!{place}/server")
    os.close(held)
    close_listener(listen(f"unix!{place}/server"))


def test_a_file_that_is_no_socket_is_left_alone(place: Path) -> None:
    """A mistyped address destroys nothing."""
    (place / "rio").write_text("precious")
    with pytest.raises(OSError, match="no socket lies there"):
        listen(f"unix!{place}/rio")
    assert (place / "rio").read_text() == "precious"


def test_a_missing_directory_is_named(place: Path) -> None:
    """It is not made: its mode matters."""
    with pytest.raises(OSError, match=r"no directory .*/run; make it first"):
        listen(f"unix!{place}/run/rio")


@pytest.mark.parametrize("address", ["0.0.0.0:0", "tcp!*!0", "[::]:0"])
def test_other_machines_are_let_in_only_when_asked(address: str) -> None:
    """The refusal names the flag, and the flag opens."""
    with pytest.raises(PermissionError, match="--open-to-network"):
        listen(address)
    close_listener(listen(address, open_to_network=True))


def test_every_address_is_that_of_ipv4_where_there_is_no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    """With the port that was named."""
    monkeypatch.setattr(socket, "has_dualstack_ipv6", lambda: False)
    taken = listen("127.0.0.1:0")
    port = local_address(taken).port
    close_listener(taken)
    listener = listen(f"tcp!*!{port}", open_to_network=True)
    assert listener.getsockname() == ("0.0.0.0", port)
    close_listener(listener)


def test_a_listener_serves_its_whole_tree() -> None:
    """Only a client names a part."""
    with pytest.raises(ValueError, match="leave out /rio"):
        listen("127.0.0.1:0/rio")


def test_a_taken_port_is_said_in_words() -> None:
    """Two servers cannot have one port."""
    listener = listen("127.0.0.1:0")
    with pytest.raises(OSError, match="address in use, another server listens there"):
        listen(local_address(listener))
    close_listener(listener)
