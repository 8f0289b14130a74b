"""A terminal's screen: what it makes of text, however hostile."""

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rio.renderer.screens import PAST, Screen
from rio.scene.tails import KEPT, TAIL, since
from rio.scene.values import LONGEST


def shown(text: str, columns: int = 80, lines: int = 24) -> Screen:
    """A screen on which this was written."""
    screen = Screen()
    screen.resize(columns, lines)
    screen.take(text)
    while not screen.read():
        continue
    return screen


def words(screen: Screen) -> list[str]:
    """Its lines, those that can be scrolled back to as well, without the empty ones at the end."""
    rows = ["".join(run.text for run in screen.line(n)) for n in range(screen.past + screen.size[1])]
    while rows and not rows[-1].strip():
        rows.pop()
    return rows


def test_colours_and_places_are_runs() -> None:
    """Neighbours that look alike are one."""
    first, second = shown("\x1b[31mred\x1b[1;44m bold").line(0)
    assert (first.text, first.fg, first.bg, first.column) == ("red", "red", "default", 0)
    assert (second.text, second.bg, second.bold, second.column) == (" bold", "blue", True, 3)


def test_what_goes_out_at_the_top_can_be_scrolled_back_to() -> None:
    """As far as there is room for it."""
    screen = shown("\n".join(map(str, range(2000))))
    assert screen.past == PAST
    assert words(screen)[-1] == "1999"
    assert words(screen)[0] == str(2000 - 24 - PAST)


def test_what_is_written_on_is_not_read_again() -> None:
    """The colour that was begun goes on, and the text is taken up where it ended."""
    screen = shown("\x1b[32mgre")
    screen.take("\x1b[32mgreen")
    assert screen.read()
    assert screen.line(0)[0].text == "green"
    assert screen.line(0)[0].fg == "green"
    screen.take("other")
    assert screen.read()
    assert words(screen) == ["other"]


def test_programs_that_take_the_whole_screen_give_it_back() -> None:
    """What they draw is gone with them, the cursor is where it was, and nothing of it can be scrolled back to."""
    text = "$ vi\n\x1b[?1049h\x1b[Hfull" + "\n" * 30
    screen = shown(text)
    assert "$ vi" not in words(screen)
    screen.take(text + "\x1b[?1049l$ ls")
    assert screen.read()
    assert words(screen) == ["$ vi", "$ ls"]
    assert screen.past == 0


def test_a_text_that_was_cut_at_its_beginning_goes_on() -> None:
    """What was cut off has been seen long ago; nothing is shown twice."""
    before = "".join(f"line {n}\n" for n in range(7000))[: LONGEST - 10]
    now = TAIL.of(before + "the newest line of all\n")
    assert len(now) <= KEPT
    assert since(before, now) == "the newest line of all\n"
    assert since("abc", "xyz") is None
    assert since("abc", "abcd") == "d"


FLOODS = {
    "clearing": "\x1b[2J" * 16_000,
    "filling": "\x1b#8" * 21_000,
    "inserting": "\x1b[4h" + "x" * 20_000,
    "lines": "\x1b[9999L" * 8_000,
    "accents": "a" + "\u0301" * 60_000,
    "digits": "\x1b[" + "9" * 60_000 + "m",
    "numbers": "\x1b[" + "1;" * 30_000 + "A",
    "titles": "\x1b]0;" + "x" * 60_000,
    "wrong": "\x1b[1;2;3;4A\x1b[²m\x1b[?5;6;7X\x1b(\x1b%\x1b[>c\x1b[5n\x1b[6n" * 1_000,
    "wide": "日本" * 8_000,
}


@pytest.mark.parametrize("flood", FLOODS)
def test_a_flood_is_read_in_slices(flood: str) -> None:
    """No slice holds the picture up, and what comes after it is read."""
    screen = Screen()
    screen.take(FLOODS[flood][: LONGEST - 100] + "\x07\x1bc" + " " * 70 + "\rafter")
    longest, done = 0.0, False
    until = time.monotonic() + 20
    while not done and time.monotonic() < until:
        began = time.process_time()
        done = screen.read()
        longest = max(longest, time.process_time() - began)
    assert done
    assert longest < 0.25
    assert words(screen)[-1].startswith("after")


def test_who_writes_faster_than_anybody_reads_is_cut_short() -> None:
    """What waits to be read has a bound."""
    screen = Screen()
    for n in range(20):
        screen.take(f"{n}" + "\x1b[2J" * 16_000)
    while not screen.read():
        continue
    assert not screen.is_behind


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.sampled_from(
            [
                "\x1b",
                "[",
                "]",
                "(",
                "#",
                "?",
                ";",
                "1",
                "99",
                "m",
                "H",
                "J",
                "L",
                "r",
                "h",
                "x",
                "\n",
                "\r",
                "日",
                "\x07",
                "\x9b",
            ]
        ),
        max_size=60,
    )
)
def test_any_text_is_shown(pieces: list[str]) -> None:
    """Whatever the sequences, no error, and the cursor is on the screen."""
    screen = shown("".join(pieces), 20, 5)
    assert all(isinstance(line, str) for line in words(screen))
    if screen.cursor:
        assert 0 <= screen.cursor[0] < screen.size[0] and 0 <= screen.cursor[1] < screen.size[1]


@pytest.mark.parametrize(("lines", "out"), [(10, 0), (4, 0), (3, 1), (1, 3), (30, 0)])
def test_a_lower_screen_still_shows_where_the_cursor_is(lines: int, out: int) -> None:
    """What stands above goes out at the top, no more than has to; nothing is lost."""
    screen = shown("one\ntwo\nthree\nfour")
    screen.resize(80, lines)
    assert screen.past == out
    assert [screen.line(row)[0].text for row in range(4)] == ["one", "two", "three", "four"]
    assert screen.cursor == (4, 3 - out)
    screen.take("one\ntwo\nthree\nfour!")
    while not screen.read():
        continue
    assert screen.line(3)[-1].text == "four!"
