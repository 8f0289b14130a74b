"""glTF 2.0: JSON that says what lies where in buffers of numbers, as `.gltf` beside them or as one `.glb`.

Source: Khronos, glTF 2.0 Specification. Triangles, their base colour and its picture are read; bones, morphs, cameras
and the finer points of materials are passed over. What is needed and not understood is refused.
"""

import base64
import binascii
import json
import struct
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rio.language.models.obj import Beside
from rio.language.models.parts import Part
from rio.scene.pixels import Bytes
from rio.scene.surfaces import MOST_FACES, MOST_VERTICES
from rio.scene.values import Floats, Refused

MAGIC = b"glTF"
MOST_NODES = 10_000
DEEPEST = 64  # nodes within nodes
_TYPES = {5120: "<i1", 5121: "<u1", 5122: "<i2", 5123: "<u2", 5125: "<u4", 5126: "<f4"}
_WIDTHS = {"SCALAR": 1, "VEC2": 2, "VEC3": 3, "VEC4": 4}
_TRIANGLES = 4
_KNOWN = frozenset({"KHR_materials_unlit", "KHR_texture_transform", "KHR_mesh_quantization"})

Decode = Callable[[bytes], Bytes]
Matrix = NDArray[np.float64]


def read(contents: bytes, beside: Beside, decode: Decode) -> list[Part]:
    """A part for each primitive of each node. `beside` gives other files, `decode` the picture that bytes hold."""
    try:
        return _File(contents, beside, decode).parts()
    except Refused:
        raise
    except RecursionError:
        raise Refused("it is too deep") from None
    except (KeyError, IndexError, TypeError, ValueError, AttributeError, struct.error, OverflowError) as error:
        raise Refused(f"it is no sound glTF 2.0: {type(error).__name__} {str(error)[:60]}") from None


class _File:
    """One file: its JSON, and the buffers that were needed so far."""

    def __init__(self, contents: bytes, beside: Beside, decode: Decode) -> None:
        self._beside, self._decode = beside, decode
        self._chunk = b""
        text = contents
        if contents[:4] == MAGIC:
            text, self._chunk = _chunks(contents)
        self._json: dict[str, Any] = json.loads(text)
        if str(self._json["asset"]["version"])[:2] != "2.":
            raise Refused("it is not of version 2")
        if needed := set(self._json.get("extensionsRequired", [])) - _KNOWN:
            raise Refused(f"it needs {', '.join(sorted(map(str, needed)))}, which is not understood here")
        self._buffers: dict[int, bytes] = {}
        self._images: dict[int, Bytes] = {}
        self._faces = 0

    # the tree

    def parts(self) -> list[Part]:
        """What the nodes of its scene show."""
        scenes = self._json.get("scenes", [])
        roots = scenes[self._json.get("scene", 0)].get("nodes", []) if scenes else range(len(self._list("nodes")))
        parts: list[Part] = []
        for mesh, matrix in self._placed(list(roots)):
            for primitive in self._list("meshes")[mesh]["primitives"]:
                if primitive.get("mode", _TRIANGLES) == _TRIANGLES:
                    parts.append(self._part(primitive, matrix))
        return parts

    def _placed(self, roots: list[int]) -> Iterator[tuple[int, Matrix]]:
        """Each mesh that a node shows, and where."""
        waiting = [(root, np.eye(4), 0) for root in roots]
        for number, (index, outer, depth) in enumerate(waiting):  # grows while it is walked
            if number >= MOST_NODES or depth > DEEPEST:
                raise Refused(f"{MOST_NODES:,} nodes, {DEEPEST} within each other, are the most")
            node = self._list("nodes")[index]
            matrix = outer @ _matrix(node)
            if "mesh" in node:
                yield node["mesh"], matrix
            waiting += [(child, matrix, depth + 1) for child in node.get("children", [])]

    def _list(self, name: str) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self._json.get(name, [])
        return found

    # primitives

    def _part(self, primitive: dict[str, Any], matrix: Matrix) -> Part:
        given = primitive["attributes"]
        points = self._numbers(given["POSITION"], MOST_VERTICES)
        if "indices" in primitive:
            faces = self._numbers(primitive["indices"], 3 * MOST_FACES).astype(np.int64).reshape(-1, 3)
        else:
            faces = np.arange(len(points) // 3 * 3).reshape(-1, 3)
        if len(faces) and faces.max() >= len(points):
            raise Refused(f"a face names place {faces.max():,}, and there are {len(points):,}")
        self._faces += len(faces)
        if self._faces > MOST_FACES:
            raise Refused(f"{MOST_FACES:,} faces are the most")
        turn = matrix[:3, :3]
        if np.linalg.det(turn) < 0:
            faces = faces[:, ::-1]
        color, image, channel = self._material(primitive.get("material"))
        uv, normals, colors = given.get(f"TEXCOORD_{channel}"), given.get("NORMAL"), given.get("COLOR_0")
        return Part(
            (points @ turn.T + matrix[:3, 3]).astype(np.float32),
            faces,
            color,
            _seen(self._numbers(colors, MOST_VERTICES, len(points))) if colors is not None else None,
            _turned(self._numbers(normals, MOST_VERTICES, len(points)), turn) if normals is not None else None,
            self._numbers(uv, MOST_VERTICES, len(points))[:, :2] * (1, -1) + (0, 1) if uv is not None else None,
            image,
        )

    def _material(self, index: int | None) -> tuple[tuple[float, ...], Bytes | None, int]:
        """(base colour, its picture, which of the places on pictures it goes by)."""
        if index is None:
            return (1.0,) * 4, None, 0
        material = self._list("materials")[index]
        base = material.get("pbrMetallicRoughness", {})
        red, green, blue, opacity = map(float, base.get("baseColorFactor", (1, 1, 1, 1)))
        if material.get("alphaMode", "OPAQUE") == "OPAQUE":
            opacity = 1.0
        color = (*(min(max(part, 0.0), 1.0) ** 0.5 for part in (red, green, blue)), min(max(opacity, 0.0), 1.0))
        texture = base.get("baseColorTexture")
        if texture is None:
            return color, None, 0
        source = self._list("textures")[texture["index"]].get("source")
        return color, self._image(source) if source is not None else None, int(texture.get("texCoord", 0))

    def _image(self, index: int) -> Bytes | None:
        if index not in self._images:
            image = self._list("images")[index]
            contents = self._view(image["bufferView"])[0] if "bufferView" in image else self._fetched(image["uri"])
            if contents is None:
                return None
            self._images[index] = self._decode(contents)
        return self._images[index]

    # numbers

    def _numbers(self, index: int, most: int, count: int | None = None) -> Floats:
        """What an accessor gives, float32[n, width], or float64[n, 1] for counting numbers."""
        accessor = self._list("accessors")[index]
        rows, width = int(accessor["count"]), _WIDTHS[accessor["type"]]
        if not 0 <= rows <= most or (count is not None and rows != count):
            raise Refused(f"an accessor of {rows:,} rows, where {count if count is not None else most:,} may be")
        kind = np.dtype(_TYPES[accessor["componentType"]])
        has_rows = "bufferView" in accessor
        array = self._rows(accessor, (rows, width), kind) if has_rows else np.zeros((rows, width), kind)
        if "sparse" in accessor:
            array = self._with_others(array, accessor["sparse"])
        if not accessor.get("normalized"):
            return array.astype(np.float64 if kind.kind in "iu" else np.float32)
        return (array / np.iinfo(kind).max).clip(-1, 1).astype(np.float32)

    def _rows(self, where: dict[str, Any], shape: tuple[int, int], kind: np.dtype[Any]) -> NDArray[Any]:
        """Rows of numbers that lie in a part of a buffer."""
        rows, width = shape
        data, stride = self._view(where["bufferView"])
        row = width * kind.itemsize
        stride, start = stride or row, int(where.get("byteOffset", 0))
        if start < 0 or stride < row or start + (rows - 1) * stride + row > len(data):
            raise Refused("an accessor reaches beyond its buffer")
        return np.ndarray(shape, kind, data, start, (stride, kind.itemsize))

    def _with_others(self, array: NDArray[Any], sparse: dict[str, Any]) -> NDArray[Any]:
        """The same rows, but for some that are given anew (a sparse accessor)."""
        count, indices = int(sparse["count"]), sparse["indices"]
        if not 0 < count <= len(array):
            raise Refused(f"{count:,} of {len(array):,} rows are given anew")
        which = self._rows(indices, (count, 1), np.dtype(_TYPES[indices["componentType"]]))[:, 0]
        if not 0 <= which.min() <= which.max() < len(array):
            raise Refused(f"a row is given anew, and there are {len(array):,}")
        changed = array.copy()
        changed[which] = self._rows(sparse["values"], (count, array.shape[1]), array.dtype)
        return changed

    def _view(self, index: int) -> tuple[bytes, int]:
        """(the bytes of a part of a buffer, how many lie between two rows or 0)."""
        view = self._list("bufferViews")[index]
        start, length = int(view.get("byteOffset", 0)), int(view["byteLength"])
        data = self._buffer(int(view["buffer"]))
        if start < 0 or length < 0 or start + length > len(data):
            raise Refused("a part of a buffer reaches beyond its end")
        return data[start : start + length], int(view.get("byteStride", 0))

    def _buffer(self, index: int) -> bytes:
        if index not in self._buffers:
            uri = self._list("buffers")[index].get("uri")
            contents = self._chunk if uri is None else self._fetched(uri)
            if contents is None:
                raise Refused(f"{uri!r:.80}, which lies beside it, cannot be had")
            self._buffers[index] = contents
        return self._buffers[index]

    def _fetched(self, uri: str) -> bytes | None:
        if uri.startswith("data:"):
            try:
                return base64.b64decode(uri.partition(",")[2], validate=True)
            except binascii.Error:
                raise Refused("its data is not base64") from None
        return self._beside(uri)


def _chunks(contents: bytes) -> tuple[bytes, bytes]:
    """The JSON and the buffer of a `.glb`."""
    at, found = 12, dict[bytes, bytes]()
    while at + 8 <= len(contents):
        length, kind = struct.unpack_from("<I4s", contents, at)
        if at + 8 + length > len(contents):
            raise Refused("it is cut off")
        found.setdefault(kind, contents[at + 8 : at + 8 + length])
        at += 8 + length
    if b"JSON" not in found:
        raise Refused("it is cut off")
    return found[b"JSON"], found.get(b"BIN\0", b"")


def _matrix(node: dict[str, Any]) -> Matrix:
    """Where a node puts what is in it."""
    if "matrix" in node:
        return np.array(node["matrix"], float).reshape(4, 4).T
    x, y, z, w = map(float, node.get("rotation", (0, 0, 0, 1)))
    matrix = np.eye(4)
    matrix[:3, :3] = (
        (1 - 2 * (y * y + z * z), 2 * (x * y - z * w), 2 * (x * z + y * w)),
        (2 * (x * y + z * w), 1 - 2 * (x * x + z * z), 2 * (y * z - x * w)),
        (2 * (x * z - y * w), 2 * (y * z + x * w), 1 - 2 * (x * x + y * y)),
    )
    matrix[:3, :3] *= np.array(node.get("scale", (1, 1, 1)), float)
    matrix[:3, 3] = node.get("translation", (0, 0, 0))
    return matrix


def _seen(linear: Floats) -> Floats:
    """Linear colours as they are kept, with opacity."""
    if linear.shape[1] == 3:
        linear = np.column_stack((linear, np.ones(len(linear), np.float32)))
    seen = linear.clip(0, 1).astype(np.float32)
    seen[:, :3] **= 0.5
    return seen


def _turned(normals: Floats, turn: Matrix) -> Floats:
    flat = abs(np.linalg.det(turn)) < 1e-12
    turned: Floats = (normals if flat else normals @ np.linalg.inv(turn)).astype(np.float32)
    return turned
