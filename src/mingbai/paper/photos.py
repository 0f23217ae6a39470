"""Photos as evidence: only the picture is kept; place, time, device and maker are cut out.

Phones write into a photo where it was taken and with what. JPEG and PNG are taken apart and only
the parts that make the picture are put together again; the turn of the picture is kept.
"""

from __future__ import annotations

import struct
import zlib
from dataclasses import dataclass
from typing import Final

_SOI, _EOI, _SOS = 0xD8, 0xD9, 0xDA
_ALONE: Final = frozenset({0x01, *range(0xD0, 0xD8)})
_EXIF: Final = b"Exif\x00\x00"
_TURN: Final = 0x0112
_PNG: Final = b"\x89PNG\r\n\x1a\n"
#: Chunks that make the picture; texts, times, previews and makers' own are not among them.
_PNG_KEPT: Final = frozenset(
    {b"IHDR", b"PLTE", b"IDAT", b"IEND", b"tRNS", b"gAMA", b"sRGB", b"cHRM"}
)
#: Brands of the container that phones keep HEIC photos in.
_HEIF: Final = frozenset(
    {b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1", b"avif"}
)
MOST_BYTES: Final = 20 * 1024 * 1024


class CannotReadPhoto(Exception):
    """Not a photo of a kind that is kept, cut short, or too large; says what to do."""


@dataclass(frozen=True)
class Photo:
    """A photo without anything but the picture; ``kind`` is jpg or png."""

    content: bytes
    kind: str


def strip_photo(content: bytes) -> Photo:
    """Take a JPEG or PNG apart and keep the picture alone; stripping twice changes nothing.

    Errors: ``CannotReadPhoto``.
    """
    if len(content) > MOST_BYTES:
        raise CannotReadPhoto("照片超过20兆，请压缩后再上传。")
    try:
        if content[:2] == b"\xff\xd8":
            return Photo(_strip_jpeg(content), "jpg")
        if content[:8] == _PNG:
            return Photo(_strip_png(content), "png")
    except (struct.error, IndexError) as error:
        raise CannotReadPhoto("照片不完整，可能没有传完。请重新拍摄或重新上传。") from error
    raise CannotReadPhoto(_refusal(content[:12]))


def _refusal(head: bytes) -> str:
    """What kind of file it is instead, where that can be told, and what to do."""
    if head[4:8] == b"ftyp" and head[8:12] in _HEIF:
        return (
            "这是 HEIC 格式的照片，公开栏上打不开。"
            "苹果手机请在“设置—相机—格式”里选“兼容性最佳”后重拍，或把照片另存为 JPG 再上传。"
        )
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "这是 WebP 格式的图片，多半是网页或聊天里另存的。请用手机相机拍的原照片（JPG）。"
    if head[:5] == b"%PDF-":
        return "这是 PDF 文件，不是照片。请到现场拍照，上传 JPG、PNG 照片。"
    return "只收 JPG、PNG 格式的照片。请在手机上把照片另存为 JPG 后再上传。"


def _strip_jpeg(content: bytes) -> bytes:
    kept, at, turn, scanned = [b"\xff\xd8"], 2, 1, False
    while True:
        if content[at] != 0xFF:
            raise IndexError
        marker = content[at + 1]
        if marker == 0xFF:  # fill byte before a marker
            at += 1
            continue
        if marker == _EOI:
            if not scanned:
                raise IndexError
            return b"".join([kept[0], _turned(turn), *kept[1:], b"\xff\xd9"])
        if marker in _ALONE:
            kept.append(content[at : at + 2])
            at += 2
            continue
        (size,) = struct.unpack(">H", content[at + 2 : at + 4])
        segment = content[at : at + 2 + size]
        if len(segment) != 2 + size or size < 2:
            raise IndexError
        if marker == 0xE1 and segment[4:10] == _EXIF:
            turn = _turn_of(segment[10:]) or turn
        if not (0xE0 <= marker <= 0xEF or marker == 0xFE) or _is_adobe(marker, segment):
            kept.append(segment)
        at += 2 + size
        if marker == _SOS:
            end = _end_of_scan(content, at)
            kept.append(content[at:end])
            at, scanned = end, True


def _is_adobe(marker: int, segment: bytes) -> bool:
    """The one application segment a decoder needs: how colours are stored."""
    return marker == 0xEE and segment[4:9] == b"Adobe" and len(segment) <= 16


def _end_of_scan(content: bytes, at: int) -> int:
    """Where the next marker after picture data stands; stuffed zeros and restarts belong to it."""
    while True:
        at = content.find(b"\xff", at)
        if at < 0:
            raise IndexError
        following = content[at + 1]
        if following != 0 and not 0xD0 <= following <= 0xD7:
            return at
        at += 2


def _turn_of(tiff: bytes) -> int | None:
    """The orientation tag of an Exif block, 1 to 8; ``None`` where it says nothing sensible."""
    order = {b"II": "<", b"MM": ">"}.get(tiff[:2])
    if order is None or len(tiff) < 8:
        return None
    (start,) = struct.unpack(order + "I", tiff[4:8])
    if start + 2 > len(tiff):
        return None
    (count,) = struct.unpack(order + "H", tiff[start : start + 2])
    for place in range(min(count, 64)):
        entry = tiff[start + 2 + 12 * place : start + 14 + 12 * place]
        if len(entry) < 12:
            return None
        tag, _, _, value = struct.unpack(order + "HHIH2x", entry)
        if tag == _TURN:
            return value if 1 <= value <= 8 else None
    return None


def _turned(turn: int) -> bytes:
    """An Exif segment that holds the orientation alone; nothing for an upright picture."""
    if turn == 1:
        return b""
    body = b"MM\x00\x2a" + struct.pack(">IHHHIH2xI", 8, 1, _TURN, 3, 1, turn, 0)
    return b"\xff\xe1" + struct.pack(">H", 2 + len(_EXIF) + len(body)) + _EXIF + body


def _strip_png(content: bytes) -> bytes:
    kept, at = [_PNG], 8
    while True:
        (size,) = struct.unpack(">I", content[at : at + 4])
        kind = content[at + 4 : at + 8]
        body = content[at + 8 : at + 8 + size]
        (check,) = struct.unpack(">I", content[at + 8 + size : at + 12 + size])
        if len(body) != size or zlib.crc32(kind + body) != check:
            raise IndexError
        if kind in _PNG_KEPT:
            kept.append(content[at : at + 12 + size])
        if kind == b"IEND":
            return b"".join(kept)
        at += 12 + size
