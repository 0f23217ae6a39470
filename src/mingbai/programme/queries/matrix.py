"""The target sheet as a page shows it: sub-items by towns, with what is being changed in it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import Q

from mingbai.base.models import Division
from mingbai.base.scope import Asker
from mingbai.programme.models import (
    Measure,
    Programme,
    ProgrammeYear,
    SubItem,
    TargetRevision,
    UpperFigure,
)
from mingbai.programme.queries.revisions import open_draft
from mingbai.programme.queries.units import step_of, unit_of
from mingbai.programme.queries.upper import Agreement, agreement_of, newest_upper, plain
from mingbai.programme.queries.words import Key, Word, draft_words, words_of
from mingbai.programme.queries.year import programme_year, sub_items, targets

#: What stands in the target's cell where there is no target; may be typed there as well.
STATE_WORDS: Mapping[str, str] = {
    "none": "常态化",
    "awaiting": "上级未下达",
    "multi_year": "跨年度",
}


@dataclass(frozen=True)
class Cell:
    """One town's part as shown; ``before`` is what is in force where that differs."""

    town: Division
    name: str
    text: str
    before: str = ""
    clash: str = ""
    unread: bool = False


@dataclass(frozen=True)
class Row:
    """One measure with its towns."""

    key: Key
    item: SubItem
    measure: Measure
    name: str
    word: Word
    in_force: Word
    cells: tuple[Cell, ...]
    upper: UpperFigure | None
    clash: str = ""
    unread: str = ""

    @property
    def code(self) -> str:
        """The row's name among a form's fields."""
        return "|".join(self.key)

    @property
    def target_text(self) -> str:
        return self.unread or show_target(self.word)

    @property
    def target_before(self) -> str:
        """The target in force where the draft has another."""
        now = show_target(self.in_force)
        return "" if now == show_target(self.word) else now or "空"

    @property
    def splits(self) -> bool:
        """Whether this measure can be split to towns: a rate cannot."""
        return unit_of(self.word.unit).adds

    @property
    def gap(self) -> Decimal | None:
        """Target less the towns' parts; ``None`` where nothing is split."""
        if not self.word.shares:
            return None
        return (self.word.target or Decimal(0)) - self.word.shared

    @property
    def step(self) -> Decimal:
        return step_of(self.word.unit, self.word.target or Decimal(1))

    @property
    def agreement(self) -> Agreement:
        return agreement_of(self.word.state, self.word.target, self.upper)


@dataclass(frozen=True)
class Group:
    """The rows of one programme."""

    programme: Programme
    rows: tuple[Row, ...]


@dataclass(frozen=True)
class Sheet:
    """The whole page; ``whole`` when every town is shown, so that sums mean something."""

    version: ProgrammeYear
    draft: TargetRevision | None
    towns: tuple[Division, ...]
    groups: tuple[Group, ...]
    whole: bool

    @property
    def rows(self) -> tuple[Row, ...]:
        return tuple(row for group in self.groups for row in group.rows)

    @property
    def unbalanced_count(self) -> int:
        return sum(not row.word.balanced for row in self.rows)

    @property
    def short_count(self) -> int:
        """Rows short of what the level above gave."""
        return sum(row.agreement in ("below", "untaken") for row in self.rows)


@dataclass(frozen=True)
class Overlay:
    """What an editor has on the screen and not saved: figures, others' figures in the same cells
    (town, empty for the target), and texts that are no figures, by field."""

    words: Mapping[Key, Word]
    clashes: Mapping[tuple[Key, str], str]
    unread: Mapping[str, str]


def show_target(word: Word) -> str:
    """A target as its cell shows it: the number, or the word for why there is none."""
    number = "" if word.target is None else plain(word.target)
    state = STATE_WORDS.get(word.state, "")
    return f"{state}{number}" if state else number


def towns_of(*, to: Asker, year: int) -> tuple[Division, ...]:
    """The towns valid on the year's first day that this asker may look into."""
    day = date(year, 1, 1)
    found = Division.objects.seen_by(to).filter(level="town", valid_from__lte=day)
    found = found.filter(Q(valid_to__isnull=True) | Q(valid_to__gte=day)).order_by("code")
    if not to.sees_all and not to.sub_items:
        found = found.filter(code__in=to.towns)
    return tuple(found)


def target_sheet(
    *, to: Asker, year: int, programme: str | None = None, overlay: Overlay | None = None
) -> Sheet | None:
    """The year's sheet for this asker; nine queries, whatever its size. ``None`` before adoption.

    Those who see all find the open draft on top of the list in force; a department its own
    sub-items, a town the rows it has a part in, both as in force.
    """
    version = programme_year(to=to, year=year)
    if version is None:
        return None
    draft = open_draft(to=to, year=year)
    in_force = words_of(version, to=to)
    shown = in_force | (draft_words(draft, to=to) if draft else {})
    if overlay is not None:
        shown = shown | dict(overlay.words)
    towns = towns_of(to=to, year=year)
    upper = newest_upper(to=to, year=year)
    measures: dict[str, list[Measure]] = {}
    for measure in targets(to=to, year=year):
        measures.setdefault(measure.sub_item.code, []).append(measure)
    groups: dict[int, tuple[Programme, list[Row]]] = {}
    for item in sub_items(to=to, year=year, programme=programme):
        for measure in measures.get(item.code, ()):
            key = (item.code, measure.code)
            if not _seen(to, item, shown[key]):
                continue
            row = _row(item, measure, shown[key], in_force[key], towns, upper.get(key), overlay)
            groups.setdefault(item.programme_id, (item.programme, []))[1].append(row)
    return Sheet(
        version=version,
        draft=draft,
        towns=towns,
        groups=tuple(Group(each, tuple(rows)) for each, rows in groups.values()),
        whole=to.sees_all or bool(to.sub_items),
    )


def _seen(to: Asker, item: SubItem, word: Word) -> bool:
    if to.sees_all or item.code in to.sub_items:
        return True
    return any(town in to.towns for town in word.shares)


def _row(
    item: SubItem,
    measure: Measure,
    word: Word,
    in_force: Word,
    towns: Iterable[Division],
    upper: UpperFigure | None,
    overlay: Overlay | None,
) -> Row:
    key = (item.code, measure.code)
    name = item.name if measure.position == 1 else f"{item.name}·{measure.name}"
    return Row(
        key=key,
        item=item,
        measure=measure,
        name=name,
        word=word,
        in_force=in_force,
        cells=tuple(_cell(town, key, word, in_force, overlay) for town in towns),
        upper=upper,
        clash=overlay.clashes.get((key, ""), "") if overlay else "",
        unread=overlay.unread.get(f"t|{key[0]}|{key[1]}", "") if overlay else "",
    )


def _cell(town: Division, key: Key, word: Word, in_force: Word, overlay: Overlay | None) -> Cell:
    text, before = (_text(each.shares.get(town.code)) for each in (word, in_force))
    name = f"s|{key[0]}|{key[1]}|{town.code}"
    unread = overlay.unread.get(name) if overlay else None
    return Cell(
        town=town,
        name=name,
        text=text if unread is None else unread,
        before="" if before == text else before or "空",
        clash=overlay.clashes.get((key, town.code), "") if overlay else "",
        unread=unread is not None,
    )


def _text(value: Decimal | None) -> str:
    return "" if value is None else plain(value)
