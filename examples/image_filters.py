"""An evening in the mountains, painted ridge by ridge, and its filters: a choice computes all pixels anew."""

background("#17191f")
HIGH, WIDE = 300, 480
rng = np.random.default_rng(7)
y, x = np.mgrid[0:HIGH, 0:WIDE].astype(float)
sky = np.clip(y / HIGH * 1.5, 0, 1)[..., None]
photo = (1 - sky) * (0.16, 0.2, 0.45) + sky * (1.0, 0.62, 0.38)
photo += 0.9 * np.exp(-((x - 330) ** 2 + (y - 120) ** 2) / 900)[..., None] * (1.0, 0.85, 0.55)
for depth in range(5):
    ridge = 150 + 32 * depth
    for octave in (1, 2, 4, 8):
        ridge = ridge + 30 / octave * np.sin(x[0] * 0.011 * octave * (1 + 0.2 * depth) + rng.uniform(0, tau))
    shade = np.array((0.4, 0.33, 0.47)) * (1 - 0.19 * depth)
    photo = np.where((y > ridge)[..., None], shade + 0.0006 * (y - ridge)[..., None], photo)
photo = np.clip(photo + rng.normal(0, 0.012, (HIGH, WIDE, 1)), 0, 1)


def blur(picture, size):
    for axis in (0, 1):
        picture = sum(np.roll(picture, step, axis) for step in range(-size, size + 1)) / (2 * size + 1)
    return picture


def edges(picture):
    gray = picture.mean(axis=2, keepdims=True)
    return np.clip(9 * np.hypot(gray - np.roll(gray, 1, 0), gray - np.roll(gray, 1, 1)), 0, 1) * (0.6, 0.95, 1.0)


FILTERS = {
    "as it is": lambda p: p,
    "sepia": lambda p: p.mean(axis=2)[..., None] * (1.1, 0.92, 0.68),
    "soft": lambda p: blur(p, 6),
    "edges": lambda p: edges(blur(p, 1)),
    "poster": lambda p: np.round(p * 4) / 4,
    "mosaic": lambda p: np.kron(p.reshape(25, 12, 40, 12, 3).mean(axis=(1, 3)), np.ones((12, 12, 1))),
}
large = image(photo, at=(470, 290), size=(800, 500), radius=14)
for i, (name, change) in enumerate(FILTERS.items()):
    small = image(np.clip(change(photo), 0, 1), at=(135 + 202 * i, 632), size=(182, 114), radius=8)
    text(name, at=(135 + 202 * i, 703), size=15, color="#9aa0ad")
    small.on_click(lambda name=name: choose(name))

with window("Look", name="look", at=(1085, 190)):
    kind = choice("Filter", options=list(FILTERS), value="sepia", size=(280, 0))
    contrast = slider("Contrast", low=0.5, high=2, value=1.2, size=(280, 0))


def develop():
    large.image = np.clip((FILTERS[kind.value](photo) - 0.5) * contrast.value + 0.5, 0, 1)


def choose(name):
    kind.value = name
    develop()


kind.on_change(develop)
contrast.on_change(develop)
develop()
