"""Tell rows of people or figures from blank lines, sums, foot notes and repeated headings."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, cast

import polars as pl
import pyarrow as pa

_SUM: Final = re.compile(
    r"(本页|本村|本镇|全镇|全县|全村)?(合计|小计|总计|共计|累计|总合计|合计金额|合计人数)"
    r"[:：]?.{0,12}"
)
_NOTE: Final = re.compile(
    r"(备注|说明|注|填表说明|填报说明|填表人|填报人|填表单位|填报单位|制表|制表人|审核|审核人|复核"
    r"|经办|经办人|负责人|单位负责人|主要负责人|分管领导|分管负责人|联系人|联系电话|填报日期"
    r"|填报时间|填表日期|填表时间|日期|单位盖章|公章|盖章)([:：;；、(（\d].*)?"
)
_LONG_NOTE: Final = re.compile(r"(备注|说明|注)[\d一二三]?[:：.、].*", re.DOTALL)
_IDENTITY: Final = ("id_number", "account", "phone")


@dataclass(frozen=True)
class Skipped:
    """Lines that are no rows, by reason; nothing is dropped without its line being kept here."""

    sums: tuple[int, ...] = ()
    notes: tuple[int, ...] = ()
    headings: tuple[int, ...] = ()
    blanks: tuple[int, ...] = ()

    @property
    def lines(self) -> frozenset[int]:
        """All of them."""
        return frozenset((*self.sums, *self.notes, *self.headings, *self.blanks))

    def as_json(self) -> dict[str, list[int]]:
        """As stored with the sheet."""
        return {
            "sums": list(self.sums),
            "notes": list(self.notes),
            "headings": list(self.headings),
            "blanks": list(self.blanks),
        }


def find_skipped(
    cells: pa.Table, *, after: int, indexes: Mapping[str, int], labels: Sequence[str]
) -> Skipped:
    """Lines below line `after` that hold no row of data.

    `indexes` says which column of the sheet (from 1) is which of the roster's; a line with nothing
    in any of them is blank even where a serial number stands in front. Lines with six digits where
    a person's number stands are people: they are never looked at twice.
    """
    frame = cast("pl.DataFrame", pl.from_arrow(cells.select(["line", *_columns(cells)])))
    wanted = pl.col("line") > after
    identity = next((indexes[name] for name in _IDENTITY if name in indexes), None)
    if identity is not None:
        wanted &= ~pl.col(f"c{identity}").str.contains("[0-9]{6}").fill_null(False)
    found: dict[str, list[int]] = {"sums": [], "notes": [], "headings": [], "blanks": []}
    for line, *row in frame.filter(wanted).iter_rows():
        kind = _kind_of(["".join((cell or "").split()) for cell in row], indexes, labels)
        if kind:
            found[kind].append(line)
    return Skipped(**{kind: tuple(lines) for kind, lines in found.items()})


def _columns(cells: pa.Table) -> list[str]:
    return [name for name in cells.column_names if name[0] == "c"]


def _kind_of(row: Sequence[str], indexes: Mapping[str, int], labels: Sequence[str]) -> str:
    """Why a line is no row: headings, sums, notes or blanks; empty for a row."""
    mapped = [(row[index - 1], labels[index - 1]) for index in indexes.values()]
    filled = sum(1 for cell, _ in mapped if cell)
    if _repeats_heading(mapped):
        return "headings"
    first = next((cell for cell in row if cell), "")
    name = row[indexes["name"] - 1] if "name" in indexes else ""
    if _SUM.fullmatch(first) or _SUM.fullmatch(name):
        return "sums"
    few = filled <= max(2, len(mapped) // 3)
    if few and (_NOTE.fullmatch(first) or _LONG_NOTE.fullmatch(first)):
        return "notes"
    return "" if filled else "blanks"


def _repeats_heading(mapped: Sequence[tuple[str, str]]) -> bool:
    """A line that prints the heading again, as on every page of a long table."""
    same = sum(
        1 for cell, label in mapped if cell and unicodedata.normalize("NFKC", cell).lower() == label
    )
    return same >= min(2, len(mapped))
