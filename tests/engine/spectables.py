"""Spec tables of the checks: one YAML file a kind in `spec/`, read by the tests and the manual.

A file says what the kind is for, what its settings mean, what missing values do, and holds tables:
rows as a person would write them, a spec, and the findings that must come out on every machine.
"""

from __future__ import annotations

import datetime as dt
import functools
import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import yaml
from tests.engine.rolls import key, roll

from mingbai.engine.checks import ROSTER, CheckSpec
from mingbai.engine.checks.loading import KINDS

FOLDER = Path(__file__).parent / "spec"

#: Columns by the label they bear in the tables. Keys are written as short names.
LABELS = {
    "身份证号": "id_key", "姓名": "name_key", "账号": "account_key", "电话": "phone_key",
    "户号": "household_key", "户主": "head_key", "子项": "sub_item", "乡镇": "town",
    "村": "village",
    "月份": "period", "金额": "amount", "档次": "grade", "出生日期": "birth_date", "性别": "sex",
    "变动日期": "event_date", "开始日期": "start_date", "结束日期": "end_date", "班次": "course",
    "指标": "measure", "完成数": "claimed",
}  # fmt: skip
FINDING_LABELS = ["结论", "人", "归并", "存疑行", "旁证行", "数"]
EMPTY = "-"


@dataclass(frozen=True)
class Found:
    """A finding as a table spells it. Lines are (table, line)."""

    code: str
    person: str | None
    cause: str
    doubted: tuple[tuple[str, int], ...]
    beside: tuple[tuple[str, int], ...]
    facts: tuple[tuple[str, int], ...]


@dataclass(frozen=True)
class SpecTable:
    """One case: what stands in the tables, what is asked, what must be found."""

    kind: str
    title: str
    settings: Mapping[str, Any]
    grids: Mapping[str, tuple[tuple[str, ...], ...]]
    findings: tuple[Found, ...]
    column: str
    grain: tuple[str, ...]

    def spec(self) -> CheckSpec:
        """The spec that the case asks with."""
        return make_spec(self.kind, self.settings)

    def tables(self) -> dict[str, pa.Table]:
        """The tables of the case, each from line 2 as under a heading."""
        return {name: _read_rows(grid) for name, grid in self.grids.items()}


@dataclass(frozen=True)
class KindBook:
    """All that is said of a kind."""

    kind: str
    title: str
    purpose: str
    settings: Mapping[str, str]
    missing: str
    tables: tuple[SpecTable, ...]
    refused: tuple[Mapping[str, Any], ...]
    accepted: tuple[Mapping[str, Any], ...]


def make_spec(kind: str, settings: Mapping[str, Any]) -> CheckSpec:
    """A spec from YAML values."""

    def frozen(value: Any) -> Any:
        return tuple(map(frozen, value)) if isinstance(value, list) else value

    return KINDS[kind](**{"rule": "r", **{name: frozen(v) for name, v in settings.items()}})


@functools.cache
def load_books() -> tuple[KindBook, ...]:
    """Every kind's file, in the order of the kinds."""
    return tuple(_load_book(kind) for kind in KINDS)


def _load_book(kind: str) -> KindBook:
    said = yaml.safe_load((FOLDER / f"{kind}.yaml").read_text("utf-8"))
    return KindBook(
        kind=kind,
        title=said["title"],
        purpose=said["purpose"].strip(),
        settings=said["settings"] or {},
        missing=said["missing"].strip(),
        tables=tuple(_load_table(kind, said, case) for case in said["tables"]),
        refused=tuple(said["refused"]),
        accepted=tuple(said["accepted"]),
    )


def _load_table(kind: str, said: Mapping[str, Any], case: Mapping[str, Any]) -> SpecTable:
    each = {label: str(value) for label, value in case.get("each", {}).items()}
    grids = {
        name: _grid(text, each if name == ROSTER else {}) for name, text in case["rows"].items()
    }
    return SpecTable(
        kind=kind,
        title=case["title"],
        settings=case.get("spec") or {},
        grids=grids,
        findings=tuple(_read_finding(line) for line in _cells(case["findings"] or "")),
        column=case.get("column", said["column"]),
        grain=tuple(case.get("grain", said["grain"])),
    )


def _cells(text: str) -> list[tuple[str, ...]]:
    lines = [line for line in text.splitlines() if line.strip()]
    return [
        tuple(cell.strip().replace("\\|", "|") for cell in re.split(r"(?<!\\)\|", line))
        for line in lines
    ]


def _grid(text: str, each: Mapping[str, str]) -> tuple[tuple[str, ...], ...]:
    head, *lines = _cells(text)
    assert all(len(line) == len(head) for line in lines), text
    return ((*head, *each), *((*line, *each.values()) for line in lines))


def _read_rows(grid: tuple[tuple[str, ...], ...]) -> pa.Table:
    columns = [LABELS[label] for label in grid[0]]
    spelled = [
        {column: _read_cell(column, cell) for column, cell in zip(columns, line, strict=True)}
        for line in grid[1:]
    ]
    return roll(*spelled)


def _read_cell(column: str, cell: str) -> Any:
    if cell == EMPTY:
        return None
    if column.endswith("_key"):
        return key(cell)
    if column.endswith("_date"):
        return dt.date.fromisoformat(cell)
    if column == "amount":
        return int(Decimal(cell) * 100)
    if column == "sex":
        return {"男": 1, "女": 2}[cell]
    return int(cell) if column in ("period", "claimed") else cell


def _read_finding(line: tuple[str, ...]) -> Found:
    code, person, cause, doubted, beside, facts = line
    return Found(
        code=code,
        person=None if person == EMPTY else person,
        cause="" if cause == EMPTY else cause,
        doubted=_read_lines(doubted),
        beside=_read_lines(beside),
        facts=tuple(
            (name, int(value)) for name, value in (fact.split("=") for fact in _words(facts))
        ),
    )


def _read_lines(cell: str) -> tuple[tuple[str, int], ...]:
    found = []
    for word in _words(cell):
        table, _, line = word.rpartition(":")
        found.append((table or ROSTER, int(line)))
    return tuple(found)


def _words(cell: str) -> list[str]:
    return [] if cell == EMPTY else cell.replace(",", " ").split()


def spell_finding(finding: Mapping[str, Any], params: Mapping[str, int]) -> Found:
    """A row of a findings table as a spec table would spell it."""

    assert all(row["subject"] in (True, False) for row in finding["evidence"]), finding

    def lines(subject: bool) -> tuple[tuple[str, int], ...]:
        rows = [row for row in finding["evidence"] if row["subject"] == subject]
        return tuple((row["table"], row["line"]) for row in rows)

    return Found(
        code=finding["code"],
        person=spell_key(finding["person"]),
        cause=_spell_cause(finding["cause"]),
        doubted=lines(True),
        beside=lines(False),
        facts=tuple(params.items()),
    )


def spell_key(value: bytes | None) -> str | None:
    """The short name behind a key."""
    return None if value is None else value.rstrip(b".").decode()


def _spell_cause(cause: str) -> str:
    """Causes that are keys stand in hexadecimal; a reader wants the name."""
    try:
        value = bytes.fromhex(cause)
    except ValueError:
        return cause
    return spell_key(value) or "" if len(value) == 16 else cause
