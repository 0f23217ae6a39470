"""Say a book in Chinese as a clerk would read it aloud, one programme after the other."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from mingbai.rulebook.chapters import year_chapters
from mingbai.rulebook.model import (
    Absence,
    AmountRule,
    ApprovalRule,
    Book,
    Check,
    Measure,
    Programme,
    Schedule,
    SubItem,
)
from mingbai.rulebook.wording import EFFECTS, KINDS, demonstration_mark, number, span_words, yuan

_GROUPS = {"new": "新增", "adjusted": "调整", "continued": "继续实施"}
_TIERS = {
    "central": "中央",
    "province": "省级",
    "city": "市级",
    "county": "县级",
    "town": "镇级",
    "other": "其他",
}
_PERS = {"month": "每月", "term": "每学期", "year": "每年", "case": "每次（件、户）"}
_LEVELS = {"common": "通用", "province": "省定", "city": "市定", "county": "县定"}
_STATES = {"none": "常态化，不设目标", "multi_year": "跨年度", "awaiting": "上级未下达"}
_SEXES = {"male": "男性", "female": "女性"}
_WATCH = {
    "gaps": "中断后又恢复",
    "amounts": "档次未变而金额变动",
    "new": "新列入",
    "gone": "不再列入",
}
_WITHIN = {"month": "一个月", "term": "一学期", "year": "一年", "ever": "历年"}


@dataclass(frozen=True, slots=True)
class RuleWords:
    """A rule as people read it: what it says, the document it stands on, real or demonstration."""

    name: str
    source: str
    value_is: str


def describe_rules(book: Book) -> Mapping[str, RuleWords]:
    """Rule id -> words, for every amount, check, exclusion and list of the year's book."""
    return dict(_rule_words(book))


def _rule_words(book: Book) -> Iterator[tuple[str, RuleWords]]:
    for item in book.sub_items:
        for amount in item.amounts:
            yield amount.rule_id, RuleWords(amount.name, amount.source, amount.value_is)
        for check in item.checks:
            words = _check_words(check, item)
            yield check.rule_id, RuleWords(words, check.source, check.value_is)
    names = {item.code: item.name for item in book.sub_items}
    for pair in book.exclusions:
        first, second = (names.get(code, code) for code in (pair.first, pair.second))
        words = f"“{first}”与“{second}”不同时享受"
        yield pair.rule_id, RuleWords(words, pair.source, pair.value_is)
    rosters = {roster.code: roster.name for roster in book.rosters}
    for presence in book.lists:
        words = f"与{rosters.get(presence.roster, '名单')}比对：{presence.reason}"
        yield presence.rule_id, RuleWords(words, presence.source, presence.value_is)
    for absence in book.absences:
        words = f"应保尽保：{_absence_words(book, absence)}"
        yield absence.rule_id, RuleWords(words, absence.source, absence.value_is)


def describe_book(book: Book) -> str:
    """Return the whole year as text: list, rules, money, sources, then what holds for all of it."""
    carried = [each for each in book.programmes if each.status != "not_applicable"]
    left = [each for each in book.programmes if each.status == "not_applicable"]
    parts = [
        f"{book.county_name}{book.year}年民生工程政策手册",
        f"依据：{book.province_source}；{book.county_source}。",
        f"本县实施{len(carried)}项，共{len(book.sub_items)}个子项。",
    ]
    parts += [describe_programme(book=book, code=each.code) for each in carried]
    parts += [_approval_line(rule) for rule in book.approvals]
    parts += year_chapters(book)
    if left:
        parts.append("本县不涉及：")
        parts += [f"　　{each.name}：{each.status_reason}。" for each in left]
    return "\n".join(parts) + "\n"


def _approval_line(rule: ApprovalRule) -> str:
    bands = [
        f"{f'不超过{yuan(band.up_to_fen)}' if band.up_to_fen is not None else '更大'}的"
        f"{band.approvals}人"
        for band in rule.bands
    ]
    span = span_words(rule.from_date, rule.to_date)
    return f"发放批次的复核人数：{'，'.join(bands)}，{span}。〔{rule.source}〕"


def describe_programme(*, book: Book, code: str) -> str:
    """Return one programme as text; raises KeyError when the year's list lacks it."""
    programme = book.programme(code)
    lines = [_heading(book, programme)]
    for place, item in enumerate(programme.sub_items, start=1):
        lines.append(f"　　（{place}）{_sub_item_heading(book, programme, item)}")
        lines += [f"　　　　{line}" for line in _sub_item_lines(book, item)]
    return "\n".join(lines)


def _heading(book: Book, programme: Programme) -> str:
    place = "" if programme.number is None else f"省定第{programme.number}项，"
    if programme.status == "added":
        place = "本县自增，"
    lead = book.office(programme.lead_office).short_name
    numbered = "" if programme.local_number is None else f"{programme.local_number}. "
    return f"{numbered}{programme.name}（{place}{_GROUPS[programme.group]}，牵头：{lead}）"


def _sub_item_heading(book: Book, programme: Programme, item: SubItem) -> str:
    words = [KINDS[item.kind]]
    if item.lead_office != programme.lead_office:
        words.append(f"责任部门：{book.office(item.lead_office).short_name}")
    if item.kind_note:
        words.append(item.kind_note)
    return f"{item.name}（{'，'.join(words)}）"


def _sub_item_lines(book: Book, item: SubItem) -> list[str]:
    names = {town.code: town.name for town in book.towns}
    lines = [_measure_line(measure, names) for measure in item.measures]
    if item.budgets:
        tiers = "、".join(f"{_TIERS[tier]}{yuan(fen)}" for tier, fen in item.budgets.items())
        lines.append(
            f"预算：{yuan(item.budget_fen)}，其中{tiers}。{demonstration_mark(item.budget_value_is)}"
        )
    lines += [_amount_line(rule, grade_words(book, item)) for rule in item.amounts]
    lines += [_check_line(check, item) for check in item.checks]
    lines += _comparison_lines(book, item)
    lines += _procedure_lines(book, item)
    lines.append(f"进度：{schedule_words(item.schedule)}")
    return lines


def _measure_line(measure: Measure, towns: dict[str, str]) -> str:
    if measure.target is None:
        return f"目标：{measure.name}，{_STATES[measure.target_state]}。"
    line = f"目标：{measure.name}{number(measure.target)}{measure.unit}"
    if measure.shares:
        split = "、".join(f"{towns[code]}{number(part)}" for code, part in measure.shares.items())
        line += f"；分解到镇：{split}"
    return f"{line}。{demonstration_mark(measure.value_is)}"


def grade_words(book: Book, item: SubItem) -> dict[str, str]:
    """Return for each grade of a sub-item the first word that offices write for it."""
    words: dict[str, str] = {}
    for column in book.roster(item.roster).columns if item.roster else ():
        if column.name == "grade":
            for word, code in column.codes.items():
                words.setdefault(code, word)
    return words


def _amount_line(rule: AmountRule, words: dict[str, str]) -> str:
    span = span_words(rule.from_date, rule.to_date)
    source = f"〔{_LEVELS[rule.level]}；{rule.source}〕"
    return f"标准：{rule.name}{amount_words(rule, words)}，{_part_words(rule)}{span}。{source}"


def amount_words(rule: AmountRule, words: dict[str, str]) -> str:
    """Say how much a rule pays and how often; ``words`` are the names of the grades."""
    if rule.kind == "household":
        what = _household_words(rule, words)
    elif rule.kind == "fixed" and rule.amount_fen is not None:
        what = yuan(rule.amount_fen)
    elif rule.kind == "graded":
        what = "、".join(
            f"{words.get(grade, grade)}{yuan(fen)}" for grade, fen in rule.grades.items()
        )
    else:
        what = f"按实际，{yuan(rule.min_fen or 0)}至{yuan(rule.max_fen or 0)}"
    return f"{_PERS[rule.per]}{what}"


def _household_words(rule: AmountRule, words: dict[str, str]) -> str:
    """How a household's amount is worked out, and from when its members count."""
    amount = yuan(rule.amount_fen or 0)
    grades = "、".join(f"{words.get(grade, grade)}{yuan(f)}" for grade, f in rule.grades.items())
    what = {
        "fixed": f"每户{amount}",
        "per_member": f"每个计入的成员{amount}",
        "graded": f"每户{grades}",
        "top_up": f"每个计入的成员按{amount}减去家庭人均收入的差额",
    }[rule.base or "fixed"]
    cap = "" if rule.cap_fen is None else f"，每户最多{yuan(rule.cap_fen)}"
    since = "当月" if rule.member_change == "same_month" else "次月"
    return f"按户计发：{what}{cap}；成员增减从{since}起算"


def _part_words(rule: AmountRule) -> str:
    """What a month pays that counts only in part; whole months need no words."""
    if rule.partial == "next":
        return "从次月起发，"
    if rule.partial == "days":
        return f"不足整月的按天计算（四舍五入到{yuan(rule.round_to_fen)}），"
    return ""


def _check_line(check: Check, item: SubItem) -> str:
    return f"核对：{_check_words(check, item)}，不符的{EFFECTS[check.effect]}。〔{check.source}〕"


def _check_words(check: Check, item: SubItem) -> str:
    params = check.params
    if check.kind == "age":
        least, most = params.get("least"), params.get("most")
        if most is None:
            return f"年满{least}周岁"
        return f"不超过{most}周岁" if least is None else f"{least}至{most}周岁"
    if check.kind == "sex":
        return f"限{_SEXES[str(params['sex'])]}"
    if check.kind == "amount_standard":
        return "金额与标准一致"
    if check.kind == "capacity":
        return f"人数不超过{item.measure(str(params['measure'])).name}"
    if check.kind == "repeated_person":
        return f"同一人{_WITHIN[str(params['within'])]}内只列一次"
    if check.kind == "continuity":
        return f"逐月核对：{'、'.join(_WATCH[word] for word in str(params['watch']).split())}"
    if check.kind == "totals":
        within = f"，相差不超过{params['tolerance']}" if params.get("tolerance") else ""
        return f"名单人数与进度表“{item.measure(str(params['measure'])).name}”一致{within}"
    what = "账号" if check.kind == "shared_account" else "电话"
    return f"一个{what}不多于{params['most']}人使用"


def _comparison_lines(book: Book, item: SubItem) -> list[str]:
    lines: list[str] = []
    for pair in book.exclusions:
        if pair.second == item.code:
            other = book.sub_item(pair.first).name
            span = span_words(pair.from_date, pair.to_date)
            lines.append(
                f"比对：同时在“{other}”名册的{EFFECTS[pair.effect]}，{pair.reason}，{span}。〔{pair.source}〕"
            )
    for presence in book.lists:
        if item.code in presence.applies_to:
            name = book.roster(presence.roster).name
            lines.append(
                f"比对：在{name}上的{EFFECTS[presence.effect]}，{presence.reason}。〔{presence.source}〕"
            )
    for absence in book.absences:
        if item.code == absence.sub_item:
            words = _absence_words(book, absence)
            lines.append(f"应保尽保：{words}，{absence.reason}。〔{absence.source}〕")
    return lines


def _absence_words(book: Book, absence: Absence) -> str:
    names = {item.code: item.name for item in book.sub_items}
    on_all, unless_on = (
        "和".join(f"“{names.get(code, code)}”" for code in codes)
        for codes in (absence.on_all, absence.unless_on)
    )
    unless = f"、不在{unless_on}名册" if unless_on else ""
    return f"在{on_all}名册{unless}的，应列入“{names[absence.sub_item]}”"


def _procedure_lines(book: Book, item: SubItem) -> list[str]:
    words = grade_words(book, item)
    return [
        f"办理：{rule.words(words)}。〔{rule.source}〕"
        for rule in book.procedures
        if rule.sub_item == item.code
    ]


def schedule_words(schedule: Schedule) -> str:
    """Say from when to when a schedule runs, and how much is due by which month."""
    start, finish = schedule.start_date, schedule.finish_date
    span = f"{start.month}月{start.day}日至{finish.month}月{finish.day}日"
    if schedule.kind == "linear":
        return f"{span}，按月均衡推进。"
    nodes = "、".join(f"{month}月底{number(ratio * 100)}%" for month, ratio in schedule.points)
    return f"{span}，{nodes}。"
