"""The inbox and the page of one file: what came, how it fared, which rows are wrong and why."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any, Final

from django.db.models import Count, Exists, Min, OuterRef, Q
from django.utils.timezone import localdate

from mingbai.base.models import Job
from mingbai.base.periods import month_end
from mingbai.base.scope import Asker, ScopedQuerySet
from mingbai.intake.messages import explain
from mingbai.intake.models import Receipt, Sheet, Verdict

FIRST_LINES: Final = 12
"""How many line numbers a reason shows before it says 等."""

_WORDS: Final = {1: "提示", 2: "待核", 3: "退回"}
_BADGES: Final = {1: "note", 2: "warn", 3: "bad"}


@dataclass(frozen=True)
class Card:
    """One receipt in the inbox with a few words on what is in it."""

    receipt: Receipt
    about: str


@dataclass(frozen=True)
class Reason:
    """Verdicts of one kind in one column: how many rows, the first lines, the message once."""

    code: str
    severity: int
    label: str
    letter: str
    count: int
    lines: tuple[int, ...]
    message: str

    @property
    def word(self) -> str:
        """The severity in a word."""
        return _WORDS[self.severity]

    @property
    def badge(self) -> str:
        """The style of the severity's badge."""
        return _BADGES[self.severity]

    @property
    def more(self) -> bool:
        """Whether there are more lines than are shown."""
        return self.count > len(self.lines)


@dataclass(frozen=True)
class SheetCard:
    """One sheet on its file's page."""

    sheet: Sheet
    about: str
    heading: str
    skipped: str
    reasons: tuple[Reason, ...]
    followed_by: Sheet | None


@dataclass(frozen=True)
class Upload:
    """An upload under way: its job, how many files, and the receipts there are so far."""

    job: Job
    file_count: int
    receipts: tuple[Receipt, ...] = field(default=())

    @property
    def ended(self) -> bool:
        """Whether the job will say nothing more."""
        return self.job.state in (Job.State.DONE, Job.State.FAILED)


def receipts(
    *, to: Asker, office: int | None = None, outcome: str = "", period: int | None = None
) -> ScopedQuerySet[Receipt]:
    """Files handed in, newest first; `period` (yyyymm) keeps those with a sheet of that month."""
    found = Receipt.objects.seen_by(to).select_related("office")
    if office is not None:
        found = found.filter(office_id=office)
    if outcome:
        found = found.filter(outcome=outcome)
    if period is not None:
        own = Sheet.objects.unscoped("a receipt's own sheets").filter(
            receipt=OuterRef("pk"), year=period // 100, month=period % 100
        )
        found = found.filter(Exists(own))
    return found.order_by("-id")


def cards_of(page: Iterable[Receipt], *, to: Asker) -> list[Card]:
    """Receipts of one page, each with its sheets in words; one query for all of them."""
    shown = list(page)
    sheets: dict[int, list[Sheet]] = {}
    wanted = Sheet.objects.seen_by(to).filter(receipt__in=[receipt.pk for receipt in shown])
    for sheet in wanted.select_related("town").order_by("number"):
        sheets.setdefault(sheet.receipt_id, []).append(sheet)
    return [Card(receipt, _in_words(sheets.get(receipt.pk, []))) for receipt in shown]


def _in_words(sheets: list[Sheet]) -> str:
    said = list(dict.fromkeys(about_sheet(sheet) for sheet in sheets))
    return "；".join(said[:2]) + (f"等 {len(sheets)} 张表" if len(said) > 2 else "")


def about_sheet(sheet: Sheet) -> str:
    """A sheet in a few words: month, town, what it is."""
    month = f"{sheet.year}年{sheet.month}月" if sheet.month else f"{sheet.year}年"
    return f"{month}{sheet.town.name if sheet.town else ''}{sheet.roster_name}{sheet.series}"


def find_receipt(pk: int, *, to: Asker) -> Receipt | None:
    """One receipt, or None if there is none this asker may see."""
    return Receipt.objects.seen_by(to).select_related("office", "file").filter(pk=pk).first()


def sheets_with_reasons(receipt: Receipt, *, to: Asker) -> list[SheetCard]:
    """The sheets of a receipt with their reasons, those with most to put right first.

    A fixed number of queries however many rows.
    """
    sheets = list(
        Sheet.objects.seen_by(to)
        .filter(receipt=receipt)
        .select_related("town", "follows")
        .order_by("-rejected_count", "-warned_count", "number")
    )
    reasons = reasons_of(sheets, to=to)
    later = _followers(sheets)
    return [
        SheetCard(
            sheet=sheet,
            about=about_sheet(sheet),
            heading=_heading(sheet),
            skipped=_skipped(sheet),
            reasons=tuple(reasons.get(sheet.pk, ())),
            followed_by=later.get(sheet.slot, {}).get(sheet.turn + 1),
        )
        for sheet in sheets
    ]


def _followers(sheets: list[Sheet]) -> dict[str, dict[int, Sheet]]:
    found: dict[str, dict[int, Sheet]] = {}
    later = Sheet.objects.unscoped("that a sheet was followed is no secret to who sees the sheet")
    for sheet in later.filter(slot__in={s.slot for s in sheets}, part=1):
        found.setdefault(sheet.slot, {})[sheet.turn] = sheet
    return found


def _heading(sheet: Sheet) -> str:
    lines = "、".join(str(line) for line in sheet.header["lines"])
    columns = sorted(sheet.header["columns"].values(), key=lambda place: place["index"])
    named = "，".join(
        f"{place['letter']}={place['label']}" + (f"（{place['unit']}）" if place["unit"] else "")
        for place in columns
    )
    return f"第 {lines} 行：{named}"


def _skipped(sheet: Sheet) -> str:
    skipped = sheet.header["skipped"]
    parts = []
    for name, word in (("sums", "合计行"), ("notes", "表下说明"), ("headings", "重复表头")):
        if skipped[name]:
            shown = "、".join(str(line) for line in skipped[name][:FIRST_LINES])
            parts.append(f"{word}：第 {shown} 行")
    if skipped["blanks"]:
        parts.append(f"空行 {len(skipped['blanks'])} 行")
    return "；".join(parts)


def reasons_of(sheets: list[Sheet], *, to: Asker) -> dict[int, list[Reason]]:
    """Verdicts by sheet and kind, worst and most frequent first, each with its first lines.

    Groups are counted by the database; line numbers are read for the first of each group only.
    """
    found = Verdict.objects.seen_by(to).filter(sheet__in=sheets)
    groups: list[dict[str, Any]] = list(
        found.values("sheet_id", "code", "severity", "column", "letter")
        .annotate(count=Count("line", distinct=True), sample=Min("id"))
        .order_by("-severity", "-count", "code")  # type: ignore[arg-type]
    )
    samples = found.in_bulk([group["sample"] for group in groups])
    lines = _first_lines(found, groups)
    result: dict[int, list[Reason]] = {}
    for group in groups:
        sample = samples[group["sample"]]
        reason = _reason(group, sample, lines[group["sample"]], sheets)
        result.setdefault(group["sheet_id"], []).append(reason)
    return result


def _first_lines(
    found: ScopedQuerySet[Verdict], groups: list[dict[str, Any]]
) -> dict[int, tuple[int, ...]]:
    """The first lines of each group, by the group's sample: one query for all groups."""
    kept: dict[tuple[Any, ...], dict[int, None]] = {}
    names = ("sheet_id", "code", "severity", "column")
    rows = found.order_by("sheet_id", "line").values_list(*names, "line")
    for *key, line in rows.iterator(5000):
        lines = kept.setdefault(tuple(key), {})
        if len(lines) < FIRST_LINES:
            lines[line] = None
    return {group["sample"]: tuple(kept[tuple(group[name] for name in names)]) for group in groups}


def _reason(
    group: dict[str, Any], sample: Verdict, lines: tuple[int, ...], sheets: list[Sheet]
) -> Reason:
    sheet = next(sheet for sheet in sheets if sheet.pk == group["sheet_id"])
    place = sheet.header["columns"].get(group["column"])
    return Reason(
        code=group["code"],
        severity=group["severity"],
        label=place["label"] if place else "整行",
        letter=group["letter"],
        count=group["count"],
        lines=lines,
        message=explain(sample.code, sample.params),
    )


def counts_by_outcome(*, to: Asker) -> dict[str, int]:
    """How many receipts ended each way, for the inbox's tabs."""
    rows = Receipt.objects.seen_by(to).values("outcome").annotate(count=Count("id"))
    return {row["outcome"]: row["count"] for row in rows.order_by("outcome")}


def handing_offices(*, to: Asker) -> list[tuple[int, str]]:
    """Offices with at least one receipt, for the inbox's filter."""
    rows = Receipt.objects.seen_by(to).values_list("office_id", "office__name").distinct()
    return list(rows.order_by("office__name"))


def handed_months(*, to: Asker) -> list[int]:
    """Months (yyyymm) with at least one sheet, newest first, for the inbox's filter."""
    rows = Sheet.objects.seen_by(to).filter(~Q(month=None)).values_list("year", "month").distinct()
    return sorted((year * 100 + month for year, month in rows.order_by() if month), reverse=True)


#: A demonstration's pages count from so many days after the newest month handed in: its offices
#: are then writing that month up.
WRITTEN_UP: Final = timedelta(days=9)


def working_day(*, at: datetime, demonstration: bool) -> date:
    """The day pages count from: today, or the one a demonstration lives in."""
    everywhere = Asker.system("which month the county is reporting is the same for everybody")
    months = handed_months(to=everywhere) if demonstration else []
    return month_end(months[0]) + WRITTEN_UP if months else localdate(at)


def upload_job(pk: int, *, to: Asker) -> Upload | None:
    """An upload by its job's number with the receipts so far, or None if not this asker's."""
    job = Job.objects.seen_by(to).filter(pk=pk, kind="receive").first()
    if job is None:
        return None
    wanted = [entry["file"] for entry in job.args["files"]]
    found = (
        Receipt.objects.seen_by(to)
        .filter(file__in=wanted, office=job.args["office"], received_at__gte=job.queued_at)
        .order_by("id")
    )
    return Upload(job, len(wanted), tuple(found))
