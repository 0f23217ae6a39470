"""Photos drawn for showing: bounded, upright, nothing hidden; bombs and cut files refused."""

from __future__ import annotations

import io
import struct
import zlib

import pytest
from PIL import Image

from mingbai.paper.photos import CannotReadPhoto
from mingbai.paper.pictures import MOST_PIXELS, SHOWN_EDGE, draw_picture

RED, BLUE = (200, 30, 30), (30, 30, 200)


def encoded(size, kind="JPEG", *, turn=None, mode="RGB"):
    """A picture red above and blue below, as a phone would send it."""
    image = Image.new("RGB", size, BLUE)
    image.paste(RED, (0, 0, size[0], size[1] // 2))
    exif = Image.Exif()
    exif[0x010F] = "secret maker"
    if turn:
        exif[0x0112] = turn
    sink = io.BytesIO()
    image.convert(mode).save(sink, kind, exif=exif)
    return sink.getvalue()


def opened(photo):
    return Image.open(io.BytesIO(photo.content))


@pytest.mark.parametrize("kind", ["JPEG", "PNG"])
def test_a_large_photo_is_drawn_within_the_bound_and_a_small_one_keeps_its_size(kind):
    shown = draw_picture(encoded((2400, 1200), kind))
    assert opened(shown).size == (SHOWN_EDGE, SHOWN_EDGE // 2)
    assert opened(draw_picture(encoded((2400, 1200), kind), edge=480)).size == (480, 240)
    assert opened(draw_picture(encoded((40, 30), kind))).size == (40, 30)
    assert shown.kind == ("jpg" if kind == "JPEG" else "png")


def test_nothing_but_the_picture_is_left_and_drawing_is_repeatable():
    sent = encoded((300, 200))
    assert b"secret maker" in sent, "the control arm: it was there"
    shown = draw_picture(sent)
    assert b"secret maker" not in shown.content
    assert dict(opened(shown).getexif()) == {}
    assert b"Exif" not in shown.content
    assert draw_picture(sent) == shown


def test_bytes_behind_the_picture_do_not_survive():
    sent = encoded((300, 200)) + b"<script>hidden</script>"
    assert b"hidden" not in draw_picture(sent).content


@pytest.mark.parametrize(
    ("turn", "at_red", "size"),
    [(None, (20, 5), (40, 30)), (3, (20, 25), (40, 30)), (6, (25, 20), (30, 40)),
     (8, (5, 20), (30, 40))],
)  # fmt: skip
def test_a_turned_photo_stands_upright(turn, at_red, size):
    image = opened(draw_picture(encoded((40, 30), turn=turn)))
    assert image.size == size
    red, _, blue = image.convert("RGB").getpixel(at_red)
    assert red > 150 > blue


def test_other_colours_become_what_browsers_know():
    assert opened(draw_picture(encoded((40, 30), mode="CMYK"))).mode == "RGB"
    assert opened(draw_picture(encoded((40, 30), "PNG", mode="P"))).mode == "RGB"
    sink = io.BytesIO()
    Image.new("RGBA", (40, 30), (1, 2, 3, 4)).save(sink, "PNG")
    assert opened(draw_picture(sink.getvalue())).mode == "RGBA"


def bomb(width, height):
    """A few hundred bytes of PNG that unfold into very many points."""

    def chunk(kind, body):
        check = zlib.crc32(kind + body)
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", check)

    head = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    body = zlib.compress(b"\0" * 1000)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", body) + chunk(b"IEND", b"")


def test_a_bomb_is_refused_before_it_unfolds():
    with pytest.raises(CannotReadPhoto, match="像素"):
        draw_picture(bomb(20_000, 5_000))
    with pytest.raises(CannotReadPhoto):
        draw_picture(bomb(60_000, 60_000))
    assert MOST_PIXELS < 20_000 * 5_000


@pytest.mark.parametrize("kind", ["JPEG", "PNG"])
def test_a_photo_cut_short_or_broken_inside_is_refused(kind):
    sent = encoded((400, 300), kind)
    with pytest.raises(CannotReadPhoto):
        draw_picture(sent[: len(sent) // 2])
    if kind == "JPEG":
        broken = sent[:600] + b"\xff\xd9"
        with pytest.raises(CannotReadPhoto):
            draw_picture(broken)


def test_what_is_no_photo_says_what_to_send():
    with pytest.raises(CannotReadPhoto, match="PDF"):
        draw_picture(b"%PDF-1.4")
