"""The grants: a file that the owner of the machine has written, read once at the start. No IO but that.

    net api.open-meteo.org                https, port 443; `net HOST:PORT` another one
    read /srv/maps                        a file, or a directory and all in it
    ns r /truck/gps                       a file or a subtree of the namespace; `ns rw …` to write as well
    camera front /dev/video0              a camera, or a video that plays as one
    gpio lamp 17 out                      a pin, `in` or `out`
    serial gps /dev/ttyUSB0 9600          a serial port, and its baud rate

It is the only place that says what there is beyond the walls: no file of rio does, and no program can add to it. A `#`
begins a comment where a word could begin; a word with blanks stands in quotes. What no line grants is refused.
"""

import re
import shlex
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from ipaddress import ip_address
from pathlib import Path
from typing import Literal, TypeVar

from rio.grants.names import LONGEST, Pattern

MOST = 256  # lines that grant something
HTTPS = 443
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,31}")
_TOLD = re.compile(r"""(?:\\.#*|'[^']*'|"(?:\\.|[^"\\])*"|(?<=\S)#|[^#'"\\])*""")  # of a line, up to a comment
_HOST = re.compile(r"(?=.{1,253}\Z)[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?(\.[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?)*")
_TOO_WIDE = tuple(map(Path, ("/", "/proc", "/sys", "/dev", "/run", "/root", "/home", "/etc")))
_PINS = range(64)
_BAUDS = range(50, 4_000_001)


@dataclass(frozen=True)
class Site:
    """`net`: one host, at one port. A name means what it means in public; an address means itself."""

    host: str
    port: int = HTTPS

    def __str__(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"net {host}" + (f":{self.port}" if self.port != HTTPS else "")


@dataclass(frozen=True)
class Reading:
    """`read`: a file, or a directory and all in it."""

    path: Path

    def __str__(self) -> str:
        return f"read {_quoted(str(self.path))}"


@dataclass(frozen=True)
class Subtree:
    """`ns`: what the pattern names in the namespace, and all below it."""

    rights: Literal["r", "rw"]
    pattern: Pattern

    def __str__(self) -> str:
        return f"ns {self.rights} {_quoted(str(self.pattern))}"


@dataclass(frozen=True)
class Device:
    """`camera`, `gpio`, `serial`: a device by the name that programs use, and where and how it is found."""

    kind: Literal["camera", "gpio", "serial"]
    name: str
    where: str  # a path, or a pin's number
    how: str = ""  # in, out, or a baud rate

    @property
    def words(self) -> list[str]:
        """Its line, word by word."""
        return [word for word in (self.kind, self.name, self.where, self.how) if word]

    def __str__(self) -> str:
        return " ".join(map(_quoted, self.words))


Grant = Site | Reading | Subtree | Device
G = TypeVar("G", Site, Reading, Subtree, Device)


@dataclass(frozen=True)
class Grants:
    """All lines of one file; none is the default."""

    lines: tuple[Grant, ...] = field(default=())

    def of(self, kind: type[G]) -> list[G]:
        """Those of one sort."""
        return [line for line in self.lines if isinstance(line, kind)]

    @property
    def readable(self) -> list[Path]:
        """What the worker may read beside its own."""
        return [line.path for line in self.of(Reading)]

    @property
    def report(self) -> str:
        """A line for each, for a reader of `sandbox`."""
        return "".join(f"granted: {line}\n" for line in self.lines)


NOTHING = Grants()


def read(path: Path | None) -> Grants:
    """What a file grants. ValueError, one sentence with the line's number, if anything in it is wrong."""
    if path is None or path == Path():  # an empty variable is none
        return Grants()
    try:
        text = path.expanduser().read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise ValueError(f"{path}: {(getattr(error, 'strerror', '') or 'it is not UTF-8 text').lower()}") from None
    try:
        return parse(text)
    except ValueError as error:
        raise ValueError(f"{path}: {error}") from None


def parse(text: str) -> Grants:
    """The grants of a text. ValueError names the first line that is wrong."""
    lines: dict[Grant, None] = {}
    names: dict[str, int] = {}
    for number, words in _words(text):
        try:
            grant = _grant(words)
        except ValueError as error:
            raise ValueError(f"line {number}: {error}") from None
        if isinstance(grant, Device) and (first := names.setdefault(grant.name, number)) != number:
            raise ValueError(f"line {number}: {grant.name} is the device of line {first} already")
        lines[grant] = None
    if len(lines) > MOST:
        raise ValueError(f"more than {MOST} grants")
    return Grants(tuple(lines))


def _words(text: str) -> Iterator[tuple[int, list[str]]]:
    """(line number, its words) of each line that has any."""
    for number, line in enumerate(text.replace("\r\n", "\n").split("\n"), 1):
        if unseen := next((letter for letter in line if not letter.isprintable() and letter != "\t"), ""):
            raise ValueError(f"line {number}: {unseen!r} is in it, which nobody sees; what it grants should be seen")
        end = _told_until(line)
        try:
            words = shlex.split(line[:end])
        except ValueError as error:
            raise ValueError(f"line {number}: {str(error).lower()}") from None
        if words:
            yield number, words


def _told_until(line: str) -> int:
    """Where a comment begins, or the line ends: a `#` within a word, or in quotes, is a letter."""
    found = _TOLD.match(line)
    return found.end() if found and line[found.end() :].startswith("#") else len(line)


def _grant(words: Sequence[str]) -> Grant:
    verb, *rest = words
    if verb not in _GRANTS:
        raise ValueError(f"unknown grant {verb}; try: {' '.join(_GRANTS)}")
    usage, counts, make = _GRANTS[verb]
    if len(rest) not in counts:
        raise ValueError(f"usage: {usage}")
    return make(rest)


def _site(words: Sequence[str]) -> Site:
    told = words[0]
    found = re.fullmatch(r"(?:\[(?P<six>[0-9A-Fa-f:.]+)\]|(?P<host>[^:\[\]]+))(?::(?P<port>\d{1,5}))?", told)
    port = int(found["port"] or HTTPS) if found else 0
    if not found or not 0 < port < 65536:
        raise ValueError(f"a host is NAME or NAME:PORT, without https:// and path, not {told!r}")
    if found["six"]:
        return Site(str(ip_address(found["six"])), port)
    host = found["host"].lower().rstrip(".")
    if not _HOST.fullmatch(host):
        raise ValueError(f"{told!r} is no host's name; one name a line, without * (write xn--… for other letters)")
    return Site(host, port)


def _reading(words: Sequence[str]) -> Reading:
    path = Path(words[0]).expanduser()
    if not path.is_absolute():
        raise ValueError(f"{path}: a path begins with /")
    try:
        real = path.resolve(strict=True)
    except OSError as error:
        raise ValueError(f"{path}: {(error.strerror or str(error)).lower()}") from None
    if real in _TOO_WIDE or any(real.is_relative_to(wide) for wide in _TOO_WIDE[1:5]):
        raise ValueError(f"{path} holds what no program should see; grant the directory that is meant")
    return Reading(real)  # what it is now: a link that leads elsewhere tomorrow grants nothing more


def _subtree(words: Sequence[str]) -> Subtree:
    rights, path = words
    if rights not in ("r", "rw"):
        raise ValueError(f"rights are r or rw, not {rights!r}")
    return Subtree("rw" if rights == "rw" else "r", Pattern.parse(path))


def _camera(words: Sequence[str]) -> Device:
    return Device("camera", _name(words[0]), _place(words[1]))


def _gpio(words: Sequence[str]) -> Device:
    name, pin, way = words
    if not pin.isdecimal() or int(pin) not in _PINS:
        raise ValueError(f"a pin is a number from 0 to {_PINS[-1]}, not {pin!r}")
    if way not in ("in", "out"):
        raise ValueError(f"a pin is in or out, not {way!r}")
    return Device("gpio", _name(name), str(int(pin)), way)


def _serial(words: Sequence[str]) -> Device:
    name, path, *speed = words
    baud = speed[0] if speed else "9600"
    if not baud.isdecimal() or int(baud) not in _BAUDS:
        raise ValueError(f"a baud rate is a number such as 9600, not {baud!r}")
    return Device("serial", _name(name), _place(path), str(int(baud)))


def _quoted(word: str) -> str:
    """A word as it may stand in a line: here no shell looks at it, so `*` needs no quotes."""
    return word if re.fullmatch(r"[^\s'\"\\#]+", word) else shlex.quote(word)


def _name(name: str) -> str:
    if not _NAME.fullmatch(name):
        raise ValueError(f"a device's name is a letter, then letters, digits, - and _, not {name!r}")
    return name


def _place(path: str) -> str:
    """A path; what it leads to may be plugged in later."""
    if not Path(path).is_absolute() or len(path) > LONGEST or "\0" in path:
        raise ValueError(f"{path}: a path begins with /")
    return path


_GRANTS: dict[str, tuple[str, range, Callable[[Sequence[str]], Grant]]] = {
    "net": ("net HOST[:PORT]", range(1, 2), _site),
    "read": ("read PATH", range(1, 2), _reading),
    "ns": ("ns r|rw /PATH", range(2, 3), _subtree),
    "camera": ("camera NAME /dev/videoN", range(2, 3), _camera),
    "gpio": ("gpio NAME PIN in|out", range(3, 4), _gpio),
    "serial": ("serial NAME /dev/ttyN [BAUD]", range(2, 4), _serial),
}
"""verb -> (usage, how many words, what makes the grant of them)."""
