"""The inside of a cage: run under `unshare --mount --net`, it makes the world in which a rio then lives.

    python inside.py BASE OPEN CHANNEL ARGUMENT …

The root directory is a copy on write of this machine's: all that anybody in the cage writes is found in one directory,
which is empty at first. Only the directory OPEN is shared with the outside. The network has one device, the loopback,
and every address of the world is routed to it, so that its counters count every packet. What could be reached there
listens. The descriptors of all this go out by CHANNEL; then this process becomes `rio ARGUMENT …`.
"""

import os
import socket
import subprocess
import sys
from pathlib import Path

ABSTRACT = "\0rio-cage"
PORT = 5641


def main(base: Path, shared: Path, channel: int, arguments: list[str]) -> None:
    """Never returns."""
    _make_the_network()
    told = [*_make_the_files(base, shared), *_listeners()]
    with socket.socket(fileno=channel) as outside:
        socket.send_fds(outside, [b"ready"], told)
    os.chroot(base / "root")
    os.chdir("/")
    os.execv(sys.executable, [sys.executable, "-I", "-B", "-m", "rio", *arguments])


def _make_the_network() -> None:
    for path in Path("/proc/sys/net/ipv6/conf").glob("*/disable_ipv6"):
        path.write_text("1")  # the kernel would say hello to its neighbours by itself
    _run("ip", "link", "set", "lo", "up")
    _run("ip", "route", "add", "local", "default", "dev", "lo")


def _make_the_files(base: Path, shared: Path) -> list[int]:
    """Descriptors of what is written: anywhere, and in shared memory."""
    _run("mount", "-t", "tmpfs", "tmpfs", base)
    upper, work, root = (base / name for name in ("upper", "work", "root"))
    for directory in (upper, work, root):
        directory.mkdir()
    _run("mount", "-t", "overlay", "overlay", "-o", f"lowerdir=/,upperdir={upper},workdir={work}", root)
    for device in ("proc", "sys", "dev"):
        _run("mount", "--rbind", f"/{device}", root / device)
    _run("mount", "-t", "tmpfs", "-o", "mode=1777", "tmpfs", root / "dev/shm")
    _run("mount", "--bind", shared, root / shared.relative_to("/"))
    return [os.open(path, os.O_PATH) for path in (upper, root / "dev/shm")]


def _listeners() -> list[int]:
    """What a program would reach first: TCP, UDP, and a unix socket without a file."""
    stream, packets, abstract = socket.socket(), socket.socket(type=socket.SOCK_DGRAM), socket.socket(socket.AF_UNIX)
    stream.bind(("127.0.0.1", PORT))
    packets.bind(("127.0.0.1", PORT))
    abstract.bind(ABSTRACT)
    for listener in (stream, abstract):
        listener.listen()
    return [listener.detach() for listener in (stream, packets, abstract)]


def _run(*command: str | Path) -> None:
    subprocess.run(command, check=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3]), sys.argv[4:])
