"""The fonts: which files each face is made of, and how they are added to an atlas of Dear ImGui."""

from pathlib import Path
from typing import Any

import imgui_bundle
from imgui_bundle import imgui

_ASSETS = Path(imgui_bundle.__file__).parent / "assets" / "fonts"  # Roboto: Apache-2.0; Inconsolata: OFL-1.1
_SHARED = Path("/usr/share/fonts")  # of this machine; deploy/packages.txt says which are wanted there
_ROBOTO, _INCONSOLATA = 1.172, 1.049  # the height of a line, of the size
FACES = {
    "regular": (_ASSETS / "Roboto" / "Roboto-Regular.ttf", _ROBOTO),
    "bold": (_ASSETS / "Roboto" / "Roboto-Bold.ttf", _ROBOTO),
    "italic": (_ASSETS / "Roboto" / "Roboto-RegularItalic.ttf", _ROBOTO),
    "bold italic": (_ASSETS / "Roboto" / "Roboto-BoldItalic.ttf", _ROBOTO),
    "mono": (_ASSETS / "Inconsolata-Medium.ttf", _INCONSOLATA),
}
# Where the letters come from that a face lacks: of each row the first file that is there, in this order.
_DEJAVU = ("truetype/dejavu", "TTF", "dejavu-sans-fonts", "dejavu-sans-mono-fonts")
_SANS = tuple(f"{folder}/DejaVuSans.ttf" for folder in _DEJAVU)  # Greek to Georgian, arrows, mathematics, signs
_HEAVY = tuple(f"{folder}/DejaVuSans-Bold.ttf" for folder in _DEJAVU)
_EVEN = tuple(f"{folder}/DejaVuSansMono.ttf" for folder in _DEJAVU)
_ASIAN = (
    "opentype/noto/NotoSansCJK-Regular.ttc",
    "noto-cjk/NotoSansCJK-Regular.ttc",
    "google-noto-cjk/NotoSansCJK-Regular.ttc",
    "truetype/wqy/wqy-microhei.ttc",
    "truetype/droid/DroidSansFallbackFull.ttf",
)
_SIGNS = ("truetype/noto/NotoEmoji-Regular.ttf", "truetype/ancient-scripts/Symbola_hint.ttf", "TTF/Symbola.ttf")
_FALLBACKS = {
    "bold": (_HEAVY, _SANS, _ASIAN, _SIGNS),
    "bold italic": (_HEAVY, _SANS, _ASIAN, _SIGNS),
    "mono": (_EVEN, _SANS, _ASIAN, _SIGNS),
}
_USUAL = (_SANS, _ASIAN, _SIGNS)
_LIGHT_HINTS = 1 << 3  # FreeType: fit letters to whole pixels upright only, which keeps their spacing even


def add_faces(atlas: Any) -> dict[str, Any]:
    """Every face as a font of this atlas, with what it lacks from the fonts of this machine."""
    return {name: _add(atlas, name, path) for name, (path, _) in FACES.items()}


def fallbacks(face: str, shared: Path = _SHARED) -> list[Path]:
    """The files that a face takes letters from that it lacks. A letter that none has is drawn as a sign of that."""
    found = (
        next((shared / name for name in row if (shared / name).exists()), None) for row in _FALLBACKS.get(face, _USUAL)
    )
    return [path for path in found if path]


def _add(atlas: Any, face: str, path: Path) -> Any:
    font = atlas.add_font_from_file_ttf(str(path), 0.0, _settings(merge=False))
    for more in fallbacks(face):
        atlas.add_font_from_file_ttf(str(more), 0.0, _settings(merge=True))
    return font


def _settings(*, merge: bool) -> Any:
    settings = imgui.ImFontConfig()
    settings.merge_mode = merge
    settings.font_loader_flags = _LIGHT_HINTS
    return settings
