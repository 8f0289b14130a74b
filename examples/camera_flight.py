"""A flight through a tunnel of light, along a closed curve that the camera follows."""

background("#070a1c", floor=False)
RINGS = 150
around = np.linspace(0, tau, 49)


def way(turn):
    """A place of the curve, and the direction there."""
    place = np.array((14 * cos(turn) + 4 * cos(3 * turn), 2.2 * sin(2 * turn), 14 * sin(turn) - 4 * sin(3 * turn)))
    ahead = np.array((-14 * sin(turn) - 12 * sin(3 * turn), 4.4 * cos(2 * turn), 14 * cos(turn) - 12 * cos(3 * turn)))
    return place, ahead / np.linalg.norm(ahead)


for i in range(RINGS):
    place, ahead = way(tau * i / RINGS)
    side = np.cross(ahead, (0, 1, 0))
    side /= np.linalg.norm(side)
    over = np.cross(side, ahead)
    circle_ = place + 1.5 * (np.cos(around)[:, None] * side + np.sin(around)[:, None] * over)
    hue = 6 * tau * i / RINGS
    color = tuple(0.6 + 0.4 * cos(hue + shift) for shift in (0, 2.1, 4.2))
    line(circle_, color=color, size=3)
    if i % 5 == 0:
        sphere(at=place - 0.85 * over, size=0.28, color=color, shadow=False)

for shift in np.linspace(0, tau, 8, endpoint=False):  # threads along the tunnel, from ring to ring
    thread = []
    for i in range(RINGS + 1):
        place, ahead = way(tau * i / RINGS)
        side = np.cross(ahead, (0, 1, 0))
        side /= np.linalg.norm(side)
        thread.append(place + 1.5 * (cos(shift) * side + sin(shift) * np.cross(side, ahead)))
    line(thread, color="#31407a", size=1.5)

eye = camera((0, 0, 0), (0, 0, 1), fov=70)
turn = 0.0


@on_frame
def fly(dt):
    global turn
    turn += 0.12 * dt
    eye.at = tuple(way(turn)[0])
    eye.target = tuple(way(turn + 0.2)[0])
