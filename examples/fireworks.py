"""Fireworks: rockets of light, each a cloud of points that falls and fades. Click to light one more."""

background("#050714")
rng = np.random.default_rng(5)
for i, (x, width) in enumerate(zip(range(0, 1300, 62), rng.integers(48, 84, 21), strict=True)):
    high = 40 + 90 * abs(sin(1.7 * i))
    rect(at=(x, 720), size=(width, high), anchor="bottom", color="#0d1226", layer=2)
    for floor in range(int(high // 24)):
        if rng.random() < 0.7:
            rect(at=(x - 12 + 24 * (floor % 2), 706 - 22 * floor), size=(7, 9), color="#ffd98a", opacity=0.8, layer=3)

COLORS = ["#ff5e5b", "#ffd166", "#5ad1ff", "#b388ff", "#7dff9b", "#ff8fd0"]
shells = []


def light_up(x, y):
    """A new shell at this place."""
    angle, speed = rng.uniform(0, tau, 160), 360 * np.sqrt(rng.uniform(0.05, 1, 160))
    flight = np.column_stack((np.cos(angle), np.sin(angle))) * speed[:, None] * rng.uniform(0.7, 1.1)
    color = COLORS[int(rng.integers(len(COLORS)))]
    clouds = [
        points([(0, 0)], at=(x, y), size=size, color=color) for size in (14, 4.5, 4, 3.6, 3.2, 2.9, 2.6, 2.3, 2, 1.7)
    ]
    shells.append([clouds, flight, 0.0])


def places(flight, age):
    """Where the sparks are: slowed by the air, drawn down by the earth."""
    return flight * (1 - exp(-1.9 * age)) / 1.3 + (0, 34 * age**2)


@on_frame
def fly(dt):
    for shell in list(shells):
        clouds, flight, age = shell
        shell[2] = age = age + dt
        for i, cloud in enumerate(clouds):  # a glow, the sparks, and what the eye still sees of them
            cloud.points = places(flight, max(0, age - 0.028 * max(0, i - 1)))
            cloud.opacity = sqrt(max(0, 1 - age / 2.6)) * (0.1 if i == 0 else 1 - 0.09 * i)
        if age > 2.6:
            shells.remove(shell)
            for cloud in clouds:
                cloud.remove()


@every(0.4)
def rocket():
    light_up(rng.uniform(180, 1100), rng.uniform(120, 380))


sky = rect(name="sky", size=(1280, 720), color="#050714", opacity=0.01, layer=-1)


@sky.on_click
def more(event):
    light_up(event.x, event.y)
