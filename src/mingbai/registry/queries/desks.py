"""Who must act on a finding, by the rulebook: the town, the lead department or the county."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from django.db.models import Case, CharField, Count, IntegerField, Q, Sum, Value, When

from mingbai.base.models import Office
from mingbai.base.scope import Asker, ScopedQuerySet
from mingbai.engine.checks import NAMES
from mingbai.registry.models import Finding
from mingbai.rulebook import Book, handling_on

_WHY: Final = "which office must act is said to all"
TOWN, DEPARTMENT, COUNTY = "town", "department", "county"
DESKS: Final[Mapping[str, str]] = {TOWN: "镇", DEPARTMENT: "责任部门", COUNTY: "县民生办"}


def with_desk(findings: ScopedQuerySet[Any], *, book: Book, on: date) -> ScopedQuerySet[Any]:
    """Annotate each finding with its ``desk``; one that names no town goes to the department."""
    codes: dict[str, list[str]] = {}
    for code in NAMES:
        codes.setdefault(handling_on(book.handling, code, on).desk, []).append(code)
    whens = [
        When(code__in=codes.get(TOWN, ()), town="", then=Value(DEPARTMENT)),
        *(When(code__in=named, then=Value(desk)) for desk, named in codes.items()),
    ]
    desk = Case(*whens, default=Value(COUNTY), output_field=CharField())
    return findings.annotate(desk=desk)


def mine(findings: ScopedQuerySet[Any], *, to: Asker) -> ScopedQuerySet[Any]:
    """Of findings with their desk those that the asker's own office must act on."""
    return findings.filter(_own(to))


def with_mine(findings: ScopedQuerySet[Any], *, to: Asker) -> ScopedQuerySet[Any]:
    """Annotate findings (with their desk): ``is_mine`` 1 where the asker's office must act."""
    return findings.annotate(
        is_mine=Case(When(_own(to), then=Value(1)), default=Value(0), output_field=IntegerField())
    )


def _own(to: Asker) -> Q:
    if to.sees_all:
        return Q(desk=COUNTY)
    own = Q(pk__in=[])
    if to.towns:
        own |= Q(desk=TOWN, town__in=to.towns)
    if to.sub_items:
        own |= Q(desk=DEPARTMENT, sub_item__in=to.sub_items)
    return own


def acts_on(finding: Any, *, to: Asker) -> bool:
    """Whether the asker's office may settle a finding (with its desk): its own, or the county."""
    if to.sees_all or finding.desk == COUNTY:
        return to.sees_all
    if finding.desk == TOWN:
        return finding.town in to.towns
    return finding.sub_item in to.sub_items


def desk_offices(findings: Iterable[Finding], *, book: Book, on: date) -> dict[int, Office | None]:
    """Finding -> the office that must act; None where that is the county's own."""
    towns, departments = _offices()
    found: dict[int, Office | None] = {}
    for finding in findings:
        desk = handling_on(book.handling, finding.code, on).desk
        if desk == TOWN and finding.town:
            found[finding.pk] = towns.get(finding.town)
        elif desk == COUNTY:
            found[finding.pk] = None
        else:
            found[finding.pk] = departments.get(_lead(book, finding.sub_item))
    return found


def _offices() -> tuple[dict[str, Office], dict[str, Office]]:
    """Towns' offices by division, departments by code."""
    standing = Office.objects.unscoped(_WHY).filter(valid_to__isnull=True).order_by("code")
    towns = {each.division_id or "": each for each in standing if each.kind == Office.Kind.TOWN}
    departments = {each.code: each for each in standing if each.kind == Office.Kind.DEPARTMENT}
    return towns, departments


def _lead(book: Book, sub_item: str) -> str:
    try:
        return book.sub_item(sub_item).lead_office
    except KeyError:
        return ""


@dataclass(frozen=True)
class DeskLoad:
    """How many open findings wait at one office, and the money at stake in 分."""

    office: str
    desk: str
    town: str
    count: int
    stake_amount: int


def desk_loads(findings: ScopedQuerySet[Any], *, book: Book) -> list[DeskLoad]:
    """Open findings (with their desk) by the office that must act, the fullest first."""
    towns, departments = _offices()
    sums: dict[tuple[str, str, str], tuple[int, int]] = {}
    rows = findings.order_by().values("desk", "town", "sub_item")
    for row in rows.annotate(found=Count("id"), stake=Sum("stake_amount")):
        if row["desk"] == TOWN:
            office = towns.get(row["town"])
            key = (office.short_name if office else "未写明镇", TOWN, row["town"])
        elif row["desk"] == DEPARTMENT:
            lead = departments.get(_lead(book, row["sub_item"]))
            key = (lead.short_name if lead else "未写明部门", DEPARTMENT, "")
        else:
            key = (DESKS[COUNTY], COUNTY, "")
        count, stake = sums.get(key, (0, 0))
        sums[key] = (count + row["found"], stake + (row["stake"] or 0))
    loads = [DeskLoad(*key, *value) for key, value in sums.items()]
    return sorted(loads, key=lambda each: (-each.count, each.office))
