"""What may be paid: accepted rows of live subsidy rosters, with who each row's person is."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

import polars as pl
from django.db.models import Max

from mingbai.base.scope import Asker
from mingbai.intake.models import Sheet
from mingbai.intake.queries import live_sheets
from mingbai.registry.models import (
    Enrolment,
    EnrolmentStep,
    FindingEvidence,
    Objection,
    ObjectionStep,
    PersonDocument,
    PersonMerge,
    Settlement,
)
from mingbai.registry.queries import decided_grades, held_rows, person_roots, roster_rows, stops
from mingbai.registry.queries.keys import with_standing_keys
from mingbai.registry.queries.rows import ORIGIN

_WHY: Final = "a batch pays whoever is enrolled, in every town"
_COLUMNS: Final = (
    "id_key",
    "sub_item",
    "town",
    "period",
    "amount",
    "grade",
    "income",
    "start_date",
    "end_date",
    "verdict",
)


@dataclass(frozen=True)
class Source:
    """Rows of a year's rosters by sub-item, ready to draw from.

    ``rows``: sub-item -> ``origin_* id_key town period amount grade income start_date end_date
    verdict held``. ``roots``: merged records, as ``registry.queries.person_roots`` has them.
    ``mark`` names the state of sheets, findings and enrolments it was read at: whoever draws from
    it makes sure, in the transaction that writes, that the mark still stands.
    """

    year: int
    mark: tuple[int, ...]
    rows: dict[str, pl.DataFrame]
    roots: pl.DataFrame = field(default_factory=person_roots)
    _enrolled: dict[str, pl.DataFrame] = field(default_factory=dict, compare=False)

    _stops: dict[str, pl.DataFrame] = field(default_factory=dict, compare=False)
    _grades: dict[str, pl.DataFrame] = field(default_factory=dict, compare=False)

    def enrolled(self, sub_item: str) -> pl.DataFrame:
        """``id_key person_id enrolment_id end_period`` of a sub-item, read once a sub-item.

        A merged record's rows belong to the person it was merged into.
        """
        if sub_item not in self._enrolled:
            self._enrolled.clear()  # one sub-item after the other: memory holds one
            self._enrolled[sub_item] = to_roots(_enrolled(sub_item), self.roots)
        return self._enrolled[sub_item]

    def stopped(self, sub_item: str, period: int) -> pl.DataFrame:
        """``enrolment_id stop``: whose month is not paid, and the cause; each once."""
        if sub_item not in self._stops:
            self._stops.clear()
            self._stops[sub_item] = stops(year=self.year, sub_items=[sub_item])
        spans = self._stops[sub_item].filter(
            pl.col("from_period") <= period,
            pl.col("to_period").is_null() | (pl.col("to_period") >= period),
        )
        return spans.select("enrolment_id", stop="cause").unique("enrolment_id", keep="first")

    def grades(self, sub_item: str, period: int) -> pl.DataFrame:
        """``enrolment_id decided_grade``: what was decided of a grade holds against the roster."""
        if sub_item not in self._grades:
            self._grades.clear()
            self._grades[sub_item] = decided_grades(sub_item=sub_item)
        begun = self._grades[sub_item].filter(pl.col("from_period") <= period)
        newest = begun.sort("number").unique("enrolment_id", keep="last", maintain_order=True)
        return newest.select("enrolment_id", decided_grade="grade")


def to_roots(rows: pl.DataFrame, roots: pl.DataFrame) -> pl.DataFrame:
    """Name in ``person_id`` the record that stands for the person, where records were merged."""
    if not roots.height:
        return rows
    joined = rows.join(roots, on="person_id", how="left", maintain_order="left")
    person = pl.coalesce("root_id", "person_id")
    return joined.with_columns(person_id=person).drop("root_id")


def read_source(*, year: int, sub_items: frozenset[str] | None = None) -> Source:
    """Read the year's live rosters once; rejected rows stay in it so that they can be counted."""
    to = Asker.system("drawing payments reads every live roster")
    mark = source_mark(year=year)
    sheets = list(live_sheets(to=to, year=year, kind="subsidy"))
    if sub_items is not None:
        sheets = [
            sheet for sheet in sheets if sheet.sub_item is None or sheet.sub_item in sub_items
        ]
    rows = roster_rows(sheets=sheets, to=to, columns=_COLUMNS, rejected=True)
    held = held_rows(year=year).with_columns(held=pl.lit(True))
    rows = rows.join(held, on=ORIGIN, how="left", maintain_order="left").with_columns(
        pl.col("held").fill_null(False)
    )
    parts = rows.filter(pl.col("sub_item").is_not_null()).partition_by("sub_item", as_dict=True)
    found = {str(key[0]): part for key, part in parts.items()}
    if sub_items is not None:
        found = {code: part for code, part in found.items() if code in sub_items}
    return Source(year, mark, found)


def source_mark(*, year: int) -> tuple[int, ...]:
    """Numbers that change whenever a sheet, a finding, a settlement or an enrolment is added."""
    newest = (
        Sheet.objects.unscoped(_WHY).filter(year=year),
        FindingEvidence.objects.unscoped(_WHY),
        Settlement.objects.unscoped(_WHY),
        Enrolment.objects.unscoped(_WHY),
        EnrolmentStep.objects.unscoped(_WHY),
        Objection.objects.unscoped(_WHY),
        ObjectionStep.objects.unscoped(_WHY),
        PersonMerge.objects.unscoped(_WHY),
        PersonDocument.objects.unscoped(_WHY),
    )
    ends = Enrolment.objects.unscoped(_WHY).aggregate(newest=Max("end_act_id"))["newest"]
    undone = PersonMerge.objects.unscoped(_WHY).aggregate(newest=Max("undone_act_id"))["newest"]
    revoked = (
        PersonDocument.objects.unscoped(_WHY)
        .filter(revoked_act__isnull=False)
        .aggregate(newest=Max("revoked_act_id"))
    )
    rows = (rows.aggregate(newest=Max("pk"))["newest"] for rows in newest)
    return tuple(number or 0 for number in (*rows, ends, undone, revoked["newest"]))


def _enrolled(sub_item: str) -> pl.DataFrame:
    """The newest enrolment of each person in a sub-item."""
    rows = (
        Enrolment.objects.unscoped(_WHY)
        .filter(sub_item=sub_item)
        .order_by("id")
        .values_list("person__id_key", "person_id", "id", "end_period")
    )
    schema = {
        "id_key": pl.Binary(),
        "person_id": pl.Int64(),
        "enrolment_id": pl.Int64(),
        "end_period": pl.Int32(),
    }
    found = [(bytes(key), person, pk, end) for key, person, pk, end in rows.iterator(20_000)]
    # Of several enrolments of one person, by documents or mergings, one in force comes last.
    frame = with_standing_keys(pl.DataFrame(found, schema=schema, orient="row"))
    frame = frame.sort(pl.col("end_period").fill_null(999_999), maintain_order=True)
    return frame.unique("id_key", keep="last", maintain_order=True)
