"""A still life: a bowl of fruit on a table, in the light of one lamp."""

background("#4a4038", floor=False)
plane(at=(0, 0, 0), size=(9, 6), color="#7a5235")
box(at=(0, -0.2, 0), size=(9, 0.38, 6), color="#6b4429")
light((-3.5, 6, 3.5), brightness=1.25, color="#ffe9c9")
camera((0.6, 3.1, 7.6), (0, 0.85, 0), fov=28)

with group(name="bowl", at=(-0.5, 0, 0)):
    cylinder(at=(0, 0.06, 0), size=(1.1, 0.12, 1.1), color="#e9e4d8")
    sphere(at=(0, 0.42, 0), size=(2.3, 0.75, 2.3), color="#f2ede1")
    cylinder(at=(0, 0.6, 0), size=(2.3, 0.1, 2.3), color="#e4dccb")


def fruit(x, y, z, size, color, stem=True):
    sphere(at=(x, y, z), size=(size, size * 0.94, size), color=color)
    if stem:
        cylinder(at=(x, y + size * 0.52, z), size=(0.05, 0.16, 0.05), rotate=(0, 0, 15), color="#4b3621")


fruit(-0.95, 1.03, 0.25, 0.72, "#c1121f")
fruit(-0.2, 1.08, 0.3, 0.78, "#e85d04", stem=False)
fruit(-0.55, 1.12, -0.4, 0.74, "#8ab17d")
fruit(-0.55, 1.55, 0.02, 0.66, "#d62828")
fruit(1.75, 0.36, 0.9, 0.76, "#f4a259", stem=False)
fruit(2.5, 0.33, 0.35, 0.7, "#9a031e")

for i, (x, z) in enumerate(np.random.default_rng(3).normal((-2.3, 0.9), (0.25, 0.22), (16, 2))):
    sphere(at=(x, 0.16 + 0.2 * (i % 4 == 0), z), size=0.32, color="#5f2a62" if i % 3 else "#7b3a80")

cylinder(at=(1.55, 0.75, -0.9), size=(0.85, 1.5, 0.85), color="#2a6f77")
sphere(at=(1.55, 1.5, -0.9), size=(0.85, 0.6, 0.85), color="#2a6f77")
cylinder(at=(1.55, 1.95, -0.9), size=(0.3, 0.7, 0.3), color="#2a6f77")
torus(at=(1.55, 2.3, -0.9), size=(0.42, 0.4, 0.42), color="#358993")
