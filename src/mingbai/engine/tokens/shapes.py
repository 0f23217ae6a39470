"""What is handed over, and what stays at home."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import Final

import pyarrow as pa

from mingbai.engine.tokens.faults import CannotCompare

#: HMAC-SHA-256 cut to 128 bits: two of 60 million people meet by chance once in 10**23 tries.
TOKEN_BYTES: Final = 16
VERSION: Final = 1

TOKEN_SCHEMA: Final = pa.schema(
    [pa.field("token", pa.binary(TOKEN_BYTES), nullable=False)],
)
MAP_SCHEMA: Final = pa.schema(
    [
        pa.field("token", pa.binary(TOKEN_BYTES), nullable=False),
        pa.field("table", pa.string(), nullable=False),
        pa.field("line", pa.int32(), nullable=False),
    ]
)
#: Lines of one's own rosters.
LINE_SCHEMA: Final = pa.schema([MAP_SCHEMA.field("table"), MAP_SCHEMA.field("line")])


@dataclass(frozen=True)
class Label:
    """What a token file says of itself: what for, by which identifier, and under which key.

    `key_check` comes from the key and tells only whether two sides had the same one.
    """

    purpose: str
    by: str
    key_check: str
    version: int = VERSION

    def encode(self) -> bytes:
        """As stored in a file's metadata."""
        return json.dumps(asdict(self), ensure_ascii=False, sort_keys=True).encode()

    @classmethod
    def decode(cls, text: bytes) -> Label:
        """Read what `encode` wrote; raises CannotCompare for anything else."""
        try:
            read = json.loads(text)
            label = cls(**read)
        except (ValueError, TypeError):
            raise CannotCompare("文件里的说明已损坏。请让对方重新生成后再传。") from None
        if label.version != VERSION:
            raise CannotCompare("文件由另一版本的程序生成。请双方升级到同一版本后重新生成。")
        if not all(isinstance(each, str) for each in (label.purpose, label.by, label.key_check)):
            raise CannotCompare("文件里的说明已损坏。请让对方重新生成后再传。")
        return label


@dataclass(frozen=True)
class TokenFile:
    """What is handed over: the label and each token once, sorted, so that order says nothing."""

    label: Label
    table: pa.Table


@dataclass(frozen=True)
class RowMap:
    """What stays at home: for each line of one's own rosters its token."""

    label: Label
    table: pa.Table
