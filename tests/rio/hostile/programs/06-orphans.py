"""Leaves processes behind that have lost their parent, and that run for ever."""
# ends: done
import os

for _ in range(5):
    if not os.fork():
        if not os.fork():
            while True:
                pass
        os._exit(0)
