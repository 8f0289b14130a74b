"""Programs that trust a file system with their data, on a mount of a real directory: fio, git, tar."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
import trio
from tests.ninep.fuse.mounts import OURS, STOCK, guarded, why_not

pytestmark = pytest.mark.skipif(bool(why_not()), reason=why_not() or "it can be")

NINEP = Path(sys.executable).parent / "ninep"
LIMIT = 100  # seconds for one of these
SOURCES = Path(__file__).parents[2] / "libs"
JOB = [
    "--name=verify", "--rw=randrw", "--bsrange=1k-256k", "--size=8m", "--numjobs=2", "--fsync=64", "--end_fsync=1",
    "--verify=crc32c", "--verify_fatal=1", "--do_verify=1", "--ioengine=psync", "--randseed=9", "--minimal",
]  # fmt: skip


@dataclass
class Place:
    """A directory that is served, and its mount."""

    shared: Path
    mount: Path

    async def sh(self, line: str) -> str:
        """What a shell prints that stands beside both, and stops at the first failure."""
        with trio.fail_after(LIMIT):
            command = ["bash", "-ec", f"set -o pipefail; cd {self.mount.parent}\n{line}"]
            done = await trio.run_process(command, capture_stdout=True, stderr=subprocess.STDOUT, check=False)
        assert done.returncode == 0, done.stdout.decode()
        return done.stdout.decode()


@asynccontextmanager
async def open_place(folder: Path, by: str) -> AsyncIterator[Place]:
    """`ninep serve` of a directory, and `ninep mount` of that, or 9pfuse; all of them processes of their own."""
    place, address = Place(folder / "shared", folder / "mount"), f"unix!{folder}/socket"
    for directory in (place.shared, place.mount):
        directory.mkdir()
    async with trio.open_nursery() as nursery:
        await _start(nursery, [NINEP, "serve", "--listen", address, place.shared])
        with guarded(place.mount):
            if by == STOCK:
                await trio.run_process([STOCK, address, str(place.mount)])
            else:
                await _start(nursery, [NINEP, "mount", "--foreground", address, place.mount])
            yield place
        nursery.cancel_scope.cancel()


async def _start(nursery: trio.Nursery, command: list[str | Path]) -> None:
    """Run a program beside us, from when it has printed its line on."""

    async def run(*, task_status: trio.TaskStatus[trio.Process]) -> None:
        await trio.run_process(
            [str(word) for word in command], stdout=subprocess.PIPE, check=False, task_status=task_status
        )

    process: trio.Process = await nursery.start(run)
    assert process.stdout
    with trio.fail_after(30):
        assert await process.stdout.receive_some(), f"{command} says nothing"


@pytest.fixture(params=[OURS, STOCK])
def by(request: pytest.FixtureRequest) -> str:
    """Who mounts."""
    if request.param == STOCK and not shutil.which(STOCK):
        pytest.skip("plan9port's 9pfuse is not on PATH")
    return str(request.param)


@pytest.mark.skipif(not shutil.which("fio"), reason="fio is not installed: apt-get install fio")
async def test_fio_reads_what_it_wrote(tmp_path: Path, by: str) -> None:
    """Two jobs write blocks of all sizes in any order, and each block's checksum is right afterwards."""
    async with open_place(tmp_path, by) as place:
        job = " ".join(JOB)
        for line in (await place.sh(f"fio --directory=mount {job}")).splitlines():
            assert line.split(";")[4] == "0", line  # the error of the job, in the terse output
        assert await place.sh("ls shared | wc -l") == "2\n"


@pytest.mark.skipif(not shutil.which("git"), reason="git is not installed")
async def test_git_clones_and_checks_a_tree(tmp_path: Path) -> None:
    """A clone is a clone, also after a commit, a repack and a check of every object."""
    async with open_place(tmp_path, OURS) as place:
        git = "git -c user.name=ada -c user.email=ada@example.org -c commit.gpgsign=false -c safe.directory='*'"
        await place.sh(
            f"mkdir origin; cp -r {SOURCES} origin; cd origin; {git} init -q; {git} add .; {git} commit -qm 1"
        )
        await place.sh(f"{git} clone -q --no-local origin mount/clone")
        for clone in ("mount/clone", "shared/clone"):
            assert await place.sh(f"diff -r --exclude=.git origin {clone}") == ""
        await place.sh(f"cd mount/clone; echo more >> libs/new; {git} add .; {git} commit -qm 2; {git} repack -qad")
        await place.sh(f"cd mount/clone; {git} fsck --strict --no-progress; {git} gc -q")
        assert await place.sh(f"cd shared/clone; {git} status --short; {git} log --oneline | wc -l") == "2\n"


async def test_tar_keeps_every_byte_time_and_mode(tmp_path: Path) -> None:
    """A tree goes in through the mount and comes out of it, and the disk has the same. (Not with 9pfuse, which gives
    tar 4096 bytes of what it asks for, and tar takes that for the end.)"""
    async with open_place(tmp_path, OURS) as place:
        sums = "find . -type f -not -name '*.pyc' -print0 | sort -z | xargs -0 cksum"
        await place.sh(f"tar cf in.tar -C {SOURCES} --exclude=*.pyc --owner=$(id -u) --group=$(id -g) .")
        await place.sh("mkdir in && tar xf in.tar -C in --no-same-owner")
        await place.sh("mkdir mount/tree && tar xf in.tar -C mount/tree --no-same-owner --delay-directory-restore")
        await place.sh("tar cf out.tar -C mount/tree . && mkdir out && tar xf out.tar -C out")
        there = [await place.sh(f"cd {tree}; {sums}") for tree in ("in", "shared/tree", "mount/tree", "out")]
        assert there[0].count("\n") > 50
        assert there[1:] == there[:1] * 3
        listing = "find . -type f -printf '%P %m %Ts\\n' | sort"
        assert await place.sh(f"cd out; {listing}") == await place.sh(f"cd in; {listing}")
