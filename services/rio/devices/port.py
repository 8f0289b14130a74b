"""A serial port, by pyserial: bytes out, and what came in, as bytes or line by line."""

import threading
from typing import Any

from rio.devices.feed import Feed, Trouble

KEPT = 1000  # lines that one who follows them may be behind
MOST = 1 << 16  # bytes of one line, of one write, and of what waits to be read; the oldest go first
_PAUSE = 0.25  # seconds between two looks at whether the port is still there


class Port:
    """Opened with the first use; opened again with the next one, if it went away."""

    def __init__(self, name: str, path: str, baud: int) -> None:
        self._name = name
        self._feed = Feed[bytes](KEPT)
        self._came, self._line = bytearray(), bytearray()
        self._held = threading.Lock()
        self._is_gone = False
        try:
            import serial  # type: ignore[import-untyped]  # it has no types here; most machines have no ports

            self._port: Any = serial.Serial(path, baud, timeout=_PAUSE, write_timeout=2.0)
        except ImportError as error:
            raise Trouble(f"serial ports need pyserial ({error}); pip install 'peribus-rio[devices]'") from None
        except (OSError, ValueError) as error:
            raise Trouble(f"{name}: {path} cannot be opened: {error}") from None
        threading.Thread(target=self._listen, daemon=True).start()

    @property
    def is_gone(self) -> bool:
        """Whether it went away."""
        return self._is_gone

    def read(self) -> bytes:
        """What has come since the last time, at once."""
        with self._held:
            came, self._came = bytes(self._came), bytearray()
        return came

    def write(self, value: Any) -> None:
        """Bytes."""
        if not isinstance(value, bytes) or len(value) > MOST:
            raise Trouble(f"{self._name} takes bytes or text, at most {MOST >> 10} KiB at once")
        try:
            self._port.write(value)
        except OSError as error:  # pyserial's are all of these
            raise Trouble(f"{self._name}: {error}") from None

    @property
    def place(self) -> int:
        """Where who follows it begins."""
        return self._feed.place

    def next(self, place: int, patience: float) -> tuple[int, bytes] | None:
        """The first line after a place, if one comes in time."""
        return self._feed.next(place, patience)

    def _listen(self) -> None:
        try:
            while True:
                self._take(self._port.read(max(1, self._port.in_waiting)))
        except (OSError, TypeError) as error:  # TypeError is what pyserial has where the port was closed meanwhile
            self._is_gone = True
            self._feed.end(f"{self._name} went away: {error}")
            self._port.close()

    def _take(self, data: bytes) -> None:
        with self._held:
            self._came += data
            del self._came[:-MOST]
        *lines, rest = (self._line + data).split(b"\n")
        for line in lines:
            self._feed.push(bytes(line.rstrip(b"\r")))
        self._line = bytearray(rest[-MOST:])
