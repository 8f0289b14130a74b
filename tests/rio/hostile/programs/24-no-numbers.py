"""Puts numbers everywhere that are none, or without end."""
# ends: done
# scene:
nothing, heard = [float("nan"), float("inf"), -float("inf"), 1e308, 1e38, -1e30, 1 << 4000], 0
for value in nothing:
    for make in (box, rect, circle, text, line, points, camera, light, plot, slider):
        for word in ("at", "size", "color", "rotate", "scale", "opacity", "target", "fov", "radius", "points", "value", "to"):
            for given in (value, (value, value), (value,) * 3, [(value, value)] * 3, np.full((3, 3), 1e39)):
                try:
                    make(name="strange", **{word: given})
                except (ValueError, OverflowError, TypeError):
                    heard += 1
for node in nodes():
    for word in ("at", "size", "color", "rotate", "scale", "opacity"):
        try:
            update([node], **{word: [(float("nan"),) * 3]})
        except ValueError:
            heard += 1
