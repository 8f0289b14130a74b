"""Pong for two machines, the right one, with the grants in right.grants: its paddle lives here, the ball there."""

is_played = False
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


@on_frame
def play(dt):
    steer(right, dt)


for thing in (ball, left, score):
    mirror(thing, "left")
