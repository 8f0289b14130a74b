"""Takes all the memory there is by a text that doubles itself."""
# slow: make soak
# ends: line \d+: MemoryError|the worker ended
x = "ab"
while True:
    x += x
