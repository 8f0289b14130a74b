"""Makes a million nodes."""
# slow: make soak
# ends: a scene has at most|ran for 30 s
# scene: full
for i in range(1_000_000):
    rect(at=(i % 320, i % 240))
