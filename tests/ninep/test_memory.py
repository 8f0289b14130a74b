"""Files in memory behave like files: `ninep conform` says so of the protocol, these say the rest."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

import pytest
from msgspec.structs import replace

from ninep import FileError
from ninep.memory import COST, File, Folder, Item
from ninep.messages import DMAPPEND, DMDIR, DMEXCL, OEXEC, ORCLOSE, ORDWR, OREAD, OTRUNC, OWRITE, QTAPPEND
from ninep.node import Place


def change(item: Item, **fields: Any) -> None:
    item.wstat(replace(item.stat(item.name), **fields), set(fields))


def test_a_file_lives() -> None:
    """Made, written at any offset, read, truncated, grown, renamed, removed; its qid stays, its version grows."""
    root = Folder()
    file, opened = root.create_open("notes", 0o666, ORDWR)
    assert isinstance(file, File)
    before = file.qid
    assert opened.write(b"world", 6) == 5
    assert opened.write(b"hello", 0) == 5
    assert opened.read(99, 0) == b"hello\0world"
    change(file, length=5)
    change(file, length=7)
    assert opened.read(99, 3) == b"lo\0\0"
    change(file, name="letters")
    assert list(root) == ["letters"] and file.stat("notes").name == "letters"
    assert file.qid.path == before.path and file.qid.vers > before.vers
    root.remove("letters")
    assert not root
    assert opened.read(99, 0) == b"hello\0\0"


def test_the_mode_of_a_create_is_not_held_against_its_permissions() -> None:
    """create(5): who makes a file that nobody may write can write it, that once."""
    root = Folder()
    file, opened = root.create_open("once", 0o444, OWRITE)
    opened.write(b"for ever", 0)
    with pytest.raises(FileError, match="permission denied"):
        Place(file, "once").open(OWRITE)
    assert root.create_open("open", 0o666, OREAD)[0].perm == 0o644  # no more than the folder's


@pytest.mark.parametrize("mode", [OWRITE, ORDWR, OREAD | OTRUNC, OREAD | ORCLOSE])
def test_a_folder_that_cannot_be_opened_so_is_not_made(mode: int) -> None:
    """Nothing is left behind."""
    root = Folder()
    with pytest.raises(FileError, match="is a directory"):
        root.create_open("sub", DMDIR | 0o755, mode)
    assert not root


def test_append_only() -> None:
    """Offsets mean nothing, truncation is ignored or refused."""
    root = Folder()
    file, opened = root.create_open("log", DMAPPEND | 0o600, OWRITE)
    assert isinstance(file, File) and file.qid.type == QTAPPEND
    opened.write(b"one ", 100)
    opened.write(b"two", 0)
    file.open(OWRITE | OTRUNC).write(b" three", 0)
    assert file.data == b"one two three"
    with pytest.raises(FileError, match="permission denied"):
        change(file, length=0)
    change(file, mode=0o600)
    change(file, length=3)
    assert file.data == b"one" and file.qid.type == 0


def test_exclusive_use() -> None:
    """One at a time, from its making on."""
    root = Folder()
    file, opened = root.create_open("lock", DMEXCL | 0o600, ORDWR)
    with pytest.raises(FileError, match="file in use"):
        file.open(OREAD)
    opened.clunk()
    file.open(OREAD)


def test_remove_on_close() -> None:
    """At the clunk, at a hang-up, under its new name too; a file that was removed already is no matter."""
    root = Folder()
    for end in ("clunk", "abandon"):
        file, opened = root.create_open("brief", 0o600, ORDWR | ORCLOSE)
        assert isinstance(file, File)
        change(file, name="renamed")
        getattr(opened, end)()
        assert not root
    _, opened = root.create_open("brief", 0o600, ORDWR | ORCLOSE)
    root.remove("brief")
    root.add("brief", File())
    opened.clunk()
    assert list(root) == ["brief"]


@pytest.mark.parametrize(
    ("fields", "why"),
    [
        ({"length": 3, "name": "taken"}, "file already exists"),
        ({"length": 1 << 62, "name": "new"}, "No space left"),
        ({"name": "new", "uid": "eve"}, "permission denied"),
        ({"name": "new", "mode": DMDIR | 0o755}, "permission denied"),
        ({"length": 3, "type": 7}, "permission denied"),
    ],
)
def test_a_change_is_whole_or_not_at_all(fields: dict[str, Any], why: str) -> None:
    """One field that cannot be as wished, and nothing changes."""
    root, file = Folder(), File(b"hello")
    root.add("file", file)
    root.add("taken", File())
    before = file.stat("file")
    with pytest.raises(FileError, match=why):
        change(file, **fields)
    assert file.stat("file") == before and sorted(root) == ["file", "taken"]


def test_permissions() -> None:
    """The owner's bits count, the folder's for what is made, renamed, removed and removed on close."""
    root, file = Folder(), File(perm=0o000)
    root.add("file", file)
    for mode in (OREAD, OWRITE, ORDWR, OEXEC):
        with pytest.raises(FileError, match="permission denied"):
            file.check(mode)
    change(file, mode=0o500)
    file.check(OEXEC)
    change(root, mode=DMDIR | 0o555)
    refused: list[Callable[[], object]] = [
        lambda: root.create_open("new", 0o644, OREAD),
        lambda: root.remove("file"),
        lambda: change(file, name="other"),
        lambda: file.check(OREAD | ORCLOSE),
        lambda: change(root, name="other"),
    ]
    for what in refused:
        with pytest.raises(FileError, match="permission denied"):
            what()


def test_a_full_tree_refuses() -> None:
    """Files and their bytes count, also of a removed file that is open; what was refused has not been done."""
    root = Folder(limit=10 * COST)
    sub, _ = root.create_open("sub", DMDIR | 0o755, OREAD)
    assert isinstance(sub, Folder)
    file, opened = sub.create_open("big", 0o644, ORDWR)
    assert isinstance(file, File)
    opened.write(bytes(8 * COST), 0)
    for full in (
        lambda: opened.write(b"x", 8 * COST),
        lambda: root.add("more", File()),
        lambda: sub.add("x", Folder()),
    ):
        with pytest.raises(FileError, match="No space left on device"):
            full()
    assert len(file.data) == 8 * COST and list(root) == ["sub"]
    sub.remove("big")
    with pytest.raises(FileError, match="No space left"):
        root.add("more", File())
    opened.clunk()
    root.add("more", File())


def test_a_folder_with_files_stays() -> None:
    """It must be empty to be removed, and then it gives back its room."""
    root, sub = Folder(), Folder()
    root.add("sub", sub)
    sub.add("file", File())
    with pytest.raises(FileError, match="directory is not empty"):
        root.remove("sub")
    sub.remove("file")
    root.remove("sub")
    assert root.room.used == 0


def test_a_removed_file_is_given_back_once() -> None:
    """Whoever still has a fid on it can neither open it nor give it a length any more; who has it open, can."""
    root, file = Folder(), File(b"hello")
    root.add("file", file)
    root.add("other", File())
    opened = file.open(ORDWR)
    root.remove("file")
    file.open(OREAD).clunk()
    change(file, length=9)
    assert root.room.used == 2 * COST + 9
    opened.clunk()
    assert root.room.used == COST
    with pytest.raises(FileError, match="file does not exist"):
        file.open(OREAD)
    with pytest.raises(FileError, match="file does not exist"):
        change(file, length=1)
    assert root.room.used == COST


def test_nothing_is_made_in_a_removed_folder() -> None:
    """Nobody could ever remove it."""
    root = Folder()
    sub, _ = root.create_open("sub", DMDIR | 0o755, OREAD)
    assert isinstance(sub, Folder)
    root.remove("sub")
    with pytest.raises(FileError, match="file does not exist"):
        sub.create_open("file", 0o644, ORDWR)
    assert root.room.used == 0


def test_a_clunk_that_cannot_remove_lets_go() -> None:
    """The refusal is told, and the file is no longer in use."""
    root = Folder()
    file, opened = root.create_open("lock", DMEXCL | 0o600, ORDWR | ORCLOSE)
    change(root, mode=DMDIR | 0o555)
    with pytest.raises(FileError, match="permission denied"):
        opened.clunk()
    file.open(ORDWR)


def test_a_file_can_be_the_root() -> None:
    """It has nothing above it, and is there all the same."""
    file = File(b"hello")
    file.open(OREAD).clunk()
    assert file.open(OREAD).read(9, 0) == b"hello" and file.room.used == 0


def test_what_is_used_is_what_is_there() -> None:
    """After any doings the count is that of the files that have a name, or are open."""
    dice, root, opened = random.Random(4), Folder(limit=40 * COST), list[tuple[File, Any]]()
    for _ in range(3000):
        try:
            match dice.randrange(6):
                case 0:
                    file, handle = root.create_open(f"f{dice.randrange(9)}", 0o644, ORDWR | dice.choice([0, ORCLOSE]))
                    assert isinstance(file, File)
                    opened.append((file, handle))
                case 1 if root:
                    root.remove(dice.choice(list(root)))
                case 2 if opened:
                    opened.pop(dice.randrange(len(opened)))[1].clunk()
                case 3 if opened:
                    dice.choice(opened)[1].write(bytes(dice.randrange(2 * COST)), dice.randrange(4 * COST))
                case 4 if opened:
                    change(dice.choice(opened)[0], length=dice.randrange(4 * COST))
                case 5 if root:
                    change(root[dice.choice(list(root))], name=f"f{dice.randrange(9)}")
        except FileError:
            pass
        alive = {id(file): file for file in [*root.values(), *[file for file, _ in opened]] if isinstance(file, File)}
        assert root.room.used == sum(COST + len(file.data) for file in alive.values()) <= root.room.limit
