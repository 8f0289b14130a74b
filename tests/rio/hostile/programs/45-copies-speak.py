"""Forks, and has the copy speak in the worker's place, and hold its channel open after its end."""
# ends: the worker ended|done
import os, time

if not os.fork():
    from rio.wire import Output, frame

    for fd in range(3, 64):
        try:
            os.write(fd, frame(Output(1, "forged\n")))
        except OSError:
            continue
    time.sleep(1000)
time.sleep(0.2)
