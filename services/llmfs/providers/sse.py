"""Server-sent events, the part of the HTML standard (9.2.6) that model streams use: bytes in, payloads out. No IO.

Event names, ids and retry times are left aside: what a model says names itself within its payload.
"""

import re
from collections.abc import Iterator

LONGEST = 16 * 1024 * 1024
"""Bytes of one payload; more is no token but a fault, and we will not hold it."""

LINE_END = re.compile(rb"\r\n|\n|\r")
BOM = b"\xef\xbb\xbf"


class Payloads:
    """Cuts a stream into the payloads of its events, wherever the network cut it."""

    def __init__(self) -> None:
        self._line = bytearray()
        self._held = b""
        self._data: list[bytes] = []
        self._size = 0
        self._first = True

    def feed(self, data: bytes) -> Iterator[bytes]:
        """The payloads that these bytes complete. An event that the stream's end cuts off never was one."""
        data, self._held = self._held + data, b""
        if data.endswith(b"\r"):  # a line feed may follow and belong to it
            data, self._held = data[:-1], b"\r"
        *lines, rest = LINE_END.split(data)
        for line in lines:
            self._line += line
            yield from self._take(bytes(self._line))
            self._line.clear()
        self._line += rest
        self._check(len(self._line))

    def _take(self, line: bytes) -> Iterator[bytes]:
        """One whole line: an empty one ends the event."""
        if self._first:
            self._first, line = False, line.removeprefix(BOM)
        if line.startswith(b"data:"):
            self._data.append(line[5:].removeprefix(b" "))
            self._size += len(line)
            self._check(0)
        elif not line and self._data:
            payload = b"\n".join(self._data)
            self._data.clear()
            self._size = 0
            yield payload

    def _check(self, more: int) -> None:
        if self._size + more > LONGEST:
            raise ValueError(f"an event of more than {LONGEST} bytes")
