"""Saving the target sheet as a draft: one act, and a second editor is told, never overwritten."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal

from django.db import IntegrityError, transaction

from mingbai.base.ledger import record_act
from mingbai.base.models import Act, Division, User
from mingbai.base.scope import Asker
from mingbai.programme.models import (
    ProgrammeYear,
    RevisedShare,
    RevisedTarget,
    TargetRevision,
)
from mingbai.programme.queries.revisions import names_of, open_draft, revisions, sheet_words
from mingbai.programme.queries.units import step_of, unit_of
from mingbai.programme.queries.upper import plain
from mingbai.programme.queries.words import Key, Word, words_of
from mingbai.programme.queries.year import programme_year

_HOUSE = Asker.system("the sheet is saved for the county as a whole")


@dataclass(frozen=True)
class Edit:
    """What the sheet says of one measure; ``shares`` holds only towns with a figure."""

    sub_item: str
    measure: str
    state: str
    target: Decimal | None
    shares: Mapping[str, Decimal] = field(default_factory=dict)


@dataclass(frozen=True)
class Grounds:
    """The document that orders a change, and why; all empty for a mere redistribution."""

    document_number: str = ""
    document_date: date | None = None
    reason: str = ""


@dataclass(frozen=True)
class Clash:
    """One cell that two people filled differently; ``town`` is empty for the target itself."""

    key: Key
    town: str
    mine: Decimal | None
    theirs: Decimal | None


@dataclass(frozen=True)
class Conflict:
    """Somebody saved first: the sheet with both people's work in it, and the cells that differ.

    In ``words`` one's own figure stands where both filled a cell; ``version`` and ``number`` are
    what to save upon now.
    """

    version: int
    number: int
    who: str
    words: Mapping[Key, Word]
    clashes: tuple[Clash, ...]


class CannotSaveRevision(Exception):
    """The sheet was not saved; ``faults`` say why, ``conflict`` what another person did."""

    def __init__(self, faults: tuple[str, ...], conflict: Conflict | None = None) -> None:
        self.faults = faults
        self.conflict = conflict
        super().__init__("；".join(faults))


def save_revision(
    *,
    year: int,
    edits: Sequence[Edit],
    grounds: Grounds,
    seen_version: int,
    seen_number: int,
    by: User,
    at: datetime,
) -> TargetRevision:
    """Save the sheet as the next draft; rows that do not add up yet may be saved, not submitted.

    ``edits`` are the rows shown, whole; rows not shown keep what the draft says. ``seen_version``
    (key of the list in force) and ``seen_number`` (draft, 0 for none) are what the editor looked
    at. Errors: ``CannotSaveRevision``; with ``conflict`` when somebody saved in between.
    """
    try:
        with transaction.atomic():
            return _save(year, edits, grounds, (seen_version, seen_number), by, at)
    except IntegrityError as error:
        # Two people at one moment took the same number: the later one sees the other's draft.
        with transaction.atomic():
            raise _conflict(year, edits, (seen_version, seen_number)) from error


def _save(
    year: int,
    edits: Sequence[Edit],
    grounds: Grounds,
    seen: tuple[int, int],
    by: User,
    at: datetime,
) -> TargetRevision:
    version, draft = programme_year(to=_HOUSE, year=year), open_draft(to=_HOUSE, year=year)
    if version is None:
        raise CannotSaveRevision((f"{year}年清单尚未启用，请先启用清单",))
    if seen != (version.pk, draft.number if draft else 0):
        raise _conflict(year, edits, seen)
    in_force = words_of(version, to=_HOUSE)
    faults = _faults(year, edits, in_force)
    if faults:
        raise CannotSaveRevision(faults)
    shown = sheet_words(version, draft, to=_HOUSE)
    wanted = shown | {_key(each): _word(each, in_force) for each in edits}
    if wanted == shown and draft is not None and _grounds(draft) == grounds:
        raise CannotSaveRevision(("没有改动，不用保存",))
    touched = {key: word for key, word in wanted.items() if word != in_force.get(key)}
    if not touched and draft is None:
        raise CannotSaveRevision(("没有改动，不用保存",))
    newest = revisions(to=_HOUSE, year=year).first()
    number = newest.number + 1 if newest else 1
    act = record_act(
        "save_revision",
        by=by,
        at=at,
        subject=f"{year}年目标第{number}稿",
        payload={
            "number": number,
            "based_on": version.pk,
            "document": grounds.document_number,
            "touched": sorted("/".join(key) for key in touched),
        },
    )
    return _write(version, number, grounds, touched, in_force, act, by, at)


def _write(
    version: ProgrammeYear,
    number: int,
    grounds: Grounds,
    touched: Mapping[Key, Word],
    in_force: Mapping[Key, Word],
    act: Act,
    by: User,
    at: datetime,
) -> TargetRevision:
    revision = TargetRevision.objects.create(
        year=version.year,
        number=number,
        based_on=version,
        document_number=grounds.document_number,
        document_date=grounds.document_date,
        reason=grounds.reason,
        made_at=at,
        made_by=by,
        act=act,
    )
    rows = RevisedTarget.objects.bulk_create(
        RevisedTarget(
            revision=revision,
            sub_item=key[0],
            measure=key[1],
            unit=word.unit,
            before_target=in_force[key].target,
            before_state=in_force[key].state,
            target=word.target,
            target_state=word.state,
        )
        for key, word in sorted(touched.items())
    )
    RevisedShare.objects.bulk_create(
        RevisedShare(revised_target=row, town_id=town, share=share)
        for row in rows
        for town, share in sorted(touched[row.sub_item, row.measure].shares.items())
    )
    return revision


def _key(edit: Edit) -> Key:
    return edit.sub_item, edit.measure


def _word(edit: Edit, in_force: Mapping[Key, Word]) -> Word:
    return Word(in_force[_key(edit)].unit, edit.state, edit.target, dict(edit.shares))


def _grounds(draft: TargetRevision) -> Grounds:
    return Grounds(draft.document_number, draft.document_date, draft.reason)


def _faults(year: int, edits: Sequence[Edit], in_force: Mapping[Key, Word]) -> tuple[str, ...]:
    """What could not even be kept as a draft: unknown rows and towns, figures too fine."""
    why = "towns are named by code"
    towns = set(Division.objects.unscoped(why).filter(level="town").values_list("code", flat=True))
    names = names_of(to=_HOUSE, year=year)
    faults: list[str] = []
    for edit in edits:
        key = _key(edit)
        if key not in in_force:
            faults.append(f"清单里没有子项“{edit.sub_item}”的指标“{edit.measure}”，请刷新页面")
            continue
        where = f"“{names.get(key, edit.sub_item)}”"
        faults += [f"{where}{fault}" for fault in _row_faults(edit, in_force[key], towns)]
    return tuple(faults)


def _row_faults(edit: Edit, held: Word, towns: set[str]) -> list[str]:
    faults: list[str] = []
    if edit.state == "set" and (edit.target is None or edit.target <= 0):
        faults.append("的目标要大于零；没有目标的请写“常态化”“未下达”或“跨年度”")
    if edit.state in ("none", "awaiting") and edit.target is not None:
        faults.append("没有目标就不能有目标数，请改正")
    if edit.shares and not unit_of(held.unit).adds:
        faults.append(f"按“{held.unit}”计，各镇不能相加，不分解到镇")
    given = [v for v in (edit.target, *edit.shares.values()) if v is not None]
    step = step_of(held.unit, held.target if held.target is not None else Decimal(1))
    faults += [
        f"的 {plain(value)}{held.unit}太细，最多到 {step:f}{held.unit}"
        for value in given
        if value % step
    ]
    faults += ["的分解数不能是负数" for value in edit.shares.values() if value < 0]
    faults += [f"分解到没有登记的镇 {town}" for town in edit.shares if town not in towns]
    return faults


def _conflict(year: int, edits: Sequence[Edit], seen: tuple[int, int]) -> CannotSaveRevision:
    """Both people's work in one sheet: own changes on top of what stands there now."""
    version, draft = programme_year(to=_HOUSE, year=year), open_draft(to=_HOUSE, year=year)
    if version is None:
        return CannotSaveRevision((f"{year}年清单尚未启用，请先启用清单",))
    now = sheet_words(version, draft, to=_HOUSE)
    old_version = ProgrammeYear.objects.unscoped("what the editor looked at").filter(pk=seen[0])
    old_draft = revisions(to=_HOUSE, year=year).filter(number=seen[1]).first()
    looked_at = old_version.filter(year=year).first()
    before = sheet_words(looked_at, old_draft, to=_HOUSE) if looked_at else {}
    merged, clashes = dict(now), []
    for edit in edits:
        key = _key(edit)
        if key not in now:
            continue
        mine = _word(edit, now)
        merged[key], found = _merge(key, before.get(key, now[key]), mine, now[key])
        clashes += found
    who = draft.made_by.display_name if draft else "复核人"
    said = f"{who}刚保存了第{draft.number}稿" if draft else "清单刚有更新"
    same = f"，其中 {len(clashes)} 格与您填的不同" if clashes else "，与您改的不在同一格"
    return CannotSaveRevision(
        (f"{said}{same}。您填的都还在表中，核对后再点一次“保存”",),
        Conflict(version.pk, draft.number if draft else 0, who, merged, tuple(clashes)),
    )


def _merge(key: Key, before: Word, mine: Word, now: Word) -> tuple[Word, list[Clash]]:
    """Cell by cell: what I changed is mine, the rest is as it stands now."""
    clashes: list[Clash] = []
    own_target = (mine.state, mine.target) != (before.state, before.target)
    if own_target and (now.state, now.target) not in (
        (before.state, before.target),
        (mine.state, mine.target),
    ):
        clashes.append(Clash(key, "", mine.target, now.target))
    shares: dict[str, Decimal] = {}
    for town in sorted({*before.shares, *mine.shares, *now.shares}):
        was, own, other = (each.shares.get(town) for each in (before, mine, now))
        if own != was and other not in (was, own):
            clashes.append(Clash(key, town, own, other))
        kept = own if own != was else other
        if kept is not None:
            shares[town] = kept
    from_word = mine if own_target else now
    return Word(now.unit, from_word.state, from_word.target, shares), clashes
