"""A maze carved at random, and the shortest way through it, found breadth first."""

background("#10131c")
random.seed(21)
WIDE, HIGH, CELL = 31, 17, 38
LEFT, TOP = 640 - WIDE * CELL / 2, 360 - HIGH * CELL / 2
STEPS = ((1, 0), (-1, 0), (0, 1), (0, -1))


def middle(x, y):
    return LEFT + CELL * (x + 0.5), TOP + CELL * (y + 0.5)


# carve: walk at random, go back where there is no way on
doors, seen, path = {}, {(0, 0)}, [(0, 0)]
while path:
    x, y = path[-1]
    free = [(x + dx, y + dy) for dx, dy in STEPS if 0 <= x + dx < WIDE and 0 <= y + dy < HIGH]
    free = [cell for cell in free if cell not in seen]
    if not free:
        path.pop()
        continue
    next_cell = random.choice(free)
    doors.setdefault((x, y), []).append(next_cell)
    doors.setdefault(next_cell, []).append((x, y))
    seen.add(next_cell)
    path.append(next_cell)

for cell, others in doors.items():
    for other in others:
        line(middle(*cell), middle(*other), size=CELL - 7, color="#2b3349")
    circle(at=middle(*cell), size=CELL - 7, color="#2b3349")

# search: every cell learns where it was reached from, in rings around the start
start, goal = (0, 0), (WIDE - 1, HIGH - 1)
came, ring = {start: None}, [start]
while goal not in came:
    ring = [came.setdefault(other, cell) and other for cell in ring for other in doors[cell] if other not in came]
way = [goal]
while came[way[-1]]:
    way.append(came[way[-1]])
way.reverse()

trail = line([middle(*way[0])] * 2, name="trail", color="#ffb703", size=9, layer=2)
circle(at=middle(*start), size=24, color="#06d6a0", layer=3)
circle(at=middle(*goal), size=24, color="#ef476f", layer=3)
walker = circle(at=middle(*start), size=20, color="white", layer=4)
gone = 1.0


@on_frame
def walk(dt):
    global gone
    gone = min(len(way) - 1, gone + 40 * dt)
    trail.points = [middle(*cell) for cell in way[: int(gone) + 1]]
    walker.at = middle(*way[int(gone)])
    if gone == len(way) - 1:
        stop(walk)
