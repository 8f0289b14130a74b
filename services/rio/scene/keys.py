"""What keys are called: by windows, by `input/keyboard`, by programs, and so in every event."""

import string

from rio.scene.values import Refused, nearest

_SIGNS = {
    " ": "space",
    "!": "exclamation",
    '"': "doublequote",
    "#": "hash",
    "$": "dollar",
    "%": "percent",
    "&": "ampersand",
    "'": "apostrophe",
    "(": "parenleft",
    ")": "parenright",
    "*": "asterisk",
    "+": "plus",
    ",": "comma",
    "-": "minus",
    ".": "period",
    "/": "slash",
    ":": "colon",
    ";": "semicolon",
    "<": "less",
    "=": "equal",
    ">": "greater",
    "?": "question",
    "@": "at",
    "[": "bracketleft",
    "\\": "backslash",
    "]": "bracketright",
    "^": "asciicircum",
    "_": "underscore",
    "`": "grave",
    "{": "braceleft",
    "|": "bar",
    "}": "braceright",
    "~": "asciitilde",
}
_SAME = {**_SIGNS, "return": "enter", "esc": "escape", "del": "delete", "page_up": "pageup", "page_down": "pagedown"}
_SIDED = {name: frozenset((f"l{name}", f"r{name}")) for name in ("shift", "ctrl", "alt", "command", "windows", "meta")}

_WORDS = """left right up down space enter tab escape backspace delete insert home end pageup pagedown
capslock numlock scrolllock pause menu print num_enter"""

KEYS = frozenset(
    [
        *string.ascii_lowercase,
        *string.digits,
        *(f"f{number}" for number in range(1, 25)),
        *_WORDS.split(),
        *(f"num_{name}" for name in (*string.digits, "add", "subtract", "multiply", "divide", "decimal", "equal")),
        *_SIGNS.values(),
        *(side for sides in _SIDED.values() for side in sides),
    ]
)
"""The names of keys, as events have them."""


def key_named(word: str) -> str:
    """The name of a key that somebody calls so: `Return` and `enter` are one. An unknown one keeps its name."""
    word = word.lower()
    return _SAME.get(word) or _SAME.get(word.lstrip("_")) or word.lstrip("_") or word


def keys_meant(word: str) -> frozenset[str]:
    """The keys that a program means: `shift` is either of two. Refused, naming the nearest, if there is none."""
    if not isinstance(word, str):
        raise Refused(f"{word!r:.40} is not the name of a key")
    name = key_named(word)
    if name in _SIDED:
        return _SIDED[name] | {name}
    if name not in KEYS:
        raise Refused(f"no key {word!r:.40}{nearest(str(word), {*KEYS, *_SIDED})}")
    return frozenset({name})
