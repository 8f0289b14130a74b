"""The numbers: what is counted in dialogue, and the file as Prometheus would read it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from tests.riomux.live import Shelf, mux, server, until
from tests.riomux.playbook import Playbook, cross, dial, heard, lost, opened, say

from ninep import FileError
from ninep.client import open_client
from ninep.messages import (
    QTDIR,
    Qid,
    Rclunk,
    Rerror,
    Rflush,
    Rread,
    Rwalk,
    Rwrite,
    Tclunk,
    Tflush,
    Tread,
    Twalk,
    Twrite,
)
from riomux.peers import Client, Link
from riomux.tally import BOUNDS, EVERY

ADA, NOTE = Qid(QTDIR, 0, 2), Qid(0, 0, 3)


class Clock:
    """Moved by hand."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.now = 100.0
        monkeypatch.setattr("riomux.tally.perf_counter", lambda: self.now)
        monkeypatch.setattr("riomux.tally.EVERY", 1)


def test_every_answer_is_counted_once(book: Playbook, alice: Client, llm: Link) -> None:
    """Fast and slow ones in one chunk, errors among them, with new requests made on the way."""
    note = opened(book, alice, llm, 1, "note", qid=NOTE)
    tally = llm.backend.tally
    before = tally.answers
    assert before > 0
    requests = [Tread(tag, 1, 0, 5) for tag in range(4)]
    _ = book >> heard(alice, *requests, Tclunk(9, 1), Twrite(10, 0, 0, b"x"))
    asked = [book.take(llm) for _ in range(5)]
    tags = [message.tag for message in asked if message]
    assert asked[0] == Tread(tags[0], note, 0, 5)
    _ = book >> heard(
        llm,
        Rread(tags[0], b"hello"),
        Rread(tags[1], b"hell"),
        Rerror(tags[2], "no more"),
        Rread(tags[3], b""),
        Rclunk(tags[4]),
    )
    assert (tally.answers - before, tally.errors) == (5, 1)
    assert not llm.pending


def test_the_answers_before_a_fault_are_counted(book: Playbook, alice: Client, llm: Link) -> None:
    """That which is none is not."""
    opened(book, alice, llm, 1, "note", qid=NOTE)
    before = llm.backend.tally.answers
    _ = book >> heard(alice, Tread(1, 1, 0, 5), Tread(2, 1, 0, 5))
    first, second = book.take(llm), book.take(llm)
    assert first and second
    _ = book >> heard(llm, Rread(first.tag, b"hello"), Rwrite(second.tag, 5))
    assert llm.backend.tally.answers - before == 1
    assert book.take_hangup(llm)


def test_one_request_at_a_time_is_timed(
    book: Playbook, alice: Client, llm: Link, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A walk is; a read that waits is not, nor what is asked while the walk is under way."""
    clock, trips = Clock(monkeypatch), llm.backend.tally.trips
    note = opened(book, alice, llm, 1, "note", qid=NOTE)
    cross(book, alice, llm, 5, "ada", qids=(ADA,))
    before = sum(trips.counts)
    _ = book >> heard(alice, Tread(1, 1, 0, 5))
    blocked = book.take(llm)
    assert blocked == Tread(blocked.tag if blocked else 0, note, 0, 5)
    _ = book >> heard(alice, Twalk(2, 5, 2, ())) >> heard(alice, Twalk(3, 5, 3, ()))
    walks = [book.take(llm), book.take(llm)]
    clock.now += 0.003
    for walk in walks[::-1]:
        assert walk
        _ = book >> heard(llm, Rwalk(walk.tag, ()))
    assert sum(trips.counts) == before + 1
    clock.now += 3600
    _ = book >> heard(llm, Rread(blocked.tag, b"hello"))
    assert trips.sum == pytest.approx(0.003)
    assert trips.counts[BOUNDS.index(0.005)] == 1


def test_what_is_flushed_or_lost_is_not_waited_for(
    book: Playbook, alice: Client, llm: Link, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The next request is timed, whatever became of the last."""
    clock, trips = Clock(monkeypatch), llm.backend.tally.trips
    ada = cross(book, alice, llm, 1, "ada", qids=(ADA,))
    _ = book >> heard(alice, Twalk(2, 1, 8, ())) << say(llm, Twalk(0, ada, 2, ())) >> heard(alice, Tflush(3, 2))
    flush = book.take(llm)
    assert isinstance(flush, Tflush)
    clock.now += 60
    _ = book >> heard(llm, Rflush(flush.tag)) << say(alice, Rflush(3)) << say(llm, Tclunk(0, 2))
    _ = book >> heard(llm, Rclunk(0))
    before = sum(trips.counts)
    _ = book >> heard(alice, Twalk(4, 1, 2, ()))
    walk = book.take(llm)
    assert walk
    clock.now += 0.002
    _ = book >> heard(llm, Rwalk(walk.tag, ())) << say(alice, Rwalk(4, ()))
    assert sum(trips.counts) == before + 1
    assert trips.sum == pytest.approx(0.002)
    _ = book >> heard(alice, Twalk(5, 1, 9, ())) << say(llm, Twalk(0, ada, 3, ()))
    _ = book >> lost(llm) << say(alice, Rerror(5, "i/o error: llm went away")) << dial(llm.backend)
    again = book.link(llm.backend)
    assert llm.backend.tally.reconnects == 1
    clock.now += 60
    cross(book, alice, again, 7, "ada", qids=(ADA,))
    assert sum(trips.counts) == before + 2
    assert trips.sum == pytest.approx(0.002)


def test_few_are_timed(book: Playbook, alice: Client, llm: Link) -> None:
    """The first, and then one in EVERY."""
    cross(book, alice, llm, 5, "ada", qids=(ADA,))
    for tag in range(EVERY):
        assert sum(llm.backend.tally.trips.counts) == 1
        _ = book >> heard(alice, Twalk(tag, 5, 100 + tag, ()))
        walk = book.take(llm)
        assert walk
        _ = book >> heard(llm, Rwalk(walk.tag, ()))
    assert sum(llm.backend.tally.trips.counts) == 2


SAMPLE = re.compile(r"(?P<name>[a-zA-Z_:][\w:]*)(?P<labels>\{[^}]*\})? (?P<value>\S+)")
LABEL = re.compile(r'([a-zA-Z_]\w*)="((?:[^"\\\n]|\\[\\n"])*)"')
SUFFIXES = {"counter": [""], "gauge": [""], "histogram": ["_bucket", "_sum", "_count"]}


def scrape(text: str) -> dict[tuple[str, str, str], float]:
    """The samples of an exposition (0.0.4) by name, `name` label and `le`; an assertion fails where it is none."""
    samples, kind, family = dict[tuple[str, str, str], float](), "", ""
    assert text.endswith("\n")
    for line in text.splitlines():
        if line.startswith("# HELP "):
            family = line.split()[2]
            assert not any(name.startswith(family + "{") or name == family for name, _, _ in samples)
            continue
        if line.startswith("# TYPE "):
            _, _, name, kind = line.split()
            assert name == family
            continue
        match = SAMPLE.fullmatch(line)
        assert match and match["name"] in [family + suffix for suffix in SUFFIXES[kind]], line
        labels = dict(LABEL.findall(match["labels"] or ""))
        assert (match["labels"] or "") == ("{" + ",".join(f'{k}="{v}"' for k, v in labels.items()) + "}") * bool(labels)
        key = match["name"], labels.pop("name", ""), labels.pop("le", "")
        assert key not in samples
        samples[key] = float(match["value"])
    return samples


async def test_what_prometheus_reads(place: Path) -> None:
    """Each family with its type, each sample once; buckets that rise, and end in the count."""
    async with (
        server(f"unix!{place}/a", Shelf("one").tree),
        mux(place, f"one=unix!{place}/a", f"two=unix!{place}/b") as pump,
        open_client(f"unix!{place}/mux") as root,
    ):
        await until(lambda: bool(pump.splice.mounts["one"].links and pump.splice.mounts["two"].down))
        data = bytes(100_000)
        await root.write("/one/book", data)
        assert await root.read("/one/book") == data
        with pytest.raises(FileError):
            await root.read("/one/nothing")
        numbers = scrape((await root.read("/metrics")).decode())
    one = {name: value for (name, mount, le), value in numbers.items() if mount == "one" and not le}
    assert (one["riomux_backend_up"], one["riomux_backend_links"]) == (1, 1)
    assert one["riomux_backend_errors_total"] == 1
    assert one["riomux_backend_answers_total"] >= 6
    assert one["riomux_backend_requests_waiting"] == one["riomux_backend_reconnects_total"] == 0
    assert 100_000 < one["riomux_backend_sent_bytes_total"] < 102_000
    assert 100_000 < one["riomux_backend_received_bytes_total"] < 102_000
    assert numbers["riomux_received_bytes_total", "", ""] > 200_000 < numbers["riomux_sent_bytes_total", "", ""]
    assert numbers["riomux_backend_up", "two", ""] == 0
    buckets = [(float(le), n) for (name, mount, le), n in numbers.items() if (mount, bool(le)) == ("one", True)]
    assert buckets == sorted(buckets)
    assert [n for _, n in buckets] == sorted(n for _, n in buckets)
    assert buckets[-1] == (float("inf"), one["riomux_backend_round_trip_seconds_count"])
    assert one["riomux_backend_round_trip_seconds_count"] > 0
    assert one["riomux_backend_round_trip_seconds_sum"] > 0


async def test_what_has_passed_is_known_after_the_connection(place: Path) -> None:
    """Bytes are those of all connections there have been."""
    async with mux(place, f"one=unix!{place}/a") as pump, open_client(f"unix!{place}/mux") as root:
        async with server(f"unix!{place}/a", Shelf("one").tree):
            assert await root.read("/one/note")
            backend = pump.splice.mounts["one"]
            before = pump.traffic(backend)
            assert min(before) > 0
        await until(lambda: not backend.links)
        assert pump.traffic(backend) >= before
