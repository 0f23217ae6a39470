"""What was paid to people: person-times and money, from the lines of confirmed batches."""

from __future__ import annotations

import hashlib
from datetime import date
from typing import Any, Final

from django.db.models import F, Sum

from mingbai.base.figures import Branch, Card, Evidence, Figure, Leaf
from mingbai.base.models import Division
from mingbai.base.scope import Asker, ScopedQuerySet
from mingbai.payment.models import SettledShare
from mingbai.payment.queries.batches import paid_shares, settled_lines
from mingbai.programme.queries import sub_items
from mingbai.registry.queries import sub_item_names

PAGE: Final = 500
_PAID: Final = "到账日期不晚于截止日、银行没有退回的发放明细"

CARDS: Final[dict[str, Card]] = {
    "payment.person_times": Card(
        key="payment.person_times",
        name="发放各类补助人次",
        unit="count",
        numerator=f"{_PAID}的人次：同一人同一子项同一所属期计一次",
        denominator=None,
        cutoff="按到账日期",
        owner="县民生办",
        word="人次",
        scale="万",
        places=2,
    ),
    "payment.paid_amount": Card(
        key="payment.paid_amount",
        name="发放补助资金",
        unit="fen",
        numerator=f"{_PAID}实发金额之和",
        denominator=None,
        cutoff="按到账日期",
        owner="县民生办",
        word="元",
        scale="亿",
        places=2,
    ),
    "payment.training_allowance": Card(
        key="payment.training_allowance",
        name="发放培训补贴",
        unit="fen",
        numerator=f"{_PAID}实发金额之和，只计培训类子项",
        denominator=None,
        cutoff="按到账日期",
        owner="县民生办、各办班单位",
        word="元",
        scale="万",
        places=2,
    ),
}
#: key -> (column of a town's total, what a line adds to it)
_COLUMN: Final = {
    "payment.person_times": ("person_count", F("person_times")),
    "payment.paid_amount": ("amount", F("amount") - F("set_off")),
    "payment.training_allowance": ("amount", F("amount") - F("set_off")),
}


def make_figure(key: str, *, year: int, cutoff: date, as_of: int, to: Asker) -> Figure:
    """Add up what reached people town by town; the evidence digest covers every batch's lines.

    Values: person-times, or 分. Errors: KeyError for a figure of another room.
    """
    card, (column, _) = CARDS[key], _COLUMN[key]
    shares = _shares(key, paid_shares(to=to, year=year, cutoff=cutoff, as_of=as_of), year)
    value, lines, digest = 0, 0, hashlib.sha256()
    rows = shares.order_by("batch_id", "town", "act_id", "kind", "settled_date").values_list(
        "batch__lines_digest", "town", "line_count", column
    )
    for lines_digest, town, count, part in rows:
        value += part
        lines += count
        digest.update(f"{lines_digest} {town} {count} {part}\n".encode())
    evidence = Evidence("payment.PaymentLine", lines, digest.hexdigest())
    return Figure(card, value, cutoff, evidence)


def walk_figure(
    key: str, path: tuple[str, ...], *, year: int, cutoff: date, as_of: int, to: Asker
) -> list[Branch | Leaf]:
    """From the figure to its rows: sub-item, then month and town, then lines (500 a page).

    Every level adds up to the branch it came from; a page that is not the last ends in a branch
    ``@<offset>`` holding the rest. Errors: KeyError for a figure of another room.
    """
    shares = _shares(key, paid_shares(to=to, year=year, cutoff=cutoff, as_of=as_of), year)
    offset = int(path[-1][1:]) if path and path[-1].startswith("@") else 0
    steps = path[:-1] if path and path[-1].startswith("@") else path
    if not steps:
        return _by_sub_item(key, shares, year)
    shares = shares.filter(sub_item=steps[0])
    if len(steps) == 1:
        return _by_month_and_town(key, shares)
    period, _, town = steps[1].partition(".")
    shares = shares.filter(period=int(period), town=town)
    lines = settled_lines(to=to, cutoff=cutoff, as_of=as_of)
    return _lines(key, shares, lines.filter(town=town), offset)


def _shares(
    key: str, shares: ScopedQuerySet[SettledShare], year: int
) -> ScopedQuerySet[SettledShare]:
    """What reached people at all, or only in training sub-items. Errors: ``KeyError``."""
    if key not in CARDS:
        raise KeyError(key)
    if key != "payment.training_allowance":
        return shares
    house = Asker.system("which sub-items teach is no secret; the shares are scoped")
    taught = [item.code for item in sub_items(to=house, year=year) if item.kind == "training"]
    return shares.filter(sub_item__in=taught)


def _by_sub_item(key: str, shares: ScopedQuerySet[SettledShare], year: int) -> list[Branch | Leaf]:
    rows = (
        shares.values("sub_item")
        .annotate(value=Sum(_COLUMN[key][0]), lines=Sum("line_count"))
        .order_by("-value", "sub_item")
    )
    names = sub_item_names(year=year)
    return [
        Branch(r["sub_item"], names.get(r["sub_item"], r["sub_item"]), r["value"], r["lines"])
        for r in rows
    ]


def _by_month_and_town(key: str, shares: ScopedQuerySet[SettledShare]) -> list[Branch | Leaf]:
    rows = (
        shares.values("period", "town")
        .annotate(value=Sum(_COLUMN[key][0]), lines=Sum("line_count"))
        .order_by("period", "town")
    )
    towns = dict(
        Division.objects.unscoped("names of towns are public")
        .filter(level="town")
        .values_list("code", "name")
    )
    return [
        Branch(
            f"{r['period']}.{r['town']}",
            f"{r['period'] // 100}年{r['period'] % 100}月 · {towns.get(r['town'], r['town'])}",
            r["value"],
            r["lines"],
        )
        for r in rows
    ]


def _lines(
    key: str, shares: ScopedQuerySet[SettledShare], lines: ScopedQuerySet[Any], offset: int
) -> list[Branch | Leaf]:
    batches = set(shares.values_list("batch_id", flat=True))
    lines = lines.filter(batch__in=batches).annotate(adds=_COLUMN[key][1])
    total = lines.aggregate(value=Sum("adds"))["value"] or 0
    count = lines.count()
    ordered = lines.order_by("origin_file_id", "origin_sheet", "origin_line", "id")
    page: list[Any] = list(ordered[offset : offset + PAGE])
    found: list[Branch | Leaf] = [
        Leaf(
            label=f"第 {line.origin_line} 行 · {line.item}",
            value=line.adds,
            origin_file_id=line.origin_file_id,
            origin_sheet=line.origin_sheet,
            origin_line=line.origin_line,
        )
        for line in page
    ]
    end = offset + len(page)
    if end < count:
        seen = ordered[:end].aggregate(value=Sum("adds"))["value"] or 0
        found.append(Branch(f"@{end}", f"其余 {count - end} 条", total - seen, count - end))
    return found
