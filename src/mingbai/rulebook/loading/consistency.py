"""Hold the parts of a book against each other: what one file says must be possible by another."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from mingbai.engine.money import show_money
from mingbai.rulebook.faults import CannotLoadBook
from mingbai.rulebook.model import (
    AmountRule,
    DivisionSpec,
    OfficeSpec,
    Programme,
    Roster,
    SubItem,
)

_PAID_KINDS = ("subsidy", "insurance")
_PEOPLE_KINDS = (*_PAID_KINDS, "training")


def refuse_shared_names(programmes: Iterable[Programme], *, file: str) -> None:
    """Refuse a word that would lead a workbook to two sub-items."""
    owner: dict[str, str] = {}
    for programme in programmes:
        for sub in programme.sub_items:
            for word in {sub.name, sub.summary_name, sub.listed_as, *sub.aliases}:
                if owner.setdefault(word, sub.code) != sub.code:
                    raise CannotLoadBook(
                        file=file,
                        key=f"{sub.code}.aliases",
                        problem=f"“{word}”同时是 {owner[word]} 和 {sub.code} 的叫法，请改掉一个",
                    )


def home_of(programme: Programme, folders: Mapping[str, str]) -> str:
    """Return the folder that holds the programme's own page: the province's, or the county's."""
    return folders["county"] if programme.status == "added" else folders["province"]


def refuse_unpayable(
    programmes: Iterable[Programme], rosters: Mapping[str, Roster], *, folders: Mapping[str, str]
) -> None:
    """Refuse a sub-item whose roster cannot be paid or counted by its rules.

    ``folders`` are the folders of the levels, to name the file that must change.
    """
    for programme in programmes:
        home = f"{home_of(programme, folders)}/programmes/{programme.code}"
        for sub in programme.sub_items:
            if sub.roster is not None:
                _refuse_misfit(sub, rosters[sub.roster], home=home)
                for rule in sub.amounts:
                    _refuse_unknown_grades(rule, sub, rosters[sub.roster], folders)
            elif sub.kind in _PEOPLE_KINDS and not sub.kind_note:
                raise CannotLoadBook(
                    file=f"{home}/programme.yaml",
                    key=f"{sub.code}.kind_note",
                    problem="没有花名册，请在 roster.yaml 写明，或在 kind_note 说明为什么没有",
                )


def _refuse_misfit(sub: SubItem, roster: Roster, *, home: str) -> None:
    """A roster of learners counts heads, a roster of payments needs amounts."""
    if (roster.kind == "training") != (sub.kind == "training"):
        raise CannotLoadBook(
            file=f"{home}/roster.yaml",
            key=sub.code,
            problem="培训类子项须用培训花名册，其他子项不能用",
        )
    if sub.kind in _PAID_KINDS and not sub.amounts:
        raise CannotLoadBook(
            file=f"{home}/amounts.yaml", key=sub.code, problem="有发放花名册却没有标准，请写明标准"
        )


def _refuse_unknown_grades(
    rule: AmountRule, sub: SubItem, roster: Roster, folders: Mapping[str, str]
) -> None:
    """Every grade a roster can hold has an amount, and every amount a grade to claim it."""
    if "graded" not in (rule.kind, rule.base):
        return
    written = {
        code
        for column in roster.columns
        if column.name == "grade"
        for code in column.codes.values()
    }
    for code in sorted(written ^ set(rule.grades)):
        missing = "标准里没有这个档次" if code in written else "花名册的类别列认不出这个档次"
        raise CannotLoadBook(
            file=f"{folders[rule.level]}/programmes/{sub.programme}/amounts.yaml",
            key=f"{rule.rule_id}.grades.{code}",
            problem=f"{missing}，请对照 roster.yaml 补齐",
        )


def refuse_orphan_towns(
    divisions: Iterable[DivisionSpec],
    offices: Iterable[OfficeSpec],
    *,
    towns: frozenset[str],
    file: str,
) -> None:
    """Refuse a town for which no office, or more than one, would report."""
    names = {each.code: each.name for each in divisions}
    for town in sorted(towns):
        count = sum(office.kind == "town" and office.division == town for office in offices)
        if count != 1:
            raise CannotLoadBook(
                file=file,
                key="offices",
                problem=f"{names[town]}应有且只有一个镇级单位，现有{count}个",
            )


def refuse_other_total(programmes: Iterable[Programme], *, total: int, file: str) -> None:
    """Refuse budgets that do not add up to the year's total: a lost tier must not go unseen."""
    found = sum(sub.budget_fen for programme in programmes for sub in programme.sub_items)
    if found != total:
        raise CannotLoadBook(
            file=file,
            key="budget_total",
            problem=f"各子项预算合计{show_money(found)}元，与此处{show_money(total)}元不符，请核对",
        )
