"""Submitting, approving, returning or dropping a draft of targets: two people, by document."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from django.db import IntegrityError, transaction

from mingbai.base.ledger import record_act
from mingbai.base.models import Act, User
from mingbai.base.scope import Asker
from mingbai.programme.actions.versions import write_version
from mingbai.programme.models import RevisionStep, TargetRevision
from mingbai.programme.queries.revisions import faults_of, revision_seen, revisions, state_of
from mingbai.programme.queries.words import draft_words

_HOUSE = Asker.system("a draft is settled for the county as a whole")


class CannotSettleRevision(Exception):
    """The draft cannot take this step; ``faults`` says why and what to do, in Chinese."""

    def __init__(self, faults: tuple[str, ...]) -> None:
        self.faults = faults
        super().__init__("；".join(faults))


def submit_revision(*, revision: TargetRevision, by: User, at: datetime) -> RevisionStep:
    """Hand the newest draft over for approval. Errors: ``CannotSettleRevision`` names each row
    that does not add up, a missing document, and targets short of the level above."""
    with _one_at_a_time(), transaction.atomic():
        _must_stand(revision, ("draft",))
        _must_be_sound(revision)
        act = _record("submit_revision", revision, by, at)
        return _step(revision, "submitted", 1, act, by, at)


def approve_revision(*, revision: TargetRevision, by: User, at: datetime) -> RevisionStep:
    """Put a submitted draft in force, by a hand that saved none of it: a new version of the list.

    Figures as of an earlier ledger entry keep the targets they had. Errors:
    ``CannotSettleRevision``.
    """
    with _one_at_a_time(), transaction.atomic():
        _must_stand(revision, ("submitted",))
        _must_be_sound(revision)
        if by.pk in _hands(revision):
            raise CannotSettleRevision(("这一稿有您保存的内容，须由没有经手的人复核",))
        act = _record("approve_revision", revision, by, at)
        changes = draft_words(revision, to=_HOUSE)
        version = write_version(base=revision.based_on, changes=changes, act=act)
        return _step(revision, "approved", 2, act, by, at, version_id=version.pk)


def return_revision(
    *, revision: TargetRevision, reason: str, by: User, at: datetime
) -> RevisionStep:
    """Send a submitted draft back with the reason; the next save goes on from it.

    Errors: ``CannotSettleRevision`` without a reason, or for one's own draft.
    """
    with _one_at_a_time(), transaction.atomic():
        _must_stand(revision, ("submitted",))
        if not reason.strip():
            raise CannotSettleRevision(("请写明退回的理由，经办人才知道改什么",))
        if by.pk == revision.made_by_id:
            raise CannotSettleRevision(("自己保存的稿不用退回，直接改了再保存即可",))
        act = _record("return_revision", revision, by, at)
        return _step(revision, "returned", 2, act, by, at, reason=reason.strip())


def drop_revision(*, revision: TargetRevision, reason: str, by: User, at: datetime) -> RevisionStep:
    """Give a draft up: the sheet shows the list in force again. Errors:
    ``CannotSettleRevision``."""
    with _one_at_a_time(), transaction.atomic():
        state = _must_stand(revision, ("draft", "submitted", "returned"))
        act = _record("drop_revision", revision, by, at)
        number = {"draft": 1, "submitted": 2, "returned": 3}[state]
        return _step(revision, "dropped", number, act, by, at, reason=reason.strip())


@contextmanager
def _one_at_a_time() -> Iterator[None]:
    """Two people settling one draft at a moment: the database lets one, the other is told."""
    try:
        yield
    except IntegrityError as error:
        raise CannotSettleRevision(
            ("这一稿刚由他人办理，或与已生效的目标不符，请刷新后再看",)
        ) from error


def _must_stand(revision: TargetRevision, wanted: tuple[str, ...]) -> str:
    found = revision_seen(revision.pk, to=_HOUSE)
    newest = revisions(to=_HOUSE, year=revision.year).first()
    if found is None or newest is None or newest.pk != revision.pk:
        number = newest.number if newest else 0
        raise CannotSettleRevision((f"之后已有第{number}稿，请办理最新的一稿",))
    state = state_of(found)
    if state not in wanted:
        words = {"draft": "还没有提交", **dict(RevisionStep.Step.choices)}
        raise CannotSettleRevision((f"{revision}{words[state]}，不能再办这一步",))
    return state


def _must_be_sound(revision: TargetRevision) -> None:
    if faults := faults_of(revision):
        raise CannotSettleRevision(faults)


def _hands(revision: TargetRevision) -> set[int]:
    """Everybody who saved a draft since the last one in force or dropped."""
    hands: set[int] = set()
    for each in revisions(to=_HOUSE, year=revision.year).filter(number__lte=revision.number):
        if each.pk != revision.pk and state_of(each) in ("approved", "dropped"):
            break
        hands.add(each.made_by_id)
    return hands


def _record(verb: str, revision: TargetRevision, by: User, at: datetime) -> Act:
    return record_act(
        verb,
        by=by,
        at=at,
        subject=str(revision),
        payload={"number": revision.number, "document": revision.document_number},
    )


def _step(
    revision: TargetRevision,
    step: str,
    number: int,
    act: Act,
    by: User,
    at: datetime,
    *,
    reason: str = "",
    version_id: int | None = None,
) -> RevisionStep:
    return RevisionStep.objects.create(
        revision=revision,
        number=number,
        step=step,
        maker_id=revision.made_by_id,
        step_at=at,
        step_by=by,
        reason=reason,
        version_id=version_id,
        act=act,
    )
