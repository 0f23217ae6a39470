"""What a month's report must answer before it counts: each difference with its two figures."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Final

from mingbai.base.periods import month_end
from mingbai.delivery.models import EnteredSheet, ProgressReport, ReportAnswer, ReportDoubt
from mingbai.delivery.queries.grounds import Grounds, Place, load_grounds
from mingbai.programme.models import Measure
from mingbai.rulebook.model import Book, ReportRule

#: Doubts of a line that was left out as a whole; they share one effect in the rulebook.
_LEFT_OUT: Final = {
    "unknown_sub_item": "项目名称不在当年清单内，未计入",
    "unknown_measure": "看不出报的是哪个指标，未计入",
    "listed_twice": "同一指标在本表已报过一行，未计入",
    "missing_total": "没有累计完成数，未计入",
    "no_month": "整张表看不出是哪个月的，未计入",
}
_TEXTS: Final[Mapping[str, str]] = {
    "fell": "累计 {said}，比上次报的 {held} 少",
    "sum_differs": "累计 {said}，上次累计加本月完成是 {held}",
    "target_differs": "表上年度目标 {said}，县定目标 {held}",
    "unit_differs": "计量单位与清单不同，已按清单单位计入",
    "towns_differ": "部门报 {said}，各镇合计 {held}",
    "people_differ": "报 {said}，登记在册享受过的 {held}",
    "roster_differs": "报 {said}，学员花名册上合格的 {held}",
    "money_differs": "报 {said}，资金账上已拨付 {held}",
    "far_above": "累计 {said}，远超目标 {held}",
}
_MONEY_UNITS: Final = {
    "元": Decimal(1),
    "万元": Decimal(10_000),
    "亿元": Decimal(100_000_000),
}
_RATES: Final = ("%", "％")


@dataclass(frozen=True, slots=True)
class Question:
    """One difference of one line: what the report says, what stands against it.

    ``town`` is the place the report speaks for. ``answer`` holds for exactly these figures: where
    they move, the question is open again.
    """

    entered_id: int
    code: str
    sub_item: str
    measure: str
    line: int
    unit: str = ""
    said: Decimal | None = None
    held: Decimal | None = None
    holds: bool = True
    town: str | None = None
    answer: ReportAnswer | None = None

    @property
    def key(self) -> str:
        """Names the question within its report."""
        return f"{self.code}|{self.sub_item}|{self.measure}|{self.line}"

    @property
    def is_open(self) -> bool:
        """Whether the report cannot be confirmed because of it."""
        return self.holds and self.answer is None

    @property
    def text(self) -> str:
        """The difference in words, with both figures."""
        if self.code in _LEFT_OUT:
            return _LEFT_OUT[self.code]
        said, held = (
            "" if each is None else f"{each.normalize():f}{self.unit}"
            for each in (self.said, self.held)
        )
        return _TEXTS[self.code].format(said=said, held=held)


def questions_of(*, sheets: Sequence[EnteredSheet], book: Book) -> dict[int, tuple[Question, ...]]:
    """Entered sheet -> its questions by line; queries grow with months asked about, not with rows.

    ``sheets`` come with ``sheet`` and ``sheet.office`` loaded. The figures compared are counts and
    totals of the county or of the town reported; no person is named.
    """
    asked = [each for each in sheets if each.sheet.period]
    rules = {each.pk: book.report_rule(month_end(each.sheet.period or 0)) for each in asked}
    asked = [each for each in asked if rules[each.pk] is not None]
    found: dict[int, list[Question]] = {each.pk: [] for each in sheets}
    if not asked:
        return dict.fromkeys(found, ())
    reports: dict[int, list[ProgressReport]] = defaultdict(list)
    why = "a report's own lines are held against the house's books"
    numbers = [each.pk for each in asked]
    lines = ProgressReport.objects.unscoped(why).filter(entered_sheet__in=numbers)
    for line in lines.order_by("origin_line"):
        reports[line.entered_sheet_id].append(line)
    doubts: dict[int, list[ReportDoubt]] = defaultdict(list)
    kept = ReportDoubt.objects.unscoped(why).filter(entered_sheet__in=numbers)
    for doubt in kept.order_by("line", "id"):
        doubts[doubt.entered_sheet_id].append(doubt)
    grounds = load_grounds(book.year, [line for each in reports.values() for line in each])
    for each in asked:
        rule = rules[each.pk]
        if rule is not None:
            asking = _Asking(rule, grounds, each)
            found[each.pk] = [*asking.of_doubts(doubts[each.pk]), *asking.of(reports[each.pk])]
    return _answered(found)


def _answered(found: Mapping[int, list[Question]]) -> dict[int, tuple[Question, ...]]:
    answers = ReportAnswer.objects.unscoped("answers stand beside their questions").filter(
        entered_sheet__in=[pk for pk, each in found.items() if each]
    )
    by_key = {
        (a.entered_sheet_id, a.code, a.sub_item, a.measure, a.line, a.said, a.held): a
        for a in answers.select_related("answered_by").order_by("id")
    }
    return {
        pk: tuple(
            sorted(
                (
                    replace(
                        q,
                        answer=by_key.get(
                            (pk, q.code, q.sub_item, q.measure, q.line, q.said, q.held)
                        ),
                    )
                    for q in each
                ),
                key=lambda q: q.line,
            )
        )
        for pk, each in found.items()
    }


class _Asking:
    """Asks one report, rule in hand."""

    def __init__(self, rule: ReportRule, grounds: Grounds, entered: EnteredSheet) -> None:
        self.rule, self.grounds, self.entered = rule, grounds, entered

    def _question(self, code: str, **told: object) -> Question:
        effects: Mapping[str, str] = {str(key): value for key, value in self.rule.effects.items()}
        effect = effects["line_left_out" if code in _LEFT_OUT else code]
        return Question(entered_id=self.entered.pk, code=code, holds=effect == "hold", **told)  # type: ignore[arg-type]

    def of_doubts(self, doubts: Iterable[ReportDoubt]) -> Iterator[Question]:
        """What the reader of the table saw."""
        for doubt in doubts:
            measure = self.grounds.measures.get((doubt.sub_item, doubt.measure))
            yield self._question(
                doubt.code,
                sub_item=doubt.sub_item,
                measure=doubt.measure,
                line=doubt.line,
                unit=measure.unit if measure else "",
                said=doubt.said,
                held=doubt.held,
            )

    def of(self, reports: Iterable[ProgressReport]) -> Iterator[Question]:
        """What the totals say against last month, people, money, towns and targets."""
        for report in reports:
            measure = self.grounds.measures.get((report.sub_item, report.measure))
            if measure is None:
                continue
            place = Place(report.sub_item, report.measure, report.town_id)
            for code, said, held in self._differences(report, measure, place):
                yield self._question(
                    code,
                    sub_item=report.sub_item,
                    measure=report.measure,
                    line=report.origin_line,
                    unit=measure.unit,
                    said=said,
                    held=held,
                    town=report.town_id,
                )

    def _differences(
        self, report: ProgressReport, measure: Measure, place: Place
    ) -> Iterator[tuple[str, Decimal, Decimal]]:
        total, rule, grounds = report.total_done, self.rule, self.grounds
        before = grounds.before(report)
        if before is not None and total < before:
            yield "fell", total, before
        elif before is not None and report.month_done is not None:
            added = before + report.month_done
            if added != total:
                yield "sum_differs", total, added
        target = grounds.target(measure, report.town_id)
        if target and measure.unit not in _RATES and total > target * rule.far_above:
            yield "far_above", total, target
        if report.town_id is None and measure.unit not in _RATES:
            towns = grounds.towns_total(place, report.period)
            if towns is not None and towns != total:
                yield "towns_differ", total, towns
        yield from self._against_rows(report, measure, place)

    def _against_rows(
        self, report: ProgressReport, measure: Measure, place: Place
    ) -> Iterator[tuple[str, Decimal, Decimal]]:
        """People claimed against people listed, money claimed against money released."""
        total, rule, grounds = report.total_done, self.rule, self.grounds
        if grounds.counts_heads(measure):
            listed = grounds.taught(measure, report.town_id, report.period)
            if listed is not None and _apart(total, listed, rule.people_tolerance):
                yield "roster_differs", total, listed
        elif grounds.counts_people(measure) and measure.unit in rule.people_units:
            people = grounds.enrolled(place, report.period)
            if _apart(total, people, rule.people_tolerance):
                yield "people_differ", total, people
        if measure.unit in _MONEY_UNITS and report.town_id is None:
            held = grounds.released(report.sub_item, report.period) / _MONEY_UNITS[measure.unit]
            held = held.quantize(Decimal("0.01"))
            if _apart(total, held, rule.money_tolerance):
                yield "money_differs", total, held


def _apart(said: Decimal, held: Decimal, tolerance: Decimal) -> bool:
    """Whether two figures differ by more than a share of the larger one."""
    return abs(said - held) > tolerance * max(said, held)
