"""Read ``weights.yaml``: the common page, overlaid by the county's."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Final

from mingbai.rulebook.fields import Node, source_of, span_of
from mingbai.rulebook.loading.spans import close_spans, overlay
from mingbai.rulebook.model.weights import (
    Deduction,
    DeductionCode,
    Indicator,
    IndicatorCode,
    Ranked,
    Weights,
)
from mingbai.rulebook.shelf import Shelf

FILE: Final = "weights.yaml"


def read_weights(shelf: Shelf, *, county: str) -> tuple[Weights, ...]:
    """Read the rankings; the county's stand instead of common ones while in force."""
    levels = []
    for folder in ("common", county):
        name = f"{folder}/{FILE}"
        if shelf.exists(name):
            page = Node(shelf.read_yaml(name), file=name)
            found = [(_weights(node), node.file, node.path) for node in page.nodes("rankings")]
            page.finish()
            levels.append(close_spans(found, key=lambda each: each.ranked))
    return overlay(levels, key=lambda each: each.ranked)


def weights_on(weights: Iterable[Weights], ranked: Ranked, day: date) -> Weights | None:
    """The ranking in force on a day; ``None`` where the book has none."""
    for each in weights:
        begun = each.from_date <= day and (each.to_date is None or day <= each.to_date)
        if each.ranked == ranked and begun:
            return each
    return None


def _weights(node: Node) -> Weights:
    first, last = span_of(node)
    value_is, source = source_of(node)
    made = Weights(
        ranked=node.choice("ranked", Ranked),
        indicators=tuple(_indicator(each) for each in node.nodes("indicators")),
        deductions=tuple(_deduction(each) for each in node.nodes("deductions", required=False)),
        places=node.integer("places"),
        top=node.integer("top", least=1),
        bottom=node.integer("bottom", least=1),
        from_date=first,
        to_date=last,
        value_is=value_is,
        source=source,
    )
    node.finish()
    for key, listed in (("indicators", made.indicators), ("deductions", made.deductions)):
        codes = [each.code for each in listed]
        if len(set(codes)) != len(codes):
            node.fail(key, "同一项写了两遍")
    if sum(each.weight for each in made.indicators) != 100:
        node.fail("indicators", "各项权重之和应为 100")
    if made.ranked == "towns" and any(each.code == "released" for each in made.indicators):
        node.fail("indicators", "资金拨付按子项不分镇，不能用来给镇排名")
    if made.places > 4:
        node.fail("places", "得分最多保留四位小数")
    return made


def _indicator(node: Node) -> Indicator:
    made = Indicator(node.choice("code", IndicatorCode), node.text("name"), node.decimal("weight"))
    node.finish()
    return made


def _deduction(node: Node) -> Deduction:
    made = Deduction(
        node.choice("code", DeductionCode),
        node.text("name"),
        node.decimal("each"),
        node.decimal("most"),
    )
    node.finish()
    if made.most < made.each:
        node.fail("most", "封顶不能低于一次扣的分")
    return made
