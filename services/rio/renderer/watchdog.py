"""Ends a renderer whose picture is never done: an endless shader cannot be interrupted in any other way.

The driver computes without Python, so a thread still runs meanwhile. It says which nodes the picture had, and ends the
process; the display starts another one, without them.
"""

import os
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

PATIENCE = 5.0  # seconds for one picture
LOOK = 0.25  # seconds between looks, while there is something to look after
ENDED = 4  # the exit status


class Watchdog:
    """`last_words` is called before the end, in another thread, while the process computes."""

    def __init__(self, last_words: Callable[[], None]) -> None:
        self._last_words = last_words
        self._since: float | None = None
        self._begun = threading.Event()
        self._thread: threading.Thread | None = None

    @contextmanager
    def watching(self) -> Iterator[None]:
        """What is done in this block is done in time, or this process ends."""
        if self._thread is None:
            self._thread = threading.Thread(target=self._watch, name="watchdog", daemon=True)
            self._thread.start()
        self._since = time.monotonic()
        self._begun.set()
        try:
            yield
        finally:
            self._since = None

    def _watch(self) -> None:
        while self._begun.wait():
            self._begun.clear()
            while (since := self._since) is not None:
                if time.monotonic() - since > PATIENCE:
                    self._bite()
                time.sleep(LOOK)

    def _bite(self) -> None:
        try:
            self._last_words()
            sys.stderr.write(f"renderer: a picture was not done within {PATIENCE:g} s\n")
            sys.stderr.flush()
        finally:
            os._exit(ENDED)
