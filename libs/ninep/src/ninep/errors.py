"""The two ways in which a request can go wrong, and the texts that the whole Plan 9 world knows.

Clients turn the text of an Rerror into an errno (v9fs by a table, 9pfuse by substring), so where the manual's world
has a text for a refusal, it is that text; all else is one sentence for the person who typed the command.
"""

from __future__ import annotations

NOT_FOUND = "file does not exist"
DENIED = "permission denied"
EXISTS = "file already exists"
IS_DIRECTORY = "is a directory"
NOT_DIRECTORY = "not a directory"
IN_USE = "file in use"
INTERRUPTED = "interrupted"
BAD_OFFSET = "bad offset in directory read"


class ProtocolError(Exception):
    """The peer broke the protocol beyond answering: the connection ends."""


class FileError(Exception):
    """A refusal. The client sees its text as Rerror, so write it for a person at a shell."""
