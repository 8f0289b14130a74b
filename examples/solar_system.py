"""The planets on their ways around the sun, each as fast as Kepler says; the distances are drawn together."""

background("#060812", floor=False)
camera((0, 10.5, 16.5), (0, -1.0, 0.6), fov=33)
light((0, 6, 9), brightness=1.1)

PLANETS = [  # name, distance from the sun in astronomical units, size, colour
    ("Mercury", 0.39, 0.22, "#b1a39a"),
    ("Venus", 0.72, 0.36, "#e6c88f"),
    ("Earth", 1.0, 0.38, "#4f8fe8"),
    ("Mars", 1.52, 0.3, "#d1603d"),
    ("Jupiter", 5.2, 0.95, "#d9a066"),
    ("Saturn", 9.54, 0.8, "#e8d3a2"),
    ("Uranus", 19.2, 0.58, "#9fe3e8"),
    ("Neptune", 30.1, 0.56, "#4464e8"),
]

sphere(name="Sun", at=(0, 0, 0), size=1.5, color="#ffd34d", shadow=False)
stars = np.random.default_rng(1).normal(0, 1, (900, 3))
points(40 * stars / np.linalg.norm(stars, axis=1, keepdims=True), color="white", size=1.6, opacity=0.7)
around = np.linspace(0, tau, 121)

worlds = []
for i, (name, distance, size, color) in enumerate(PLANETS):
    radius = 1.5 + 0.95 * i
    line(np.column_stack((radius * np.cos(around), 0 * around, radius * np.sin(around))), size=1.5, color="#2c3a5e")
    planet = group(name=name)
    sphere(parent=planet, size=size, color=color, shadow=False)
    if name == "Saturn":
        for ring in (0.62, 0.7, 0.78, 0.86):
            line(
                np.column_stack((ring * np.cos(around), 0.2 * ring * np.cos(around), ring * np.sin(around))),
                parent=planet,
                size=3,
                color="#c9b27c",
            )
    worlds.append((planet, radius, 0.9 * distance**-1.5, 2.1 * i))

days = 0


@on_frame
def turn(dt):
    global days
    days += dt
    for planet, radius, speed, start in worlds:
        angle = start + speed * days
        planet.at = (radius * cos(angle), 0, radius * sin(angle))


text("the solar system", at=(60, 60), size=34, color="#cfd8f5", anchor="left", font="bold")
text("click the sun to stop time", at=(60, 98), size=18, color="#6f7fae", anchor="left")


@find("Sun").on_click
def freeze():
    stop(turn)
