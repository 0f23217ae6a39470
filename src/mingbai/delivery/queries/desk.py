"""Who owes which month's report, what was handed in, and what a checker has said of it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final, Literal

from mingbai.base.models import Office
from mingbai.base.scope import Asker, ScopedQuerySet
from mingbai.delivery.models import EnteredSheet, ProgressReport, ReportStep, ReportWaiver
from mingbai.delivery.queries.questions import Question, questions_of
from mingbai.delivery.queries.reports import last_sheets, newest_reports, newest_sheets
from mingbai.programme.models import Measure
from mingbai.programme.queries import shares, sub_items, targets
from mingbai.rulebook.model import Book

ReportState = Literal["missing", "returned", "asked", "waiting", "confirmed", "exempt"]

#: What a state is called, and the tone it is shown in; the worst first.
STATE_WORDS: Final[dict[ReportState, tuple[str, str]]] = {
    "missing": ("未报", "bad"),
    "returned": ("已退回", "bad"),
    "asked": ("待说明", "warn"),
    "waiting": ("未核", "warn"),
    "confirmed": ("已核", "ok"),
    "exempt": ("已报", "ok"),
}
_WITH: Final = (
    "sheet__office",
    "sheet__receipt__received_by",
    "sheet__town",
    "step__step_by",
)
_HOUSE: Final = Asker.system("who owes a report follows from the list and is no secret")


@dataclass(frozen=True)
class ReportCard:
    """One sheet handed in for a month, its questions, and what was said of it."""

    entered: EnteredSheet
    state: ReportState
    questions: tuple[Question, ...]
    step: ReportStep | None

    @property
    def open_count(self) -> int:
        """Differences the office has not answered yet."""
        return sum(question.is_open for question in self.questions)

    @property
    def words(self) -> str:
        """The state in a word."""
        return STATE_WORDS[self.state][0]

    @property
    def tone(self) -> str:
        """The state's style."""
        return STATE_WORDS[self.state][1]


@dataclass(frozen=True)
class OfficeReport:
    """An office that owes a month's report, and what it handed in."""

    office: Office
    cards: tuple[ReportCard, ...]

    @property
    def state(self) -> ReportState:
        """The worst state of its sheets; missing where there is none."""
        order = list(STATE_WORDS)
        return min((card.state for card in self.cards), key=order.index, default="missing")

    @property
    def words(self) -> str:
        """The state in a word."""
        return STATE_WORDS[self.state][0]

    @property
    def tone(self) -> str:
        """The state's style."""
        return STATE_WORDS[self.state][1]


@dataclass(frozen=True, slots=True)
class DueLine:
    """One measure an office reports: its target, and what it said last month."""

    measure: Measure
    target: Decimal | None
    before: Decimal | None
    before_period: int | None
    said: Decimal | None

    @property
    def name(self) -> str:
        """The field's name on the page."""
        return f"{self.measure.sub_item.code}|{self.measure.code}"


def reports_seen(*, to: Asker, year: int) -> ScopedQuerySet[EnteredSheet]:
    """Progress tables of the year as last handed in, with those sent back."""
    found = EnteredSheet.objects.seen_by(to).filter(sheet__year=year, sheet__kind="progress")
    return found.select_related(*_WITH)


def report_seen(pk: int, *, to: Asker) -> EnteredSheet | None:
    """One progress table, if this asker may see it."""
    return next(iter(reports_numbered((pk,), to=to)), None)


def reports_numbered(numbers: Iterable[int], *, to: Asker) -> tuple[EnteredSheet, ...]:
    """Of these progress tables (primary keys) those the asker may see; one query."""
    found = EnteredSheet.objects.seen_by(to).filter(pk__in=list(numbers), sheet__kind="progress")
    return tuple(found.select_related(*_WITH).order_by("pk"))


def cards_of(sheets: Iterable[EnteredSheet], *, book: Book) -> tuple[ReportCard, ...]:
    """Each sheet with its questions and its state."""
    given = list(sheets)
    waiting = [each for each in given if each.must_confirm and _step(each) is None]
    questions = questions_of(sheets=waiting, book=book)
    return tuple(_card(each, questions.get(each.pk, ())) for each in given)


def _card(entered: EnteredSheet, questions: tuple[Question, ...]) -> ReportCard:
    step = _step(entered)
    state: ReportState = "waiting"
    if not entered.must_confirm:
        state = "exempt"
    elif step is not None:
        state = "confirmed" if step.step == ReportStep.Step.CONFIRMED else "returned"
    elif any(question.is_open for question in questions):
        state = "asked"
    return ReportCard(entered, state, questions, step)


def _step(entered: EnteredSheet) -> ReportStep | None:
    found: ReportStep | None = getattr(entered, "step", None)
    return found


def office_reports(*, to: Asker, book: Book, period: int) -> tuple[OfficeReport, ...]:
    """Every office that owes this month's report, departments before towns; within the scope.

    A department owes it for sub-items whose target is set, a town for its shares.
    """
    owing = owing_offices(year=book.year, period=period)
    last = last_sheets().filter(sheet__month=period % 100, reports_count__gt=0)
    seen = reports_seen(to=to, year=book.year).filter(pk__in=last.values("pk"))
    by_office: dict[int, list[ReportCard]] = defaultdict(list)
    for card in cards_of(seen.order_by("pk"), book=book):
        by_office[card.entered.sheet.office_id].append(card)
    mine = [
        office
        for office in owing
        if to.sees_all or office.pk in to.office_ids or office.pk in by_office
    ]
    return tuple(OfficeReport(office, tuple(by_office[office.pk])) for office in mine)


def owing_offices(*, year: int, period: int) -> tuple[Office, ...]:
    """Who owes a month's report by the list: lead departments, then towns; three queries."""
    leads = {
        measure.sub_item.lead_office_id
        for measure in targets(to=_HOUSE, year=year)
        if measure.target_state == "set" and measure.target
    }
    towns = {share.town_id for share in shares(to=_HOUSE, year=year) if share.share}
    why = "names of offices are public"
    offices = Office.objects.unscoped(why).filter(valid_to__isnull=True).order_by("code")
    found = [each for each in offices if each.pk in leads]
    found += [
        each for each in offices if each.kind == Office.Kind.TOWN and each.division_id in towns
    ]
    return tuple(found)


def due_lines(*, office: Office, year: int, period: int) -> tuple[DueLine, ...]:
    """What an office reports for a month, in the order of the list; five queries.

    A department: every measure of the sub-items it leads; a town: the measures it has a share of.
    """
    town = office.division_id if office.kind == Office.Kind.TOWN else None
    parts = {
        share.measure_id: share.share
        for share in shares(to=_HOUSE, year=year)
        if town is not None and share.town_id == town
    }
    own = {
        item.code
        for item in sub_items(to=_HOUSE, year=year)
        if town is None and item.lead_office_id == office.pk
    }
    wanted = [
        measure
        for measure in targets(to=_HOUSE, year=year)
        if measure.pk in parts or measure.sub_item.code in own
    ]
    said: dict[tuple[str, str], dict[int, Decimal]] = defaultdict(dict)
    codes = {measure.sub_item.code for measure in wanted}
    for report in newest_reports(to=_HOUSE, year=year, sub_items=codes) if codes else ():
        if report.office_id == office.pk and report.town == town:
            said[report.sub_item, report.measure][report.period] = report.total_done
    return tuple(
        _due_line(
            measure,
            parts.get(measure.pk) if town else measure.target,
            said[measure.sub_item.code, measure.code],
            period,
        )
        for measure in wanted
    )


def _due_line(
    measure: Measure, target: Decimal | None, said: dict[int, Decimal], period: int
) -> DueLine:
    last = max((month for month in said if month < period), default=None)
    before = None if last is None else said[last]
    return DueLine(measure, target, before, last, said.get(period))


def lines_of(entered: EnteredSheet) -> tuple[tuple[ProgressReport, Measure | None], ...]:
    """A report's lines with their measures, in the order of the sheet; two queries."""
    why = "the lines of a report the asker was shown"
    lines = ProgressReport.objects.unscoped(why).filter(entered_sheet=entered)
    named = {
        (measure.sub_item.code, measure.code): measure
        for measure in targets(to=_HOUSE, year=entered.sheet.year)
    }
    return tuple(
        (line, named.get((line.sub_item, line.measure))) for line in lines.order_by("origin_line")
    )


def unconfirmed_sheets(*, to: Asker, year: int, through: date) -> tuple[EnteredSheet, ...]:
    """Reports up to a day that no checker has confirmed or sent back; one query."""
    found = newest_sheets().filter(
        must_confirm=True,
        step__isnull=True,
        sheet__year=year,
        sheet__month__lte=through.month,
        reports_count__gt=0,
    )
    seen = reports_seen(to=to, year=year).filter(pk__in=found.values("pk"))
    return tuple(seen.order_by("sheet__month", "sheet__office__code", "pk"))


def is_waived(sheets: Iterable[EnteredSheet], *, year: int) -> bool:
    """Whether a leader agreed to close the books without these reports; one query."""
    left = {each.pk for each in sheets}
    given = ReportWaiver.objects.unscoped("a leader's word binds everybody").filter(year=year)
    return not left or any(left <= set(each) for each in given.values_list("sheets", flat=True))
