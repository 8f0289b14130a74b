"""A display whose program's shader never ends: it shows the rest, and says so, until the shader is mended."""

import sys

from tests.rio import displays
from tests.rio.easel import HASTY
from tests.rio.renderer.test_paints import ENDLESS, GREEN

HASTE = [sys.executable, "-I", "-c", HASTY, *map(str, displays.SIZE), "--headless"]


async def test_an_endless_shader_is_left_out() -> None:
    """The renderer that it hangs is replaced, the picture is there without it, and stderr names it."""
    async with displays.a_display(renderer=HASTE) as display:
        await displays.run(display, 'rect(at=(40, 40), color="red")')
        await displays.run(display, f"shader({ENDLESS!r}, name='endless', at=(200, 120), size=240)")
        while not display.screen.restarts:
            await display.screen.shown.wait()
        assert await displays.color_at(display, 40, 40) == "red"
        assert await displays.color_at(display, 200, 150) == "dark"
        assert "endless: the picture is never done with it" in display.stage.err.text()
        await displays.run(display, f"find('endless').source = {GREEN!r}")
        assert await displays.color_at(display, 200, 150) == "green"
        assert display.screen.restarts == 1
