"""Where a 9P server is: dial strings, the namespace directory, dialling and listening.

An address is a Plan 9 dial string, `unix!/path` or `tcp!host!port`, or what people write instead: `host:port`,
`[v6]:port`, a bare `host`, the absolute path of a socket. Each may end in `/sub/tree`, the part of the server's tree
that is meant. This module knows sockets and nothing of 9P: it gives connected or listening ones, bare and non-blocking.

What fails here fails because of a word that a person wrote, so every error is one sentence that says what to do:
`ValueError` for an address that is none, `OSError` for one that cannot be had.
"""

from __future__ import annotations

import errno
import fcntl
import os
import pwd
import re
import socket
import stat
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from ipaddress import ip_address
from pathlib import Path, PurePosixPath
from typing import Literal

import trio

PORT = 5640  # for an address that names none
BACKLOG = 4096  # the kernel takes the smaller of this and net.core.somaxconn
TIMEOUT = 5.0  # seconds to connect; a machine that is there answers in far less
RETRY = 0.01  # seconds between two tries at a unix socket whose backlog is full, or at a directory's lock
LOCK_PATIENCE = 1.0  # seconds to wait for that lock

# A peer whose cable was pulled says nothing: without these a blocked read would wait for it for ever. Dead after about
# 30 s of silence, whether we are waiting (keepalive) or sending (user timeout).
KEEPALIVE = {"TCP_KEEPIDLE": 15, "TCP_KEEPINTVL": 5, "TCP_KEEPCNT": 3, "TCP_USER_TIMEOUT": 30_000}

_BANG = re.compile(r"tcp!(?P<host>\[[^]/!\s]+]|[^][/!\s.][^][/!\s]*)(?:!(?P<port>\d+))?(?P<path>/.*)?")
_COLON = re.compile(r"(?P<host>\[[^]/!\s]+]|[^][/!:\s.][^][/!:\s]*)(?::(?P<port>\d+))?(?P<path>/.*)?")


# Addresses.


@dataclass(frozen=True, slots=True)
class Address:
    """A parsed address; `str` gives it back as it was written.

    For tcp, `path` is the tree within the server. For unix it is the socket and the tree in one: which part is the
    socket only the file system knows, so `split` asks it when somebody dials.
    """

    text: str
    network: Literal["unix", "tcp"]
    path: str
    host: str = ""
    port: int = 0

    @classmethod
    def parse(cls, text: str | Address, port: int = PORT) -> Address:
        """The address that a text means; `port` is taken where it names none.

        >>> address = Address.parse("192.168.1.50:5642/rio")
        >>> address.host, address.port, address.path, str(address)
        ('192.168.1.50', 5642, '/rio', '192.168.1.50:5642/rio')
        """
        if isinstance(text, Address):
            return text
        path = text.removeprefix("unix!")
        if path.startswith("/"):
            return cls(text, "unix", _plain(path))
        match = _BANG.fullmatch(text) or _COLON.fullmatch(text)
        if not match:
            raise ValueError(_complaint(text))
        number = int(match["port"] or port)
        if number > 65535:
            raise ValueError(f"{text}: a port is a number up to 65535")
        return cls(text, "tcp", _plain(match["path"] or "/").removesuffix("/"), match["host"].strip("[]"), number)

    def split(self) -> tuple[Address, str]:
        """The address of the server alone, and the tree within it ("" is all of it).

        Of a unix path, the longest part that is a socket is the server; if none is, the whole path is.
        """
        if self.network == "tcp":
            return Address(f"tcp!{self.host}!{self.port}", "tcp", "", self.host, self.port), self.path
        path = Path(self.path)
        socket_path = next((part for part in (path, *path.parents) if _is_socket(part)), path)
        tree = self.path.removeprefix(str(socket_path))
        return Address(f"unix!{socket_path}", "unix", str(socket_path)), tree

    def __str__(self) -> str:
        return self.text


def _is_socket(path: Path) -> bool:
    """What may not be looked at is none, as far as is known; who dials it hears the kernel's word."""
    try:
        return path.is_socket()
    except PermissionError:
        return False


def _plain(path: str) -> str:
    return str(PurePosixPath(path))  # without doubled or trailing slashes


def _complaint(text: str) -> str:
    if text.startswith("tls!"):
        return f"{text}: tls is not available in this version; bring the server's unix socket here with ssh -L instead"
    if text.startswith(("unix!", ".")):
        return f"{text}: the path of a socket is absolute, as in unix!/tmp/socket"
    if text.count(":") > 1:
        return f"{text}: write an IPv6 address in brackets, as in [::1]:{PORT}"
    return f"{text or 'an empty text'} is no address; write unix!/path, tcp!host!port or host:port"


def local_address(sock: socket.socket) -> Address:
    """The address that a listening socket really has: the port it got for port 0, say."""
    name = sock.getsockname()
    if sock.family == socket.AF_UNIX:
        return Address.parse(f"unix!{name}")
    return Address(f"tcp!{name[0]}!{name[1]}", "tcp", "", name[0], name[1])


def namespace() -> Path:
    """The directory of this user's sockets: `$NAMESPACE`, else `/tmp/ns.$USER.:0`, as plan9port has it.

    Made (0700) if it is missing. One that somebody else owns, or may enter, is refused: who can put a socket there
    can be whom we talk to.
    """
    directory = Path(os.environ.get("NAMESPACE") or f"/tmp/ns.{user()}.:0")  # noqa: S108 - checked below, not trusted
    directory.mkdir(mode=0o700, exist_ok=True)
    facts = directory.lstat()
    if not stat.S_ISDIR(facts.st_mode) or facts.st_uid != os.getuid():
        raise PermissionError(f"{directory} is not a directory of yours; set NAMESPACE to one that is")
    if facts.st_mode & 0o077:
        raise PermissionError(f"{directory} is open to other users; say chmod 700 {directory}")
    return directory


def user() -> str:
    """The name of who runs this, also where there is no login (a container, a systemd unit)."""
    if name := os.environ.get("USER"):
        return name
    try:
        return pwd.getpwuid(os.getuid()).pw_name
    except KeyError:
        return str(os.getuid())


# Dialling.


async def dial(address: Address | str, *, timeout: float = TIMEOUT) -> socket.socket:
    """A connected non-blocking socket to the server at an address (its tree is the caller's affair).

    Raises ValueError if the text is no address, ConnectionError if nobody is reached within `timeout` seconds.
    """
    address = Address.parse(address)
    server, _ = address.split()
    with trio.move_on_after(timeout):
        try:
            return await (_dial_unix(server.path) if server.network == "unix" else _dial_tcp(server.host, server.port))
        except OSError as error:
            raise ConnectionError(_unreachable(server, error)) from error
    raise ConnectionError(f"{server} does not answer within {timeout:g} s")


async def _dial_unix(path: str) -> socket.socket:
    sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        sock.setblocking(False)
        await trio.lowlevel.checkpoint()
        while (code := sock.connect_ex(path)) == errno.EAGAIN:  # backlog full; the kernel gives no event for it
            await trio.sleep(RETRY)
        if code:
            raise OSError(code, os.strerror(code))
    except BaseException:
        sock.close()
        raise
    return sock


async def _dial_tcp(host: str, port: int) -> socket.socket:
    stream = await trio.open_tcp_stream(host, port)  # all addresses of the host, by RFC 8305
    sock = socket.socket(fileno=stream.socket.detach())
    sock.setblocking(False)
    _watch_peer(sock)
    return sock


def _watch_peer(sock: socket.socket) -> None:
    """Small messages leave at once, and a peer that is gone is noticed. Connections inherit it from their listener."""
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    for name, value in KEEPALIVE.items():
        if hasattr(socket, name):  # they are Linux's names; elsewhere the system's own times hold
            sock.setsockopt(socket.IPPROTO_TCP, getattr(socket, name), value)


def _unreachable(server: Address, error: OSError) -> str:
    tries = error.__cause__.exceptions if isinstance(error.__cause__, ExceptionGroup) else ()
    error = next((each for each in tries if isinstance(each, OSError)), error)  # of a host's addresses, the first's
    if isinstance(error, socket.gaierror):
        return f"{server}: no machine is known as {server.host}"
    if error.errno in {errno.ENOENT, errno.ENOTDIR}:
        return f"{server}: there is no such socket; is the server started?"
    if error.errno == errno.ECONNREFUSED:
        return f"{server}: no server answers there; is it started?"
    if error.errno == errno.EACCES:
        return f"{server}: the socket belongs to another user"
    return f"{server} cannot be reached: {_words(error)}"


def _words(error: OSError) -> str:
    return (error.strerror or str(error)).lower()


# Listening.


def listen(address: Address | str, *, open_to_network: bool = False) -> socket.socket:
    """A listening non-blocking socket.

    The socket file of a unix address is its owner's alone (0600), and takes the place of one that a dead server left.
    A tcp address that other machines can reach is refused unless `open_to_network`. Raises ValueError for an address
    that is none, OSError with a sentence for one that cannot be had.
    """
    address = Address.parse(address)
    if address.network == "unix":
        return _listen_unix(address)
    if address.path:
        raise ValueError(f"{address}: a server listens for its whole tree; leave out {address.path}")
    return _listen_tcp(address, open_to_network)


def close_listener(sock: socket.socket) -> None:
    """Stop listening, and take the socket file away."""
    path = Path(sock.getsockname()) if sock.family == socket.AF_UNIX else None
    sock.close()
    if path and path.parent.is_dir():
        with suppress(OSError), _alone_in(path.parent):  # a socket that stays behind is replaced by the next server
            _remove_stale(path)


def _listen_unix(address: Address) -> socket.socket:
    try:
        return _listen_at(Path(address.path))
    except OSError as error:
        why = f"cannot listen there: {_words(error)}" if error.errno else str(error)  # the kernel's no, or a sentence
        raise OSError(f"{address}: {why}") from error


def _listen_at(path: Path) -> socket.socket:
    if not path.parent.is_dir():
        raise OSError(f"there is no directory {path.parent}; make it first (mode 700)")
    with _alone_in(path.parent):
        if not _remove_stale(path):
            what = "another server answers there" if path.is_socket() else "a file that is no socket lies there"
            raise OSError(f"address in use, {what}")
        sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            os.fchmod(sock.fileno(), 0o600)  # Linux gives the file this mode as it appears: no moment open to others
            sock.bind(str(path))
            path.chmod(0o600)  # for systems that don't
            return _listening(sock)
        except OSError:
            sock.close()
            raise


def _listen_tcp(address: Address, open_to_network: bool) -> socket.socket:
    family, where = _resolve(address)
    if not ip_address(where[0].partition("%")[0]).is_loopback and not open_to_network:
        raise PermissionError(
            f"{address} can be reached from other machines, and nobody there is asked who they are; "
            "listen on 127.0.0.1, or say --open-to-network if that is what you want"
        )
    sock = socket.socket(family, socket.SOCK_STREAM)
    try:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if family == socket.AF_INET6:
            sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, address.host != "*")
        _watch_peer(sock)
        sock.bind(where)
        return _listening(sock)
    except OSError as error:
        sock.close()
        if error.errno == errno.EADDRINUSE:
            raise OSError(f"{address}: address in use, another server listens there") from error
        raise OSError(f"{address}: cannot listen there: {_words(error)}") from error


def _resolve(address: Address) -> tuple[int, tuple[str, int]]:
    """Family and socket address to bind; the host `*` is every address of this machine, as in Plan 9."""
    if address.host == "*":
        if socket.has_dualstack_ipv6():
            return socket.AF_INET6, ("::", address.port)
        return socket.AF_INET, ("0.0.0.0", address.port)  # noqa: S104 - which is refused unless it is wanted
    try:
        found = socket.getaddrinfo(address.host, address.port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    except socket.gaierror as error:
        raise OSError(f"{address}: no machine is known as {address.host}") from error
    family, _, _, _, where = found[0]
    return family, (str(where[0]), address.port)


def _listening(sock: socket.socket) -> socket.socket:
    sock.listen(BACKLOG)
    sock.setblocking(False)
    return sock


def _remove_stale(path: Path) -> bool:
    """Take away a socket file that nobody listens at. True if the path is free now."""
    if not path.is_socket():
        return not path.exists()
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
        probe.setblocking(False)  # a live server with a full backlog answers EAGAIN, not never
        if probe.connect_ex(str(path)) != errno.ECONNREFUSED:
            return False
    path.unlink()
    return True


@contextmanager
def _alone_in(directory: Path) -> Iterator[None]:
    """Between bind and listen a socket looks stale: two servers that start at once must look one after the other.

    They hold the directory's lock for microseconds, and closing gives it back. In a directory like /tmp, whoever can
    read it can hold it for good; then OSError says so, for to go on without it could take a live server's socket away.
    """
    held = os.open(directory, os.O_RDONLY | os.O_DIRECTORY)
    try:
        _lock(held, directory)
        yield
    finally:
        os.close(held)


def _lock(held: int, directory: Path) -> None:
    until = time.monotonic() + LOCK_PATIENCE
    while True:
        try:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() > until:
                raise OSError(f"{directory} is locked by another program; choose a directory of yours alone") from None
            time.sleep(RETRY)  # at the start of a server, where nothing else runs yet
        else:
            return
