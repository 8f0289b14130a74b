"""Makes a million nodes."""
# slow: make soak
# ends: a scene has at most
# scene: full
for i in range(1_000_000):
    rect(at=(i % 320, i % 240))
