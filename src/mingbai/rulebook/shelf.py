"""The shelf of policy files: reads each once, strictly, and remembers it for the digest."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import re
from collections.abc import Hashable
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from mingbai.rulebook.faults import CannotLoadBook

BOOKS = Path(__file__).parent / "books"


class _StrictLoader(yaml.CSafeLoader):
    """YAML with whole numbers, true/false, null and dates only; a key given twice is refused.

    Decimal fractions stay text: money and shares must not pass through binary floats. Keys are
    text: a division code written bare would be a number.
    """

    yaml_implicit_resolvers: dict[str, list[tuple[str, re.Pattern[str]]]] = {}

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        seen: set[str] = set()
        for key, _ in node.value:
            if key.tag != "tag:yaml.org,2002:str":
                raise yaml.constructor.ConstructorError(
                    None, None, f"键“{key.value}”请加引号写成文字", key.start_mark
                )
            if key.value in seen:
                raise yaml.constructor.ConstructorError(
                    None, None, f"“{key.value}”写了两次", key.start_mark
                )
            seen.add(key.value)
        return super().construct_mapping(node, deep)


_StrictLoader.add_implicit_resolver(
    "tag:yaml.org,2002:bool", re.compile(r"^(?:true|false)$"), list("tf")
)
_StrictLoader.add_implicit_resolver(
    "tag:yaml.org,2002:int", re.compile(r"^(?:0|-?[1-9][0-9]*)$"), list("-0123456789")
)
_StrictLoader.add_implicit_resolver(
    "tag:yaml.org,2002:null", re.compile(r"^(?:~|null|)$"), ["~", "n", ""]
)
_StrictLoader.add_implicit_resolver(
    "tag:yaml.org,2002:timestamp",
    re.compile(r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$"),
    list("0123456789"),
)


@cache
def parse_page(text: str) -> object:
    """Parse one page; years share pages, so each text is parsed once; never change it."""
    # A subclass of the safe loader: no object can be built from a tag.
    return yaml.load(text, Loader=_StrictLoader)  # noqa: S506


class Shelf:
    """Files below one root folder, named in messages by their path from it."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._read: dict[str, str] = {}

    def exists(self, name: str) -> bool:
        """Tell whether the file is on the shelf."""
        return (self._root / name).is_file()

    def names(self, folder: str, pattern: str) -> tuple[str, ...]:
        """List files of a folder in order, as paths from the root."""
        found = sorted((self._root / folder).glob(pattern))
        return tuple(path.relative_to(self._root).as_posix() for path in found)

    def read_yaml(self, name: str) -> dict[str, Any]:
        """Read one mapping, or raise CannotLoadBook with the file and the line."""
        text = self._text(name)
        try:
            value = parse_page(text)
        except (yaml.YAMLError, ValueError) as fault:
            mark = getattr(fault, "problem_mark", None)
            line = f"第{mark.line + 1}行" if mark else "全文"
            problem = getattr(fault, "problem", None) or str(fault)
            raise CannotLoadBook(
                file=name, key=line, problem=f"不是规范的YAML（{problem}），请改正后重试"
            ) from fault
        if not isinstance(value, dict):
            raise CannotLoadBook(file=name, key="", problem="应为“键: 值”的表，请检查缩进")
        self._read[name] = _canonical(value)
        return value

    def read_csv(self, name: str) -> list[dict[str, str]]:
        """Read a table with a header row; lines of another length are refused."""
        reader = csv.DictReader(io.StringIO(self._text(name)), strict=True)
        rows: list[dict[str, str]] = []
        for row in reader:
            if None in row or None in row.values():
                raise CannotLoadBook(
                    file=name, key=f"第{reader.line_num}行", problem="列数与表头不一致，请补齐"
                )
            rows.append(row)
        self._read[name] = _canonical(rows)
        return rows

    def read_text(self, name: str) -> str:
        """Read a file that another reader parses; it counts for the digest as it stands."""
        text = self._text(name)
        self._read[name] = text
        return text

    @property
    def digest(self) -> str:
        """SHA-256 over the names and contents read so far; comments and spacing do not count."""
        total = hashlib.sha256()
        for name in sorted(self._read):
            total.update(f"{name}\n{self._read[name]}\n".encode())
        return total.hexdigest()

    @property
    def files(self) -> tuple[str, ...]:
        """Names of the files read so far, in order."""
        return tuple(sorted(self._read))

    def _text(self, name: str) -> str:
        try:
            return (self._root / name).read_text(encoding="utf-8")
        except FileNotFoundError:
            raise CannotLoadBook(
                file=name, key="", problem="没有这个文件，请补上或改正引用它的地方"
            ) from None
        except UnicodeDecodeError:
            raise CannotLoadBook(
                file=name, key="", problem="不是UTF-8编码，请另存为UTF-8"
            ) from None


def _canonical(value: object) -> str:
    return json.dumps(
        value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=_as_text
    )


def _as_text(value: object) -> str:
    if isinstance(value, date):
        return value.isoformat()
    raise TypeError(type(value).__name__)
