"""A clock with hands and digits."""

background("#e9e4da")
CENTER = (460, 360)
circle(at=(460, 372), size=600, color="#b9b09f", opacity=0.35)
circle(at=CENTER, size=590, color="#20242e")
circle(at=CENTER, size=556, color="#fbf8f1")
for minute in range(60):
    turn, long = tau * minute / 60, 34 if minute % 5 == 0 else 14
    x, y = sin(turn), -cos(turn)
    line(
        (460 + x * (258 - long), 360 + y * (258 - long)),
        (460 + x * 258, 360 + y * 258),
        size=7 if minute % 5 == 0 else 2.5,
        color="#20242e",
    )
for hour in (12, 3, 6, 9):
    turn = tau * hour / 12
    text(str(hour), at=(460 + 190 * sin(turn), 360 - 190 * cos(turn)), size=48, font="bold", color="#20242e")


def hand(name, long, thick, color):
    return line((0, long * 0.16), (0, -long), name=name, size=thick, color=color, parent=group(at=CENTER))


hours, minutes, seconds = (
    hand("hours", 150, 15, "#20242e"),
    hand("minutes", 228, 10, "#20242e"),
    hand("seconds", 245, 4, "#d1495b"),
)
circle(at=CENTER, size=26, color="#d1495b", layer=2)
circle(at=CENTER, size=9, color="#fbf8f1", layer=2)

rect(at=(990, 350), size=(400, 150), radius=26, color="#20242e")
digits = text(now(), name="digits", at=(990, 350), size=84, font="mono", color="#ffd9a0")
date = text("", at=(990, 470), size=30, color="#5d5748")


@every(1)
def tick():
    h, m, s = (int(part) for part in now("%I %M %S").split())
    hours.parent.rotate = (0, 0, 30 * h + m / 2)
    minutes.parent.rotate = (0, 0, 6 * m + s / 10)
    seconds.parent.rotate = (0, 0, 6 * s)
    digits.text = now("%H:%M:%S")
    date.text = now("%A, %d %B")


tick()
