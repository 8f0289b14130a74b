"""Gives nodes other names as fast as it can, each the one that another has just now."""
# ends: done
# scene:
things = [rect(name=f"n{i}") for i in range(50)]
for i in range(2000):
    try:
        things[i % 50].name = f"n{(i * 7) % 50}"
    except ValueError:
        things[i % 50] = rect(name=f"m{i}")
