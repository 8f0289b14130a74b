"""Prints a gigabyte in one line."""
# slow: make soak
# ends: done|interrupted
# interrupt:
import time

print("go")
time.sleep(1)
for _ in range(64):
    print("x" * (16 << 20), end="")
