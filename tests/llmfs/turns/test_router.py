"""What goes to which machine. The one invariant: how the answer was cut into pieces makes no difference."""

import time
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from llmfs.turns.router import Router

MACHINES = ("alice", "build-host.local", "Bob")


def route(*pieces: str, machines: tuple[str, ...] = MACHINES) -> dict[str, str]:
    router, got = Router(machines), dict[str, str]()
    for piece in pieces:
        for machine, text in router.feed(piece):
            got[machine] = got.get(machine, "") + text
    for machine, text in router.finish():
        got[machine] = got.get(machine, "") + text
    return got


@pytest.mark.parametrize(
    ("answer", "routed"),
    [
        ("```alice\nbox()\n```\n", {"alice": "box()\n"}),
        ("no block at all", {}),
        ("```alice\n```\n", {}),
        ("```\nbox()\n```\n```python\nx = 1\n```\n", {}),
        ("```ALICE \nbox()\n```\n```bob\nx\n```", {"alice": "box()\n", "Bob": "x\n"}),
        ("``` alice title=x\nbox()\n```", {"alice": "box()\n"}),
        ("~~~alice\nbox()\n~~~\n", {"alice": "box()\n"}),
        ("```build-host.local\nx\n```\n", {"build-host.local": "x\n"}),
        ("```alice\r\na\r\nb\r\n```\r\nafter\r\n", {"alice": "a\nb\n"}),
        ("1. here:\n   ```alice\n   if x:\n       y()\n   ```\n", {"alice": "if x:\n    y()\n"}),
        ("\t```alice\n\tif x:\n\t\ty()\n\t```\n", {"alice": "if x:\n\ty()\n"}),
        ("    ```alice\n  less\n\n    same\n    ```\n", {"alice": "less\n\nsame\n"}),
        ("```alice\nbox(", {"alice": "box(\n"}),
        ("```alice\nbox()\n``", {"alice": "box()\n``\n"}),
        ("```alice\na\n```\ntext\n```alice\nb\n```", {"alice": "a\n\nb\n"}),
        ("````alice\n```python\nx\n```\n````\n", {"alice": "```python\nx\n```\n"}),
        ("```alice\n~~~\nx\n~~~\n`````\nafter", {"alice": "~~~\nx\n~~~\n"}),
        ("```alice\ntext = '''\n    ```\n'''\n```\n", {"alice": "text = '''\n    ```\n'''\n"}),
        ("````\n```alice\nx\n```\n````\n", {}),
        ("```alice`\nx\n", {}),
        ("``alice\nx\n``", {}),
        ("text ```alice\nx\n```\n", {}),
        ("```alice\n", {}),
        ("```alice", {}),
    ],
)
def test_blocks(answer: str, routed: dict[str, str]) -> None:
    """Each kind of fence that models write, whole and letter by letter."""
    assert route(answer) == routed
    assert route(*answer) == routed


@given(
    st.lists(
        st.sampled_from(["```", "````", "~~~", "alice", "Bob", "python", "\n", "\r\n", " ", "    ", "x = 1", "`", "é"]),
        max_size=40,
    ),
    st.data(),
)
def test_any_chunking_gives_the_same(words: list[str], data: st.DataObject) -> None:
    """The pieces in which an answer arrives do not change what is routed."""
    answer = "".join(words)
    cuts = data.draw(st.lists(st.integers(0, len(answer)), max_size=10).map(sorted))
    pieces = [answer[a:b] for a, b in pairwise([0, *cuts, len(answer)])]
    assert route(*pieces) == route(answer)


def test_lines_come_while_the_block_is_open() -> None:
    """A line is given as soon as it is whole, long before its block or the answer ends."""
    router = Router(MACHINES)
    assert router.feed("Sure:\n```alice\nbo") == []
    assert router.feed("x()\nsph") == [("alice", "box()\n")]
    assert router.feed("ere()\n") == [("alice", "sphere()\n")]


def test_two_machines_get_each_their_own() -> None:
    """One answer fans out."""
    answer = "```alice\nclock()\n```\nand\n```bob\nbutton()\n```\n"
    assert route(answer) == {"alice": "clock()\n", "Bob": "button()\n"}


@pytest.mark.parametrize(
    "line", ["`" * 10**6 + "x`", "```" + " " * 10**6 + "`", "```" + "x" * 10**6 + "`", " " * 10**6]
)
def test_a_hostile_line_costs_one_pass(line: str) -> None:
    """A megabyte that nearly is a fence takes milliseconds, not minutes."""
    began = time.perf_counter()
    assert route(line + "\n") == {}
    assert time.perf_counter() - began < 1
