"""Makes a cloud of a billion points, then clouds of as many as are allowed, up to the bound of the scene."""
# slow: make soak
# ends: a scene has room for
# scene: full
for _ in range(20):
    points(np.zeros((2_000_000, 3)) + random.random())
points(np.broadcast_to(np.zeros(3, np.float32), (100_000_000, 3)))
