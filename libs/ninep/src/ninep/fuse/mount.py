"""Putting a FUSE session into a directory and taking it out: mount(2) as root, else through fusermount3.

What cannot be done is an OSError whose text is one sentence for the person who typed the command.
"""

from __future__ import annotations

import array
import ctypes
import errno
import os
import shutil
import socket
import subprocess
from dataclasses import dataclass
from pathlib import Path

DEVICE = "/dev/fuse"
MS_RDONLY, MS_NOSUID, MS_NODEV = 1, 2, 4
MNT_DETACH = 2

_libc = ctypes.CDLL(None, use_errno=True)


@dataclass(frozen=True)
class Options:
    """How the directory is mounted. Without `allow_other` only the user who mounts can enter it; with it the kernel
    checks the permissions, since to the server all are this one user."""

    source: str  # what `mount` and `df` show: the server
    read_only: bool = False
    allow_other: bool = False

    def words(self) -> list[str]:
        """As mount(2) has them in its data."""
        return ["allow_other", "default_permissions"] if self.allow_other else []


def check(directory: Path) -> None:
    """Refuse what can't be mounted on. A mount whose process has died is taken away."""
    try:
        if not directory.is_dir():
            raise NotADirectoryError(f"{directory} is not a directory; make it first")
        if directory.is_mount():
            raise OSError(errno.EBUSY, f"{directory} is a mount already; say umount {directory} first")
        if any(directory.iterdir()):
            raise OSError(errno.ENOTEMPTY, f"{directory} is not empty, and the mount would hide what is in there")
    except OSError as error:
        if error.errno != errno.ENOTCONN:
            raise
        unmount(directory, lazily=True)
    if not Path(DEVICE).exists():
        raise FileNotFoundError(f"there is no {DEVICE} here: load the fuse module, or give it to this container")


def mount(directory: Path, options: Options, *, by_helper: bool | None = None) -> int:
    """Mount, and give the device, which does not block; the first request waits there. `by_helper` is for tests."""
    if by_helper is None:
        by_helper = os.geteuid() != 0
    device = _mount_by_helper(directory, options) if by_helper else _mount(directory, options)
    os.set_blocking(device, False)
    return device


def unmount(directory: Path, *, lazily: bool = False) -> None:
    """Take the mount out; `lazily` even if somebody is in it. OSError EBUSY if somebody is and it is not."""
    if os.geteuid() == 0:
        if _libc.umount2(os.fsencode(directory), MNT_DETACH if lazily else 0):
            number = ctypes.get_errno()
            raise OSError(number, f"{directory} cannot be unmounted: {os.strerror(number).lower()}")
        return
    lazy = ["-z"] if lazily else []
    done = subprocess.run([_helper(), "-u", "-q", *lazy, str(directory)], check=False, capture_output=True)
    if done.returncode:
        raise OSError(errno.EBUSY, f"{directory} cannot be unmounted: {done.stderr.decode().strip()}")


def _mount(directory: Path, options: Options) -> int:
    try:
        device = os.open(DEVICE, os.O_RDWR | os.O_CLOEXEC)
    except OSError as error:
        raise OSError(error.errno, f"{DEVICE} cannot be opened: {os.strerror(error.errno or 0).lower()}") from error
    words = [f"fd={device}", "rootmode=40000", f"user_id={os.getuid()}", f"group_id={os.getgid()}", *options.words()]
    flags = MS_NOSUID | MS_NODEV | (MS_RDONLY if options.read_only else 0)
    source = os.fsencode(options.source)
    if _libc.mount(source, os.fsencode(directory), b"fuse.ninep", flags, ",".join(words).encode()):
        number = ctypes.get_errno()
        os.close(device)
        raise OSError(number, f"{directory} cannot be mounted on: {os.strerror(number).lower()}")
    return device


def _mount_by_helper(directory: Path, options: Options) -> int:
    """fusermount3 opens the device, mounts, and sends the descriptor over the socket that _FUSE_COMMFD names."""
    source = options.source.replace("\\", "\\\\").replace(",", "\\,")
    access = "ro" if options.read_only else "rw"
    words = [access, "nosuid", "nodev", f"fsname={source}", "subtype=ninep", *options.words()]
    ours, theirs = socket.socketpair()
    with ours, theirs:
        done = subprocess.run(
            [_helper(), "-o", ",".join(words), "--", str(directory)],
            env={**os.environ, "_FUSE_COMMFD": str(theirs.fileno())},
            pass_fds=[theirs.fileno()],
            check=False,
            capture_output=True,
        )
        if done.returncode:
            raise PermissionError(done.stderr.decode().strip() or f"{directory} cannot be mounted on by fusermount3")
        _, ancillary, *_ = ours.recvmsg(1, socket.CMSG_SPACE(array.array("i").itemsize))
    device = array.array("i", ancillary[0][2])[0]
    os.set_inheritable(device, False)
    return device


def _helper() -> str:
    for name in ("fusermount3", "fusermount"):
        if path := shutil.which(name):
            return path
    raise FileNotFoundError("fusermount3 is not installed: install the package fuse3, or mount as root")
