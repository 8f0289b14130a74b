"""Fails with every frame, in a new way each time, under names that change."""
# ends: done
# says: is suspended
@on_frame
def fail():
    fail.__name__ = str(random.random())
    on_frame(lambda: 1 / 0)
    raise ValueError(random.random())
