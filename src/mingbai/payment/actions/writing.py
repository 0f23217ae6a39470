"""Writing a planned batch: declaration, batch, lines, town totals and the first step."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import polars as pl
from django.db.models import Max
from django.utils import timezone

from mingbai.base.bulk import insert_rows
from mingbai.base.ledger import record_act
from mingbai.base.models import Act, User
from mingbai.payment.actions.plan import KEY, Plan
from mingbai.payment.models import (
    BatchDeclaration,
    BatchShare,
    BatchStep,
    LineMember,
    PaymentBatch,
    PaymentLine,
)
from mingbai.payment.queries.digest import DIGEST_COLUMNS, digest_lines
from mingbai.rulebook import Book

_WHY: Final = "the number of a batch counts on from the last one"


@dataclass(frozen=True)
class Declared:
    """What the maker expects before the lines exist: number of lines and total in 分."""

    count: int
    amount: int


def write_batch(
    *,
    plan: Plan,
    kind: PaymentBatch.Kind,
    sub_item: str,
    period: int,
    book: Book,
    by: User,
    at: datetime,
    typed: bool = False,
) -> PaymentBatch:
    """Write a plan inside the caller's transaction; the database holds it to its declaration."""
    declaration = _declare(plan, sub_item, period, typed=typed, by=by, at=at)
    lines = plan.lines.select(DIGEST_COLUMNS).rows()
    digest = digest_lines(lines, plan.members)
    before = PaymentBatch.objects.unscoped(_WHY).filter(sub_item=sub_item, period=period)
    number = (before.aggregate(last=Max("number"))["last"] or 0) + 1
    batch = PaymentBatch.objects.create(
        kind=kind,
        sub_item=sub_item,
        year=book.year,
        period=period,
        number=number,
        follows=before.filter(number=1).first() if number > 1 else None,
        expected_count=plan.lines.height,
        expected_amount=plan.amount,
        set_off_amount=plan.set_off,
        person_count=plan.person_count,
        declaration=declaration,
        approvals_needed=book.approvals_needed(plan.amount, timezone.localdate(at)),
        lines_digest=digest,
        rulebook_digest=book.digest,
        left_out=plan.left_out,
        drawn_at=at,
        drawn_by=by,
        act=_record(plan, declaration, digest, book, kind=kind, by=by, at=at),
    )
    _write_lines(lines, batch)
    _write_members(plan, batch)
    _write_shares(plan.lines, batch)
    _close(batch)
    return batch


def _record(
    plan: Plan,
    declaration: BatchDeclaration,
    digest: str,
    book: Book,
    *,
    kind: PaymentBatch.Kind,
    by: User,
    at: datetime,
) -> Act:
    return record_act(
        "draw_arrears" if kind == PaymentBatch.Kind.ARREARS else "draw_batch",
        by=by,
        at=at,
        subject=f"{declaration.sub_item}:{declaration.period}",
        payload={
            "count": plan.lines.height,
            "amount": plan.amount,
            "set_off": plan.set_off,
            "digest": digest,
            "book": book.digest,
            "left_out": plan.left_out,
        },
    )


def _declare(
    plan: Plan, sub_item: str, period: int, *, typed: bool, by: User, at: datetime
) -> BatchDeclaration:
    """Say what is to come, by an act of its own, before the batch and its lines are there."""
    basis = BatchDeclaration.Basis.TYPED if typed else BatchDeclaration.Basis.COMPUTED
    figures = {"count": plan.lines.height, "amount": plan.amount, "basis": basis.value}
    subject = f"{sub_item}:{period}"
    act = record_act("declare_batch", by=by, at=at, subject=subject, payload=figures)
    return BatchDeclaration.objects.create(
        sub_item=sub_item,
        period=period,
        line_count=plan.lines.height,
        amount=plan.amount,
        basis=basis,
        declared_at=at,
        declared_by=by,
        act=act,
    )


def _write_lines(lines: list[tuple[Any, ...]], batch: PaymentBatch) -> None:
    rest = (batch.pk, False, batch.act_id)
    rows = (line + rest for line in lines)
    insert_rows(PaymentLine, [*DIGEST_COLUMNS, "batch_id", "voided", "act_id"], rows)


def _write_members(plan: Plan, batch: PaymentBatch) -> None:
    """Who counts in each household's line; the database refuses whoever counts in another."""
    members = plan.members
    if not members:
        return
    lines = PaymentLine.objects.unscoped(_WHY).filter(batch=batch)
    ids = {tuple(key): pk for pk, *key in lines.values_list("id", *KEY).iterator(20_000)}
    rows = (
        (ids[tuple(key)], member, batch.sub_item, *key[1:], False, batch.act_id)
        for *key, member in members
    )
    columns = ("line_id", "person_id", "sub_item", *KEY[1:], "voided", "act_id")
    insert_rows(LineMember, columns, rows)


def _close(batch: PaymentBatch) -> None:
    """The first step: from here on the batch takes no further line."""
    BatchStep.objects.create(
        batch=batch,
        number=1,
        step=BatchStep.Step.DRAWN,
        batch_digest=batch.lines_digest,
        maker=batch.drawn_by,
        step_by=batch.drawn_by,
        step_at=batch.drawn_at,
        act_id=batch.act_id,
    )


def _write_shares(lines: pl.DataFrame, batch: PaymentBatch) -> None:
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
            act_id=batch.act_id,
        )
        for share in shares.sort("town").iter_rows(named=True)
    )
