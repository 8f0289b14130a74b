"""What a terminal shows of a program's text."""

from rio.plain import plain


def test_what_a_terminal_would_obey_is_written_out() -> None:
    """Escapes, bells, lines that turn round, halves of letters; all else is as it was."""
    assert plain("a\x1b[31m\x07\r\u202e\x9b") == r"a\x1b[31m\x07\r\u202e\x9b"
    assert plain("ä → 漢") == "ä → 漢"
    assert plain("\udcff") == r"\udcff"
