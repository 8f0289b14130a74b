"""Reads what belongs to others: keys, passwords, environments, memory, the display's own files and sockets."""
# prints: nothing
import os

got = []
paths = [f"{home}/.ssh/id", "/etc/shadow", "/etc/passwd", "/proc/self/mem", "/proc/self/environ", "/proc/self/maps"]
paths += [f"/proc/{pid}/{name}" for pid in (hub, renderer, 1) for name in ("environ", "mem", "maps", "root/etc/passwd", "fd/1")]
paths += [f"{shared}/state/versions.db", f"{shared}/rio", f"{shared}/log", "/dev/mem", "/dev/kmsg", "/proc/kcore"]
for path in paths:
    for look in (lambda: open(path, "rb").read(1), lambda: os.listdir(path), lambda: os.readlink(path)):
        try:
            look()
        except OSError:
            continue
        got.append(path)
print(got or "nothing")
