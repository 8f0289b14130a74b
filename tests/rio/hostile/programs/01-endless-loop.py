"""Loops for ever."""
# ends: line \d+: interrupted
# interrupt:
print("go")
while True:
    pass
