"""The monthly report of dynamic management, as a page and as a workbook."""

from __future__ import annotations

from typing import Final

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from mingbai.base.asking import asker_of
from mingbai.base.attachments import XLSX, attached
from mingbai.paper.tables import ExportColumn, Value, write_export
from mingbai.registry.queries import newest_year
from mingbai.registry.queries.life import month_after, month_before
from mingbai.registry.queries.movement import MonthMovement, Movement, add_up, movement_of_month
from mingbai.registry.views.words import Words, day_shown

_LABELS: Final = {
    "opening": "月初在册",
    "entered": "新增",
    "applied": "其中申请纳入",
    "left": "退出",
    "closing": "月末在册",
    "suspended": "本月暂停",
    "restored": "本月恢复",
    "changed": "调整类别",
    "reclaimed": "追回",
    "stopped": "暂停在册",
}
_STEPS: Final = {
    "suspended": "暂停", "restored": "恢复", "changed": "调整类别", "reclaimed": "追回",
    "ended": "退出",
}  # fmt: skip


@require_GET
def dynamics(request: HttpRequest) -> HttpResponse:
    """The month by sub-item, with the towns where somebody came, went or changed; or with all."""
    month = _month(request)
    if month is None:
        return render(request, "registry/dynamics.html", {"month": None})
    words = Words.of(month.period // 100)
    every = "every" in request.GET
    groups: dict[str, list[Movement]] = {}
    for row in month.rows:
        groups.setdefault(row.sub_item, []).append(row)
    context = {
        "month": month,
        "labels": _LABELS.values(),
        "before": month_before(month.period),
        "after": month_after(month.period),
        "total": _cells(month.total),
        "groups": [
            {
                "name": words.sub_items.get(code, code),
                "cells": _cells(add_up(tuple(rows))),
                "towns": [
                    (words.towns.get(row.town, row.town), _cells(row))
                    for row in rows
                    if every or _has_moved(row)
                ],
            }
            for code, rows in groups.items()
        ],
        "every": every,
        "reasons": [(_STEPS[step], reason, count) for step, reason, count in month.reasons],
    }
    return render(request, "registry/dynamics.html", context)


def _has_moved(row: Movement) -> bool:
    """Whether anything happened in a town beyond everybody staying."""
    kinds = (row.entered, row.left, row.suspended, row.restored, row.changed, row.reclaimed)
    return any(kinds) or row.stopped > 0


@require_GET
def dynamics_table(request: HttpRequest) -> HttpResponse:
    """The same as a workbook: one line a sub-item and town, the sum last."""
    month = _month(request)
    period = month.period if month else 0
    words = Words.of(period // 100 if month else None)
    rows = month.rows if month else ()
    lines: list[list[Value]] = [
        [words.sub_items.get(row.sub_item, row.sub_item), words.towns.get(row.town, row.town),
         *_cells(row)]
        for row in rows
    ]  # fmt: skip
    if month:
        lines.append(["合计", "", *_cells(month.total)])
    title = f"{period // 100}年{period % 100}月动态管理月报"
    notes = ["月初在册＋新增－退出＝月末在册。同一人同一子项计一个。"]
    notes += [
        f"{_STEPS[step]}原因：{reason} {count} 个"
        for step, reason, count in (month.reasons if month else ())
    ]
    content = write_export(
        title=title,
        columns=[ExportColumn("子项", width=24), ExportColumn("镇"),
                 *(ExportColumn(label, "number", 12) for label in _LABELS.values())],
        rows=lines,
        notes=notes,
        demonstration=settings.MINGBAI_DEMO,
        made_date=timezone.localdate(),
    )  # fmt: skip
    return attached(content, f"{title}.xlsx", XLSX)


def _month(request: HttpRequest) -> MonthMovement | None:
    """The month asked for; by default this one, or the last of the newest year."""
    year = newest_year()
    if year is None:
        return None
    text = request.GET.get("period", "").replace("-", "")
    today = day_shown()
    period = min(today.year * 100 + today.month, year * 100 + 12)
    if len(text) == 6 and text.isdigit() and 1 <= int(text[4:]) <= 12 and text >= "2000":
        period = int(text)
    return movement_of_month(to=asker_of(request), period=period)


def _cells(row: Movement) -> list[int]:
    return [getattr(row, name) for name in _LABELS]
