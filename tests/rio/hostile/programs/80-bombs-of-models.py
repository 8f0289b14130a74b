"""Opens models of every format that announce what is not there, point anywhere, or are rubbish."""
# ends: done
# prints: refused \d+
import json
import struct

far = 10**18
wild = {
    "asset": {"version": "2.0"}, "scene": 0, "scenes": [{"nodes": [0]}], "nodes": [{"mesh": 0, "children": [0]}],
    "meshes": [{"primitives": [{"attributes": {"POSITION": 0}, "indices": 9}]}],
    "accessors": [{"bufferView": 0, "componentType": 5126, "count": far, "type": "VEC3", "byteOffset": -far}],
    "bufferViews": [{"buffer": 0, "byteOffset": far, "byteLength": far}],
    "buffers": [{"byteLength": far, "uri": "file:///etc/passwd"}],
}  # fmt: skip
bombs = [
    json.dumps(wild).encode(), json.dumps(wild | {"nodes": [{"mesh": -1}]}).encode(),
    b"glTF" + struct.pack("<IIII", 2, 1 << 31, 1 << 31, 0x4E4F534A) + b"{" * 99, b"glTF", b"[" * 100_000, b"{}",
    b"v 0 0 0\nf 1 2 3\n", b"v 0 0 0\nf -9 -9 -9\n", b"v 0 0 0\nf " + b"1 " * 5_000, b"v 1e999 nan inf\n" * 9,
    b"mtllib /etc/passwd\nv 0 0 0\nv 1 0 0\nv 0 1 0\nusemtl x\nf 1 2 3\nf 99999999999999999999 1 2\n",
    bytes(80) + struct.pack("<I", 0xFFFFFFFF), b"solid\n" + b"facet normal\n" * 99, bytes(84),
    b"ply\nformat ascii 1.0\nelement vertex 99999999999\nproperty float x\nend_header\n",
    b"ply\nformat binary_little_endian 1.0\nelement face 4\nproperty list int int i\nend_header\n" + b"\xff" * 99,
]  # fmt: skip
refused = 0
for bomb in bombs:
    try:
        model(bomb, name="bomb").remove()
    except (ValueError, MemoryError, TypeError, SyntaxError, OSError):
        refused += 1
for faces in ([(0, 1, 9)], [(-1, 0, 1)], [(1 << 40, 0, 1)], [(0.5, 1, 2)], [(float("nan"), 0, 1)], [()], [(0, 0, 0)] * 9):
    try:
        mesh([(0, 0, 0), (1, 0, 0), (0, 1e300, 0)], faces, name="bomb").remove()
    except (ValueError, MemoryError, TypeError, SyntaxError):
        refused += 1
print("refused", refused)
