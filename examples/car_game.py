"""A race by night: left and right steer, up and down change the speed; do not meet the others."""

background("#131a2b")
rect(at=(640, 360), size=(1280, 720), color="#1d3326")
rect(at=(640, 360), size=(560, 720), color="#2b2d34")
for x in (366, 914):
    rect(at=(x, 360), size=(10, 720), color="#e9ecef")
marks = [rect(at=(x, 120 * i), size=(8, 60), color="#ced4da", tags="mark") for i in range(7) for x in (547, 733)]
random.seed(8)
trees = [
    circle(at=(random.choice((70, 190, 290, 990, 1090, 1210)), 53 * i), size=random.randint(36, 95)) for i in range(16)
]
for tree in trees:
    tree.color = random.choice(("#2d6a4f", "#40916c", "#1b4332"))


def car(x, y, color):
    """A car seen from above, as one group."""
    whole = group(at=(x, y))
    for dx in (-33, 33):
        for dy in (-40, 42):
            rect(parent=whole, at=(dx, dy), size=(12, 30), radius=4, color="#0d0d0f")
    rect(parent=whole, size=(68, 130), radius=20, color=color)
    rect(parent=whole, at=(0, -22), size=(52, 28), radius=8, color="#1b263b")
    rect(parent=whole, at=(0, 38), size=(50, 20), radius=8, color="#1b263b")
    for dx in (-20, 20):
        rect(parent=whole, at=(dx, -60), size=(16, 8), radius=4, color="#fff3b0")
    return whole


others = [
    car(random.choice((460, 640, 820)), -260 * i - 80, c) for i, c in enumerate(("#457b9d", "#e9c46a", "#9d4edd"))
]
mine = car(640, 560, "#e63946")
rect(at=(1190, 60), size=(150, 90), radius=16, color="#131a2b", layer=1)
board = text("", at=(1190, 60), size=26, font="mono", color="#f8f9fa", layer=2)
speed, way, crashed = 420.0, 0.0, 0.0


@on_frame
def drive(dt):
    global speed, way, crashed
    speed = min(900, max(160, speed + 300 * dt * (held("up") - held("down"))))
    crashed = max(0, crashed - dt)
    steer = held("right") - held("left")
    mine.x = min(865, max(415, mine.x + 420 * dt * steer))
    mine.rotate = 9 * steer if not crashed else 40 * sin(20 * crashed)
    way += speed * dt
    for thing in (*marks, *trees):
        thing.y = (thing.y + speed * dt + 60) % 840 - 60
    for other in others:
        other.y += (speed - 260) * dt
        if other.y > 800 or other.y < -900:
            other.at = (random.choice((460, 640, 820)), -100 if other.y > 800 else 790)
        if abs(other.x - mine.x) < 68 and abs(other.y - mine.y) < 128 and not crashed:
            speed, crashed = 160.0, 1.0
    board.text = f"{speed * 0.3:3.0f} km/h\n{way / 100:4.0f} m"
