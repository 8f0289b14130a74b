"""Sleeps for ever, deaf to every signal that can be ignored."""
# ends: killed: the picture stays
# interrupt:
import signal, time

for number in range(1, 65):
    try:
        signal.signal(number, signal.SIG_IGN)
    except (OSError, ValueError):
        continue
print("go")
time.sleep(1e9)
