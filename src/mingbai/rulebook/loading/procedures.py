"""Procedures: ``procedure.yaml`` of a programme at each level, over the default for all others."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from datetime import date
from types import MappingProxyType
from typing import Final, get_args

from mingbai.rulebook.fields import Node, source_of, span_of
from mingbai.rulebook.loading.programmes import Chain
from mingbai.rulebook.loading.spans import close_spans, overlay
from mingbai.rulebook.model import Programme, Roster, SubItem
from mingbai.rulebook.model.channels import Counted, Term
from mingbai.rulebook.model.procedures import (
    REVIEWS,
    FirstPaid,
    Hand,
    Interval,
    OfficeLevel,
    Procedure,
    ProcedureCode,
    ProcedureStep,
)
from mingbai.rulebook.shelf import Shelf

DEFAULT: Final = "common/procedure.yaml"
_ORDER: Final = get_args(ProcedureCode)
_Read = tuple[Procedure, str, str]


def read_procedures(
    shelf: Shelf,
    programmes: Iterable[Programme],
    *,
    chain: Chain,
    year: int,
    rosters: Mapping[str, Roster],
) -> tuple[Procedure, ...]:
    """Read the procedures of all sub-items that pay people; raises CannotLoadBook.

    What a programme's own file says stands instead of the default, more local over wider.
    """
    common: list[_Read] = []
    if shelf.exists(DEFAULT):
        node = Node(shelf.read_yaml(DEFAULT), file=DEFAULT)
        common = _read_file(node, sub_items={"": frozenset()}, programme="")
    found: list[Procedure] = []
    for programme in programmes:
        paying = [sub for sub in programme.sub_items if sub.kind == "subsidy"]
        if programme.status == "not_applicable" or not paying:
            continue
        levels = [
            [(replace(rule, sub_item=sub.code), file, path) for sub in paying
             for rule, file, path in common],
            *_levels(shelf, programme, paying, chain=chain, rosters=rosters),
        ]  # fmt: skip
        laid = overlay([close_spans(level, key=_of) for level in levels], key=_of)
        found += [rule for rule in laid if _in_force(rule, year)]
    return tuple(sorted(found, key=lambda rule: (rule.sub_item, rule.from_date)))


def _levels(
    shelf: Shelf,
    programme: Programme,
    paying: Collection[SubItem],
    *,
    chain: Chain,
    rosters: Mapping[str, Roster],
) -> Iterable[list[_Read]]:
    grades = {sub.code.partition(".")[2]: _grades(sub, rosters) for sub in paying}
    for _, folder in chain.folders:
        name = f"{folder}/programmes/{programme.code}/procedure.yaml"
        if shelf.exists(name):
            node = Node(shelf.read_yaml(name), file=name)
            yield _read_file(node, sub_items=grades, programme=programme.code)


def _read_file(
    node: Node, *, sub_items: Mapping[str, frozenset[str]], programme: str
) -> list[_Read]:
    found: list[_Read] = []
    for each in node.nodes("procedures"):
        named = each.texts("sub_items", required=True) if programme else ("",)
        for sub in named:
            if sub not in sub_items:
                each.fail("sub_items", f"项目没有发钱给人的子项“{sub}”")
        known = frozenset[str].intersection(*(sub_items[sub] for sub in named))
        rule = _read_procedure(each, grades=known)
        found += [
            (replace(rule, sub_item=f"{programme}.{sub}"), each.file, each.path) for sub in named
        ]
    node.finish()
    return found


def _read_procedure(node: Node, *, grades: Collection[str]) -> Procedure:
    start, end = span_of(node)
    value_is, source = source_of(node)
    most = node.node("decide_most") if node.has("decide_most") else None
    review = node.node("review")
    rule = Procedure(
        sub_item="",
        steps=_read_steps(node),
        decide=_read_whole_term(node.node("decide")),
        decide_most=_read_whole_term(most) if most else None,
        first_paid=node.choice("first_paid", FirstPaid),
        review=review.choice("default", Interval),
        review_grades=_read_grades(review, grades),
        suspension_months=node.integer("suspension_months", least=1),
        from_date=start,
        to_date=end,
        value_is=value_is,
        source=source,
    )
    if rule.decide_most and rule.decide_most.days < rule.decide.days:
        node.fail("decide_most", "最长时限短于一般时限，请核对")
    review.finish()
    node.finish()
    return rule


def _read_grades(review: Node, known: Collection[str]) -> Mapping[str, Interval]:
    if not review.has("grades"):
        return MappingProxyType({})
    inner = review.node("grades")
    found: dict[str, Interval] = {}
    for grade in inner.keys():  # noqa: SIM118
        if grade not in known:
            inner.fail(grade, "花名册的类别列没有这一档，请对照 roster.yaml")
        found[grade] = inner.choice(grade, Interval)
    return MappingProxyType(found)


def _read_steps(node: Node) -> tuple[ProcedureStep, ...]:
    steps: list[ProcedureStep] = []
    for each in node.nodes("steps"):
        code: ProcedureCode = each.choice("step", ProcedureCode)
        if steps and _ORDER.index(code) <= _ORDER.index(steps[-1].code):
            each.fail("step", f"步骤应按这个次序，各写一次：{'、'.join(_ORDER)}")
        steps.append(
            ProcedureStep(
                code=code,
                office=each.choice("office", OfficeLevel),
                role=each.choice("role", Hand),
                papers=each.texts("papers"),
                term=_read_term(each) if each.has("days") else None,
            )
        )
        each.finish()
    codes = {step.code for step in steps}
    if not {"application", "in_force"} <= codes or not codes & set(REVIEWS):
        node.fail("steps", "至少要有受理（application）、一次审核和纳入（in_force）")
    return tuple(steps)


def _read_whole_term(node: Node) -> Term:
    term = _read_term(node)
    node.finish()
    return term


def _read_term(node: Node) -> Term:
    counted: Counted = node.choice("counted", Counted)
    # The day of receipt does not count (民法典 201), as in the postings.
    return Term(node.integer("days", least=1), counted, "next_day", extends=False)


def _grades(sub: SubItem, rosters: Mapping[str, Roster]) -> frozenset[str]:
    if sub.roster is None or sub.roster not in rosters:
        return frozenset()
    return frozenset(
        code
        for column in rosters[sub.roster].columns
        if column.name == "grade"
        for code in column.codes.values()
    )


def _in_force(rule: Procedure, year: int) -> bool:
    ended = rule.to_date is not None and rule.to_date < date(year, 1, 1)
    return not ended and rule.from_date <= date(year, 12, 31)


def _of(rule: Procedure) -> str:
    return rule.sub_item
