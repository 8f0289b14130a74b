"""Metrics read as Prometheus expects them."""

import doctest

import ninep.metrics
from ninep.metrics import Histogram, Metrics


def test_the_example_runs() -> None:
    """What the documentation shows is so."""
    assert doctest.testmod(ninep.metrics).failed == 0


def test_counters_and_gauges_read_in_the_exposition_format() -> None:
    """One HELP and one TYPE for a name, whatever its labels; values are those of now."""
    metrics = Metrics()
    size = 1
    metrics.counter("turns_total", "Turns begun.", provider="sketch").add()
    metrics.counter("turns_total", "Turns begun.", provider="openai").add(2.5)
    metrics.gauge("agents", "Agents.", lambda: size)
    size = 3
    assert metrics.text() == (
        "# HELP turns_total Turns begun.\n"
        "# TYPE turns_total counter\n"
        'turns_total{provider="sketch"} 1\n'
        'turns_total{provider="openai"} 2.5\n'
        "# HELP agents Agents.\n"
        "# TYPE agents gauge\n"
        "agents 3\n"
    )


def test_a_counter_is_the_same_wherever_it_is_asked_for() -> None:
    """The order of labels is no difference."""
    metrics = Metrics()
    metrics.counter("n_total", "N.", a="1", b="2").add()
    assert metrics.counter("n_total", "N.", b="2", a="1").value == 1


def test_big_numbers_keep_their_digits() -> None:
    """A byte counter must not move in steps of thousands."""
    metrics = Metrics()
    metrics.counter("bytes_total", "Bytes.").add(123_456_789)
    assert metrics.text().endswith("bytes_total 123456789\n")


def test_what_would_break_a_line_is_escaped() -> None:
    """In help and in labels."""
    metrics = Metrics()
    metrics.counter("n_total", "Two\nlines.", path='a\\b"c\n').add()
    assert "# HELP n_total Two\\nlines.\n" in metrics.text()
    assert 'n_total{path="a\\\\b\\"c\\n"} 1\n' in metrics.text()


def test_things_that_come_and_go() -> None:
    """Those that are there have a sample, with its labels in order."""
    metrics, routes = Metrics(), {"b": 2, "a": 1}
    metrics.each("n_total", "counter", "N.", lambda: (({"to": name, "at": "x"}, n) for name, n in routes.items()))
    assert metrics.text() == (
        '# HELP n_total N.\n# TYPE n_total counter\nn_total{at="x",to="b"} 2\nn_total{at="x",to="a"} 1\n'
    )
    del routes["b"]
    assert 'to="b"' not in metrics.text()


def test_a_histogram() -> None:
    """A number on the edge is within; each bucket counts what is in those below too; the last has all."""
    metrics, took = Metrics(), Histogram((0.1, 0.5))
    for seconds in (0.1, 0.3, 0.4, 7):
        took.observe(seconds)
    metrics.each("took_seconds", "histogram", "T.", lambda: [({"name": "rio"}, took)])
    assert metrics.text() == (
        "# HELP took_seconds T.\n"
        "# TYPE took_seconds histogram\n"
        'took_seconds_bucket{name="rio",le="0.1"} 1\n'
        'took_seconds_bucket{name="rio",le="0.5"} 3\n'
        'took_seconds_bucket{name="rio",le="+Inf"} 4\n'
        'took_seconds_sum{name="rio"} 7.8\n'
        'took_seconds_count{name="rio"} 4\n'
    )
