"""Three processes, one truth: what each of them is made of, and what it must never touch."""

import subprocess
import sys

import pytest

NEVER = {
    "rio.opening": {
        *("rio.renderer", "rio.worker", "rio.language", "rio.sandbox", "rio.devices", "pyglet", "OpenGL"),
        *("imgui_bundle", "cv2", "gpiozero", "serial", "httpx2"),
    },
    "rio.worker.__main__": {"rio.hub", "rio.versions", "rio.renderer", "trio", "ninep", "pyglet", "OpenGL"},
    "rio.devices.__main__": {
        *("rio.hub", "rio.grants", "rio.versions", "rio.renderer", "rio.worker", "rio.language", "rio.sandbox"),
        *("trio", "ninep", "pyglet", "cv2", "gpiozero", "serial"),
    },
    "rio.renderer.__main__": {"rio.hub", "rio.versions", "rio.worker", "rio.language", "rio.sandbox", "trio", "ninep"},
}


@pytest.mark.parametrize("process", NEVER)
def test_a_process_does_not_load_what_belongs_to_another(process: str) -> None:
    """The display touches neither GL nor code of programs; the worker draws nothing; the renderer decides nothing."""
    loaded = subprocess.run(
        [sys.executable, "-I", "-c", f"import sys, {process}\nprint('\\n'.join(sys.modules))"],
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    assert not NEVER[process].intersection(loaded.stdout.split())
