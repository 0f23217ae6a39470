"""Two records of one person: one hand proposes, another merges, and any merging can be undone."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from django.db import IntegrityError, transaction

from mingbai.base.ledger import record_act
from mingbai.base.models import User
from mingbai.base.reasons import reason_of
from mingbai.base.scope import ScopedQuerySet
from mingbai.registry.models import MergeCandidate, MergeProposal, Person, PersonMerge

_WHY: Final = "who stands in a merging is one truth for everybody"


class CannotMergePeople(Exception):
    """The two records cannot be merged: same record, already merged, or by one hand alone."""


class CannotUndoMerge(Exception):
    """The merging is undone already, or no reason was given."""


def propose_merge(
    *,
    kept: Person,
    merged: Person,
    reason: str,
    by: User,
    at: datetime,
    candidate: MergeCandidate | None = None,
) -> MergeProposal:
    """Say that two records are one person; ``kept`` is the record that shall stand for them.

    Somebody else decides. Errors: ``CannotMergePeople``.
    """
    why = reason_of(reason, CannotMergePeople)
    try:
        with transaction.atomic():
            _lock(kept, merged)
            _must_be_roots(kept, merged)
            _must_not_wait(kept, merged)
            return MergeProposal.objects.create(
                kept=kept,
                merged=merged,
                candidate=candidate,
                reason=why,
                made_at=at,
                made_by=by,
                act=record_act(
                    "propose_merge",
                    by=by,
                    at=at,
                    subject=f"person:{kept.pk}",
                    payload={"kept": kept.pk, "merged": merged.pk, "reason": why},
                ),
            )
    except IntegrityError as error:
        raise CannotMergePeople("这两份档案的合并申请已经提出，正在等待复核。") from error


def keep_apart(*, candidate: MergeCandidate, reason: str, by: User, at: datetime) -> MergeProposal:
    """Say that a candidate pair is two people; it leaves the list.

    Errors: ``CannotMergePeople``.
    """
    why = reason_of(reason, CannotMergePeople)
    with transaction.atomic():
        _lock(candidate.first, candidate.second)
        _must_not_wait(candidate.first, candidate.second)
        act = record_act(
            "keep_apart",
            by=by,
            at=at,
            subject=f"candidate:{candidate.pk}",
            payload={"first": candidate.first_id, "second": candidate.second_id, "reason": why},
        )
        return MergeProposal.objects.create(
            kept=candidate.first,
            merged=candidate.second,
            candidate=candidate,
            reason=why,
            made_at=at,
            made_by=by,
            decision=MergeProposal.Decision.APART,
            decided_at=at,
            decided_by=by,
            decision_act=act,
            act=act,
        )


def merge_people(
    *, kept: Person, merged: Person, reason: str, by: User, at: datetime
) -> PersonMerge:
    """Merge ``merged`` into ``kept`` as another hand proposed; nothing is moved or deleted.

    From now on both records are read as one (``person_roots``). ``by`` must not be who proposed
    it. Errors: ``CannotMergePeople``.
    """
    why = reason_of(reason, CannotMergePeople)
    try:
        with transaction.atomic():
            _lock(kept, merged)
            proposal = _proposals_waiting().filter(kept=kept, merged=merged).first()
            if proposal is None:
                raise CannotMergePeople(
                    "没有等待复核的合并申请。请先由一人提出合并，再由另一人复核。"
                )
            if proposal.made_by_id == by.pk:
                raise CannotMergePeople("提出合并与复核合并不能是同一人。请由另一人复核。")
            _must_be_roots(kept, merged)
            act = record_act(
                "merge_people",
                by=by,
                at=at,
                subject=f"person:{kept.pk}",
                payload={
                    "kept": kept.pk,
                    "merged": merged.pk,
                    "proposal": proposal.pk,
                    "reason": why,
                },
            )
            _decide(proposal, MergeProposal.Decision.MERGED, why, by, at, act.pk)
            return PersonMerge.objects.create(
                proposal=proposal,
                kept=kept,
                merged=merged,
                maker=proposal.made_by,
                reason=why,
                merged_at=at,
                merged_by=by,
                act=act,
            )
    except IntegrityError as error:
        raise CannotMergePeople("其中一份档案刚刚被他人合并。请刷新页面后再看。") from error


def refuse_merge(*, proposal: MergeProposal, reason: str, by: User, at: datetime) -> MergeProposal:
    """Turn a waiting proposal down; who made it may take it back this way.

    Errors: ``CannotMergePeople`` when it was decided meanwhile.
    """
    why = reason_of(reason, CannotMergePeople)
    with transaction.atomic():
        act = record_act(
            "refuse_merge",
            by=by,
            at=at,
            subject=f"person:{proposal.kept_id}",
            payload={"proposal": proposal.pk, "reason": why},
        )
        _decide(proposal, MergeProposal.Decision.REFUSED, why, by, at, act.pk)
        return proposal


def undo_merge(*, merging: PersonMerge, reason: str, by: User, at: datetime) -> PersonMerge:
    """Take a merging back: from now on the two records are two people again, exactly as before.

    Mergings of others stay. Errors: ``CannotUndoMerge``.
    """
    why = reason_of(reason, CannotUndoMerge)
    with transaction.atomic():
        act = record_act(
            "undo_merge",
            by=by,
            at=at,
            subject=f"person:{merging.kept_id}",
            payload={
                "kept": merging.kept_id,
                "merged": merging.merged_id,
                "merging": merging.pk,
                "reason": why,
            },
        )
        # One conditional UPDATE: of two people undoing at once, one finds nothing to undo.
        undone = (
            PersonMerge.objects.unscoped("the caller chose it under their own scope")
            .filter(pk=merging.pk, undone_at__isnull=True)
            .update(undone_at=at, undone_by=by, undone_reason=why, undone_act=act)
        )
        if not undone:
            raise CannotUndoMerge("这次合并已经撤销。请刷新页面。")
    merging.refresh_from_db()
    return merging


def _decide(
    proposal: MergeProposal, decision: str, why: str, by: User, at: datetime, act_id: int
) -> None:
    decided = (
        MergeProposal.objects.unscoped("the caller chose it under their own scope")
        .filter(pk=proposal.pk, decision="")
        .update(
            decision=decision,
            decided_at=at,
            decided_by=by,
            decision_reason=why,
            decision_act_id=act_id,
        )
    )
    if not decided:
        raise CannotMergePeople("这份合并申请刚刚有了结论。请刷新页面后再看。")
    proposal.refresh_from_db()


def _must_be_roots(kept: Person, merged: Person) -> None:
    if kept.pk == merged.pk:
        raise CannotMergePeople("同一份档案不能与自己合并。请选择另一份档案。")
    active = PersonMerge.objects.unscoped(_WHY).filter(
        merged__in=(kept.pk, merged.pk), undone_at__isnull=True
    )
    if active.exists():
        raise CannotMergePeople("其中一份档案已经合并到别的档案。请对合并后的档案提出申请。")


def _must_not_wait(one: Person, other: Person) -> None:
    """No proposal about this pair may wait, whichever record it would keep."""
    pair = (one.pk, other.pk)
    if _proposals_waiting().filter(kept__in=pair, merged__in=pair).exists():
        raise CannotMergePeople("这两份档案的合并申请已经提出，正在等待复核。")


def _proposals_waiting() -> ScopedQuerySet[MergeProposal]:
    return MergeProposal.objects.unscoped(_WHY).filter(decision="")


def _lock(*people: Person) -> None:
    """Of two decisions about one record, the later waits (on SQLite every writer does)."""
    ids = sorted(person.pk for person in people)
    rows = Person.objects.unscoped(_WHY).select_for_update().filter(pk__in=ids).order_by("pk")
    list(rows.values_list("pk", flat=True))
