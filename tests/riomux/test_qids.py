"""qid.path through the mux: unique over backends, the same every time, below 2^56."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from ninep.codec import read_stat, write_stat
from ninep.messages import QTDIR, Qid, Stat
from riomux.qids import NUMBERS, patch_directory, remap, root_qid
from riomux.splice import Splice

paths = st.integers(0, (1 << 46) - 1)
numbers = st.integers(0, NUMBERS - 1)


@given(st.tuples(paths, numbers), st.tuples(paths, numbers))
def test_files_of_different_backends_differ(one: tuple[int, int], other: tuple[int, int]) -> None:
    """Two files have one path only if they are the same file of the same backend."""
    assert (remap(*one) == remap(*other)) == (one == other)


@given(st.integers(0, (1 << 64) - 1), numbers)
def test_every_path_fits(path: int, number: int) -> None:
    """9pfuse keeps the type of a qid in the upper byte. No file is taken for a root, and each knows its backend."""
    seen = remap(path, number)
    assert 0 <= seen < 1 << 56
    assert seen & 0xFF == number
    assert seen != root_qid(number).path


def test_small_paths_stay_exact_behind_three_muxes() -> None:
    """A server that counts its files can be told apart from any other, even far away."""
    far = {remap(remap(remap(path, 7), 200), 255) for path in range(1 << 16)}
    assert len(far) == 1 << 16


def test_large_paths_seldom_meet() -> None:
    """Inodes and hashes beyond 2^46 are folded, and spread."""
    assert len({remap((1 << 60) + i, 1) for i in range(100_000)}) == 100_000


def test_the_number_of_a_mount_comes_from_its_name() -> None:
    """It is the same after a restart, whatever was mounted first, unless two names meet."""
    one, other = Splice(), Splice()
    for name in ("llm", "rio", "voice"):
        one.mount(name)
    for name in ("voice", "rio", "llm"):
        other.mount(name)
    assert {n: b.number for n, b in one.mounts.items()} == {n: b.number for n, b in other.mounts.items()}
    crowd = Splice()
    for i in range(NUMBERS - 1):
        crowd.mount(f"m{i}")
    assert {backend.number for backend in crowd.mounts.values()} == set(range(1, NUMBERS))


@given(st.lists(st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=20), max_size=5))
def test_directory_entries(names: list[str]) -> None:
    """Only the qids change, and those of mounts are what the mux knows."""
    entries = [Stat(0, 0, Qid(0, 1, i), 0o644, 1, 2, 3, name, "u", "g", "m") for i, name in enumerate(names)]
    data = bytearray(b"".join(map(write_stat, entries)))
    mounts = {names[0].encode(): root_qid(9)} if names else {}
    assert patch_directory(data, 0, len(data), 3, mounts)
    at = 0
    for entry in entries:
        got, at = read_stat(bytes(data), at)
        known = entry.name == names[0]
        assert got.qid == (root_qid(9) if known else Qid(0, 1, remap(entry.qid.path, 3)))
        assert (got.name, got.mode, got.length) == (entry.name, entry.mode, entry.length)


@given(st.binary(max_size=200))
def test_what_is_no_directory(data: bytes) -> None:
    """Any bytes are edited or refused, and never written beyond."""
    buffer = bytearray(data + b"beyond")
    patch_directory(buffer, 0, len(data), 3, {b"x": Qid(QTDIR, 0, 1)})
    assert buffer[len(data) :] == b"beyond"
