"""Receiving a whole roster of applications: every accepted row is one, each by itself."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, Final

from django.db import IntegrityError, transaction

from mingbai.base.ledger import record_act
from mingbai.base.models import User
from mingbai.base.scope import Asker
from mingbai.intake.models import Sheet
from mingbai.registry.actions.apply import Asked, CannotApply, write_application
from mingbai.registry.actions.change import RowsReport
from mingbai.registry.models import Application
from mingbai.registry.queries.rows import ORIGIN, roster_rows, village_codes
from mingbai.rulebook import Book

_WHY: Final = "a row is received once, whoever asks again"
_COLUMNS: Final = (
    "sub_item", "name", "id_number", "town", "village", "phone", "account", "grade", "start_date",
)  # fmt: skip


def receive_applications(
    *, sheets: Sequence[Sheet], book: Book, by: User, at: datetime
) -> RowsReport:
    """Receive the accepted rows of rosters of applications; rows received before are passed over.

    The report names applications where received and lines of the sheets where not.
    """
    rosters = [sheet for sheet in sheets if sheet.kind == "application"]
    to = Asker.system("the caller chose these sheets under their own scope")
    rows = roster_rows(sheets=rosters, to=to, columns=_COLUMNS).to_dicts()
    villages, grades = village_codes(), _grades(book)
    done: list[int] = []
    refused: list[tuple[int, str]] = []
    with transaction.atomic():
        act = record_act(
            "receive_applications", by=by, at=at, subject=f"sheets:{len(rosters)}",
            payload={"sheets": [sheet.pk for sheet in rosters]},
        )  # fmt: skip
        known = _received({row["origin_file_id"] for row in rows})
        for row in rows:
            origin = {name: row[name] for name in ORIGIN}
            if tuple(origin.values()) in known:
                continue
            try:
                # Its own savepoint: the constraints may refuse one row, the others stand.
                with transaction.atomic():
                    made = write_application(
                        asked=_asked(row, villages, grades), book=book, by=by, at=at, act=act,
                        source=Application.Source.WORKBOOK, origin=origin,
                    )  # fmt: skip
                done.append(made.pk)
            except CannotApply as error:
                refused.append((row["origin_line"], str(error)))
            except IntegrityError:
                refused.append((row["origin_line"], "这个人刚刚由他人录入了同一项申请"))
    return RowsReport(act, tuple(done), tuple(refused))


def _received(files: set[int]) -> set[tuple[Any, ...]]:
    rows = Application.objects.unscoped(_WHY).filter(origin_file__in=files)
    return set(rows.values_list(*ORIGIN))


def _asked(
    row: dict[str, Any], villages: dict[tuple[str, str], str], grades: dict[tuple[str, str], str]
) -> Asked:
    village = str(row["village"] or "")
    if len(village) != 12 or not village.isdigit():
        village = villages.get((row["town"] or "", village), "")
    if not village:
        raise CannotApply("认不出村（居）。请写行政区划里的全名。")
    if not isinstance(row["start_date"], date):
        raise CannotApply("没有受理日期。")
    grade = str(row["grade"] or "")
    return Asked(
        sub_item=row["sub_item"],
        town=village[:9],
        village=village,
        id_number=row["id_number"] or "",
        name=row["name"] or "",
        received_date=row["start_date"],
        phone=row["phone"] or "",
        account=row["account"] or "",
        grade=grades.get((row["sub_item"], grade), ""),
    )


def _grades(book: Book) -> dict[tuple[str, str], str]:
    """(sub-item, how rosters write a grade, or its code) -> its code."""
    found: dict[tuple[str, str], str] = {}
    for item in book.sub_items:
        if item.roster is None:
            continue
        for column in book.roster(item.roster).columns:
            if column.name == "grade":
                for text, code in column.codes.items():
                    found[item.code, text] = found[item.code, code] = code
    return found
