"""Who holds rights and how that moved: figures of dynamic management, from enrolments."""

from __future__ import annotations

import hashlib
from datetime import date
from typing import Final

from django.db.models import Count, Q

from mingbai.base.figures import Branch, Card, Evidence, Figure, Leaf
from mingbai.base.periods import period_of
from mingbai.base.scope import Asker, ScopedQuerySet
from mingbai.registry.models import Enrolment
from mingbai.registry.queries.movement import ended_by, in_force, rights_as_of
from mingbai.registry.queries.names import sub_item_names, town_names

PAGE: Final = 500
_ONE: Final = "同一人同一子项计一个"


def _card(key: str, name: str, numerator: str, cutoff: str) -> Card:
    return Card(
        key=key,
        name=name,
        unit="count",
        numerator=f"{numerator}，{_ONE}",
        denominator=None,
        cutoff=cutoff,
        owner="县民生办",
        word="人",
        scale="万",
        places=2,
    )


CARDS: Final[dict[str, Card]] = {
    "registry.in_force": _card(
        "registry.in_force", "在册享受补助对象", "截止日所在月份在册的享受资格", "按截止日所在月份"
    ),
    "registry.entered": _card(
        "registry.entered", "动态新增对象", "本年到截止月份起享的享受资格", "按起享月份"
    ),
    "registry.left": _card(
        "registry.left", "动态退出对象", "本年到截止月份不再享受的享受资格", "按不再享受的第一个月"
    ),
}


def make_figure(key: str, *, year: int, cutoff: date, as_of: int, to: Asker) -> Figure:
    """Count rights as of a ledger entry. Errors: KeyError for a figure of another room."""
    card = CARDS[key]
    rows = _counted(key, year=year, cutoff=cutoff, as_of=as_of, to=to)
    value, digest = 0, hashlib.sha256()
    for sub_item, town, count in (
        rows.values("sub_item", "town").annotate(n=Count("id")).order_by("sub_item", "town")
        .values_list("sub_item", "town", "n")
    ):  # fmt: skip
        value += count
        digest.update(f"{sub_item} {town} {count}\n".encode())
    return Figure(card, value, cutoff, Evidence("registry.Enrolment", value, digest.hexdigest()))


def walk_figure(
    key: str, path: tuple[str, ...], *, year: int, cutoff: date, as_of: int, to: Asker
) -> list[Branch | Leaf]:
    """From the figure to its rows: sub-item, then town, then rights (500 a page).

    Errors: KeyError for a figure of another room.
    """
    rows = _counted(key, year=year, cutoff=cutoff, as_of=as_of, to=to)
    offset = int(path[-1][1:]) if path and path[-1].startswith("@") else 0
    steps = path[:-1] if path and path[-1].startswith("@") else path
    if not steps:
        return _split(rows, "sub_item", sub_item_names(year=year))
    rows = rows.filter(sub_item=steps[0])
    if len(steps) == 1:
        return _split(rows, "town", town_names())
    return _leaves(rows.filter(town=steps[1]), offset)


def _counted(
    key: str, *, year: int, cutoff: date, as_of: int, to: Asker
) -> ScopedQuerySet[Enrolment]:
    rights, last = rights_as_of(to=to, as_of=as_of), period_of(cutoff)
    first = year * 100 + 1
    if key == "registry.in_force":
        return rights.filter(in_force(last, as_of))
    if key == "registry.entered":
        return rights.filter(since_period__gte=first, since_period__lte=last)
    # The first month without the right lies in the year: the last one from December before.
    return rights.filter(ended_by(last, as_of), Q(end_period__gte=(year - 1) * 100 + 12))


def _split(
    rows: ScopedQuerySet[Enrolment], column: str, names: dict[str, str]
) -> list[Branch | Leaf]:
    found = rows.values(column).annotate(n=Count("id")).order_by("-n", column)
    return [
        Branch(row[column], names.get(row[column], row[column]), row["n"], row["n"])
        for row in found
    ]


def _leaves(rows: ScopedQuerySet[Enrolment], offset: int) -> list[Branch | Leaf]:
    count = rows.count()
    page = list(rows.order_by("id")[offset : offset + PAGE])
    found: list[Branch | Leaf] = [
        Leaf(
            label=f"享受资格第 {row.pk} 号",
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
