"""The walls: raised, tried, and run against by hostile programs, in real worker processes."""

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.rio.workers import ENVIRONMENT, Worker, started

from rio.sandbox.walls import Wall
from rio.wire import Deltas, Hello, Output, Tick

AS_ROOT = os.geteuid() == 0
NAMES = ["files", "network", "programs", "processes", "identity", "memory", "number", "environment"]

# An ordinary user, who may read everything only so far that this checkout may lie in somebody's home; the worker gives
# that up with the rest.
ORDINARY = ("setpriv", "--reuid=54321", "--regid=54321", "--clear-groups", "--inh-caps=+dac_read_search")
ORDINARY_USER = (*ORDINARY, "--ambient-caps=+dac_read_search")
NO_NAMESPACES = """
import errno, os, sys, pyseccomp
walls = pyseccomp.SyscallFilter(pyseccomp.ALLOW)
walls.add_rule(pyseccomp.ERRNO(errno.EPERM), "unshare")
walls.load()
os.execv(sys.argv[1], sys.argv[1:])
"""


@pytest.fixture
def worker(tmp_path: Path) -> Iterator[Worker]:
    worker = started(tmp_path, "--memory", "1024")  # less than usual: to fill it takes time
    yield worker
    worker.kill()


# the report


def test_each_wall_stands_and_says_so(worker: Worker) -> None:
    """One line a wall, before Hello."""
    assert [line.text.split(":")[0] for line in worker.report] == NAMES
    assert all(": closed; " in line.text and not line.error for line in worker.report)


def test_a_wall_that_does_not_stand_says_what_got_through() -> None:
    """In one line."""
    wall = Wall("network", "no sockets", ("made a TCP socket (it worked)", "seccomp: Function not implemented"))
    assert not wall.stands
    assert str(wall) == "network: OPEN; made a TCP socket (it worked), seccomp: Function not implemented"


def test_an_ordinary_user_is_confined_as_well(tmp_path: Path) -> None:
    """In a user namespace of its own, where the kernel counts its processes apart."""
    worker = _ordinary(tmp_path, ORDINARY_USER)
    try:
        assert [line.error for line in worker.report] == [False] * len(NAMES)
        assert "in a user namespace of its own" in worker.report[4].text
        assert worker.print("__import__('json').dumps([1])") == "[1]"
        assert worker.play("open('a', 'w').write('x')").error is None
    finally:
        worker.kill()


def test_where_no_namespace_is_allowed_processes_are_counted_with_the_users(tmp_path: Path) -> None:
    """It says so, and a copy can still be made."""
    worker = _ordinary(tmp_path, (*ORDINARY_USER, sys.executable, "-I", "-c", NO_NAMESPACES))
    try:
        assert "does not allow one" in worker.report[4].text
        assert "all others of this user counted as well" in worker.report[6].text
        worker.fork().until(Hello)
    finally:
        worker.kill()


def _ordinary(scratch: Path, prefix: tuple[str, ...]) -> Worker:
    if not AS_ROOT:
        pytest.skip("only root can start a process as another user")
    os.chown(scratch, 54321, 54321)
    return started(scratch, prefix=prefix)


def test_a_missing_wall_refuses_programs(tmp_path: Path) -> None:
    """Root that may not become another user can fork without end: no program runs, and the line says why."""
    if not AS_ROOT:
        pytest.skip("only root is without a limit")
    worker = Worker(tmp_path, prefix=("setpriv", "--bounding-set=-setuid,-setgid,-sys_resource,-sys_admin"))
    try:
        with pytest.raises((EOFError, ConnectionError)):
            worker.until(Hello)
        assert [line.text.split(";")[0] for line in worker.report if line.error] == ["number: OPEN"]
        assert worker.wait() == 3
        assert worker.process.stderr is not None
        assert worker.process.stderr.read().decode().startswith("number: OPEN; forked beyond its limit")
    finally:
        worker.kill()


def test_unsafe_runs_programs_all_the_same(tmp_path: Path) -> None:
    """And does not hide it."""
    if not AS_ROOT:
        pytest.skip("only root is without a limit")
    drop = ("setpriv", "--bounding-set=-setuid,-setgid,-sys_resource,-sys_admin")
    worker = started(tmp_path, "--unsafe", prefix=drop)
    try:
        assert [line.text.split(";")[0] for line in worker.report if line.error] == ["number: OPEN"]
        assert worker.print("1") == "1"
    finally:
        worker.kill()


def test_threads_from_before_the_walls_are_an_open_wall(tmp_path: Path) -> None:
    """Landlock and seccomp do not hold for them."""
    if len(os.sched_getaffinity(0)) < 2:
        pytest.skip("numpy starts threads only where there are processors for them")
    worker = Worker(tmp_path, env={**ENVIRONMENT, "OPENBLAS_NUM_THREADS": "2"})
    try:
        with pytest.raises((EOFError, ConnectionError)):
            worker.until(Hello)
        assert any("runs a thread from before the walls" in line.text for line in worker.report)
    finally:
        worker.kill()


# what programs can still do


def test_a_program_can_compute_and_keep_files_of_its_own(worker: Worker, tmp_path: Path) -> None:
    """Python's library, numpy and its lazily loaded parts, files in scratch by any usual way, the time."""
    played = worker.play(
        """
import csv, json, random, statistics, decimal, fractions, tempfile, zlib, hashlib, datetime, zoneinfo, shutil
from pathlib import Path
Path("a.txt").write_text("1,2\\n3,4\\n")
Path("sub").mkdir()
shutil.copyfile("a.txt", "sub/b.txt")
with open("sub/b.txt") as file: rows = list(csv.reader(file))
with tempfile.NamedTemporaryFile() as file: file.write(b"x")
with tempfile.TemporaryDirectory() as folder: Path(folder, "c").write_text("c")
np.save("e.npy", np.linalg.inv(np.random.default_rng(1).normal(size=(50, 50))))
np.fft.fft(np.load("e.npy"))
Path("sub/b.txt").rename("f.txt")
shutil.rmtree("sub")
print(rows, sorted(p.name for p in Path(".").iterdir()))
print(zoneinfo.ZoneInfo("Asia/Tokyo").tzname(datetime.datetime(2020, 1, 1)), hashlib.sha256(b"").hexdigest()[:4])
"""
    )
    assert played.error is None, played.err
    assert played.out == "[['1', '2'], ['3', '4']] ['a.txt', 'e.npy', 'f.txt']\nJST e3b0\n"
    assert (tmp_path / "f.txt").read_text() == "1,2\n3,4\n"


def test_the_next_worker_finds_its_files(tmp_path: Path) -> None:
    """A worker that is started in the scratch directory of an earlier one may change what is there."""
    for word in ("one", "two"):
        worker = started(tmp_path)
        assert worker.play(f"open('notes', 'a').write({word!r})").error is None
        worker.kill()
    assert (tmp_path / "notes").read_text() == "onetwo"


def test_a_program_sees_no_environment(tmp_path: Path) -> None:
    """Not even one that the worker was started with by mistake."""
    worker = started(tmp_path, env={**ENVIRONMENT, "API_KEY": "secret", "TZ": "Asia/Tokyo"})
    try:
        assert worker.print("dict(__import__('os').environ)") == "{'TZ': 'Asia/Tokyo'}"
        assert worker.print("now('%Z')") == "JST"
    finally:
        worker.kill()


def test_a_worker_is_up_in_a_moment(tmp_path: Path) -> None:
    """Interpreter, numpy, walls and self-test: a fraction of a second, so a bound that only a fault exceeds."""
    usage = os.times().children_user + os.times().children_system
    worker = started(tmp_path)
    worker.close()
    worker.wait()
    worker.kill()
    assert os.times().children_user + os.times().children_system - usage < 1.5


# hostile programs

REFUSED = {
    "read the passwords": "open('/etc/passwd').read()",
    "read ssh keys": "open('{home}/.ssh/id').read()",
    "list a home": "import os; os.listdir('{home}')",
    "read this process's environment": "open('/proc/self/environ').read()",
    "read the parent's environment": "import os; open(f'/proc/{{os.getppid()}}/environ').read()",
    "read the memory map": "open('/proc/self/maps').read()",
    "write outside": "open('{outside}/x', 'w')",
    "delete outside": "import os; os.unlink('{outside}/kept')",
    "rename into the outside": "import os; open('a', 'w').close(); os.rename('a', '{outside}/x')",
    "climb out": "open('../x', 'w')",
    "link to the outside": "import os; os.symlink('/etc/passwd', 'link'); open('link').read()",
    "change a mode": "import os; os.chmod('{outside}/kept', 0o777)",
    "make a setuid file": "import os; os.chmod('.', 0o4777)",
    "connect": "import socket; socket.create_connection(('127.0.0.1', {port}), 2)",
    "send a datagram": "import socket; socket.socket(type=socket.SOCK_DGRAM).sendto(b'x', ('127.0.0.1', {port}))",
    "connect to a unix socket": "import socket; socket.socket(socket.AF_UNIX).connect('{outside}/listening')",
    "make a pair of sockets": "import socket; socket.socketpair()",
    "fetch a page": "import urllib.request; urllib.request.urlopen('http://127.0.0.1:{port}/', timeout=2)",
    "send a descriptor": "import os, socket; socket.send_fds(socket.socket(fileno=os.dup({channel})), [b'x'], [1])",
    "run a program": "import subprocess; subprocess.run(['/bin/true'])",
    "become a program": "import os; os.execv('/bin/true', ['true'])",
    "spawn a program": "import os; os.posix_spawn('/bin/true', ['true'], {{}})",
    "signal the parent": "import os; os.kill(os.getppid(), 9)",
    "signal everybody": "import os; os.kill(-1, 9)",
    "signal its group": "import os; os.killpg(0, 9)",
    "signal by descriptor": "import os; os.pidfd_open(os.getppid())",
    "signal by proxy": "import fcntl, os; r, w = os.pipe(); fcntl.fcntl(r, fcntl.F_SETOWN, os.getppid())",
    "leave its group": "import os; os.setsid()",
    "become root": "import os; os.setuid(0)",
    "raise its limits": "import resource; resource.setrlimit(resource.RLIMIT_NPROC, (9999, 9999))",
    "raise its priority": "import os; os.setpriority(os.PRIO_PROCESS, 0, -20)",
    "start a thread": "import threading; threading.Thread(target=print).start()",
    "start a pool": "import multiprocessing; multiprocessing.Pool(2)",
    "take ten gigabytes": "x = bytearray(10 << 30)",
    "take them in pieces": "x = []\nwhile True: x.append(bytearray(64 << 20))",
    "fill the disk": "import os; os.truncate(os.open('big', os.O_CREAT | os.O_WRONLY), 1 << 40)",
    "open everything": "x = [open('f', 'w') for _ in range(1000)]",
    "recurse": "def f(): f()\nf()",
    "make a huge cloud": "points(np.zeros((9_000_000, 2)))",
    "put an object into the scene": "text(object())",
}


@pytest.mark.parametrize("what", REFUSED)
def test_a_hostile_program_is_refused(worker: Worker, tmp_path_factory: pytest.TempPathFactory, what: str) -> None:
    """It gets an error; nothing outside is read, changed or reached; the next program runs in the same worker."""
    outside = tmp_path_factory.mktemp("outside")
    (outside / "kept").write_text("as it was")
    (outside / "home" / ".ssh").mkdir(parents=True)
    (outside / "home" / ".ssh" / "id").write_text("secret")
    for path in (outside, *outside.rglob("*")):
        path.chmod(0o777)
    with socket.create_server(("127.0.0.1", 0)) as listener, socket.socket(socket.AF_UNIX) as local:
        local.bind(str(outside / "listening"))
        local.listen()
        facts = {
            "home": outside / "home",
            "outside": outside,
            "port": listener.getsockname()[1],
            "channel": _channel_of(worker),
        }
        played = worker.play(REFUSED[what].format(**facts))
        for sock in (listener, local):
            sock.setblocking(False)
            with pytest.raises(BlockingIOError):
                sock.accept()
    assert played.error is not None
    assert "secret" not in played.out + played.err
    assert (outside / "kept").read_text() == "as it was"
    assert sorted(path.name for path in outside.iterdir()) == ["home", "kept", "listening"]
    assert (outside / "kept").stat().st_mode & 0o7777 == 0o777
    assert worker.play("box(name='next')").error is None
    assert worker.process.poll() is None


def _channel_of(worker: Worker) -> int:
    """The descriptor of the worker's end of the channel, from its command line."""
    words = Path(f"/proc/{worker.process.pid}/cmdline").read_bytes().split(b"\0")
    return int(words[words.index(b"rio.worker") + 2])


DEADLY = {
    "exit at once": "import os; os._exit(0)",
    "crash": "import ctypes; ctypes.string_at(0)",
    "abort": "import os; os.abort()",
    "close all descriptors": "import os; os.closerange(0, 64)",
    "overflow the stack": "import sys; sys.setrecursionlimit(10**9)\nclass A: __add__ = lambda a, b: a + b\nA() + 1",
    "write garbage": "import os; os.write({channel}, b'\\xff' * 4096); os._exit(0)",
    "announce a frame of two gigabytes": "import os; os.write({channel}, b'\\0\\0\\0\\x80' * 2); os._exit(0)",
    "patch the worker": "import rio.wire; rio.wire.Channel.send = None\nbox()",
}


@pytest.mark.parametrize("what", DEADLY)
def test_a_program_can_end_its_worker_and_nothing_else(worker: Worker, what: str) -> None:
    """The display sees the channel close, or what is no message, and a process that has ended."""
    copy = worker.fork()
    copy.until(Hello)
    worker.start(DEADLY[what].format(channel=_channel_of(worker)))
    with pytest.raises(Exception, match=r"closed the channel|not a message|a frame of|reset|timed out"):
        worker.end()
    worker.close_own()
    worker.wait()
    assert copy.print("1") == "1"


def test_a_fork_bomb_is_bounded(worker: Worker) -> None:
    """So many processes and no more; the group can be ended as a whole."""
    worker.start(
        "import os, time\nn = 0\ntry:\n    while True:\n        if not os.fork(): time.sleep(600)\n        n += 1\n"
        "except BlockingIOError:\n    print('bounded at', n)\n"
    )
    assert worker.until(Output).text == "bounded at 79\n"
    assert len(worker.members()) == 80
    worker.kill()
    assert worker.members() == []


def test_a_swallowed_interrupt_is_for_sigkill(worker: Worker) -> None:
    """It is raised once; a copy from before still has the variables."""
    worker.play("x = 5")
    copy = worker.fork()
    copy.until(Hello)
    worker.start(
        "while True:\n    try:\n        print('go')\n        while True: pass\n    except BaseException: pass\n"
    )
    worker.until(Output)
    worker.interrupt()
    assert worker.until(Output).text == "go\n"
    worker.process.kill()
    worker.wait()
    assert copy.print("x") == "5"


def test_a_flood_of_prints_waits_for_its_reader(worker: Worker) -> None:
    """The pipe is full, the worker waits, an interrupt still ends it, and what was said is whole."""
    worker.start("while True: print('x' * 1000)")
    worker.until(Output)
    worker.interrupt()
    played = worker.end()
    assert played.error == "line 1: interrupted"
    assert set(played.out.splitlines()) <= {"x" * 1000}


def test_a_flood_of_nodes_is_interrupted(worker: Worker) -> None:
    """Its changes come in portions; what was made stays, and the next program can clear it away."""
    worker.start("for i in range(10_000_000): rect(at=(0, 0))")
    worker.until(Deltas)
    worker.interrupt()
    assert worker.end().error == "line 1: interrupted"
    assert len(worker.graph.nodes) == int(worker.print("len(nodes())"))
    worker.play("clear()")
    assert len(worker.graph.nodes) == 0


def test_copies_are_confined_too(worker: Worker) -> None:
    """Walls are inherited."""
    copy = worker.fork()
    copy.until(Hello)
    for program in ("open('/etc/passwd')", "import socket; socket.socket()", "import os; os.kill(os.getppid(), 0)"):
        assert "PermissionError" in str(copy.play(program).error)


def test_callbacks_are_confined_too(worker: Worker) -> None:
    """There is only one kind of code."""
    worker.play("@on_frame\ndef f(): open('/etc/passwd')")
    worker.channel.send(Tick(0.02))
    assert "PermissionError" in worker.until(Output).text
    worker.until(Deltas)


def test_the_walls_cost_little(tmp_path: Path) -> None:
    """The filter decides a call in well under a microsecond, so a bound that only a fault exceeds."""
    script = (
        "import os, sys, time\nfrom pathlib import Path\nfrom rio.sandbox.confinement import confine\n"
        "from rio.sandbox.walls import Limits\n"
        "def once():\n    began = time.perf_counter()\n    for _ in range(20000): os.getppid()\n"
        "    return time.perf_counter() - began\n"
        "free = min(once() for _ in range(5))\n"
        "assert all(wall.stands for wall in confine(Path(sys.argv[1]), Limits(), []))\n"
        "print(min(once() for _ in range(5)) - free)\n"
    )
    found = subprocess.run(
        [sys.executable, "-I", "-c", script, str(tmp_path)], env=ENVIRONMENT, capture_output=True, text=True, timeout=60
    )
    assert found.stderr == ""
    assert float(found.stdout) / 20000 < 5e-6
