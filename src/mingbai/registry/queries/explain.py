"""What a finding says, in words: what was found, which rule it breaks, what to do next."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from mingbai.engine.checks import MESSAGES, NAMES, message
from mingbai.registry.models import Finding
from mingbai.rulebook import RuleWords

#: Short names of kinds of suspicion, for lists and filters.
_NAMES: Final[Mapping[str, str]] = {
    "repeated_person": "重复申报",
    "exclusion": "重复享受",
    "exclusion_undated": "重复享受（缺月份）",
    "on_list": "在比对名单中",
    "paid_after_event": "死亡后列入",
    "on_list_undated": "在名单中（缺日期）",
    "two_names": "一号多名",
    "shared_account": "多人同账号",
    "shared_phone": "多人同电话",
    "amount_off": "金额不符标准",
    "amount_below": "金额低于下限",
    "amount_above": "金额高于上限",
    "amount_missing": "缺金额",
    "amount_grade": "档次不明",
    "age_below": "未到年龄",
    "age_above": "超过年龄",
    "age_unknown": "年龄无法核对",
    "sex_other": "性别不符",
    "sex_unknown": "性别无法核对",
    "over_capacity": "超过核定人数",
    "uncompared_id": "缺证件号未比对",
}


#: The registry's own rules about identity, which no book holds.
_OWN: Final[Mapping[str, RuleWords]] = {
    "identity/two_names": RuleWords("一个证件号对应一个姓名", "身份核对通用规则", "sourced"),
    "identity/two_classes": RuleWords(
        "同一人同一天只能在一个培训班", "身份核对通用规则", "sourced"
    ),
    "identity/missing_id": RuleWords("没有证件号的行不能比对", "身份核对通用规则", "sourced"),
}


def rule_words(rule: str, *, rules: Mapping[str, RuleWords]) -> RuleWords | None:
    """A finding's rule in words, from the year's ``rules``; ``None`` where the book dropped it.

    A check of amounts names the day its standard took force behind a colon.
    """
    check, _, _ = rule.partition(":")
    return _OWN.get(rule) or rules.get(rule) or rules.get(check)


def finding_name(code: str) -> str:
    """The short name of a kind of suspicion."""
    return _NAMES.get(code) or NAMES.get(code, "其他疑点")


def explain_finding(finding: Finding, *, names: Mapping[str, str]) -> str:
    """The engine's sentence, preceded by the rulebook's reason and the other sub-item's name."""
    params = finding.params
    said = message(finding.code, params) if finding.code in MESSAGES else finding_name(finding.code)
    if "first" in params:
        said = f"同时享受《{names.get(params['first'], params['first'])}》：{said}"
    if "due" in params:
        said = f"应列入《{names.get(params['due'], params['due'])}》：{said}"
    if "reason" in params:
        said = f"{said}（规定：{params['reason']}）"
    return said
