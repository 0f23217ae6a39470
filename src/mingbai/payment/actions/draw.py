"""Drawing batches: declare count and total, write the lines, and let the database check them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import polars as pl
from django.db import IntegrityError, transaction
from django.db.models import Max

from mingbai.base.bulk import insert_rows
from mingbai.base.ledger import record_act
from mingbai.base.models import Act, User
from mingbai.payment.actions.amounts import CAUSES
from mingbai.payment.actions.plan import Plan, plan_batch
from mingbai.payment.models import BatchShare, BatchStep, PaymentBatch, PaymentLine
from mingbai.payment.queries.digest import DIGEST_COLUMNS, digest_lines
from mingbai.payment.queries.source import Source, read_source, source_mark
from mingbai.rulebook import Book, SubItem

_WHY = "the number of a batch counts on from the last one"
#: Kinds of sub-item that pay people by batch.
PAID_KINDS = frozenset({"subsidy", "insurance"})


class CannotDrawBatch(Exception):
    """Nothing to pay, a declared figure that does not fit, or a batch drawn at that moment."""


@dataclass(frozen=True)
class Declared:
    """What the maker expects before the lines exist: number of lines and total in 分."""

    count: int
    amount: int


def draw_batch(
    *,
    sub_item: str,
    period: int,
    book: Book,
    by: User,
    at: datetime,
    declared: Declared | None = None,
    source: Source | None = None,
) -> PaymentBatch:
    """Draw what one sub-item still owes for one month; a second draw pays only what is left.

    ``declared`` is compared with the plan when given; the plan's own count and total are written
    into the batch before its lines, and the database refuses the batch unless they agree.
    ``source`` saves reading the rosters again when many batches are drawn. Errors:
    ``CannotDrawBatch``; nothing is written then. About 40,000 lines a second on SQLite.
    """
    item = _payable(book, sub_item)
    year = book.year
    try:
        with transaction.atomic():
            if source is None or source.mark != source_mark(year=year):
                source = read_source(year=year, sub_items=frozenset({sub_item}))
            if sub_item not in source.rows:
                raise CannotDrawBatch(f"《{item.name}》今年还没有收到花名册，没有可发放的人。")
            plan = plan_batch(source=source, sub_item=item, period=period)
            _check_plan(plan, declared, item, period)
            return _write(plan, sub_item=sub_item, period=period, book=book, by=by, at=at)
    except IntegrityError as error:
        raise CannotDrawBatch(
            f"《{item.name}》{period} 的批次刚刚由他人制表，本次没有写入任何内容。"
            "请刷新后核对，仍有未发的再制表。"
        ) from error


def draw_all(
    *,
    year: int,
    through_period: int,
    book: Book,
    by: User,
    at: datetime,
    progress: Callable[[int, int], None] | None = None,
) -> list[PaymentBatch]:
    """Draw every sub-item and month up to ``through_period`` that still owes anything.

    Each batch is a transaction and a ledger entry of its own: a stop in the middle leaves whole
    batches, and running again draws the rest. ``progress(done, total)`` is called after each.
    """
    source = read_source(year=year)
    work = [
        (sub_item, period)
        for sub_item, rows in sorted(source.rows.items())
        if _pays(book, sub_item)
        for period in sorted(rows["period"].drop_nulls().unique().to_list())
        if year * 100 < period <= through_period
    ]
    drawn: list[PaymentBatch] = []
    for place, (sub_item, period) in enumerate(work, start=1):
        source, batch = _draw_if_owed(source, sub_item, period, book, by, at)
        if batch is not None:
            drawn.append(batch)
        if progress is not None:
            progress(place, len(work))
    return drawn


def _draw_if_owed(
    source: Source, sub_item: str, period: int, book: Book, by: User, at: datetime
) -> tuple[Source, PaymentBatch | None]:
    """Draw from the source, read anew if anything it was made of has changed meanwhile."""
    item = book.sub_item(sub_item)
    try:
        # One plain transaction: inside a savepoint SQLite's bulk insert turns quadratic.
        with transaction.atomic():
            if source.mark != source_mark(year=source.year):
                source = read_source(year=source.year)
            if sub_item not in source.rows:
                return source, None
            plan = plan_batch(source=source, sub_item=item, period=period)
            if not plan.lines.height:
                return source, None
            batch = _write(plan, sub_item=sub_item, period=period, book=book, by=by, at=at)
            return source, batch
    except IntegrityError as error:
        raise CannotDrawBatch(
            f"《{item.name}》{period} 的批次正由他人制表，已停在这里；"
            "此前的批次均已完整写入，可重新运行。"
        ) from error


def _payable(book: Book, code: str) -> SubItem:
    try:
        item = book.sub_item(code)
    except KeyError as error:
        raise CannotDrawBatch(
            f"{book.year}年的规则库里没有子项“{code}”，无法确定标准。请核对子项代码。"
        ) from error
    if item.kind not in PAID_KINDS:
        raise CannotDrawBatch(f"《{item.name}》不是补助类或参保类，不按批次发放到人。")
    return item


def _pays(book: Book, code: str) -> bool:
    try:
        return book.sub_item(code).kind in PAID_KINDS
    except KeyError:
        return False


def _check_plan(plan: Plan, declared: Declared | None, item: SubItem, period: int) -> None:
    if not plan.lines.height:
        why = "；".join(f"{CAUSES[cause]} {count} 行" for cause, count in plan.left_out.items())
        raise CannotDrawBatch(
            f"《{item.name}》{period} 没有可发放的人。{why or '花名册中没有这个月的行'}。"
        )
    if declared is not None and (declared.count, declared.amount) != (
        plan.lines.height,
        plan.amount,
    ):
        raise CannotDrawBatch(
            f"申报 {declared.count} 笔、{declared.amount} 分，花名册算出 {plan.lines.height} 笔、"
            f"{plan.amount} 分，两者不一致，未制表。请核对后重新申报。"
        )


def _write(
    plan: Plan, *, sub_item: str, period: int, book: Book, by: User, at: datetime
) -> PaymentBatch:
    lines = plan.lines.select(DIGEST_COLUMNS).rows()
    digest = digest_lines(lines)
    act = record_act(
        "draw_batch",
        by=by,
        at=at,
        subject=f"{sub_item}:{period}",
        payload={
            "count": plan.lines.height,
            "amount": plan.amount,
            "digest": digest,
            "book": book.digest,
            "left_out": plan.left_out,
        },
    )
    before = PaymentBatch.objects.unscoped(_WHY).filter(sub_item=sub_item, period=period)
    number = (before.aggregate(last=Max("number"))["last"] or 0) + 1
    batch = PaymentBatch.objects.create(
        sub_item=sub_item,
        year=book.year,
        period=period,
        number=number,
        follows=before.filter(number=1).first() if number > 1 else None,
        expected_count=plan.lines.height,
        expected_amount=plan.amount,
        person_count=plan.person_count,
        lines_digest=digest,
        rulebook_digest=book.digest,
        left_out=plan.left_out,
        drawn_at=at,
        drawn_by=by,
        act=act,
    )
    _write_lines(lines, batch, act)
    _write_shares(plan.lines, batch, act)
    BatchStep.objects.create(
        batch=batch,
        number=1,
        step=BatchStep.Step.DRAWN,
        batch_digest=digest,
        maker=by,
        step_by=by,
        step_at=at,
        act=act,
    )
    return batch


def _write_lines(lines: list[tuple[Any, ...]], batch: PaymentBatch, act: Act) -> None:
    rest = (batch.pk, False, act.pk)
    rows = (line + rest for line in lines)
    insert_rows(PaymentLine, [*DIGEST_COLUMNS, "batch_id", "voided", "act_id"], rows)


def _write_shares(lines: pl.DataFrame, batch: PaymentBatch, act: Act) -> None:
    shares = lines.group_by("town").agg(
        lines=pl.len(), people=pl.col("person_times").sum(), amount=pl.col("amount").sum()
    )
    BatchShare.objects.bulk_create(
        BatchShare(
            batch=batch,
            sub_item=batch.sub_item,
            period=batch.period,
            town=share["town"],
            line_count=share["lines"],
            person_count=share["people"],
            amount=share["amount"],
            act=act,
        )
        for share in shares.sort("town").iter_rows(named=True)
    )
