"""A real directory over 9P and a plain one, side by side, by chance."""

from __future__ import annotations

import os
import random
from pathlib import Path

import pytest
from tests.ninep.exporting import client_of, make

from ninep import FileError
from ninep.client import Client
from ninep.export import exported
from ninep.messages import (
    DMDIR,
)


@pytest.mark.parametrize("seed", range(4))
async def test_by_chance_it_does_what_a_directory_does(tmp_path: Path, seed: int) -> None:
    """The same random operations, here through 9P and there by the system's own calls, leave the same tree."""
    chance = random.Random(seed)
    here, there = tmp_path / "here", tmp_path / "there"
    here.mkdir()
    there.mkdir()
    paths = ["a", "b", "c", "d", "d/a", "d/b", "d/e", "d/e/a", "e", "e/a"]
    with exported(here) as root:
        async with client_of(root) as client:
            for step in range(150):
                operation = chance.choice(OPERATIONS)
                path, other, number = chance.choice(paths), chance.choice("abcde"), chance.randrange(1, 5000)
                outcome = await done(client, operation, path, other, number)
                assert outcome == did(there, operation, path, other, number), (step, operation, path, other)
                if step % 10 == 0:
                    assert snapshot(here) == snapshot(there), (step, operation, path, other)
        assert snapshot(here) == snapshot(there)
        assert root.export.room.taken == 0  # type: ignore[attr-defined] # as above


OPERATIONS = ["make", "make", "mkdir", "write", "put", "remove", "rename", "truncate", "chmod", "touch", "read"]


async def done(client: Client, operation: str, path: str, other: str, number: int) -> object:
    """Through 9P; False if it was refused."""
    body = (path * number).encode()[:number]
    try:
        match operation:
            case "make":
                await make(client, path, body)
            case "mkdir":
                async with client.create(path, DMDIR | 0o755, "r"):
                    pass
            case "write":
                await client.write(path, body)
            case "put":
                async with client.open(path, "rw") as file:
                    await file.write(body)
            case "remove":
                await client.remove(path)
            case "rename":
                await client.wstat(path, name=other)
            case "truncate":
                await client.wstat(path, length=number)
            case "chmod":
                await client.wstat(path, mode=(await client.stat(path)).mode & ~0o777 | 0o700 | number % 64)
            case "touch":
                await client.wstat(path, mtime=number)
            case "read":
                return await client.read(path) if not (await client.stat(path)).mode & DMDIR else False
    except FileError as error:
        assert "internal" not in str(error)
        return False
    return True


def did(root: Path, operation: str, name: str, other: str, number: int) -> object:
    """By the system's own calls; False if it was refused."""
    path, body = root / name, (name * number).encode()[:number]
    try:
        match operation:
            case "make":
                with path.open("xb") as file:
                    file.write(body)
                path.chmod(0o644)
            case "mkdir":
                path.mkdir()
                path.chmod(0o755 & path.parent.stat().st_mode)
            case "write":
                with path.open("rb+") as file:
                    file.truncate(0)
                    file.write(body)
            case "put":
                with path.open("rb+") as file:
                    file.write(body)
            case "remove":
                path.rmdir() if path.is_dir() else path.unlink()
            case "rename":
                if name == other or name.endswith(f"/{other}"):
                    return path.exists()  # the name that it has: nothing is touched
                if path.with_name(other).exists():
                    return False
                path.rename(path.with_name(other))
            case "truncate":
                os.truncate(path, number)
            case "chmod":
                path.chmod(0o700 | number % 64)
            case "touch":
                os.utime(path, (0, number))
            case "read":
                return path.read_bytes()
    except OSError:
        return False
    return True


def snapshot(root: Path) -> dict[str, tuple[int, bytes]]:
    """Every path with its mode and content."""
    return {
        str(path.relative_to(root)): (path.stat().st_mode, b"" if path.is_dir() else path.read_bytes())
        for path in sorted(root.rglob("*"))
    }
