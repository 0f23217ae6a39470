"""Drawing batches: declare count and total, write the lines, and let the database check them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from django.db import IntegrityError, transaction

from mingbai.base.ledger import hold_ledger
from mingbai.base.models import User
from mingbai.payment.actions.amounts import CAUSES
from mingbai.payment.actions.owed import Owed, find_owed
from mingbai.payment.actions.plan import Plan, plan_batch
from mingbai.payment.actions.writing import Declared, write_batch
from mingbai.payment.models import PaymentBatch
from mingbai.payment.queries.source import Source, read_source, source_mark
from mingbai.rulebook import Book, SubItem

#: Kinds of sub-item that pay people by batch.
PAID_KINDS = frozenset({"subsidy", "insurance"})


class CannotDrawBatch(Exception):
    """Nothing to pay, a declared figure that does not fit, or a batch drawn at that moment."""


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

    ``declared`` is compared with the plan when given; what is declared is a record of its own,
    written before the batch, and the database refuses lines that do not add up to it.
    ``source`` saves reading the rosters again when many batches are drawn. Errors:
    ``CannotDrawBatch``; nothing is written then. Its speed: ``bench/payment.py``.
    """
    item = _payable(book, sub_item)

    def plan(rows: Source) -> Plan:
        return plan_batch(source=rows, sub_item=item, period=period)

    kind = PaymentBatch.Kind.REGULAR
    return _draw(plan, kind, item, period, book, by, at, declared=declared, source=source)


def draw_arrears(
    *,
    sub_item: str,
    period: int,
    book: Book,
    by: User,
    at: datetime,
    declared: Declared | None = None,
    source: Source | None = None,
) -> PaymentBatch:
    """Draw what paid months up to ``period`` are still owed by today's rosters and standards.

    One line a paid payment that is now due more: it names the month, the line it stands on and the
    rule, and pays the difference. The batch is of its own kind, so that months stay comparable and
    it is approved on its own papers. Errors: ``CannotDrawBatch``.
    """
    item = _payable(book, sub_item)

    def plan(rows: Source) -> Plan:
        return find_owed(source=rows, sub_item=item, through_period=period).arrears

    kind = PaymentBatch.Kind.ARREARS
    return _draw(plan, kind, item, period, book, by, at, declared=declared, source=source)


def _draw(
    make_plan: Callable[[Source], Plan],
    kind: PaymentBatch.Kind,
    item: SubItem,
    period: int,
    book: Book,
    by: User,
    at: datetime,
    *,
    declared: Declared | None,
    source: Source | None,
) -> PaymentBatch:
    """Plan and write one batch in one transaction; of two at one moment one is told so."""
    try:
        with transaction.atomic():
            hold_ledger()
            plan = make_plan(_source_of(item, book.year, source))
            _check_plan(plan, declared, item, period)
            return write_batch(
                plan=plan,
                kind=kind,
                sub_item=item.code,
                period=period,
                book=book,
                by=by,
                at=at,
                typed=declared is not None,
            )
    except IntegrityError as error:
        raise CannotDrawBatch(_meanwhile(item, period)) from error


def settle_up(*, sub_item: str, period: int, book: Book) -> Owed:
    """What ``draw_arrears`` would pay and what was overpaid, without writing anything."""
    item = _payable(book, sub_item)
    source = read_source(year=book.year, sub_items=frozenset({sub_item}))
    if sub_item not in source.rows:
        raise CannotDrawBatch(f"《{item.name}》今年还没有收到花名册，无从核算。")
    return find_owed(source=source, sub_item=item, through_period=period)


def _meanwhile(item: SubItem, period: int) -> str:
    return (
        f"《{item.name}》{period} 的批次刚刚由他人制表，本次没有写入任何内容。"
        "请刷新后核对，仍有未发的再制表。"
    )


def _source_of(item: SubItem, year: int, source: Source | None) -> Source:
    """The source given if it still stands, else read anew."""
    if source is None or source.mark != source_mark(year=year):
        source = read_source(year=year, sub_items=frozenset({item.code}))
    if item.code not in source.rows:
        raise CannotDrawBatch(f"《{item.name}》今年还没有收到花名册，没有可发放的人。")
    return source


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
            hold_ledger()
            if source.mark != source_mark(year=source.year):
                source = read_source(year=source.year)
            if sub_item not in source.rows:
                return source, None
            plan = plan_batch(source=source, sub_item=item, period=period)
            if not plan.lines.height:
                return source, None
            batch = write_batch(
                plan=plan,
                kind=PaymentBatch.Kind.REGULAR,
                sub_item=sub_item,
                period=period,
                book=book,
                by=by,
                at=at,
            )
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
