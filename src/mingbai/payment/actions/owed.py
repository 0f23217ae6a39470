"""What paid months owe by today's rosters and rules: differences to pay, and what was overpaid."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Final

import polars as pl
from django.db.models import Exists, F, OuterRef

from mingbai.payment.actions.plan import KEY, Entitled, Plan, find_entitled
from mingbai.payment.models import BatchStep, LineMember, PaymentLine
from mingbai.payment.queries.digest import DIGEST_ORDER
from mingbai.payment.queries.recoveries import claimed_amounts
from mingbai.payment.queries.source import Source, to_roots
from mingbai.registry.queries import due_period
from mingbai.rulebook import SubItem

_WHY: Final = "what was drawn decides what paid months still owe"
#: Rows that wait for a correction or a decision: nothing is claimed back because of them.
_WAITING: Final = ("held", "rejected")
_LINES: Final = {
    "line_id": pl.Int64(),
    "person_id": pl.Int64(),
    "period": pl.Int32(),
    "item": pl.String(),
    "turn": pl.Int32(),
    "amount": pl.Int64(),
    "nature": pl.String(),
    "town": pl.String(),
    "rule": pl.String(),
    "paid": pl.Boolean(),
    "drawn": pl.Int32(),
}
#: What a plan without lines still has to add up.
_NOTHING: Final = {"amount": pl.Int64(), "set_off": pl.Int64(), "person_times": pl.Int64()}


@dataclass(frozen=True)
class Owed:
    """Paid months by today's truth, in 分.

    ``arrears``: the lines still to be paid, as ``Plan`` has them. ``overpaid``: ``line_id
    person_id period item turn town paid due over cause`` of what was paid beyond what is due and
    not yet claimed back; ``cause`` is why nothing or less is due.
    """

    arrears: Plan
    overpaid: pl.DataFrame


def find_owed(*, source: Source, sub_item: SubItem, through_period: int) -> Owed:
    """Hold every paid line up to a month against what its row is due now.

    A standard that took force back in time, a corrected grade or amount, a stop or an end that
    reaches back: more is due than was paid -> arrears that stand on the newest line of that
    payment and name the month and the rule; less is due -> overpaid, for somebody to decide.
    Months that were never paid are no arrears: the month's follow-up batch pays them.
    """
    drawn = _drawn(source, sub_item.code, through_period)
    months = {
        period: find_entitled(source=source, sub_item=sub_item, period=period)
        for period in _months(source, sub_item.code, through_period)
    }
    if not drawn.height or not months:
        return Owed(Plan(pl.DataFrame(schema=_NOTHING), {}), pl.DataFrame())
    due = pl.concat([month.lines for month in months.values()]).unique(KEY, keep="first")
    both = drawn.join(due, on=KEY, how="left", suffix="_due", maintain_order="left")
    both = both.with_columns(
        gap=pl.col("amount_due").fill_null(0) - pl.col("amount") + pl.col("claimed")
    )
    more = both.filter(pl.col("amount_due").is_not_null() & (pl.col("gap") > 0))
    ready = _newly_counted(more.filter("paid"), sub_item.code)
    left = Counter({"not_paid_yet": more.height - ready.height})
    plan = Plan(_arrears(ready), {cause: n for cause, n in left.items() if n})
    return Owed(plan, _overpaid(both, _causes(months, sub_item)))


def _months(source: Source, sub_item: str, through: int) -> list[int]:
    known = source.rows[sub_item]["period"].drop_nulls().unique().to_list()
    return sorted(each for each in known if source.year * 100 < each <= through)


def _drawn(source: Source, sub_item: str, through: int) -> pl.DataFrame:
    """One row a payment of a month up to ``through``: its newest line, the sum of its lines, what
    is claimed back of it. Arrears count whenever they were drawn: a later batch paid them too.
    """
    steps = BatchStep.objects.unscoped(_WHY).filter(batch=OuterRef("batch_id"), step="paid")
    rows = (
        PaymentLine.objects.unscoped(_WHY)
        .filter(
            batch__sub_item=sub_item,
            batch__year=source.year,
            voided=False,
            nature__in=("regular", "arrears"),
        )
        .annotate(paid=Exists(steps), drawn=F("batch__period"))
        .order_by("id")
    )
    names = [name if name != "line_id" else "id" for name in _LINES]
    found = list(rows.values_list(*names).iterator(20_000))
    lines = pl.DataFrame(found, schema=_LINES, orient="row")
    claims = claimed_amounts(sub_item=sub_item)
    claimed = pl.col("line_id").replace_strict(claims, default=0, return_dtype=pl.Int64)
    lines = lines.with_columns(
        claimed=claimed if claims else pl.lit(0, pl.Int64), stands=pl.col("person_id")
    )
    lines = to_roots(lines, source.roots)
    months = lines.filter(pl.col("nature") == "regular", pl.col("drawn") <= through)
    return (
        lines.join(months.select(KEY).unique(), on=KEY, how="semi", maintain_order="left")
        .group_by(KEY, maintain_order=True)
        .agg(
            pl.col("line_id", "stands", "town", "rule").last(),
            pl.col("amount", "claimed").sum(),
            pl.col("paid").all(),
        )
    )


def _newly_counted(ready: pl.DataFrame, sub_item: str) -> pl.DataFrame:
    """Of a household's arrears only the members that no line has counted for it before."""
    if "members" not in ready.columns:
        return ready
    counted = LineMember.objects.unscoped(_WHY).filter(sub_item=sub_item, voided=False)
    columns = ("person_id", "period", "item", "turn")
    known = set(counted.values_list(*columns).iterator(20_000))
    return ready.with_columns(
        members=pl.Series(
            [
                [each for each in members if (each, period, item, turn) not in known]
                for members, period, item, turn in ready.select(
                    "members", "period", "item", "turn"
                ).iter_rows()
            ],
            dtype=pl.List(pl.Int64),
        )
    )


def _arrears(ready: pl.DataFrame) -> pl.DataFrame:
    """Lines as the table names them; they stand under the record that was paid."""
    more = ["members"] if "members" in ready.columns else []
    return ready.select(
        *more,
        "period",
        "item",
        "turn",
        "sub_item",
        "enrolment_id",
        "origin_file_id",
        "origin_sheet",
        "origin_line",
        person_id=pl.col("stands"),
        amount=pl.col("gap"),
        person_times=pl.lit(0, pl.Int64),
        rule=pl.col("rule_due"),
        town=pl.col("town_due"),
        nature=pl.lit(PaymentLine.Nature.ARREARS.value),
        basis_line_id=pl.col("line_id"),
        set_off=pl.lit(0, pl.Int64),
        recovery_id=pl.lit(None, pl.Int64),
    ).sort(DIGEST_ORDER)


def _overpaid(both: pl.DataFrame, causes: pl.DataFrame) -> pl.DataFrame:
    over = both.filter("paid", pl.col("gap") < 0)
    found = over.join(causes, on=("person_id", "period"), how="left", maintain_order="left")
    why = (
        pl.when(pl.col("amount_due").is_not_null())
        .then(pl.lit("changed"))
        .otherwise(pl.col("cause").fill_null("withdrawn"))
    )
    found = found.with_columns(why=why).filter(~pl.col("why").is_in(_WAITING))
    return found.select(
        "line_id",
        "period",
        "item",
        "turn",
        "town",
        person_id=pl.col("stands"),
        paid=pl.col("amount") - pl.col("claimed"),
        due=pl.col("amount_due").fill_null(0),
        over=-pl.col("gap"),
        cause=pl.col("why"),
    )


def _causes(months: dict[int, Entitled], sub_item: SubItem) -> pl.DataFrame:
    """Why a person's row of a period pays nothing; the first reason stands."""
    spans = {rule.per for rule in sub_item.amounts}
    parts = [
        month.left.filter(pl.col("person_id").is_not_null()).select(
            "person_id", "cause", period=pl.lit(due_period(period, span), pl.Int32)
        )
        for period, month in months.items()
        for span in sorted(spans)
    ]
    return pl.concat(parts).unique(("person_id", "period"), keep="first", maintain_order=True)
