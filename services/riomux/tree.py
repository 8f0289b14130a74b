"""The multiplexer's own files. Beside them, the root has a directory for each mount, put there by `Mounts`."""

from __future__ import annotations

from ninep.service import Events, manual, root
from ninep.tree import Ctl, Dir, Text
from riomux.discovered import Discovered
from riomux.metrics import metrics_of
from riomux.mounts import Mounts
from riomux.pump import Pump
from riomux.routes import Routes


def root_tree(pump: Pump, mounts: Mounts, routes: Routes, discovered: Discovered, events: Events) -> Dir:
    """ctl, routes, discovered, events, health, metrics and help."""
    metrics = metrics_of(pump)
    routes.measure(metrics)
    return root(
        manual=manual("riomux"),
        ctl=Ctl(mounts.status, add=mounts.add, rename=mounts.rename, remove=mounts.remove),
        events=events,
        metrics=metrics,
        health=mounts.health,
        nodes={"routes": routes.node(), "discovered": Text(discovered.text)},
    )
