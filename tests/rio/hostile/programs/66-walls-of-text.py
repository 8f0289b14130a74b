"""Makes a thousand texts of sixty-four thousand letters, each two thousand pixels high."""
# slow: make soak
# ends: a scene has room for
# scene: full
for i in range(1000):
    text(chr(0x4E00 + i) * 65_536, size=2000, at=(160, 120))
