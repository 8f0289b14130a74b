"""The numbers of the multiplexer and of each of its backends, for Prometheus."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Literal

from ninep.metrics import Histogram
from ninep.service import Metrics
from riomux.peers import Backend
from riomux.pump import Pump


def metrics_of(pump: Pump) -> Metrics:
    """What passes, what waits, and how quick each backend is."""
    metrics = Metrics()
    _count_all(metrics, pump)
    _count_each(metrics, pump)
    return metrics


def _count_all(metrics: Metrics, pump: Pump) -> None:
    splice, backends = pump.splice, pump.splice.mounts.values
    metrics.gauge("riomux_clients", "Clients connected.", lambda: len(splice.clients))
    metrics.gauge("riomux_mounts", "Mounts.", lambda: len(splice.mounts))
    metrics.gauge("riomux_mounts_up", "Mounts that can be used.", lambda: sum(bool(b.links) for b in backends()))
    metrics.gauge("riomux_links", "Connections to backends.", lambda: sum(len(b.links) for b in backends()))
    metrics.gauge(
        "riomux_requests_waiting",
        "Requests that have no reply yet.",
        lambda: sum(len(client.tags) for client in splice.clients),
    )
    _count(metrics, "riomux_received_bytes_total", "Bytes from clients and backends.", lambda: pump.received)
    _count(metrics, "riomux_sent_bytes_total", "Bytes for clients and backends, sent or waiting.", lambda: pump.sent)


def _count(metrics: Metrics, name: str, help: str, value: Callable[[], int]) -> None:
    metrics.each(name, "counter", help, lambda: [({}, value())])


def _count_each(metrics: Metrics, pump: Pump) -> None:
    def add(
        name: str, kind: Literal["counter", "gauge", "histogram"], help: str, of: Callable[[Backend], float | Histogram]
    ) -> None:
        def samples() -> Iterable[tuple[dict[str, str], float | Histogram]]:
            return [({"name": each.name}, of(each)) for each in pump.splice.mounts.values()]

        metrics.each(f"riomux_backend_{name}", kind, help, samples)

    add("up", "gauge", "1 if the mount can be used.", lambda b: bool(b.links))
    add("links", "gauge", "Connections to it.", lambda b: len(b.links))
    add("requests_waiting", "gauge", "Requests that it has not answered yet.", _waiting)
    add("answers_total", "counter", "Its answers.", lambda b: b.tally.answers)
    add("errors_total", "counter", "Its answers that were errors.", lambda b: b.tally.errors)
    add("received_bytes_total", "counter", "Bytes from it.", lambda b: pump.traffic(b)[0])
    add("sent_bytes_total", "counter", "Bytes for it, sent or waiting.", lambda b: pump.traffic(b)[1])
    add("reconnects_total", "counter", "Times that it was back after it had gone.", lambda b: b.tally.reconnects)
    add("round_trip_seconds", "histogram", "From a walk to its answer.", lambda b: b.tally.trips)


def _waiting(backend: Backend) -> int:
    return sum(len(link.pending) for link in backend.links)
