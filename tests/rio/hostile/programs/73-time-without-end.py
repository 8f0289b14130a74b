"""Asks for times that are none: at once and always, before now, never, and a clock that runs backwards."""
# ends: done
import time

for seconds in (0, -1, 1e-9, 1e308, float("nan"), float("inf"), "1", None, True):
    for when in (every, after):
        try:
            when(seconds)(lambda: None)
        except (ValueError, TypeError):
            continue
time.monotonic = lambda: 0
time.sleep = lambda _: None


@after(0)
def again():
    after(0, again)


@every(0.001)
def beat():
    pass
