"""A fountain: fourteen thousand drops, each with its own way up and down."""

background("#101826", floor=False)
camera((0, 4.2, 12.5), (0, 2.0, 0), fov=36)
rng = np.random.default_rng(2)
DROPS, GRAVITY = 14_000, 4.5

cylinder(at=(0, -0.1, 0), size=(7.2, 0.3, 7.2), color="#8d99ae")
cylinder(at=(0, 0.05, 0), size=(6.6, 0.2, 6.6), color="#1f6f9f")
cylinder(at=(0, 0.25, 0), size=(0.5, 0.6, 0.5), color="#9db2bf")

angle = rng.uniform(0, tau, DROPS)
out = np.abs(rng.normal(0.75, 0.28, DROPS))
up = rng.normal(5.7, 0.35, DROPS)
start = np.column_stack((out * np.cos(angle), up, out * np.sin(angle)))
lives = 2 * up / GRAVITY
age = rng.uniform(0, 1, DROPS) * lives

parts = np.array_split(np.argsort(up), 3)
colors = ("#3a86ff", "#73b7ff", "#d6ecff")
clouds = [points([(0, 0, 0)], at=(0, 0.5, 0), size=3, color=color, opacity=0.75) for color in colors]


@on_frame
def flow(dt):
    global age
    age = (age + dt) % lives
    t = age[:, None]
    places = start * t - (0, GRAVITY / 2, 0) * t**2
    for cloud, part in zip(clouds, parts, strict=True):
        cloud.points = places[part]
