"""Shows pictures of 100,000 by 100,000, some of which take no memory before they are copied."""
# ends: done
# prints: (refused ?)*
for made in (
    lambda: np.broadcast_to(np.uint8(9), (100_000, 100_000, 3)),
    lambda: np.broadcast_to(0.5, (100_000, 100_000)),
    lambda: np.zeros((100_000, 100_000, 3), np.uint8),
    lambda: np.broadcast_to(np.uint8(9), (2, 1 << 40, 3)),
    lambda: np.zeros((0, 0, 3), np.uint8),
    lambda: np.zeros((1 << 30, 0, 3), np.uint8),
    lambda: [[[0, 0, 0]] * 900] * 900,
):
    try:
        image(made())
    except (ValueError, MemoryError, TypeError, SyntaxError) as error:
        print("refused", end=" ")
