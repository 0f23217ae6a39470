"""What can be said of a row beyond its cells, and of rows of one sheet beside each other.

Whether a person may receive at all is for comparison, later and with every other roster in view;
here nothing keeps a row out but what makes it impossible to pay. Each rule takes the canonical
rows and gives remarks: `line int32, column, code, severity int8, params` (JSON).
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date

import polars as pl

from mingbai.engine.canon import NOTE, REJECT, WARN
from mingbai.engine.money import LARGEST_FEN
from mingbai.intake.judge.flags import REMARK, flag
from mingbai.intake.judge.teaching import class_remarks
from mingbai.intake.recognise import Recognised
from mingbai.rulebook import AmountRule, Book


def find_remarks(
    rows: pl.DataFrame, faults: pl.DataFrame, found: Recognised, *, book: Book
) -> pl.DataFrame:
    """Remarks of every rule that fits the sheet's kind, in no order."""
    checks, columns = _checks(found, book), frozenset(rows.columns)
    lazy = rows.lazy()
    made: list[pl.LazyFrame] = []
    if "repeated_person" in checks:
        made.append(_repeated(lazy, columns))
    if found.roster.kind == "subsidy" and "amount" in columns:
        made.append(flag(lazy, pl.col("amount") < 0, "amount", "amount_negative", REJECT))
    if found.roster.kind == "survey" and "id_number" in found.columns:
        made.append(_unreadable_number(faults))
    if found.roster.kind == "subsidy" and "phone" in found.columns:
        made.append(_without_phone(lazy, faults))
    if "amount_standard" in checks and {"amount", "grade", "period"} <= columns:
        made.extend(_off_standard(rows, found, book))
    if {"start_date", "end_date"} <= columns:
        back = pl.col("end_date") < pl.col("start_date")
        worst = REJECT if found.roster.kind == "class_plan" else WARN
        made.append(flag(lazy, back, "end_date", "dates_reversed", worst))
    if found.roster.kind in ("class_plan", "attendance", "exam"):
        made.extend(class_remarks(rows, found, book))
    made.extend(_over_total(lazy, columns))
    return pl.concat(made).collect() if made else pl.DataFrame(schema=REMARK)


def _checks(found: Recognised, book: Book) -> frozenset[str]:
    """Kinds of check that the rulebook puts on the sheet's sub-item; a list repeats nobody."""
    if found.roster.kind == "list":
        return frozenset({"repeated_person"})
    if found.sub_item is None:
        return frozenset()
    day = date(found.year, found.month or 12, 1)
    return frozenset(check.kind for check in book.sub_item(found.sub_item).checks_on(day))


def _repeated(rows: pl.LazyFrame, columns: frozenset[str]) -> pl.LazyFrame:
    """The same person again in one sheet (and month, and course): the later row is marked."""
    keys = ["id_number", *sorted({"period", "course", "event_date"} & columns)]
    known = rows.filter(pl.col("id_number").is_not_null())
    first = pl.col("line").min().over(keys)
    again = known.with_columns(first.alias("first"))
    said = pl.concat_str([pl.lit('{"line": '), pl.col("first").cast(pl.String), pl.lit("}")])
    later = pl.col("line") > pl.col("first")
    return flag(again, later, "id_number", "row_repeated", WARN, said)


def _without_phone(rows: pl.LazyFrame, faults: pl.DataFrame) -> pl.LazyFrame:
    """Nobody can be asked by telephone whether the money came; such rows count against a county.

    A number that is there but wrong has been remarked on already.
    """
    said = faults.lazy().filter(pl.col("column") == "phone").select("line")
    rest = rows.join(said, on="line", how="anti")
    return flag(rest, pl.col("phone").is_null(), "phone", "phone_missing", NOTE)


def _unreadable_number(faults: pl.DataFrame) -> pl.LazyFrame:
    """A survey may leave the number open; one that is given and cannot be read names nobody."""
    wrong = (pl.col("column") == "id_number") & (pl.col("severity") >= WARN)
    return flag(faults.lazy().unique("line"), wrong, "id_number", "survey_number", REJECT)


def _off_standard(rows: pl.DataFrame, found: Recognised, book: Book) -> Iterator[pl.LazyFrame]:
    """Amounts that are not the rulebook's for the row's month and grade."""
    if found.sub_item is None:
        return
    sub_item = book.sub_item(found.sub_item)
    own = found.year * 100 + found.month if found.month else None
    months = rows.with_columns(pl.col("period").fill_null(pl.lit(own, pl.Int32)))
    for period in months["period"].drop_nulls().unique().to_list():
        year, month = divmod(period, 100)
        rules = sub_item.amount_rules(date(year, month, 1))
        # Several items at once are paid as one sum; only payment can take them apart, and only it
        # knows who counts in a household.
        if len(rules) == 1 and rules[0].base not in ("per_member", "top_up"):
            yield _off_rule(months.lazy().filter(pl.col("period") == period), rules[0])


def _off_rule(rows: pl.LazyFrame, rule: AmountRule) -> pl.LazyFrame:
    amount = pl.col("amount")
    if rule.kind == "actual":
        least, most = rule.min_fen or 0, rule.max_fen or LARGEST_FEN
        outside = ~amount.is_between(least, most) & (amount >= 0)
        params = _params(rule, least=pl.lit(least), most=pl.lit(most))
        return flag(rows, outside, "amount", "amount_out_of_range", WARN, params)
    if "fixed" in (rule.kind, rule.base):
        standard = pl.lit(rule.amount_fen, pl.Int64)
    else:
        table = dict(rule.grades)
        standard = pl.col("grade").replace_strict(table, default=None, return_dtype=pl.Int64)
    rows = rows.with_columns(standard.alias("standard"))
    params = _params(rule, standard=pl.col("standard"))
    off = (amount != pl.col("standard")) & (amount >= 0)
    return flag(rows, off, "amount", "amount_off_standard", WARN, params)


def _params(rule: AmountRule, **numbers: pl.Expr) -> pl.Expr:
    """JSON with the rule's name and integers; the name comes from the rulebook, never a row."""
    parts: list[pl.Expr] = [pl.lit('{"rule": ' + json.dumps(rule.name, ensure_ascii=False))]
    for name, value in numbers.items():
        parts += [pl.lit(f', "{name}": '), value.cast(pl.String)]
    return pl.concat_str([*parts, pl.lit("}")])


def _over_total(rows: pl.LazyFrame, columns: frozenset[str]) -> Iterator[pl.LazyFrame]:
    """What was done or came this month cannot exceed what was done or came in all."""
    pairs = [("month_done", "total_done")]
    pairs += [(f"{name}_month", f"{name}_total") for name in ("arrived", "released", "spent")]
    for month, total in pairs:
        if {month, total} <= columns:
            # Counts come as exact decimal text, money as 分; both are small enough to compare so.
            part, whole = (pl.col(name).cast(pl.Float64, strict=False) for name in (month, total))
            yield flag(rows, part > whole, total, "month_over_total")
