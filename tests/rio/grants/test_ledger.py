"""What is told of grants: each fact once, and no flood."""

from typing import Any

import trio

from rio.grants.ledger import MOST, REMEMBERED, Ledger


async def test_the_first_use_and_each_refusal_are_told(autojump_clock: trio.testing.MockClock) -> None:
    """By each program; not sixty a second."""
    told: list[tuple[str, dict[str, Any]]] = []
    ledger = Ledger(lambda kind, **facts: told.append((kind, facts)))
    for program in (1, 1, 2, 2, 1):
        ledger.used(program, "net a.test", "https://a.test/x")
        ledger.refused(program, "/llm/ctl", "not granted")
    assert [(kind, facts["program"]) for kind, facts in told] == [
        ("grant.used", 1),
        ("grant.refused", 1),
        ("grant.used", 2),
        ("grant.refused", 2),
    ]
    assert (ledger.uses, ledger.refusals) == (5, 5)


async def test_a_program_that_tries_at_random_is_no_flood(autojump_clock: trio.testing.MockClock) -> None:
    """Twenty a second are told, all are counted, and what is remembered has a bound."""
    told: list[str] = []
    ledger = Ledger(lambda kind, **facts: told.append(facts["what"]))
    for count in range(3 * REMEMBERED):
        ledger.refused(1, f"/a/\x1b[2J{count}", "no")
    assert len(told) == MOST
    assert told[0] == "/a/\\x1b[2J0"
    await trio.sleep(1)
    ledger.refused(1, "/b", "no")
    assert told[-1] == "/b"
    assert ledger.refusals == 3 * REMEMBERED + 1
    assert len(ledger._told) == REMEMBERED


async def test_uses_under_many_numbers_are_no_flood_and_hide_no_other(autojump_clock: trio.testing.MockClock) -> None:
    """A hostile worker may say that a thousand programs ask; the use of another grant is told all the same."""
    told: list[str] = []
    ledger = Ledger(lambda kind, **facts: told.append(f"{kind} {facts['what']}"))
    for program in range(3 * REMEMBERED):
        ledger.used(program, "ns r /a", "/a")
        ledger.refused(program, "/c", "no")
    ledger.used(7, "ns rw /b", "/b")
    assert told.count("grant.used /a") == told.count("grant.refused /c") == MOST
    assert told[-1] == "grant.used /b"
    assert len(told) == 2 * MOST + 1
