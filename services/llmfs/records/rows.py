"""What llmfs stores: the tables of its database, and a value for a row of each.

A row is keyed by its first fields. It knows nothing of agents and turns as they live; `store` writes rows, and
`restore` makes the living things of them at start.
"""

from __future__ import annotations

from typing import Any, ClassVar

from msgspec import Struct, structs


class Row(Struct, frozen=True):
    """A row of `table`, whose key is its first `keys` fields."""

    table: ClassVar[str]
    keys: ClassVar[int] = 1

    @property
    def key(self) -> tuple[Any, ...]:
        """Which row of all tables this is."""
        return (self.table, *structs.astuple(self)[: self.keys])


class Setting(Row, frozen=True):
    """A setting of the whole service, by name."""

    table: ClassVar[str] = "settings"

    name: str
    value: str


class MachineRow(Row, frozen=True):
    """A machine, the path of its scene in the namespace, and whether it was found there by itself."""

    table: ClassVar[str] = "machines"

    name: str
    path: str
    is_found: bool = False


class RouteRow(Row, frozen=True):
    """A route of the multiplexer for what an agent says for a machine: it was made, or it is about to be."""

    table: ClassVar[str] = "routes"
    keys: ClassVar[int] = 2

    agent: str  # by name: it outlives the agent, until the route is ended
    machine: str
    source: str
    target: str
    is_made: bool


class UnwantedRow(Row, frozen=True):
    """A machine that a person has removed: it is not found again."""

    table: ClassVar[str] = "unwanted"

    name: str


class AgentRow(Row, frozen=True):
    """An agent, by its number. `settings` and `opening` (messages that no turn holds) are JSON."""

    table: ClassVar[str] = "agents"

    agent: int
    name: str
    settings: str
    system: str
    opening: str


class ContextRow(Row, frozen=True):
    """What an agent sees as the context for a machine."""

    table: ClassVar[str] = "contexts"
    keys: ClassVar[int] = 2

    agent: int
    machine: str
    text: str


class TurnRow(Row, frozen=True):
    """A turn: its state in words, whether the history has it, Unix time of the prompt, who answered, tokens, a call."""

    table: ClassVar[str] = "turns"
    keys: ClassVar[int] = 2

    agent: int
    number: int
    state: str
    is_kept: bool
    asked: float
    provider: str
    model: str
    input: int
    output: int
    cache_read: int
    cache_write: int
    calling: str = ""  # what will be known of the tool call that is being done, if llmfs ends before it


class TapeRow(Row, frozen=True):
    """A text that readers follow: the answer of a turn, or a machine's part of it. `size` is None while it grows."""

    table: ClassVar[str] = "tapes"
    keys: ClassVar[int] = 3

    agent: int
    turn: int
    file: str
    size: int | None
    was_read: bool


class ErrorRow(Row, frozen=True):
    """An error of an agent, in words, and when it was (Unix time)."""

    table: ClassVar[str] = "errors"
    keys: ClassVar[int] = 2

    agent: int
    number: int
    at: float
    text: str


class RulesRow(Row, frozen=True):
    """An agent's rules, as they were written."""

    table: ClassVar[str] = "rules"

    agent: int
    text: str


class UsageRow(Row, frozen=True):
    """What the turns of a day (`2026-11-20`, UTC) that one model answered used: how many there were, their tokens."""

    table: ClassVar[str] = "usage"
    keys: ClassVar[int] = 3

    day: str
    provider: str
    model: str
    turns: int = 0
    input: int = 0
    output: int = 0
    cache_read: int = 0
    cache_write: int = 0


class ToolsRow(Row, frozen=True):
    """What an agent may do: the lines of its `tools`."""

    table: ClassVar[str] = "tools"

    agent: int
    rules: str


class TextKey(Struct, frozen=True):
    """Which text: of which agent and turn, and the file of the agent through which it goes (`input`, `output`, `A`)."""

    agent: int
    turn: int
    file: str


ROWS: tuple[type[Row], ...] = (
    Setting,
    MachineRow,
    UnwantedRow,
    RouteRow,
    AgentRow,
    ContextRow,
    TurnRow,
    TapeRow,
    ErrorRow,
    RulesRow,
    UsageRow,
    ToolsRow,
)
OF_AGENTS = (
    "agents",
    "contexts",
    "turns",
    "tapes",
    "texts",
    "errors",
    "rules",
    "tools",
)  # tables with a column `agent`

# The database's versions, oldest first: number N is what takes version N to version N + 1.
MIGRATIONS = (
    """
    CREATE TABLE settings (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;
    CREATE TABLE machines (name TEXT PRIMARY KEY, path TEXT NOT NULL) STRICT;
    CREATE TABLE agents (
        agent INTEGER PRIMARY KEY, name TEXT NOT NULL, settings TEXT NOT NULL, system TEXT NOT NULL,
        opening TEXT NOT NULL
    ) STRICT;
    CREATE TABLE contexts (
        agent INTEGER NOT NULL, machine TEXT NOT NULL, text TEXT NOT NULL, PRIMARY KEY (agent, machine)
    ) STRICT;
    CREATE TABLE turns (
        agent INTEGER NOT NULL, number INTEGER NOT NULL, state TEXT NOT NULL, is_kept INTEGER NOT NULL,
        asked REAL NOT NULL, provider TEXT NOT NULL, model TEXT NOT NULL, input INTEGER NOT NULL,
        output INTEGER NOT NULL, cache_read INTEGER NOT NULL, cache_write INTEGER NOT NULL,
        PRIMARY KEY (agent, number)
    ) STRICT;
    CREATE TABLE tapes (
        agent INTEGER NOT NULL, turn INTEGER NOT NULL, file TEXT NOT NULL, size INTEGER, was_read INTEGER NOT NULL,
        PRIMARY KEY (agent, turn, file)
    ) STRICT;
    -- A text as it grew: `data` stands at byte `at` of it.
    CREATE TABLE texts (
        agent INTEGER NOT NULL, turn INTEGER NOT NULL, file TEXT NOT NULL, at INTEGER NOT NULL, data BLOB NOT NULL,
        PRIMARY KEY (agent, turn, file, at)
    ) STRICT;
    CREATE TABLE errors (
        agent INTEGER NOT NULL, number INTEGER NOT NULL, at REAL NOT NULL, text TEXT NOT NULL,
        PRIMARY KEY (agent, number)
    ) STRICT;
    """,
    """
    CREATE TABLE usage (
        day TEXT NOT NULL, provider TEXT NOT NULL, model TEXT NOT NULL, turns INTEGER NOT NULL, input INTEGER NOT NULL,
        output INTEGER NOT NULL, cache_read INTEGER NOT NULL, cache_write INTEGER NOT NULL,
        PRIMARY KEY (day, provider, model)
    ) STRICT;
    INSERT INTO usage
        SELECT strftime('%Y-%m-%d', asked, 'unixepoch'), provider, model, count(*), sum(input), sum(output),
            sum(cache_read), sum(cache_write)
        FROM turns WHERE provider != '' AND state NOT IN ('waiting', 'running') GROUP BY 1, 2, 3;
    """,
    "CREATE TABLE rules (agent INTEGER PRIMARY KEY, text TEXT NOT NULL) STRICT;",
    """
    ALTER TABLE machines ADD COLUMN is_found INTEGER NOT NULL DEFAULT 0;
    CREATE TABLE unwanted (name TEXT PRIMARY KEY) STRICT;
    """,
    "CREATE TABLE tools (agent INTEGER PRIMARY KEY, rules TEXT NOT NULL) STRICT;",
    """
    CREATE TABLE routes (
        agent TEXT NOT NULL, machine TEXT NOT NULL, source TEXT NOT NULL, target TEXT NOT NULL,
        is_made INTEGER NOT NULL, PRIMARY KEY (agent, machine)
    ) STRICT;
    """,
    "ALTER TABLE turns ADD COLUMN calling TEXT NOT NULL DEFAULT '';",
)


def upsert(kind: type[Row]) -> str:
    """The statement that puts a row of this kind in place of the one with its key."""
    names = columns(kind)
    return f"INSERT OR REPLACE INTO {kind.table} ({', '.join(names)}) VALUES ({', '.join('?' * len(names))})"  # noqa: S608  # names of our own classes


def select(kind: type[Row]) -> str:
    """The statement that gives all rows of this kind, in the order of their keys."""
    names = columns(kind)
    return f"SELECT {', '.join(names)} FROM {kind.table} ORDER BY {', '.join(names[: kind.keys])}"  # noqa: S608  # as above


def columns(kind: type[Row]) -> list[str]:
    """The columns of a kind of row."""
    return [field.name for field in structs.fields(kind)]
