"""Words as Dear ImGui is given them. It ends what it shows at `##`, where its own name for a thing would begin."""

import re

_JOINER = "\u2060"  # a letter without width: between two `#` it keeps both in sight
_NUMBER = re.compile(r"###(\d+)")


def shown(words: str) -> str:
    """The words, all of which are seen."""
    return words.replace("##", f"#{_JOINER}#{_JOINER}")


def label(words: str, name: str) -> str:
    """The words, for a thing that is called `name` among those around it, whatever the words are."""
    return f"{shown(words)}###{name}"


def number_in(label: str) -> int:
    """The number that a thing, or what stands in it, is called by; 0 if it is called by none."""
    found = _NUMBER.search(label)
    return int(found[1]) if found else 0
