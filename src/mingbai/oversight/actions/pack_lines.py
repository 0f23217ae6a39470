"""The rows of a pack as they are kept: each lag, silence, gap of money, decision and ask."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from mingbai.delivery.queries.lags import LagRow
from mingbai.delivery.queries.lights import in_points
from mingbai.engine.money import show_scaled
from mingbai.oversight.models import DispatchPack, PackLine
from mingbai.oversight.queries.asks import Turn, is_unanswered
from mingbai.oversight.queries.material import Material, Pending, SlowRow
from mingbai.oversight.queries.money_gaps import MoneyGap, show_ratio

_PLANS = {"submitted": "待确认", "confirmed": "已确认", "sent_back": "被退回"}


def keep_lines(pack: DispatchPack, material: Material, agenda: Sequence[Turn]) -> list[PackLine]:
    """The lines of a pack, not yet saved, in the order of its chapters."""
    made = [*_slow(material.slow), *_money(material.money), *_pending(material.pending)]
    made += _asks(agenda)
    for position, line in enumerate(made, start=1):
        line.pack, line.position = pack, position
    return made


def _slow(found: Sequence[SlowRow]) -> Iterator[PackLine]:
    for each in found:
        judged = each.row.judged
        part = judged.deciding
        yield PackLine(
            part=PackLine.Part.LAG if each.row.state == "lagging" else PackLine.Part.SILENT,
            office=judged.office,
            town_id=judged.town,
            sub_item=judged.sub_item.code,
            sub_item_name=judged.sub_item.name,
            severity=judged.verdict.severity or "",
            facts=slow_facts(each),
            origins=[
                [report.origin_file_id, report.origin_sheet, report.origin_line]
                for report in (part.reports if part else ())
            ],
        )


def slow_facts(each: SlowRow) -> dict[str, Any]:
    """A lag or silence in the words and numbers that the pack prints."""
    row, judged = each.row, each.row.judged
    part, plan = judged.deciding, row.plan
    silent = row.state == "silent"
    return {
        "words": row.words,
        "colour": row.colour,
        "measure": part.measure.name if part else "",
        "unit": part.measure.unit if part else "",
        "target": _plain(part.target if part else None),
        "done": "" if silent else _plain(part.done if part else None),
        "actual": "" if silent or judged.actual is None else show_ratio(judged.actual),
        "gap": "" if silent or judged.gap is None else in_points(judged.gap),
        "found": [f"{found.rule.name}：{found.words}" for found in row.found],
        "cause": each.cause,
        "cause_words": plan.plan.cause_words if plan else "",
        "plan": _PLANS[plan.state] if plan else "未填报",
        "steps": plan.plan.steps_planned if plan else "",
        "responsible": plan.plan.responsible if plan else "",
        "next": _next_point(row),
        "missed": row.held_to.missed_count if row.held_to else 0,
        "unanswered": is_unanswered(row),
        "forecast": _forecast(each),
        "at_risk": each.at_risk,
    }


def _plain(value: Any) -> str:
    return "" if value is None else f"{value.normalize():f}"


def _next_point(row: LagRow) -> str:
    """「7月底累计60户」: the next month the plan names."""
    plan = row.plan
    points = [point for point in plan.points if point.state == "pending"] if plan else []
    if plan is None or not points:
        return ""
    return f"{points[0].period % 100}月底累计{_plain(points[0].total)}{plan.plan.unit}"


def _forecast(each: SlowRow) -> str:
    """When it is expected to be done and the chance that it misses its date, or why not told."""
    outlook = each.outlook
    if outlook is None:
        return ""
    if outlook.told is None or outlook.expected_date is None:
        return outlook.words
    day = outlook.expected_date
    chance = f"{outlook.told.chance_of_missing:.0%}"
    return f"预计{day.year}年{day.month}月完成，逾期可能性{chance}"


def _money(found: Sequence[MoneyGap]) -> Iterator[PackLine]:
    for gap in found:
        total = gap.total
        yield PackLine(
            part=PackLine.Part.MONEY,
            office=gap.sub_item.lead_office,
            sub_item=gap.sub_item.code,
            sub_item_name=gap.sub_item.name,
            facts={
                "words": gap.words,
                "programme": gap.sub_item.programme.code,
                **{
                    name: show_scaled(amount, "万元", 2)
                    for name, amount in (
                        ("budget", total.budget), ("arrived", total.arrived),
                        ("released", total.released), ("spent", total.spent),
                    )
                },
            },
            origins=[],
        )  # fmt: skip


def _pending(found: Sequence[Pending]) -> Iterator[PackLine]:
    for each in found:
        standing, decision = each.standing, each.standing.decision
        yield PackLine(
            part=PackLine.Part.DECISION,
            office=decision.office,
            decision=decision,
            facts={
                "state": standing.state,
                "words": decision_words(standing),
                "text": decision.text,
                "meeting": str(decision.minutes.meeting),
                "due": standing.due_on.isoformat(),
                "said": each.said,
            },
            origins=[],
        )


def decision_words(standing: Any) -> str:
    """「已逾期12天」, 「办理中」, 「待确认」."""
    late = f"{standing.late_days}天" if standing.state == "overdue" else ""
    return f"{standing.words}{late}"


def _asks(agenda: Sequence[Turn]) -> Iterator[PackLine]:
    for order, turn in enumerate(agenda, start=1):
        for place, ask in enumerate(turn.asks):
            yield PackLine(
                part=PackLine.Part.ASK,
                office=turn.office,
                severity="red" if ask.is_red else "",
                facts={
                    "order": order,
                    "first": place == 0,
                    "on": ask.rule.on,
                    "text": ask.text,
                    "items": list(ask.items),
                },
                origins=[],
            )
