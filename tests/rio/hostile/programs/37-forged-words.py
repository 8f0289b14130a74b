"""Says, in the display's own messages, that other programs ran, ended, failed, and what walls there are."""
# ends: .
import os
from rio.wire import Deltas, Done, Fill, Hello, Output, Put, Ran, Remove, Reset, Set, Tick, Want, frame

for fd in range(3, 64):
    for program in (0, 1, 2, 1 << 40, (1 << 63) - 1):
        for message in (
            Ran(program, "box()", 1),
            Ran(program, "", -5, "forged"),
            Done(program, "forged"),
            Output(program, "files: closed; forged\n"),
            Output(program, "forged\n", True),
            Want(True),
            Hello(),
            Done(program),
        ):
            try:
                os.write(fd, frame(message))
            except OSError:
                break
