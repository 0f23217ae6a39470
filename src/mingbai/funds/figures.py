"""Figures of the fund ledger: four amounts and four ratios, each naming its denominator."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from fractions import Fraction
from typing import Any

from django.db.models import Count, Sum

from mingbai.base.figures import Branch, Card, Figure, Leaf
from mingbai.base.scope import Asker, ScopedQuerySet
from mingbai.funds.models import FundEntry
from mingbai.funds.queries import standing_entries
from mingbai.programme.figures import LEVEL_SIZE, evidence_of, split_page
from mingbai.programme.queries import sub_items

_CUTOFF = "业务日期在截止日当日及以前，已冲销的不计"
_OWNER = "县民生办、县财政局"
_PARTS: Mapping[str, str] = {
    "budget": "县定年度预算（各级资金合计）",
    "arrived": "累计到位资金",
    "released": "累计拨付资金",
    "spent": "累计支出资金",
}


def _amount(key: str, name: str, part: str) -> Card:
    return Card(
        key=key,
        name=name,
        unit="fen",
        numerator=f"各子项、各级次的{_PARTS[part]}合计",
        denominator=None,
        cutoff=_CUTOFF,
        owner=_OWNER,
        word="元",
        scale="亿",
        places=2,
    )


def _ratio(key: str, name: str, over: str, under: str) -> Card:
    return Card(
        key=key,
        name=name,
        unit="ratio",
        numerator=_PARTS[over],
        denominator=_PARTS[under],
        cutoff=_CUTOFF,
        owner=_OWNER,
        places=2,
        trim=False,
    )


CARDS: dict[str, Card] = {
    card.key: card
    for card in (
        _amount("funds.budget", "年度预算", "budget"),
        _amount("funds.arrived", "到位资金", "arrived"),
        _amount("funds.released", "拨付资金", "released"),
        _amount("funds.spent", "支出资金", "spent"),
        _ratio("funds.arrived_of_budget", "到位占年度预算", "arrived", "budget"),
        _ratio("funds.released_of_budget", "拨付占年度预算", "released", "budget"),
        _ratio("funds.released_of_arrived", "拨付占到位资金", "released", "arrived"),
        _ratio("funds.spent_of_released", "支出占拨付资金", "spent", "released"),
    )
}

_KINDS: Mapping[str, FundEntry.Kind] = {
    "budget": FundEntry.Kind.BUDGET,
    "arrived": FundEntry.Kind.ARRIVAL,
    "released": FundEntry.Kind.RELEASE,
    "spent": FundEntry.Kind.SPENDING,
}


def make_figure(key: str, *, year: int, cutoff: date, as_of: int | None, to: Asker) -> Figure:
    """One figure of the fund ledger, in 分 or as an exact fraction. Errors: ``KeyError``."""
    card = CARDS[key]
    over, under = _sides(key)
    found = standing_entries(to=to, year=year, through=cutoff, as_of=as_of)
    rows = _rows(found, over, under)
    numerator, evidence = _sum(rows, over), evidence_of("funds.FundEntry", rows)
    if under is None:
        return Figure(card, numerator, cutoff, evidence, numerator=numerator)
    denominator = _sum(rows, under)
    return Figure(
        card=card,
        value=Fraction(numerator, denominator) if denominator else None,
        cutoff=cutoff,
        evidence=evidence,
        numerator=numerator,
        denominator=denominator,
    )


def walk_figure(
    key: str, path: Sequence[str], *, year: int, cutoff: date, as_of: int | None, to: Asker
) -> list[Branch | Leaf]:
    """Walk an amount by sub-item, month and tier to the lines; a ratio first by its two sides.

    A ratio's sides are ``numerator`` and ``denominator``, then sub-item, then lines. Levels hold at
    most 500; ``@500`` as last part of the path gives the next ones. Errors: ``KeyError``.
    """
    over, under = _sides(key)
    parts, offset = split_page(path)
    found = standing_entries(to=to, year=year, through=cutoff, as_of=as_of)
    page = slice(offset, offset + LEVEL_SIZE)
    if under is not None:
        if not parts:
            return [
                _side("numerator", CARDS[key].numerator, found.filter(kind=over)),
                _side("denominator", CARDS[key].denominator or "", found.filter(kind=under)),
            ]
        side = {"numerator": over, "denominator": under}[parts[0]]
        return _walk_side(found.filter(kind=side), parts[1:], page, (to, year, as_of))
    found = found.filter(kind=over)
    if len(parts) == 2:
        period, _, tier = parts[1].partition(".")
        if not period.isdigit():
            raise KeyError(parts[1])
        return _leaves(found.filter(sub_item=parts[0], period=int(period), tier=tier), page)
    if len(parts) == 1:
        return _by_month(found.filter(sub_item=parts[0]), page)
    if parts:
        raise KeyError(parts[2])
    return _by_sub_item(found, page, (to, year, as_of))


def _sides(key: str) -> tuple[FundEntry.Kind, FundEntry.Kind | None]:
    CARDS[key]
    over, _, under = key.removeprefix("funds.").partition("_of_")
    return _KINDS[over], _KINDS[under] if under else None


def _rows(
    found: ScopedQuerySet[FundEntry], over: FundEntry.Kind, under: FundEntry.Kind | None
) -> list[Any]:
    """The entries of one or two kinds, as evidence lists them: number, kind, place, amount."""
    kinds = (over,) if under is None else (over, under)
    rows = found.filter(kind__in=kinds).order_by("id")
    return list(rows.values_list("id", "kind", "sub_item", "tier", "period", "amount"))


def _sum(rows: Sequence[Any], kind: FundEntry.Kind) -> int:
    return sum(row[-1] for row in rows if row[1] == kind)


def _side(key: str, label: str, found: ScopedQuerySet[FundEntry]) -> Branch:
    row = found.aggregate(fen=Sum("amount"), lines=Count("id"))
    return Branch(key, label, int(row["fen"] or 0), row["lines"])


def _walk_side(
    found: ScopedQuerySet[FundEntry],
    parts: Sequence[str],
    page: slice,
    where: tuple[Asker, int, int | None],
) -> list[Branch | Leaf]:
    if not parts:
        return _by_sub_item(found, page, where)
    if len(parts) > 1:
        raise KeyError(parts[1])
    return _leaves(found.filter(sub_item=parts[0]), page)


def _by_sub_item(
    found: ScopedQuerySet[FundEntry], page: slice, where: tuple[Asker, int, int | None]
) -> list[Branch | Leaf]:
    to, year, as_of = where
    names = {item.code: item.name for item in sub_items(to=to, year=year, as_of=as_of)}
    rows = (
        found.order_by()
        .values_list("sub_item")
        .annotate(fen=Sum("amount"), lines=Count("id"))
        .order_by("-fen", "sub_item")
    )
    return [Branch(code, names.get(code, code), int(fen), n) for code, fen, n in rows[page]]


def _by_month(found: ScopedQuerySet[FundEntry], page: slice) -> list[Branch | Leaf]:
    rows = (
        found.order_by()
        .values_list("period", "tier")
        .annotate(fen=Sum("amount"), lines=Count("id"))
        .order_by("period", "tier")
    )
    return [
        Branch(f"{period}.{tier}", _when(period, tier), int(fen), lines)
        for period, tier, fen, lines in rows[page]
    ]


def _leaves(found: ScopedQuerySet[FundEntry], page: slice) -> list[Branch | Leaf]:
    return [
        Leaf(
            label=_when(entry.period, entry.tier),
            value=entry.amount,
            origin_file_id=entry.origin_file_id,
            origin_sheet=entry.origin_sheet,
            origin_line=entry.origin_line,
            note=entry.note,
        )
        for entry in found.order_by("period", "tier", "id")[page]
    ]


def _when(period: int, tier: str) -> str:
    return f"{period // 100}年{period % 100}月 {FundEntry.Tier(tier).label}资金"
