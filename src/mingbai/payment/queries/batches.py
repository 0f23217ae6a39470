"""Batches with their state, what was paid by when, and the lines behind."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q, Subquery, Sum

from mingbai.base.scope import Asker, ScopedQuerySet
from mingbai.payment.models import (
    BankLine,
    BankOutcome,
    BatchShare,
    BatchStep,
    PaymentBatch,
    PaymentLine,
    SettledShare,
)
from mingbai.programme.queries import sub_items

_WHY = "the state of a batch the asker may already see"


def batches_seen(
    *, to: Asker, year: int, period: int | None = None, sub_item: str = "", state: str = ""
) -> ScopedQuerySet[Any]:
    """The asker's batches of a year with ``state`` and ``paid_date``; newest month first."""
    found = with_state(PaymentBatch.objects.seen_by(to).filter(year=year))
    if period:
        found = found.filter(period=period)
    if sub_item:
        found = found.filter(sub_item=sub_item)
    if state:
        found = found.filter(state=state)
    return found.order_by("-period", "sub_item", "-number")


def with_state(batches: ScopedQuerySet[PaymentBatch]) -> ScopedQuerySet[Any]:
    """Annotate each batch with the newest step as ``state`` and its ``paid_date``."""
    newest = BatchStep.objects.unscoped(_WHY).filter(batch=OuterRef("pk")).order_by("-number")
    return batches.annotate(
        state=Subquery(newest.values("step")[:1]),
        paid_date=Subquery(newest.values("paid_date")[:1]),
    )


def shares_seen(*, to: Asker, batches: list[PaymentBatch]) -> dict[int, dict[str, int]]:
    """Batch id -> ``line_count person_count amount`` of the towns the asker may see."""
    rows = (
        BatchShare.objects.seen_by(to)
        .filter(batch__in=batches)
        .values("batch_id")
        .annotate(lines=Sum("line_count"), people=Sum("person_count"), total=Sum("amount"))
    )
    return {
        row["batch_id"]: {
            "line_count": row["lines"],
            "person_count": row["people"],
            "amount": row["total"],
        }
        for row in rows
    }


def paid_shares(*, to: Asker, year: int, cutoff: date, as_of: int) -> ScopedQuerySet[SettledShare]:
    """What reached people by ``cutoff``, town by town, as known at ledger number ``as_of``.

    What the bank took back later is among them below zero; lines it has not answered are not.
    """
    return SettledShare.objects.seen_by(to).filter(
        settled_date__lte=cutoff, act_id__lte=as_of, batch__year=year
    )


def settled_lines(*, to: Asker, cutoff: date, as_of: int) -> ScopedQuerySet[PaymentLine]:
    """The lines behind ``paid_shares``: confirmed as a whole, or answered as paid by the bank."""
    why = "whether a line arrived is one truth for everybody"
    said = BankOutcome.objects.unscoped(why).filter(
        bank_line__line=OuterRef("pk"), settled_date__lte=cutoff, act_id__lte=as_of
    )
    sent = BankLine.objects.unscoped(why).filter(line=OuterRef("pk"), cancelled=False)
    arrived = Exists(said.filter(outcome=BankOutcome.Outcome.PAID))
    left = Exists(said.filter(outcome=BankOutcome.Outcome.RETURNED))
    return PaymentLine.objects.seen_by(to).filter(~Exists(sent) | (arrived & ~left))


def lines_seen(*, to: Asker, batch: PaymentBatch, town: str = "") -> ScopedQuerySet[PaymentLine]:
    """Lines of a batch in the towns the asker may see, in the order they were received."""
    found = PaymentLine.objects.seen_by(to).filter(batch=batch)
    if town:
        found = found.filter(town=town)
    return found.order_by("origin_file_id", "origin_sheet", "origin_line", "item")


def steps_of(batch: PaymentBatch) -> list[BatchStep]:
    """Every step of a batch, oldest first, with who took it."""
    steps = BatchStep.objects.unscoped(_WHY).filter(batch=batch)
    return list(steps.select_related("step_by").order_by("number"))


def lines_of_person(*, to: Asker, person_id: int) -> ScopedQuerySet[Any]:
    """What one person was drawn for, newest first, with each batch's ``state``; within scope."""
    found = PaymentLine.objects.seen_by(to).filter(person_id=person_id, voided=False)
    newest = BatchStep.objects.unscoped(_WHY).filter(batch=OuterRef("batch_id"))
    state = Subquery(newest.order_by("-number").values("step")[:1])
    return (
        found.annotate(state=state)
        .select_related("batch")
        .order_by("-batch__period", "sub_item", "item", "id")
    )


def totals_of_person(*, to: Asker, person_id: int) -> dict[str, int]:
    """``paid_count paid_amount`` of one person over confirmed batches, in the asker's scope; 分."""
    found = lines_of_person(to=to, person_id=person_id)
    why = "whether a line arrived is one truth for everybody"
    sent = BankLine.objects.unscoped(why).filter(line=OuterRef("pk"), cancelled=False)
    said = BankOutcome.objects.unscoped(why).filter(bank_line__line=OuterRef("pk"))
    left = Exists(said.filter(outcome=BankOutcome.Outcome.RETURNED))
    whole = Q(~Exists(sent), state=BatchStep.Step.PAID)
    found = found.filter(whole | (Exists(said) & ~left))
    row = found.order_by().aggregate(count=Count("id"), amount=Sum("amount"))
    return {"paid_count": row["count"], "paid_amount": row["amount"] or 0}


def payable_names(*, year: int) -> dict[str, str]:
    """Code -> name of the year's sub-items that pay people by batch."""
    house = Asker.system("names of sub-items are published")
    return {
        item.code: item.name
        for item in sub_items(to=house, year=year)
        if item.kind in ("subsidy", "insurance")
    }


def batch_seen(pk: int, *, to: Asker) -> Any:
    """One batch with its state, when the asker may see it."""
    found = with_state(PaymentBatch.objects.seen_by(to).filter(pk=pk))
    return found.select_related("drawn_by", "follows").first()


def months_drawn(*, to: Asker, year: int) -> list[int]:
    """Months of a year with at least one batch, newest first."""
    rows = PaymentBatch.objects.seen_by(to).filter(year=year).values_list("period", flat=True)
    return sorted(set(rows.distinct().order_by("period")), reverse=True)
