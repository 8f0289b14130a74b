"""Reads what belongs to others: keys, passwords, environments, memory, the display's own files."""
# prints: nothing
import os

got = []
paths = [f"{home}/.ssh/id", "/etc/shadow", "/etc/passwd", "/proc/self/mem", "/proc/self/environ", "/proc/self/maps"]
paths += [f"/proc/{pid}/{what}" for pid in (hub, renderer, 1) for what in ("environ", "mem", "maps", "root/etc/passwd")]
paths += [f"{shared}/state/versions.db", f"{shared}/log", "/dev/mem", "/dev/kmsg", "/proc/kcore", "/", "/proc", "/sys"]
for path in paths:
    for look in (lambda: open(path, "rb").read(1), lambda: os.listdir(path)):
        try:
            look()
        except OSError:
            continue
        got.append(path)
print(got or "nothing")
