"""Has ten thousand solids move, each by itself, with every frame."""
# slow: make soak
# ends: done
# scene:
crowd = [box(at=(random.random() * 9, 0, random.random() * 9), size=0.1) for _ in range(10_000)]


@on_frame
def storm():
    for thing in crowd:
        thing.at = (random.random() * 9, random.random(), random.random() * 9)
        thing.rotate = random.random() * 360
