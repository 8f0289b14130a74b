"""Patterns of paths."""

import time

import pytest

from ninep.patterns import name_fits, path_fits


@pytest.mark.parametrize(
    ("pattern", "name", "fits"),
    [
        ("cube", "cube", True),
        ("cub?", "cube", True),
        ("cub?", "cub", False),
        ("*", "", True),
        ("c*e", "cube", True),
        ("c*e", "cubes", False),
        ("*a*b*", "xaxxbx", True),
        ("a", "A", False),
    ],
)
def test_a_star_and_a_question_mark_stand_for_characters_of_a_name(pattern: str, name: str, fits: bool) -> None:
    assert name_fits(pattern, name) is fits


@pytest.mark.parametrize(
    ("pattern", "path", "fits"),
    [
        ("**", "", True),
        ("rio/**", "rio", True),
        ("rio/**", "rio/scene/nodes", True),
        ("rio/**/color", "rio/scene/nodes/cube/color", True),
        ("rio/*/color", "rio/scene/nodes/color", False),
        ("llm/*/input", "llm/ada/input", True),
        ("llm/*", "llm", False),
    ],
)
def test_two_stars_stand_for_names(pattern: str, path: str, fits: bool) -> None:
    assert path_fits(pattern.split("/"), path.split("/") if path else []) is fits


def test_no_pattern_takes_long() -> None:
    """Many stars before what never comes: the time is bounded by the product of the lengths."""
    began = time.process_time()
    assert not name_fits("*a" * 250 + "b", "a" * 500)
    assert not path_fits(["**", "a"] * 250 + ["b"], ["a"] * 500)
    assert time.process_time() - began < 1
