"""A wall around scene programs: what it keeps in, whether it stands, and how that is known; and the amounts."""

from dataclasses import dataclass, field

from rio.amounts import memory_of_a_program


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

    memory: int = field(default_factory=memory_of_a_program)
    file_size: int = 64 << 20
    processes: int = 80
    files: int = 64
