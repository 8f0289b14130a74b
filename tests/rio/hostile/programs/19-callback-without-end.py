"""Waits until its program is over, then loops for ever in a callback."""
# ends: done
# says: a callback ran without an end|goes
@after(0)
def goes():
    import sys

    print("goes", file=sys.stderr)
    while True:
        pass
