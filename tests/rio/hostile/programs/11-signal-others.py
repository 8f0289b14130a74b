"""Signals everybody: the display, the renderer, its group, all processes; directly, by queue, by descriptor."""
# prints: nothing
import ctypes, fcntl, os, signal

libc, done = ctypes.CDLL(None, use_errno=True), []
for pid in (hub, renderer, os.getppid(), 0, -1, 1):
    for how in (
        lambda: os.kill(pid, signal.SIGKILL),
        lambda: os.killpg(pid, signal.SIGKILL),
        lambda: fcntl.fcntl(os.pipe()[0], fcntl.F_SETOWN, pid),
        lambda: fcntl.fcntl(os.pipe()[0], 15, b"\0" * 4 + pid.to_bytes(4, "little", signed=True)),
        lambda: os.setpgid(0, pid),
        lambda: os.setpriority(os.PRIO_PROCESS, pid, 19),
    ):
        try:
            done.append((pid, how()))
        except OSError:
            continue
    for number in (62, 129, 200, 234, 297, 424):  # kill, sigqueue, tkill, tgkill, tgsigqueue, by pidfd
        if libc.syscall(number, pid, 9, 0, 0) == 0:
            done.append((pid, number))
print(done or "nothing")
