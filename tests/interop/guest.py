"""A Linux machine in a window of our own: Debian's stock kernel in QEMU, busybox, and one script that says how it went.

Nothing of it is installed: `deploy/setup interop` unpacks the kernel into build/interop, and the root file system is an
archive in memory that is made here. The guest reaches 127.0.0.1 of this machine as 10.0.2.2, and nobody else.
"""

from __future__ import annotations

import lzma
import os
import re
import shutil
import stat
import subprocess
from collections.abc import Iterator, Sequence
from pathlib import Path

KERNELS = Path(__file__).parents[2] / "build" / "interop"
QEMU = "qemu-system-x86_64"
MODULES = ("virtio_pci", "virtio_net", "9pnet_fd", "9p")
NETCAT = "nc.openbsd"  # busybox has no unix sockets
BOOT = (
    *(QEMU, "-accel", "tcg", "-nodefaults", "-no-user-config", "-no-reboot", "-display", "none", "-serial", "stdio"),
    *("-m", "512", "-nic", "user,model=virtio-net-pci"),
    *("-append", "console=ttyS0 loglevel=1 panic=-1 mitigations=off nokaslr"),
)
INIT = """\
#!/bin/busybox sh
/bin/busybox mkdir -p /proc /tmp /run
/bin/busybox --install -s /bin
export PATH=/bin
mount -t devtmpfs dev /dev && mount -t proc proc /proc
for module in $(cat /modules/order); do insmod /modules/$module; done
ip link set lo up && ip address add 10.0.2.15/24 dev eth0 && ip link set eth0 up
sh /script
poweroff -f
"""
DEPENDS = re.compile(rb"\0depends=([^\0]*)\0")  # what a module says of itself


def why_not() -> str:
    """Why no guest can be started here, or nothing."""
    if not shutil.which(QEMU):
        return f"there is no {QEMU}: make interop installs it where it may"
    missing = [name for name in ("busybox", NETCAT) if not shutil.which(name)]
    if missing:
        return f"there is no {missing[0]}: make interop installs it where it may"
    return "" if any(KERNELS.glob("boot/vmlinuz-*")) else "there is no kernel in build/interop: deploy/setup interop"


def boot(script: str, patience: float) -> list[str]:
    """Start a guest that runs a shell script, and give what the script printed. It is killed after `patience` seconds.

    subprocess.TimeoutExpired, with what was printed until then, if it does not end by itself.
    """
    kernel = max(KERNELS.glob("boot/vmlinuz-*"))
    archive = os.memfd_create("root")
    try:
        with open(archive, "wb", closefd=False) as file:
            file.write(b"".join(_archive(script, kernel.name.removeprefix("vmlinuz-"))))
        command = [*BOOT, "-kernel", str(kernel), "-initrd", f"/proc/self/fd/{archive}"]
        done = subprocess.run(
            command, stdin=subprocess.DEVNULL, capture_output=True, timeout=patience, pass_fds=[archive], check=False
        )
    finally:
        os.close(archive)
    return done.stdout.decode(errors="replace").splitlines()


def _archive(script: str, release: str) -> Iterator[bytes]:
    """The root file system, as the kernel takes it: cpio(5), the "new ASCII format"."""
    modules = _modules(KERNELS / "lib" / "modules" / release)
    for name in ("bin", "dev", "modules"):
        yield _entry(name, b"", stat.S_IFDIR | 0o755)
    yield _entry("init", INIT.encode(), stat.S_IFREG | 0o755)
    yield _entry("script", script.encode())
    yield _entry("modules/order", "\n".join(modules).encode())
    for name, body in modules.items():
        yield _entry(f"modules/{name}", body)
    yield from _program("busybox", "busybox")
    yield from _program("dd", "coredd")  # busybox's cannot open with O_NONBLOCK
    yield from _program(NETCAT, "netcat")
    yield _entry("TRAILER!!!", b"", 0)


def _entry(name: str, body: bytes, mode: int = stat.S_IFREG | 0o755) -> bytes:
    facts = (0, mode, 0, 0, 1, 0, len(body), 0, 0, 0, 0, len(name) + 1, 0)
    head = "070701" + "".join(f"{fact:08x}" for fact in facts) + name + "\0"
    return _padded(head.encode()) + _padded(body)


def _padded(data: bytes) -> bytes:
    return data + bytes(-len(data) % 4)


def _modules(directory: Path) -> dict[str, bytes]:
    """The modules of 9P over the network, by name, each after those that it needs."""
    paths = {path.name.partition(".")[0].replace("-", "_"): path for path in directory.rglob("*.ko*")}
    found: dict[str, bytes] = {}

    def add(name: str) -> None:
        body = lzma.decompress(path.read_bytes()) if (path := paths[name]).suffix == ".xz" else path.read_bytes()
        for needed in _needs(body):
            if needed not in found and needed in paths:  # what is not there is in the kernel itself
                add(needed)
        found[name] = body

    for name in MODULES:
        add(name)
    return found


def _needs(module: bytes) -> Sequence[str]:
    match = DEPENDS.search(module)
    return [name.replace("-", "_") for name in match[1].decode().split(",") if name] if match else []


def _program(program: str, name: str) -> Iterator[bytes]:
    """A program of this machine as /bin/NAME, and the libraries that it is linked with."""
    path = shutil.which(program)
    assert path, program
    yield _entry(f"bin/{name}", Path(path).read_bytes())
    listed = subprocess.run(["/usr/bin/ldd", path], capture_output=True, text=True, check=False)
    for library in re.findall(r"(/\S+) \(0x", listed.stdout):
        for directory in reversed(Path(library).parents[:-1]):
            yield _entry(str(directory)[1:], b"", stat.S_IFDIR | 0o755)
        yield _entry(library[1:], Path(library).read_bytes())
