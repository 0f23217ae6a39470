"""The book's checks, lists and exclusions as specs for the engine."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final

from mingbai.engine.checks import (
    AgeSex,
    AmountStandard,
    Capacity,
    CheckSpec,
    MissingKey,
    MutualExclusion,
    OnList,
    RepeatedPerson,
    SharedValue,
    TwoNames,
)
from mingbai.registry.queries.periods import TABLE_SPANS
from mingbai.rulebook import AmountRule, Book, Check, SubItem

#: Severity of a spec by the effect the book gives it.
SEVERITY: Final = {"hold": 2, "note": 1}
#: The book's words for sex as rows and the engine hold it (GB/T 2261.1).
_SEXES: Final = {"male": 1, "female": 2}
_TABLES: Final = {span: table for table, span in TABLE_SPANS.items()}


@dataclass(frozen=True)
class Planned:
    """A spec with what the book wants done about its findings, and words for the page."""

    spec: CheckSpec
    effect: str
    said: dict[str, str] = field(default_factory=dict)


def plan_specs(
    *, book: Book, present: Collection[str], lists: Collection[str]
) -> tuple[Planned, ...]:
    """Every check of the book that the tables at hand can answer.

    ``present`` are the sub-items with rows, ``lists`` the presence lists with rows: a check on
    nothing finds nothing and is left out.
    """
    return (
        *_everybody(),
        *_of_sub_items(book, present),
        *_of_lists(book, present, lists),
        *_of_exclusions(book, present),
    )


def _everybody() -> Iterator[Planned]:
    """Checks that hold for every roster because they are about identity, not policy."""
    yield Planned(TwoNames(rule="identity/two_names", severity=SEVERITY["note"]), "note")
    yield Planned(MissingKey(rule="identity/missing_id", severity=SEVERITY["note"]), "note")


def _of_sub_items(book: Book, present: Collection[str]) -> Iterator[Planned]:
    for item in book.sub_items:
        if item.code not in present:
            continue
        for check in item.checks:
            for spec in _specs_of(item, check):
                yield Planned(spec, check.effect)


def _of_lists(book: Book, present: Collection[str], lists: Collection[str]) -> Iterator[Planned]:
    for each in book.lists:
        applies_to = tuple(code for code in each.applies_to if code in present)
        if each.roster not in lists or not applies_to:
            continue
        spec = OnList(
            rule=each.rule_id,
            severity=SEVERITY[each.effect],
            sub_items=applies_to,
            other=each.roster,
            after_event=_has_event(book, each.roster),
            **_months(each.from_date, each.to_date),
        )
        yield Planned(spec, each.effect, {"reason": each.reason, "list": each.roster})


def _of_exclusions(book: Book, present: Collection[str]) -> Iterator[Planned]:
    for each in book.exclusions:
        if each.first not in present or each.second not in present:
            continue
        spec = MutualExclusion(
            rule=each.rule_id,
            severity=SEVERITY[each.effect],
            first=each.first,
            second=each.second,
            **_months(each.from_date, each.to_date),
        )
        yield Planned(spec, each.effect, {"reason": each.reason, "first": each.first})


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
    return _standards(item, check)


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
    if rule.kind == "fixed":
        return {"fixed": rule.amount_fen}
    if rule.kind == "graded":
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
