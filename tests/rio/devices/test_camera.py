"""A camera, here a video that plays as one: the real decoder."""

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from tests.rio.devices.films import SIZE, a_film

from rio.devices import camera
from rio.devices.camera import Camera, Film
from rio.devices.feed import Trouble

BLUE, RED = (0, 0, 255), (255, 0, 0)


@pytest.fixture(autouse=True)
def closed_soon(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """No thread is in the decoder when the tests end."""
    monkeypatch.setattr(camera, "IDLE", 0.05)
    yield
    for thread in threading.enumerate():
        if thread.name.startswith("film of"):
            thread.join(20)


def test_pictures_have_red_first(tmp_path: Path) -> None:
    """uint8[h, w, 3], as programs draw them."""
    eye = Camera("front", str(a_film(tmp_path / "film.avi", [RED] * 5)))
    picture = eye.read()
    assert picture.shape == (SIZE[1], SIZE[0], 3)
    assert picture.dtype == np.uint8
    assert picture[20, 20, 0] > 200
    assert picture[20, 20, 2] < 50


def test_a_video_plays_round_and_round(tmp_path: Path) -> None:
    """Each picture once, in its order, to one who follows it."""
    film = Film(str(a_film(tmp_path / "film.avi", [RED, BLUE], rate=100)))
    reds = [int(film.next()[20, 20, 0]) > 128 for _ in range(6)]
    film.close()
    assert reds == [True, False] * 3


def test_large_pictures_are_made_smaller(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In their proportion."""
    monkeypatch.setattr(camera, "MOST_PIXELS", 32 * 24)
    film = Film(str(a_film(tmp_path / "film.avi", [RED])))
    assert film.next().shape == (24, 32, 3)
    film.close()


def test_a_camera_that_nobody_looks_at_is_closed(tmp_path: Path) -> None:
    """Its lamp goes out; the next look opens it again, and who follows it goes on."""
    eye = Camera("front", str(a_film(tmp_path / "film.avi", [RED] * 5, rate=100)))
    assert (found := eye.next(0, 20))
    thread = eye._film
    assert thread
    thread.join(20)
    assert not thread.is_alive()
    assert (again := eye.next(found[0], 20))
    assert again[0] > found[0]


def test_what_is_no_camera_is_said(tmp_path: Path) -> None:
    with pytest.raises(Trouble, match="front: there is no /not/there"):
        Camera("front", "/not/there").read()
    (tmp_path / "film.avi").write_text("no film")
    with pytest.raises(Trouble, match=r"film.avi cannot be opened as a camera"):
        Camera("front", str(tmp_path / "film.avi")).read()
    with pytest.raises(Trouble, match="takes nothing"):
        Camera("front", "/not/there").write(1)


def test_what_breaks_in_the_decoder_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """At once, to whoever waits for a picture."""

    def broken(film: Film, picture: Any) -> Any:
        raise cv2.error("a broken picture")

    monkeypatch.setattr(Film, "_plain", broken)
    with pytest.raises(Trouble, match="front: a broken picture"):
        Camera("front", str(a_film(tmp_path / "film.avi", [RED]))).read()
