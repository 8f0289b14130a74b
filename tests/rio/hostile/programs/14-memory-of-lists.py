"""Takes all the memory there is by a list that doubles itself."""
# slow: make soak
# ends: line \d+: MemoryError
x = [None]
while True:
    x = x + x
