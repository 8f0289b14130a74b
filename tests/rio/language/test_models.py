"""Models from files: what each format says, and what is said where it says nonsense. The tests write the files."""

import io
import json
import struct
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from tests.rio.shapes import CUBE, FACES
from tests.rio.workers import Worker, started

from rio.language.assets import Assets
from rio.language.models import gltf
from rio.language.models.making import read
from rio.scene.surfaces import FACES as FACES_FORM
from rio.scene.surfaces import PAINTS, SPREADS, VERTICES
from rio.scene.values import Refused

CAR = """# a car
mtllib car.mtl
v 0 0 0
v 4 0 0
v 4 1 0
v 0 1 0
v 0 0 2
usemtl body paint
f 1 2 3 4
usemtl glass
f -5 -4 -1
"""
PAINT = "newmtl body paint\nKd 1 0 0\nnewmtl glass\nKd 0 0 1\nd 0.5\n"
SQUARE = "v 0 0 0\nv 1 0 0\nv 1 1 0\nv 0 1 0\nvt 0 0\nvt 1 0\nvt 1 1\nvt 0 1\nf 1/1 2/2 3/3 4/4\n"


def picture(color: tuple[int, int, int], size: int = 4) -> bytes:
    """A PNG of one colour."""
    file = io.BytesIO()
    Image.new("RGB", (size, size), color).save(file, "PNG")
    return file.getvalue()


def loaded(source: Any) -> dict[str, Any]:
    """The words of a mesh, each as its form keeps it."""
    words = read(Assets(), source)
    forms: dict[str, Any] = {
        "points": VERTICES,
        "normals": VERTICES,
        "faces": FACES_FORM,
        "colors": PAINTS,
        "uv": SPREADS,
    }
    return {word: forms[word].of(value) if word in forms else value for word, value in words.items()}


def extents(words: dict[str, Any]) -> list[float]:
    """Its width, height and depth; it stands around the origin."""
    low, high = words["points"].min(0), words["points"].max(0)
    assert (low + high).tolist() == pytest.approx([0, 0, 0], abs=1e-5)
    return [round(float(side), 4) for side in high - low]


def glb(document: dict[str, Any], data: bytes = b"") -> bytes:
    """A binary glTF."""
    text = json.dumps({"asset": {"version": "2.0"}, **document}).encode()
    text += b" " * (-len(text) % 4)
    data += b"\0" * (-len(data) % 4)
    chunks = struct.pack("<I4s", len(text), b"JSON") + text + struct.pack("<I4s", len(data), b"BIN\0") + data
    return struct.pack("<4sII", b"glTF", 2, 12 + len(chunks)) + chunks


def crate(*, image: bytes | None = None, color: tuple[float, ...] = (1, 1, 1, 1), **node: Any) -> bytes:
    """A cube as glTF, with or without a picture, in a node that may be turned and scaled."""
    parts = [CUBE.tobytes(), FACES.astype("<u2").tobytes(), np.zeros((8, 2), "<f4").tobytes(), image or b""]
    starts = np.cumsum([0, *(len(part) for part in parts)]).tolist()
    views = [
        {"buffer": 0, "byteOffset": start, "byteLength": len(part)} for start, part in zip(starts, parts, strict=False)
    ]
    accessors = [
        {"bufferView": 0, "componentType": 5126, "count": 8, "type": "VEC3"},
        {"bufferView": 1, "componentType": 5123, "count": FACES.size, "type": "SCALAR"},
        {"bufferView": 2, "componentType": 5126, "count": 8, "type": "VEC2"},
    ]
    base: dict[str, Any] = {"baseColorFactor": color} | ({"baseColorTexture": {"index": 0}} if image else {})
    document = {
        "scenes": [{"nodes": [0]}],
        "nodes": [{"children": [1], "translation": [9, 9, 9]}, {"mesh": 0, **node}],
        "meshes": [{"primitives": [{"attributes": {"POSITION": 0, "TEXCOORD_0": 2}, "indices": 1, "material": 0}]}],
        "materials": [{"pbrMetallicRoughness": base}],
        "textures": [{"source": 0}],
        "images": [{"bufferView": 3, "mimeType": "image/png"}],
        "buffers": [{"byteLength": starts[-1]}],
        "bufferViews": views,
        "accessors": accessors,
    }
    return glb(document, b"".join(parts))


def test_an_obj_has_faces_of_any_length_and_materials(tmp_path: Path) -> None:
    """Places may be counted from the end; each material's colour is that of its faces."""
    (tmp_path / "car.obj").write_text(CAR)
    (tmp_path / "car.mtl").write_text(PAINT)
    words = loaded(tmp_path / "car.obj")

    assert extents(words) == [4, 1, 2]
    assert len(words["faces"]) == 3
    assert {tuple(color) for color in words["colors"].tolist()} == {(1, 0, 0, 1), (0, 0, 1, 0.5)}


def test_one_material_is_the_colour_of_the_node(tmp_path: Path) -> None:
    """So `find("car").color` says it, and changes it."""
    (tmp_path / "car.obj").write_text("mtllib car.mtl\n" + SQUARE.replace("f ", "usemtl glass\nf "))
    (tmp_path / "car.mtl").write_text(PAINT)
    words = loaded(tmp_path / "car.obj")

    assert words["color"] == (0, 0, 1, 0.5)
    assert "colors" not in words


def test_what_should_lie_beside_an_obj_and_does_not_leaves_it_grey(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """And is told, of bytes as well: of those nobody knows what lies beside them."""
    (tmp_path / "car.obj").write_text(CAR)

    assert loaded(str(tmp_path / "car.obj"))["color"] == (0.8, 0.8, 0.8, 1)
    assert "car.obj: 'car.mtl', which lies beside it, cannot be had; it is shown without\n" in capsys.readouterr().err
    assert extents(loaded(CAR.encode())) == [4, 1, 2]
    assert capsys.readouterr().err.startswith("those bytes: 'car.mtl'")


def test_a_picture_that_a_material_names_and_that_is_not_there_is_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "a.obj").write_text("mtllib a.mtl\nusemtl wood\n" + SQUARE)
    (tmp_path / "a.mtl").write_text("newmtl wood\nmap_Kd wood.png\n")

    assert "image" not in loaded(tmp_path / "a.obj")
    assert "'wood.png', which lies beside it, cannot be had" in capsys.readouterr().err


def test_an_obj_brings_its_picture(tmp_path: Path) -> None:
    (tmp_path / "a.obj").write_text("mtllib a.mtl\nusemtl wood\n" + SQUARE)
    (tmp_path / "a.mtl").write_text("newmtl wood\nmap_Kd -s 1 1 1 wood.png\n")
    (tmp_path / "wood.png").write_bytes(picture((255, 0, 0)))
    words = loaded(tmp_path / "a.obj")

    assert words["image"].shape == (4, 4, 4)
    assert sorted(words["uv"].tolist()) == [[0, 0], [0, 1], [1, 0], [1, 1]]


def test_parts_with_pictures_of_their_own_share_one(tmp_path: Path) -> None:
    """Each looks up its own tile; a picture that goes on beyond its edges is repeated on it."""
    wide = SQUARE.replace("vt 1 0", "vt 3 0").replace("vt 1 1", "vt 3 1").split("f ")
    text = f"mtllib a.mtl\nusemtl red\n{SQUARE}usemtl plain\nf 1 2 3\nusemtl blue\n{wide[0]}f 1/5 2/6 3/7 4/8\n"
    (tmp_path / "a.obj").write_text(text)
    (tmp_path / "a.mtl").write_text(
        "newmtl red\nKd 1 1 1\nmap_Kd r.png\nnewmtl blue\nKd 1 1 1\nmap_Kd b.png\nnewmtl plain\nKd 1 1 1\n"
    )
    (tmp_path / "r.png").write_bytes(picture((255, 0, 0), 64))
    (tmp_path / "b.png").write_bytes(picture((0, 0, 255), 64))
    words = loaded(tmp_path / "a.obj")
    height, width = words["image"].shape[:2]
    seen = {
        tuple(words["image"][int((1 - v) * height), int(u * width), :3].tolist())
        for u, v in words["uv"][words["faces"]].mean(1)
    }

    assert seen == {(255, 0, 0), (0, 0, 255), (255, 255, 255)}


def test_an_stl_may_be_text_or_numbers() -> None:
    """Places that triangles share become one."""
    corners = CUBE[FACES]
    facets = "".join(
        "facet normal 0 0 0\nouter loop\n"
        + "".join(f"vertex {x} {y} {z}\n" for x, y, z in face)
        + "endloop\nendfacet\n"
        for face in corners.tolist()
    )
    binary = b"solid, but binary".ljust(80, b"\0") + struct.pack("<I", 12)
    binary += b"".join(bytes(12) + face.astype("<f4").tobytes() + bytes(2) for face in corners)

    for contents in (f"solid cube\n{facets}endsolid".encode(), binary):
        words = loaded(contents)
        assert extents(words) == [2, 2, 2]
        assert (len(words["points"]), len(words["faces"])) == (8, 12)


def test_a_ply_may_be_text_or_numbers_and_have_colours() -> None:
    head = "element vertex 4\nproperty float x\nproperty float y\nproperty float z\n"
    head += "property uchar red\nproperty uchar green\nproperty uchar blue\n"
    head += "element face 1\nproperty list uchar int vertex_indices\nend_header\n"
    rows = [(0, 0, 0, 255, 0, 0), (1, 0, 0, 255, 0, 0), (1, 2, 0, 255, 0, 0), (0, 2, 0, 0, 0, 255)]
    text = f"ply\nformat ascii 1.0\n{head}" + "".join(" ".join(map(str, row)) + "\n" for row in rows) + "4 0 1 2 3\n"
    big = f"ply\nformat binary_big_endian 1.0\n{head}".encode()
    big += b"".join(struct.pack(">3f3B", *row) for row in rows) + struct.pack(">B4i", 4, 0, 1, 2, 3)

    for contents in (text.encode(), big):
        words = loaded(contents)
        assert extents(words) == [1, 2, 0]
        assert len(words["faces"]) == 2
        assert words["colors"][3].tolist() == [0, 0, 1, 1]


def test_a_gltf_is_placed_by_its_nodes_and_brings_its_picture() -> None:
    """Turned by a quarter about z, stretched along x: two wide becomes twelve high."""
    turned = loaded(crate(scale=[6, 1, 1], rotation=[0, 0, 0.5**0.5, 0.5**0.5], image=picture((0, 255, 0))))

    assert extents(turned) == [2, 12, 2]
    assert turned["image"][0, 0].tolist() == [0, 255, 0, 255]
    assert turned["uv"][0].tolist() == [0, 1]


def test_a_gltf_says_colours_in_linear_light() -> None:
    assert loaded(crate(color=(0.25, 1, 0, 0.5)))["color"] == pytest.approx((0.5, 1, 0, 1))


def test_a_gltf_may_have_its_buffer_beside_it(tmp_path: Path) -> None:
    document = {
        "asset": {"version": "2.0"},
        "nodes": [{"mesh": 0}],
        "meshes": [{"primitives": [{"attributes": {"POSITION": 0}, "indices": 1}]}],
        "buffers": [{"uri": "a%20cube.bin", "byteLength": 168}],
        "bufferViews": [{"buffer": 0, "byteLength": 96}, {"buffer": 0, "byteOffset": 96, "byteLength": 72}],
        "accessors": [
            {"bufferView": 0, "componentType": 5126, "count": 8, "type": "VEC3"},
            {"bufferView": 1, "componentType": 5123, "count": 36, "type": "SCALAR"},
        ],
    }
    (tmp_path / "cube.gltf").write_text(json.dumps(document))
    with pytest.raises(Refused, match=r"cube.gltf: 'a%20cube.bin', which lies beside it, cannot be had"):
        loaded(tmp_path / "cube.gltf")
    (tmp_path / "a cube.bin").write_bytes(CUBE.tobytes() + FACES.astype("<u2").tobytes())

    assert extents(loaded(tmp_path / "cube.gltf")) == [2, 2, 2]


def _changed(change: Callable[[dict[str, Any]], None]) -> bytes:
    """The crate, with its JSON bent."""
    whole = crate()
    length = struct.unpack_from("<I", whole, 12)[0]
    document = json.loads(whole[20 : 20 + length])
    change(document)
    return glb(document, whole[28 + length :])


def _of(*path: Any, value: Any) -> bytes:
    def change(document: Any) -> None:
        for key in path[:-1]:
            document = document[key]
        document[path[-1]] = value

    return _changed(change)


def _sparse(count: int, indices: int) -> dict[str, Any]:
    """Rows that are given anew: where they are, and the places of the crate as what they are now."""
    return {"count": count, "indices": {"bufferView": indices, "componentType": 5123}, "values": {"bufferView": 0}}


@pytest.mark.parametrize("has_others", [False, True], ids=["of nought", "of other rows"])
def test_a_gltf_may_say_only_some_rows(has_others: bool) -> None:
    """The others are those of its part of a buffer, or nought."""

    def change(document: Any) -> None:
        document["accessors"][0]["sparse"] = _sparse(3, 1)
        if not has_others:
            del document["accessors"][0]["bufferView"]

    (part,) = gltf.read(_changed(change), lambda name: None, lambda contents: np.zeros((1, 1, 4), np.uint8))
    expected = CUBE.astype(float) if has_others else np.zeros((8, 3))
    expected[FACES.ravel()[:3]] = CUBE[:3]
    assert (part.points - 9).tolist() == expected.tolist()


@pytest.mark.parametrize(
    ("contents", "why"),
    [
        (_of("accessors", 0, "sparse", value=_sparse(99, 1)), "99 of 8 rows are given anew"),
        (_of("accessors", 0, "sparse", value=_sparse(3, 0)), "a row is given anew, and there are 8"),
        (_of("accessors", 0, "sparse", value={"count": 1}), "it is no sound glTF 2.0"),
        (b"", "those bytes: it is no OBJ, glTF, STL or PLY"),
        (b"hello world", "it is no OBJ, glTF, STL or PLY"),
        (b"v 0 0 0\nv 1 0 zero\n", "line 2: 'v 1 0 zero' is not understood"),
        (b"v 0 0 0\nv 1 0\n", "line 2: 3 numbers are needed, not 2"),
        (b"v 0 0 0\nv 1 0 0\nf 1 2 3\n", "line 3: it names place 3, and there are 2"),
        (b"v 0 0 0\nf 0 1 1\n", "line 2: it names place 0, and there are 1"),
        (b"v 0 0 0\nf 1 1\n", "line 2: a face of 2 places"),
        (b"v 0 0 0\nv 1 1 1\n", "there is no surface in it"),
        (b"v nan 0 0\nv 1 0 0\nv 0 1 0\nf 1 2 3\n", "one of its places is not a number"),
        (b"solid x\nfacet\nvertex 0 0\n", "line 3: 'vertex 0 0' is not understood"),
        (b"solid x\nvertex 0 0 0\n", "it is cut off in the middle of a triangle"),
        (b"solid\0".ljust(80, b"\0") + struct.pack("<I", 4_000_000_000), "it is cut off: 0 of 4,000,000,000 triangles"),
        (b"ply\nformat ascii 1.0\nelement vertex 999999999\nelement face 1\nend_header\n", "places and"),
        (b"ply\nformat ascii 1.0\nelement vortex 3\nend_header\n", "its header names no vertex and face"),
        (b"ply\nformat ascii 1.0\nsurprise\nend_header\n", "line 3: 'surprise' is not understood"),
        (b"ply\n", "its header has no end"),
        (b"glTF\2\0\0\0\xff\xff\xff\xff", "it is cut off"),
        (crate()[:400], "it is cut off"),
        (b"{", "it is no sound glTF 2.0"),
        (b"[" * 100_000, "it is no OBJ"),
        (b"{" + b'"a":[' * 100_000, "it is no sound glTF 2.0|it is too deep"),
        (_of("asset", "version", value="1.0"), "it is not of version 2"),
        (_of("accessors", 0, "count", value=10**12), "an accessor of 1,000,000,000,000 rows"),
        (_of("accessors", 0, "count", value=9), "reaches beyond its buffer|an accessor of 8 rows"),
        (_of("accessors", 0, "byteOffset", value=-4), "reaches beyond its buffer"),
        (_of("bufferViews", 0, "byteLength", value=10**9), "reaches beyond its end"),
        (_of("bufferViews", 0, "byteStride", value=1), "reaches beyond its buffer"),
        (_of("nodes", 1, "children", value=[0]), "within each other, are the most"),
        (_of("nodes", 1, "children", value=[7]), "it is no sound glTF 2.0"),
        (_of("nodes", 1, "matrix", value=[1, 2]), "it is no sound glTF 2.0"),
        (_of("extensionsRequired", value=["KHR_draco_mesh_compression"]), "needs KHR_draco_mesh_compression"),
        (_of("meshes", value=7), "it is no sound glTF 2.0"),
        (crate(image=b"no picture"), "it is no PNG, JPEG, GIF, WebP or BMP"),
    ],
)
def test_what_is_wrong_with_a_file_is_said_in_words(contents: bytes, why: str) -> None:
    with pytest.raises(Refused, match=why):
        loaded(contents)


def test_more_faces_than_can_be_drawn_are_refused() -> None:
    """A million faces in a megabyte of text: one outline of many places."""
    with pytest.raises(Refused, match="line 2: 800,000 faces are the most"):
        loaded(b"v 0 0 0\nf" + b" 1" * 900_000)


@pytest.fixture
def worker(tmp_path: Path) -> Iterator[Worker]:
    """A real one, within its walls."""
    worker = started(tmp_path)
    yield worker
    worker.kill()


def test_programs_place_models_as_other_solids(worker: Worker, tmp_path: Path) -> None:
    """On the ground, in their row; named, fitted into a size, found and changed as any node."""
    (tmp_path / "car.obj").write_text(CAR)
    (tmp_path / "car.mtl").write_text(PAINT)
    played = worker.play(
        'box(size=2)\nmodel("car.obj", name="car")\nbox()\nmodel("car.obj", size=2, at=(0, 9, 0), rotate=90)\n'
        'print(find("car").at, find("box2").at, find("model").kind, find("model").size)'
    )

    assert played.error is None, played.error
    assert played.out.strip() == "(3.5, 0.5, 0.0) (6.5, 0.5, 0.0) mesh (2.0, 2.0, 2.0)"


def test_another_model_takes_nothing_from_the_one_before(worker: Worker, tmp_path: Path) -> None:
    """The node stays where it is; colours and pictures are those of the file, or none."""
    (tmp_path / "car.obj").write_text(CAR)
    (tmp_path / "car.mtl").write_text(PAINT)
    (tmp_path / "other.obj").write_text(SQUARE)
    played = worker.play('model("car.obj", name="car").x = 5\nmodel("other.obj", name="car")')
    car = worker.graph.named("car")

    assert played.error is None, played.error
    assert worker.graph.get(car.id, "at")[0] == 5
    assert len(car.get("points")) == 4
    assert len(car.get("colors")) == 0


def test_a_model_that_cannot_be_had_is_an_error_of_its_line(worker: Worker, tmp_path: Path) -> None:
    (tmp_path / "car.obj").write_text("v 1 2 x\n")
    assert "car.obj: line 1: 'v 1 2 x' is not understood" in str(worker.play('model("car.obj")').error)
    assert "none.obj: No such file" in str(worker.play('model("none.obj")').error)
    assert "/etc/shadow: Permission denied" in str(worker.play('model("/etc/shadow")').error)
    assert "mesh has no word colour; say color" in str(worker.play('model("car.obj", colour="red")').error)
    assert "neither a file" in str(worker.play("model(7)").error)
