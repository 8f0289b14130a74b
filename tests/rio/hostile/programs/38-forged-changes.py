"""Says, in the display's own messages, that nodes changed which are not its own, in ways that no node can be."""
# ends: .
# scene:
import os
from rio.wire import Deltas, Fill, Put, Remove, Set, frame

ids, rows = np.arange(0, 1 << 20, dtype=np.uint32), np.zeros((1 << 20, 3), np.float32)
for fd in range(3, 64):
    for delta in (
        Put(3, "box", "a/../../etc", {}),
        Put(3, "box", "\x1b[31m", {"at": [1e99, 0, 0]}),
        Put(0xFFFFFFFF, "box", "far", {}),
        Put(5, "__class__", "x", {"__init__": 1}),
        Set(2, "parent", 2),
        Set(1 << 60, "at", None),
        Fill("at", ids, rows * np.nan),
        Fill("at", ids[::-1], rows[:, :1]),
        Fill("parent", ids, rows),
        Remove(-1),
    ):
        try:
            os.write(fd, frame(Deltas([delta])))
        except OSError:
            break
