"""Plays ten thousand sounds at once, sounds without end, and files that are none."""
# ends: done
# scene:
import struct

for bomb in (
    np.broadcast_to(0.5, (1 << 40,)), np.full(99, np.nan), np.full(9, 1e308), float("nan"), -1, 1e300, "Z#99", b"",
    b"RIFF\xff\xff\xff\xffWAVEfmt \x10\0\0\0\x01\0\xff\xff" + struct.pack("<IIHH", 1, 1, 1, 1) + b"data\xff\xff\xff\xff",
    b"OggS" + b"\xff" * 999, b"fLaC" + b"\xff" * 999, b"ID3" + b"\xff" * 999, [1] * 1_000_000,
):  # fmt: skip
    try:
        sound(bomb, name="bomb")
    except (ValueError, MemoryError, TypeError, SyntaxError, OSError) as error:
        print(type(error).__name__)
for number in range(10_000):
    sound(100 + number % 900, name=f"sound {number % 200}")
