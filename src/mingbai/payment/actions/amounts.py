"""From rows to amounts: the rulebook's rules decide, row by row, all rows at once."""

from __future__ import annotations

import calendar
from datetime import date
from typing import Final

import polars as pl

from mingbai.registry.queries import due_period
from mingbai.rulebook import AmountRule, SubItem

#: Why a row is not in a batch -> words for the page.
CAUSES: Final[dict[str, str]] = {
    "rejected": "录入关未通过，等待更正",
    "held": "比对存疑，暂缓发放",
    "not_enrolled": "尚未登记享受资格",
    "ended": "享受资格已终止",
    "suspended": "已暂停发放",
    "objection": "公示有异议，暂停发放",
    "no_rule": "规则库没有当月的标准",
    "grade_unknown": "档次不在标准表中",
    "no_amount": "没有填写金额",
    "out_of_range": "金额超出标准幅度",
    "no_household": "还没有登记家庭成员，无从按户核定",
    "in_household": "已计入本户发放，不单独发放",
    "no_member": "本户没有可计入的成员",
    "no_income": "没有填写家庭人均收入",
    "income_over": "家庭人均收入不低于标准",
    "not_in_month": "当月不在享受期内",
    "repeated": "同一人同一期重复",
    "paid_before": "此前批次已列入",
    "not_paid_yet": "原批次尚未发放，请作废后重新制表",
}


def rules_for(sub_item: SubItem, period: int) -> tuple[AmountRule, ...]:
    """The rules in force on the first day of a month, one an item."""
    return sub_item.amount_rules(date(period // 100, period % 100, 1))


def decide_amounts(
    rows: pl.DataFrame, sub_item: SubItem, period: int
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Give each row its lines; returns (lines, rows left out with ``cause``).

    Lines gain ``item rule due turn decided_amount`` (分). A row gets a line for every item whose
    rule applies to it: fixed always, graded where the row's grade is in the table, actual where
    the roster's amount lies inside the range. A row with no line keeps the last rule's reason.
    """
    rules = rules_for(sub_item, period)
    if not rules:
        return _no_lines(rows), rows.with_columns(cause=pl.lit("no_rule"))
    parts = [rows.with_columns(*_decided(rule, period)) for rule in rules]
    tried = pl.concat(parts)
    lines = tried.filter(pl.col("cause").is_null()).drop("cause")
    missed = tried.filter(pl.col("cause").is_not_null()).join(
        lines.select(_ORIGIN), on=_ORIGIN, how="anti", maintain_order="left"
    )
    return lines, missed.unique(_ORIGIN, keep="last", maintain_order=True)


_ORIGIN: Final = ["origin_file_id", "origin_sheet", "origin_line"]


def _decided(rule: AmountRule, period: int) -> list[pl.Expr]:
    amount, cause = _amount_of(rule)
    amount, cause = _part_of_month(rule, period, amount, cause)
    turn = pl.lit(1, pl.Int32)
    if rule.per == "case":
        turn = pl.col("start_date").dt.strftime("%Y%m%d").cast(pl.Int32).fill_null(1)
    return [
        pl.lit(rule.item).alias("item"),
        pl.lit(rule.rule_id).alias("rule"),
        pl.lit(due_period(period, rule.per), pl.Int32).alias("due"),
        turn.alias("turn"),
        amount.alias("decided_amount"),
        cause.alias("cause"),
    ]


def _part_of_month(
    rule: AmountRule, period: int, amount: pl.Expr, cause: pl.Expr
) -> tuple[pl.Expr, pl.Expr]:
    """What of the amount a month pays that the row counts only in part, as the rule says."""
    if rule.partial == "whole":
        return amount, cause
    year, month = divmod(period, 100)
    days = calendar.monthrange(year, month)[1]
    first, last = date(year, month, 1), date(year, month, days)
    start, end = pl.col("start_date").fill_null(first), pl.col("end_date").fill_null(last)
    if rule.partial == "next":
        outside = (start > first) | (end < first)
    else:
        held = pl.min_horizontal(end, pl.lit(last)) - pl.max_horizontal(start, pl.lit(first))
        counted = (held.dt.total_days() + 1).clip(0, days)
        unit = rule.round_to_fen
        # Half up, in whole numbers: (2 * a * d + n) / 2n of the unit.
        amount = (2 * amount * counted + days * unit) // (2 * days * unit) * unit
        outside = amount <= 0
    return amount, pl.when(cause.is_null() & outside).then(pl.lit("not_in_month")).otherwise(cause)


def _amount_of(rule: AmountRule) -> tuple[pl.Expr, pl.Expr]:
    none = pl.lit(None, pl.String)
    if rule.kind == "fixed":
        return pl.lit(rule.amount_fen, pl.Int64), none
    if rule.kind == "graded":
        table = dict(rule.grades)
        amount = pl.col("grade").replace_strict(table, default=None, return_dtype=pl.Int64)
        return amount, pl.when(amount.is_null()).then(pl.lit("grade_unknown")).otherwise(none)
    if rule.kind == "household":
        return _household(rule)
    given = pl.col("amount")
    inside = pl.lit(True)
    if rule.min_fen is not None:
        inside &= given >= rule.min_fen
    if rule.max_fen is not None:
        inside &= given <= rule.max_fen
    cause = (
        pl.when(given.is_null() | (given <= 0))
        .then(pl.lit("no_amount"))
        .when(~inside)
        .then(pl.lit("out_of_range"))
        .otherwise(none)
    )
    return given, cause


def _household(rule: AmountRule) -> tuple[pl.Expr, pl.Expr]:
    """``AmountRule.household_fen`` for all rows at once, by how many members are counted."""
    cause = pl.lit(None, pl.String)
    each = pl.lit(rule.amount_fen, pl.Int64)
    if rule.base == "graded":
        table = dict(rule.grades)
        each = pl.col("grade").replace_strict(table, default=None, return_dtype=pl.Int64)
        cause = pl.when(each.is_null()).then(pl.lit("grade_unknown")).otherwise(cause)
    elif rule.base == "per_member":
        each = each * pl.col("counted")
    elif rule.base == "top_up":
        each = (each - pl.col("income")) * pl.col("counted")
        cause = (
            pl.when(each.is_null())
            .then(pl.lit("no_income"))
            .when(each <= 0)
            .then(pl.lit("income_over"))
            .otherwise(cause)
        )
    if rule.cap_fen is not None:
        each = pl.min_horizontal(each, pl.lit(rule.cap_fen, pl.Int64))
    return each, cause


def _no_lines(rows: pl.DataFrame) -> pl.DataFrame:
    return rows.clear().with_columns(
        item=pl.lit(None, pl.String),
        rule=pl.lit(None, pl.String),
        due=pl.lit(None, pl.Int32),
        turn=pl.lit(None, pl.Int32),
        decided_amount=pl.lit(None, pl.Int64),
    )
