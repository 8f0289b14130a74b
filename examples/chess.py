"""Chessmen, each turned on a lathe: their profiles become OBJ files, and the files become models."""

from pathlib import Path

background("#3b2f2f", floor=False)
camera((3.6, 4.8, 8.2), (0.15, 0.25, 0.3), fov=33)
light((-5, 8, 4), color="#fff1dc", brightness=1.2)

FOOT = "0 0, .4 0, .4 .1, .34 .16, .3 .22, "
PROFILES = {  # radius and height, from the foot up
    "pawn": "0.16 .36, .12 .6, .22 .64, .13 .68, .2 .8, .17 .92, 0 1",
    "rook": ".2 .36, .18 .8, .29 .86, .29 1.1, .21 1.1, .21 1, 0 1",
    "bishop": ".16 .4, .12 .86, .22 .9, .12 .95, .19 1.1, .12 1.26, .06 1.32, 0 1.4",
    "queen": ".2 .4, .13 1, .25 1.06, .16 1.1, .27 1.4, .2 1.42, .08 1.46, 0 1.54",
    "king": ".2 .4, .15 1.1, .26 1.16, .18 1.2, .25 1.5, .1 1.56, .05 1.74, 0 1.76",
}
AROUND = 30


def lathe(name, profile):
    """An OBJ file of a profile that is turned about the vertical axis; its name, and how high it is."""
    profile, lines = [tuple(map(float, place.split())) for place in (FOOT + profile).split(",")], []
    for radius, height in profile:
        for i in range(AROUND):
            turn = tau * i / AROUND
            lines.append(f"v {radius * cos(turn):.4f} {height:.4f} {radius * sin(turn):.4f}")
    for ring in range(len(profile) - 1):
        for i in range(AROUND):
            a, b = ring * AROUND + i + 1, ring * AROUND + (i + 1) % AROUND + 1
            lines.append(f"f {a} {a + AROUND} {b + AROUND} {b}")
    Path(f"{name}.obj").write_text("\n".join(lines))
    return f"{name}.obj", max(height for _, height in profile)


FILES = {name: lathe(name, profile) for name, profile in PROFILES.items()}
box(at=(0, -0.16, 0), size=(6.6, 0.3, 6.6), color="#5c3d2e")
for i in range(6):
    for j in range(6):
        box(at=(i - 2.5, 0, j - 2.5), size=(1, 0.06, 1), color="#f0d9b5" if (i + j) % 2 else "#8b5e3c")

MEN = {"white": ("#f4e9d5", "king e1, queen b2, rook f1, pawn a2, pawn d3, pawn f2, bishop c1, pawn e3")}
MEN["black"] = ("#3a2a26", "king b6, rook a6, queen e5, pawn c5, pawn a5, bishop d5, pawn f4, rook f6")
for side, (color, men) in MEN.items():
    for man in men.split(", "):
        kind_, place = man.split()
        x, z = "abcdef".index(place[0]) - 2.5, 3.5 - int(place[1])
        file, high = FILES[kind_]
        model(file, name=f"{side} {man}", at=(x, 0.03 + high / 2, z), color=color)
