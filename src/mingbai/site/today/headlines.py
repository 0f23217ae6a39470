"""The large numbers on top: as the newest summary states them, or one's own sheets."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from django.db.models import Count, Sum
from django.urls import reverse

from mingbai.base.scope import Asker
from mingbai.intake.queries import live_sheets
from mingbai.report.models import Statement, Summary
from mingbai.report.queries import statements_of
from mingbai.site.today.asked import Asked


@dataclass(frozen=True)
class Headline:
    """One of the large numbers on top."""

    name: str
    number: str
    unit: str
    hint: str = ""
    address: str = ""
    tone: str = ""


def headlines_of(
    asked: Asked, summary: Summary | None, counts: Mapping[str, int]
) -> tuple[Headline, ...]:
    """Figures of the newest summary where it is open to the asker, and how many targets are met.

    ``counts`` are sub-items by light.
    """
    to = asked.to
    found = list(_stated(to, summary)) if summary and not to.towns else []
    if not found:
        found = _own_sheets(to, asked.period)
    total = sum(counts.values())
    if total:
        late = counts["red"] + counts["yellow"]
        found.append(
            Headline(
                name="完成全年目标",
                number=str(counts["done"]),
                unit=f"/ {total} 个子项",
                hint=f"落后 {late} 个，未报或不考核 {counts['grey']} 个",
                address=reverse("delivery:programmes"),
                tone="bad" if counts["red"] else "ok",
            )
        )
    return tuple(found)


#: Statement on the tile, its name there, and the statement that goes into the hint.
_TILES: Final = (
    ("funds.released", "拨付资金", "funds.released_of_budget", "占年度预算"),
    ("payment.person_times", "保障各类人员", "payment.paid_amount", "发放"),
    ("outreach.pieces_sent", "报送信息", "outreach.city_adopted", "市民生网采用"),
)


def _stated(to: Asker, summary: Summary) -> list[Headline]:
    """Numbers as the newest summary states them, each leading to its "why"."""
    by_key = {each.key: each for each in statements_of(summary, to=to)}
    found = []
    for key, name, second, word in _TILES:
        if key not in by_key:
            continue
        number, unit = _split(by_key[key])
        hint = f"{word} {by_key[second].display}" if second in by_key else ""
        found.append(
            Headline(name, number, unit, hint, reverse("report:why", args=[by_key[key].pk]))
        )
    return found


def _split(statement: Statement) -> tuple[str, str]:
    """The digits and the unit of a stated number: 6.69亿元 -> 6.69, 亿元."""
    match = re.match(r"([-\d.,]+)(.*)", statement.display)
    return (match[1], match[2]) if match else (statement.display, "")


def _own_sheets(to: Asker, period: int) -> list[Headline]:
    """What this office has handed in this month, where no summary is open to it."""
    own = live_sheets(to=to, year=period // 100).filter(office__in=to.office_ids)
    sums = own.filter(month=period % 100).aggregate(
        sheets=Count("id"), rows=Sum("row_count"), rejected=Sum("rejected_count")
    )
    rejected = sums["rejected"] or 0
    return [
        Headline(
            "本月已交", str(sums["sheets"]), "张表", f"共 {sums['rows'] or 0:,} 行", "/intake/"
        ),
        Headline(
            "退回待改",
            f"{rejected:,}",
            "行",
            "改好整张重交，系统自动接上" if rejected else "没有要改的",
            "/intake/",
            "bad" if rejected else "ok",
        ),
    ]
