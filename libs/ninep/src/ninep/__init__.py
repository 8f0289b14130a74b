"""9P2000 for Python: a sans-IO codec and session, a file tree that is a value, a trio server and client."""

from ninep.errors import FileError, ProtocolError

__all__ = ["FileError", "ProtocolError"]
