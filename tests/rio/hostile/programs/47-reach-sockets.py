"""Connects to the display's own socket, to one without a file, and to a port of this machine."""
# prints: nothing
import socket

done = []
for family, kind, address in (
    (socket.AF_UNIX, socket.SOCK_STREAM, f"{shared}/rio"),
    (socket.AF_UNIX, socket.SOCK_STREAM, abstract),
    (socket.AF_UNIX, socket.SOCK_STREAM, "/var/run/docker.sock"),
    (socket.AF_UNIX, socket.SOCK_DGRAM, "/dev/log"),
    (socket.AF_INET, socket.SOCK_STREAM, ("127.0.0.1", port)),
    (socket.AF_INET, socket.SOCK_DGRAM, ("127.0.0.1", port)),
    (socket.AF_INET, socket.SOCK_STREAM, ("192.0.2.1", 80)),
    (socket.AF_INET6, socket.SOCK_STREAM, ("::1", port)),
    (socket.AF_INET, socket.SOCK_RAW, ("127.0.0.1", port)),
    (socket.AF_NETLINK, socket.SOCK_RAW, (0, 0)),
    (socket.AF_PACKET, socket.SOCK_RAW, ("lo", 0)),
    (socket.AF_ALG, socket.SOCK_SEQPACKET, ("hash", "sha256")),
    (socket.AF_VSOCK, socket.SOCK_STREAM, (2, 1)),
):
    try:
        sock = socket.socket(family, kind)
        done.append(family)
        sock.settimeout(1)
        sock.connect(address)
    except OSError:
        continue
for look in (lambda: socket.gethostbyname("example.com"), lambda: socket.getaddrinfo("localhost", 80), socket.socketpair):
    try:
        done.append(look())
    except OSError:
        continue
print(done or "nothing")
