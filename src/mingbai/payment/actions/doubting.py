"""Whether a drawn batch still stands: its lines held against what they rest on today."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import polars as pl

from mingbai.payment.actions.amounts import CAUSES
from mingbai.payment.actions.plan import KEY, find_entitled
from mingbai.payment.models import PaymentBatch, PaymentLine
from mingbai.payment.queries.doubts import was_touched
from mingbai.payment.queries.source import read_source, to_roots
from mingbai.rulebook import Book

_WHY: Final = "whether a batch still stands is one answer for everybody"
_LINES: Final = {
    "line_id": pl.Int64(),
    "person_id": pl.Int64(),
    "period": pl.Int32(),
    "item": pl.String(),
    "turn": pl.Int32(),
    "amount": pl.Int64(),
}
#: Why a line would not be drawn so today -> words for the page, beside ``CAUSES``.
DOUBTS: Final[dict[str, str]] = {
    **CAUSES,
    "withdrawn": "更正后的花名册里已没有这一行",
    "changed": "金额或类别已有变动",
}


@dataclass(frozen=True)
class Doubt:
    """A line of a batch that would be drawn otherwise today; amounts in 分."""

    line_id: int
    person_id: int
    amount: int
    due_amount: int
    cause: str


def find_doubts(*, batch: PaymentBatch, book: Book) -> tuple[Doubt, ...]:
    """The lines of a batch whose ground has changed since it was drawn; empty where it stands.

    A row withdrawn or corrected, a new hold, a stop, an end, an amount that is now another. Only
    what a month's own rosters say is asked: a line that stands on another line stands with it.
    """
    if batch.kind != PaymentBatch.Kind.REGULAR or not was_touched(batch):
        return ()
    source = read_source(year=batch.year, sub_items=frozenset({batch.sub_item}))
    lines = PaymentLine.objects.unscoped(_WHY).filter(batch=batch, voided=False).order_by("id")
    names = [name if name != "line_id" else "id" for name in _LINES]
    rows = list(lines.values_list(*names).iterator(20_000))
    drawn = to_roots(pl.DataFrame(rows, schema=_LINES, orient="row"), source.roots)
    if batch.sub_item not in source.rows:
        found = drawn.with_columns(due=pl.lit(None, pl.Int64), cause=pl.lit("withdrawn"))
    else:
        item = book.sub_item(batch.sub_item)
        now = find_entitled(source=source, sub_item=item, period=batch.period)
        due = now.lines.select(*KEY, due="amount")
        causes = now.left.unique("person_id", keep="first", maintain_order=True)
        found = drawn.join(due, on=KEY, how="left", maintain_order="left").join(
            causes, on="person_id", how="left", maintain_order="left"
        )
    found = found.filter(pl.col("due").is_null() | (pl.col("due") != pl.col("amount")))
    why = pl.when(pl.col("due").is_null()).then(pl.col("cause")).otherwise(pl.lit("changed"))
    found = found.with_columns(why=why.fill_null("withdrawn"), due=pl.col("due").fill_null(0))
    columns = ("line_id", "person_id", "amount", "due", "why")
    return tuple(Doubt(*row) for row in found.select(columns).iter_rows())


def tell_doubts(doubts: tuple[Doubt, ...]) -> str:
    """How many lines, by cause, in one sentence for whoever wanted to go on."""
    counts: dict[str, int] = {}
    for doubt in doubts:
        counts[doubt.cause] = counts.get(doubt.cause, 0) + 1
    parts = [f"{DOUBTS.get(cause, cause)} {count} 笔" for cause, count in sorted(counts.items())]
    return "；".join(parts)
