"""One programme's folders at every level, read into a programme of the year and its rules."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date

from mingbai.rulebook.fields import Node
from mingbai.rulebook.loading.amounts import read_amounts
from mingbai.rulebook.loading.rosters import read_programme_rosters
from mingbai.rulebook.loading.rules import (
    read_absences,
    read_cases,
    read_checks,
    read_exclusions,
    read_lists,
    read_schedules,
)
from mingbai.rulebook.loading.spans import T, close_spans, overlay
from mingbai.rulebook.loading.years import ListedItem, YearPlan, read_year_plan
from mingbai.rulebook.model import (
    Absence,
    AmountRule,
    Case,
    Check,
    Exclusion,
    Kind,
    Level,
    PresenceList,
    Programme,
    Roster,
    Schedule,
    SubItem,
)
from mingbai.rulebook.shelf import Shelf


@dataclass(frozen=True, slots=True)
class Chain:
    """The levels of a county's book, widest first, as (level, folder)."""

    folders: tuple[tuple[Level, str], ...]

    @property
    def county(self) -> str:
        """Return the county's folder."""
        return self.folders[-1][1]


@dataclass(frozen=True, slots=True)
class Loaded:
    """What one programme brings to the book."""

    programme: Programme
    rosters: tuple[Roster, ...]
    exclusions: tuple[Exclusion, ...]
    lists: tuple[PresenceList, ...]
    absences: tuple[Absence, ...]
    cases: tuple[Case, ...]


@dataclass(frozen=True, slots=True)
class _Outline:
    """A sub-item as its programme file describes it, before the year's values."""

    code: str
    name: str
    summary_name: str
    listed_as: str
    kind: Kind
    kind_note: str
    lead: str
    unit: str
    aliases: tuple[str, ...]
    measures: tuple[tuple[str, str, str], ...]
    roster: str | None


@dataclass(frozen=True, slots=True)
class _Rules:
    """The dated rules of a programme, levels already laid over each other."""

    amounts: tuple[AmountRule, ...]
    checks: tuple[Check, ...]
    schedules: Mapping[str, Schedule]
    exclusions: tuple[Exclusion, ...]
    lists: tuple[PresenceList, ...]
    absences: tuple[Absence, ...]
    cases: tuple[Case, ...]


def load_programme(
    shelf: Shelf,
    item: ListedItem,
    *,
    chain: Chain,
    year: int,
    towns: frozenset[str],
    common: Mapping[str, Roster],
) -> Loaded:
    """Read everything about one listed item; raises CannotLoadBook naming file and key."""
    home = chain.folders[0][1] if item.status != "added" else chain.county
    name = f"{home}/programmes/{item.code}/programme.yaml"
    node = Node(shelf.read_yaml(name), file=name)
    lead = node.code("lead")
    outlines = _read_outlines(node, lead=lead, common=common)
    wanted = _this_year(node, outlines, item)
    own = {each.code: tuple(code for code, _, _ in each.measures) for each in outlines.values()}
    rosters = _read_rosters(shelf, f"{home}/programmes/{item.code}/roster.yaml", item, own, common)
    rules = _read_rules(shelf, item, chain=chain, year=year, own=own, common=common)
    plans: Mapping[str, YearPlan] = {}
    if item.status != "not_applicable":
        plans = read_year_plan(
            shelf,
            f"{chain.county}/years/{year}/{item.code}.yaml",
            measures={code: outlines[code].measures for code in wanted},
            towns=towns,
        )
    programme = _make_programme(
        node,
        item,
        lead=lead,
        sub_items=tuple(
            _make_sub_item(node, item, outlines[code], rules, plans.get(code), rosters)
            for code in wanted
        ),
    )
    node.finish()
    kept = {sub.code for sub in programme.sub_items}
    return Loaded(
        programme=programme,
        rosters=tuple(each for each in rosters.values() if each.sub_item in kept),
        exclusions=rules.exclusions,
        lists=rules.lists,
        absences=rules.absences,
        cases=tuple(case for case in rules.cases if case.sub_item in kept),
    )


def _read_outlines(node: Node, *, lead: str, common: Mapping[str, Roster]) -> dict[str, _Outline]:
    outlines: dict[str, _Outline] = {}
    for each in node.nodes("sub_items"):
        roster = each.code("roster") if each.has("roster") else None
        if roster is not None and roster not in common:
            each.fail("roster", f"没有通用花名册“{roster}”")
        name = each.text("name")
        outline = _Outline(
            code=each.code("code"),
            name=name,
            summary_name=each.text("summary_name", name),
            listed_as=each.text("listed_as", name),
            kind=each.choice("kind", Kind),
            kind_note=each.text("kind_note") if each.has("kind_note") else "",
            lead=each.code("lead") if each.has("lead") else lead,
            unit=each.text("unit"),
            aliases=each.texts("aliases"),
            measures=_read_measure_names(each),
            roster=roster,
        )
        if outline.code in outlines:
            each.fail("code", f"子项代码“{outline.code}”重复")
        each.finish()
        outlines[outline.code] = outline
    return outlines


def _read_measure_names(node: Node) -> tuple[tuple[str, str, str], ...]:
    names: list[tuple[str, str, str]] = []
    for each in node.nodes("measures"):
        code = each.code("code")
        if any(code == other for other, _, _ in names):
            each.fail("code", f"指标代码“{code}”重复")
        names.append((code, each.text("name"), each.text("unit")))
        each.finish()
    return tuple(names)


def _this_year(node: Node, outlines: Mapping[str, _Outline], item: ListedItem) -> tuple[str, ...]:
    """Return the sub-items the year's list names; all of them where it names none."""
    wanted = item.sub_items if item.sub_items is not None else tuple(outlines)
    for code in wanted:
        if code not in outlines:
            node.fail("sub_items", f"年度清单提到的子项“{code}”未在此写明")
    return wanted


def _read_rosters(
    shelf: Shelf,
    name: str,
    item: ListedItem,
    own: Mapping[str, tuple[str, ...]],
    common: Mapping[str, Roster],
) -> dict[str, Roster]:
    if not shelf.exists(name):
        return {}
    node = Node(shelf.read_yaml(name), file=name)
    return read_programme_rosters(
        node, programme=item.code, sub_items=tuple(own), common=dict(common)
    )


def _pages(shelf: Shelf, chain: Chain, code: str, page: str) -> Iterator[tuple[Level, Node]]:
    """Yield a page of the programme from each level that has it, widest first."""
    for level, folder in chain.folders:
        name = f"{folder}/programmes/{code}/{page}.yaml"
        if shelf.exists(name):
            yield level, Node(shelf.read_yaml(name), file=name)


def _read_rules(
    shelf: Shelf,
    item: ListedItem,
    *,
    chain: Chain,
    year: int,
    own: Mapping[str, tuple[str, ...]],
    common: Mapping[str, Roster],
) -> _Rules:
    code = item.code
    list_rosters = frozenset(each.code for each in common.values() if each.kind == "list")
    pairs: list[list[tuple[Exclusion, str, str]]] = []
    lists: list[list[tuple[PresenceList, str, str]]] = []
    absences: list[list[tuple[Absence, str, str]]] = []
    for _, node in _pages(shelf, chain, code, "compare"):
        pairs.append(read_exclusions(node, programme=code, sub_items=own))
        lists.append(read_lists(node, programme=code, sub_items=own, list_rosters=list_rosters))
        absences.append(read_absences(node, programme=code, sub_items=own))
        node.finish()
    schedules: dict[str, Schedule] = {}
    for _, node in _pages(shelf, chain, code, "schedule"):
        latest = read_schedules(node, year=year, sub_items=own)
        schedules.update({sub: schedule for sub, (_, schedule) in latest.items()})
    return _Rules(
        amounts=_lay(
            [
                read_amounts(node, programme=code, sub_items=own, level=level)
                for level, node in _pages(shelf, chain, code, "amounts")
            ],
            key=lambda rule: (rule.sub_item, rule.item),
        ),
        checks=_lay(
            [
                read_checks(node, programme=code, sub_items=own)
                for _, node in _pages(shelf, chain, code, "checks")
            ],
            key=lambda check: (check.sub_item, check.kind),
        ),
        schedules=schedules,
        exclusions=_lay(pairs, key=lambda pair: frozenset((pair.first, pair.second))),
        lists=_lay(lists, key=lambda each: (each.roster, each.applies_to)),
        absences=_lay(absences, key=lambda each: (each.sub_item, each.on_all)),
        cases=tuple(
            case
            for _, node in _pages(shelf, chain, code, "cases")
            for case in read_cases(node, programme=code, sub_items=own)
        ),
    )


def _lay(levels: list[list[tuple[T, str, str]]], *, key: Callable[[T], object]) -> tuple[T, ...]:
    laid = overlay([close_spans(level, key=key) for level in levels], key=key)
    return tuple(sorted(laid, key=lambda value: (_order(key(value)), value.from_date)))


def _order(key: object) -> str:
    return str(sorted(map(str, key))) if isinstance(key, frozenset) else str(key)


def _make_sub_item(
    node: Node,
    item: ListedItem,
    outline: _Outline,
    rules: _Rules,
    plan: YearPlan | None,
    rosters: Mapping[str, Roster],
) -> SubItem:
    code = f"{item.code}.{outline.code}"
    if outline.code not in rules.schedules:
        node.fail("sub_items", f"子项“{outline.code}”本年没有进度安排，请在 schedule.yaml 写明")
    roster = rosters[outline.code].code if outline.code in rosters else outline.roster
    return SubItem(
        code=code,
        programme=item.code,
        name=outline.name,
        summary_name=outline.summary_name,
        listed_as=outline.listed_as,
        kind=outline.kind,
        kind_note=outline.kind_note,
        lead_office=outline.lead,
        unit=outline.unit,
        measures=plan.measures if plan else (),
        roster=roster,
        checks=tuple(check for check in rules.checks if check.sub_item == code),
        amounts=tuple(rule for rule in rules.amounts if rule.sub_item == code),
        schedule=rules.schedules[outline.code],
        budgets=plan.budgets if plan else {},
        budget_value_is=plan.budget_value_is if plan else "sourced",
        budget_source=plan.budget_source if plan else "",
        aliases=outline.aliases,
    )


def _make_programme(
    node: Node, item: ListedItem, *, lead: str, sub_items: tuple[SubItem, ...]
) -> Programme:
    written = node.text("name")
    name = item.name or written
    # A programme renamed for the year goes by its new name in summaries, too.
    short, summary = node.text("short_name", written), node.text("summary_name", written)
    if item.name is not None:
        short = summary = item.name
    aliases = node.texts("aliases")
    if name != written and written not in aliases:
        aliases = (*aliases, written)
    return Programme(
        code=item.code,
        number=item.number,
        local_number=item.local_number,
        name=name,
        short_name=short,
        summary_name=summary,
        status=item.status,
        status_reason=item.status_reason,
        group=item.group,
        field=node.text("field"),
        lead_office=lead,
        sub_items=sub_items,
        aliases=aliases,
        source=item.source,
    )


def in_force(value: Absence | Exclusion | PresenceList | Check, *, year: int) -> bool:
    """Tell whether a dated value touches the year at all."""
    ended = value.to_date is not None and value.to_date < date(year, 1, 1)
    return not ended and value.from_date <= date(year, 12, 31)


def narrow_list(presence: PresenceList, sub_items: frozenset[str]) -> PresenceList | None:
    """Keep of a presence list what the year's list carries."""
    kept = tuple(code for code in presence.applies_to if code in sub_items)
    return replace(presence, applies_to=kept) if kept else None
