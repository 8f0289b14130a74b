"""How things move: the same way, in the same time, by six curves; there and back again."""

background("#fdf6ec")
text("animate(ball, x=…, ease=…)", at=(80, 60), size=34, font="mono", color="#3d3a4b", anchor="left")
CURVES = {"linear": "#8d99ae", "in": "#ef476f", "out": "#ffa62b", "in out": "#06a77d", "bounce": "#118ab2"}
CURVES["elastic"] = "#9b5de5"

balls = []
for i, (ease, color) in enumerate(CURVES.items()):
    y = 150 + 98 * i
    text(ease, at=(80, y), size=26, color=color, font="bold", anchor="left")
    line((250, y), (1180, y), color="#e3d9c8", size=3)
    for x in (250, 1180):
        circle(at=(x, y), size=12, color="#e3d9c8")
    shades = [circle(at=(250, y), size=52, color=color, opacity=0.05 + 0.04 * k) for k in range(5)]
    balls.append((circle(at=(250, y), size=56, color=color), shades, ease))


def go(there=1180):
    """All set out at once; each comes back when it has arrived."""
    for ball, shades, ease in balls:
        ball.animate(x=there, seconds=1.6, ease=ease)
        for k, shade in enumerate(shades):  # what the eye remembers
            after(0.05 * (5 - k), lambda s=shade, e=ease: s.animate(x=there, seconds=1.6, ease=e))
    after(2.4, lambda: go(1430 - there))


go()
