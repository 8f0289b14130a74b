"""What is done with figures: tables for people, and a memory that makes a regression visible.

A figure is worth something beside another of the same run, so what is kept and compared is ratios. `results.json` holds
every recorded run; RESULTS.md is the newest one, each figure beside what it was the time before.
"""

from __future__ import annotations

import json
import os
import platform
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
HISTORY, PAGE = HERE / "results.json", HERE / "RESULTS.md"
WORSE = 0.8  # a ratio below this share of the last one is pointed out


@dataclass
class Figure:
    """One measured thing. `better` says which way is better; `target` is a limit in `unit`, if there is one."""

    what: str
    value: float
    unit: str
    better: str = "higher"
    ratio: float | None = None
    beside: str = ""
    target: float | None = None
    note: str = ""

    @property
    def is_met(self) -> bool | None:
        """Whether the target is reached; None without one."""
        if self.target is None:
            return None
        return self.value >= self.target if self.better == "higher" else self.value <= self.target


@dataclass
class Table:
    """Figures that belong together, and what one must know to read them."""

    title: str
    figures: list[Figure] = field(default_factory=list)
    about: str = ""


def machine() -> str:
    """The machine in words, without its name."""
    about = Path("/proc/cpuinfo").read_text().splitlines()
    model = next((line.split(":", 1)[1].strip() for line in about if "model name" in line), platform.machine())
    linux = platform.release().split("-")[0]
    return f"{os.cpu_count()} cores, {model}, Linux {linux}, Python {platform.python_version()}"


def show(number: float | None) -> str:
    """A figure as a person reads it: three digits that count."""
    if number is None:
        return ""
    if abs(number) >= 1000:
        return f"{number:,.0f}"
    return f"{number:.3g}"


def page(tables: list[Table], before: dict[str, float]) -> str:
    """The run as Markdown. `before` has the ratios of the run before, by title and figure."""
    lines = [f"{datetime.now(UTC):%Y-%m-%d} · {machine()}", ""]
    for table in tables:
        lines += [f"## {table.title}", ""] + ([table.about, ""] if table.about else [])
        lines += ["| what | figure | ratio | last time | target | |", "| --- | ---: | ---: | ---: | ---: | --- |"]
        lines += [_line(table.title, figure, before) for figure in table.figures]
        lines.append("")
    return "\n".join(lines)


def _line(title: str, figure: Figure, before: dict[str, float]) -> str:
    ratio = f"{show(figure.ratio)} × {figure.beside}" if figure.ratio is not None else ""
    last = before.get(f"{title}/{figure.what}")
    mark = {True: "met", False: "**missed**", None: ""}[figure.is_met]
    if last and figure.ratio and _is_worse(figure, last):
        mark += " **worse than last time**"
    sign = "≥" if figure.better == "higher" else "≤"
    target = f"{sign} {show(figure.target)} {figure.unit}" if figure.target is not None else ""
    note = f"{mark} {figure.note}".strip()
    return f"| {figure.what} | {show(figure.value)} {figure.unit} | {ratio} | {show(last)} | {target} | {note} |"


def _is_worse(figure: Figure, last: float) -> bool:
    assert figure.ratio is not None
    change = figure.ratio / last if figure.better == "higher" else last / figure.ratio
    return change < WORSE


def history() -> list[dict[str, Any]]:
    """The recorded runs, oldest first."""
    return list(json.loads(HISTORY.read_text())) if HISTORY.exists() else []


def last_ratios() -> dict[str, float]:
    """The ratios of the newest recorded run, by title and figure."""
    runs = history()
    if not runs:
        return {}
    return {
        f"{table['title']}/{figure['what']}": figure["ratio"]
        for table in runs[-1]["tables"]
        for figure in table["figures"]
        if figure["ratio"] is not None
    }


def record(tables: list[Table], text: str) -> None:
    """Keep the run, and make it the page."""
    run = {"date": f"{datetime.now(UTC):%Y-%m-%d}", "machine": machine(), "tables": [asdict(table) for table in tables]}
    HISTORY.write_text(json.dumps([*history(), run], indent=1) + "\n")
    head = "# Figures\n\nMade by `make bench`; every ratio is of one run, on one core unless it says otherwise. "
    head += "Absolute times on shared machines are noise: compare down a table, not across runs.\n\n"
    PAGE.write_text(head + text + "\n")
