"""Every verdict in words: what is wrong, why, and what to do next."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mingbai.engine import canon
from mingbai.engine.money import show_money

MESSAGES: Mapping[str, str] = {
    "row_repeated": "同一人在本表第 {line} 行已经出现过，可能重复填报。"
    "如果是同一笔，请删去一行；如果确是两笔，请在备注里写明。",
    "amount_off_standard": "金额与现行标准不一致（{rule}：{standard} 元），核实前不发放。"
    "请核对金额和类别；若标准已调整，请把文件报县民生办。",
    "amount_out_of_range": "金额不在规定的范围内（{rule}：{least} 元至 {most} 元）。"
    "请核对金额和单位。",
    "amount_negative": "发放金额是负数，不能发放。要追回多发的钱，请走退款登记，不要填在发放表里。",
    "phone_missing": "没有可用的联系电话，回访时联系不到本人。请补填本人或家属的电话。",
    "survey_number": "证件号读不出来，这一行没有列入摸底。请照证件改正；"
    "还不知道证件号的，请把这一格留空，入户时再补。",
    "dates_reversed": "结束日期早于开始日期，两个日期可能填反了。请核对后改正。",
    "class_not_training": "该子项不是培训类，不能办班。请核对项目名称。",
    "seats_none": "名额应为一人以上。请填写计划培训多少人。",
    "date_outside_year": "日期不在 {year} 年内。请核对年份；跨年的班请分年登记。",
    "hours_unread": "上课时间看不懂。请写成“8:30-11:30”，先写上课、后写下课。",
    "score_out_of_range": "成绩应在 0 至 {full} 分之间。请核对后改正。",
    "month_over_total": "本月数比累计数还大，两列可能填反了，或累计没有更新。请核对后改正。",
}
"""Codes found by looking at a whole row or sheet; those of single cells are the engine's."""


def explain(code: str, params: Mapping[str, Any]) -> str:
    """The Chinese sentence of a verdict; money params (分) are printed in 元."""
    if code not in MESSAGES:
        return canon.message(code, params)
    shown = {
        name: show_money(value) if name in {"standard", "least", "most"} else value
        for name, value in params.items()
    }
    return MESSAGES[code].format_map(shown)
