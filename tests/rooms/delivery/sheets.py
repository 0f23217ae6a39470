"""Sheets as the intake room leaves them: a receipt, a sheet, its sealed columnar copy."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

import pyarrow as pa

from mingbai.base.files import store_file
from mingbai.base.ledger import record_act
from mingbai.base.models import Office, User
from mingbai.intake.models import Receipt, Sheet
from mingbai.intake.packing import bundle, pack

_TYPES = {
    "line": pa.int32(),
    "verdict": pa.int8(),
    "sent_date": pa.date32(),
    "start_date": pa.date32(),
    "end_date": pa.date32(),
    "city_adopted_date": pa.date32(),
    "province_adopted_date": pa.date32(),
    "id_key": pa.binary(16),
    "phone_key": pa.binary(16),
    "name_key": pa.binary(16),
    **{
        f"{step}_date": pa.date32()
        for step in (
            "approval",
            "tender",
            "start",
            "structure",
            "completion",
            "acceptance",
            "handover",
            "planned_start",
            "planned_finish",
        )
    },
    **{f"{word}_amount": pa.int64() for word in ("contract", "planned", "invested")},
}
_COLUMNS = {
    "progress": ("sub_item", "measure", "unit_name", "target", "month_done", "total_done"),
    "training": (
        "id_key",
        "phone_key",
        "name_key",
        "name",
        "id_number",
        "phone",
        "village",
        "course",
        "start_date",
        "end_date",
        "passed",
    ),
    "works": (
        "sub_item",
        "site_name",
        "site_number",
        "town",
        "place",
        "quantity",
        "done_quantity",
        "contractor",
        "contractor_code",
        "contract_number",
        "contract_amount",
        "planned_amount",
        "invested_amount",
        "planned_start_date",
        "planned_finish_date",
        "approval_date",
        "tender_date",
        "start_date",
        "structure_date",
        "completion_date",
        "acceptance_date",
        "handover_date",
    ),
    "information": ("title", "sent_date", "city_adopted_date", "province_adopted_date"),
}


def make_sheet(
    kind: str,
    rows: Iterable[Mapping[str, Any]],
    *,
    office: Office,
    by: User,
    at: datetime,
    month: int | None = 3,
    sub_item: str | None = None,
    town: str | None = None,
    follows: Sheet | None = None,
    year: int = 2021,
) -> Sheet:
    """A sheet with these rows, lines counted from 4; ``follows`` makes it a correction."""
    made = [{"line": line, "verdict": 0, **row} for line, row in enumerate(rows, start=4)]
    names = ("line", "verdict", *_COLUMNS[kind])
    schema = pa.schema([(name, _TYPES.get(name, pa.string())) for name in names])
    table = pa.Table.from_pylist(made, schema=schema)
    slot = f"{office.code}|{kind}|{sub_item or ''}|{town or ''}|{year}-{month or ''}"
    turn = follows.turn + 1 if follows else 1
    mark = hashlib.sha256(f"{slot}{turn}{made}".encode()).digest()
    file = store_file(mark, kind="upload", by=by, at=at)
    act = record_act("receive_file", by=by, at=at)
    receipt = Receipt.objects.create(
        file=file, original_name="表.xlsx", office=office, outcome="accepted", received_at=at,
        received_by=by, act=act,
    )  # fmt: skip
    stored = store_file(bundle([pack(table)]), kind="table", by=by, at=at)
    return Sheet.objects.create(
        receipt=receipt, file=file, number=1, name="Sheet1", office=office, roster=kind,
        roster_name=kind, kind=kind, sub_item=sub_item, town_id=town, year=year, month=month,
        header={"columns": {}, "place": 0},
        row_count=len(made), accepted_count=len(made), rejected_count=0,
        warned_count=0, noted_count=0, table=stored, cells=stored, slot=slot, turn=turn, part=1,
        follows=follows, book_digest="0" * 64, act=act,
    )  # fmt: skip
