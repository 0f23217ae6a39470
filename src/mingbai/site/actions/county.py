"""Setting up a county: divisions, offices, duties and the year's list, from the rulebook."""

from __future__ import annotations

from datetime import date, datetime

from django.db import transaction

from mingbai.base.ledger import record_act
from mingbai.base.models import Act, Division, Office, OfficeDuty, User
from mingbai.funds.actions import vote_budget
from mingbai.programme.actions import adopt_year
from mingbai.rulebook.model import Book

_WHY = "set-up holds the county's own lists against the rulebook"


@transaction.atomic
def install_county(*, book: Book, by: User | None, at: datetime) -> Act:
    """Bring divisions, offices, duties and the year's list to what the rulebook says.

    Safe to repeat: only what is missing or changed is written. Returns the ledger entry.
    """
    counts = {
        "divisions": _install_divisions(book),
        "offices": _install_offices(book),
        "duties": _install_duties(book),
    }
    act = record_act(
        "install_county",
        by=by,
        at=at,
        subject=f"county:{book.county}",
        payload={"year": book.year, "rulebook": book.digest, "written": counts},
    )
    adopt_year(book=book, by=by, at=at)
    vote_budget(book=book, by=by, at=at)
    return act


def _install_divisions(book: Book) -> int:
    known = {d.code: d for d in Division.objects.unscoped(_WHY)}
    written = 0
    for spec in sorted(book.divisions, key=lambda s: len(s.code)):
        fields = {
            "name": spec.name,
            "level": spec.level,
            "parent_id": spec.parent,
            "valid_from": spec.valid_from,
            "valid_to": spec.valid_to,
        }
        old = known.get(spec.code)
        if old is None:
            Division.objects.create(code=spec.code, **fields)
        elif any(getattr(old, k) != v for k, v in fields.items()):
            Division.objects.unscoped(_WHY).filter(code=spec.code).update(**fields)
        else:
            continue
        written += 1
    return written


def _install_offices(book: Book) -> int:
    known = {o.code: o for o in Office.objects.unscoped(_WHY)}
    start, written = date(book.year, 1, 1), 0
    for spec in book.offices:
        if spec.code in known:
            continue
        known[spec.code] = Office.objects.create(
            code=spec.code,
            name=spec.name,
            short_name=spec.short_name,
            kind=spec.kind,
            division_id=spec.division,
            valid_from=start,
        )
        written += 1
    for spec in book.offices:
        office, parent = known[spec.code], known[spec.parent] if spec.parent else None
        if office.parent_id != (parent.pk if parent else None):
            Office.objects.unscoped(_WHY).filter(pk=office.pk).update(parent=parent)
    return written


def _install_duties(book: Book) -> int:
    offices = {o.code: o for o in Office.objects.unscoped(_WHY)}
    start, written = date(book.year, 1, 1), 0
    # A programme's lead office does not see the rosters of sub-items that others lead.
    for office, sub_item in sorted({(item.lead_office, item.code) for item in book.sub_items}):
        _, made = OfficeDuty.objects.unscoped(_WHY).get_or_create(
            office=offices[office], sub_item=sub_item, from_date=start
        )
        written += made
    return written
