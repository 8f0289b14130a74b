"""Conway's Game of Life on a ring-shaped world. Click to bring a cell to life."""

background("#0f1420")
WIDE, HIGH, CELL = 64, 36, 20
rng = np.random.default_rng(12)
alive = rng.random((HIGH, WIDE)) < 0.24
age = np.zeros((HIGH, WIDE))
YOUNG, OLD = np.array((0.98, 0.86, 0.45)), np.array((0.16, 0.42, 0.75))

cells = [
    rect(at=(x * CELL + CELL / 2, y * CELL + CELL / 2), size=CELL - 3, radius=5, tags="cell")
    for y in range(HIGH)
    for x in range(WIDE)
]


def show():
    share = np.clip(age / 12, 0, 1)[..., None]
    colors = YOUNG * (1 - share) + OLD * share
    colors = np.where(alive[..., None], colors, (0.085, 0.11, 0.165))
    update(cells, color=colors.reshape(-1, 3))


@every(0.1)
def generation():
    global alive, age
    neighbours = sum(
        np.roll(alive, (dy, dx), (0, 1)).astype(int) for dy in (-1, 0, 1) for dx in (-1, 0, 1) if (dx, dy) != (0, 0)
    )
    alive = (neighbours == 3) | (alive & (neighbours == 2))
    age = np.where(alive, age + 1, 0)
    show()


def wake(event):
    alive[int(event.y // CELL) % HIGH, int(event.x // CELL) % WIDE] = True
    show()


for cell in cells:
    cell.on_click(wake)
show()
