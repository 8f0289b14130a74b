"""Traces the display and the renderer, and reads and writes their memory."""
# prints: nothing
import ctypes, os

libc = ctypes.CDLL(None, use_errno=True)
buffer = ctypes.create_string_buffer(16)
vector = (ctypes.c_void_p * 2)(ctypes.addressof(buffer), 16)
done = []
for pid in (hub, renderer, os.getppid(), 1):
    done += [f"ptrace {pid} {how}" for how in (16, 0x4206) if libc.ptrace(how, pid, None, None) == 0]
    done += [f"read {pid}"] * (libc.process_vm_readv(pid, vector, 1, vector, 1, 0) >= 0)
    done += [f"write {pid}"] * (libc.process_vm_writev(pid, vector, 1, vector, 1, 0) >= 0)
    for path in ("mem", "fd/3", "cwd", "root", "exe", "task"):
        try:
            done.append(os.open(f"/proc/{pid}/{path}", os.O_RDONLY))
        except OSError:
            continue
    try:
        done.append(os.pidfd_open(pid))
    except OSError:
        continue
print(done or "nothing")
