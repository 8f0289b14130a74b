"""The keys that text fields understand, by the names that windows and `input/keyboard` give them."""

from imgui_bundle import imgui

_PLAIN = {
    "return": "enter",
    "enter": "enter",
    "num_enter": "keypad_enter",
    "backspace": "backspace",
    "delete": "delete",
    "tab": "tab",
    "escape": "escape",
    "space": "space",
    "left": "left_arrow",
    "right": "right_arrow",
    "up": "up_arrow",
    "down": "down_arrow",
    "home": "home",
    "end": "end",
    "pageup": "page_up",
    "pagedown": "page_down",
}
_HELD = {"ctrl": "ctrl", "shift": "shift", "alt": "alt", "command": "super", "windows": "super"}

KEYS: dict[str, tuple[imgui.Key, ...]] = {
    **{name: (getattr(imgui.Key, key),) for name, key in _PLAIN.items()},
    **{letter: (getattr(imgui.Key, letter),) for letter in "abcdefghijklmnopqrstuvwxyz"},
    **{
        f"{side}{name}": (getattr(imgui.Key, f"{'left' if side == 'l' else 'right'}_{key}"), _mod)
        for name, key in _HELD.items()
        for _mod in [getattr(imgui.Key, f"mod_{key}")]
        for side in "lr"
    },
}
"""What is pressed for a key: itself, and for one that is held with others what it stands for."""

HELD = frozenset(f"{side}{name}" for name in _HELD for side in "lr")
