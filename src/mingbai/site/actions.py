"""Setting up a county: divisions, offices, duties and the year's list, from the rulebook."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.contrib.auth.hashers import make_password
from django.db import transaction

from mingbai.base.ledger import record_act
from mingbai.base.models import Act, Division, Office, OfficeDuty, Role, User
from mingbai.base.permissions import ROLES
from mingbai.funds.actions import vote_budget
from mingbai.programme.actions import adopt_year
from mingbai.rulebook.model import Book

_WHY = "set-up holds the county's own lists against the rulebook"


class CannotOpenAccount(Exception):
    """The account's name is taken, or its role or office is not known."""


@dataclass(frozen=True)
class Account:
    """One account to open: who, in which office, with which roles."""

    username: str
    display_name: str
    office: str
    roles: tuple[str, ...]


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


@transaction.atomic
def open_accounts(
    *, accounts: Sequence[Account], password: str, by: User | None, at: datetime, from_date: date
) -> list[User]:
    """Open accounts with a first password; those that exist are left as they are.

    Errors: ``CannotOpenAccount`` names the unknown role or office.
    """
    opened = []
    # Hashing is slow on purpose; accounts opened together share their first password anyway.
    hashed = make_password(password)
    for account in accounts:
        if unknown := set(account.roles) - set(ROLES):
            raise CannotOpenAccount(f"没有“{'、'.join(sorted(unknown))}”这种角色。")
        office = Office.objects.unscoped(_WHY).filter(code=account.office).first()
        if office is None:
            raise CannotOpenAccount(f"没有代码为“{account.office}”的单位。")
        if User.objects.unscoped(_WHY).filter(username=account.username).exists():
            continue
        user = User.objects.create(
            username=account.username,
            display_name=account.display_name,
            office=office,
            password=hashed,
        )
        for role in account.roles:
            Role.objects.create(user=user, role=role, from_date=from_date)
        opened.append(user)
    if opened:
        record_act(
            "open_accounts",
            by=by,
            at=at,
            payload={"usernames": [u.username for u in opened]},
        )
    return opened


@transaction.atomic
def reset_password(*, user: User, password: str, by: User | None, at: datetime) -> Act:
    """Give an account a new password; whoever is signed in with the old one is signed out."""
    user.set_password(password)
    user.save(update_fields=["password"])
    return record_act("reset_password", by=by, at=at, payload={"username": user.username})
