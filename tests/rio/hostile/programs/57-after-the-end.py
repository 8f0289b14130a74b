"""Has things happen after its end: exit handlers, finalisers, threads, hooks, traces."""
# ends: done
import atexit, gc, sys, weakref


class Last:
    def __del__(self):
        self.again = Last()
        box(name="ghost")


class Key:
    pass


last, key = Last(), Key()
weakref.finalize(key, lambda: box(name="ghost"))
atexit.register(box, name="ghost")
gc.callbacks.append(lambda *_: find("base"))
sys.setprofile(None)
try:
    import threading

    threading.Thread(target=lambda: box(name="ghost")).start()
except RuntimeError:
    pass
