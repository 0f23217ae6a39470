"""The plan of a batch: which lines it will hold, before anything is written."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any, Final

import polars as pl

from mingbai.payment.actions.amounts import decide_amounts, rules_for
from mingbai.payment.actions.households import with_households
from mingbai.payment.actions.setting_off import set_off_lines
from mingbai.payment.models import PaymentLine
from mingbai.payment.queries.digest import DIGEST_ORDER
from mingbai.payment.queries.source import Source, to_roots
from mingbai.rulebook import SubItem

_WHY: Final = "what was drawn before decides what is still to be paid"
_REJECTED: Final = 3
#: What one payment is for: nobody gets two regular lines of one key.
KEY: Final = ("person_id", "period", "item", "turn")


@dataclass(frozen=True)
class Plan:
    """Lines to be written (columns as the table names them) and rows left out, by cause."""

    lines: pl.DataFrame
    left_out: dict[str, int]

    @property
    def amount(self) -> int:
        """Total in 分."""
        return int(self.lines["amount"].sum())

    @property
    def set_off(self) -> int:
        """What of the total goes towards recoveries, in 分."""
        return int(self.lines["set_off"].sum())

    @property
    def members(self) -> list[tuple[Any, ...]]:
        """``KEY`` of a line and who counts in it, in the order the digest wants; few have any."""
        if "members" not in self.lines.columns:
            return []
        rows = self.lines.select(*KEY, "members").explode("members", empty_as_null=False)
        return rows.sort(*KEY, "members").rows()

    @property
    def person_count(self) -> int:
        """Person-times."""
        return int(self.lines["person_times"].sum())


@dataclass(frozen=True)
class Entitled:
    """What one month's rows are due, drawn before or not, and the rows left out.

    ``lines``: ``KEY`` and ``amount rule enrolment_id town origin_*``, each key once, and
    ``members`` where households are paid. ``left``: ``person_id`` (null where nobody is enrolled)
    and ``cause`` of each row without a line.
    """

    lines: pl.DataFrame
    left: pl.DataFrame


def plan_batch(*, source: Source, sub_item: SubItem, period: int) -> Plan:
    """Plan the lines of one sub-item and month from its roster rows.

    Rows rejected, held, not enrolled, ended, stopped, without an amount, repeated, or drawn before
    are left out and counted by cause. Of two rows of one person and period the first received is
    paid; a merged record is paid under the record that stands for the person.
    """
    due = find_entitled(source=source, sub_item=sub_item, period=period)
    left = Counter(due.left["cause"].to_list())
    before = _drawn_before(source, sub_item.code, period, due.lines)
    fresh = due.lines.join(before, on=KEY, how="anti", maintain_order="left")
    left["paid_before"] += due.lines.height - fresh.height
    lines = set_off_lines(_counted(fresh, before), sub_item=sub_item.code, roots=source.roots)
    return Plan(lines, {cause: count for cause, count in sorted(left.items()) if count})


def find_entitled(*, source: Source, sub_item: SubItem, period: int) -> Entitled:
    """What the rows of one sub-item and month are due now, all rows at once.

    A grade that was decided for somebody holds from its month on, whatever the roster still says.
    """
    rows = source.rows[sub_item.code].filter(pl.col("period") == period)
    rows = rows.join(source.enrolled(sub_item.code), on="id_key", how="left", maintain_order="left")
    rows = rows.join(
        source.stopped(sub_item.code, period), on="enrolment_id", how="left", maintain_order="left"
    )
    rows = rows.join(
        source.grades(sub_item.code, period), on="enrolment_id", how="left", maintain_order="left"
    )
    rows = rows.with_columns(grade=pl.coalesce("decided_grade", "grade")).drop("decided_grade")
    cause = (
        pl.when(pl.col("verdict").fill_null(0) >= _REJECTED)
        .then(pl.lit("rejected"))
        .when("held")
        .then(pl.lit("held"))
        .when(pl.col("person_id").is_null())
        .then(pl.lit("not_enrolled"))
        .when(pl.col("end_period") < period)
        .then(pl.lit("ended"))
        .otherwise(pl.col("stop"))
    )
    rows = rows.with_columns(why=cause)
    left = [rows.filter(pl.col("why").is_not_null()).select("person_id", cause="why")]
    rows = rows.filter(pl.col("why").is_null()).drop("why", "stop")
    for rule in rules_for(sub_item, period):
        if rule.kind == "household":
            rows, none = with_households(rows, source, rule, period)
            left.append(none.select("person_id", "cause"))
            break
    lines, missed = decide_amounts(rows, sub_item, period)
    left.append(missed.select("person_id", "cause"))
    lines = lines.drop("period", "amount").rename({"due": "period", "decided_amount": "amount"})
    lines = lines.with_columns(sub_item=pl.lit(sub_item.code), place=pl.int_range(pl.len()))
    once = lines.unique(KEY, keep="first", maintain_order=True)
    if once.height < lines.height:
        again = lines.join(once, on="place", how="anti", maintain_order="left")
        left.append(again.select("person_id", cause=pl.lit("repeated")))
    return Entitled(once.drop("place"), pl.concat(left))


def _drawn_before(source: Source, sub_item: str, period: int, lines: pl.DataFrame) -> pl.DataFrame:
    """Keys of the regular lines that already exist and are not voided, under today's records."""
    drawn = PaymentLine.objects.unscoped(_WHY).filter(
        batch__sub_item=sub_item, voided=False, nature=PaymentLine.Nature.REGULAR
    )
    if lines.height and lines["period"].unique().to_list() == [period]:
        drawn = drawn.filter(batch__period=period)
    found = list(drawn.values_list(*KEY).iterator(20_000))
    schema = {
        "person_id": pl.Int64(),
        "period": pl.Int32(),
        "item": pl.String(),
        "turn": pl.Int32(),
    }
    return to_roots(pl.DataFrame(found, schema=schema, orient="row"), source.roots)


def _counted(fresh: pl.DataFrame, before: pl.DataFrame) -> pl.DataFrame:
    """A person counts once a period, at the first item paid; sort as the digest wants."""
    who = ("person_id", "period", "turn")
    fresh = fresh.with_columns(
        nature=pl.lit(PaymentLine.Nature.REGULAR.value),
        basis_line_id=pl.lit(None, pl.Int64),
    )
    known = before.select(who).unique().with_columns(known=pl.lit(True))
    lines = fresh.sort(DIGEST_ORDER).join(known, on=who, how="left", maintain_order="left")
    first = pl.int_range(pl.len()).over(who) == 0
    counts = (first & pl.col("known").is_null()).cast(pl.Int64)
    if "counted" in lines.columns:  # a household's line counts as many people as it is for
        counts = counts * pl.col("counted")
    return lines.with_columns(person_times=counts).drop("known")
