"""Text of programs where a terminal will show it, in a log or a list: shown, and not obeyed."""


def plain(text: str) -> str:
    r"""The text, with what cannot be printed (escapes, bells, lines that turn round) as Python writes it: `\x1b`."""
    if text.isprintable():
        return text
    return "".join(letter if letter.isprintable() else letter.encode("unicode_escape").decode() for letter in text)
