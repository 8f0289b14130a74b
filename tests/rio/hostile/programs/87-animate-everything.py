"""Moves everything of everything at once, for ever, and never at all."""
# ends: done|at most|more than
# scene:
crowd = [box(at=(x, 0, 0), size=0.1) for x in range(500)]
for thing in crowd:
    for seconds in (1e-9, 0.1, 1e6):
        thing.animate(at=(9, 9, 9), color="blue", opacity=0, rotate=1e9, scale=2, seconds=seconds)
for wild in (float("nan"), float("inf"), -1, 1e400, "x", None):
    try:
        crowd[0].animate(x=1, seconds=wild)
    except (ValueError, TypeError, SyntaxError):
        pass
