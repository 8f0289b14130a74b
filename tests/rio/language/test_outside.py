"""What a program makes of answers from outside."""

import pytest

from rio.language.outside import Reply


@pytest.mark.parametrize("charset", ["", "utf-8", "nonsense", "zlib", "idna", "undefined", "a\0b", '"utf-8"'])
def test_an_answer_is_text_whatever_it_says_of_itself(charset: str) -> None:
    """An encoding that there is not, or that is none of texts, is taken for UTF-8."""
    assert (
        Reply("https://a.test", 200, f"text/plain; charset={charset}", "\xe4".encode() + b"\xff").text == "\xe4\ufffd"
    )
