"""Time and place as phones write them into photos; nonsense gives nothing, never an error."""

from __future__ import annotations

from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.rooms.delivery.building import exif, photo, segment

from mingbai.paper.exif import read_photo


def test_time_and_place_are_read():
    facts = read_photo(photo(taken="2021:03:05 08:00:01", north=(30, 30, 0), east=(118, 15, 36)))
    assert facts.kind == "jpg"
    assert facts.taken == datetime(2021, 3, 5, 8, 0, 1)
    assert facts.position == (30_500_000, 118_260_000)


def test_a_png_has_its_own_place_for_it():
    block = exif()[6:]
    chunk = len(block).to_bytes(4, "big") + b"eXIf" + block + b"\0\0\0\0"
    facts = read_photo(b"\x89PNG\r\n\x1a\n" + b"\0\0\0\0IHDR\0\0\0\0" + chunk)
    assert facts.kind == "png"
    assert facts.position is not None


@pytest.mark.parametrize(
    "content",
    [
        b"\xff\xd8\xff\xd9",
        b"\x89PNG\r\n\x1a\n",
        photo(taken="0000:00:00 00:00:00", north=(0, 0, 0), east=(0, 0, 0)),
        photo(taken="yesterday at noon..", north=(91, 0, 0)),
        b"\xff\xd8" + segment(0xE1, b"Exif\0\0XX") + b"\xff\xd9",
        b"\xff\xd8" + segment(0xE1, b"Exif\0\0MM\0\x2a\xff\xff\xff\xff") + b"\xff\xd9",
    ],
)
def test_what_says_nothing_gives_nothing(content):
    facts = read_photo(content)
    assert (facts.taken, facts.position) == (None, None)


def test_the_south_and_the_west_are_below_zero():
    sent = photo().replace(b"N\0\0\0", b"S\0\0\0").replace(b"E\0\0\0", b"W\0\0\0")
    assert read_photo(sent).position == (-30_920_139, -118_335_000)


@given(st.binary(max_size=60), st.integers(0, 200))
def test_no_photo_breaks_the_reader(noise, at):
    whole = photo()
    read_photo(whole[:at] + noise + whole[at + len(noise) :])
    read_photo(noise)
