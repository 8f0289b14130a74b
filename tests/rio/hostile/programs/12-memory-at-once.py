"""Takes ten gigabytes at once."""
# ends: line \d+: MemoryError
x = bytearray(10 << 30)
