"""The programs that a benchmark needs: compiled once, started pinned to a core, and ended again."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
CPU = os.environ.get("BENCH_CPU", "0")
"""The core that the client, the system under test and its backend share: the sum of what they cost, least noisy so."""


def built(name: str) -> str:
    """The path of a C program of this folder, compiled if its sources are newer."""
    build = HERE.parent / "build" / "bench"
    build.mkdir(parents=True, exist_ok=True)
    program, sources = build / name, [HERE / f"{name}.c", HERE / "nine.h"]
    if not program.exists() or program.stat().st_mtime < max(source.stat().st_mtime for source in sources):
        compiler = shutil.which("cc") or sys.exit("the benchmarks need a C compiler: apt-get install gcc libc6-dev")
        warnings = ["-Wall", "-Wno-unused-function", "-Wno-unused-const-variable"]
        subprocess.run([compiler, "-O2", *warnings, "-o", str(program), str(sources[0])], check=True)
    return str(program)


@contextlib.contextmanager
def running(
    *command: str, address: str = "", is_pinned: bool = True, **environment: str
) -> Iterator[subprocess.Popen[bytes]]:
    """A program on the benchmark's core (or any), ready when its address can be dialled, ended at the exit."""
    everything = {**os.environ, **environment}
    argv = pinned(command) if is_pinned else command
    process = subprocess.Popen(argv, stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL, env=everything)
    try:
        if address:
            _await(address, process)
        yield process
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def pinned(command: Sequence[str]) -> list[str]:
    """The command on the benchmark's core."""
    return ["taskset", "-c", CPU, *command]


def _await(address: str, process: subprocess.Popen[bytes]) -> None:
    for _ in range(400):
        with contextlib.suppress(OSError), dialled(address):
            return
        if process.poll() is not None:
            break
        time.sleep(0.025)
    sys.exit(f"{process.args!r} does not listen on {address}")


def dialled(address: str) -> socket.socket:
    """A connected socket; `address` is host:port or a path."""
    if address.startswith("/"):
        sock = socket.socket(socket.AF_UNIX)
        sock.connect(address)
        return sock
    host, port = address.rsplit(":", 1)
    return socket.create_connection((host, int(port)))


def free_address() -> str:
    """A loopback address that nobody uses."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return f"127.0.0.1:{listener.getsockname()[1]}"


def load(address: str, mode: str, *options: str, seconds: float) -> dict[str, Any]:
    """What `load9p` says of one run."""
    command = [built("load9p"), "-t", str(seconds), *options, address, mode]
    done = subprocess.run(pinned(command), capture_output=True, text=True, timeout=seconds + 30, check=False)
    if done.returncode:
        raise RuntimeError(f"load9p {mode} {address}: {done.stderr.strip()}")
    return dict(json.loads(done.stdout))


def weight_of_connections(address: str, path: str, pid: int, connections: int = 500) -> float:
    """KiB of memory for each idle connection with an open file."""
    before = resident(pid)
    command = pinned([built("load9p"), "-t", "1.5", "-c", str(connections), "-f", path, address, "idle"])
    with subprocess.Popen(command, stdout=subprocess.PIPE) as holder:
        assert holder.stdout
        holder.stdout.readline()
        after = resident(pid)
    return (after - before) / connections


def resident(pid: int) -> float:
    """Resident memory of a process in KiB."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return float(line.split()[1])
    raise RuntimeError(f"process {pid} is gone")


@contextlib.contextmanager
def scratch() -> Iterator[Path]:
    """A folder that is gone at the exit."""
    with tempfile.TemporaryDirectory(prefix="peribus-bench-") as folder:
        yield Path(folder)
