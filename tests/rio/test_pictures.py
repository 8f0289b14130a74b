"""Pictures as files: of any size, and of one node."""

import io
from pathlib import Path

import pytest
from PIL import Image
from tests.rio.test_tree import a_client

from ninep import FileError


def opened(png: bytes) -> Image.Image:
    """A PNG that was read."""
    return Image.open(io.BytesIO(png))


async def test_a_file_of_screens_is_the_picture_in_the_size_that_it_is_called_by(tmp_path: Path) -> None:
    """As many pixels as that, of the same view; the display itself stays as it is."""
    async with a_client(tmp_path) as (root, display):
        await root.write("scene/parse", "rect(at=(160, 120), size=(320, 120), color='red')")
        before = await root.read("screen")
        image = opened(await root.read("screens/640x480"))

        assert image.size == (640, 480)
        assert image.getpixel((5, 240)) == image.getpixel((630, 240))
        assert [stat.name for stat in await root.ls("screens")] == ["1280x720", "1920x1080", "3840x2160"]
        assert await root.read("screen") == before
        assert display.status().startswith("size 320x240\n")


@pytest.mark.parametrize("name", ["10x10", "99999x99999", "8000x8000", "640", "640x", "0640x480", "٦٤٠x٤٨٠", "-1x5"])
async def test_a_size_that_cannot_be_drawn_is_no_file(tmp_path: Path, name: str) -> None:
    """Neither too small nor too large to be drawn in memory."""
    async with a_client(tmp_path) as (root, _):
        with pytest.raises(FileError, match="file does not exist"):
            await root.read(f"screens/{name}")


async def test_each_node_has_a_picture_of_itself(tmp_path: Path) -> None:
    async with a_client(tmp_path) as (root, _):
        await root.write("scene/parse", "rect(name='card', at=(160, 120), size=(60, 40))\nlight(name='lamp')")
        image = opened(await root.read("scene/nodes/card/screen"))

        assert (image.size, image.mode) == ((60, 40), "RGBA")
        with pytest.raises(FileError, match="nothing of it is seen"):
            await root.read("scene/nodes/lamp/screen")
