"""Brings its own machine code: fork and socket by the i386 table, which a careless filter does not look at."""
# ends: done|the worker ended
# prints: (nothing)?
import ctypes, mmap

code = b"\x53\xb8\x66\x01\x00\x00\xbb\x01\x00\x00\x00\xb9\x01\x00\x00\x00\x31\xd2\xcd\x80\x5b\xc3"  # int 0x80: socket
page = mmap.mmap(-1, 4096, prot=7)
page.write(code)
call = ctypes.CFUNCTYPE(ctypes.c_int)(ctypes.addressof(ctypes.c_char.from_buffer(page)))
got = call()
print("nothing" if got < 0 else f"a socket: {got}")
