"""Bank files and their answers as pages show them, and where every 分 of a file stands."""

from __future__ import annotations

from typing import Any, Final

from django.db.models import Count, Exists, OuterRef, Q, Subquery, Sum

from mingbai.base.scope import Asker, ScopedQuerySet
from mingbai.payment.models import (
    BankFile,
    BankFileStep,
    BankLine,
    BankOutcome,
    BankReturn,
    CorrectionDecision,
    PayeeCorrection,
    PaymentBatch,
    PaymentLine,
    ReturnLine,
)

_WHY: Final = "where the file stands is one truth for everybody"


def newest_outcomes(file: BankFile) -> dict[int, str]:
    """Bank line -> what the bank said last, ``paid`` or ``returned``; the unanswered are absent."""
    rows = BankOutcome.objects.unscoped(_WHY).filter(bank_line__bank_file=file)
    ordered = rows.order_by("number").values_list("bank_line_id", "outcome")
    return dict(ordered.iterator(20_000))


def file_position(file: BankFile) -> dict[str, int]:
    """``sent paid returned open``, each ``_count`` and ``_amount`` (分): the last is the rest."""
    newest = BankOutcome.objects.unscoped(_WHY).filter(bank_line=OuterRef("pk")).order_by("-number")
    rows = (
        BankLine.objects.unscoped(_WHY)
        .filter(bank_file=file, channel=BankLine.Channel.BANK)
        .annotate(said=Subquery(newest.values("outcome")[:1]))
        .values("said")
        .annotate(lines=Count("pk"), total=Sum("amount"))
        .order_by()
    )
    found = {row["said"] or "open": (row["lines"], row["total"]) for row in rows}
    position = {
        f"{key}_{unit}": found.get(key, (0, 0))[place]
        for key in ("paid", "returned", "open")
        for place, unit in enumerate(("count", "amount"))
    }
    for unit in ("count", "amount"):
        position[f"sent_{unit}"] = sum(
            position[f"{key}_{unit}"] for key in ("paid", "returned", "open")
        )
    return position


def files_seen(*, to: Asker, batch: PaymentBatch) -> list[BankFile]:
    """A batch's bank files, newest first, with ``cancelled`` and ``handed_count``."""
    steps = BankFileStep.objects.unscoped(_WHY).filter(bank_file=OuterRef("pk"))
    files = (
        BankFile.objects.seen_by(to)
        .filter(batch=batch)
        .annotate(cancelled=Exists(steps.filter(step=BankFileStep.Step.CANCELLED)))
        .select_related("written_by", "batch")
    )
    return list(files.order_by("-turn"))


def file_seen(pk: int, *, to: Asker) -> BankFile | None:
    """One bank file, when the asker may see it."""
    return BankFile.objects.seen_by(to).filter(pk=pk).select_related("batch", "file").first()


def steps_of_file(file: BankFile) -> list[BankFileStep]:
    """Every step of a file, oldest first, with who took it."""
    steps = BankFileStep.objects.unscoped(_WHY).filter(bank_file=file)
    return list(steps.select_related("step_by").order_by("number"))


def returns_of(file: BankFile) -> list[BankReturn]:
    """Every answer to a file, newest first, with its tally."""
    rows = BankReturn.objects.unscoped(_WHY).filter(bank_file=file)
    return list(rows.select_related("received_by", "tally").order_by("-number"))


def return_seen(pk: int, *, to: Asker) -> BankReturn | None:
    """One answer of the bank, when the asker may see it."""
    rows = BankReturn.objects.seen_by(to).filter(pk=pk)
    return rows.select_related("bank_file__batch", "received_by", "tally").first()


def return_lines(answer: BankReturn, *, kind: str = "") -> ScopedQuerySet[ReturnLine]:
    """The lines of an answer in the order of the file, all or those of one kind."""
    rows = ReturnLine.objects.unscoped(_WHY).filter(bank_return=answer)
    if kind:
        rows = rows.filter(kind=kind)
    return rows.select_related("bank_line__line").order_by("number")


def kinds_of(answer: BankReturn) -> dict[str, dict[str, int]]:
    """Kind -> ``count amount`` of an answer's lines."""
    rows = (
        ReturnLine.objects.unscoped(_WHY)
        .filter(bank_return=answer)
        .values("kind")
        .annotate(lines=Count("pk"), total=Sum("amount"))
        .order_by()
    )
    return {row["kind"]: {"count": row["lines"], "amount": row["total"] or 0} for row in rows}


def file_lines(*, to: Asker, file: BankFile, said: str = "") -> ScopedQuerySet[Any]:
    """Lines of a file the asker may see with ``said`` (newest outcome, None while open)."""
    newest = BankOutcome.objects.unscoped(_WHY).filter(bank_line=OuterRef("pk")).order_by("-number")
    rows = (
        BankLine.objects.seen_by(to)
        .filter(bank_file=file)
        .annotate(
            said=Subquery(newest.values("outcome")[:1]),
            reason=Subquery(newest.values("reason")[:1]),
        )
    )
    if said == "open":
        rows = rows.filter(said__isnull=True)
    elif said:
        rows = rows.filter(said=said)
    return rows.select_related("line").order_by("number")


def returned_outcomes(*, to: Asker, state: str = "", batch: PaymentBatch | None = None) -> Any:
    """Returned lines the asker may see, oldest first, with ``state`` of what is put right.

    State: ``open`` (the town's turn), ``proposed`` (a second person's), ``accepted`` (to be paid
    again), ``repaid`` (stands in a follow-up batch).
    """
    corrections = PayeeCorrection.objects.unscoped(_WHY).filter(outcome=OuterRef("pk"))
    accepted = CorrectionDecision.Decision.ACCEPTED
    undecided = corrections.filter(decision__isnull=True)
    again = PaymentLine.objects.unscoped(_WHY).filter(
        basis_line=OuterRef("bank_line__line"), nature=PaymentLine.Nature.REPAID, voided=False
    )
    rows = (
        BankOutcome.objects.seen_by(to)
        .filter(outcome=BankOutcome.Outcome.RETURNED, bank_line__cancelled=False)
        .annotate(
            again=Exists(again),
            accepted=Exists(corrections.filter(decision__decision=accepted)),
            proposed=Exists(undecided),
        )
    )
    if batch is not None:
        rows = rows.filter(bank_line__bank_file__batch=batch)
    if state:
        rows = rows.filter(_STATES[state])
    return rows.select_related("bank_line__line", "bank_line__bank_file__batch").order_by("pk")


_STATES: Final = {
    "open": Q(again=False, accepted=False, proposed=False),
    "proposed": Q(again=False, accepted=False, proposed=True),
    "accepted": Q(again=False, accepted=True),
    "repaid": Q(again=True),
}


def count_returned(*, to: Asker) -> dict[str, int]:
    """Returned lines the asker may see, by state; one query."""
    found = dict.fromkeys(_STATES, 0)
    # Grouped by what decides the state: PostgreSQL knows no annotation in an aggregate's filter.
    marks = returned_outcomes(to=to).order_by().values_list("again", "accepted", "proposed")
    for again, accepted, proposed, count in marks.annotate(count=Count("pk")):
        found[_state(again, accepted, proposed)] += count
    return found


def state_of(outcome: Any) -> str:
    """The state of one of ``returned_outcomes``."""
    return _state(outcome.again, outcome.accepted, outcome.proposed)


def _state(again: bool, accepted: bool, proposed: bool) -> str:
    if again:
        return "repaid"
    if accepted:
        return "accepted"
    return "proposed" if proposed else "open"


def corrections_of(outcome: BankOutcome) -> list[PayeeCorrection]:
    """What was proposed for one returned line, newest first, with decisions."""
    rows = PayeeCorrection.objects.unscoped(_WHY).filter(outcome=outcome)
    return list(
        rows.select_related("proposed_by", "decision", "decision__decided_by").order_by("-number")
    )


def outcome_seen(pk: int, *, to: Asker) -> Any:
    """One returned line, when the asker may see it."""
    return returned_outcomes(to=to).filter(pk=pk).first()
