"""Snake: the arrow keys turn it; every apple makes it longer, its own tail ends it. Space begins anew."""

background("#1d2b1f")
CELL, WIDE, HIGH = 40, 32, 18
WAYS = {"left": (-1, 0), "right": (1, 0), "up": (0, -1), "down": (0, 1)}
for y in range(HIGH):
    for x in range(y % 2, WIDE, 2):
        rect(at=(CELL * x + 20, CELL * y + 20), size=CELL, color="#223425", layer=-1)
skin = line([(0, 0), (1, 1)], size=32, color="#8ac926")
head, tail = circle(size=38, color="#9be22d"), circle(size=32, color="#8ac926")
eyes = [circle(size=8, color="#14210f", layer=1) for _ in range(2)]
apple, leaf = circle(size=30, color="#ff595e"), circle(size=(14, 8), color="#6a994e", rotate=-30)
score = text("", at=(640, 360), size=96, font="bold", color="#3d5a44", layer=-1)


@on_key("space")
def start():
    global body, way, wish, alive
    random.seed(7)
    body, way, wish, alive = [(14 - i, 9) for i in range(12)], "right", "right", True
    feed()
    step()


def feed():
    """An apple where the snake is not."""
    global food
    food = x, y = random.choice([(x, y) for x in range(WIDE) for y in range(HIGH) if (x, y) not in body])
    apple.at, leaf.at = (CELL * x + 20, CELL * y + 22), (CELL * x + 27, CELL * y + 5)


@on_key("left", "right", "up", "down")
def turn(event):
    global wish
    wish = event.key if WAYS[event.key][0] != -WAYS[way][0] else wish


@every(0.12)
def step():
    global alive, way
    if not alive:
        return
    way = wish
    dx, dy = WAYS[way]
    ahead = ((body[0][0] + dx) % WIDE, (body[0][1] + dy) % HIGH)
    alive = ahead not in body[:-1]
    body.insert(0, ahead)
    feed() if ahead == food else body.pop()
    skin.points = [(CELL * x + 20, CELL * y + 20) for x, y in body]
    head.at, tail.at = tuple(skin.points[0]), tuple(skin.points[-1])
    for side, eye in zip((-8, 8), eyes, strict=True):
        eye.at = (head.x + 5 * dx + side * dy, head.y + 5 * dy + side * dx)
    score.text = f"apples: {len(body) - 12}" if alive else "press space"


start()
