"""Token files and maps as Parquet: nothing in them beyond what their shapes say."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import pyarrow as pa
import pyarrow.parquet as pq

from mingbai.engine.tokens.faults import CannotCompare
from mingbai.engine.tokens.shapes import MAP_SCHEMA, TOKEN_SCHEMA, Label, RowMap, TokenFile
from mingbai.engine.whole import write_whole

_TOKENS: Final = b"mingbai.tokens"
_MAP: Final = b"mingbai.tokens.map"


def write_tokens(path: Path, tokens: TokenFile) -> None:
    """The file that is handed over."""
    _write(path, tokens.table, TOKEN_SCHEMA, _TOKENS, tokens.label)


def write_map(path: Path, row_map: RowMap) -> None:
    """The file that stays at home."""
    _write(path, row_map.table, MAP_SCHEMA, _MAP, row_map.label)


def read_tokens(path: Path) -> TokenFile:
    """Read a token file; raises CannotCompare for any other."""
    label, table = _read(path, TOKEN_SCHEMA, _TOKENS, "令牌文件")
    return TokenFile(label, table)


def read_map(path: Path) -> RowMap:
    """Read a map; raises CannotCompare for any other file."""
    label, table = _read(path, MAP_SCHEMA, _MAP, "行号对照文件")
    return RowMap(label, table)


def _write(path: Path, table: pa.Table, schema: pa.Schema, name: bytes, label: Label) -> None:
    labelled = table.cast(schema).replace_schema_metadata({name: label.encode()})
    with write_whole(path) as sink:
        # Tokens are random to whoever lacks the key: there is nothing to compress or to summarise.
        pq.write_table(labelled, sink, compression="none", write_statistics=False)


def _read(path: Path, schema: pa.Schema, name: bytes, called: str) -> tuple[Label, pa.Table]:
    try:
        table = pq.read_table(pa.BufferReader(path.read_bytes()))
    except OSError as error:
        problem = f"{called} {path.name} 打不开（{type(error).__name__}）。请核对路径。"
        raise CannotCompare(problem) from None
    except pa.ArrowException:
        raise CannotCompare(f"{path.name} 不是{called}，或传输中损坏。请重新生成或重传。") from None
    written = (table.schema.metadata or {}).get(name)
    if written is None or not table.schema.equals(schema):
        raise CannotCompare(f"{path.name} 不是{called}。请核对是否把几个文件的次序写反了。")
    return Label.decode(written), table.replace_schema_metadata(None)
