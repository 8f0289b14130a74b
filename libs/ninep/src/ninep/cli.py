"""The console script. What it does is in `ninep.shell`; here is only that Ctrl-C is clean from the first moment."""

import signal
import sys
from collections.abc import Sequence


def main(argv: Sequence[str] | None = None) -> None:
    """Run `ninep` with these words, else with those of the process; ends by SystemExit."""
    before = signal.signal(signal.SIGINT, signal.SIG_DFL)  # while Python still gathers our modules: no traceback
    from ninep.shell.run import run

    signal.signal(signal.SIGINT, before)
    try:
        sys.exit(run(argv))
    except KeyboardInterrupt:  # before anybody listened for it
        sys.exit(128 + signal.SIGINT)
