"""Opens hundreds of maps of anywhere, full of markers, and has them all zoom."""
# slow: make soak
# ends: done|at most|more than|ran for
# scene: full
for number in range(200):
    with map(name=f"map {number}", at=(160, 120), size=(300, 200), center=(number % 85, number % 180), zoom=12) as m:
        for step in range(20):
            marker((step * 4, step * 9), "here")
        line([(x % 90, x % 180) for x in range(2000)])
    m.animate(zoom=0, seconds=0.1)
for where in ((1e308, 0), (float("nan"), 0), (91, 181), ("x", 0), ()):
    try:
        map(center=where)
    except (ValueError, TypeError, SyntaxError):
        pass
