"""What a phone wrote into a photo: when it was taken, and where.

Only for the record beside the photo; the photo itself is shown without any of it.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from datetime import datetime
from typing import Final

_EXIF: Final = b"Exif\x00\x00"
_EXIF_IFD, _GPS_IFD = 0x8769, 0x8825
#: Taken, digitised, changed: the first that is there.
_TIMES: Final = (0x9003, 0x9004, 0x0132)
_SIZES: Final = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 7: 1, 9: 4, 10: 8}
_MOST_ENTRIES: Final = 200
_MILLION: Final = 1_000_000

Tags = dict[int, bytes]


@dataclass(frozen=True)
class PhotoFacts:
    """Kind of picture, local time without zone, position in millionths of a degree north, east."""

    kind: str
    taken: datetime | None = None
    position: tuple[int, int] | None = None


def read_photo(content: bytes) -> PhotoFacts:
    """Time and position of a JPEG or PNG; what is not there or makes no sense is None."""
    png = content[:4] == b"\x89PNG"
    kind, tiff = ("png" if png else "jpg"), (_png_block if png else _jpeg_block)(content)
    if tiff is None:
        return PhotoFacts(kind)
    try:
        return _Tiff(tiff).facts(kind)
    except (struct.error, IndexError, ValueError, ZeroDivisionError, KeyError):
        return PhotoFacts(kind)


def _jpeg_block(content: bytes) -> bytes | None:
    at = 2
    while content[at : at + 1] == b"\xff" and at + 4 <= len(content):
        marker = content[at + 1]
        if marker == 0xFF:
            at += 1
            continue
        if marker in (0xDA, 0xD9):
            return None
        (size,) = struct.unpack(">H", content[at + 2 : at + 4])
        if marker == 0xE1 and content[at + 4 : at + 10] == _EXIF:
            return content[at + 10 : at + 2 + size]
        at += 2 + size
    return None


def _png_block(content: bytes) -> bytes | None:
    at = 8
    while at + 8 <= len(content):
        (size,) = struct.unpack(">I", content[at : at + 4])
        if content[at + 4 : at + 8] == b"eXIf":
            return content[at + 8 : at + 8 + size]
        at += 12 + size
    return None


class _Tiff:
    def __init__(self, block: bytes) -> None:
        self.block = block
        self.order = {b"II": "<", b"MM": ">"}[block[:2]]

    def facts(self, kind: str) -> PhotoFacts:
        first = self._tags(self._number(self.block[4:8]))
        more = self._tags(self._number(first[_EXIF_IFD])) if _EXIF_IFD in first else {}
        place = self._tags(self._number(first[_GPS_IFD])) if _GPS_IFD in first else {}
        return PhotoFacts(kind, self._taken({**first, **more}), self._position(place))

    def _number(self, raw: bytes) -> int:
        (number,) = struct.unpack(f"{self.order}I", raw[:4])
        return int(number)

    def _tags(self, at: int) -> Tags:
        """Tag -> its bytes; an entry that points outside of the block is left out."""
        (count,) = struct.unpack(f"{self.order}H", self.block[at : at + 2])
        found: Tags = {}
        for place in range(min(count, _MOST_ENTRIES)):
            entry = self.block[at + 2 + 12 * place : at + 14 + 12 * place]
            tag, kind, number = struct.unpack(f"{self.order}HHI", entry[:8])
            size = _SIZES.get(kind, 0) * number
            raw = entry[8:12] if size <= 4 else self._far(entry[8:12], size)
            if size and len(raw) >= size:
                found[tag] = raw[:size] if size > 4 else raw
        return found

    def _far(self, pointer: bytes, size: int) -> bytes:
        at = self._number(pointer)
        return self.block[at : at + size]

    def _taken(self, tags: Tags) -> datetime | None:
        for tag in _TIMES:
            text = tags.get(tag, b"").split(b"\x00")[0].decode("ascii", "replace").strip()
            try:
                return datetime.strptime(text, "%Y:%m:%d %H:%M:%S")  # noqa: DTZ007
            except ValueError:
                continue
        return None

    def _position(self, tags: Tags) -> tuple[int, int] | None:
        if not {1, 2, 3, 4} <= set(tags):
            return None
        north = self._degrees(tags[2]) * (-1 if tags[1][:1] == b"S" else 1)
        east = self._degrees(tags[4]) * (-1 if tags[3][:1] == b"W" else 1)
        inside = abs(north) <= 90 * _MILLION and abs(east) <= 180 * _MILLION
        # 0, 0 is what a phone without a fix writes; the county does not lie in the Gulf of Guinea.
        return (north, east) if inside and (north, east) != (0, 0) else None

    def _degrees(self, raw: bytes) -> int:
        """Degrees, minutes and seconds, each a fraction, as millionths of a degree."""
        parts = struct.unpack(f"{self.order}6I", raw[:24])
        seconds = sum(
            3600 // 60**place * parts[2 * place] * _MILLION // parts[2 * place + 1]
            for place in range(3)
        )
        return int(seconds + 1800) // 3600
