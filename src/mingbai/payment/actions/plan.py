"""The plan of a batch: which lines it will hold, before anything is written."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Final

import polars as pl

from mingbai.payment.actions.amounts import decide_amounts
from mingbai.payment.models import PaymentLine
from mingbai.payment.queries.digest import DIGEST_ORDER
from mingbai.payment.queries.source import Source
from mingbai.rulebook import SubItem

_WHY: Final = "what was drawn before decides what is still to be paid"
_REJECTED: Final = 3
_KEY: Final = ("person_id", "period", "item", "turn")


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
    def person_count(self) -> int:
        """Person-times."""
        return int(self.lines["person_times"].sum())


def plan_batch(*, source: Source, sub_item: SubItem, period: int) -> Plan:
    """Plan the lines of one sub-item and month from its roster rows.

    Rows rejected, held, not enrolled, ended, without an amount, repeated, or drawn before are left
    out and counted by cause. Of two rows of one person and period the first received is paid.
    """
    left: Counter[str] = Counter()
    rows = source.rows[sub_item.code].filter(pl.col("period") == period)
    rows = _set_aside(rows, pl.col("verdict").fill_null(0) >= _REJECTED, "rejected", left)
    rows = _set_aside(rows, pl.col("held"), "held", left)
    people = source.enrolled(sub_item.code)
    rows = rows.join(people, on="id_key", how="left", maintain_order="left")
    rows = _set_aside(rows, pl.col("person_id").is_null(), "not_enrolled", left)
    rows = _set_aside(rows, (pl.col("end_period") < period).fill_null(False), "ended", left)
    lines, missed = decide_amounts(rows, sub_item, period)
    left.update(missed["cause"].to_list())
    lines = lines.drop("period", "amount").rename({"due": "period", "decided_amount": "amount"})
    once = lines.unique(_KEY, keep="first", maintain_order=True)
    left["repeated"] += lines.height - once.height
    once = once.with_columns(sub_item=pl.lit(sub_item.code))
    before = _drawn_before(sub_item.code, period, once)
    fresh = once.join(before, on=_KEY, how="anti", maintain_order="left")
    left["paid_before"] += once.height - fresh.height
    return Plan(_counted(fresh, before), {k: n for k, n in sorted(left.items()) if n})


def _set_aside(
    rows: pl.DataFrame, condition: pl.Expr, cause: str, left: Counter[str]
) -> pl.DataFrame:
    kept = rows.filter(~condition)
    left[cause] += rows.height - kept.height
    return kept


def _drawn_before(sub_item: str, period: int, lines: pl.DataFrame) -> pl.DataFrame:
    """Keys of the lines that already exist and are not voided."""
    drawn = PaymentLine.objects.unscoped(_WHY).filter(batch__sub_item=sub_item, voided=False)
    if lines.height and lines["period"].unique().to_list() == [period]:
        drawn = drawn.filter(batch__period=period)
    found = list(drawn.values_list(*_KEY).iterator(20_000))
    schema = {
        "person_id": pl.Int64(),
        "period": pl.Int32(),
        "item": pl.String(),
        "turn": pl.Int32(),
    }
    return pl.DataFrame(found, schema=schema, orient="row")


def _counted(fresh: pl.DataFrame, before: pl.DataFrame) -> pl.DataFrame:
    """A person counts once a period, at the first item paid; sort as the digest wants."""
    who = ("person_id", "period", "turn")
    fresh = fresh.with_columns(
        nature=pl.lit(PaymentLine.Nature.REGULAR.value), basis_line_id=pl.lit(None, pl.Int64)
    )
    known = before.select(who).unique().with_columns(known=pl.lit(True))
    lines = fresh.sort(DIGEST_ORDER).join(known, on=who, how="left", maintain_order="left")
    first = pl.int_range(pl.len()).over(who) == 0
    counts = (first & pl.col("known").is_null()).cast(pl.Int64)
    return lines.with_columns(person_times=counts).drop("known")
