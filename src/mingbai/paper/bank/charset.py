"""Characters a bank accepts, in bytes: what fits, what is replaced, what is refused, where to cut.

Python's ``gb18030`` follows the 2005 edition: nineteen characters that GB 18030-2022 moved out of
the private-use area are translated here, in either direction, as the format's edition wants.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Final

_PRIVATE_2005: Final = (
    "\ue78d\ue78e\ue78f\ue790\ue791\ue792\ue793\ue794\ue795\ue796"
    "\ue7c7\ue81e\ue826\ue82b\ue82c\ue832\ue843\ue854\ue864"
)
_REAL_2022: Final = (
    "\ufe10\ufe12\ufe11\ufe13\ufe14\ufe15\ufe16\ufe17\ufe18\ufe19"
    "\u1e3f\u9fb4\u9fb5\u9fb6\u9fb7\u9fb8\u9fb9\u9fba\u9fbb"
)
_TO_PRIVATE: Final = str.maketrans(_REAL_2022, _PRIVATE_2005)
_TO_REAL: Final = str.maketrans(_PRIVATE_2005, _REAL_2022)
_PRIVATE: Final = re.compile("[\ue000-\uf8ff\U000f0000-\U000ffffd\U00100000-\U0010fffd]")
_XML_FORBIDDEN: Final = re.compile("[\ud800-\udfff\ufffe\uffff]")
#: Variation selectors: they ask for a shape of a character, which no bank stores.
_SHAPES: Final = re.compile("[\ufe00-\ufe0f\U000e0100-\U000e01ef]")
_UNSEEN: Final = frozenset({"Cc", "Cf", "Zl", "Zp"})
_TWO_BYTES: Final = 2

ENCODINGS: Final = frozenset({"gb18030", "utf-8"})
EDITIONS: Final = frozenset({2005, 2022})


@dataclass(frozen=True)
class Charset:
    """How text becomes bytes: ``four_byte`` says whether GB18030's four-byte part is accepted.

    ``replace`` are spellings agreed with the bank (one kind of dot for all), applied first. An
    edition of 2005 writes the nineteen moved characters as four bytes, 2022 as the old two.
    """

    encoding: str = "gb18030"
    edition: int = 2005
    four_byte: bool = True
    replace: Mapping[str, str] = field(default_factory=dict)

    @cached_property
    def _agreed(self) -> dict[int, str]:
        return str.maketrans(dict(self.replace))

    def settle(self, text: str) -> str:
        """The text as it will be written: agreed spellings, real characters for moved ones."""
        return text.translate(_TO_REAL).translate(self._agreed)

    def fault_of(self, text: str) -> str:
        """The cause why settled text cannot be written, or "" where it can."""
        if _PRIVATE.search(text):
            return "private"
        if _XML_FORBIDDEN.search(text):
            return "outside"
        if _SHAPES.search(text) or any(unicodedata.category(each) in _UNSEEN for each in text):
            return "control"
        if not self.four_byte and any(len(self.encode(each)) > _TWO_BYTES for each in text):
            return "rare"
        return ""

    def encode(self, text: str) -> bytes:
        """Bytes of settled text."""
        if self.encoding == "gb18030" and self.edition == 2022:
            text = text.translate(_TO_PRIVATE)
        return text.encode(self.encoding)

    def cut(self, text: str, width: int) -> bytes:
        """At most ``width`` bytes of settled text, never ending inside a character."""
        whole = self.encode(text)
        if len(whole) <= width:
            return whole
        kept, size = bytearray(), 0
        for each in text:
            piece = self.encode(each)
            size += len(piece)
            if size > width:
                break
            kept += piece
        return bytes(kept)

    def decode(self, content: bytes) -> str:
        """Text of bytes that a bank sent back; UnicodeDecodeError where they are none."""
        return content.decode(self.encoding).translate(_TO_REAL)
