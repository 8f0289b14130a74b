"""A serial port: a pseudo terminal is one, with us at its other end."""

import os
import pty
import tty
from collections.abc import Iterator

import pytest

from rio.devices.feed import Trouble
from rio.devices.port import MOST, Port


@pytest.fixture
def line() -> Iterator[tuple[int, str]]:
    """(our end, the port's path)."""
    ours, theirs = pty.openpty()
    tty.setraw(theirs)
    path = os.ttyname(theirs)
    os.close(theirs)
    yield ours, path
    os.close(ours)


def heard(port: Port, place: int) -> bytes:
    found = port.next(place, 20)
    assert found
    return found[1]


def test_bytes_go_both_ways(line: tuple[int, str]) -> None:
    """Lines as they are whole, without their ends; all bytes to who reads."""
    ours, path = line
    port = Port("gps", path, 9600)
    place = port.place
    os.write(ours, b"$GPGGA,1\r\n$GP")
    assert heard(port, place) == b"$GPGGA,1"
    os.write(ours, b"GSV,2\n")
    assert heard(port, place + 1) == b"$GPGSV,2"
    assert port.read() == b"$GPGGA,1\r\n$GPGSV,2\n"
    assert port.read() == b""
    port.write(b"hello")
    assert os.read(ours, 100) == b"hello"


def test_what_a_port_cannot_do_is_said(line: tuple[int, str]) -> None:
    with pytest.raises(Trouble, match="gps: /not/there cannot be opened"):
        Port("gps", "/not/there", 9600)
    port = Port("gps", line[1], 9600)
    for wrong in (1, "text", bytes(MOST + 1)):
        with pytest.raises(Trouble, match="gps takes bytes or text, at most 64 KiB"):
            port.write(wrong)


def test_a_port_that_goes_away_is_said_to() -> None:
    ours, theirs = pty.openpty()
    tty.setraw(theirs)
    path = os.ttyname(theirs)
    port = Port("gps", path, 9600)
    os.close(theirs)
    os.close(ours)
    with pytest.raises(Trouble, match="gps went away"):
        while not port.next(port.place, 20):
            continue
    assert port.is_gone
