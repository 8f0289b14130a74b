"""Three ways to sort the same numbers, one step of each at a time."""

background("#14161f")
COUNT, WIDTH = 72, 15
numbers = list(range(1, COUNT + 1))
random.seed(6)
random.shuffle(numbers)


def bubble(a):
    for end in range(len(a) - 1, 0, -1):
        for i in range(end):
            if a[i] > a[i + 1]:
                a[i], a[i + 1] = a[i + 1], a[i]
            yield i + 1


def shell(a):
    gap = len(a) // 2
    while gap:
        for i in range(gap, len(a)):
            while i >= gap and a[i - gap] > a[i]:
                a[i], a[i - gap] = a[i - gap], a[i]
                i -= gap
                yield i
        gap //= 2


def quick(a, low=0, high=None):
    high = len(a) - 1 if high is None else high
    if low < high:
        edge = low
        for i in range(low, high):
            if a[i] < a[high]:
                a[i], a[edge] = a[edge], a[i]
                edge += 1
            yield i
        a[edge], a[high] = a[high], a[edge]
        yield from quick(a, low, edge - 1)
        yield from quick(a, edge + 1, high)


runs = []
for row, (name, way) in enumerate((("bubble sort", bubble), ("shell sort", shell), ("quicksort", quick))):
    floor = 225 + 228 * row
    text(name, at=(100, floor - 190), size=24, color="#aab2c8", anchor="left")
    bars = [rect(at=(107 + WIDTH * i, floor), size=(WIDTH - 3, 1), anchor="bottom", radius=2) for i in range(COUNT)]
    own = list(numbers)
    runs.append((bars, own, way(own)))


@on_frame
def step():
    for bars, own, steps in runs:
        for _ in range(8):
            at = next(steps, -1)
        for i, (thing, number) in enumerate(zip(bars, own, strict=True)):
            share = number / COUNT
            thing.size = (WIDTH - 3, 2.3 * number)
            thing.color = "white" if i == at else (0.25 + 0.7 * share, 0.75 - 0.35 * share, 0.95 - 0.55 * share)
