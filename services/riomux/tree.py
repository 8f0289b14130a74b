"""The multiplexer's own files. Beside them, the root has a directory for each mount, put there by `Mounts`."""

from __future__ import annotations

from ninep.service import Events, Metrics, manual, root
from ninep.tree import Ctl, Dir
from riomux.mounts import Mounts
from riomux.pump import Pump
from riomux.routes import Routes


def root_tree(pump: Pump, mounts: Mounts, routes: Routes, events: Events) -> Dir:
    """ctl, routes, events, health, metrics and help."""
    metrics = _metrics(pump)
    routes.measure(metrics)
    return root(
        manual=manual("riomux"),
        ctl=Ctl(mounts.status, add=mounts.add, rename=mounts.rename, remove=mounts.remove),
        events=events,
        metrics=metrics,
        health=mounts.health,
        nodes={"routes": routes.node()},
    )


def _metrics(pump: Pump) -> Metrics:
    metrics, splice = Metrics(), pump.splice
    backends = splice.mounts.values
    metrics.gauge("riomux_clients", "Clients connected.", lambda: len(splice.clients))
    metrics.gauge("riomux_mounts", "Mounts.", lambda: len(splice.mounts))
    metrics.gauge("riomux_mounts_up", "Mounts that can be used.", lambda: sum(bool(b.links) for b in backends()))
    metrics.gauge("riomux_links", "Connections to backends.", lambda: sum(len(b.links) for b in backends()))
    metrics.gauge(
        "riomux_requests_waiting",
        "Requests that have no reply yet.",
        lambda: sum(len(client.tags) for client in splice.clients),
    )
    metrics.gauge("riomux_received_bytes", "Bytes received from clients and backends.", lambda: pump.received)
    return metrics
