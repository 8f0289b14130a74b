"""A camera: the newest picture, and each new one. A video plays as a camera, at its own speed, round and round.

OpenCV reads both. It is loaded when the first picture is wanted, and the camera is closed when nobody has wanted one
for a while: its lamp tells the people before it whether they are seen.
"""

import threading
import time
from contextlib import closing
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rio.devices.feed import Feed, Trouble

MOST_PIXELS = 640 * 480  # of one picture, thirty times a second through the display; larger ones are made smaller
IDLE = 10.0  # seconds without a listener after which the camera is closed
ANSWERING = 5.0  # seconds for the first picture
_SLOWEST, _FASTEST = 1.0, 120.0  # pictures a second that a video may say of itself

Frame = NDArray[np.uint8]


class Camera:
    """`read()` and `next()` give uint8[h, w, 3], red first."""

    def __init__(self, name: str, source: str) -> None:
        self._name, self._source = name, source
        self._feed = Feed[Frame](1)
        self._film: threading.Thread | None = None
        self._starting = threading.Lock()
        self._wanted = 0.0  # when somebody last wanted a picture

    def read(self) -> Frame:
        """The newest picture."""
        self._run()
        if (frame := self._feed.newest(ANSWERING)) is None:
            raise Trouble(f"{self._name} gives no picture")
        return frame

    def write(self, value: Any) -> None:
        """Nothing."""
        raise Trouble(f"{self._name} is a camera, and takes nothing")

    @property
    def place(self) -> int:
        """Where who follows it begins."""
        return self._feed.place

    def next(self, place: int, patience: float) -> tuple[int, Frame] | None:
        """The first picture after a place, if one comes in time."""
        self._run()
        return self._feed.next(place, patience)

    def _run(self) -> None:
        """See to it that it films."""
        with self._starting:
            self._wanted = time.monotonic()
            if self._film is None or not self._film.is_alive():
                self._feed = Feed[Frame](1, self._feed.place)  # who follows it keeps its place
                self._film = threading.Thread(
                    target=self._take_pictures, args=(self._feed,), name=f"film of {self._name}", daemon=True
                )
                self._film.start()

    def _take_pictures(self, feed: Feed[Frame]) -> None:
        """Until nobody wants any, or there are none."""
        try:
            with closing(Film(self._source)) as film:
                while time.monotonic() < self._wanted + IDLE:
                    feed.push(film.next())
        except Exception as trouble:  # OpenCV has errors of its own; who waits for a picture hears of any
            feed.end(f"{self._name}: {trouble}")


class Film:
    """One opened camera or video."""

    def __init__(self, source: str) -> None:
        try:
            import cv2  # here, since it is large, and most machines have no camera
        except ImportError as error:
            raise Trouble(f"cameras need OpenCV ({error}); pip install 'peribus-rio[devices]'") from None
        self._cv2: Any = cv2
        self._source, self._is_live = source, not Path(source).is_file()
        if not Path(source).exists():
            raise Trouble(f"there is no {source}")
        self._capture = cv2.VideoCapture(source, cv2.CAP_V4L2 if self._is_live else cv2.CAP_ANY)
        if not self._capture.isOpened():
            raise Trouble(f"{source} cannot be opened as a camera, or another program has it")
        self._capture.set(cv2.CAP_PROP_BUFFERSIZE, 1)
        rate = self._capture.get(cv2.CAP_PROP_FPS) or 25.0
        self._apart = 1 / min(max(rate, _SLOWEST), _FASTEST)
        self._due = time.monotonic()

    def next(self) -> Frame:
        """The next picture, when its time has come. Trouble when the camera gives no more."""
        is_there, picture = self._capture.read()
        if not is_there and not self._is_live:
            self._capture.set(self._cv2.CAP_PROP_POS_FRAMES, 0)
            is_there, picture = self._capture.read()
        if not is_there:
            raise Trouble(f"{self._source} gives no more pictures")
        if not self._is_live:
            self._keep_time()
        return self._plain(picture)

    def _keep_time(self) -> None:
        self._due = max(self._due + self._apart, time.monotonic() - self._apart)
        time.sleep(max(0.0, self._due - time.monotonic()))

    def _plain(self, picture: Any) -> Frame:
        """Red first, and not too large."""
        height, width = picture.shape[:2]
        if (shrink := (MOST_PIXELS / (width * height)) ** 0.5) < 1:
            size = max(1, int(width * shrink)), max(1, int(height * shrink))
            picture = self._cv2.resize(picture, size, interpolation=self._cv2.INTER_AREA)
        code = self._cv2.COLOR_GRAY2RGB if picture.ndim == 2 else self._cv2.COLOR_BGR2RGB
        return np.ascontiguousarray(self._cv2.cvtColor(picture, code))

    def close(self) -> None:
        """Let the camera go."""
        self._capture.release()
