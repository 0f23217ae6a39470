"""Work a case of the book the slow, obvious way: facts in, what the rules say out."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from mingbai.engine.money import parse_money, show_money
from mingbai.rulebook.model import AmountRule, Book, Case, Check, Effect, SubItem

_OUTCOME: dict[Effect, str] = {"hold": "held", "note": "noted"}


def work_case(*, book: Book, case: Case) -> dict[str, str]:
    """Return one outcome: ``held`` or ``noted`` with the rule that speaks, else ``amount`` in 元.

    A case without facts asks how far the sub-item should be: ``planned``, a ratio. Facts are
    ``grade item amount birth sex holders times sharers also list event_date watched claimed listed
    on members income`` (rosters somebody stands on who is not on this one); raises KeyError on a
    sub-item that the year's list lacks, ValueError where no amount can be told.
    """
    item = book.sub_item(case.sub_item)
    if not case.given:
        return {"planned": format(item.schedule.planned_ratio(case.day).normalize(), "f")}
    found = [*_comparisons(book, case), *_checks(item, case)]
    for effect in _OUTCOME:
        for speaking, rule in found:
            if speaking == effect:
                return {_OUTCOME[effect]: rule}
    return {"amount": show_money(_due(item, case)).replace(",", "")}


def _comparisons(book: Book, case: Case) -> Iterator[tuple[Effect, str]]:
    """Yield what other rosters say against the line."""
    also = case.given.get("also")
    for pair in book.exclusions:
        in_force = pair.from_date <= case.day and (pair.to_date is None or case.day <= pair.to_date)
        if in_force and (pair.first, pair.second) == (also, case.sub_item):
            yield pair.effect, "exclusion"
    for presence in book.lists:
        in_force = presence.from_date <= case.day and (
            presence.to_date is None or case.day <= presence.to_date
        )
        if not in_force or presence.roster != case.given.get("list"):
            continue
        if case.sub_item in presence.applies_to and _after_event(case):
            yield presence.effect, presence.roster
    on = set(str(case.given.get("on", "")).split())
    for absence in book.absences:
        in_force = absence.from_date <= case.day and (
            absence.to_date is None or case.day <= absence.to_date
        )
        entitled = set(absence.on_all) <= on and not on & set(absence.unless_on)
        if in_force and absence.sub_item == case.sub_item and entitled:
            yield absence.effect, "absence"


def _after_event(case: Case) -> bool:
    """Tell whether the month of the case begins after the listed event, where the list dates it."""
    event = case.given.get("event_date")
    return event is None or case.day.replace(day=1) > date.fromisoformat(str(event))


def _checks(item: SubItem, case: Case) -> Iterator[tuple[Effect, str]]:
    """Yield the item's own checks that speak against the line."""
    for check in item.checks_on(case.day):
        if _speaks(check, item, case):
            yield check.effect, check.kind


def _speaks(check: Check, item: SubItem, case: Case) -> bool:
    given, params = case.given, check.params
    if check.kind == "age" and "birth" in given:
        age = _age(date.fromisoformat(str(given["birth"])), case.day)
        return age < int(params.get("least", 0)) or age > int(params.get("most", age))
    if check.kind == "sex" and "sex" in given:
        return given["sex"] != params["sex"]
    if check.kind == "amount_standard" and "amount" in given:
        return not _fits_standard(item, case)
    if check.kind == "capacity" and "holders" in given:
        target = item.measure(str(params["measure"])).target
        return target is not None and int(given["holders"]) > target
    if check.kind == "repeated_person" and "times" in given:
        return int(given["times"]) > 1
    if check.kind == "continuity" and "watched" in given:
        return str(given["watched"]) in str(params["watch"]).split()
    if check.kind == "totals" and "claimed" in given:
        apart = abs(int(given["claimed"]) - int(given["listed"]))
        return apart > int(params.get("tolerance", 0))
    if check.kind in ("shared_account", "shared_phone") and "sharers" in given:
        return int(given["sharers"]) > int(params["most"])
    return False


def _age(birth: date, day: date) -> int:
    """Full years: a birthday counts from the day itself."""
    return day.year - birth.year - ((day.month, day.day) < (birth.month, birth.day))


def _rules(item: SubItem, case: Case) -> tuple[AmountRule, ...]:
    wanted = case.given.get("item")
    return tuple(
        rule for rule in item.amount_rules(case.day) if wanted is None or rule.item == wanted
    )


def _standard(rule: AmountRule, case: Case) -> int | None:
    """Return the amount the rule fixes, None where it only sets bounds or knows no such grade."""
    if rule.kind == "household":
        given = case.given
        return rule.household_fen(
            members=int(given.get("members", 0)),
            grade=str(given.get("grade", "")),
            income_fen=parse_money(given.get("income", "0")),
        )
    if rule.kind == "graded":
        return rule.grades.get(str(case.given.get("grade", "")))
    return rule.amount_fen


def _fits_standard(item: SubItem, case: Case) -> bool:
    amount = parse_money(case.given["amount"])
    for rule in _rules(item, case):
        if rule.min_fen is not None and rule.max_fen is not None:
            if rule.min_fen <= amount <= rule.max_fen:
                return True
        elif _standard(rule, case) == amount:
            return True
    return False


def _due(item: SubItem, case: Case) -> int:
    """Return what is due in 分; where the book sets bounds, the amount inside them."""
    rules = _rules(item, case)
    if len(rules) != 1:
        raise ValueError(f"{case.name}：当日有{len(rules)}条标准，请写明 item")
    due = _standard(rules[0], case)
    if due is None and rules[0].kind == "actual":
        due = parse_money(case.given["amount"])
    if due is None:
        raise ValueError(f"{case.name}：标准里没有这个档次")
    return due
