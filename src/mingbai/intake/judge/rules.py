"""What can be said of a row beyond its cells, and of rows of one sheet beside each other.

Whether a person may receive at all is for comparison, later and with every other roster in view;
here nothing keeps a row out but what makes it impossible to pay. Each rule takes the canonical
rows and gives remarks: `line int32, column, code, severity int8, params` (JSON).
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import polars as pl

from mingbai.engine.canon import NOTE, REJECT, WARN
from mingbai.intake.recognise import Recognised
from mingbai.rulebook import AmountRule, Book

REMARK = {
    "line": pl.Int32(),
    "column": pl.String(),
    "code": pl.String(),
    "severity": pl.Int8(),
    "params": pl.String(),
}


def find_remarks(
    rows: pl.DataFrame, faults: pl.DataFrame, found: Recognised, *, book: Book
) -> pl.DataFrame:
    """Remarks of every rule that fits the sheet's kind, in no order."""
    checks = _checks(found, book)
    made: list[pl.DataFrame] = []
    if "repeated_person" in checks:
        made.append(_repeated(rows))
    if found.roster.kind == "subsidy":
        made.append(_negative(rows))
        if "phone" in found.columns:
            said = faults.filter(pl.col("column") == "phone").select("line")
            made.append(_without_phone(rows.join(said, on="line", how="anti")))
    if "amount_standard" in checks:
        made.extend(_off_standard(rows, found, book))
    if {"start_date", "end_date"} <= set(rows.columns):
        made.append(_flag(rows, pl.col("end_date") < pl.col("start_date"), "end_date",
                          "dates_reversed"))  # fmt: skip
    if {"month_done", "total_done"} <= set(rows.columns):
        done, total = (
            pl.col(c).cast(pl.Float64, strict=False) for c in ("month_done", "total_done")
        )
        made.append(_flag(rows, done > total, "total_done", "month_over_total"))
    made.extend(_over_total(rows))
    return pl.concat(made) if made else pl.DataFrame(schema=REMARK)


def _checks(found: Recognised, book: Book) -> frozenset[str]:
    """Kinds of check that the rulebook puts on the sheet's sub-item; a list repeats nobody."""
    if found.roster.kind == "list":
        return frozenset({"repeated_person"})
    if found.sub_item is None:
        return frozenset()
    day = date(found.year, found.month or 12, 1)
    return frozenset(check.kind for check in book.sub_item(found.sub_item).checks_on(day))


def _flag(
    rows: pl.DataFrame,
    where: pl.Expr,
    column: str,
    code: str,
    severity: int = WARN,
    params: pl.Expr | None = None,
) -> pl.DataFrame:
    """One remark a row for which `where` is true; a null is not true."""
    said = pl.lit("{}") if params is None else params
    return rows.filter(where.fill_null(False)).select(
        pl.col("line").cast(pl.Int32),
        pl.lit(column).alias("column"),
        pl.lit(code).alias("code"),
        pl.lit(severity, pl.Int8).alias("severity"),
        said.cast(pl.String).alias("params"),
    )


def _repeated(rows: pl.DataFrame) -> pl.DataFrame:
    """The same person again in one sheet (and month, and course): the later row is marked."""
    keys = ["id_number"]
    keys += [name for name in ("period", "course", "event_date") if name in rows.columns]
    known = rows.filter(pl.col("id_number").is_not_null())
    first = pl.col("line").min().over(keys)
    again = known.with_columns(first.alias("first")).filter(pl.col("line") > pl.col("first"))
    said = pl.concat_str([pl.lit('{"line": '), pl.col("first").cast(pl.String), pl.lit("}")])
    return _flag(again, pl.lit(True), "id_number", "row_repeated", WARN, said)


def _negative(rows: pl.DataFrame) -> pl.DataFrame:
    return _flag(rows, pl.col("amount") < 0, "amount", "amount_negative", REJECT)


def _without_phone(rows: pl.DataFrame) -> pl.DataFrame:
    """Nobody can be asked by telephone whether the money came; such rows count against a county."""
    return _flag(rows, pl.col("phone").is_null(), "phone", "phone_missing", NOTE)


def _off_standard(rows: pl.DataFrame, found: Recognised, book: Book) -> Iterator[pl.DataFrame]:
    """Amounts that are not the rulebook's for the row's month and grade."""
    if found.sub_item is None:
        return
    sub_item = book.sub_item(found.sub_item)
    own = found.year * 100 + found.month if found.month else None
    months = rows.with_columns(pl.col("period").fill_null(pl.lit(own, pl.Int32)))
    for period in months["period"].drop_nulls().unique().to_list():
        year, month = divmod(period, 100)
        rules = sub_item.amount_rules(date(year, month, 1))
        # Several items at once are paid as one sum; only payment can take them apart.
        if len(rules) == 1:
            part = months.filter(pl.col("period") == period)
            yield _off_rule(part, rules[0])


def _off_rule(rows: pl.DataFrame, rule: AmountRule) -> pl.DataFrame:
    amount = pl.col("amount")
    if rule.kind == "actual":
        least, most = rule.min_fen or 0, rule.max_fen
        outside = (amount < least) & (amount >= 0)
        if most is not None:
            outside |= amount > most
        params = _params(rule, least=pl.lit(least), most=pl.lit(most or 0))
        return _flag(rows, outside, "amount", "amount_out_of_range", WARN, params)
    if rule.kind == "fixed":
        standard = pl.lit(rule.amount_fen, pl.Int64)
    else:
        table = dict(rule.grades)
        standard = pl.col("grade").replace_strict(table, default=None, return_dtype=pl.Int64)
    rows = rows.with_columns(standard.alias("standard"))
    params = _params(rule, standard=pl.col("standard"))
    off = (amount != pl.col("standard")) & (amount >= 0)
    return _flag(rows, off, "amount", "amount_off_standard", WARN, params)


def _params(rule: AmountRule, **numbers: pl.Expr) -> pl.Expr:
    """JSON with the rule's name and integers; the name comes from the rulebook, never a row."""
    parts: list[pl.Expr] = [pl.lit(f'{{"rule": "{rule.name}"')]
    for name, value in numbers.items():
        parts += [pl.lit(f', "{name}": '), value.cast(pl.String)]
    return pl.concat_str([*parts, pl.lit("}")])


def _over_total(rows: pl.DataFrame) -> Iterator[pl.DataFrame]:
    """Fund tables: what came this month cannot exceed what came in all."""
    for name in ("arrived", "released", "spent"):
        month, total = f"{name}_month", f"{name}_total"
        if {month, total} <= set(rows.columns):
            over = pl.col(month) > pl.col(total)
            yield _flag(rows, over, total, "month_over_total")
