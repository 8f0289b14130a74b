"""`python -m tests.soak [MINUTES [SEED]]`: the multiplexer among servers that die. `make soak MINUTES=10 SEED=7`."""

from __future__ import annotations

import random
import sys

import trio
from tests.soak.mux import soak


def main() -> None:
    """Say the seed first, so that a failure can be played again."""
    minutes = float(sys.argv[1]) if len(sys.argv) > 1 else 10.0
    seed = sys.argv[2] if len(sys.argv) > 2 else str(random.randrange(1 << 32))
    print(f"soaking for {minutes:g} minutes, seed {seed}", flush=True)
    print(trio.run(soak, 60 * minutes, seed))


main()
