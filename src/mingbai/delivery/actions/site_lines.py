"""Lines of a ledger of works become records; what does not fit is listed, with what to do."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, Final, Literal

from mingbai.base.models import User
from mingbai.base.periods import month_end
from mingbai.delivery.models import (
    EnteredWorks,
    MilestoneReport,
    SiteDetails,
    SiteProgress,
    WorkSite,
)
from mingbai.delivery.queries.sites import Matter
from mingbai.engine.money import show_scaled
from mingbai.intake.models import REJECT, Sheet
from mingbai.rulebook.model import Book, WorkNetwork

Code = Literal[
    "not_works",
    "listed_twice",
    "fell",
    "over_plan",
    "after_month",
    "out_of_order",
    "plan_too_late",
    "no_longer_listed",
    "withdrawn",
]
TEXTS: Final[Mapping[str, str]] = {
    "not_works": "“{name}”所填子项不是当年的工程类子项，本行未计入；请核对子项名称",
    "listed_twice": "“{name}”在本表已有一行，本行未计入；请合并为一行，或用编号区分",
    "fell": "“{name}”累计完成投资 {said}，比上次的 {held} 少；请说明原因或更正",
    "over_plan": "“{name}”累计完成投资 {said}，超过计划投资 {held}；请核对金额单位，或先调整计划",
    "after_month": "“{name}”的{step}日期 {said} 晚于台账月份，未计入；计划日期请填在计划栏",
    "out_of_order": "“{name}”的{step}日期 {said} 早于{before}日期 {held}；确属提前的请补手续",
    "plan_too_late": "“{name}”计划竣工 {said}，晚于本子项应完成的 {held}；排期按后者，请调整计划",
    "withdrawn": "“{name}”已经撤销，本行未计入；撤错了的请县民生办重新登记",
    "no_longer_listed": "“{name}”上次在台账上，这次没有；请补上，确已取消的请来函说明",
}
_STEP = Decimal("0.0001")
_DETAILS: Final = (
    "name", "place", "quantity", "contractor", "contractor_code", "contract_number",
    "contract_amount", "planned_amount", "planned_start_date", "planned_finish_date",
)  # fmt: skip
#: Columns of the roster that are called otherwise than the field.
_COLUMN_OF: Final = {"name": "site_name"}
_TEXT_LENGTHS: Final = {"name": 120, "place": 120, "contractor": 120, "contract_number": 60}


@dataclass(frozen=True)
class Problem:
    """One line that does not fit; line 0 is the whole sheet. All words, nothing personal."""

    line: int
    code: Code
    params: Mapping[str, str]

    @property
    def message(self) -> str:
        """What is wrong, on which line, and what to do next."""
        text = TEXTS[self.code].format(**self.params)
        return f"第 {self.line} 行：{text}。" if self.line else f"{text}。"

    def as_json(self) -> dict[str, Any]:
        """As the entered ledger keeps it."""
        return {"line": self.line, "code": self.code, "params": dict(self.params)}


@dataclass
class Known:
    """What is known of a year's sites before a sheet is read, kept up while lines are read."""

    by_name: dict[tuple[str, str, str], WorkSite] = field(default_factory=dict)
    by_number: dict[tuple[str, str], WorkSite] = field(default_factory=dict)
    details: dict[int, SiteDetails] = field(default_factory=dict)
    invested: dict[int, dict[int, int]] = field(default_factory=dict)
    #: Site -> matter -> (newest number, its day) over all reports, confirmed or not.
    reported: dict[int, dict[Matter, tuple[int, date | None]]] = field(default_factory=dict)
    #: Office, sub-item -> period -> sites its ledger lists.
    listed: dict[tuple[int, str], dict[int, set[int]]] = field(default_factory=dict)
    #: Sites given up: a ledger neither brings them back nor misses them.
    withdrawn: set[int] = field(default_factory=set)

    def keep(self, site: WorkSite) -> None:
        """Remember a site under its name and its number."""
        self.by_name[site.sub_item, site.town_id, site.name_fold] = site
        if site.number:
            self.by_number[site.sub_item, site.number] = site

    def invested_before(self, site: int, period: int) -> int | None:
        """Money invested by the newest month before; ``None`` when no ledger said any."""
        months = self.invested.get(site, {})
        earlier = [month for month in months if month < period]
        return months[max(earlier)] if earlier else None


@dataclass
class Lines:
    """What one ledger adds: new sites are saved at once, the rest is saved in bulk."""

    details: list[SiteDetails] = field(default_factory=list)
    progress: list[SiteProgress] = field(default_factory=list)
    reports: list[MilestoneReport] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)


@dataclass(frozen=True)
class Hand:
    """Who reports by a sheet, and when."""

    by: User | None
    at: datetime


def fold_name(text: str) -> str:
    """A site's name for comparing: no spaces, no marks, full and half width alike."""
    folded = unicodedata.normalize("NFKC", text)
    return "".join(c for c in folded if c.isalnum())[:120]


def read_ledger(
    sheet: Sheet,
    rows: Iterable[Mapping[str, Any]],
    entered: EnteredWorks,
    *,
    known: Known,
    book: Book,
    hand: Hand,
) -> Lines:
    """Lines of one ledger as records not yet saved (but new sites); rejected rows are left out."""
    reader = _Reader(sheet, entered, known, book, hand)
    for row in rows:
        if row.get("verdict") != REJECT:
            reader.read(row)
    reader.look_for_the_missing()
    return reader.made


class _Reader:
    def __init__(
        self, sheet: Sheet, entered: EnteredWorks, known: Known, book: Book, hand: Hand
    ) -> None:
        self.sheet, self.entered, self.known = sheet, entered, known
        self.book, self.hand, self.made = book, hand, Lines()
        self.period = sheet.period or 0
        self.last_day = month_end(self.period)
        self.items = {item.code: item for item in book.sub_items if item.kind == "works"}
        self.seen: dict[str, set[int]] = {}

    def read(self, row: Mapping[str, Any]) -> None:
        code = row.get("sub_item") or self.sheet.sub_item or ""
        name = (row.get("site_name") or "").strip()
        if code not in self.items:
            self._tell(row, "not_works", name=name)
            return
        site = self._site(row, code, name)
        if site.pk in self.seen.setdefault(code, set()):
            self._tell(row, "listed_twice", name=name)
            return
        self.seen[code].add(site.pk)
        if site.pk in self.known.withdrawn:
            self._tell(row, "withdrawn", name=name)
            return
        details = self._details(row, site, name)
        self._progress(row, site, details)
        self._milestones(row, site, name)

    def look_for_the_missing(self) -> None:
        """Sites that this office's ledger of the month before listed, and this one does not."""
        for code, present in self.seen.items():
            months = self.known.listed.setdefault((self.sheet.office_id, code), {})
            earlier = [month for month in months if month < self.period]
            missing = months[max(earlier)] - present - self.known.withdrawn if earlier else set()
            for pk in sorted(missing):
                name = self.known.details[pk].name
                self.made.problems.append(Problem(0, "no_longer_listed", {"name": name}))
            months[self.period] = set(present)

    def _tell(self, row: Mapping[str, Any], code: Code, **params: str) -> None:
        self.made.problems.append(Problem(row["line"], code, params))

    def _origin(self, row: Mapping[str, Any]) -> dict[str, Any]:
        return {
            "origin_file_id": self.sheet.file_id,
            "origin_sheet": self.sheet.number,
            "origin_line": row["line"],
            "act_id": self.entered.act_id,
        }

    def _site(self, row: Mapping[str, Any], code: str, name: str) -> WorkSite:
        number, fold = (row.get("site_number") or "").strip()[:40], fold_name(name)
        town = row["town"]
        found = self.known.by_number.get((code, number)) if number else None
        namesake = self.known.by_name.get((code, town, fold))
        if found is None and namesake is not None and not (number and namesake.number):
            found = namesake
        if found is None:
            # Two places of one name are told apart by their numbers.
            own = fold if namesake is None and fold else f"{fold}{number}"[-120:]
            found = WorkSite.objects.create(
                year=self.sheet.year, sub_item=code, town_id=town, office_id=self.sheet.office_id,
                number=number, name_fold=own, **self._origin(row),
            )  # fmt: skip
            self.known.keep(found)
        return found

    def _details(self, row: Mapping[str, Any], site: WorkSite, name: str) -> SiteDetails:
        """The newest details with this line's; an empty cell leaves what is known."""
        last = self.known.details.get(site.pk)
        said = {key: _value(key, row.get(_COLUMN_OF.get(key, key))) for key in _DETAILS}
        values = {
            key: value
            if value not in (None, "")
            else getattr(
                last, key, "" if key in _TEXT_LENGTHS or key == "contractor_code" else None
            )
            for key, value in said.items()
        }
        self._judge_plan(row, site, name, values)
        if last is not None and all(getattr(last, key) == values[key] for key in _DETAILS):
            return last
        made = SiteDetails(
            site=site, turn=last.turn + 1 if last else 1, made_at=self.hand.at,
            made_by=self.hand.by, **values, **self._origin(row),
        )  # fmt: skip
        self.known.details[site.pk] = made
        self.made.details.append(made)
        return made

    def _judge_plan(
        self, row: Mapping[str, Any], site: WorkSite, name: str, values: dict[str, Any]
    ) -> None:
        start, finish = values["planned_start_date"], values["planned_finish_date"]
        due = self.items[site.sub_item].schedule.finish_date
        if finish is not None and finish > due:
            self._tell(row, "plan_too_late", name=name, said=str(finish), held=str(due))
        if start is not None and finish is not None and finish < start:
            self._tell(
                row, "out_of_order", name=name, step="计划竣工", said=str(finish),
                before="计划开工", held=str(start),
            )  # fmt: skip
            values["planned_finish_date"] = None

    def _progress(self, row: Mapping[str, Any], site: WorkSite, details: SiteDetails) -> None:
        invested = row.get("invested_amount")
        before = self.known.invested_before(site.pk, self.period)
        if invested is not None:
            if before is not None and invested < before:
                self._tell(row, "fell", name=details.name, said=_wan(invested), held=_wan(before))
            planned = details.planned_amount
            if planned is not None and invested > planned:
                self._tell(
                    row, "over_plan", name=details.name, said=_wan(invested), held=_wan(planned)
                )
            self.known.invested.setdefault(site.pk, {})[self.period] = invested
        self.made.progress.append(
            SiteProgress(
                site=site, entered_works=self.entered, period=self.period,
                invested_amount=invested, done_quantity=_number(row.get("done_quantity")),
                **self._origin(row),
            )
        )  # fmt: skip

    def _milestones(self, row: Mapping[str, Any], site: WorkSite, name: str) -> None:
        network = self._network(site.sub_item)
        known = self.known.reported.setdefault(site.pk, {})
        days: dict[str, date] = {}
        for code, step, day in _dates(row, network):
            if day > self.last_day:
                self._tell(row, "after_month", name=name, step=step, said=str(day))
                continue
            days[code] = day
            number, reported = known.get((code, "done"), (0, None))
            if reported == day:
                continue
            known[code, "done"] = (number + 1, day)
            self.made.reports.append(
                MilestoneReport(
                    site=site, step=code, what=MilestoneReport.What.DONE, number=number + 1,
                    stage=network.stage(code, done=True), actual_date=day,
                    reported_at=self.hand.at, reported_by=self.hand.by,
                    **self._origin(row),
                )
            )  # fmt: skip
        self._judge_order(row, name, network, days)

    def _judge_order(
        self, row: Mapping[str, Any], name: str, network: WorkNetwork, days: Mapping[str, date]
    ) -> None:
        for step in network.steps:
            for link in step.after:
                first, later = days.get(link.before), days.get(step.code)
                if first is not None and later is not None and later < first:
                    self._tell(
                        row, "out_of_order", name=name, step=step.name, said=str(later),
                        before=network.step(link.before).name, held=str(first),
                    )  # fmt: skip

    def _network(self, sub_item: str) -> WorkNetwork:
        return self.book.works.network_of(sub_item, self.last_day)


def _dates(row: Mapping[str, Any], network: WorkNetwork) -> Iterator[tuple[str, str, date]]:
    """The milestones a line dates: the roster's column is the step's code with ``_date``."""
    for step in network.steps:
        day = row.get(f"{step.code}_date")
        if day is not None:
            yield step.code, step.name, day


def _value(key: str, value: Any) -> Any:
    if key in _TEXT_LENGTHS:
        return " ".join(str(value or "").split())[: _TEXT_LENGTHS[key]]
    if key == "contractor_code":
        return value or ""
    return _number(value) if key == "quantity" else value


def _number(value: Any) -> Decimal | None:
    if value in (None, ""):
        return None
    number = Decimal(str(value)).quantize(_STEP, rounding=ROUND_HALF_UP)
    return number if number >= 0 else None


def _wan(amount: int) -> str:
    return show_scaled(amount, "万元", 2)
