"""Read ``works.yaml``: milestone networks by kind of works, seasons, terms; county over common."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from datetime import date
from typing import Final

from mingbai.engine.schedule import Activity, CannotSchedule, Link, Season, make_schedule
from mingbai.engine.schedule import Calendar as WorkCalendar
from mingbai.engine.schedule.network import LinkKind
from mingbai.rulebook.fields import Node, source_of, span_of
from mingbai.rulebook.loading.spans import close_spans, overlay
from mingbai.rulebook.model.programmes import SubItem
from mingbai.rulebook.model.works import (
    StopSeason,
    WorkNetwork,
    WorksRules,
    WorkStep,
    WorksTerms,
)
from mingbai.rulebook.shelf import Shelf

FILE: Final = "works.yaml"
NOTE_KINDS: Final = ("quality", "safety", "upkeep")
_DAY: Final = re.compile(r"^(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$")
#: A year that is no leap year: a season may not begin on a day that most years lack.
_PLAIN_YEAR: Final = "2021"

Level = tuple[
    list[tuple[WorkNetwork, str, str]],
    list[tuple[StopSeason, str, str]],
    list[tuple[WorksTerms, str, str]],
]


def read_works(
    shelf: Shelf,
    *,
    county: str,
    sub_items: Iterable[SubItem],
    exists: Callable[[str], bool],
    calendar: WorkCalendar,
) -> WorksRules:
    """Read the rules of works; the county's entries stand instead of common ones.

    ``sub_items`` are those the county carries: each of kind works must have a network. ``exists``
    says which others may be named. Raises CannotLoadBook; a shelf may have no such page.
    """
    folders = [each for each in ("common", county) if shelf.exists(f"{each}/{FILE}")]
    if not folders:
        return WorksRules()
    seasons: set[str] = set()
    pages = [_read(shelf, f"{folder}/{FILE}", seasons, exists, calendar) for folder in folders]
    rules = WorksRules(
        networks=overlay(
            [close_spans(page[0], key=lambda each: each.code) for page in pages],
            key=lambda each: each.code,
        ),
        seasons=overlay(
            [close_spans(page[1], key=lambda each: each.code) for page in pages],
            key=lambda each: each.code,
        ),
        terms=overlay(
            [close_spans(page[2], key=lambda each: "terms") for page in pages],
            key=lambda each: "terms",
        ),
    )
    _refuse_gaps(rules, sub_items, Node({}, file=f"{folders[0]}/{FILE}"))
    return rules


def _read(
    shelf: Shelf,
    name: str,
    known: set[str],
    exists: Callable[[str], bool],
    calendar: WorkCalendar,
) -> Level:
    """One page; ``known`` are the seasons of wider pages, to which its own are added."""
    page = Node(shelf.read_yaml(name), file=name)
    seasons = [_season(each) for each in page.nodes("seasons", required=False)]
    known |= {season.code for season, _, _ in seasons}
    networks = [
        _network(each, known, exists, calendar) for each in page.nodes("networks", required=False)
    ]
    terms = [_terms(each) for each in page.nodes("terms", required=False)]
    page.finish()
    return networks, seasons, terms


def _season(node: Node) -> tuple[StopSeason, str, str]:
    code, name = node.code("code"), node.text("name")
    first, last = _month_day(node, "first"), _month_day(node, "last")
    start, end = span_of(node)
    value_is, source = source_of(node)
    node.finish()
    return StopSeason(code, Season(name, first, last), start, end, value_is, source), *_at(node)


def _month_day(node: Node, key: str) -> tuple[int, int]:
    text = node.text(key)
    found = _DAY.match(text)
    if not found:
        node.fail(key, "应为月和日，写成 '12-20'")
    month, day = int(found[1]), int(found[2])
    try:
        date.fromisoformat(f"{_PLAIN_YEAR}-{text}")
    except ValueError:
        node.fail(key, f"没有{month}月{day}日")
    return month, day


def _network(
    node: Node, seasons: set[str], exists: Callable[[str], bool], calendar: WorkCalendar
) -> tuple[WorkNetwork, str, str]:
    code, name = node.code("code"), node.text("name")
    steps = tuple(_step(each, seasons) for each in node.nodes("steps"))
    codes = [step.code for step in steps]
    roles = {}
    for role in ("begins", "finishes", "hands_over"):
        roles[role] = node.code(role)
        if roles[role] not in codes:
            node.fail(role, f"节点里没有“{roles[role]}”")
    sub_items = node.texts("used_for", required=True)
    for each in sub_items:
        if not exists(each):
            node.fail("used_for", f"没有子项“{each}”，请改正代码")
    _refuse_circles(node, steps, calendar)
    start, end = span_of(node)
    value_is, source = source_of(node)
    node.finish()
    network = WorkNetwork(
        code=code, name=name, steps=steps, sub_items=sub_items, begins=roles["begins"],
        finishes=roles["finishes"], hands_over=roles["hands_over"], from_date=start, to_date=end,
        value_is=value_is, source=source,
    )  # fmt: skip
    return network, *_at(node)


def _step(node: Node, seasons: set[str]) -> WorkStep:
    code, name, days = node.code("code"), node.text("name"), node.integer("days")
    after = tuple(_link(each) for each in node.nodes("after", required=False))
    stops = node.texts("stops")
    for stop in stops:
        if stop not in seasons:
            node.fail("stops", f"没有停工时段“{stop}”，请改正代码")
    photos = node.integer("photos") if node.has("photos") else 0
    step = WorkStep(code, name, days, after, stops, photos, paper=node.flag("paper", False))
    node.finish()
    return step


def _link(node: Node) -> Link:
    link = Link(
        before=node.code("step"),
        kind=node.choice("kind", LinkKind, "FS"),
        lag=node.integer("lag", least=-100) if node.has("lag") else 0,
        natural=node.flag("natural", False),
    )
    node.finish()
    return link


def _refuse_circles(node: Node, steps: tuple[WorkStep, ...], calendar: WorkCalendar) -> None:
    """The engine itself says whether the network can be laid out at all."""
    activities = [Activity(s.code, s.name, s.days, s.after) for s in steps]
    try:
        make_schedule(activities, calendar, start_date=calendar.first_date)
    except CannotSchedule as fault:
        node.fail("steps", str(fault))


def _terms(node: Node) -> tuple[WorksTerms, str, str]:
    near = node.integer("near_days")
    words = node.node("note_days")
    days = {kind: words.integer(kind, least=1) for kind in NOTE_KINDS}
    words.finish()
    months = node.integer("upkeep_months", least=1)
    start, end = span_of(node)
    value_is, source = source_of(node)
    node.finish()
    return WorksTerms(near, days, months, start, end, value_is, source), *_at(node)


def _at(node: Node) -> tuple[str, str]:
    return node.file, node.path


def _refuse_gaps(rules: WorksRules, sub_items: Iterable[SubItem], page: Node) -> None:
    """Each works sub-item has one network, and no other kind has any."""
    kinds = {item.code: item.kind for item in sub_items}
    owners: dict[str, str] = {}
    for network in rules.networks:
        for code in network.sub_items:
            if kinds.get(code, "works") != "works":
                page.fail("networks", f"{code}不是工程类子项，不能有施工节点")
            if owners.setdefault(code, network.code) != network.code:
                page.fail("networks", f"{code}同时用了 {owners[code]} 和 {network.code} 两种节点")
    for code, kind in kinds.items():
        if kind == "works" and code not in owners:
            page.fail("networks", f"工程类子项{code}没有施工节点，请写进一种节点的 used_for")
