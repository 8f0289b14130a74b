"""Clears the scene with every frame, and makes it anew."""
# ends: done
# scene:
@on_frame
def again():
    for node in nodes():
        if node.kind == "rect" and node.name != "frame":
            node.remove()
    for i in range(50):
        rect(name=f"r{i}", at=(i, i), color=(random.random(), 0, 0))
