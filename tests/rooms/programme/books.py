"""Small books of a year, made by hand: two programmes, four sub-items, two towns."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import date
from decimal import Decimal

from mingbai.rulebook.model import (
    Book,
    Measure,
    Programme,
    Roster,
    Schedule,
    Site,
    SubItem,
)

A, B = "340223100", "340223101"
YUAN = 100


def measure(
    code: str = "count",
    *,
    name: str = "数量",
    unit: str = "个",
    target: str | None = "100",
    state: str = "set",
    shares: Mapping[str, str] | None = None,
) -> Measure:
    return Measure(
        code=code,
        name=name,
        unit=unit,
        target=None if target is None else Decimal(target),
        target_state=state,  # type: ignore[arg-type]
        shares={town: Decimal(part) for town, part in (shares or {}).items()},
        value_is="demonstration",
        source="测试",
    )


def sub_item(
    code: str,
    *,
    measures: tuple[Measure, ...] = (),
    kind: str = "works",
    roster: str | None = None,
    budgets: Mapping[str, int] | None = None,
    lead: str = "t-civil",
    finish: date | None = None,
    year: int = 2021,
) -> SubItem:
    return SubItem(
        code=code,
        programme=code.partition(".")[0],
        name=f"子项{code}",
        summary_name=f"小结{code}",
        listed_as="",
        kind=kind,  # type: ignore[arg-type]
        kind_note="",
        lead_office=lead,
        unit="个",
        measures=measures or (measure(),),
        roster=roster,
        checks=(),
        amounts=(),
        schedule=Schedule(
            kind="linear",
            points=(),
            start_date=date(year, 1, 1),
            finish_date=finish or date(year, 12, 31),
            value_is="demonstration",
            source="测试",
        ),
        budgets=dict(budgets or {}),  # type: ignore[arg-type]
        budget_value_is="demonstration",
        budget_source="测试预算",
        aliases=(),
    )


def programme(
    code: str, number: int, items: tuple[SubItem, ...], *, status: str = "own"
) -> Programme:
    return Programme(
        code=code,
        number=number,
        local_number=number if status != "not_applicable" else None,
        name=f"项目{code}",
        short_name=f"简称{code}",
        summary_name=f"小结{code}",
        status=status,  # type: ignore[arg-type]
        status_reason="",
        group="continued",
        field="",
        lead_office="t-civil",
        sub_items=items,
        aliases=(),
        source="南政〔2021〕测试号",
    )


def book(programmes: tuple[Programme, ...], *, year: int = 2021, mark: str = "") -> Book:
    """A book of these programmes; ``mark`` changes its digest."""
    rosters = (
        Roster("training", "training", "培训花名册", (), (), "rows", None),
        Roster("subsidy", "subsidy", "补助花名册", (), (), "rows", None),
    )
    index: dict[tuple[str, str], object] = {("roster", each.code): each for each in rosters}
    for each in programmes:
        index["programme", each.code] = each
        index |= {("sub_item", item.code): item for item in each.sub_items}
    return Book(
        year=year,
        county="340223",
        county_name="南陵县",
        province_source="省文件",
        county_source="县文件",
        programmes=programmes,
        rosters=rosters,
        exclusions=(),
        lists=(),
        absences=(),
        offices=(),
        sites=(
            Site("city", "市民生网", "city", "city_adopted_date", ()),
            Site("province", "省民生网", "province", "province_adopted_date", ()),
        ),
        divisions=(),
        cases=(),
        digest=hashlib.sha256(f"{programmes!r}{year}{mark}".encode()).hexdigest(),
        files=(),
        _index=index,
    )


def small_book(*, year: int = 2021, mark: str = "") -> Book:
    """Roads (works, two measures), toilets (works, by town), teachers (training), widows (none)."""
    roads = sub_item(
        "roads.build",
        measures=(
            measure("km", name="里程", unit="公里", target="12.5", shares={A: "7.5", B: "5"}),
            measure("signs", name="标志", unit="个", target="40"),
        ),
        budgets={"central": 6_000_000 * YUAN, "county": 4_000_000 * YUAN},
        year=year,
    )
    toilets = sub_item(
        "roads.toilets",
        measures=(measure(unit="户", target="300", shares={A: "200", B: "100"}),),
        budgets={"county": 1_000_000 * YUAN},
        year=year,
    )
    teachers = sub_item(
        "school.teachers",
        measures=(measure(unit="人", target="3"),),
        kind="training",
        roster="training",
        lead="t-school",
        year=year,
    )
    widows = sub_item(
        "school.aid",
        measures=(measure(unit="人", target=None, state="none"),),
        kind="subsidy",
        roster="subsidy",
        lead="t-school",
        year=year,
    )
    left_out = sub_item("sea.harbour", measures=(measure(),), year=year)
    return book(
        (
            programme("roads", 1, (roads, toilets)),
            programme("school", 2, (teachers, widows)),
            programme("sea", 3, (left_out,), status="not_applicable"),
        ),
        year=year,
        mark=mark,
    )
