"""Pack a judged sheet into bytes and rows, and write it inside the file's transaction."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from mingbai.base.bulk import insert_rows
from mingbai.base.files import store_file
from mingbai.base.models import Division, StoredFile
from mingbai.base.secrets import BLIND_BYTES, blind_many
from mingbai.engine.reading import RawSheet
from mingbai.intake.judge import Counts, Judgement
from mingbai.intake.models import Receipt, Sheet, Verdict
from mingbai.intake.packing import bundle, pack
from mingbai.intake.recognise import Recognised, column_letter
from mingbai.rulebook import Book

KEYS = {
    "id_key": ("id_number", "id_number"),
    "account_key": ("account", "account"),
    "phone_key": ("phone", "phone"),
    "name_key": ("name_only", "name"),
}
"""Blind key column -> (purpose of the blind index, canonical column); null where there is none."""


#: Up to so many values of a kind are remembered: the people of a county, some 20 MB a kind.
_REMEMBERED = 200_000


@dataclass(frozen=True)
class Packed:
    """A judged sheet ready to be written: bytes of both copies, verdict rows, what it is about."""

    number: int
    name: str
    found: Recognised
    header: dict[str, Any]
    counts: Counts
    table: bytes
    cells: bytes
    verdicts: tuple[tuple[int, str, str, str, int, str], ...]
    sub_items: frozenset[str]
    book_digest: str


class Blinder:
    """Blind keys, remembered over the files of one run: the same people come month after month."""

    def __init__(self) -> None:
        self._known: dict[str, dict[str, bytes]] = {}

    def blind(self, purpose: str, values: pa.ChunkedArray) -> pa.Array:
        """What `blind_many` gives; only values not met before are hashed."""
        known = self._known.setdefault(purpose, {})
        if len(known) > _REMEMBERED:
            known.clear()
        coded = pc.dictionary_encode(values.combine_chunks().cast(pa.string()))
        texts = coded.dictionary.to_pylist()
        new = [text for text in texts if text not in known]
        known.update(
            zip(new, blind_many(purpose, pa.array(new, pa.string())).to_pylist(), strict=True)
        )
        keys = pa.array([known[text] for text in texts], pa.binary(BLIND_BYTES))
        return keys.take(coded.indices)


def pack_sheet(
    raw: RawSheet, found: Recognised, judged: Judgement, *, book: Book, blinder: Blinder
) -> Packed:
    """Make the columnar copies (canonical with blind keys; cells as written) and verdict rows."""
    return Packed(
        number=raw.number,
        name=raw.name,
        found=found,
        header=_header(raw, found),
        counts=judged.counts,
        table=pack(with_keys(judged.table, blinder)),
        cells=pack(_cells(raw)),
        verdicts=tuple(_verdict_rows(judged, found)),
        sub_items=judged.sub_items,
        book_digest=book.digest,
    )


def with_keys(table: pa.Table, blinder: Blinder) -> pa.Table:
    """The canonical table with its four blind keys; a key is null where the value is."""
    for key, (purpose, column) in KEYS.items():
        if column in table.column_names:
            values = blinder.blind(purpose, table[column])
        else:
            values = pa.nulls(table.num_rows, pa.binary(BLIND_BYTES))
        table = table.append_column(pa.field(key, pa.binary(BLIND_BYTES)), values)
    return table


def _cells(raw: RawSheet) -> pa.Table:
    kept = ["line", *(f"c{index}" for index in range(1, raw.width + 1))]
    return raw.cells.select(kept)


def _header(raw: RawSheet, found: Recognised) -> dict[str, Any]:
    columns = {
        name: {
            "index": index,
            "letter": column_letter(index),
            "label": label,
            "type": found.roster.column(name).type,
            "unit": unit,
        }
        for name, (index, label, unit) in found.columns.items()
    }
    return {
        "lines": list(found.header_lines),
        "columns": columns,
        "width": raw.width,
        "skipped": found.skipped.as_json(),
    }


def _verdict_rows(
    judged: Judgement, found: Recognised
) -> Iterator[tuple[int, str, str, str, int, str]]:
    letters = {name: found.letter(name) for name in found.columns}
    columns = [judged.verdicts[name].to_pylist() for name in ("line", "column", "code")]
    severities = judged.verdicts["severity"].to_pylist()
    params = judged.verdicts["params"].to_pylist()
    for line, column, code, severity, detail in zip(*columns, severities, params, strict=True):
        yield line, column or "", letters.get(column, ""), code, severity, detail or "{}"


def write_sheets(receipt: Receipt, sheets: Sequence[Packed]) -> None:
    """Write a receipt's sheets and verdicts; each follows the sheet that it corrects."""
    if not sheets:
        return
    towns = frozenset(
        Division.objects.unscoped("codes only").filter(level="town").values_list("code", flat=True)
    )
    by, at = receipt.received_by, receipt.received_at
    # One file for all sheets of a receipt: syncing to disk costs more than writing.
    table = store_file(bundle([sheet.table for sheet in sheets]), kind="table", by=by, at=at)
    cells = store_file(bundle([sheet.cells for sheet in sheets]), kind="cells", by=by, at=at)
    parts: dict[str, int] = {}
    for place, sheet in enumerate(sheets):
        slot, last = find_slot(receipt, sheet)
        parts[slot] = parts.get(slot, 0) + 1
        written = _write_sheet(
            receipt,
            sheet,
            header=sheet.header | {"sub_items": sorted(sheet.sub_items), "place": place},
            town=sheet.found.town if sheet.found.town in towns else None,
            table=table,
            cells=cells,
            slot=slot,
            part=parts[slot],
            last=last,
        )
        insert_rows(
            Verdict,
            ("sheet_id", "line", "column", "letter", "code", "severity", "params", "act_id"),
            ((written.pk, *row, receipt.act_id) for row in sheet.verdicts),
        )


def find_slot(receipt: Receipt, sheet: Packed) -> tuple[str, Sheet | None]:
    """The slot a sheet belongs to, and the sheet of an earlier receipt that it follows.

    Tables that name a sub-item in each row (progress, funds) share a slot when they share any
    sub-item: an office may send several such tables in a month, each for other sub-items.
    """
    found = sheet.found
    place = (
        receipt.office.code,
        found.roster.code,
        found.sub_item or "",
        found.town or "",
        f"{found.year}{found.month or 0:02d}",
        found.series,
    )
    base = "|".join(place)
    if not sheet.sub_items:
        return base, _last(Sheet.objects.unscoped("of this slot").filter(slot=base), receipt)
    earlier = Sheet.objects.unscoped("slots of the same office and month").filter(
        slot__startswith=f"{base}|"
    )
    for other in earlier.exclude(receipt=receipt).order_by("-turn", "part"):
        if sheet.sub_items.intersection(other.header["sub_items"]):
            return other.slot, _last(earlier.filter(slot=other.slot), receipt)
    return f"{base}|{min(sheet.sub_items)}", None


def _last(sheets: Any, receipt: Receipt) -> Sheet | None:
    last: Sheet | None = sheets.exclude(receipt=receipt).order_by("-turn", "part").first()
    return last


def _write_sheet(
    receipt: Receipt,
    sheet: Packed,
    *,
    header: dict[str, Any],
    town: str | None,
    table: StoredFile,
    cells: StoredFile,
    slot: str,
    part: int,
    last: Sheet | None,
) -> Sheet:
    found, counts = sheet.found, sheet.counts
    return Sheet.objects.create(
        act_id=receipt.act_id,
        receipt=receipt,
        file_id=receipt.file_id,
        number=sheet.number,
        name=sheet.name[:120],
        office_id=receipt.office_id,
        roster=found.roster.code,
        roster_name=found.roster.name,
        kind=found.roster.kind,
        sub_item=found.sub_item,
        town_id=town,
        year=found.year,
        month=found.month,
        series=found.series,
        title=found.title[:200],
        header=header,
        row_count=counts.rows,
        accepted_count=counts.accepted,
        rejected_count=counts.rejected,
        warned_count=counts.warned,
        noted_count=counts.noted,
        table=table,
        cells=cells,
        slot=slot[:255],
        turn=last.turn + 1 if last else 1,
        part=part,
        follows=last,
        book_digest=sheet.book_digest,
    )
