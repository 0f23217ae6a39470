"""The oracle: the same canon cell by cell in plain Python, slow and obvious."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping, Sequence

import pyarrow as pa

from mingbai.engine.canon.cells import read_cell
from mingbai.engine.canon.shapes import BLANKS, REJECT, CanonColumn, CanonResult, Remark, Value
from mingbai.engine.canon.table import FAULT_SCHEMA, check_columns, derived_names
from mingbai.engine.canon.types.id_number import birth_date_of, sex_of
from mingbai.engine.reading.shapes import RawSheet


def canonical_table_plain(
    raw: RawSheet,
    *,
    columns: Sequence[CanonColumn],
    first_line: int,
    last_line: int | None = None,
    skip_lines: Collection[int] = (),
    defaults: Mapping[str, Value] | None = None,
    as_of: dt.date,
) -> CanonResult:
    """Same arguments and result as canonical_table."""
    types = check_columns(raw, columns, as_of=as_of)
    given = defaults or {}
    fields = [pa.field("line", pa.int32(), nullable=False)]
    for column, kind in zip(columns, types, strict=True):
        fields.append(pa.field(column.name, kind.arrow))
        if column.type == "id_number":
            birth, sex = derived_names(column)
            fields += [pa.field(birth, pa.date32()), pa.field(sex, pa.int8())]
    fields.append(pa.field("verdict", pa.int8(), nullable=False))
    rows: list[dict[str, object]] = []
    faults: list[dict[str, object]] = []
    for cells in raw.cells.to_pylist():
        line = cells["line"]
        if line < first_line or (last_line is not None and line > last_line):
            continue
        if line in skip_lines:
            continue
        row: dict[str, object] = {"line": line, "verdict": 0}
        for column, kind in zip(columns, types, strict=True):
            remarks: tuple[Remark, ...] = ()
            value: Value | None = None
            text = "" if column.place is None else (cells[f"c{column.place}"] or "").strip(BLANKS)
            if text:
                reading = read_cell(text, cells[f"k{column.place}"], column, kind)
                value, remarks = reading.value, reading.remarks
            elif column.place is None and column.name in given:
                value = given[column.name]
            elif column.required:
                remarks = (Remark("empty", REJECT),)
            row[column.name] = value
            if column.type == "id_number":
                birth, sex = derived_names(column)
                known = isinstance(value, str) and len(value) == 18
                row[birth] = birth_date_of(str(value)) if known else None
                row[sex] = sex_of(str(value)) if known else None
            for remark in remarks:
                row["verdict"] = max(int(str(row["verdict"])), remark.severity)
                faults.append(
                    {"line": line, "column": column.name, "code": remark.code,
                     "severity": remark.severity, "params": remark.params_json}
                )  # fmt: skip
        rows.append(row)
    return CanonResult(
        pa.Table.from_pylist(rows, schema=pa.schema(fields)),
        pa.Table.from_pylist(faults, schema=FAULT_SCHEMA),
    )
