"""Chinese words for what the engine calls by English names: kinds, settings, columns, grades."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final

from mingbai.engine import canon, checks

SEVERITIES: Final[Mapping[int, str]] = {1: "提示", 2: "警告", 3: "退回"}

#: What each kind of check looks for.
KINDS: Final[Mapping[str, str]] = {
    "absence": "符合条件却不在享受名单上的人（应保尽保、应补尽补）",
    "age_sex": "按证件号推算的年龄、性别是否符合享受条件",
    "amount_standard": "发放金额是否符合规定的标准、档次或幅度",
    "capacity": "名单人数是否超过核定人数或目标",
    "code_list": "所填代码是否在规定的范围之内",
    "continuity": "同一人各月是否连续，是否新增、退出，金额是否无故变动",
    "entitled_span": "发放月份是否在应享受的起止日期之内",
    "household_grants": "每户只能享受一次的，是否重复享受",
    "household_head": "户主是否在本户成员之中，一户是否只有一个户主",
    "household_members": "同一人是否被列为几户的家庭成员",
    "missing_key": "缺少比对依据（证件号、账号、电话、姓名），因而没有参加比对的行",
    "mutual_exclusion": "同一人同月享受了两项不得兼得的补助",
    "on_list": "享受对象同时出现在另一份名单上（如死亡、财政供养）",
    "overlapping_spans": "同一人几行的起止日期是否重叠（如同时参加两个培训班）",
    "progress_totals": "名单上数得出的总数与进度表上报的是否一致",
    "quota": "名单人数或行数是否超过分配给各班次、各乡镇的名额",
    "repeated_person": "同一人在同一项目同一月份重复出现",
    "shared_value": "多人共用一个银行账号或联系电话",
    "two_names": "同一个证件号下有不同的姓名",
}

FIELDS: Final[Mapping[str, str]] = {
    "rule": "规则编号",
    "severity": "等级",
    "table": "检查的表",
    "sub_items": "适用项目",
    "from_period": "起始月份",
    "to_period": "截止月份",
    "per": "按什么归组",
    "column": "看哪一列",
    "at_least": "至少几个",
    "first": "保留的项目",
    "second": "存疑的项目",
    "other": "比对的名单",
    "after_event": "只看变动日期之后",
    "grace_months": "宽限月数",
    "min_age": "最小年龄",
    "max_age": "最大年龄",
    "sex": "性别（1男2女）",
    "fixed": "固定标准（分）",
    "grades": "分档标准（分）",
    "smallest": "下限（分）",
    "largest": "上限（分）",
    "gaps": "查中断",
    "amounts": "查金额变动",
    "limit": "核定人数",
    "new": "查新增",
    "gone": "查退出",
    "by_town": "分镇看已报的月份",
    "since_event": "从变动日期起才算",
    "allowed": "允许的代码",
    "optional": "可以不填",
    "by_start": "看起始日期",
    "by_end": "看截止日期",
    "delay_months": "批准后几个月起发",
    "open_ended": "截止日期可以空着",
    "within_months": "几个月内只能一次（不写则终身一次）",
    "monthly": "逐月看",
    "apart": "只比哪一列不同的行",
    "counted": "数什么（人、行或金额）",
    "cumulative": "进度表报的是累计数",
    "measure": "进度表的指标",
    "tolerance": "允许相差",
}

COLUMNS: Final[Mapping[str, str]] = {
    "id_key": "身份证号",
    "account_key": "银行账号",
    "phone_key": "联系电话",
    "name_key": "姓名",
    "household_key": "户号",
    "head_key": "户主身份证号",
    "sub_item": "项目",
    "town": "镇",
    "village": "村（居）",
    "period": "月份",
    "amount": "金额",
    "grade": "档次",
    "birth_date": "出生日期",
    "sex": "性别",
    "event_date": "变动日期",
    "start_date": "起始日期",
    "end_date": "截止日期",
    "course": "培训内容",
    "measure": "指标",
    "claimed": "上报数",
    "line": "行号",
    "row": "每一行",
    "name": "姓名",
    "id_number": "身份证号",
    "account": "银行账号",
    "phone": "联系电话",
    "head_name": "户主姓名",
    "remark": "备注",
    "hours": "学时",
    "passed": "是否合格",
    "employer": "工作单位",
}


#: Rule under which faults of form (a cell that cannot be what its column says) are told.
FORM: Final = "form"


def name_rule(rule: str) -> str:
    """A rule as it is shown."""
    return "单元格有误" if rule == FORM else rule


def say_finding(finding: Mapping[str, Any]) -> str:
    """The sentence of a finding; of a fault of form with the column it is about."""
    code, given = finding["code"], json.loads(finding["params"])
    if finding["rule"] == FORM:
        return f"{name_column(finding['column'])}：{canon.message(code, given)}"
    try:
        return checks.message(code, given)
    except KeyError:  # a finding that another version made
        return str(code)


def name_kind(kind: type[checks.CheckSpec]) -> str:
    """What a kind looks for, in a line."""
    name = checks.kind_name(kind)
    return KINDS.get(name, name)


def name_column(column: str) -> str:
    """A column as offices call it."""
    return COLUMNS.get(column, column)
