"""The size of a display: told while it runs, and kept by every renderer after."""

import io
import os
import signal

import pytest
from PIL import Image
from tests.rio.displays import SIZE, a_display, picture, run

from ninep import FileError
from rio.sizes import size_of


async def test_a_display_may_be_given_another_size() -> None:
    """The picture, `ctl`, `context` and the state tell it."""
    async with a_display() as display:
        await run(display, "box()")
        assert (await picture(display)).size == SIZE
        display.resize("500x400")

        assert (await picture(display)).size == (500, 400)
        assert display.status().startswith("size 500x400\n")
        assert "view 500x400" in await display.context.text()


async def test_a_new_renderer_has_the_size_that_the_last_one_had() -> None:
    """However it ended."""
    async with a_display() as display:
        await picture(display)
        display.resize("500x400")
        await picture(display)
        os.kill(display.screen.pid, signal.SIGKILL)

        assert Image.open(io.BytesIO(await display.screen.picture())).size == (500, 400)


async def test_a_size_that_cannot_be_drawn_is_refused() -> None:
    async with a_display() as display:
        for wrong in ("5x5", "99999x2", "8000x8000", "large", "640 x 480", "-640x480", ""):
            with pytest.raises(FileError, match="is no size that can be drawn; say size 1280x720"):
                display.resize(wrong)
        assert display.size == SIZE


def test_what_can_be_drawn_depends_on_the_scale() -> None:
    """So many real pixels, and no more."""
    assert size_of("3840x2160") == (3840, 2160)
    assert size_of("3840x2160", 2) is None
    assert size_of("1920x1080", 2) == (1920, 1080)
