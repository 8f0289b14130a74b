"""A worker whose time is that of its frames: it stands still between them, so what a program draws never depends on how
fast this machine is.

It begins at 10:09 on a Saturday, when the hands of a clock look best. Started as `rio worker` is; all else in it is the
real one.
"""

import sys
import time
from functools import partial
from types import SimpleNamespace

from rio.language import namespace
from rio.language.timers import Timers
from rio.worker import __main__ as worker

BEGINS = 1_764_410_976  # seconds since 1970: 29 November 2025, 10:09:36


class Stepped(worker.Worker):
    """Its clock moves by `dt` with each frame, and then what is due is called."""

    seconds = 0.0

    def _frame(self, dt: float) -> None:
        Stepped.seconds += dt
        self._call_what_is_due()
        super()._frame(dt)


def _strftime(format: str) -> str:
    return time.strftime(format, time.gmtime(BEGINS + Stepped.seconds))


def main() -> None:
    """Be that worker."""
    replaced = {"Timers": partial(Timers, lambda: Stepped.seconds), "Worker": Stepped}
    for name, ours in replaced.items():
        setattr(worker, name, ours)
    vars(namespace)["time"] = SimpleNamespace(strftime=_strftime)
    worker.main(sys.argv[1:])


if __name__ == "__main__":
    main()
