"""How much of this machine scene programs may take: what the sandbox sets and the display watches."""

import os

_MOST = 4 << 30


def memory_of_a_program() -> int:
    """Bytes for one process: four GiB, but no more than half of what there is."""
    return min(_MOST, os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 2)
