"""Pong for two machines, the left one, with the grants in left.grants: the ball lives here, the right paddle there."""

is_played = False
points_ = [0, 0]
speed = [-560.0, 260.0]
WIDE, HIGH, PADDLE = 1280, 720, 130
background("#0c1b1f")
for y in range(30, HIGH, 44):
    rect(at=(640, y), size=(6, 24), color="#23444b", radius=3)
score = text("0 : 0", name="score", at=(640, 90), size=80, font="mono", color="#3b7480")
left = rect(name="left", at=(50, 360), size=(18, PADDLE), color="#4cc9f0", radius=9)
right = rect(name="right", at=(1230, 360), size=(18, PADDLE), color="#f72585", radius=9)
ball = circle(name="ball", at=(640, 360), size=26, color="white")


def mirror(thing, machine):
    """Let a node be as the one of that name on the other machine, as soon as that is there."""

    def hear(line):
        word, _, value = line.partition(" ")
        if word == "at":
            thing.at = tuple(map(float, value.split()))
        elif word == "text":
            thing.text = value

    def join():
        try:
            ns.lines(f"/{machine}/scene/nodes/{thing.name}/watch")(hear)
        except ValueError:
            after(1, join)

    join()


def steer(paddle, dt):
    """By the up and down keys; by itself until its player takes over."""
    global is_played
    wish = held("down") - held("up")
    is_played = is_played or wish != 0
    way = 620 * dt * wish if is_played else min(420 * dt, max(-420 * dt, ball.y - paddle.y))
    paddle.y = min(HIGH - 65, max(65, paddle.y + way))


def serve(side):
    """The ball begins in the middle, toward one side."""
    ball.at = (640, 360)
    speed[:] = 560.0 * side, random.uniform(-320, 320)


def meet(paddle, side):
    """At a paddle's line: back, faster and steeper the farther from its middle; or a point for the other."""
    off = (ball.y - paddle.y) / PADDLE
    if abs(off) < 0.6:
        speed[:] = -1.04 * speed[0], speed[1] + 500 * off
        ball.x = paddle.x - side * 23
    else:
        points_[side < 0] += 1
        score.text = f"{points_[0]} : {points_[1]}"
        serve(-side)


@on_frame
def play(dt):
    steer(left, dt)
    ball.move(speed[0] * dt, speed[1] * dt)
    if not 13 < ball.y < HIGH - 13:
        speed[1] = -speed[1]
        ball.y = min(HIGH - 13, max(13, ball.y))
    for paddle, side in ((left, -1), (right, 1)):
        if side * speed[0] > 0 and side * (ball.x - paddle.x) > -22:
            meet(paddle, side)


mirror(right, "right")
