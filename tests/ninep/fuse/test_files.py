"""Real files, as programs see them in a mount: with lengths, names and attributes that change."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from tests.ninep.fuse.mounts import open_mount
from tests.ninep.ramfs import File, Folder

from ninep.export import exported
from ninep.tree import Dir, Sink

pytestmark = pytest.mark.timeout(40)  # seconds: what hangs ends here, and its mount is taken out


async def test_files_and_directories_are_made_renamed_and_removed(place: Path) -> None:
    """What shells do with files, on a server that is strict about renames."""
    async with open_mount(Folder(), place) as sh:
        await sh.says("mkdir -p a/b; echo one > a/b/x; echo two >> a/b/x; printf 1234567 > y; truncate -s 3 y")
        assert await sh.says("cat a/b/x y; stat -c '%s %A' y") == "one\ntwo\n1233 -rw-r--r--\n"
        await sh.says("mv a/b/x a/b/z; mv a c; echo old > c/old; echo new > c/new; mv c/new c/old; chmod 600 y")
        assert await sh.says("find . | sort; cat c/old c/b/z; stat -c %a y") == (
            ".\n./c\n./c/b\n./c/b/z\n./c/old\n./y\nnew\none\ntwo\n600\n"
        )
        _, err, status = await sh("rmdir c")
        assert status == 1
        assert "Directory not empty" in err
        await sh.says("mv y c/b/y; rm -r c")
        assert await sh.says("ls -A") == ""


async def test_an_unlinked_file_lives_while_it_is_open(place: Path) -> None:
    """Its bytes and its stat stay with who has it open, and a new file of the name is another."""
    async with open_mount(Folder(f=File(data=b"before")), place) as sh:
        line = "exec 3< f; rm f; echo after > f; cat <&3; echo; stat -Lc %s /proc/self/fd/3; cat f"
        assert await sh.says(line) == "before\n6\nafter\n"


async def test_a_close_by_exec_hinders_nobody(place: Path) -> None:
    """A program that executes another while it has written a file: the kernel holds a lock then that /proc wants."""
    async with open_mount(Folder(), place) as sh:
        start = "import os, subprocess; f = os.open('f', os.O_WRONLY | os.O_CREAT); os.write(f, b'one')"
        await sh.says(f"{sys.executable} -c \"{start}; subprocess.run(['true']); os.write(f, b'two')\"; cat f")
        await sh.says(f"{sys.executable} -c \"{start}; os.execvp('true', ['true'])\"")
        assert await sh.says("cat f") == "onetwo"


async def test_large_reads_and_writes_keep_every_byte(place: Path, by: str) -> None:
    """Requests of 1 MiB become several messages each way; seeking, odd sizes and many at once included."""
    async with open_mount(Folder(), place, by) as sh:
        await sh.says("head -c 1000001 /dev/urandom > a; dd if=a of=b bs=1M status=none; cmp a b")
        await sh.says("dd if=a of=c bs=333333 status=none; for n in 1 2 3 4; do cmp a c & done; wait")
        await sh.says("tail -c 100001 a > d; dd if=b bs=1 skip=900000 count=3 status=none | cmp -n 3 d - ")
        await sh.says(
            "mkdir t; for n in $(seq 100); do echo $n > t/$n; done; tar cf all.tar t; tar xOf all.tar | cksum"
        )
        assert await sh.says("tar xOf all.tar t | sort -n | tail -1; ls t | wc -l") == "100\n100\n"


async def test_a_directory_of_thousands_of_short_names_is_listed(place: Path) -> None:
    """A page of the kernel's holds more than a thousand of them."""
    names = [str(number) for number in range(5000)]
    async with open_mount(Folder(**{name: File() for name in names}), place) as sh:
        assert (await sh.says("ls -f | sort -n")).split() == [".", "..", *names]


async def test_a_refusal_in_the_middle_of_a_write_is_a_short_write(place: Path) -> None:
    """What was taken counts; the next write hears the refusal."""
    root = Dir(small=Sink(lambda data: None, limit=200_000))
    async with open_mount(root, place) as sh:
        line = (
            "import os, sys; f = os.open('small', 1); print(os.write(f, bytes(500_000))); os.write(f, b'x' * 100_000)"
        )
        out, err, status = await sh(f'{sys.executable} -c "{line}"')
        assert (int(out), status) == (131072, 1)
        assert "File too large" in err


async def test_files_come_and_go(place: Path, by: str) -> None:
    """Made, grown, cut, renamed within a directory, removed."""
    async with open_mount(Folder(), place, by) as sh:
        await sh.says("mkdir -p a/b; echo one > a/b/x; echo two >> a/b/x; mv a/b/x a/b/z; cp a/b/z y; truncate -s 3 y")
        assert await sh.says("cat a/b/z y; stat -c %s y; chmod 600 y; stat -c %a y") == "one\ntwo\none3\n600\n"
        assert await sh.says("rm -r a; ls") == "y\n"


async def test_many_appenders_lose_nothing(place: Path) -> None:
    """Each finds the end where the server has it, though all have the file open."""
    async with open_mount(Folder(log=File()), place) as sh:
        writer = "exec 3>> log; for i in 1 2 3 4 5; do echo $i >&3; done"
        await sh.says(f"({writer}); exec 4>> log; ({writer}); echo end >&4")
        assert await sh.says("sort -n log | uniq -c | tr -s ' '") == " 1 end\n 2 1\n 2 2\n 2 3\n 2 4\n 2 5\n"


async def test_a_long_list_is_whole(place: Path) -> None:
    """Names, attributes and nothing twice, however many reads it takes; what Unix cannot name is left out."""
    names = {f"file {n} {'ü' * (n % 50)}": File(data=bytes(n)) for n in range(600)}
    root = Folder(names, **{"..": File(), "": File(), "a/b": File(), "directory": Folder()})
    async with open_mount(root, place) as sh:
        assert await sh.says("ls -U | sort | uniq | wc -l; ls -A | wc -l") == "601\n601\n"
        listed = (
            await sh.says("ls -l | awk '$5 != substr($0, match($0, \"file \")) {print $5, $9, $10}'")
        ).splitlines()
        sizes = {line.rsplit(" ", 1)[1]: line.split()[0] for line in listed if " file " in line}
        assert sizes == {str(n): str(n) for n in range(600)}


async def test_what_another_client_changed_is_soon_seen(place: Path) -> None:
    """A name and its attributes are believed for a tenth of a second, contents never."""
    root = Folder(f=File(data=b"one"))
    async with open_mount(root, place) as sh:
        assert await sh.says("stat -c %s f; cat f") == "3\none"
        root["f"] = File(data=b"three")
        assert await sh.says("cat f") == "three"
        del root["f"]
        _, err, status = await sh("cat f")
        assert (status, "No such file" in err) == (1, True)


async def test_a_new_file_has_the_permissions_it_was_given(place: Path) -> None:
    """Not those that its directory leaves it, as in 9P."""
    (place / "shared").mkdir(mode=0o700)
    with exported(place / "shared") as root:
        async with open_mount(root, place) as sh:
            line = "umask 022; touch f; mkdir d; stat -c '%a %n' f d; stat -c '%a %n' ../shared/f"
            assert await sh.says(line) == "644 f\n755 d\n644 ../shared/f\n"


async def test_times_and_owners(place: Path) -> None:
    """touch sets the time of change; a file stays whose it is."""
    async with open_mount(Folder(f=File()), place) as sh:
        assert await sh.says("sync f; stat -f -c %l .; chown $(id -u) f") == "255\n"
        _, err, status = await sh("chown 12345 f")
        assert (status, "not permitted" in err) == (1, True)
        _, err, status = await sh("ln f g; ln -s f h; mkfifo p")
        assert status == 1
        assert err.count("not permitted") == 3
