"""The `events` file of a service: what happened, one JSON object a line, to whoever reads from now on.

    {"time":"2026-11-20T17:40:00.123Z","event":"agent.new","agent":"ada","provider":"sketch"}

Things made, removed, changed or failed; not clients that come and go. A reader that is `BACKLOG` lines behind loses its
oldest: events are news, and what must not be lost has a file of its own.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import msgspec

from ninep.opened import Reader
from ninep.tree import Broadcast

BACKLOG = 1024  # lines; a reader that far behind has stopped reading

_encode = msgspec.json.Encoder(enc_hook=str).encode


class Events:
    """Publish facts; every reader gets those that come after its open."""

    def __init__(self) -> None:
        self._news = Broadcast(BACKLOG)

    def publish(self, kind: str, **facts: Any) -> None:
        """Tell that something happened: a noun and a verb, `agent.new`, and its facts by name."""
        if self._news:
            time = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
            self._news.publish(_encode({"time": time, "event": kind, **facts}) + b"\n")

    def open(self) -> Reader:
        """A reader from now on; each read gives one line."""
        return self._news.open()

    def close(self) -> None:
        """End every reader: the service stops."""
        self._news.close()
