"""Opens ten thousand windows, each with a slider."""
# slow: make soak
# ends: done|at most
# scene: full
for i in range(10_000):
    with window(f"window {i}", at=(random.random() * 320, random.random() * 240)):
        slider("s", value=i, low=0, high=10_000)
