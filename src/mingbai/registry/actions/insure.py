"""Entering a year's roll of the insured: people and their participation, and what ends or holds it.

A roll of half a million people is read part by part. What only differs between the lists (died,
moved away, insured elsewhere, on two rolls) is held against everybody afterwards.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

import polars as pl
from django.db import transaction
from django.db.models import Count, Max

from mingbai.base.ledger import record_act
from mingbai.base.models import Act, User
from mingbai.base.scope import Asker
from mingbai.intake.models import Sheet
from mingbai.intake.queries import live_sheets
from mingbai.registry.actions.follow import follow_changes
from mingbai.registry.actions.people import insert_found, write_people
from mingbai.registry.actions.stand import write_steps
from mingbai.registry.models import Death, Participation, Person, RollEntry
from mingbai.registry.queries.keys import keys_digest, known_people
from mingbai.registry.queries.rows import ORIGIN, roster_rows, with_village_codes
from mingbai.rulebook.model import Book
from mingbai.rulebook.model.coverage import Coverage

_TO: Final = Asker.system("the insured are entered for the whole county")
_WHY: Final = "the same roll is entered once, whoever asks"
_KINDS: Final = ("insured", "register", "list")
#: Rows read together: the memory of entering a roll, whatever its length.
_TOGETHER: Final = 60_000
_COLUMNS: Final = (
    "id_key", "id_number", "name", "birth_date", "sex", "village", "town", "phone", "phone_key",
)  # fmt: skip


class CannotEnrolInsured(Exception):
    """No roll of the insured was handed in."""


@dataclass(frozen=True)
class _Sources:
    """Live sheets: the rolls, lists of people insured elsewhere, lists of the dead and gone."""

    rolls: tuple[Sheet, ...]
    elsewhere: tuple[Sheet, ...]
    gone: tuple[Sheet, ...]
    digest: str


@dataclass
class _Done:
    """What entering did so far; ``heard`` are rows of people who were known before."""

    row_count: int = 0
    entered_count: int = 0
    person_count: int = 0
    heard: tuple[pl.DataFrame, ...] = ()


def enrol_insured(*, year: int, book: Book, by: User | None, at: datetime) -> list[RollEntry]:
    """Enter each coverage's roll of the year: everybody on it takes part once, by their first row.

    People are found by any of their documents or made; somebody who died or moved away, stands on
    two rolls, is insured elsewhere or no longer named gets a step that says so, and one that takes
    it back when the lists say otherwise. Without anything new the newest entry is returned and
    nothing is written. Errors: ``CannotEnrolInsured``. About 20,000 rows a second and more.
    """
    entries = []
    for coverage in book.coverages:
        sources = _sources(coverage, year)
        if not sources.rolls:
            raise CannotEnrolInsured(
                f"还没有收到{book.roster(coverage.roster).name}，没有可登记的参保人员。"
                "请先请各镇交来，再登记。"
            )
        known = RollEntry.objects.unscoped(_WHY).filter(year=year, sub_item=coverage.sub_item)
        newest = known.order_by("-id").first()
        if (
            newest is None
            or newest.sources_digest != sources.digest
            or newest.rulebook_digest != book.digest
        ):
            newest = _enter(coverage, sources, newest, year=year, book=book, by=by, at=at)
        entries.append(newest)
    return entries


def has_rolls(*, year: int, book: Book) -> bool:
    """Whether each coverage of the book has a roll to be entered."""
    live = live_sheets(to=_TO, year=year, kind="insured").values_list("roster", flat=True)
    return bool(book.coverages) and {each.roster for each in book.coverages} <= set(live)


def _sources(coverage: Coverage, year: int) -> _Sources:
    wanted = {coverage.roster, *coverage.elsewhere, *coverage.gone}
    live = live_sheets(to=_TO, year=year).filter(kind__in=_KINDS, roster__in=wanted)
    sheets = list(live.order_by("id"))
    rolls = [
        each
        for each in sheets
        if each.roster == coverage.roster and each.sub_item == coverage.sub_item
    ]
    deaths = Death.objects.unscoped(_WHY).aggregate(
        count=Count("id"), newest=Max("act"), withdrawn=Max("withdrawn_act")
    )
    read = [each.pk for each in sheets if each.roster != coverage.roster or each in rolls]
    text = f"{read}|{keys_digest()}|{sorted(deaths.items())}"
    return _Sources(
        rolls=tuple(rolls),
        elsewhere=tuple(each for each in sheets if each.roster in coverage.elsewhere),
        gone=tuple(each for each in sheets if each.roster in coverage.gone),
        digest=hashlib.sha256(text.encode()).hexdigest(),
    )


def _enter(
    coverage: Coverage,
    sources: _Sources,
    before: RollEntry | None,
    *,
    year: int,
    book: Book,
    by: User | None,
    at: datetime,
) -> RollEntry:
    entered = set(before.sheets) if before else set()
    fresh = [sheet for sheet in sources.rolls if sheet.pk not in entered]
    with transaction.atomic():
        act = record_act(
            "enrol_insured",
            by=by,
            at=at,
            subject=f"{coverage.sub_item}:{year}",
            payload={"sheets": [sheet.pk for sheet in fresh], "book": book.digest},
        )
        known, done = known_people(), _Done()
        for rows in _parts(fresh):
            known = _take_in(rows, known, done, coverage.sub_item, year, act)
        changes = _follow(done.heard, coverage.sub_item, year, act, by, at)
        steps = write_steps(
            sub_item=coverage.sub_item, last_day=date(year, 12, 31), known=known, act=act,
            rolls=sources.rolls, elsewhere=sources.elsewhere, gone=sources.gone,
        )  # fmt: skip
        return RollEntry.objects.create(
            year=year,
            sub_item=coverage.sub_item,
            sources_digest=sources.digest,
            rulebook_digest=book.digest,
            sheets=sorted(sheet.pk for sheet in sources.rolls),
            row_count=done.row_count,
            entered_count=done.entered_count,
            person_count=done.person_count,
            change_count=changes,
            step_count=steps,
            act=act,
        )


def _parts(sheets: Sequence[Sheet]) -> Iterator[pl.DataFrame]:
    """Rows of the sheets in the order of receipt, so many together as memory is meant for."""
    part: list[Sheet] = []
    for sheet in sheets:
        if part and sum(each.row_count for each in part) + sheet.row_count > _TOGETHER:
            yield _rows(part)
            part = []
        part.append(sheet)
    if part:
        yield _rows(part)


def _rows(sheets: Sequence[Sheet]) -> pl.DataFrame:
    rows = roster_rows(sheets=sheets, to=_TO, columns=_COLUMNS)
    return with_village_codes(rows.filter(pl.col("id_key").is_not_null()))


def _take_in(
    rows: pl.DataFrame, known: pl.DataFrame, done: _Done, sub_item: str, year: int, act: Act
) -> pl.DataFrame:
    """Write who is new and who now takes part; returns ``known`` with the new people."""
    first = rows.unique("id_key", keep="first", maintain_order=True)
    new = first.join(known, on="id_key", how="anti", maintain_order="left")
    made = _make_people(new, act)
    old = first.join(known, on="id_key", how="inner", maintain_order="left")
    known = pl.concat([known, made])
    people = first.join(known, on="id_key", how="inner", maintain_order="left")
    people = people.unique("person_id", keep="first", maintain_order=True)
    taking = _taking_part(sub_item, year)
    people = people.join(taking, on="person_id", how="anti", maintain_order="left")
    columns: dict[str, Sequence[object]] = {
        "person_id": people["person_id"].to_list(),
        "sub_item": [sub_item] * people.height,
        "year": [year] * people.height,
        "town": people["town"].to_list(),
        "village": people["village"].to_list(),
    }
    done.entered_count += insert_found(Participation, columns, people, act)
    done.row_count += rows.height
    done.person_count += made.height
    done.heard += (old.select("person_id", "name", "phone", "phone_key", *ORIGIN),)
    return known


def _make_people(new: pl.DataFrame, act: Act) -> pl.DataFrame:
    """``id_key person_id`` of the people just written."""
    people = Person.objects.unscoped(_WHY)
    before = people.aggregate(newest=Max("pk"))["newest"] or 0
    write_people(new=new, act=act)
    made = people.filter(pk__gt=before, act=act).values_list("id_key", "pk")
    rows = [(bytes(key), pk) for key, pk in made.iterator(20_000)]
    schema = {"id_key": pl.Binary(), "person_id": pl.Int64()}
    return pl.DataFrame(rows, schema=schema, orient="row")


def _taking_part(sub_item: str, year: int) -> pl.DataFrame:
    found = Participation.objects.unscoped(_WHY).filter(sub_item=sub_item, year=year)
    people = list(found.values_list("person_id", flat=True).iterator(20_000))
    return pl.DataFrame({"person_id": people}, schema={"person_id": pl.Int64()})


def _follow(
    heard: Sequence[pl.DataFrame],
    sub_item: str,
    year: int,
    act: Act,
    by: User | None,
    at: datetime,
) -> int:
    """Let the records of people who were known follow; a phone only where there was none.

    A roll is as old as its year: what monthly rosters said of a phone since then is newer.
    """
    if not heard:
        return 0
    rows = pl.concat(heard)
    reached = Person.objects.unscoped(_WHY).filter(phone_key__isnull=False)
    known = pl.Series(list(reached.values_list("pk", flat=True).iterator(20_000)), dtype=pl.Int64)
    told = ~pl.col("person_id").is_in(known.implode())
    rows = rows.with_columns(
        *(pl.when(told).then(pl.col(name)).alias(name) for name in ("phone", "phone_key")),
        sub_item=pl.lit(sub_item),
        period=pl.lit(year * 100 + 1, pl.Int32),
        account=pl.lit(None, pl.String),
        account_key=pl.lit(None, pl.Binary),
    )
    return follow_changes(rows=rows, act=act, by=by, at=at)
