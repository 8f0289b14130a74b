"""Which format a model's bytes are of, and its reader."""

from typing import Any

from rio.language.models import gltf, obj, ply, stl
from rio.language.models.obj import Beside
from rio.language.models.parts import Part, joined
from rio.scene.pixels import Bytes
from rio.scene.values import Refused

KNOWN = "OBJ, glTF, STL or PLY"


def words(contents: bytes, name: str, beside: Beside, decode: gltf.Decode) -> dict[str, Any]:
    """The words of the mesh that a file makes, by its name's ending, or else by how it begins; Refused in words."""

    def picture(file: str) -> Bytes | None:
        found = beside(file)
        return decode(found) if found is not None else None

    return joined(_parts(contents, _format(contents, name), beside, decode, picture))


def _parts(contents: bytes, format: str, beside: Beside, decode: gltf.Decode, picture: obj.Picture) -> list[Part]:
    match format:
        case "obj":
            return obj.read(contents.decode(errors="replace"), beside, picture)
        case "stl":
            return stl.read(contents)
        case "ply":
            return ply.read(contents)
        case "gltf":
            return gltf.read(contents, beside, decode)
    raise Refused(f"it is no {KNOWN}")


def _format(contents: bytes, name: str) -> str:
    ending = name.rpartition(".")[2].lower()
    if contents[:4] == gltf.MAGIC or contents.lstrip()[:1] == b"{":
        return "gltf"
    if contents.startswith(b"ply"):
        return "ply"
    if ending in ("obj", "stl"):
        return ending
    if contents.lstrip().startswith(b"solid") or len(contents) == stl.HEAD + 50 * int.from_bytes(
        contents[80:84], "little"
    ):
        return "stl"
    is_obj = any(line.split()[:1] == [b"v"] for line in contents[: 1 << 16].splitlines())
    return "obj" if is_obj else ""
