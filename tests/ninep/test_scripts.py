"""Conversations with a server, as text: each file of `scripts/` is a promise and how it is kept."""

import re
from pathlib import Path

import pytest
from tests.ninep.fleet import Fleet, tree, verbs

from ninep.testing import run_script

SCRIPTS = {path.stem: path.read_text() for path in sorted((Path(__file__).parent / "scripts").glob("*.txt"))}
HELLO = """
Tversion tag NOTAG msize 8192 version 9P2000
Rversion tag NOTAG msize 8192 version 9P2000
Tattach tag 0 fid 0 afid NOFID uname eve aname ''
Rattach tag 0 qid 80.0.*
"""


@pytest.mark.parametrize("text", SCRIPTS.values(), ids=SCRIPTS)
async def test_conversation(text: str) -> None:
    """The conversation goes as it is written. `hello` stands for version and attach."""
    fleet = Fleet()
    await run_script(re.sub("^hello$", HELLO.strip(), text, flags=re.M), tree(fleet), verbs(fleet))
