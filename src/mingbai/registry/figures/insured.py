"""How many take part in an insurance, and how complete that is against the register."""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from typing import Any, Final

from django.db.models import Count, Max, Sum

from mingbai.base.figures import Branch, Card, Figure, Leaf
from mingbai.base.scope import Asker, ScopedQuerySet
from mingbai.programme.figures import evidence_of, split_page
from mingbai.registry.models import CoverageCount, CoverageGap, Participation, VillageCoverage
from mingbai.registry.queries.insured import taking_part
from mingbai.registry.queries.names import sub_item_names, town_names, village_names

PAGE: Final = 500
_WHY: Final = "which counting is the newest is one answer for everybody"
_COUNTED: Final = "最近一次参保统计（花名册与户籍底册逐人核对）"
CARDS: Final[dict[str, Card]] = {
    card.key: card
    for card in (
        Card(
            key="registry.insured",
            name="参保人数",
            unit="count",
            numerator="本年度参保登记、截止日没有终止的人，同一人同一险种计一个",
            denominator=None,
            cutoff="按去世、迁出等发生日期",
            owner="县民生办",
            word="人",
            scale="万",
            places=2,
        ),
        Card(
            key="registry.insured_ratio",
            name="应参保人员参保率",
            unit="ratio",
            numerator=f"{_COUNTED}中，应参保且已参保的人数",
            denominator=f"{_COUNTED}中，应参保的人数（户籍人口减去世迁出、减已在别处参保）",
            cutoff="按统计时的报表，不按截止日",
            owner="县民生办",
            places=2,
        ),
        Card(
            key="registry.left_uninsured",
            name="应参保未参保人数",
            unit="count",
            numerator=f"{_COUNTED}中，户籍底册有名、花名册无名，也不在别处参保的人",
            denominator=None,
            cutoff="按统计时的报表，不按截止日",
            owner="县民生办",
            word="人",
        ),
    )
}
_SIDES: Final = {"numerator": "covered_count", "denominator": "due_count"}


def make_figure(key: str, *, year: int, cutoff: date, as_of: int, to: Asker) -> Figure:
    """Heads, or covered of due, in what the asker may see. Errors: KeyError."""
    card = CARDS[key]
    if key == "registry.insured":
        rows = _by_town(taking_part(to=to, year=year, cutoff=cutoff, as_of=as_of))
        heads = sum(row[2] for row in rows)
        return Figure(card, heads, cutoff, evidence_of("registry.Participation", rows))
    counts = _newest(year, as_of)
    if key == "registry.left_uninsured":
        rows = _by_town(_left_out(counts, to), "count__sub_item")
        heads = sum(row[2] for row in rows)
        return Figure(card, heads, cutoff, evidence_of("registry.CoverageGap", rows))
    villages = VillageCoverage.objects.seen_by(to).filter(count__in=counts).order_by("id")
    listed = list(villages.values_list("count_id", "village", "covered_count", "due_count"))
    covered, due = sum(row[2] for row in listed), sum(row[3] for row in listed)
    return Figure(
        card,
        Fraction(covered, due) if due else None,
        cutoff,
        evidence_of("registry.VillageCoverage", listed),
        numerator=covered,
        denominator=due,
    )


def walk_figure(
    key: str, path: tuple[str, ...], *, year: int, cutoff: date, as_of: int, to: Asker
) -> list[Branch | Leaf]:
    """Sub-item, town, rows; of the rate its sides, then towns, then villages. Errors: KeyError."""
    CARDS[key]
    steps, offset = split_page(path)
    if key == "registry.insured_ratio":
        return _walk_rate(steps, _newest(year, as_of), to)
    if key == "registry.insured":
        column, word = "sub_item", "参保登记"
        rows: Any = taking_part(to=to, year=year, cutoff=cutoff, as_of=as_of)
    else:
        column, word = "count__sub_item", "应参保未参保"
        rows = _left_out(_newest(year, as_of), to)
    if len(steps) > 2:
        raise KeyError(steps[-1])
    if not steps:
        return _split(rows, column, sub_item_names(year=year))
    rows = rows.filter(**{column: steps[0]})
    if len(steps) == 1:
        return _split(rows, "town", town_names())
    return _leaves(rows.filter(town=steps[1]), word, offset)


def _newest(year: int, as_of: int) -> list[int]:
    """The newest counting of each sub-item as known at a ledger entry."""
    found = CoverageCount.objects.unscoped(_WHY).filter(year=year, act_id__lte=as_of)
    newest = found.order_by().values("sub_item").annotate(newest=Max("id"))
    return sorted(newest.values_list("newest", flat=True))


def _left_out(counts: list[int], to: Asker) -> ScopedQuerySet[CoverageGap]:
    kind = CoverageGap.Kind.LEFT_OUT
    return CoverageGap.objects.seen_by(to).filter(count__in=counts, kind=kind)


def _by_town(
    rows: ScopedQuerySet[Participation] | ScopedQuerySet[CoverageGap], column: str = "sub_item"
) -> list[tuple[Any, ...]]:
    counted = rows.values(column, "town").annotate(n=Count("id")).order_by(column, "town")
    return list(counted.values_list(column, "town", "n"))


def _split(rows: Any, column: str, names: dict[str, str]) -> list[Branch | Leaf]:
    found = rows.values(column).annotate(n=Count("id")).order_by("-n", column)
    return [
        Branch(row[column], names.get(row[column], row[column] or "未写明"), row["n"], row["n"])
        for row in found
    ]


def _leaves(rows: Any, word: str, offset: int) -> list[Branch | Leaf]:
    count = rows.count()
    page = list(rows.order_by("id")[offset : offset + PAGE])
    found: list[Branch | Leaf] = [
        Leaf(
            label=f"{word}第 {row.pk} 号",
            value=1,
            origin_file_id=row.origin_file_id,
            origin_sheet=row.origin_sheet,
            origin_line=row.origin_line,
        )
        for row in page
    ]
    end = offset + len(page)
    if end < count:
        found.append(Branch(f"@{end}", f"其余 {count - end} 条", count - end, count - end))
    return found


def _walk_rate(steps: tuple[str, ...], counts: list[int], to: Asker) -> list[Branch | Leaf]:
    rows = VillageCoverage.objects.seen_by(to).filter(count__in=counts)
    if not steps:
        sums = rows.aggregate(covered_count=Sum("covered_count"), due_count=Sum("due_count"))
        size = rows.count()
        card = CARDS["registry.insured_ratio"]
        words = {"numerator": card.numerator, "denominator": card.denominator or ""}
        return [Branch(side, words[side], sums[name] or 0, size) for side, name in _SIDES.items()]
    column = _SIDES[steps[0]]
    if len(steps) == 1:
        names = town_names()
        towns = rows.values("town").annotate(n=Sum(column), size=Count("id")).order_by("-n", "town")
        return [
            Branch(row["town"] or "-", names.get(row["town"], "未写明镇"), row["n"], row["size"])
            for row in towns
        ]
    if len(steps) > 2:
        raise KeyError(steps[-1])
    listed = list(rows.filter(town=steps[1].strip("-")).order_by("village", "id"))
    villages = village_names(each.village for each in listed)
    return [
        Leaf(
            label=villages.get(each.village, "未写明村（居）"),
            value=getattr(each, column),
            note=f"应参保 {each.due_count} 人，已参保 {each.covered_count} 人，"
            f"漏保 {each.left_out_count} 人；漏保的人见“应参保未参保人数”",
        )
        for each in listed
    ]
