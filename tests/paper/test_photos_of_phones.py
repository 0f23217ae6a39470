"""Photos as phones and programs write them: real encoders' pictures with all that surrounds them.

The pictures in ``photos/`` were written by libjpeg and libpng. What phones and programs put around
a picture is added here segment by segment, as its standard says, each with words that must go.
"""

from __future__ import annotations

import struct
import zlib
from pathlib import Path

import pytest
from tests.paper.test_photos import chunk, segment

from mingbai.paper.exif import read_photo
from mingbai.paper.photos import CannotReadPhoto, strip_photo

PHOTOS = Path(__file__).parent / "photos"
JPEGS = ("baseline", "progressive", "cmyk")
#: Each part of a photo carries its own words, so that a leak names its way out.
WORDS = {
    name: f"SECRET-{name}-演示".encode()
    for name in ("maker", "note", "thumbnail", "xmp", "more_xmp", "icc", "second", "iptc",
                 "comment", "jfxx", "movie", "text", "ztext", "itext", "own")
}  # fmt: skip
NORTH, EAST = (30, 55, 12), (118, 19, 48)


def _entry(order, tag, kind, count, value):
    return struct.pack(order + "HHI", tag, kind, count) + value


def _offset(order, place):
    return struct.pack(order + "I", place)


def exif_of_a_phone(turn=6, order="<"):
    """An Exif block as phones write it: maker, orientation, place, maker's note, a thumbnail."""
    small = b"\xff\xd8" + segment(0xFE, WORDS["thumbnail"]) + b"\xff\xd9"
    parts, base = {}, 8 + 2 + 5 * 12 + 4
    at = base
    gps = struct.pack(order + "6I", *(n for each in NORTH for n in (each, 1)))
    gps += struct.pack(order + "6I", *(n for each in EAST for n in (each, 1)))
    for name, body in (("maker", WORDS["maker"]), ("note", WORDS["note"]), ("gps", gps),
                       ("small", small)):  # fmt: skip
        parts[name] = at
        at += len(body)
    gps_ifd = at
    entries = [
        _entry(order, 0x010F, 2, len(WORDS["maker"]), _offset(order, parts["maker"])),
        _entry(order, 0x0112, 3, 1, struct.pack(order + "H2x", turn)),
        _entry(order, 0x8825, 4, 1, _offset(order, gps_ifd)),
        _entry(order, 0x927C, 7, len(WORDS["note"]), _offset(order, parts["note"])),
        _entry(order, 0x0201, 4, 1, _offset(order, parts["small"])),
    ]
    places = [
        _entry(order, 1, 2, 2, b"N\0\0\0"),
        _entry(order, 2, 5, 3, _offset(order, parts["gps"])),
        _entry(order, 3, 2, 2, b"E\0\0\0"),
        _entry(order, 4, 5, 3, _offset(order, parts["gps"] + 24)),
    ]
    head = (b"II\x2a\0" if order == "<" else b"MM\0\x2a") + _offset(order, 8)
    first = struct.pack(order + "H", 5) + b"".join(entries) + bytes(4)
    second = struct.pack(order + "H", 4) + b"".join(places) + bytes(4)
    return b"Exif\0\0" + head + first + WORDS["maker"] + WORDS["note"] + gps + small + second


def as_a_phone_writes_it(name, **more):
    """A real picture with everything around it, and a moving one behind it."""
    picture = (PHOTOS / f"{name}.jpg").read_bytes()
    xmp = b"http://ns.adobe.com/xap/1.0/\0<x:xmpmeta exif:GPSLatitude=30,55.2N>" + WORDS["xmp"]
    around = [
        segment(0xE0, b"JFXX\0\x10" + WORDS["jfxx"]),
        segment(0xE1, exif_of_a_phone(**more)),
        segment(0xE1, xmp),
        segment(0xE1, b"http://ns.adobe.com/xmp/extension/\0" + WORDS["more_xmp"]),
        segment(0xE2, b"ICC_PROFILE\0\x01\x02" + WORDS["icc"]),
        segment(0xE2, b"ICC_PROFILE\0\x02\x02" + WORDS["icc"]),
        segment(0xE2, b"MPF\0II\x2a\0" + WORDS["second"]),
        segment(0xED, b"Photoshop 3.0\0" + b"8BIM\x04\x04" + WORDS["iptc"]),
        segment(0xFE, WORDS["comment"]),
    ]
    behind = picture[:-2] + segment(0xFE, WORDS["second"]) + b"\xff\xd9"
    movie = b"\0\0\0\x18ftypmp42" + WORDS["movie"] + b"+30.9200+118.3300/"
    return picture[:2] + b"".join(around) + picture[2:] + behind + movie


def segments(content):
    """(marker, body) of every segment; a scan's data belongs to its segment."""
    found, at = [], 2
    while content[at + 1] != 0xD9:
        marker, size = content[at + 1], int.from_bytes(content[at + 2 : at + 4], "big")
        end = at + 2 + size
        while marker == 0xDA and not (
            content[end] == 0xFF and content[end + 1] not in (0, *range(0xD0, 0xD8))
        ):
            end += 1
        found.append((marker, content[at:end]))
        at = end
    return found


def picture_of(content):
    """The segments that a decoder draws from: all but those of applications and comments."""
    return [each for each in segments(content) if not 0xE0 <= each[0] <= 0xEF and each[0] != 0xFE]


@pytest.mark.parametrize("name", JPEGS)
def test_nothing_but_the_picture_of_a_real_photo_stays(name):
    before = as_a_phone_writes_it(name)
    facts = read_photo(before)
    assert facts.position == (30_920_000, 118_330_000), "the control arm: the place can be read"
    told = {word for word in WORDS.values() if word in before}
    assert len(told) == 11, "the control arm: every part is there"
    after = strip_photo(before)
    assert [word for word in told if word in after.content] == []
    assert b"GPS" not in after.content
    assert read_photo(after.content).position is None
    assert picture_of(after.content) == picture_of((PHOTOS / f"{name}.jpg").read_bytes())
    assert after.content.endswith(b"\xff\xd9")
    assert strip_photo(after.content) == after


def test_a_progressive_photo_keeps_all_its_scans():
    kept = strip_photo(as_a_phone_writes_it("progressive")).content
    assert sum(marker == 0xDA for marker, _ in segments(kept)) == 10


def test_a_photo_for_print_keeps_how_its_colours_are_stored():
    kept = segments(strip_photo(as_a_phone_writes_it("cmyk")).content)
    assert [body[4:9] for marker, body in kept if marker == 0xEE] == [b"Adobe"]


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize("turn", [1, 3, 6, 8])
def test_the_turn_of_a_phone_is_kept_in_either_byte_order(turn, order):
    kept = strip_photo(as_a_phone_writes_it("baseline", turn=turn, order=order)).content
    turns = [body for marker, body in segments(kept) if marker == 0xE1]
    assert len(turns) == (turn != 1)
    assert all(body[10:14] == b"MM\0\x2a" and body[28:30] == bytes((0, turn)) for body in turns)


def test_a_png_loses_its_texts_times_and_places():
    picture = (PHOTOS / "picture.png").read_bytes()
    around = b"".join(
        (
            chunk(b"tEXt", b"Comment\0" + WORDS["text"]),
            chunk(b"zTXt", b"Comment\0\0" + zlib.compress(WORDS["ztext"])),
            chunk(b"iTXt", b"XML:com.adobe.xmp\0\0\0\0\0" + WORDS["itext"]),
            chunk(b"eXIf", exif_of_a_phone()[6:]),
            chunk(b"iCCP", b"profile\0\0" + zlib.compress(WORDS["icc"])),
            chunk(b"tIME", bytes(7)),
            chunk(b"prVt", WORDS["own"]),
        )
    )
    before = picture[:33] + around + picture[33:] + WORDS["movie"]
    after = strip_photo(before)
    assert [word for word in WORDS.values() if word in before], "the control arm"
    assert [word for word in WORDS.values() if word in after.content] == []
    names = {b"tEXt", b"zTXt", b"iTXt", b"eXIf", b"iCCP", b"tIME", b"prVt"}
    assert not [name for name in names if name in after.content]
    assert strip_photo(picture) == after


@pytest.mark.parametrize(
    ("head", "words"),
    [
        (b"\0\0\0\x24ftypheic\0\0\0\0mif1heic", "HEIC 格式.*兼容性最佳"),
        (b"\0\0\0\x18ftypmif1\0\0\0\0", "HEIC"),
        (b"RIFF\x24\0\0\0WEBPVP8 ", "WebP"),
        (b"%PDF-1.7\n", "PDF.*不是照片"),
        (b"\0\0\0\x18ftypmp42", "只收 JPG"),
    ],
)
def test_what_is_no_photo_of_ours_is_named(head, words):
    with pytest.raises(CannotReadPhoto, match=words):
        strip_photo(head + bytes(64))
