"""Threads and their processes."""

from __future__ import annotations

import os
import subprocess
import threading

from ninep.fuse.processes import are_one


def test_the_threads_of_a_process_are_one() -> None:
    """Also two of which neither is the first; a child and init are others."""
    door, here = threading.Event(), threading.Barrier(3)

    def wait() -> None:
        here.wait()
        door.wait()

    threads = [threading.Thread(target=wait) for _ in range(2)]
    child = subprocess.Popen(["cat"], stdin=subprocess.PIPE)
    try:
        for thread in threads:
            thread.start()
        here.wait()
        one, other = (thread.native_id or 0 for thread in threads)
        assert are_one(one, other)
        assert are_one(os.getpid(), other)
        assert are_one(one, os.getpid())
        assert not are_one(os.getpid(), child.pid)
        assert not are_one(one, child.pid)
        assert not are_one(child.pid, 1)
    finally:
        door.set()
        child.communicate()
        for thread in threads:
            thread.join()


def test_those_who_are_not_of_this_world_are_one() -> None:
    """The kernel calls whoever lives in another pid namespace 0."""
    assert are_one(0, 0)
    assert not are_one(os.getpid(), 0)
