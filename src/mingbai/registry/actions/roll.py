"""The roll behind a posting: who is on it, and each person's values, opened only to be masked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import polars as pl

from mingbai.base.models import Division
from mingbai.base.scope import Asker
from mingbai.base.secrets import unseal
from mingbai.engine.money import show_money
from mingbai.intake.models import Sheet
from mingbai.intake.queries import live_sheets
from mingbai.registry.models import Enrolment
from mingbai.registry.queries.findings import held_rows
from mingbai.registry.queries.life import stops
from mingbai.registry.queries.people import unseal_of
from mingbai.registry.queries.rows import ORIGIN, roster_rows
from mingbai.rulebook import Book

_WHY: Final = "a posting shows everybody who is on the roll"
_COLUMNS: Final = ("id_key", "sub_item", "period", "town", "amount", "grade")


@dataclass(frozen=True)
class RollLine:
    """One person on a roll; ``values`` by canonical column, in clear: never stored, never shown.

    ``identifiers`` are what must not be found in any cell, ``names`` what may not be in other ones.
    """

    enrolment: int | None
    application: int | None
    village: str
    line: int | None
    values: Mapping[str, str]
    identifiers: tuple[str, ...]
    names: tuple[str, ...]


@dataclass(frozen=True)
class Roll:
    """The lines by village, and how many people were left out, by cause."""

    lines: tuple[RollLine, ...]
    left_out: Mapping[str, int]


def read_roll(*, sub_item: str, period: int, town: str, book: Book) -> Roll:
    """Everybody in force in a month and on that month's roster of the town.

    Left out: ``held`` by a finding, ``stopped`` in that month, ``not_listed`` on the month's
    roster. Where no roster of the month was handed in, all in force, without amounts.
    """
    listed = _listed(sub_item, period, town)
    rights = Enrolment.objects.unscoped(_WHY).filter(sub_item=sub_item, town=town)
    rights = rights.filter(since_period__lte=period).select_related("person")
    stopped = _stopped(sub_item, period)
    villages = dict(
        Division.objects.unscoped("names of divisions are public")
        .filter(level="village", parent=town)
        .values_list("code", "name")
    )
    labels = grade_names(sub_item, book)
    left = {"held": 0, "stopped": 0, "not_listed": 0}
    lines = []
    for right in rights.order_by("village", "id").iterator(2000):
        if right.end_period is not None and right.end_period < period:
            continue
        row = listed.get(bytes(right.person.id_key)) if listed is not None else _Row()
        if row is None:
            left["not_listed"] += 1
        elif row.held:
            left["held"] += 1
        elif right.pk in stopped:
            left["stopped"] += 1
        else:
            lines.append(_line(right, row, villages, labels, period))
    return Roll(tuple(lines), {cause: count for cause, count in left.items() if count})


@dataclass(frozen=True)
class _Row:
    """What the month's roster says of one person."""

    amount: int | None = None
    grade: str = ""
    line: int | None = None
    held: bool = False


def _listed(sub_item: str, period: int, town: str) -> dict[bytes, _Row] | None:
    """ID key -> the person's row of the month; ``None`` where no roster was handed in."""
    to = Asker.system(_WHY)
    year = period // 100
    sheets = live_sheets(to=to, year=year, kind="subsidy").filter(sub_item=sub_item)
    wanted: list[Sheet] = [each for each in sheets if each.period in (period, None)]
    if not wanted:
        return None
    rows = roster_rows(sheets=wanted, to=to, columns=_COLUMNS).filter(
        (pl.col("period") == period)
        & (pl.col("sub_item") == sub_item)
        & (pl.col("town") == town)
        & pl.col("id_key").is_not_null()
    )
    held = held_rows(year=year).with_columns(pl.lit(True).alias("held"))
    rows = rows.join(held, on=ORIGIN, how="left", maintain_order="left")
    found: dict[bytes, _Row] = {}
    for row in rows.iter_rows(named=True):
        before = found.get(row["id_key"], _Row(held=True))
        if row["held"]:
            found.setdefault(row["id_key"], before)
            continue
        amount = (before.amount or 0) + row["amount"] if row["amount"] is not None else None
        found[row["id_key"]] = _Row(amount, row["grade"] or "", row["origin_line"])
    return found


def _stopped(sub_item: str, period: int) -> frozenset[int]:
    """Rights whose money is stopped in a month, for whatever cause but an objection."""
    rows = stops(year=period // 100, sub_items=(sub_item,)).filter(
        (pl.col("cause") != "objection")
        & (pl.col("from_period") <= period)
        & (pl.col("to_period").is_null() | (pl.col("to_period") >= period))
    )
    return frozenset(rows["enrolment_id"].to_list())


def _line(
    right: Enrolment, row: _Row, villages: Mapping[str, str], labels: Mapping[str, str], period: int
) -> RollLine:
    person = right.person
    sealed, anchor = right.account_sealed, bytes(person.id_key)
    account = unseal("enrolment.account", bytes(sealed), anchor) if sealed else ""
    name, phone = unseal_of(person, "name"), unseal_of(person, "phone")
    number = unseal_of(person, "id_number")
    values = {
        "name": name,
        "id_number": number,
        "phone": phone,
        "village": villages.get(right.village, ""),
        "amount": show_money(row.amount) if row.amount is not None else "",
        "grade": labels.get(row.grade, row.grade),
        "period": f"{period // 100}年{period % 100}月",
        "start_date": f"{right.since_period // 100}年{right.since_period % 100}月",
    }
    known = tuple(each for each in (number, phone, account) if each)
    return RollLine(right.pk, None, right.village, row.line, values, known, (name,))


def grade_names(sub_item: str, book: Book) -> dict[str, str]:
    """Grade code -> how the roster's first heading writes it."""
    roster = book.sub_item(sub_item).roster
    columns = book.roster(roster).columns if roster else ()
    found: dict[str, str] = {}
    for column in columns:
        if column.name == "grade":
            for words, code in column.codes.items():
                found.setdefault(code, words)
    return found
