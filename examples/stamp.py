"""A postage stamp, drawn by paths as SVG writes them."""

background("#7b2d26")
rect(at=(648, 372), size=(880, 600), color="#4a1712", opacity=0.5)
rect(at=(640, 360), size=(880, 600), color="#f7f0df")
for x in range(200, 1081, 40):
    for y in (60, 660):
        circle(at=(x, y), size=22, color="#7b2d26")
for y in range(100, 660, 40):
    for x in (200, 1080):
        circle(at=(x, y), size=22, color="#7b2d26")
rect(at=(640, 330), size=(780, 440), color="#f2c078")
circle(at=(820, 250), size=150, color="#e8563f")
path(
    "M 250 360 c 80 -70 120 -50 190 0 s 130 -110 210 -30 s 110 40 180 -20 s 130 -30 200 40 v 200 h -780 z",
    color="#c9722f",
)
path("M 250 450 c 90 -40 150 -10 230 -6 s 160 -40 250 -8 s 190 20 300 -12 v 126 h -780 z", color="#2f6f73")
for i in range(5):  # waves
    path(
        f"M {275 + 20 * i} {470 + 17 * i}" + " q 20 -14 40 0 t 40 0" * (8 - i // 2),
        color="transparent",
        border=3,
        border_color="#7fb7b2",
    )
with group(at=(520, 440)):
    path("M -120 0 H 130 Q 110 62 60 66 H -70 Q -108 60 -120 0 Z", color="#5b1f1a", border=3, border_color="#33100d")
    path("M -6 -10 C -120 -20 -100 -180 -2 -210 Z", color="#f7f0df", border=3, border_color="#5b1f1a")
    path("M 10 -10 C 120 -30 100 -150 10 -200 Z", color="#e8563f", border=3, border_color="#5b1f1a")
    line((3, 0), (3, -222), color="#33100d", size=6)
    path("M 3 -222 l 46 10 l -46 12 z", color="#2f6f73")
for x, y in ((700, 170), (760, 205), (655, 215)):
    path("M -26 6 q 12 -18 26 0 q 14 -18 26 0", at=(x, y), color="transparent", border=4, border_color="#33100d")
text("PERIBUS", at=(255, 602), size=50, font="bold", color="#5b1f1a", anchor="left")
text("regatta 2026", at=(480, 606), size=30, font="italic", color="#5b1f1a", anchor="left")
text("80", at=(1020, 602), size=74, font="bold", color="#e8563f", anchor="right")
