"""Rows of progress tables and training rosters become records; what does not fit is listed."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, Literal

from mingbai.base.periods import month_end
from mingbai.delivery.models import EnteredSheet, ProgressReport, TrainingHead
from mingbai.intake.models import REJECT, Sheet
from mingbai.programme.models import Measure

Code = Literal[
    "unknown_sub_item",
    "unknown_measure",
    "listed_twice",
    "no_month",
    "no_sub_item",
    "missing_total",
    "unit_differs",
    "target_differs",
    "fell",
    "sum_differs",
]
_TEXTS: Mapping[str, str] = {
    "unknown_sub_item": "项目名称不在当年清单内，本行未计入；请按清单核对名称后重报",
    "unknown_measure": "该子项有几个指标，看不出本行报的是哪一个，本行未计入；请写明指标名称",
    "listed_twice": "同一指标在本表已报过一行，本行未计入；请合并为一行后重报",
    "no_month": "表上看不出是哪个月的，整张表未计入；请在表名或标题写明年月",
    "no_sub_item": "花名册看不出属于哪个子项，整张表未计入；请在表名或标题写明项目",
    "missing_total": "没有累计完成数，本行未计入；请补填",
    "unit_differs": "计量单位与清单不同，无法换算，已按清单单位计入；请核对单位",
    "target_differs": "年度目标填 {said}，县定目标为 {held}；请核对责任书",
    "fell": "累计完成 {said}，比上月的 {held} 少；请说明原因或更正",
    "sum_differs": "累计完成 {said}，与上月累计加本月完成的 {held} 不等；请核对",
}
_STEP = Decimal("0.0001")


@dataclass(frozen=True)
class ProgressDiscrepancy:
    """One line that does not fit; ``said`` is theirs, ``held`` ours. Line 0 is the whole sheet."""

    sheet_id: int
    line: int
    sub_item: str
    code: Code
    measure: str = ""
    said: Decimal | None = None
    held: Decimal | None = None

    @property
    def message(self) -> str:
        """What is wrong, on which line, and what to do next."""
        text = _TEXTS[self.code].format(said=_plain(self.said), held=_plain(self.held))
        return f"第 {self.line} 行：{text}。" if self.line else f"整张表：{text}。"


@dataclass(frozen=True)
class Ground:
    """What a sheet is read against: measures by sub-item and the totals reported before."""

    measures: Mapping[str, tuple[Measure, ...]]
    earlier: Callable[[Sheet, str, str], Decimal | None]


def town_of(sheet: Sheet) -> str | None:
    """The town a sheet speaks for: its own mark, or else the town of the office."""
    if sheet.town_id:
        return sheet.town_id
    office = sheet.office
    if office.kind in (office.Kind.TOWN, office.Kind.VILLAGE) and office.division_id:
        return office.division_id[:9]
    return None


def read_progress(
    sheet: Sheet, rows: Iterable[Mapping[str, Any]], entered: EnteredSheet, ground: Ground
) -> tuple[list[ProgressReport], list[ProgressDiscrepancy]]:
    """Reports of one progress table, unsaved, and what did not fit; rejected rows left out."""
    if sheet.period is None:
        return [], [ProgressDiscrepancy(sheet.pk, 0, "", "no_month")]
    reader = _ProgressReader(sheet, entered, ground)
    for row in rows:
        if row.get("verdict") != REJECT:
            reader.read(row)
    return list(reader.reports.values()), reader.problems


class _ProgressReader:
    """Reads the rows of one table; a measure counts once."""

    def __init__(self, sheet: Sheet, entered: EnteredSheet, ground: Ground) -> None:
        self.sheet, self.entered, self.ground = sheet, entered, ground
        self.town = town_of(sheet)
        self.reports: dict[tuple[str, str], ProgressReport] = {}
        self.problems: list[ProgressDiscrepancy] = []

    def read(self, row: Mapping[str, Any]) -> None:
        """Turn one row into a report or a problem; a doubtful one becomes both."""
        code = row.get("sub_item") or self.sheet.sub_item or ""
        problem = ProgressDiscrepancy(self.sheet.pk, row["line"], code, "unknown_sub_item")
        if code not in self.ground.measures:
            self.problems.append(problem)
            return
        measure = _measure(self.ground.measures[code], row.get("measure") or "")
        if measure is None:
            self.problems.append(replace(problem, code="unknown_measure"))
            return
        problem = replace(problem, measure=measure.code)
        factor, unit_fits = _factor(row.get("unit_name") or "", measure.unit)
        total = _number(row.get("total_done"), factor)
        if (code, measure.code) in self.reports:
            self.problems.append(replace(problem, code="listed_twice"))
            return
        if total is None:
            self.problems.append(replace(problem, code="missing_total"))
            return
        if not unit_fits:
            self.problems.append(replace(problem, code="unit_differs"))
        month = _number(row.get("month_done"), factor)
        self._keep(code, measure.code, row["line"], total, month)
        before = self.ground.earlier(self.sheet, code, measure.code)
        self.problems.extend(_against(problem, total, month, before))
        target = _number(row.get("target"), factor)
        if self.town is None and None not in (target, measure.target) and target != measure.target:
            self.problems.append(
                replace(problem, code="target_differs", said=target, held=measure.target)
            )

    def _keep(
        self, code: str, measure: str, line: int, total: Decimal, month: Decimal | None
    ) -> None:
        self.reports[code, measure] = ProgressReport(
            entered_sheet=self.entered,
            year=self.sheet.year,
            sub_item=code,
            measure=measure,
            town_id=self.town,
            office_id=self.sheet.office_id,
            period=self.sheet.period or 0,
            month_done=month,
            total_done=total,
            origin_file_id=self.sheet.file_id,
            origin_sheet=self.sheet.number,
            origin_line=line,
            act_id=self.entered.act_id,
        )


def read_training(
    sheet: Sheet, rows: Iterable[Mapping[str, Any]], entered: EnteredSheet, known: frozenset[str]
) -> tuple[list[TrainingHead], list[ProgressDiscrepancy]]:
    """Heads of one training roster, not yet saved; rejected rows and rows without a key left out.

    A roster that says of nobody whether he passed counts all its accepted rows; one that says it of
    some counts those it calls passed.
    """
    code = sheet.sub_item or ""
    if code not in known:
        return [], [ProgressDiscrepancy(sheet.pk, 0, code, "no_sub_item")]
    kept = [row for row in rows if row.get("verdict") != REJECT and row.get("id_key")]
    judged = any(row.get("passed") for row in kept)
    last_day = month_end(sheet.period) if sheet.period else None
    heads: list[TrainingHead] = []
    for row in kept:
        done = row.get("end_date") or row.get("start_date") or last_day
        if done is None:
            return [], [ProgressDiscrepancy(sheet.pk, 0, code, "no_month")]
        heads.append(
            TrainingHead(
                entered_sheet=entered,
                year=sheet.year,
                sub_item=code,
                town_id=town_of(sheet),
                office_id=sheet.office_id,
                period=sheet.period or done.year * 100 + done.month,
                done_date=done,
                passed=row.get("passed") == "yes" if judged else True,
                head_key=row["id_key"],
                seat_key=_seat(row["id_key"], row.get("course") or ""),
                origin_file_id=sheet.file_id,
                origin_sheet=sheet.number,
                origin_line=row["line"],
                act_id=entered.act_id,
            )
        )
    return heads, []


def _seat(id_key: bytes, course: str) -> bytes:
    """One person in one course: the same course twice is one 人次."""
    word = "".join(course.split())
    return hashlib.blake2b(id_key + word.encode(), digest_size=16).digest()


def _against(
    problem: ProgressDiscrepancy, total: Decimal, month: Decimal | None, before: Decimal | None
) -> list[ProgressDiscrepancy]:
    if before is None:
        return []
    if total < before:
        return [replace(problem, code="fell", said=total, held=before)]
    if month is not None and before + month != total:
        return [replace(problem, code="sum_differs", said=total, held=before + month)]
    return []


def _measure(measures: tuple[Measure, ...], text: str) -> Measure | None:
    """Which measure a row means; one measure needs no name, several need one that fits only one."""
    if len(measures) == 1:
        return measures[0]
    word = _bare(text)
    exact = [m for m in measures if word and word in (m.code, _bare(m.name))]
    if len(exact) == 1:
        return exact[0]
    near = [m for m in measures if word and (word in _bare(m.name) or _bare(m.name) in word)]
    return near[0] if len(near) == 1 else None


def _bare(text: str) -> str:
    return "".join(c for c in text if c.isalnum())


def _factor(said: str, unit: str) -> tuple[Decimal, bool]:
    """What turns the office's unit into the measure's; ``False`` when the two do not convert."""
    said = "".join(said.split())
    if not said or said == unit:
        return Decimal(1), True
    if said == f"万{unit}":
        return Decimal(10_000), True
    if unit == f"万{said}":
        return Decimal(1).scaleb(-4), True
    lengths = {"米": Decimal(1), "公里": Decimal(1000), "千米": Decimal(1000)}
    if said in lengths and unit in lengths:
        return lengths[said] / lengths[unit], True
    return Decimal(1), False


def _number(value: Any, factor: Decimal) -> Decimal | None:
    if value is None or value == "":
        return None
    number = (Decimal(str(value)) * factor).quantize(_STEP, rounding=ROUND_HALF_UP)
    return number if number >= 0 else None


def _plain(value: Decimal | None) -> str:
    return "" if value is None else f"{value.normalize():f}"
