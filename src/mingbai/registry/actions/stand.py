"""How each participation stands: what lists say of the insured, as steps where it is new."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Final

import polars as pl

from mingbai.base.bulk import insert_rows
from mingbai.base.models import Act
from mingbai.base.scope import Asker
from mingbai.intake.models import Sheet
from mingbai.registry.models import Death, Participation, ParticipationStep
from mingbai.registry.queries.roots import person_roots
from mingbai.registry.queries.rows import ORIGIN, roster_rows

DEATH: Final = "death"
UNLISTED: Final = "unlisted"
"""Causes that no list is named after: a death recorded by hand, a name missing on a new roll."""
_TO: Final = Asker.system("what the lists say of the insured is one truth for everybody")
_WHY: Final = "how a participation stands is one truth for everybody"
_TOLD: Final[dict[str, pl.DataType]] = {
    "person_id": pl.Int64(),
    "step": pl.String(),
    "cause": pl.String(),
    "event_date": pl.Date(),
    "origin_file_id": pl.Int64(),
    "origin_sheet": pl.Int32(),
    "origin_line": pl.Int32(),
}


def write_steps(
    *,
    sub_item: str,
    last_day: date,
    known: pl.DataFrame,
    rolls: Sequence[Sheet],
    elsewhere: Sequence[Sheet],
    gone: Sequence[Sheet],
    act: Act,
) -> int:
    """Write a step for each participation that stands otherwise than it did; returns how many.

    Died or moved away by ``last_day``: ended. On a list of people insured elsewhere, or on two
    rolls: held, somebody has to find out. No longer on any roll: ended. Whoever is on none of these
    any more stands again. ``known``: ``id_key person_id``.
    """
    taking = _participations(sub_item, last_day.year)
    listed = _of_people(_keys(rolls), known)
    told = pl.concat(
        [
            _gone(gone, known, last_day),
            _deaths(last_day),
            _elsewhere(elsewhere, known),
            _twice(listed),
            _unlisted(taking, listed),
        ]
    ).unique("person_id", keep="first", maintain_order=True)
    wanted = told.join(taking, on="person_id", how="inner", maintain_order="left")
    newest = _newest(sub_item, last_day.year)
    wanted = wanted.join(newest, on="participation_id", how="left", maintain_order="left")
    new = wanted.filter(
        pl.col("step").ne_missing(pl.col("last_step"))
        | pl.col("cause").ne_missing(pl.col("last_cause"))
    )
    again = newest.filter(pl.col("last_step") != "resumed").join(
        wanted, on="participation_id", how="anti", maintain_order="left"
    )
    again = again.with_columns(
        step=pl.lit("resumed"), cause=pl.lit(""), event_date=pl.lit(None, pl.Date),
        **{name: pl.lit(None, _TOLD[name]) for name in ORIGIN},
    )  # fmt: skip
    columns = ("participation_id", "number", "step", "cause", "event_date", *ORIGIN)
    return _insert(pl.concat([new.select(columns), again.select(columns)]), act)


def _insert(rows: pl.DataFrame, act: Act) -> int:
    rows = rows.with_columns(
        number=pl.col("number").fill_null(0) + 1,
        event_date=pl.col("event_date").dt.to_string("%Y-%m-%d"),
        act_id=pl.lit(act.pk),
    ).sort("participation_id")
    return insert_rows(ParticipationStep, rows.columns, rows.iter_rows())


def _participations(sub_item: str, year: int) -> pl.DataFrame:
    """``person_id participation_id``, by the record that stands for the person."""
    found = Participation.objects.unscoped(_WHY).filter(sub_item=sub_item, year=year)
    rows = list(found.order_by("id").values_list("person_id", "id").iterator(20_000))
    schema = {"person_id": pl.Int64(), "participation_id": pl.Int64()}
    frame = _standing(pl.DataFrame(rows, schema=schema, orient="row"))
    return frame.unique("person_id", keep="first", maintain_order=True)


def _newest(sub_item: str, year: int) -> pl.DataFrame:
    """``participation_id number last_step last_cause`` of those with any step."""
    steps = ParticipationStep.objects.unscoped(_WHY).filter(
        participation__sub_item=sub_item, participation__year=year
    )
    rows = list(
        steps.order_by("number")
        .values_list("participation_id", "number", "step", "cause")
        .iterator(20_000)
    )
    schema = {
        "participation_id": pl.Int64(),
        "number": pl.Int32(),
        "last_step": pl.String(),
        "last_cause": pl.String(),
    }
    frame = pl.DataFrame(rows, schema=schema, orient="row")
    return frame.unique("participation_id", keep="last", maintain_order=True)


def _keys(sheets: Sequence[Sheet]) -> pl.DataFrame:
    rows = roster_rows(sheets=sheets, to=_TO, columns=("id_key", "event_date", "roster"))
    return rows.filter(pl.col("id_key").is_not_null())


def _of_people(rows: pl.DataFrame, known: pl.DataFrame) -> pl.DataFrame:
    return rows.join(known, on="id_key", how="inner", maintain_order="left")


def _gone(sheets: Sequence[Sheet], known: pl.DataFrame, last_day: date) -> pl.DataFrame:
    """The first day a list gives, where it lies before the end of the year."""
    rows = _of_people(_keys(sheets), known).filter(pl.col("event_date") <= last_day)
    return _shaped(rows.sort("event_date", maintain_order=True), "ended", pl.col("roster"))


def _deaths(last_day: date) -> pl.DataFrame:
    """Deaths recorded and not withdrawn, whatever list or notice told them."""
    found = Death.objects.unscoped(_WHY).filter(withdrawn_act=None, death_date__lte=last_day)
    rows = list(found.order_by("id").values_list("person_id", "death_date", *ORIGIN))
    schema = {"person_id": pl.Int64(), "event_date": pl.Date()} | {
        name: _TOLD[name] for name in ORIGIN
    }
    frame = _standing(pl.DataFrame(rows, schema=schema, orient="row"))
    return _shaped(frame, "ended", pl.lit(DEATH))


def _elsewhere(sheets: Sequence[Sheet], known: pl.DataFrame) -> pl.DataFrame:
    rows = _of_people(_keys(sheets), known).with_columns(event_date=pl.lit(None, pl.Date))
    return _shaped(rows, "held", pl.col("roster"))


def _twice(listed: pl.DataFrame) -> pl.DataFrame:
    """People whose second row stands on the rolls; the origin is that row."""
    again = listed.filter(pl.int_range(pl.len()).over("person_id") > 0)
    return _shaped(again.with_columns(event_date=pl.lit(None, pl.Date)), "held", pl.col("roster"))


def _unlisted(taking: pl.DataFrame, listed: pl.DataFrame) -> pl.DataFrame:
    missing = taking.join(listed, on="person_id", how="anti", maintain_order="left")
    missing = missing.with_columns(
        event_date=pl.lit(None, pl.Date), **{name: pl.lit(None, _TOLD[name]) for name in ORIGIN}
    )
    return _shaped(missing, "ended", pl.lit(UNLISTED))


def _standing(rows: pl.DataFrame) -> pl.DataFrame:
    """Rows by the record that stands for the person."""
    rows = rows.join(person_roots(), on="person_id", how="left", maintain_order="left")
    root = pl.coalesce("root_id", "person_id").alias("person_id")
    return rows.with_columns(root).drop("root_id")


def _shaped(rows: pl.DataFrame, step: str, cause: pl.Expr) -> pl.DataFrame:
    rows = rows.with_columns(step=pl.lit(step), cause=cause)
    return rows.select(pl.col(name).cast(kind) for name, kind in _TOLD.items())
