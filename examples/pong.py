"""Pong against the machine: the up and down keys move the right paddle."""

background("#0c1b1f")
WIDE, HIGH, PADDLE = 1280, 720, 130
for y in range(30, HIGH, 44):
    rect(at=(640, y), size=(6, 24), color="#23444b", radius=3)
left = rect(name="left", at=(50, 360), size=(18, PADDLE), color="#4cc9f0", radius=9)
right = rect(name="right", at=(1230, 360), size=(18, PADDLE), color="#f72585", radius=9)
trail = [circle(at=(640, 360), size=26 - 2 * i, color="white", opacity=0.5 - 0.05 * i) for i in range(9)]
ball = circle(name="ball", at=(640, 360), size=26, color="white")
scores = [text("0", at=(x, 90), size=90, font="mono", color="#2f5f69") for x in (500, 780)]
text("↑ ↓", at=(780, 160), size=22, color="#2f5f69")

random.seed(3)
points_ = [0, 0]
speed = [-560.0, 260.0]
path = [(640.0, 360.0)] * 30


def serve(side):
    """The ball begins in the middle, toward one side."""
    ball.at = (640, 360)
    speed[:] = 560.0 * side, random.uniform(-320, 320)


def bounce(paddle, side):
    """Back from a paddle: faster, and steeper the farther from its middle."""
    off = (ball.y - paddle.y) / PADDLE
    speed[:] = -1.05 * speed[0], speed[1] + 700 * off
    ball.x = paddle.x - side * 23


@on_frame
def play(dt):
    right.y = min(HIGH - 65, max(65, right.y + 620 * dt * (held("down") - held("up"))))
    left.y += min(400 * dt, max(-400 * dt, ball.y + 0.2 * speed[1] * (ball.x > 640) - left.y))
    ball.move(speed[0] * dt, speed[1] * dt)
    if not 13 < ball.y < HIGH - 13:
        speed[1] = -speed[1]
        ball.y = min(HIGH - 13, max(13, ball.y))
    for paddle, side in ((left, -1), (right, 1)):
        is_there = abs(ball.y - paddle.y) < PADDLE / 2 + 13
        if side * speed[0] > 0 and side * (ball.x - paddle.x) > -22:
            if is_there:
                bounce(paddle, side)
            else:
                points_[side < 0] += 1
                serve(-side)
    for score, count in zip(scores, points_, strict=True):
        score.text = str(count)
    path.insert(0, ball.at)
    del path[30:]
    update(trail, at=np.array(path[2:20:2]))
