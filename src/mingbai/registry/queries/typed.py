"""One row as it is being typed, read by the gate's own rules: what it says, and what is wrong."""

from __future__ import annotations

import calendar
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

import pyarrow as pa

from mingbai.base.secrets import blind
from mingbai.engine.canon import REJECT, CanonColumn, canonical_table_plain, message
from mingbai.engine.reading.shapes import EMPTY, TEXT, RawSheet
from mingbai.rulebook import Book

#: Column -> type where the sub-item's roster does not say; also the order of the fields.
_TYPES: Final = {"name": "name", "id_number": "id_number", "account": "account", "phone": "phone"}
#: Column -> purpose of its blind key, and the name of the key on rows.
_KEYED: Final = {
    "id_number": ("id_number", "id_key"),
    "name": ("name_only", "name_key"),
    "account": ("account", "account_key"),
    "phone": ("phone", "phone_key"),
}


@dataclass(frozen=True)
class Fault:
    """What is wrong with one field, in words; ``severity`` 1 note, 2 warn, 3 the gate refuses."""

    column: str
    code: str
    severity: int
    text: str


@dataclass(frozen=True)
class Typed:
    """The row as checks see it (keyed digests only), its canonical name, and its faults.

    ``number_key`` is that of the number as typed; the row's ``id_key`` may become the one under
    which all rows of that person meet.
    """

    row: Mapping[str, Any]
    number_key: bytes | None
    name: str
    faults: tuple[Fault, ...]

    @property
    def is_refused(self) -> bool:
        """Whether the number cannot be read, so that nothing can be compared by it."""
        return any(each.column == "id_number" and each.severity >= REJECT for each in self.faults)


def read_typed(
    values: Mapping[str, str], *, sub_item: str, period: int, book: Book, **given: Any
) -> Typed:
    """Read ``name id_number account phone`` as the gate would on a roster of that month.

    Fields left empty are neither faulted nor compared. ``given`` are further canonical values
    (``town amount grade``).
    """
    written = {name: values.get(name, "").strip() for name in _TYPES}
    # One row is read by the plain twin: it says the same, without setting anything up.
    read = canonical_table_plain(
        _sheet(list(written.values())),
        columns=[
            # The gate refuses what cannot be read only where the column is required.
            CanonColumn(name, _type_of(book, sub_item, name), place, required=bool(written[name]))
            for place, name in enumerate(_TYPES, 1)
        ],
        first_line=1,
        as_of=date(*_last_day(period)),
    )
    found = read.table.to_pylist()[0] if read.table.num_rows else {}
    keys = {
        key: blind(purpose, found[name]) if found.get(name) else None
        for name, (purpose, key) in _KEYED.items()
    }
    row = {
        **dict.fromkeys(("amount", "grade", "start_date", "end_date", "course")),
        "town": "",
        **given,
        **keys,
        "birth_date": found.get("birth_date"),
        "sex": found.get("sex"),
        "sub_item": sub_item,
        "period": period,
        "table": "typed",
        "line": 1,
    }
    faults = tuple(map(_fault, read.faults.to_pylist()))
    return Typed(row, keys["id_key"], found.get("name") or "", faults)


def _fault(each: Mapping[str, Any]) -> Fault:
    said = message(each["code"], json.loads(each["params"]))
    return Fault(each["column"], each["code"], each["severity"], said)


def _sheet(texts: list[str]) -> RawSheet:
    cells: dict[str, pa.Array] = {"line": pa.array([1], pa.int32())}
    for place, text in enumerate(texts, 1):
        cells[f"c{place}"] = pa.array([text or None], pa.string())
        cells[f"k{place}"] = pa.array([TEXT if text else EMPTY], pa.int8())
    return RawSheet("typed", 1, False, pa.table(cells))


def _type_of(book: Book, sub_item: str, column: str) -> str:
    try:
        roster = book.sub_item(sub_item).roster
        return book.roster(roster).column(column).type if roster else _TYPES[column]
    except KeyError:
        return _TYPES[column]


def _last_day(period: int) -> tuple[int, int, int]:
    year, month = divmod(period, 100)
    return year, month, calendar.monthrange(year, month)[1]
