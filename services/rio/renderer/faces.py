"""The fonts: which files each face is made of, and how they are added to an atlas of Dear ImGui."""

from pathlib import Path
from typing import Any

import imgui_bundle
from imgui_bundle import imgui

_ASSETS = Path(imgui_bundle.__file__).parent / "assets" / "fonts"  # Roboto: Apache-2.0; Inconsolata: OFL-1.1
_FALLBACK = Path("/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf")  # for signs and alphabets that these lack
_ROBOTO, _INCONSOLATA = 1.172, 1.049  # the height of a line, of the size
FACES = {
    "regular": (_ASSETS / "Roboto" / "Roboto-Regular.ttf", _ROBOTO),
    "bold": (_ASSETS / "Roboto" / "Roboto-Bold.ttf", _ROBOTO),
    "italic": (_ASSETS / "Roboto" / "Roboto-RegularItalic.ttf", _ROBOTO),
    "bold italic": (_ASSETS / "Roboto" / "Roboto-BoldItalic.ttf", _ROBOTO),
    "mono": (_ASSETS / "Inconsolata-Medium.ttf", _INCONSOLATA),
}
_LIGHT_HINTS = 1 << 3  # FreeType: fit letters to whole pixels upright only, which keeps their spacing even


def add_faces(atlas: Any) -> dict[str, Any]:
    """Every face as a font of this atlas, with what it lacks from the fallback."""
    return {name: _add(atlas, path) for name, (path, _) in FACES.items()}


def _add(atlas: Any, path: Path) -> Any:
    font = atlas.add_font_from_file_ttf(str(path), 0.0, _settings(merge=False))
    if _FALLBACK.exists():
        atlas.add_font_from_file_ttf(str(_FALLBACK), 0.0, _settings(merge=True))
    return font


def _settings(*, merge: bool) -> Any:
    settings = imgui.ImFontConfig()
    settings.merge_mode = merge
    settings.font_loader_flags = _LIGHT_HINTS
    return settings
