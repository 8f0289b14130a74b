"""The file of grants: what its lines mean, and how it is refused."""

from pathlib import Path

import pytest

from rio.grants.granted import Device, Grants, Reading, Site, Subtree, parse, read
from rio.grants.names import Pattern


def test_each_line_is_a_grant(tmp_path: Path) -> None:
    """In their order, without comments, and each written back as it would be said."""
    text = f"""
        # what the truck may do
        net api.open-meteo.org
        net 127.0.0.1:8443   # the machine itself
        net [::1]
        read {tmp_path}
        ns r /truck/gps
        ns rw "/b/scene/nodes/the lamp"
        camera front /dev/video0
        gpio lamp 17 out
        serial gps /dev/ttyUSB0 4800
        serial mouse /dev/ttyS0
    """
    grants = parse(text)
    assert grants.lines == (
        Site("api.open-meteo.org"),
        Site("127.0.0.1", 8443),
        Site("::1"),
        Reading(tmp_path),
        Subtree("r", Pattern(("truck", "gps"))),
        Subtree("rw", Pattern(("b", "scene", "nodes", "the lamp"))),
        Device("camera", "front", "/dev/video0"),
        Device("gpio", "lamp", "17", "out"),
        Device("serial", "gps", "/dev/ttyUSB0", "4800"),
        Device("serial", "mouse", "/dev/ttyS0", "9600"),
    )
    assert parse("".join(f"{line}\n" for line in grants.lines)) == grants
    assert grants.readable == [tmp_path]
    assert grants.report.splitlines()[1] == "granted: net 127.0.0.1:8443"


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("nett example.org", "unknown grant nett; try: net read ns camera gpio serial"),
        ("net", "usage: net HOST"),
        ("net https://example.org/", "a host is NAME or NAME:PORT, without https:// and path"),
        ("net *.example.org", "is no host's name; one name a line, without"),
        ("net example.org:0", "a host is NAME or NAME:PORT"),
        ("net [::zz]", "a host is NAME or NAME:PORT"),
        ("read maps", "maps: a path begins with /"),
        ("read /not/there", "/not/there: no such file or directory"),
        ("read /", "/ holds what no program should see"),
        ("read /proc/self", "/proc/self holds what no program should see"),
        ("read /etc/../root", "/root holds what no program should see|permission denied"),
        ("ns x /truck", "rights are r or rw, not 'x'"),
        ("ns r truck", "a path is like /truck/gps"),
        ("ns r /truck/../llm", "a path is like /truck/gps, without . and .."),
        ("ns r /truck/a**", r"\*\* stands for whole names"),
        ("camera 1st /dev/video0", "a device's name is a letter"),
        ("camera front video0", "video0: a path begins with /"),
        ("gpio lamp 99 out", "a pin is a number from 0 to 63, not '99'"),
        ("gpio lamp 17 up", "a pin is in or out, not 'up'"),
        ("serial gps /dev/ttyUSB0 fast", "a baud rate is a number"),
        ("net 'example.org", "no closing quotation"),
    ],
)
def test_what_is_wrong_is_said_with_its_line(line: str, why: str) -> None:
    with pytest.raises(ValueError, match=rf"^line 2: .*({why})"):
        parse(f"# first\n{line}\n")


def test_a_link_grants_what_it_leads_to_now(tmp_path: Path) -> None:
    """Not what somebody lets it lead to later: workers are started again and again."""
    (tmp_path / "maps").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "maps")
    assert parse(f"read {tmp_path}/link").readable == [tmp_path / "maps"]


@pytest.mark.parametrize(
    ("line", "means"),
    [
        ("ns rw /a#b", "ns rw '/a#b'"),
        ("ns rw /a #b", "ns rw /a"),
        ("ns rw /a\t# it's \"b", "ns rw /a"),
        ("ns r '/a #b' # c", "ns r '/a #b'"),
        ('ns r "/a \\" #b" # c', "ns r '/a \" #b'"),
        ("ns r /a\\ #b", "ns r '/a #b'"),
        ("# ns r /a", ""),
        ("  #", ""),
        ("ns r /a\r\n", "ns r /a"),
    ],
)
def test_a_comment_begins_before_a_word(line: str, means: str) -> None:
    """In the midst of one, `#` is a letter, or a line would grant more than is written there."""
    assert "".join(map(str, parse(line).lines)) == means


@pytest.mark.parametrize("unseen", ["\u2028", "\x0c", "\x85", "\r", "\x00", "\u202e", "\x1b"])
def test_what_nobody_sees_is_refused(unseen: str) -> None:
    """A line that an editor does not show as one grants nothing, and none is turned round."""
    with pytest.raises(ValueError, match=r"^line 2: '\\.* is in it, which nobody sees"):
        parse(f"net example.org\n# a comment{unseen}net evil.test\n")


def test_a_mark_before_the_text_is_none_of_its_letters(tmp_path: Path) -> None:
    """Some editors write one."""
    (tmp_path / "grants").write_text("net a.test\r\nnet b.test\r\n", encoding="utf-8-sig")
    assert read(tmp_path / "grants").lines == (Site("a.test"), Site("b.test"))


def test_two_devices_do_not_share_a_name() -> None:
    with pytest.raises(ValueError, match="line 2: lamp is the device of line 1 already"):
        parse("gpio lamp 17 out\nserial lamp /dev/ttyS0\n")


def test_no_file_grants_nothing(tmp_path: Path) -> None:
    """A file that is not there, or is no text, is an error and not an empty grant."""
    assert read(None) == Grants()
    with pytest.raises(ValueError, match="grants: no such file or directory"):
        read(tmp_path / "grants")
    (tmp_path / "grants").write_bytes(b"net \xff\n")
    with pytest.raises(ValueError, match="grants: it is not utf-8 text"):
        read(tmp_path / "grants")
    (tmp_path / "grants").write_text("\nnet a b\n")
    with pytest.raises(ValueError, match="grants: line 2: usage: net HOST"):
        read(tmp_path / "grants")


@pytest.mark.parametrize(
    ("pattern", "path", "reads", "writes"),
    [
        ("/truck/gps", "/truck/gps", True, True),
        ("/truck/gps", "/truck/gps/place", True, True),
        ("/truck/gps", "/truck", False, False),
        ("/truck/gps", "/truck/gps2", False, False),
        ("/*/gps", "/crane/gps", True, True),
        ("/*/gps", "/a/b/gps", False, False),
        ("/**/gps", "/a/b/gps/x", True, True),
        ("/t?uck", "/truck", True, True),
        ("/", "/anything/at/all", True, True),
        ("/b/scene", "/b/scene/parse", True, False),
        ("/b/scene/*", "/b/scene/parse", True, False),
        ("/**", "/rio/scene/state", True, False),
        ("/**", "/llm/ada/tools", True, False),
        ("/**", "/llm/ada/context/A", True, False),
        ("/", "/ctl", True, False),
        ("/b/scene/parse", "/b/scene/parse", True, True),
        ("/*/scene/parse", "/b/scene/parse", True, True),
        ("/b/ctl", "/b/ctl/ctl", True, False),
    ],
)
def test_a_pattern_grants_a_subtree_and_no_file_that_commands(
    pattern: str, path: str, reads: bool, writes: bool
) -> None:
    """What runs code or commands a service is opened for writing by its own name alone."""
    found = Pattern.parse(pattern)
    assert (found.covers(path, to_write=False), found.covers(path, to_write=True)) == (reads, writes)
