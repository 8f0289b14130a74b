"""The console script. What it does is in `ninep.shell`; here is only what must hold from the first moment: Ctrl-C is
clean, and descriptors 0 to 2 are nobody else's."""

import os
import signal
import sys
from collections.abc import Sequence


def main(argv: Sequence[str] | None = None) -> None:
    """Run `ninep` with these words, else with those of the process; ends by SystemExit."""
    before = signal.signal(signal.SIGINT, signal.SIG_DFL)  # while Python still gathers our modules: no traceback
    _occupy_standard()
    from ninep.shell.run import run

    signal.signal(signal.SIGINT, before)
    try:
        sys.exit(run(argv))
    except KeyboardInterrupt:  # before anybody listened for it
        sys.exit(128 + signal.SIGINT)


def _occupy_standard() -> None:
    """A standard descriptor that is closed would become a socket's, and what is said to the user would be said there.
    So they are opened the wrong way round: to use them is an error, as it was."""
    for descriptor, way in enumerate((os.O_WRONLY, os.O_RDONLY, os.O_WRONLY)):
        try:
            os.fstat(descriptor)
        except OSError:
            os.open(os.devnull, way)  # the lowest that is free
    sys.stderr = sys.stderr or open(2, "w", closefd=False)  # noqa: SIM115 - as long as the process; complaints go nowhere
