"""Photos: the picture stays, where and with what it was taken does not."""

from __future__ import annotations

import struct
import zlib

import pytest

from mingbai.paper.photos import MOST_BYTES, CannotReadPhoto, strip_photo

SECRET = b"GPS 30.9N 118.3E HUAWEI P40"


def segment(marker, body):
    return bytes((0xFF, marker)) + struct.pack(">H", len(body) + 2) + body


def exif(turn=1):
    """An Exif block with an orientation, a maker and a place."""
    entries = [
        struct.pack(">HHI4s", 0x010F, 2, len(SECRET), struct.pack(">I", 60)),
        struct.pack(">HHIH2x", 0x0112, 3, 1, turn),
    ]
    tiff = b"MM\x00\x2a" + struct.pack(">I", 8) + struct.pack(">H", 2) + b"".join(entries)
    return b"Exif\x00\x00" + tiff.ljust(60, b"\0") + SECRET


def jpeg(turn=1, tail=b""):
    """The frame of a JPEG: segments, one scan with a stuffed FF and a restart, the end."""
    return (
        b"\xff\xd8" + segment(0xE0, b"JFIF\x00\x01\x02") + segment(0xE1, exif(turn))
        + segment(0xE1, b"http://ns.adobe.com/xap/1.0/\x00" + SECRET)
        + segment(0xED, b"Photoshop 3.0\x00" + SECRET) + segment(0xFE, SECRET)
        + segment(0xEE, b"Adobe\x00\x64\x00\x00\x00\x00\x01") + segment(0xDB, bytes(65))
        + segment(0xC0, bytes(15)) + segment(0xDA, bytes(10))
        + b"\x12\xff\x00\x34\xff\xd0\x56" + b"\xff\xd9" + tail
    )  # fmt: skip


def chunk(kind, body):
    check = struct.pack(">I", zlib.crc32(kind + body))
    return struct.pack(">I", len(body)) + kind + body + check


def png(*more):
    head = chunk(b"IHDR", struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0))
    data = chunk(b"IDAT", zlib.compress(b"\0\0"))
    return b"\x89PNG\r\n\x1a\n" + head + b"".join(more) + data + chunk(b"IEND", b"")


def test_a_jpeg_keeps_its_picture_and_loses_the_rest():
    photo = strip_photo(jpeg(tail=SECRET))
    assert photo.kind == "jpg"
    assert SECRET in jpeg(), "the control arm: it was there"
    assert SECRET not in photo.content
    assert b"JFIF" not in photo.content
    assert b"Adobe" in photo.content, "a decoder needs to know how colours are stored"
    assert b"\x12\xff\x00\x34\xff\xd0\x56\xff\xd9" in photo.content
    assert strip_photo(photo.content) == photo


@pytest.mark.parametrize("turn", range(1, 9))
def test_the_turn_of_a_picture_is_all_that_stays_of_its_exif(turn):
    photo = strip_photo(jpeg(turn))
    assert (b"Exif" in photo.content) == (turn != 1)
    assert strip_photo(photo.content) == photo
    if turn != 1:
        at = photo.content.index(b"Exif")
        assert photo.content[at:][24:26] == struct.pack(">H", turn)


def test_a_png_keeps_its_picture_and_loses_the_rest():
    photo = strip_photo(
        png(chunk(b"tEXt", SECRET), chunk(b"eXIf", SECRET), chunk(b"prVt", SECRET)) + SECRET
    )
    assert photo.kind == "png"
    assert photo.content == png()


@pytest.mark.parametrize(
    "content",
    [b"", b"GIF89a", b"\xff\xd8", b"\xff\xd8\xff", jpeg()[:-2], jpeg()[:200], b"\xff\xd8\xff\xd9",
     b"\xff\xd8\x00\x00", png()[:-4], png()[:-1] + b"x", b"\x89PNG\r\n\x1a\n"],
)  # fmt: skip
def test_what_is_cut_short_or_no_photo_is_refused(content):
    with pytest.raises(CannotReadPhoto):
        strip_photo(content)


def test_a_photo_too_large_is_refused():
    with pytest.raises(CannotReadPhoto, match="20兆"):
        strip_photo(b"\xff\xd8" + bytes(MOST_BYTES))
