"""Loops for ever, and catches whatever would end it."""
# ends: killed: the picture stays
# interrupt:
while True:
    try:
        print("go")
        while True:
            pass
    except BaseException:
        pass
