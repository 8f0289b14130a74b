"""The sea: one surface of triangles whose places move with every frame."""

background("#f7c59f", floor=False)
camera((0, 3.6, 9.5), (0, 0.3, -1), fov=38)
light((-6, 5, -9), color="#ffd9a8", brightness=1.5, shadow=False)
light((6, 9, 6), color="#9ec9ff", brightness=0.5)
SIDE = 110
x, z = np.meshgrid(np.linspace(-9, 9, SIDE), np.linspace(-9, 7, SIDE))
corner = np.arange(SIDE * SIDE).reshape(SIDE, SIDE)
a, b, c, d = corner[:-1, :-1], corner[1:, :-1], corner[:-1, 1:], corner[1:, 1:]
faces = np.concatenate([np.stack(three, axis=-1).reshape(-1, 3) for three in ((a, b, c), (c, b, d))])

rng = np.random.default_rng(4)
swells = [(rng.uniform(0.5, 2.2), rng.normal(0.4, 0.5), rng.uniform(0, tau)) for _ in range(7)]


def height(x, z, t):
    """Waves of several lengths, each as fast as deep water lets it be."""
    return sum(
        0.3 / k**1.15 * np.sin(k * (x * cos(way) + z * sin(way)) - sqrt(9.8 * k) * 0.5 * t + start)
        for k, way, start in swells
    )


def paint(y):
    """Dark in the troughs, light and a little white on the crests."""
    part = np.clip((y + 0.7) / 1.6, 0, 1)[..., None]
    return (1 - part) * (0.02, 0.16, 0.3) + part * (0.2, 0.65, 0.68) + np.clip(part - 0.78, 0, 1) * 3


def surface(t):
    y = height(x, z, t)
    return np.stack((x, y, z), axis=-1).reshape(-1, 3), paint(y).clip(0, 1).reshape(-1, 3)


places, colors = surface(0)
sea = mesh(places, faces, colors=colors, name="sea", shadow=False)
with group(name="boat") as boat:
    box(at=(0, 0.12, 0), size=(1.3, 0.3, 0.5), color="#9b2226")
    cylinder(at=(0.05, 0.95, 0), size=(0.05, 1.5, 0.05), color="#5c4033")
    mesh([(0.1, 0.4, 0), (0.1, 1.65, 0), (0.85, 0.4, 0.1)], [(0, 1, 2), (0, 2, 1)], color="white")
    mesh([(0, 0.5, 0), (0, 1.4, 0), (-0.55, 0.5, 0.1)], [(0, 1, 2), (0, 2, 1)], color="#f4f1de")
age = 0.0


@on_frame
def roll(dt):
    global age
    age += dt
    sea.points, sea.colors = surface(age)
    here, ahead, beside = (float(height(*place, age)) for place in ((0, 0), (0.6, 0), (0, 0.3)))
    boat.at = (0, here, 0)
    boat.rotate = (degrees(atan2(here - beside, 0.3)), 0, degrees(atan2(ahead - here, 0.6)))
