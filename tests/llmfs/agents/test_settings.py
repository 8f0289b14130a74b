from typing import Any

import pytest

from llmfs.agents.settings import Settings, parse
from ninep import FileError


@pytest.mark.parametrize(
    ("text", "changes"),
    [
        ("", {}),
        ("  \n# nothing\n", {}),
        ("temperature 0.5", {"temperature": 0.5}),
        ("temperature default", {"temperature": None}),
        ("reasoning high", {"reasoning": "high"}),
        ('{"reasoning": null}', {"reasoning": None}),
        ("max_tokens 100 # few\nregister off", {"max_tokens": 100, "register": False}),
        ("model openai/gpt-oss-120b:free", {"model": "openai/gpt-oss-120b:free"}),
        ('{"temperature": 1, "register": true}', {"temperature": 1.0, "register": True}),
        (' {"temperature": null, "max_history": 0}', {"temperature": None, "max_history": 0}),
    ],
)
def test_both_notations(text: str, changes: dict[str, Any]) -> None:
    """Lines as a person writes them, or a JSON object."""
    assert parse(text) == changes


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("temprature 1", "unknown setting temprature; there are: provider model temperature max_tokens"),
        ("temperature", "temperature is 0 to 2, or default, not ''"),
        ("temperature 2.1", "temperature is 0 to 2"),
        ("temperature nan", "temperature is 0 to 2"),
        ('{"temperature": true}', "temperature is 0 to 2"),
        ("max_tokens 1.5", "max_tokens is a whole number, 1 or more, not '1.5'"),
        ('{"max_tokens": -1}', "max_tokens is a whole number"),
        ("max_history many", "max_history is a whole number, 0 or more"),
        ("reasoning much", "reasoning is low, medium, high or default, not 'much'"),
        ("tool_calls 1001", "tool_calls is a whole number, 0 to 1000, not '1001'"),
        ("tool_seconds 0", "tool_seconds is a number of seconds, at most 3600, not '0'"),
        ("record ../x", "record is off, or a name of up to 64 letters"),
        ("register perhaps", "register is on or off, not 'perhaps'"),
        ('{"register": 1}', "register is on or off, not 1"),
        ("model two words", "model is one word, not 'two words'"),
        ('{"model": ["x"]}', "model is one word"),
        ('{"temperature": 1', "not JSON"),
    ],
)
def test_refusals_say_what_would_be_right(text: str, why: str) -> None:
    """Every refusal names the setting, what it may be, and what was given."""
    with pytest.raises(FileError, match=why):
        parse(text)


def test_what_is_read_can_be_written() -> None:
    """The text of any settings gives these settings."""
    for settings in (
        Settings("sketch", "one"),
        Settings("a", "b", 0.25, 7, "c d e f", "low", 0, "tape", False, tool_calls=0, tool_seconds=0.5, budget_day=9),
    ):
        assert Settings(**parse(settings.text())) == settings
