"""`python -m tests.fuzz [MINUTES] [SEED]`: damaged conversations for a minute, or as long as it says.

The same seed does the same damage; without one, the clock gives it.
"""

from __future__ import annotations

import sys
import time

import structlog
import trio
from tests.fuzz.fuzzer import FoundError, fuzz


def main() -> int:
    """Status 1 if something was found."""
    minutes = float(sys.argv[1]) if len(sys.argv) > 1 else 1.0
    seed = int(sys.argv[2]) if len(sys.argv) > 2 else int(time.time())
    structlog.configure(logger_factory=structlog.ReturnLoggerFactory())  # damage is what we are here for: no line each
    print(f"fuzz: codec, session, server and mux, {minutes:g} min, seed {seed}", flush=True)
    until = time.monotonic() + 60 * minutes
    try:
        done = trio.run(lambda: fuzz(seed, sys.maxsize, until=until))
    except FoundError as found:
        print(f"fuzz: {found}\n      {found.__cause__!r}", file=sys.stderr)
        return 1
    print(f"fuzz: {done} conversations, nothing broken")
    return 0


sys.exit(main())
