"""The page 今日: what waits for this person, who has not reported, what is late and why.

Nothing is kept here: each section asks the room that owns the truth, within the asker's scope.
"""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Final

from django.db.models import Count, Sum
from django.urls import reverse
from django.utils.timezone import localdate

from mingbai.base.periods import month_end
from mingbai.base.scope import Asker
from mingbai.delivery.queries import Light, lights, silence
from mingbai.engine.money import show_scaled
from mingbai.intake.models import Receipt
from mingbai.intake.queries import handed_months, live_sheets, receipts
from mingbai.payment.queries import batches_seen
from mingbai.programme.queries import letters_due
from mingbai.registry.queries import findings_seen
from mingbai.report.models import Statement, Summary
from mingbai.report.queries import newest_summary, statements_of
from mingbai.site.comparing import about_comparison
from mingbai.site.rights import about_rights
from mingbai.site.waiting import Task, about_postings

_ARRIVALS: Final = 6
_LAGS: Final = 8
_OFFICES: Final = 6
#: Files that could not be read stay on the page for a month; after that only the inbox has them.
_FRESH: Final = timedelta(days=31)
#: Tables that every office sends each month; rosters may rightly skip months.
_MONTHLY: Final = ("progress", "funds", "information")


@dataclass(frozen=True)
class Headline:
    """One of the large numbers on top."""

    name: str
    number: str
    unit: str
    hint: str = ""
    address: str = ""
    tone: str = ""


@dataclass(frozen=True)
class Quiet:
    """An office that has not reported this month, and what is missing."""

    office: str
    what: str
    tag: str = "未报"
    tone: str = "bad"


@dataclass(frozen=True)
class Lag:
    """A sub-item behind its schedule, and why. ``done``, ``planned``, ``gap`` are ratios."""

    name: str
    address: str
    why: str
    state: str
    words: str
    done: Fraction | None
    planned: Decimal | None
    gap: Fraction | None


@dataclass(frozen=True)
class Arrival:
    """A file just received."""

    name: str
    office: str
    address: str
    at: datetime
    tag: str
    tone: str


@dataclass(frozen=True)
class Today:
    """Everything the page shows."""

    day: date
    period: int | None
    headlines: tuple[Headline, ...] = ()
    tasks: tuple[Task, ...] = ()
    silences: tuple[Quiet, ...] = ()
    lags: tuple[Lag, ...] = ()
    lags_left_out: int = 0
    grey_count: int = 0
    arrivals: tuple[Arrival, ...] = ()
    summary_address: str = ""
    lights: dict[str, int] = field(default_factory=dict)


def gather_today(*, to: Asker, at: datetime, demonstration: bool) -> Today:
    """Gather the page for one person. About twenty queries, whatever the county's size.

    A demonstration lives in its own time: its day is the last of the newest month handed in.
    """
    everywhere = Asker.system("which month the county is reporting is the same for everybody")
    months = handed_months(to=everywhere)
    day = localdate(at)
    if not months:
        return Today(day=day, period=None)
    if demonstration:
        day = month_end(months[0])
    period = next((month for month in months if month <= day.year * 100 + day.month), months[0])
    year = period // 100
    shown = lights(to=to, year=year, period=period)
    late = _late(shown)
    summary = newest_summary(to=to, year=year)
    counts: dict[str, int] = defaultdict(int)
    for each in shown:
        counts[each.colour] += 1
    mine = [*_batches(to, year), *_suspicions(to, year), *_letters(to, year)]
    mine += [*about_rights(to, year, day), *about_postings(to, day)]
    mine += about_comparison(to, year, localdate(at))
    return Today(
        day=day,
        period=period,
        headlines=_headlines(to, summary, period, counts),
        tasks=(*mine, *_unread(to, at), *_rejected(to, year)),
        silences=_silences(to, period),
        lags=late[:_LAGS],
        lags_left_out=max(0, len(late) - _LAGS),
        grey_count=counts["grey"],
        arrivals=_arrivals(to),
        summary_address=reverse("report:paper", args=[summary.pk]) if summary else "",
        lights=dict(counts),
    )


# --- large numbers ---------------------------------------------------------------------------


def _headlines(
    to: Asker, summary: Summary | None, period: int, counts: dict[str, int]
) -> tuple[Headline, ...]:
    found = list(_stated(to, summary)) if summary and not to.towns else []
    if not found:
        found = list(_own_sheets(to, period))
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


# --- things to do ----------------------------------------------------------------------------


def _rejected(to: Asker, year: int) -> list[Task]:
    """Sheets that count and still hold rejected rows: by office, or by sheet for one's own."""
    wrong = live_sheets(to=to, year=year).filter(rejected_count__gt=0).order_by()
    if not to.sees_all and not to.sub_items:
        own = wrong.filter(office__in=to.office_ids).order_by("-rejected_count", "id")[:_OFFICES]
        return [
            Task(
                text=f"改正{sheet.title or sheet.roster_name}",
                detail=f"{sheet.year}年{sheet.month or 12}月，工作表“{sheet.name}”",
                address=reverse("intake:receipt", args=[sheet.receipt_id]),
                tag=f"退回 {sheet.rejected_count} 行",
                tone="bad",
            )
            for sheet in own
        ]
    groups = wrong.values("office_id", "office__short_name").annotate(
        sheets=Count("id"), rows=Sum("rejected_count")
    )
    return [
        Task(
            text=f"催{group['office__short_name']}改正退回的行",
            detail=f"在 {group['sheets']} 张表里，改好之前不计入",
            address=f"/intake/?office={group['office_id']}",
            tag=f"退回 {group['rows']} 行",
            tone="bad",
        )
        for group in groups.order_by("-rows", "office_id")[:_OFFICES]
    ]


def _unread(to: Asker, at: datetime) -> list[Task]:
    """Files that could not be opened or recognised lately."""
    found = []
    for outcome, text, detail in (
        (Receipt.Outcome.UNREADABLE, "有文件打不开", "请报送单位另存为 xlsx 后重交"),
        (Receipt.Outcome.UNRECOGNISED, "有表格没认出来", "多半是缺少表头或改了表种，请核对后重交"),
    ):
        lately = receipts(to=to, outcome=outcome).filter(received_at__gte=at - _FRESH)
        if count := lately.count():
            address = f"/intake/?outcome={outcome}"
            found.append(Task(text, detail, address, f"{count} 个文件"))
    return found


def _suspicions(to: Asker, year: int) -> list[Task]:
    waiting = findings_seen(to=to, year=year, state="open").order_by()
    sums = waiting.aggregate(count=Count("id"), stake=Sum("stake_amount"))
    if not sums["count"]:
        return []
    stake = show_scaled(sums["stake"] or 0, "万元", 2)
    text = "处理比对疑点" if to.may("settle") else "比对疑点等经办处理"
    detail = f"涉及 {stake}，金额大的排在前面"
    return [Task(text, detail, reverse("registry:findings"), f"{sums['count']} 条")]


#: State of a batch -> permission, and what the one who holds it does; others see that it waits.
_STEPS: Final = (
    ("drawn", "approve", "复核发放批次", "发放批次等复核"),
    ("approved", "confirm", "确认已发放的批次", "发放批次等支付"),
)


def _batches(to: Asker, year: int) -> list[Task]:
    found = []
    for state, permission, own, others in _STEPS:
        waiting = batches_seen(to=to, year=year, state=state).order_by()
        sums = waiting.aggregate(count=Count("id"), total=Sum("expected_amount"))
        if not sums["count"]:
            continue
        mine = to.may(permission)
        detail = f"合计 {show_scaled(sums['total'] or 0, '万元', 2)}"
        address = f"{reverse('payment:batches')}?state={state}"
        tone = "warn" if mine else "mute"
        found.append(Task(own if mine else others, detail, address, f"{sums['count']} 批", tone))
    return found


def _letters(to: Asker, year: int) -> list[Task]:
    due, address = letters_due(to=to, year=year), reverse("programme:letters")
    return [Task(each.text, each.offices, address, f"{each.count} 份", each.tone) for each in due]


# --- who has not reported ----------------------------------------------------------------------


def _silences(to: Asker, period: int) -> tuple[Quiet, ...]:
    """Offices with sub-items unreported, or without a table that they sent the month before."""
    missing: dict[str, list[str]] = defaultdict(list)
    for quiet in silence(to=to, year=period // 100, period=period):
        names = [item.name for item in quiet.sub_items]
        missing[quiet.office_name].append(f"进度：{_listed(names)}")
    for office, tables in _tables_missing(to, period).items():
        missing[office].append(f"上月交过、本月没交：{_listed(tables)}")
    return tuple(Quiet(office, "；".join(what)) for office, what in missing.items())


def _tables_missing(to: Asker, period: int) -> dict[str, list[str]]:
    """Office -> monthly tables it handed in the month before but not this month."""
    year, month = divmod(period, 100)
    if month == 1:
        return {}
    rows = live_sheets(to=to, year=year).filter(kind__in=_MONTHLY, month__in=(month - 1, month))
    found: dict[tuple[str, str, str], set[int]] = defaultdict(set)
    names = rows.order_by("office__code", "roster_name").values_list(
        "office__name", "roster_name", "sub_item", "month"
    )
    for office, roster, sub_item, of_month in names:
        found[office, roster, sub_item or ""].add(of_month or 0)
    missing: dict[str, list[str]] = defaultdict(list)
    for (office, roster, _), seen in found.items():
        if month not in seen and roster not in missing[office]:
            missing[office].append(roster)
    return {office: tables for office, tables in missing.items() if tables}


def _listed(names: list[str], most: int = 3) -> str:
    rest = f"等 {len(names)} 项" if len(names) > most else ""
    return "、".join(names[:most]) + rest


# --- what is late ------------------------------------------------------------------------------


def _late(shown: tuple[Light, ...]) -> tuple[Lag, ...]:
    """Red before yellow, the widest gap first."""
    behind = [each for each in shown if each.colour in ("red", "yellow")]
    behind.sort(key=lambda each: (each.colour != "red", each.gap or Fraction(0)))
    return tuple(_lag(each) for each in behind)


def _lag(light: Light) -> Lag:
    item, slow = light.sub_item, light.standing.deciding
    why = f"{item.lead_office.short_name}牵头"
    if slow is not None and slow.done is not None and slow.target is not None:
        why += f"，{slow.measure.name} {slow.done.normalize():f}"
        why += f"/{slow.target.normalize():f}{slow.measure.unit}"
    if light.silent:
        why += "，本月未报"
    return Lag(
        name=item.name,
        address=reverse("delivery:programme", args=[item.programme.code]),
        why=why,
        state=light.colour,
        words=light.words,
        done=light.actual,
        planned=light.planned,
        gap=light.gap,
    )


# --- what came in ------------------------------------------------------------------------------


def _arrivals(to: Asker) -> tuple[Arrival, ...]:
    return tuple(_arrival(each) for each in receipts(to=to)[:_ARRIVALS])


def _arrival(receipt: Receipt) -> Arrival:
    wrong = receipt.outcome == Receipt.Outcome.ACCEPTED and receipt.rejected_count
    return Arrival(
        name=receipt.original_name,
        office=receipt.office.short_name,
        address=reverse("intake:receipt", args=[receipt.pk]),
        at=receipt.received_at,
        tag=f"退回 {receipt.rejected_count} 行" if wrong else receipt.get_outcome_display(),
        tone=receipt.badge,
    )
