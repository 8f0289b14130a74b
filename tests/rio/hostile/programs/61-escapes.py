"""Writes escapes for terminals into its output, its errors, its names and its label, and straight into the log."""
# ends: .
import os, sys

escape = "\x1b]0;owned\x07\x1b[2J\x1b[31m\r\n2026-01-01 [info] forged.entry\n"
print(escape)
print(escape, file=sys.stderr)
for fd in (1, 2):
    os.write(fd, escape.encode() + b"\x9b31m\xc2\x9b31m")
try:
    box(name=escape)
except ValueError:
    pass
raise ValueError(escape)
