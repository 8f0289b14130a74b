"""Floods the display with well-formed messages, as fast as it can, for ever."""
# ends: interrupted|killed|ended
# interrupt:
import os, signal
from rio.wire import Deltas, Output, Set, Want, frame

print("go")
signal.signal(signal.SIGINT, signal.SIG_IGN)
flood = (frame(Want(True)) + frame(Want(False)) + frame(Output(7, "x" * 60)) + frame(Deltas([]))) * 1000
while True:
    for fd in range(3, 64):
        try:
            os.write(fd, flood)
        except OSError:
            continue
