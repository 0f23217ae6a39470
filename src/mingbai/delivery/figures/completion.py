"""Figures of delivery: completion of each sub-item, and how many reached the year's target."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

from mingbai.base.figures import Branch, Card, Evidence, Figure, Leaf
from mingbai.base.models import Division, Office
from mingbai.base.scope import Asker
from mingbai.delivery.queries import MeasureStanding, SubItemStanding, standings
from mingbai.delivery.queries.reports import counting_heads
from mingbai.programme.figures import LEVEL_SIZE, cut_page, evidence_of, split_page

_CUTOFF = "截止日所在月及以前的进度报告、截止日及以前结业的培训人员；已被更正的表不计"
_PREFIX = "delivery.completion."

CARDS: dict[str, Card] = {
    "delivery.completed_sub_items": Card(
        key="delivery.completed_sub_items",
        name="完成全年目标任务的子项数",
        unit="count",
        numerator="各项已下达目标均达到或超过全年目标的子项，按子项计；没有目标的子项不作判断",
        denominator=None,
        cutoff=_CUTOFF,
        owner="县民生办、各责任部门",
        word="个",
    )
}


def find_card(key: str) -> Card:
    """The card of a figure; ``delivery.completion.<sub_item>`` has one for each sub-item.

    Errors: ``KeyError`` for an unknown key.
    """
    if not key.startswith(_PREFIX) or key == _PREFIX:
        return CARDS[key]
    return Card(
        key=key,
        name="全年目标完成率",
        unit="ratio",
        numerator="累计完成数（以责任部门报告为准，无部门报告的按各镇合计，"
        "有培训花名册的按合格人员计）；子项有几项目标的，取完成率最低的一项",
        denominator="该项全年目标",
        cutoff=_CUTOFF,
        owner="责任部门",
        places=2,
    )


def make_figure(key: str, *, year: int, cutoff: date, as_of: int | None, to: Asker) -> Figure:
    """A sub-item's completion as an exact ratio, or the number completed. Errors: ``KeyError``.

    A completion's numerator and denominator are whole numbers in the smallest decimal step of the
    two quantities.
    """
    card = find_card(key)
    found = standings(to=to, year=year, cutoff=cutoff, as_of=as_of)
    if key in CARDS:
        done = [each for each in found if each.completed]
        evidence = _evidence(part for each in done for part in each.judged)
        return Figure(card, len(done), cutoff, evidence, numerator=len(done))
    standing = _one(found, key)
    card = replace(card, name=f"{standing.sub_item.name}{card.name}")
    deciding = standing.deciding
    if deciding is None or deciding.ratio is None:
        return Figure(card, None, cutoff, _evidence(standing.judged))
    numerator, denominator = _whole(deciding.done or Decimal(0), deciding.target or Decimal(0))
    return Figure(
        card=card,
        value=Fraction(numerator, denominator),
        cutoff=cutoff,
        evidence=_evidence([deciding]),
        numerator=numerator,
        denominator=denominator,
    )


def walk_figure(
    key: str, path: Sequence[str], *, year: int, cutoff: date, as_of: int | None, to: Asker
) -> list[Branch | Leaf]:
    """Walk by sub-item and measure to the reports' lines or the roster lines of people counted.

    ``delivery.completion.<sub_item>`` starts at the measures. Values of branches and reports are
    whole units, rounded down; the label says them exactly. Errors: ``KeyError``.
    """
    find_card(key)
    parts, offset = split_page(path)
    found = standings(to=to, year=year, cutoff=cutoff, as_of=as_of)
    if key in CARDS:
        if not parts:
            done = [each for each in found if each.completed]
            return [_item_branch(each) for each in cut_page(done, offset)]
        standing = _one(found, _PREFIX + parts[0])
        parts = parts[1:]
    else:
        standing = _one(found, key)
    if not parts:
        return [_measure_branch(part) for part in cut_page(standing.measures, offset)]
    if len(parts) > 1:
        raise KeyError(parts[1])
    for part in standing.measures:
        if part.measure.code == parts[0]:
            where = {"to": to, "year": year, "through": cutoff, "as_of": as_of}
            return _leaves(standing, part, offset, where)
    raise KeyError(parts[0])


def _one(found: Iterable[SubItemStanding], key: str) -> SubItemStanding:
    code = key.removeprefix(_PREFIX)
    for each in found:
        if each.sub_item.code == code:
            return each
    raise KeyError(key)


def _evidence(parts: Iterable[MeasureStanding]) -> Evidence:
    """Records behind some measures: each report, and each roster line counted.

    The digest covers reports line by line and rosters by their counts.
    """
    rows: list[tuple[object, ...]] = []
    reports = lines = 0
    for part in parts:
        where = (part.measure.sub_item.code, part.measure.code)
        rows += [(*where, report.pk, report.total_done) for report in part.reports]
        reports += len(part.reports)
        if part.heads is not None:
            rows.append((*where, part.heads.persons, part.heads.seats, part.heads.lines))
            lines += part.heads.lines
    made = evidence_of("delivery.ProgressReport", rows)
    record = made.record if reports or not lines else "delivery.TrainingHead"
    return Evidence(record, reports + lines, made.digest)


def _whole(first: Decimal, second: Decimal) -> tuple[int, int]:
    """Two quantities as whole numbers of their smallest common decimal step."""
    places = max(0, *(-int(value.normalize().as_tuple().exponent) for value in (first, second)))
    return int(first.scaleb(places)), int(second.scaleb(places))


def _item_branch(standing: SubItemStanding) -> Branch:
    item = standing.sub_item
    words = "；".join(_words(part) for part in standing.judged)
    records = sum(_records(part) for part in standing.measures)
    return Branch(item.code, f"{item.programme.short_name}·{item.name}（{words}）", 1, records)


def _measure_branch(part: MeasureStanding) -> Branch:
    return Branch(
        part.measure.code,
        f"{part.measure.name}：{_words(part)}",
        int(part.done or 0),
        _records(part),
    )


def _records(part: MeasureStanding) -> int:
    return part.heads.lines if part.heads is not None else len(part.reports)


def _words(part: MeasureStanding) -> str:
    unit = part.measure.unit
    done = "未报送" if part.done is None else f"{part.done.normalize():f}{unit}"
    target = "" if part.target is None else f" / {part.target.normalize():f}{unit}"
    basis = {
        "department": "部门报告",
        "towns": "各镇合计",
        "roster": "培训花名册",
        "unplaced": "花名册未分镇",
        "none": "",
    }
    return f"{done}{target} {basis[part.basis]}".strip()


def _leaves(
    standing: SubItemStanding, part: MeasureStanding, offset: int, where: dict[str, Any]
) -> list[Branch | Leaf]:
    if part.heads is not None:
        heads = counting_heads(**where).filter(sub_item=standing.sub_item.code)
        return [
            Leaf(
                label=f"{head.done_date:%Y-%m-%d} 结业",
                value=1,
                origin_file_id=head.origin_file_id,
                origin_sheet=head.origin_sheet,
                origin_line=head.origin_line,
            )
            for head in heads.order_by("done_date", "id")[offset : offset + LEVEL_SIZE]
        ]
    names = _names(part)
    return [
        Leaf(
            label=f"{names[report.office_id, report.town]} {report.period // 100}年"
            f"{report.period % 100}月报：累计 {report.total_done.normalize():f}{part.measure.unit}",
            value=int(report.total_done),
            origin_file_id=report.origin_file_id,
            origin_sheet=report.origin_sheet,
            origin_line=report.origin_line,
        )
        for report in cut_page(part.reports, offset)
    ]


def _names(part: MeasureStanding) -> dict[tuple[int, str | None], str]:
    why = "names of offices and towns are public"
    offices = Office.objects.unscoped(why).filter(pk__in={r.office_id for r in part.reports})
    towns = Division.objects.unscoped(why).filter(pk__in={r.town for r in part.reports if r.town})
    by_office = dict(offices.values_list("pk", "name"))
    by_town = dict(towns.values_list("pk", "name"))
    return {
        (r.office_id, r.town): by_town.get(r.town or "", by_office.get(r.office_id, ""))
        for r in part.reports
    }
