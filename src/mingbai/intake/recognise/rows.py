"""Tell rows of people or figures from blank lines, sums, foot notes and repeated headings."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc

_SUM = (
    r"^(本页|本村|本镇|全镇|全县|全村)?(合计|小计|总计|共计|累计|总合计|合计金额|合计人数)"
    r"[:：]?(.{0,12})?$"
)
_NOTE = (
    r"^(备注|说明|注|填表说明|填报说明|填表人|填报人|填表单位|填报单位|制表|制表人|审核|审核人|复核"
    r"|经办|经办人|负责人|单位负责人|主要负责人|分管领导|分管负责人|联系人|联系电话|填报日期"
    r"|填报时间|填表日期|填表时间|日期|单位(盖章)|单位盖章|公章|盖章)([:：;；、(（\d].*)?$"
)
_LONG_NOTE = r"^(备注|说明|注)[\d一二三]?[:：.、]"


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
    in any of them is blank even where a serial number stands in front.
    """
    below = cells.filter(pc.greater(cells["line"], after))
    rest = below.filter(pc.invert(_identity_filled(below, indexes)))
    return _other_lines(rest, indexes, labels) if rest.num_rows else Skipped()


def _other_lines(rest: pa.Table, indexes: Mapping[str, int], labels: Sequence[str]) -> Skipped:
    """Lines of sums, notes, repeated headings and blanks among lines that name no person."""
    mapped = [_squeezed(rest[f"c{index}"]) for index in indexes.values()]
    filled_count = _count_filled(mapped)
    first = _first_text(rest)
    is_sum = _matches(first, _SUM)
    if "name" in indexes:
        is_sum = pc.or_(is_sum, _matches(_squeezed(rest[f"c{indexes['name']}"]), _SUM))
    few = pc.less_equal(filled_count, max(2, len(mapped) // 3))
    is_note = pc.and_(pc.or_(_matches(first, _NOTE), _matches(first, _LONG_NOTE)), few)
    is_heading = _repeats_heading(mapped, [labels[index - 1] for index in indexes.values()])
    lines = rest["line"].to_pylist()
    found: dict[str, list[int]] = {"sums": [], "notes": [], "headings": [], "blanks": []}
    marks = zip(
        lines,
        is_heading.to_pylist(),
        is_sum.to_pylist(),
        is_note.to_pylist(),
        filled_count.to_pylist(),
        strict=True,
    )
    for line, heading, total, note, filled in marks:
        kind = _kind(heading=heading, total=total, note=note, filled=filled)
        if kind:
            found[kind].append(line)
    return Skipped(**{kind: tuple(lines) for kind, lines in found.items()})


def _kind(*, heading: bool, total: bool, note: bool, filled: int) -> str:
    if heading:
        return "headings"
    if total:
        return "sums"
    if note:
        return "notes"
    return "" if filled else "blanks"


def _squeezed(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """Text without any blank, ideographic ones included; null becomes empty."""
    return pc.replace_substring_regex(pc.fill_null(column, ""), r"[\s\x{3000}\x{00a0}]+", "")


def _count_filled(columns: Sequence[pa.ChunkedArray]) -> pa.ChunkedArray:
    total = pc.cast(pc.not_equal(columns[0], ""), pa.int32())
    for column in columns[1:]:
        total = pc.add(total, pc.cast(pc.not_equal(column, ""), pa.int32()))
    return total


def _first_text(rows: pa.Table) -> pa.ChunkedArray:
    """The first filled cell of each line, squeezed."""
    columns = [name for name in rows.column_names if name[0] == "c" and name[1:].isdigit()]
    squeezed = [_squeezed(rows[name]) for name in columns[:6]]
    nulled = [pc.if_else(pc.equal(column, ""), None, column) for column in squeezed]
    return pc.fill_null(pc.coalesce(*nulled), "")


def _identity_filled(rows: pa.Table, indexes: Mapping[str, int]) -> pa.ChunkedArray:
    """Lines with six digits where a person's numbers stand: never sums or notes."""
    for column in ("id_number", "account", "phone"):
        if column in indexes:
            return pc.fill_null(_matches(rows[f"c{indexes[column]}"], r"[0-9]{6}"), False)
    return pa.chunked_array([pa.array([False] * rows.num_rows, pa.bool_())])


def _repeats_heading(mapped: Sequence[pa.ChunkedArray], labels: Sequence[str]) -> pa.ChunkedArray:
    """Lines that print the heading again, as on every page of a long table."""
    same = pc.cast(_is_label(mapped[0], labels[0]), pa.int32())
    for column, label in zip(mapped[1:], labels[1:], strict=True):
        same = pc.add(same, pc.cast(_is_label(column, label), pa.int32()))
    return pc.greater_equal(same, min(2, len(mapped)))


def _is_label(column: pa.ChunkedArray, label: str) -> pa.ChunkedArray:
    folded = pc.utf8_lower(pc.utf8_normalize(column, form="NFKC"))
    return pc.and_(pc.not_equal(column, ""), pc.equal(folded, label))


def _matches(column: pa.ChunkedArray, pattern: str) -> pa.ChunkedArray:
    return pc.match_substring_regex(column, pattern)
