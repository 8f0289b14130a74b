"""The system calls that Python has no name for, each as one function; errors are OSError with the kernel's errno."""

import ctypes
import os
import struct

_libc = ctypes.CDLL(None, use_errno=True)

_PR_SET_NO_NEW_PRIVS = 38  # prctl(2)
_CAPABILITIES_VERSION_3 = 0x20080522  # capset(2)
CLONE_NEWUSER = 0x10000000


def syscall(number: int, *arguments: int | bytes | None) -> int:
    """`syscall(2)`. Bytes are passed as a pointer to a copy of them."""
    result = int(_libc.syscall(ctypes.c_long(number), *map(_argument, arguments)))
    return _checked(result)


def _argument(value: int | bytes | None) -> object:
    return ctypes.c_long(value) if isinstance(value, int) else value


def no_new_privileges() -> None:
    """From here on nothing that is executed gains rights: what Landlock and seccomp ask of an ordinary process."""
    _checked(_libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0))


def drop_capabilities() -> None:
    """Give up every capability."""
    _checked(_libc.capset(struct.pack("<Ii", _CAPABILITIES_VERSION_3, 0), bytes(24)))


def has_capabilities() -> bool:
    """Whether this process may do anything that is not for everybody, or may take the right to it, capget(2)."""
    rights = ctypes.create_string_buffer(24)  # effective, permitted, inheritable: 32 bits each, twice
    _checked(_libc.capget(struct.pack("<Ii", _CAPABILITIES_VERSION_3, 0), rights))
    return any(rights.raw)


def unshare(flags: int) -> None:
    """`unshare(2)`; Python has it from 3.12 on."""
    _checked(_libc.unshare(flags))


def _checked(result: int) -> int:
    if result < 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))
    return result
