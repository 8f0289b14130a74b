"""Announces a message of sixty-three megabytes, sends half of it, and is silent."""
# ends: killed
# interrupt:
import os, signal, struct

print("go")
signal.signal(signal.SIGINT, signal.SIG_IGN)
for fd in range(3, 64):
    try:
        os.write(fd, struct.pack("<II", 63 << 20, 0))
        for _ in range(32):
            os.write(fd, bytes(1 << 20))
    except OSError:
        continue
while True:
    pass
