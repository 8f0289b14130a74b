"""A galaxy of a hundred thousand stars that turns, slower the farther out."""

background("#04050c", floor=False)
camera((0, 5.4, 9.2), (0, -0.2, 0), fov=36)
rng = np.random.default_rng(42)
ARMS = 4


def shape(count, spread, reach):
    """Stars along the spiral arms: distance, angle, height."""
    far = reach * rng.beta(1.3, 2.2, count)
    angle = tau * rng.integers(0, ARMS, count) / ARMS + 2.4 * np.log1p(far) + rng.normal(0, spread, count)
    return far, angle, rng.normal(0, 0.16, count) * np.exp(-far / 3)


layers = []
for count, spread, reach, size, color, opacity in (
    (56_000, 0.24, 7.5, 2, "#7fa6ff", 0.3),
    (24_000, 0.15, 6.5, 2, "#e6ecff", 0.45),
    (6_000, 0.12, 6.0, 2.5, "#ff9ecb", 0.45),
):
    layers.append((points([(0, 0, 0)], size=size, color=color, opacity=opacity), *shape(count, spread, reach)))
core = np.abs(rng.normal(0, 0.75, 14_000))
heart = points([(0, 0, 0)], size=2, color="#ffe3b0", opacity=0.4)
layers.append((heart, core, rng.uniform(0, tau, core.size), rng.normal(0, 0.28, core.size) * np.exp(-core)))
age = 0.0


@on_frame
def turn(dt):
    global age
    age += dt
    for cloud, far, angle, high in layers:
        now_at = angle - 0.5 * age / (0.6 + far)
        cloud.points = np.column_stack((far * np.cos(now_at), high, far * np.sin(now_at)))
