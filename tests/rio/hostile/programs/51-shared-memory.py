"""Leaves memory behind that outlives it: System V and POSIX shared memory, queues, keys."""
# prints: nothing
import ctypes
from multiprocessing import shared_memory

libc, done = ctypes.CDLL(None, use_errno=True), []
for call in (
    lambda: libc.shmget(1234, 1 << 20, 0o1777),
    lambda: libc.msgget(1234, 0o1777),
    lambda: libc.semget(1234, 1, 0o1777),
    lambda: libc.shm_open(b"/left", 0o102, 0o777),
    lambda: libc.mq_open(b"/left", 0o102, 0o777, None),
    lambda: libc.memfd_create(b"left", 0),
    lambda: libc.syscall(248, b"user", b"left", b"x", 1, -3),
):
    if call() >= 0:
        done.append(call)
try:
    done.append(shared_memory.SharedMemory("left", create=True, size=1 << 20))
except OSError:
    pass
print(done or "nothing")
