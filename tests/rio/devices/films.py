"""Videos for tests: small, of plain colours, as OpenCV itself writes them."""

from collections.abc import Iterable
from pathlib import Path

import cv2
import numpy as np

SIZE = (64, 48)  # pixels


def a_film(path: Path, colors: Iterable[tuple[int, int, int]], *, rate: float = 30) -> Path:
    """A video with a picture of each colour (red, green, blue from 0 to 255)."""
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*"MJPG"), rate, SIZE)
    assert writer.isOpened()
    for red, green, blue in colors:
        writer.write(np.full((SIZE[1], SIZE[0], 3), (blue, green, red), np.uint8))
    writer.release()
    path.chmod(0o644)
    return path
