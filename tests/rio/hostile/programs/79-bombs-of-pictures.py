"""Opens pictures of every format that say they are enormous, are cut off, or are rubbish."""
# ends: done
# prints: refused \d+
import struct
import zlib


def chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png(width, height, data=b""):
    head = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + head + chunk(b"IDAT", data) + chunk(b"IEND", b"")


nothing = zlib.compress(bytes(60_000_000), 9)
words = chunk(b"zTXt", b"a\0\0" + zlib.compress(bytes(200_000_000), 9))
bombs = [
    png(100_000, 100_000, nothing), png(1 << 31, 1), png(20_000, 20_000, nothing), png(1, 1),
    png(4, 4, nothing)[:33] + words * 40 + png(4, 4, nothing)[33:],
    b"GIF89a" + struct.pack("<HHBBB", 65535, 65535, 0, 0, 0) + b",\0\0\0\0\xff\xff\xff\xff\0\x08" + b"\xff" * 999,
    b"BM" + struct.pack("<IIIIiiHHIIiiII", 99, 0, 54, 40, 100_000, 100_000, 1, 24, 0, 0, 1, 1, 0, 0),
    b"BM" + struct.pack("<IIIIiiHHIIiiII", 99, 0, 54, 40, -1, 1 << 30, 1, 32, 1, 0, 1, 1, 1 << 30, 0),
    b"\xff\xd8\xff\xc0\0\x11\x08\xff\xff\xff\xff\x03\x01\x44\0\x02\x44\0\x03\x44\0" + b"\xff\xda" * 99,
    b"II*\0\x08\0\0\0\x03\0" + b"".join(struct.pack("<HHII", tag, 4, 1, 100_000) for tag in (256, 257, 273)) + b"\0" * 4,
    b"II*\0\x08\0\0\0\xff\xff" + b"\x08\0\0\0" * 99, b"MM\0+\0\x08\0\0" + b"\xff" * 99,
    b"RIFF\x1e\0\0\0WEBPVP8X\x0a\0\0\0\0\0\0\0\xff\xff\xff\xff\xff\xff", b"RIFF\xff\xff\xff\xffWEBPVP8L" + b"\xff" * 99,
    b"\0\0\x01\0\xff\xff" + b"\0" * 900, b"P6 100000 100000 255\n", b"P6 " + b"9" * 9_000_000, b"8BPS\0\x01" + b"\xff" * 99,
    b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n(/etc/passwd) run\n", b"\0\0\0\x0cjP  \r\n\x87\n" + b"\xff" * 99,
    b"<svg xmlns='http://www.w3.org/2000/svg'><image href='file:///etc/passwd'/></svg>", b"SIMPLE  =", b"", b"\0" * 9999,
    b"\0\0\x02\0\0\0\0\0\0\0\0\0\xff\xff\xff\xff\x18\0", b"DDS |\0\0\0" + b"\xff" * 120, b"icns\xff\xff\xff\xff" * 9,
]  # fmt: skip
refused = 0
for bomb in bombs:
    try:
        image(bomb, name="bomb").remove()
    except (ValueError, MemoryError, TypeError, SyntaxError, OSError):
        refused += 1
print("refused", refused)
