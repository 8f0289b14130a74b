"""The one codec between the three processes: typed MessagePack frames on a socket pair, arrays as raw binary.

A frame is a length, a stamp and a body. The stamp belongs to one hop: the main process numbers what it sends, so it
forwards a worker's frame to the renderer by changing eight bytes (`restamp`) instead of encoding it again.

Nothing here trusts the other side: what is not a message of the expected union is a `ProtocolError`, and pickle is
never used. `frame` and `Parser` do no IO; `Channel` is the blocking end that the two children use.
"""

import socket
import struct
from collections.abc import Iterator, Sequence
from typing import Any, Generic, TypeVar

import msgspec
import numpy as np
from numpy.typing import NDArray

HEADER = struct.Struct("<II")  # length of the body, stamp
LARGEST = 64 << 20  # bytes of one body: a cloud of five million points; a length beyond it is not believed
ARRAY = 1  # the MessagePack extension code of an array
_DTYPES = {b"f": np.float32, b"d": np.float64, b"I": np.uint32, b"B": np.uint8}

Array = NDArray[Any]


class Message(msgspec.Struct, array_like=True):
    """What goes over a socket pair; the class's tag comes first, then its fields in order."""


# The scene, from its writer to its readers


class Put(Message, tag="put"):
    """Make the node `id`, or give the one that is there more properties."""

    id: int
    kind: str
    name: str
    props: dict[str, Any]


class Set(Message, tag="set"):
    """Change one property of one node."""

    id: int
    prop: str
    value: Any


class Fill(Message, tag="fill"):
    """Change one numeric property of many nodes: `ids` is uint32[n], `values` float32[n, width]."""

    prop: str
    ids: Array
    values: Array


class Remove(Message, tag="remove"):
    """Take a node, and what it holds, away."""

    id: int


class Reset(Message, tag="reset"):
    """Forget every node; a whole picture may follow."""


Delta = Put | Set | Fill | Remove | Reset


class Deltas(Message, tag="deltas"):
    """Changes that become visible together. An empty one answers a Tick that changed nothing."""

    items: list[Delta]


# Main and worker


class Run(Message, tag="run"):
    """Main to worker: more text of a program; `last` closes it."""

    program: int
    text: str
    last: bool


class Tick(Message, tag="tick"):
    """Main to worker: compute the next frame, `dt` seconds after the last. At most one is unanswered."""

    dt: float


class Halt(Message, tag="halt"):
    """Main to worker: call no function of a program any more until it is defined again, and why; or not that task."""

    why: str
    task: int = 0


class Fork(Message, tag="fork"):
    """Main to a worker at rest: a copy of you goes on, on the descriptor that comes along. You stay as you are."""

    seed: int


class Ran(Message, tag="ran"):
    """Worker to main: one top-level statement, which begins at `line` of its program, has been executed."""

    program: int
    source: str
    line: int
    error: str | None = None


class Done(Message, tag="done"):
    """Worker to main: the program ended."""

    program: int
    error: str | None = None


class Output(Message, tag="output"):
    """Worker to main: printed text, or an error in words."""

    program: int
    text: str
    error: bool = False


class Want(Message, tag="want"):
    """Worker to main: frames are wanted, or no longer."""

    frames: bool


# Errands, see `grants.errands`


class Ask(Message, tag="ask"):
    """Worker to main, or main to devices: something beyond the walls is wanted. An Answer with the ticket follows.

    What is `kept` is answered when it is open, and then again and again, each time after a More.
    """

    ticket: int
    program: int
    what: str
    words: list[Any]
    kept: bool = False


class More(Message, tag="more"):
    """From who asked: the next Answer of what is kept; or, not `wanted`, no more of it, nor of any other Ask."""

    ticket: int
    wanted: bool = True


class Answer(Message, tag="answer"):
    """To who asked: what was wanted, or in words why there is none and will be none."""

    ticket: int
    value: Any = None
    error: str = ""


# Main and renderer


class Event(Message, tag="event"):
    """Renderer to main to worker: something happened to the node `id`, or to the view (0)."""

    id: int
    what: str
    value: Any = None


class Input(Message, tag="input"):
    """Main to renderer, as from a window: `move press release scroll key_press key_release text resize blur`."""

    what: str
    x: float = 0
    y: float = 0
    value: Any = None


class Shot(Message, tag="shot"):
    """Main to renderer: a PNG of the picture that all messages before this one make, of the view's size or another.

    Of one `node`, if it is not 0, and what is in it, alone and cut out; empty if nothing of it is seen.
    """

    ticket: int
    width: int | None = None
    height: int | None = None
    node: int = 0


class Watch(Message, tag="watch"):
    """Main to renderer: report this pixel with every frame, x and y from the top left (a measurement)."""

    x: int
    y: int


class View(Message, tag="view"):
    """Where the picture is looked at from. The renderer says so when it changed; main repeats it to a new renderer."""

    state: dict[str, Any]


class Took(Message, tag="took"):
    """Renderer to main: everything up to this stamp is being drawn; the next may be computed meanwhile."""

    stamp: int


class Shown(Message, tag="shown"):
    """Renderer to main: a frame is complete.

    `ns` is the monotonic clock, `pixel` the watched one as 0xrrggbb, `cost` what drawing took in ms; a `draft` will be
    refined as soon as things rest.
    """

    stamp: int
    ns: int
    pixel: int
    cost: float = 0
    draft: bool = False


class Picture(Message, tag="picture"):
    """Renderer to main: the PNG of a Shot, and its cost in ms (draw and read back, encode)."""

    ticket: int
    png: bytes
    cost: tuple[float, float]


class Trying(Message, tag="trying"):
    """Renderer to main: the picture that is drawn now has these shaders in it, and may be the last one."""

    nodes: list[int]


class Without(Message, tag="without"):
    """Main to renderer, before the whole scene: renderers have died of shaders with these sources, and of these nodes.

    Draw them not. Of these nodes nothing but the name and the parent is kept.
    """

    sources: list[str]
    nodes: list[int] = []


class Heard(Message, tag="heard"):
    """Renderer to main: a sound has begun, of this node; `device` is what it is heard from, "" for nothing (yet)."""

    node: int
    device: str


class Failed(Message, tag="failed"):
    """Renderer to main: something cannot be drawn, in words (a shader's error, say). The rest of the picture stands."""

    text: str


# Both children


class Hello(Message, tag="hello"):
    """A child is ready; the kernel, not the message, says who it is."""


FromWorker = Deltas | Ran | Done | Output | Want | Ask | More | Hello
FromDevices = Answer | Hello
FromRenderer = Took | Shown | Picture | Event | View | Trying | Heard | Failed | Hello
ToWorker = Run | Tick | Halt | Fork | Event | Deltas | Answer
ToDevices = Ask | More
ToRenderer = Deltas | Shot | Watch | Input | View | Without

M = TypeVar("M")


class ProtocolError(Exception):
    """The other side sent something that is not a message; the connection is of no more use."""


def _pack(value: Any) -> Any:
    """An array as an extension: type[1] pad[3] dimensions[4] shape[4 each] bytes."""
    if isinstance(value, np.ndarray):
        kind = value.dtype.char.encode()
        if kind not in _DTYPES:
            value, kind = value.astype(np.float64), b"d"
        head = struct.pack(f"<c3x{1 + value.ndim}I", kind, value.ndim, *value.shape)
        return msgspec.msgpack.Ext(ARRAY, head + value.tobytes())
    if isinstance(value, np.generic):
        return value.item()
    raise TypeError(f"{type(value).__name__} is not a value of a scene")


def _unpack(code: int, data: memoryview) -> Array:
    """The array of `_pack`, read-only; it shares its memory with the frame."""
    kind, dimensions = struct.unpack_from("<c3xI", data)
    if code != ARRAY or kind not in _DTYPES or dimensions > 4:
        raise ValueError("an extension that is not an array")
    shape = struct.unpack_from(f"<{dimensions}I", data, 8)
    return np.frombuffer(data, _DTYPES[kind], offset=8 + 4 * dimensions).reshape(shape)


_encoder = msgspec.msgpack.Encoder(enc_hook=_pack)


def frame(message: Message, stamp: int = 0) -> bytes:
    """A message as it goes over the wire. TypeError if a value in it has no place in a scene.

    Half a character, as JSON of others may have, goes as the sign for one that is lost: it ends nobody.
    """
    try:
        body = _encoder.encode(message)
    except UnicodeEncodeError:
        body = _encoder.encode(_whole(message))
    return HEADER.pack(len(body), stamp & 0xFFFFFFFF) + body


def _whole(value: Any) -> Any:
    """The same without halves of characters: two that belong together are one, others U+FFFD."""
    match value:
        case str():
            return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
        case dict():
            return {_whole(key): _whole(inner) for key, inner in value.items()}
        case list() | tuple():
            return type(value)(map(_whole, value))
        case msgspec.Struct():
            words = {word: _whole(getattr(value, word)) for word in value.__struct_fields__}
            return msgspec.structs.replace(value, **words)
    return value


def restamp(whole: bytes, stamp: int) -> list[bytes | memoryview]:
    """A received frame, ready to be sent on under another stamp."""
    return [HEADER.pack(len(whole) - HEADER.size, stamp & 0xFFFFFFFF), memoryview(whole)[HEADER.size :]]


class Parser(Generic[M]):
    """Bytes in, messages out. `accepts` is the union of the messages that this side may be sent."""

    def __init__(self, accepts: Any) -> None:
        self._decoder = msgspec.msgpack.Decoder[M](accepts, ext_hook=_unpack)
        self._buffer = bytearray()

    def feed(self, data: bytes) -> Iterator[tuple[int, M, bytes]]:
        """Yield (stamp, message, whole frame) for each frame that is complete; ProtocolError for what is no message."""
        self._buffer += data
        while len(self._buffer) >= HEADER.size:
            length, stamp = HEADER.unpack_from(self._buffer)
            if length > LARGEST:
                raise ProtocolError(f"a frame of {length} bytes; {LARGEST} is the most")
            end = HEADER.size + length
            if len(self._buffer) < end:
                return
            whole = bytes(self._buffer[:end])
            del self._buffer[:end]
            yield stamp, self._decode(memoryview(whole)[HEADER.size :]), whole

    def _decode(self, body: memoryview) -> M:
        try:
            message: M = self._decoder.decode(body)
        except (msgspec.MsgspecError, ValueError, struct.error, RecursionError) as error:
            raise ProtocolError(f"not a message: {error}") from error
        return message


class Channel(Generic[M]):
    """The blocking end of a socket pair, for the children. Descriptors that came along wait in `fds`."""

    def __init__(self, sock: socket.socket, accepts: Any) -> None:
        self.sock = sock
        self.fds: list[int] = []
        self._parser = Parser[M](accepts)

    def fileno(self) -> int:
        """So that `select` takes a channel."""
        return self.sock.fileno()

    def send(self, message: Message, stamp: int = 0) -> None:
        """Send one message, waiting for room. BrokenPipeError when the other side is gone."""
        self.sock.sendall(frame(message, stamp))

    def receive(self) -> Iterator[tuple[int, M, bytes]]:
        """Wait for bytes, then yield what is complete; EOFError when the other side has closed."""
        data, fds, _, _ = socket.recv_fds(self.sock, 1 << 20, 1)
        self.fds += fds
        if not data:
            raise EOFError("the other side has closed the channel")
        yield from self._parser.feed(data)


def pair() -> tuple[socket.socket, socket.socket]:
    """Two connected ends with room for a frame of 10,000 changed nodes."""
    ends = socket.socketpair()
    for end in ends:
        end.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 1 << 20)
    return ends


def fill(prop: str, ids: Sequence[int], values: Any) -> Fill:
    """A Fill from plain sequences: one row of numbers for each id."""
    return Fill(prop, np.asarray(ids, np.uint32), np.atleast_2d(np.asarray(values, np.float32)))
