"""开工率, 完工率, 投资完成率: sites begun and finished, money invested of the planned."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from fractions import Fraction
from typing import Final, TypeVar

from mingbai.base.figures import Branch, Card, Figure, Leaf
from mingbai.base.scope import Asker
from mingbai.delivery.models import MilestoneReport
from mingbai.delivery.queries.sites import SiteStanding, site_standings
from mingbai.engine.money import show_scaled
from mingbai.programme.figures import cut_page, evidence_of, split_page
from mingbai.programme.queries import sub_items

_CUTOFF: Final = (
    "截止日及以前、经责任部门另一人确认的节点；截止日所在月及以前的工程台账；已更正的台账不计"
)
_SITES: Final = "工程台账所列全部工地（建设点），按工地个数计"
_STARTED, _FINISHED, _INVESTED = (
    f"delivery.works_{word}_ratio" for word in ("started", "finished", "invested")
)

T = TypeVar("T")

CARDS: Final[dict[str, Card]] = {
    _STARTED: Card(
        key=_STARTED,
        name="工程开工率",
        unit="ratio",
        numerator="已确认开工节点（或其后节点）的工地，按工地个数计",
        denominator=_SITES,
        cutoff=_CUTOFF,
        owner="责任部门",
        places=2,
    ),
    _FINISHED: Card(
        key=_FINISHED,
        name="工程完工率",
        unit="ratio",
        numerator="已确认竣工节点（或其后节点）的工地，按工地个数计",
        denominator=_SITES,
        cutoff=_CUTOFF,
        owner="责任部门",
        places=2,
    ),
    _INVESTED: Card(
        key=_INVESTED,
        name="工程投资完成率",
        unit="ratio",
        numerator="填有计划投资的工地至截止月的累计完成投资；当月没有台账的取以前最近一月",
        denominator="同一批工地的计划投资；没填计划投资的工地，分子分母都不计",
        cutoff=_CUTOFF,
        owner="责任部门",
        places=2,
    ),
}
_STAGE_OF: Final = {
    _STARTED: MilestoneReport.Stage.BEGUN,
    _FINISHED: MilestoneReport.Stage.FINISHED,
}
_WORDS: Final = {_STARTED: ("开工", "未开工"), _FINISHED: ("完工", "未完工")}


def find_card(key: str) -> Card:
    """The card of a figure of works. Errors: ``KeyError``."""
    return CARDS[key]


def make_figure(key: str, *, year: int, cutoff: date, as_of: int | None, to: Asker) -> Figure:
    """An exact ratio over the sites the asker sees; no value where there are none."""
    card = CARDS[key]
    found = _counted(key, site_standings(to=to, year=year, cutoff=cutoff, as_of=as_of))
    numerator = sum(_part(key, each) for each in found)
    denominator = sum(_whole(key, each) for each in found)
    return Figure(
        card=card,
        value=Fraction(numerator, denominator) if denominator else None,
        cutoff=cutoff,
        evidence=evidence_of("delivery.WorkSite", [_row(key, each) for each in found]),
        numerator=numerator,
        denominator=denominator,
    )


def walk_figure(
    key: str, path: Sequence[str], *, year: int, cutoff: date, as_of: int | None, to: Asker
) -> list[Branch | Leaf]:
    """Sub-item, then town, then the sites, each with the workbook line that says so.

    Values are the numerator's part: sites, or 分. Errors: ``KeyError`` for an unknown step.
    """
    parts, offset = split_page(path)
    found = _counted(key, site_standings(to=to, year=year, cutoff=cutoff, as_of=as_of))
    if key not in CARDS or len(parts) > 2:
        raise KeyError(key)
    if not parts:
        names = {item.code: item.name for item in sub_items(to=to, year=year)}
        codes = dict.fromkeys(each.site.sub_item for each in found)
        groups = {code: [e for e in found if e.site.sub_item == code] for code in codes}
        branches = [_branch(key, code, names.get(code, code), groups[code]) for code in codes]
        return [*cut_page(branches, offset)]
    inside = [each for each in found if each.site.sub_item == parts[0]]
    if len(parts) == 1:
        towns = dict.fromkeys((each.site.town_id, each.site.town.name) for each in inside)
        branches = [
            _branch(key, code, name, [each for each in inside if each.site.town_id == code])
            for code, name in towns
        ]
        return [*cut_page(_must(branches, parts[0]), offset)]
    leaves = [each for each in inside if each.site.town_id == parts[1]]
    return [_leaf(key, each) for each in cut_page(_must(leaves, parts[1]), offset)]


def _must(rows: list[T], step: str) -> list[T]:
    if not rows:
        raise KeyError(step)
    return rows


def _counted(key: str, found: Sequence[SiteStanding]) -> list[SiteStanding]:
    if key != _INVESTED:
        return list(found)
    return [each for each in found if each.details.planned_amount]


def _part(key: str, each: SiteStanding) -> int:
    if key == _INVESTED:
        return each.invested_amount or 0
    return int(each.stage >= _STAGE_OF[key])


def _whole(key: str, each: SiteStanding) -> int:
    return (each.details.planned_amount or 0) if key == _INVESTED else 1


def _row(key: str, each: SiteStanding) -> tuple[object, ...]:
    if key == _INVESTED:
        return (each.site.pk, each.details.pk, each.progress.pk if each.progress else "")
    return (each.site.pk, *sorted(fact.report for fact in each.facts.values()))


def _branch(key: str, code: str, name: str, found: Sequence[SiteStanding]) -> Branch:
    part, whole = (sum(of(key, each) for each in found) for of in (_part, _whole))
    words = (
        f"{show_scaled(part, '万元', 2)} / {show_scaled(whole, '万元', 2)}"
        if key == _INVESTED
        else f"{_WORDS[key][0]} {part} / {whole} 个"
    )
    return Branch(code, f"{name}（{words}）", part, len(found))


def _leaf(key: str, each: SiteStanding) -> Leaf:
    """The site, with the ledger line that says so; a report from the site has no line."""
    origin = each.progress or each.details
    if key == _INVESTED:
        planned = show_scaled(each.details.planned_amount or 0, "万元", 2)
        said = show_scaled(each.invested_amount or 0, "万元", 2)
        label, note = f"{each.name}：完成 {said} / 计划 {planned}", ""
    else:
        reached = [f for f in each.facts.values() if f.stage >= _STAGE_OF[key]]
        fact = min(reached, key=lambda f: f.actual_date, default=None)
        words = _WORDS[key][0 if fact else 1]
        label = (
            f"{each.name}：{fact.actual_date:%Y-%m-%d} {words}" if fact else f"{each.name}：{words}"
        )
        if fact is not None and fact.origin_file_id is None:
            note = "现场报告，照片和确认人见工地页"
            return Leaf(label, _part(key, each), note=note)
        if fact is not None:
            return Leaf(label, 1, fact.origin_file_id, fact.origin_sheet, fact.origin_line)
        note = ""
    return Leaf(
        label, _part(key, each), origin.origin_file_id, origin.origin_sheet, origin.origin_line,
        note,
    )  # fmt: skip
