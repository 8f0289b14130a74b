"""Puts nodes into each other in a circle, and a thousand deep."""
# ends: inside itself
# scene:
holder = group(name="g0")
for i in range(1, 1000):
    holder = group(name=f"g{i}", parent=holder)
box(parent=holder)
find("g0").parent = holder
