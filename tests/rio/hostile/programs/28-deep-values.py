"""Gives nodes values that are nested without end, or that hold themselves."""
# prints: heard
import json, pickle

deep = []
for _ in range(200_000):
    deep = [deep]
loop = []
loop.append(loop)
for value in (deep, loop, {"a": loop}):
    for attempt in (
        lambda: text(value),
        lambda: rect(at=value),
        lambda: table(rows=value),
        lambda: points(value),
        lambda: box(tags=value),
        lambda: repr(value),
        lambda: json.dumps(value),
        lambda: pickle.dumps(value),
        lambda: update([base], at=value),
    ):
        try:
            attempt()
        except (ValueError, RecursionError, TypeError, OverflowError):
            continue
for made in nodes():
    if made != base and made.name != "frame":
        made.remove()
while deep:
    deep = deep[0]
print("heard")
