"""A wall around scene programs: what it keeps in, whether it stands, and how that is known; and the amounts."""

import os
from dataclasses import dataclass


@dataclass(frozen=True)
class Wall:
    """One wall. `escapes` are the attempts that got through; a wall stands when there is none."""

    name: str
    keeps: str
    escapes: tuple[str, ...] = ()

    @property
    def stands(self) -> bool:
        """Whether nothing got through."""
        return not self.escapes

    def __str__(self) -> str:
        """The line in `sandbox`."""
        return f"{self.name}: {'closed; ' + self.keeps if self.stands else 'OPEN; ' + ', '.join(self.escapes)}"


@dataclass(frozen=True)
class Limits:
    """The amounts: bytes of memory and of one file, processes (sleeping copies count), open files."""

    memory: int = 4 << 30
    file_size: int = 64 << 20
    processes: int = 80
    files: int = 64

    @classmethod
    def of_this_machine(cls) -> "Limits":
        """Four GiB, but no more than half of what there is."""
        return cls(memory=min(cls.memory, os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 2))
