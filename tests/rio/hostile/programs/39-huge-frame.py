"""Announces a message of four gigabytes."""
# ends: the worker ended
import os

for fd in range(3, 64):
    try:
        os.write(fd, b"\xff\xff\xff\xff" * 2)
    except OSError:
        continue
