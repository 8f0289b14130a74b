"""Puts another file in the place of its channel."""
# ends: the worker ended|interrupted|killed
# interrupt:
import os

print("go")
null = os.open("/dev/null", os.O_RDWR)
for fd in range(3, 64):
    if fd != null:
        os.dup2(null, fd)
while True:
    pass
