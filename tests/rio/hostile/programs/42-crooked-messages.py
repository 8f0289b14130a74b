"""Sends messages that are nested too deep, arrays whose shape lies, and texts that are no text."""
# ends: the worker ended
import os, struct

bodies = [b"\x91" * 100_000 + b"\x90", b"\xdd\xff\xff\xff\xff", b"\x92\xa6output\xff", b"\x93\xa3ran\xcf" + b"\xff" * 8]
bodies.append(b"\x92\xa6deltas\x91\x94\xa4fill\xa2at" + b"\xc7\x10\x01I\0\0\0\x04\0\0\0" + b"\xff" * 8 + b"\xc0")
for fd in range(3, 64):
    for body in bodies:
        try:
            os.write(fd, struct.pack("<II", len(body), 0) + body)
        except OSError:
            break
