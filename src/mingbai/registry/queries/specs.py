"""The book's checks, lists, exclusions and absences as specs for the engine.

What cannot be checked because a table or a column was not handed in is named, never skipped.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final

from mingbai.engine.checks import (
    Absence,
    AgeSex,
    AmountStandard,
    Capacity,
    CheckSpec,
    Continuity,
    MissingKey,
    MutualExclusion,
    OnList,
    OverlappingSpans,
    ProgressTotals,
    RepeatedPerson,
    SharedValue,
    TwoNames,
)
from mingbai.registry.queries.periods import TABLE_SPANS
from mingbai.rulebook import Absence as AbsenceRule
from mingbai.rulebook import AmountRule, Book, Check, SubItem

#: What checks ask of a row of a roster, paid or trained.
COMPARED: Final = (
    "id_key",
    "name_key",
    "account_key",
    "phone_key",
    "sub_item",
    "town",
    "period",
    "amount",
    "grade",
    "birth_date",
    "sex",
    "start_date",
    "end_date",
    "course",
)
#: Names of tables that are made for checks, beside the rosters and lists.
PROGRESS: Final = "progress"
ENTITLED: Final = "entitled_"
#: Severity of a spec by the effect the book gives it.
SEVERITY: Final = {"hold": 2, "note": 1}
#: The book's words for sex as rows and the engine hold it (GB/T 2261.1).
_SEXES: Final = {"male": 1, "female": 2}
#: Columns whose absence the engine cannot tell of: a row without them is simply not compared.
TELLING: Final = ("account_key", "phone_key")
_TABLES: Final = {span: table for table, span in TABLE_SPANS.items()}


@dataclass(frozen=True)
class Planned:
    """A spec with what the book wants done about its findings, and words for the page.

    ``owed_fen`` is what somebody left out goes without each month, at the least.
    """

    spec: CheckSpec
    effect: str
    said: dict[str, str] = field(default_factory=dict)
    owed_fen: int = 0


@dataclass(frozen=True, order=True)
class Unanswered:
    """A rule that could not be checked, or not everywhere: what it ``lacks``, and whose.

    ``lacks`` is ``roster list progress column`` or, of the book itself, ``standard``
    or ``target``; ``what`` the code of the sub-item, list or column. A column may be missing from
    ``sheet_count`` of ``sheets_total`` sheets only.
    """

    rule: str
    lacks: str
    what: str
    sub_item: str = ""
    sheet_count: int = 0
    sheets_total: int = 0


@dataclass(frozen=True)
class Plan:
    """What the tables at hand can answer, and what they cannot."""

    planned: tuple[Planned, ...]
    unanswered: tuple[Unanswered, ...]


@dataclass(frozen=True)
class AtHand:
    """What was handed in: sub-items with rows, those of them with trainees, lists with rows,
    sub-items with progress lines.

    ``lacking`` tells of how many of a sub-item's sheets a column has no value at all:
    sub-item -> column -> (sheets without, all sheets).
    """

    sub_items: Collection[str]
    trained: Collection[str] = ()
    lists: Collection[str] = ()
    progress: Collection[str] = ()
    lacking: Mapping[str, Mapping[str, tuple[int, int]]] = field(default_factory=dict)


#: A rule and either its specs or what it lacks.
_Ruled = Iterator[Planned | Unanswered]


def plan_specs(*, book: Book, at_hand: AtHand) -> Plan:
    """Every rule of the book, as specs where what was handed in can answer it, else by name."""
    found = [
        *_everybody(at_hand),
        *_of_sub_items(book, at_hand),
        *_of_lists(book, at_hand),
        *_of_exclusions(book, at_hand),
        *_of_absences(book, at_hand),
    ]
    planned: list[Planned] = []
    unanswered: list[Unanswered] = []
    for each in found:
        if isinstance(each, Unanswered):
            unanswered.append(each)
            continue
        without = list(_without_column(each, at_hand))
        unanswered += without
        if not any(one.sheet_count == one.sheets_total for one in without):
            planned.append(each)
    return Plan(tuple(planned), tuple(sorted(set(unanswered))))


def entitled_table(absence: AbsenceRule) -> str:
    """The name of the table of those an absence rule finds entitled; it names the cause, too."""
    return f"{ENTITLED}{hashlib.sha256(absence.rule_id.encode()).hexdigest()[:12]}"


def _without_column(planned: Planned, at_hand: AtHand) -> Iterator[Unanswered]:
    """Columns the spec reads and some or all sheets of its sub-items lack; nothing else tells."""
    spec = planned.spec
    for column in spec.needs().get(spec.table, ()):
        if column not in TELLING:
            continue
        for code in spec.sub_items:
            sheets, total = at_hand.lacking.get(code, {}).get(column, (0, 0))
            if sheets:
                yield Unanswered(spec.rule, "column", column, code, sheets, total)


def _everybody(at_hand: AtHand) -> _Ruled:
    """Checks that hold for every roster because they are about identity, not policy."""
    if not at_hand.sub_items:
        return
    note = SEVERITY["note"]
    yield Planned(TwoNames(rule="identity/two_names", severity=note), "note")
    yield Planned(MissingKey(rule="identity/missing_id", severity=note), "note")
    if at_hand.trained:
        trained = tuple(sorted(at_hand.trained))
        classes = OverlappingSpans(
            rule="identity/two_classes", severity=note, sub_items=trained, apart="course"
        )
        yield Planned(classes, "note")


def _of_sub_items(book: Book, at_hand: AtHand) -> _Ruled:
    for item in book.sub_items:
        for check in item.checks:
            if item.code not in at_hand.sub_items:
                yield Unanswered(check.rule_id, "roster", item.code, item.code)
            elif check.kind == "totals" and item.code not in at_hand.progress:
                yield Unanswered(check.rule_id, "progress", item.code, item.code)
            else:
                specs = list(_specs_of(item, check))
                yield from (Planned(spec, check.effect) for spec in specs)
                if not specs:
                    lacks = "target" if check.kind == "capacity" else "standard"
                    yield Unanswered(check.rule_id, lacks, item.code, item.code)


def _of_lists(book: Book, at_hand: AtHand) -> _Ruled:
    for each in book.lists:
        applies_to = tuple(code for code in each.applies_to if code in at_hand.sub_items)
        for code in each.applies_to:
            if code not in at_hand.sub_items:
                yield Unanswered(each.rule_id, "roster", code, code)
        if each.roster not in at_hand.lists:
            yield Unanswered(each.rule_id, "list", each.roster, each.applies_to[0])
        elif applies_to:
            spec = OnList(
                rule=each.rule_id,
                severity=SEVERITY[each.effect],
                sub_items=applies_to,
                other=each.roster,
                after_event=_has_event(book, each.roster),
                **_months(each.from_date, each.to_date),
            )
            yield Planned(spec, each.effect, {"reason": each.reason, "list": each.roster})


def _of_exclusions(book: Book, at_hand: AtHand) -> _Ruled:
    for each in book.exclusions:
        missing = [code for code in (each.first, each.second) if code not in at_hand.sub_items]
        for code in missing:
            yield Unanswered(each.rule_id, "roster", code, each.second)
        if not missing:
            spec = MutualExclusion(
                rule=each.rule_id,
                severity=SEVERITY[each.effect],
                first=each.first,
                second=each.second,
                **_months(each.from_date, each.to_date),
            )
            yield Planned(spec, each.effect, {"reason": each.reason, "first": each.first})


def _of_absences(book: Book, at_hand: AtHand) -> _Ruled:
    for each in book.absences:
        needed = (each.sub_item, *each.on_all, *each.unless_on)
        missing = [code for code in needed if code not in at_hand.sub_items]
        for code in missing:
            yield Unanswered(each.rule_id, "roster", code, each.sub_item)
        if not missing:
            spec = Absence(
                rule=each.rule_id,
                severity=SEVERITY[each.effect],
                sub_items=(each.sub_item,),
                other=entitled_table(each),
                since_event=True,
                **_months(each.from_date, each.to_date),
            )
            said = {"reason": each.reason, "due": each.sub_item}
            yield Planned(spec, each.effect, said, _least_monthly(book.sub_item(each.sub_item)))


def _least_monthly(item: SubItem) -> int:
    """The least that a month of a sub-item pays by any of the year's standards, in 分."""
    amounts = [
        amount
        for rule in item.amounts
        if rule.per == "month"
        for amount in (*rule.grades.values(), rule.amount_fen or rule.min_fen or 0)
        if amount
    ]
    return min(amounts, default=0)


def _specs_of(item: SubItem, check: Check) -> Iterable[CheckSpec]:
    common: dict[str, Any] = {
        "rule": check.rule_id,
        "severity": SEVERITY[check.effect],
        "sub_items": (item.code,),
        **_months(check.from_date, check.to_date),
    }
    params = check.params
    if check.kind == "age":
        return [AgeSex(min_age=_int(params, "least"), max_age=_int(params, "most"), **common)]
    if check.kind == "sex":
        return [AgeSex(sex=_SEXES[str(params["sex"])], **common)]
    if check.kind == "repeated_person":
        table = _TABLES[str(params.get("within", "month"))]
        return [RepeatedPerson(**{**common, "table": table})]
    if check.kind in ("shared_account", "shared_phone"):
        column = f"{check.kind.removeprefix('shared_')}_key"
        at_least = (_int(params, "most") or 1) + 1
        return [SharedValue(column=column, at_least=at_least, **common)]
    if check.kind == "capacity":
        target = item.measure(str(params["measure"])).target
        limit = None if target is None else int(target)
        return [] if limit is None else [Capacity(limit=limit, per=("period",), **common)]
    if check.kind == "continuity":
        watch = str(params["watch"]).split()
        spec = Continuity(
            gaps="gaps" in watch,
            amounts="amounts" in watch,
            new="new" in watch,
            gone="gone" in watch,
            **common,
        )
        return [spec]
    if check.kind == "totals":
        return [_totals(item, check, common)]
    return _standards(item, check)


def _totals(item: SubItem, check: Check, common: dict[str, Any]) -> ProgressTotals:
    """Heads where the measure counts people, rows where it counts times."""
    measure = item.measure(str(check.params["measure"]))
    return ProgressTotals(
        other=PROGRESS,
        measure=measure.code,
        counted="people" if measure.unit == "人" else "rows",
        tolerance=_int(check.params, "tolerance") or 0,
        **common,
    )


def _standards(item: SubItem, check: Check) -> Iterator[AmountStandard]:
    """One spec for each dated amount. A row paying several items has no single standard."""
    if len({rule.item for rule in item.amounts}) != 1:
        return
    for rule in item.amounts:
        standard = _standard(rule)
        if standard:
            yield AmountStandard(
                rule=f"{check.rule_id}:{rule.from_date.isoformat()}",
                severity=SEVERITY[check.effect],
                sub_items=(item.code,),
                **_months(rule.from_date, rule.to_date),
                **standard,
            )


def _standard(rule: AmountRule) -> dict[str, Any]:
    if rule.base in ("per_member", "top_up"):
        return {}  # what is due depends on who counts in the household
    if "fixed" in (rule.kind, rule.base):
        return {"fixed": rule.amount_fen}
    if "graded" in (rule.kind, rule.base):
        return {"grades": tuple(sorted(rule.grades.items()))}
    bounds = {"smallest": rule.min_fen, "largest": rule.max_fen}
    return {name: bound for name, bound in bounds.items() if bound is not None}


def _months(from_date: date, to_date: date | None) -> dict[str, Any]:
    """Months whose first day lies between two days: rules are read on the first of a month."""
    year, month = from_date.year, from_date.month
    if from_date.day > 1:
        year, month = (year + 1, 1) if month == 12 else (year, month + 1)
    last = None if to_date is None else to_date.year * 100 + to_date.month
    return {"from_period": year * 100 + month, "to_period": last}


def _has_event(book: Book, roster: str) -> bool:
    try:
        return any(column.name == "event_date" for column in book.roster(roster).columns)
    except KeyError:
        return False


def _int(params: Mapping[str, int | str], name: str) -> int | None:
    value = params.get(name)
    return None if value is None else int(value)
