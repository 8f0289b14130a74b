"""Makes things as large, as far, as thick and as many-sided as they may be, and looks at them from nowhere."""
# ends: done
# scene:
far = 1e9  # what is made next to these finds its place all the same
for make in (
    lambda: box(at=(far, far, far), size=far, rotate=(far, far, far), scale=far),
    lambda: sphere(size=far, at=(0, 0, 0)),
    lambda: rect(at=(far, far), size=(far, far), radius=far, border=far),
    lambda: circle(at=(-far, far), size=far),
    lambda: line(at=(-far, -far), to=(far, far), size=far),
    lambda: points([(far, -far), (0, 0)], size=far),
    lambda: points([(far, -far, far), (0, 0, 0)], size=far),
    lambda: text("W" * 200, size=2000, scale=far, at=(0, 0)),
    lambda: light(at=(far, far, far), brightness=100),
    lambda: camera(at=(0, 0, 0), target=(0, 0, 0), fov=150),
    lambda: background(color=(1, 1, 1, 0)),
):
    try:
        make()
    except ValueError:
        continue
