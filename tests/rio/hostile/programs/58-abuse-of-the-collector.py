"""Makes rubbish that revives itself, switches the collector off, and calls it from itself."""
# ends: done
import gc

gc.disable()
gc.set_threshold(1)


class Again:
    def __init__(self):
        self.me = self

    def __del__(self):
        kept.append(self)
        gc.collect()


kept = []
for _ in range(200):
    Again()
gc.enable()
gc.unfreeze()
gc.collect()
