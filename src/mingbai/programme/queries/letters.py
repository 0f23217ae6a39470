"""Letters of responsibility: what each office answers for, how far its letter is, and what is due.

A letter is out of date where the targets in force are not those of its table. Nothing is marked on
the letter itself: it is compared each time, so that no change can be forgotten.
"""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from django.db.models import Prefetch, QuerySet

from mingbai.base.models import Office
from mingbai.base.scope import Asker
from mingbai.programme.models import DutyLetter, LetterStep, Measure, SubItem, TownShare
from mingbai.programme.queries.matrix import STATE_WORDS
from mingbai.programme.queries.upper import plain
from mingbai.programme.queries.year import shares, sub_items, targets

State = Literal["missing", "draft", "sent", "signed", "stale"]

STATES: Final[Mapping[State, str]] = {
    "missing": "未拟定",
    "draft": "待送签",
    "sent": "待签订",
    "signed": "已签订",
    "stale": "任务有变，需重签",
}


@dataclass(frozen=True)
class LetterRow:
    """One line of a letter's table, as printed; ``finish`` is the day as text."""

    sub_item: str
    measure: str
    name: str
    measure_name: str
    kind: str
    unit: str
    quantity: str
    lead: str
    finish: str


@dataclass(frozen=True)
class LetterTable:
    """What one office answers for in a year: a town its parts, a department its sub-items."""

    office: Office
    party: str
    rows: tuple[LetterRow, ...]

    @property
    def digest(self) -> str:
        """SHA-256 over the rows: another one means that the letter is out of date."""
        text = json.dumps([vars(row) for row in self.rows], ensure_ascii=False, sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()

    @property
    def kinds(self) -> frozenset[str]:
        return frozenset(row.kind for row in self.rows)

    @property
    def items_count(self) -> int:
        return len({row.sub_item for row in self.rows})


@dataclass(frozen=True)
class Standing:
    """One office's letter now; ``signed`` is its newest signed turn, out of date or not."""

    table: LetterTable
    letter: DutyLetter | None
    signed: DutyLetter | None
    state: State

    @property
    def office(self) -> Office:
        return self.table.office

    @property
    def words(self) -> str:
        return STATES[self.state]


def letter_tables(*, to: Asker, year: int) -> tuple[LetterTable, ...]:
    """What each office that must sign answers for; towns first. For the house: all offices."""
    measures: dict[int, list[Measure]] = defaultdict(list)
    for measure in targets(to=to, year=year):
        measures[measure.sub_item_id].append(measure)
    parts: dict[int, list[TownShare]] = defaultdict(list)
    for share in shares(to=to, year=year):
        parts[share.measure_id].append(share)
    towns: dict[str, list[LetterRow]] = defaultdict(list)
    leads: dict[int, tuple[Office, list[LetterRow]]] = {}
    for item in sub_items(to=to, year=year):
        for measure in measures[item.pk]:
            number = "" if measure.target is None else plain(measure.target)
            words = f"{STATE_WORDS.get(measure.target_state, '')}{number}"
            own = leads.setdefault(item.lead_office_id, (item.lead_office, []))[1]
            own.append(_row(item, measure, words))
            for share in parts[measure.pk]:
                if share.share:
                    towns[share.town_id].append(_row(item, measure, plain(share.share)))
    offices = Office.objects.seen_by(to).filter(
        kind=Office.Kind.TOWN, division__in=towns, valid_to__isnull=True
    )
    found = [
        LetterTable(each, "town", tuple(towns[each.division_id or ""]))
        for each in offices.order_by("division_id")
    ]
    found += [
        LetterTable(office, "department", tuple(rows))
        for office, rows in sorted(leads.values(), key=lambda each: each[0].pk)
    ]
    return tuple(found)


def _row(item: SubItem, measure: Measure, quantity: str) -> LetterRow:
    day = item.finish_date
    return LetterRow(
        sub_item=item.code,
        measure=measure.code,
        name=item.name,
        measure_name=measure.name,
        kind=item.kind,
        unit=measure.unit,
        quantity=quantity,
        lead=item.lead_office.short_name,
        finish=f"{day.month}月{day.day}日",
    )


def letters_of(*, to: Asker, year: int) -> QuerySet[DutyLetter]:
    """The year's letters this asker may read, newest turn of an office first."""
    steps = LetterStep.objects.seen_by(to).select_related("step_by", "scan").order_by("number")
    found = DutyLetter.objects.seen_by(to).filter(year=year)
    return (
        found.select_related("office", "drafted_by")
        .prefetch_related(Prefetch("steps", steps))
        .order_by("office_id", "-turn")
    )


def letter_seen(pk: int, *, to: Asker) -> DutyLetter | None:
    """One letter with its steps, if this asker may read it."""
    year = DutyLetter.objects.seen_by(to).filter(pk=pk).values_list("year", flat=True).first()
    return None if year is None else letters_of(to=to, year=year).filter(pk=pk).first()


def turns_of(letter: DutyLetter, *, to: Asker) -> tuple[DutyLetter, ...]:
    """All turns of an office's letter of that year, newest first."""
    return tuple(letters_of(to=to, year=letter.year).filter(office_id=letter.office_id))


def standings_of(*, to: Asker, year: int) -> tuple[Standing, ...]:
    """How far each office's letter is, for the offices this asker may see; seven queries."""
    house = Asker.system("whether a letter is out of date is judged by the whole list")
    turns: dict[int, list[DutyLetter]] = defaultdict(list)
    for letter in letters_of(to=to, year=year):
        turns[letter.office_id].append(letter)
    return tuple(
        _standing(table, turns[table.office.pk])
        for table in letter_tables(to=house, year=year)
        if table.rows and (to.sees_all or table.office.pk in to.office_ids)
    )


def _standing(table: LetterTable, turns: Sequence[DutyLetter]) -> Standing:
    newest = turns[0] if turns else None
    signed = next((each for each in turns if step_of_letter(each) == "signed"), None)
    if newest is None:
        return Standing(table, None, None, "missing")
    if newest.targets_digest != table.digest:
        return Standing(table, newest, signed, "stale")
    return Standing(table, newest, signed, step_of_letter(newest))


def step_of_letter(letter: DutyLetter) -> Literal["draft", "sent", "signed"]:
    """How far one turn is, whatever came after it; needs ``steps`` prefetched."""
    steps = {step.step for step in letter.steps.all()}
    if LetterStep.Step.SIGNED in steps:
        return "signed"
    return "sent" if LetterStep.Step.SENT in steps else "draft"


@dataclass(frozen=True)
class LettersDue:
    """What is left to do about the letters: how many offices, which, and how urgent."""

    state: State
    count: int
    text: str
    offices: str
    tone: str


_DUE: Final[tuple[tuple[State, str, str], ...]] = (
    ("stale", "任务有变，责任书重签", "责任书任务有变，等县民生办重拟"),
    ("missing", "拟定责任书", "责任书等县民生办拟定"),
    ("draft", "责任书送签", "责任书等县民生办送签"),
    ("sent", "收齐签订的责任书", "签订责任书，交回签章扫描件"),
)


def letters_due(*, to: Asker, year: int, most: int = 3) -> tuple[LettersDue, ...]:
    """What is missing among the letters this asker may see; empty when all are signed."""
    by_state: dict[State, list[str]] = defaultdict(list)
    for each in standings_of(to=to, year=year):
        by_state[each.state].append(each.office.short_name)
    found = []
    for state, own, others in _DUE:
        names = by_state[state]
        if names:
            rest = f"等 {len(names)} 个单位" if len(names) > most else ""
            listed = "、".join(names[:most]) + rest
            text = own if to.sees_all else others
            tone = "warn" if to.sees_all or state == "sent" else "mute"
            found.append(LettersDue(state, len(names), text, listed, tone))
    return tuple(found)
