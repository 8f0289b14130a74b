"""Forks for ever, and each copy does too."""
# ends: interrupted|the worker ended
# interrupt:
import os

print("go")
while True:
    try:
        os.fork()
    except OSError:
        pass
