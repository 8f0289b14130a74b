"""Prints nothing but half a line, and never ends it."""
# ends: interrupted
# interrupt:
import sys, time

sys.stdout.write("go")
sys.stdout.flush()
time.sleep(1)
while True:
    sys.stdout.write("x" * 1000)
