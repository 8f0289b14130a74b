"""The versions of a scene: what it was after each program and each edit, and the ways between them.

Versions form a tree: undo goes to the parent, redo back to the child last left, a new version becomes a child of the
current one. A number is never used twice, so what was undone stays reachable by `goto`. Plain values, no IO.
"""

import time
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TypedDict, Unpack

from ninep import FileError
from rio.scene.graph import Snapshot

IN_MEMORY = 64
"""Pictures that are kept at hand; older ones are in the archive."""


@dataclass(eq=False, slots=True)
class Version:
    """What one program, or one edit, left behind."""

    number: int
    parent: int | None
    time: float  # seconds since 1970
    author: str  # which file it came by
    label: str
    statements: tuple[str, ...] = ()  # what ran, each as source
    is_edit: bool = False  # no program ran: the variables are the parent's
    starts_over: bool = False  # nothing before it is part of this scene
    restores: dict[str, int] = field(default_factory=dict)  # node -> the version from which it was taken back
    picture: Snapshot | None = None  # None: in the archive only
    is_bare: bool = False  # variables of programs before it are lost
    resumes: str = ""  # how the next version's statements begin, whose worker was told the scene (see `history.RESUME`)

    @property
    def begins_empty(self) -> bool:
        """Whether nothing has run in it: a fresh worker has its variables."""
        return self.starts_over and not self.statements


class Facts(TypedDict, total=False):
    """What may be said of a new version."""

    statements: tuple[str, ...]
    is_edit: bool
    starts_over: bool
    restores: dict[str, int]


class Versions:
    """All versions, and which is the current one."""

    def __init__(self, known: list[Version], current: int) -> None:
        """`known` in order of their numbers, at least one of them."""
        self._all = {version.number: version for version in known}
        self._left: dict[int, int] = {v.parent: v.number for v in known if v.parent is not None}
        self.last = known[-1].number
        self._at_hand = deque(v.number for v in known if v.picture is not None)
        self.current = self._all[current]

    def add(self, author: str, label: str, picture: Snapshot, **facts: Unpack[Facts]) -> Version:
        """A new version, made from the current one, which it becomes."""
        self.last += 1
        version = Version(self.last, self.current.number, time.time(), author, label, **facts)
        version.is_bare = self.current.is_bare and not version.starts_over
        version.resumes = "" if version.starts_over or version.statements else self.current.resumes
        self._all[version.number] = version
        self.go(version)
        self.hold(version, picture)
        return version

    def go(self, version: Version) -> None:
        """Make a version the current one."""
        if version.parent is not None:
            self._left[version.parent] = version.number
        self.current = version

    # finding

    def __getitem__(self, number: int) -> Version:
        """The version of that number; refused in words."""
        if number not in self._all:
            raise FileError(f"no version {number}; there are 0 to {self.last}")
        return self._all[number]

    def __len__(self) -> int:
        """How many there are."""
        return len(self._all)

    def before(self) -> Version:
        """What undo goes to."""
        if self.current.parent is None:
            raise FileError("nothing to undo: this is the first version")
        return self._all[self.current.parent]

    def after(self) -> Version:
        """What redo goes to: the version that was last left for this one, or made from it."""
        if self.current.number not in self._left:
            raise FileError("nothing to redo: this is the last version")
        return self._all[self._left[self.current.number]]

    def ways_back(self, number: int, of: str = "") -> Iterator[Version]:
        """A version and its ancestors, nearest first. The way of a node passes over what has been taken back of it."""
        version = self._all.get(number)
        while version is not None:
            yield version
            parent = version.restores.get(of, version.parent)
            version = self._all.get(parent) if parent is not None else None

    def same_variables(self, number: int) -> Iterator[int]:
        """The versions with the variables of this one: itself, and before edits what they were made on."""
        for version in self.ways_back(number):
            yield version.number
            if not version.is_edit:
                return

    def begins_empty(self, number: int) -> bool:
        """Whether no program has run in this version, nor in what it was made on: a fresh worker has its variables."""
        return any(self[same].begins_empty for same in self.same_variables(number))

    def path(self) -> list[Version]:
        """The versions that the current scene is made of, oldest first."""
        path: list[Version] = []
        for version in self.ways_back(self.current.number):
            path.append(version)
            if version.starts_over:
                break
        return path[::-1]

    # memory

    def hold(self, version: Version, picture: Snapshot) -> None:
        """Keep a picture at hand, and let the oldest go: the archive has them."""
        if version.picture is None or version.number not in self._at_hand:
            self._at_hand.append(version.number)
        version.picture = picture
        while len(self._at_hand) > IN_MEMORY:
            oldest = self._at_hand.popleft()
            if self._all[oldest] is not self.current:
                self._all[oldest].picture = None

    def table(self) -> str:
        """A line for each: number, time, author, label, and a star at the current one, separated by tabs."""
        return "".join(map(self._line, self._all.values()))

    def _line(self, version: Version) -> str:
        when = time.strftime("%Y-%m-%dT%H:%M:%S", time.localtime(version.time))
        mark = "\t*" if version is self.current else ""
        return f"{version.number}\t{when}\t{version.author}\t{version.label}{mark}\n"


def check(versions: list[Version], current: int) -> None:
    """ValueError unless versions from elsewhere are sound: each way back ends, and the current one is there."""
    there = set[int]()
    for version in versions:
        back = [*version.restores.values(), *([version.parent] if version.parent is not None else [])]
        if not there.issuperset(back):
            raise ValueError(f"version {version.number} comes from one that is not there")
        there.add(version.number)
    if versions and current not in there:
        raise ValueError(f"the current version, {current}, is not there")
