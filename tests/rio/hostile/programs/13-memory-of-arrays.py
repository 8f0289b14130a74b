"""Takes ten gigabytes in arrays, one after another, and writes into none of them."""
# ends: line \d+: .*MemoryError
x = []
while True:
    x.append(np.empty(8 << 20))
