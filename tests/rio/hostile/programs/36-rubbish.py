"""Writes rubbish to whatever is open."""
# ends: the worker ended
import os

for fd in range(3, 64):
    try:
        os.write(fd, b"\xff" * 4096)
    except OSError:
        continue
