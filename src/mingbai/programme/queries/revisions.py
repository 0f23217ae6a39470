"""The drafts of a year's targets and what became of them: who may read which, and the history."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Exists, OuterRef, Prefetch, QuerySet

from mingbai.base.scope import Asker
from mingbai.programme.models import (
    ProgrammeYear,
    RevisedShare,
    RevisedTarget,
    RevisionStep,
    TargetRevision,
)
from mingbai.programme.queries.upper import more_than, newest_upper, plain, short_of
from mingbai.programme.queries.words import Key, Word, draft_words, words_of
from mingbai.programme.queries.year import programme_year, sub_items, targets

_CLOSED = ("approved", "dropped")


@dataclass(frozen=True)
class Moved:
    """One town's part, or the target itself, before and after a change."""

    name: str
    before: Decimal | None
    after: Decimal | None

    @property
    def gap(self) -> Decimal:
        return (self.after or Decimal(0)) - (self.before or Decimal(0))


@dataclass(frozen=True)
class Effect:
    """What a draft changes of one measure."""

    name: str
    measure: str
    target: RevisedTarget
    towns: tuple[Moved, ...]
    shared: Decimal
    balanced: bool


def _steps(revision: TargetRevision) -> list[RevisionStep]:
    return list(revision.steps.all())


def state_of(revision: TargetRevision) -> str:
    """``draft``, or its last step; needs ``steps`` prefetched to cost nothing."""
    steps = _steps(revision)
    return steps[-1].step if steps else "draft"


def _drafts(to: Asker) -> QuerySet[TargetRevision]:
    steps = RevisionStep.objects.seen_by(to).select_related("step_by").order_by("number")
    found = TargetRevision.objects.seen_by(to)
    if not to.sees_all:
        approved = RevisionStep.objects.seen_by(to).filter(revision=OuterRef("pk"), step="approved")
        found = found.filter(Exists(approved))
    return found.select_related("made_by", "based_on").prefetch_related(Prefetch("steps", steps))


def revisions(*, to: Asker, year: int) -> QuerySet[TargetRevision]:
    """The year's drafts, newest first; who does not see all finds only those in force."""
    return _drafts(to).filter(year=year).order_by("-number")


def revision_seen(pk: int, *, to: Asker) -> TargetRevision | None:
    """One draft, if this asker may read it."""
    return _drafts(to).filter(pk=pk).first()


def open_draft(*, to: Asker, year: int) -> TargetRevision | None:
    """The draft people are working on: the newest, unless it is in force or was dropped."""
    if not to.sees_all:
        return None
    newest = revisions(to=to, year=year).first()
    return None if newest is None or state_of(newest) in _CLOSED else newest


def sheet_words(
    version: ProgrammeYear, draft: TargetRevision | None, *, to: Asker
) -> dict[Key, Word]:
    """The sheet as a version and a draft on top of it show it; four queries at most."""
    found = words_of(version, to=to)
    if draft is not None:
        found |= draft_words(draft, to=to)
    return found


def names_of(*, to: Asker, year: int) -> dict[Key, str]:
    """Each measure's name with its sub-item's, for messages."""
    items = {item.pk: item for item in sub_items(to=to, year=year)}
    found = {}
    for measure in targets(to=to, year=year):
        item = items[measure.sub_item_id]
        name = item.name if measure.position == 1 else f"{item.name}·{measure.name}"
        found[item.code, measure.code] = name
    return found


def faults_of(revision: TargetRevision) -> tuple[str, ...]:
    """What keeps a draft from being submitted or approved, in Chinese; empty when nothing does."""
    to = Asker.system("a draft is judged as a whole")
    names = names_of(to=to, year=revision.year)
    upper = newest_upper(to=to, year=revision.year)
    rows = list(RevisedTarget.objects.seen_by(to).filter(revision=revision))
    words = draft_words(revision, to=to)
    faults: list[str] = []
    if not rows:
        faults.append("这一稿没有改动任何目标")
    newest = programme_year(to=to, year=revision.year)
    if newest is None or newest.pk != revision.based_on_id:
        faults.append("保存以后年度清单又有更新，请打开目标表核对后重新保存")
    if any(row.is_moved for row in rows) and not (revision.document_number and revision.reason):
        faults.append("改动了年度目标，请写明调整文件的文号、日期和理由")
    for row in rows:
        key = (row.sub_item, row.measure)
        where, word = f"“{names.get(key, row.sub_item)}”", words[key]
        if not word.balanced:
            own = "没有目标" if word.target is None else f"目标 {plain(word.target)}{word.unit}"
            faults.append(f"{where}各镇合计 {plain(word.shared)}{word.unit}，与{own}不等")
        if key in upper and row.is_moved:
            faults += short_of(where, row.target_state, row.target, upper[key])
    return tuple(faults)


def told_of(revision: TargetRevision) -> tuple[str, ...]:
    """What whoever approves should know although it hinders nothing: targets above those given."""
    to = Asker.system("a draft is judged as a whole")
    names, upper = names_of(to=to, year=revision.year), newest_upper(to=to, year=revision.year)
    found: list[str] = []
    for row in RevisedTarget.objects.seen_by(to).filter(revision=revision):
        key = (row.sub_item, row.measure)
        found += more_than(f"“{names.get(key, row.sub_item)}”", row.target, upper.get(key))
    return tuple(found)


def effects_of(revision: TargetRevision, *, to: Asker) -> tuple[Effect, ...]:
    """What a draft changes, measure by measure, with the towns this asker may see."""
    before = words_of(revision.based_on, to=to)
    names = names_of(to=to, year=revision.year)
    shares: dict[int, list[RevisedShare]] = {}
    found = RevisedShare.objects.seen_by(to).filter(revised_target__revision=revision)
    for share in found.select_related("town").order_by("town_id"):
        shares.setdefault(share.revised_target_id, []).append(share)
    return tuple(
        _effect(
            row,
            before.get((row.sub_item, row.measure)),
            shares.get(row.pk, ()),
            names,
            whole=to.sees_all or row.sub_item in to.sub_items,
        )
        for row in RevisedTarget.objects.seen_by(to).filter(revision=revision)
        if to.sees_all or row.sub_item in to.sub_items or row.pk in shares
    )


def _effect(
    row: RevisedTarget,
    before: Word | None,
    after: Sequence[RevisedShare],
    names: dict[Key, str],
    *,
    whole: bool,
) -> Effect:
    old = dict(before.shares) if before else {}
    towns = [Moved(each.town.name, old.pop(each.town_id, None), each.share) for each in after]
    towns += [Moved(town, share, None) for town, share in sorted(old.items())]
    shared = sum((each.share for each in after), Decimal(0))
    return Effect(
        name=names.get((row.sub_item, row.measure), row.sub_item),
        measure=row.measure,
        target=row,
        towns=tuple(each for each in towns if each.before != each.after),
        shared=shared,
        # A part of the towns never adds up: only who sees all of them can tell.
        balanced=not whole or not after or shared == row.target,
    )
