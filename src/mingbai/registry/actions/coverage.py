"""Count the insured against the register: by village, and who differs."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

import polars as pl
from django.db import transaction

from mingbai.base.bulk import insert_rows
from mingbai.base.ledger import record_act
from mingbai.base.models import Act, User
from mingbai.base.scope import Asker
from mingbai.base.secrets import seal_many
from mingbai.intake.models import Sheet
from mingbai.intake.queries import live_sheets
from mingbai.registry.models import CoverageCount, CoverageGap, VillageCoverage
from mingbai.registry.queries.rows import ORIGIN, roster_rows, village_codes, with_village_codes
from mingbai.rulebook.model import Book
from mingbai.rulebook.model.coverage import Coverage

_TO: Final = Asker.system("the insured are counted for the whole county")
_WHY: Final = "the same sheets are counted once, whoever asks"
_KINDS: Final = ("insured", "register", "list")
_COLUMNS: Final = ("id_key", "name", "village", "town", "event_date")
_TWICE: Final = 2


class CannotCountCoverage(Exception):
    """No roll of the insured, or no register to hold it against."""


@dataclass(frozen=True)
class _Read:
    """Rows of a coverage's sheets, a person a row, in the order of receipt; villages as codes."""

    insured: pl.DataFrame
    twice: pl.DataFrame
    register: pl.DataFrame
    elsewhere: pl.Series
    gone: pl.Series


def count_coverage(*, year: int, book: Book, by: User | None, at: datetime) -> list[CoverageCount]:
    """Count every coverage of the year's book, where anything it rests on has changed.

    A new list of deaths counts only with who died before the year: those of the year are due and
    insured all the same. Returns the newest counting of each. Errors: ``CannotCountCoverage``
    where a coverage has no roll or no register yet, naming which.
    """
    return [_newest(each, year, book, by, at) for each in book.coverages]


def _newest(
    coverage: Coverage, year: int, book: Book, by: User | None, at: datetime
) -> CoverageCount:
    sheets = _sheets(coverage, year, book)
    gone = _gone(coverage, sheets, date(year, 1, 1))
    read = _digest(_numbers(sheets))
    basis = _digest(
        [
            *_numbers(each for each in sheets if each.roster not in coverage.gone),
            *(key.hex() for key in gone.sort()),
        ]
    )
    known = CoverageCount.objects.unscoped(_WHY).filter(
        year=year, sub_item=coverage.sub_item, rulebook_digest=book.digest
    )
    same = known.filter(sheets_digest=read).first()
    newest = known.order_by("-id").first()
    if same is not None or newest is None or newest.basis_digest != basis:
        newest = same or _count(
            coverage, sheets, gone, (read, basis), year=year, book=book, by=by, at=at
        )
    return newest


def can_count(*, year: int, book: Book) -> bool:
    """Whether each coverage of the book has a roll and a register to hold it against."""
    live = live_sheets(to=_TO, year=year).filter(kind__in=_KINDS)
    there = set(live.values_list("roster", flat=True))
    return bool(book.coverages) and all(
        {coverage.roster, coverage.register} <= there for coverage in book.coverages
    )


def _sheets(coverage: Coverage, year: int, book: Book) -> list[Sheet]:
    wanted = {coverage.roster, coverage.register, *coverage.elsewhere, *coverage.gone}
    live = live_sheets(to=_TO, year=year).filter(kind__in=_KINDS, roster__in=wanted)
    sheets = [
        sheet
        for sheet in live.order_by("id")
        if sheet.roster != coverage.roster or sheet.sub_item == coverage.sub_item
    ]
    there = {sheet.roster for sheet in sheets}
    missing = [code for code in (coverage.roster, coverage.register) if code not in there]
    if missing:
        raise CannotCountCoverage(
            f"还没有收到{book.roster(missing[0]).name}，不能统计参保。请先请报送单位交来，再重新统计。"
        )
    return sheets


def _numbers(sheets: Iterable[Sheet]) -> list[str]:
    return [str(sheet.pk) for sheet in sheets]


def _digest(words: Sequence[str]) -> str:
    return hashlib.sha256(",".join(words).encode()).hexdigest()


def _count(
    coverage: Coverage,
    sheets: Sequence[Sheet],
    gone: pl.Series,
    digests: tuple[str, str],
    *,
    year: int,
    book: Book,
    by: User | None,
    at: datetime,
) -> CoverageCount:
    with transaction.atomic():
        act = record_act(
            "count_coverage",
            by=by,
            at=at,
            subject=f"{coverage.sub_item}:{year}",
            payload={"sheets": [sheet.pk for sheet in sheets], "book": book.digest},
        )
        read = _read(coverage, sheets, gone)
        register = _placed(read)
        insured = _classed(read, register)
        villages = _villages(register, insured, read.twice, {town.code for town in book.towns})
        count = CoverageCount.objects.create(
            year=year,
            sub_item=coverage.sub_item,
            rule=coverage.rule_id,
            sheets_digest=digests[0],
            basis_digest=digests[1],
            rulebook_digest=book.digest,
            twice_count=read.twice.height,
            silent_village_count=villages.filter(
                (pl.col("village") != "") & (pl.col("insured_count") == 0)
            ).height,
            **_totals(register, insured),
            act=act,
        )
        _write_villages(villages, count, act)
        _write_gaps(register, insured, read.twice, count, act)
        return count


def _totals(register: pl.DataFrame, insured: pl.DataFrame) -> dict[str, int]:
    """The county's counts, as the columns of a counting are named."""
    of_register = _by_part(register)
    of_insured = _by_part(insured)
    due, covered = of_register.get("due", 0), of_insured.get("due", 0)
    return {
        "registered_count": register.height,
        "elsewhere_count": of_register.get("elsewhere", 0),
        "gone_count": of_register.get("gone", 0),
        "due_count": due,
        "insured_count": insured.height,
        "covered_count": covered,
        "left_out_count": due - covered,
        "also_elsewhere_count": of_insured.get("elsewhere", 0),
        "also_gone_count": of_insured.get("gone", 0),
        "unregistered_count": of_insured.get("unregistered", 0),
    }


def _by_part(people: pl.DataFrame) -> dict[str, int]:
    counts = people["part"].value_counts()
    return dict(zip(counts["part"].to_list(), counts["count"].to_list(), strict=True))


def _rows(sheets: Sequence[Sheet], codes: Sequence[str]) -> pl.DataFrame:
    chosen = [sheet for sheet in sheets if sheet.roster in codes]
    found = roster_rows(sheets=chosen, to=_TO, columns=_COLUMNS)
    return with_village_codes(found.filter(pl.col("id_key").is_not_null()))


def _gone(coverage: Coverage, sheets: Sequence[Sheet], first_day: date) -> pl.Series:
    """Who died or moved away before the year began."""
    gone = _rows(sheets, coverage.gone)
    return gone.filter(pl.col("event_date") < first_day)["id_key"].unique()


def _read(coverage: Coverage, sheets: Sequence[Sheet], gone: pl.Series) -> _Read:
    roll = _rows(sheets, [coverage.roster])
    once = roll.unique("id_key", keep="first", maintain_order=True)
    again = roll.join(once, on=ORIGIN, how="anti", maintain_order="left")
    register = _rows(sheets, [coverage.register])
    return _Read(
        insured=once,
        twice=again.unique("id_key", keep="first", maintain_order=True),
        register=register.unique("id_key", keep="first", maintain_order=True),
        elsewhere=_rows(sheets, coverage.elsewhere)["id_key"].unique(),
        gone=gone,
    )


def _placed(read: _Read) -> pl.DataFrame:
    """The register, each person in one part: elsewhere, gone, or due; and whether insured."""
    key = pl.col("id_key")
    part = (
        pl.when(key.is_in(read.elsewhere.implode()))
        .then(pl.lit("elsewhere"))
        .when(key.is_in(read.gone.implode()))
        .then(pl.lit("gone"))
        .otherwise(pl.lit("due"))
    )
    return read.register.with_columns(
        part=part, is_insured=key.is_in(read.insured["id_key"].implode())
    )


def _classed(read: _Read, register: pl.DataFrame) -> pl.DataFrame:
    """The insured, each in one part: elsewhere, gone, due, or not on the register."""
    key = pl.col("id_key")
    part = (
        pl.when(key.is_in(read.elsewhere.implode()))
        .then(pl.lit("elsewhere"))
        .when(key.is_in(read.gone.implode()))
        .then(pl.lit("gone"))
        .when(key.is_in(register["id_key"].implode()))
        .then(pl.lit("due"))
        .otherwise(pl.lit("unregistered"))
    )
    return read.insured.with_columns(part=part)


def _villages(
    register: pl.DataFrame, insured: pl.DataFrame, twice: pl.DataFrame, towns: set[str]
) -> pl.DataFrame:
    """One row a village: every village of a town that has either rolls or residents."""
    place = ("town", "village")
    due = register.filter(pl.col("part") == "due")
    frames = [
        due.group_by(place).agg(
            due_count=pl.len(),
            covered_count=pl.col("is_insured").sum(),
        ),
        insured.group_by(place).agg(insured_count=pl.len()),
        twice.group_by(place).agg(twice_count=pl.len()),
    ]
    known = pl.concat(
        [frame.select(place) for frame in frames]
        + [
            pl.DataFrame(
                [(town, code) for (town, _), code in village_codes().items() if town in towns],
                schema={"town": pl.String, "village": pl.String},
                orient="row",
            )
        ]
    ).unique()
    for frame in frames:
        known = known.join(frame, on=place, how="left")
    counts = ("due_count", "covered_count", "insured_count", "twice_count")
    known = known.with_columns(pl.col(name).fill_null(0) for name in counts)
    # A village without residents and without insured people is no village of people: a park.
    known = known.filter((pl.col("due_count") > 0) | (pl.col("insured_count") > 0))
    return known.with_columns(left_out_count=pl.col("due_count") - pl.col("covered_count")).sort(
        place
    )


def _write_villages(villages: pl.DataFrame, count: CoverageCount, act: Act) -> None:
    columns = (
        "town",
        "village",
        "due_count",
        "covered_count",
        "left_out_count",
        "insured_count",
        "twice_count",
    )
    rows = ((*row, count.pk, act.pk) for row in villages.select(columns).rows())
    insert_rows(VillageCoverage, [*columns, "count_id", "act_id"], rows)


def _write_gaps(
    register: pl.DataFrame,
    insured: pl.DataFrame,
    twice: pl.DataFrame,
    count: CoverageCount,
    act: Act,
) -> None:
    left_out = register.filter((pl.col("part") == "due") & ~pl.col("is_insured"))
    parts = {
        "left_out": left_out,
        "twice": twice,
        "also_elsewhere": insured.filter(pl.col("part") == "elsewhere"),
        "also_gone": insured.filter(pl.col("part") == "gone"),
        "unregistered": insured.filter(pl.col("part") == "unregistered"),
    }
    for kind, rows in parts.items():
        _insert_gaps(kind, rows, count, act)


def _insert_gaps(kind: str, rows: pl.DataFrame, count: CoverageCount, act: Act) -> None:
    keys = rows["id_key"].to_list()
    columns: dict[str, Sequence[object]] = {
        "count_id": [count.pk] * rows.height,
        "kind": [kind] * rows.height,
        "town": rows["town"].to_list(),
        "village": rows["village"].to_list(),
        "person_key": keys,
        "name_sealed": seal_many("coveragegap.name", rows["name"].fill_null("").to_list(), keys),
        **{name: rows[name].to_list() for name in ORIGIN},
        "act_id": [act.pk] * rows.height,
    }
    insert_rows(CoverageGap, list(columns), zip(*columns.values(), strict=True))
