"""Flowers whose petals are Bézier curves, drawn as polygons."""

background("#12261f")
rng = np.random.default_rng(11)


def bezier(*knots, steps=24):
    """Places on the cubic curve through the first and the last of four knots."""
    t = np.linspace(0, 1, steps)[:, None]
    a, b, c, d = (np.array(knot, float) for knot in knots)
    return (1 - t) ** 3 * a + 3 * t * (1 - t) ** 2 * b + 3 * t**2 * (1 - t) * c + t**3 * d


def petal(length, width):
    """A closed curve that begins and ends in the middle of the flower."""
    out = bezier((0, 0), (length * 0.2, -width), (length * 0.8, -width), (length, 0))
    back = bezier((length, 0), (length * 0.8, width), (length * 0.2, width), (0, 0))
    return np.concatenate((out, back))


def flower(x, y, size, colors, petals):
    stem = bezier((x, y), (x + 20, y + 120), (x - 60, 560), (x - 20, 760))
    line(stem, color="#3f7d58", size=5)
    leaf = petal(90, 22)
    for side in (-28, 205):
        polygon(leaf, at=tuple(stem[14 if side < 0 else 18]), rotate=side, color="#2f6b4a", layer=1)
    for ring, color in enumerate(colors):
        long = size * (1 - 0.27 * ring)
        for i in range(petals):
            turn = 360 * i / petals + 180 * ring / petals + rng.uniform(-4, 4)
            polygon(petal(long, long * 0.28), at=(x, y), rotate=turn, color=color, opacity=0.93, layer=2)
    circle(at=(x, y), size=size * 0.36, color="#f2c14e", border=4, border_color="#b5761f", layer=3)


flower(300, 300, 170, ("#f26a8d", "#dd2d4a", "#880d1e"), 9)
flower(650, 220, 130, ("#ffd6e0", "#ff9ebb", "#ff5d8f"), 11)
flower(960, 330, 190, ("#cdb4ff", "#9d6bff", "#5a2ec4"), 10)
flower(480, 470, 80, ("#fff3b0", "#ffd166"), 8)
flower(1150, 500, 85, ("#a2d2ff", "#5fa8ff"), 8)
