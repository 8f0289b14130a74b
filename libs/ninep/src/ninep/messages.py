"""The 27 messages of 9P2000 as frozen values, each declared with its line of intro(5).

The docstring of a class is its layout in the manual's notation, `name[size]`, with `n*name[kind]` for a counted list;
codec compiles bytes from it, and an assertion at import holds the annotated fields against it. `str(message)` and
`parse(text)` are inverses, so trace logs, test scripts and bug reports speak one language:

    Twalk tag 1 fid 0 newfid 1 wname [ agents ada ]

This module knows names and kinds of fields. It does not know bytes, and it does no IO.
"""

from __future__ import annotations

import re
import types
from collections.abc import Iterator
from typing import Any, ClassVar, NamedTuple

import msgspec

NOTAG = 0xFFFF
"""The tag of Tversion, which no other request may bear."""
NOFID = 0xFFFFFFFF
"""The afid of a Tattach without authentication."""

OREAD, OWRITE, ORDWR, OEXEC, OTRUNC, ORCLOSE = 0, 1, 2, 3, 0x10, 0x40
DMDIR, DMAPPEND, DMEXCL, DMAUTH, DMTMP = 0x80000000, 0x40000000, 0x20000000, 0x08000000, 0x04000000
QTDIR, QTAPPEND, QTEXCL, QTAUTH, QTTMP, QTFILE = 0x80, 0x40, 0x20, 0x08, 0x04, 0x00

UNTOUCHED = {size: (1 << 8 * size) - 1 for size in (1, 2, 4, 8)}
"""By size in bytes: the integer that means "don't touch" in a Twstat, stat(5)."""


class Field(NamedTuple):
    """One word of a layout: its name, its kind (what stands in the brackets), and whether it repeats."""

    name: str
    kind: str
    many: bool


class Record(msgspec.Struct, frozen=True, gc=False):
    """A value with a layout. gc=False is safe, for records hold only integers, text, bytes and tuples of records."""

    layout: ClassVar[tuple[Field, ...]] = ()

    def __str__(self) -> str:
        return " ".join([f"{field.name} {_show(field, getattr(self, field.name))}" for field in self.layout])


class Message(Record, frozen=True, gc=False):
    """What goes over the wire. Each has a tag, the number that pairs a reply with its request."""

    number: ClassVar[int] = 0
    tag: int

    def __str__(self) -> str:
        return f"{type(self).__name__} {Record.__str__(self)}"


class Garbled(Message, frozen=True, gc=False):
    """A whole frame that is no message of 9P2000: its type is unknown, or its body contradicts its size."""

    why: str


class Qid(Record, frozen=True, gc=False):
    """type[1] vers[4] path[8]"""

    type: int
    vers: int
    path: int


class Stat(Record, frozen=True, gc=False):
    """type[2] dev[4] qid[13] mode[4] atime[4] mtime[4] length[8] name[s] uid[s] gid[s] muid[s]"""

    type: int
    dev: int
    qid: Qid
    mode: int
    atime: int
    mtime: int
    length: int
    name: str
    uid: str
    gid: str
    muid: str


class Tversion(Message, frozen=True, gc=False):
    """100 Tversion msize[4] version[s]"""

    msize: int
    version: str


class Rversion(Message, frozen=True, gc=False):
    """101 Rversion msize[4] version[s]"""

    msize: int
    version: str


class Tauth(Message, frozen=True, gc=False):
    """102 Tauth afid[4] uname[s] aname[s]"""

    afid: int
    uname: str
    aname: str


class Rauth(Message, frozen=True, gc=False):
    """103 Rauth aqid[13]"""

    aqid: Qid


class Tattach(Message, frozen=True, gc=False):
    """104 Tattach fid[4] afid[4] uname[s] aname[s]"""

    fid: int
    afid: int
    uname: str
    aname: str


class Rattach(Message, frozen=True, gc=False):
    """105 Rattach qid[13]"""

    qid: Qid


class Rerror(Message, frozen=True, gc=False):
    """107 Rerror ename[s]"""

    ename: str


class Tflush(Message, frozen=True, gc=False):
    """108 Tflush oldtag[2]"""

    oldtag: int


class Rflush(Message, frozen=True, gc=False):
    """109 Rflush"""


class Twalk(Message, frozen=True, gc=False):
    """110 Twalk fid[4] newfid[4] nwname*wname[s]"""

    fid: int
    newfid: int
    wname: tuple[str, ...]


class Rwalk(Message, frozen=True, gc=False):
    """111 Rwalk nwqid*wqid[13]"""

    wqid: tuple[Qid, ...]


class Topen(Message, frozen=True, gc=False):
    """112 Topen fid[4] mode[1]"""

    fid: int
    mode: int


class Ropen(Message, frozen=True, gc=False):
    """113 Ropen qid[13] iounit[4]"""

    qid: Qid
    iounit: int


class Tcreate(Message, frozen=True, gc=False):
    """114 Tcreate fid[4] name[s] perm[4] mode[1]"""

    fid: int
    name: str
    perm: int
    mode: int


class Rcreate(Message, frozen=True, gc=False):
    """115 Rcreate qid[13] iounit[4]"""

    qid: Qid
    iounit: int


class Tread(Message, frozen=True, gc=False):
    """116 Tread fid[4] offset[8] count[4]"""

    fid: int
    offset: int
    count: int


class Rread(Message, frozen=True, gc=False):
    """117 Rread data[count]"""

    data: bytes


class Twrite(Message, frozen=True, gc=False):
    """118 Twrite fid[4] offset[8] data[count]"""

    fid: int
    offset: int
    data: bytes


class Rwrite(Message, frozen=True, gc=False):
    """119 Rwrite count[4]"""

    count: int


class Tclunk(Message, frozen=True, gc=False):
    """120 Tclunk fid[4]"""

    fid: int


class Rclunk(Message, frozen=True, gc=False):
    """121 Rclunk"""


class Tremove(Message, frozen=True, gc=False):
    """122 Tremove fid[4]"""

    fid: int


class Rremove(Message, frozen=True, gc=False):
    """123 Rremove"""


class Tstat(Message, frozen=True, gc=False):
    """124 Tstat fid[4]"""

    fid: int


class Rstat(Message, frozen=True, gc=False):
    """125 Rstat stat[n]"""

    stat: Stat


class Twstat(Message, frozen=True, gc=False):
    """126 Twstat fid[4] stat[n]"""

    fid: int
    stat: Stat


class Rwstat(Message, frozen=True, gc=False):
    """127 Rwstat"""


# From docstring to layout.

_PYTHON = {**dict.fromkeys("1248", int), "s": str, "13": Qid, "n": Stat, "count": bytes}


def _fields(layout: str) -> tuple[Field, ...]:
    words = re.findall(r"(\w+\*)?(\w+)\[(\w+)\]", layout)
    return tuple(Field(name, kind, bool(many)) for many, name, kind in words)


def _declare(record: type[Record], layout: tuple[Field, ...]) -> None:
    """Give a class its layout, once it is certain that the annotations say the same."""
    said = [(field.name, field.type) for field in msgspec.structs.fields(record)]
    meant = [(f.name, types.GenericAlias(tuple, (_PYTHON[f.kind], ...)) if f.many else _PYTHON[f.kind]) for f in layout]
    assert said == meant, f"{record.__name__}: the annotations are {said}, the layout is {meant}"
    record.layout = layout


MESSAGES: dict[str, type[Message]] = {}
"""The 27 messages by name."""

for _record in (Qid, Stat):
    _declare(_record, _fields(_record.__doc__ or ""))
for _kind in Message.__subclasses__():
    if _kind is not Garbled:
        _number, _name, *_words = (_kind.__doc__ or "").split()
        assert _name == _kind.__name__
        _kind.number = int(_number)
        _declare(_kind, (Field("tag", "2", False), *_fields(" ".join(_words))))
        MESSAGES[_name] = _kind
assert len(MESSAGES) == 27


# Text. Numbers are plain, NOTAG and NOFID go by name, modes by their flags, permissions in octal, text and data as bare
# words or quoted, a qid is type.vers.path.

_TOKEN = re.compile(r"'(?:[^'\\]|\\.)*'|[\[\]]|[^\s\[\]']+")
_BARE = re.compile(r"[\w./:@%+=,-]+")
_ESCAPE = re.compile(r"[\x00-\x1f'\\\x7f\udc80-\udcff]")
_NAMED = {(name, NOTAG): "NOTAG" for name in ("tag", "oldtag")}
_NAMED |= {(name, NOFID): "NOFID" for name in ("fid", "afid", "newfid")}
_WORDS = {"NOTAG": NOTAG, "NOFID": NOFID}
_ACCESS = {"OREAD": OREAD, "OWRITE": OWRITE, "ORDWR": ORDWR, "OEXEC": OEXEC}
_FLAGS = {"OTRUNC": OTRUNC, "ORCLOSE": ORCLOSE}


def parse(text: str) -> Message:
    """The message that `str` prints as this text. ValueError if there is none."""
    tokens = iter(_TOKEN.findall(text))
    name = next(tokens, "")
    if name not in MESSAGES:
        raise ValueError(f"{name or 'nothing'} is not a message of 9P2000")
    kind = MESSAGES[name]
    return kind(*_parse_fields(kind.layout, tokens))


def quote(data: bytes) -> str:
    r"""Data as one token: a bare word if it can be one, else in quotes with \xNN for what does not print."""
    text = data.decode("utf-8", "surrogateescape")
    if _BARE.fullmatch(text):
        return text
    return "'" + _ESCAPE.sub(lambda c: f"\\x{ord(c[0]) & 0xFF:02x}", text) + "'"


def unquote(token: str) -> bytes:
    """The inverse of `quote`."""
    raw = token.strip("'").encode()
    return re.sub(rb"\\x(..)", lambda c: bytes([int(c[1], 16)]), raw)


def _show(field: Field, value: Any) -> str:
    if field.many:
        return " ".join(["[", *[_show(field._replace(many=False), one) for one in value], "]"])
    match field.kind:
        case "s":
            return quote(value.encode("utf-8", "surrogateescape"))
        case "count":
            return quote(value)
        case "13":
            return f"{value.type:x}.{value.vers}.{value.path}"
        case "n":
            return f"[ {value} ]"
    if field.name == "perm" or (field.name == "mode" and field.kind == "4"):
        return f"0o{value:o}"
    if field.name == "mode":
        return _show_mode(value)
    return _NAMED.get((field.name, value)) or str(value)


def _show_mode(mode: int) -> str:
    flags = [name for name, flag in _FLAGS.items() if mode & flag]
    if mode & ~(OEXEC | OTRUNC | ORCLOSE):
        return str(mode)
    return "|".join([[*_ACCESS][mode & OEXEC], *flags])


def _parse_fields(layout: tuple[Field, ...], tokens: Iterator[str]) -> list[Any]:
    values = []
    for field in layout:
        if (name := next(tokens, None)) != field.name:
            raise ValueError(f"{field.name} expected, not {name}")
        values.append(_parse_value(field, next(tokens, ""), tokens))
    return values


def _parse_value(field: Field, token: str, tokens: Iterator[str]) -> Any:
    if field.many:
        one = field._replace(many=False)
        return tuple(_parse_value(one, item, tokens) for item in iter(lambda: next(tokens, "]"), "]"))
    match field.kind:
        case "s":
            return unquote(token).decode("utf-8", "surrogateescape")
        case "count":
            return unquote(token)
        case "13":
            kind, vers, path = token.split(".")
            return Qid(int(kind, 16), int(vers), int(path))
        case "n":
            stat = Stat(*_parse_fields(Stat.layout, tokens))
            next(tokens, None)  # the closing bracket
            return stat
    if field.name == "mode" and token[:1] == "O":
        return sum({**_ACCESS, **_FLAGS}[word] for word in token.split("|"))
    return _WORDS[token] if token in _WORDS else int(token, 0)
