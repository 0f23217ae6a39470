"""Read ``approvals.yaml`` of the county: how many people approve which amount, from when on."""

from __future__ import annotations

from mingbai.rulebook.fields import Node, source_of, span_of
from mingbai.rulebook.loading.spans import close_spans
from mingbai.rulebook.model import ApprovalBand, ApprovalRule
from mingbai.rulebook.shelf import Shelf


def read_approvals(shelf: Shelf, name: str) -> tuple[ApprovalRule, ...]:
    """Read the dated bands, oldest first; a county without the file has none: one approves."""
    if not shelf.exists(name):
        return ()
    node = Node(shelf.read_yaml(name), file=name)
    rules: list[tuple[ApprovalRule, str, str]] = []
    for each in node.nodes("approvals"):
        start, end = span_of(each)
        bands = _read_bands(each)
        value_is, source = source_of(each)
        rule = ApprovalRule(start, end, bands, value_is, source)
        each.finish()
        rules.append((rule, each.file, each.path))
    node.finish()
    return tuple(close_spans(rules, key=lambda rule: "approvals"))


def _read_bands(node: Node) -> tuple[ApprovalBand, ...]:
    """Amounts and numbers both grow from band to band, and the last band has no end."""
    bands: list[ApprovalBand] = []
    for each in node.nodes("bands"):
        top = each.money("up_to") if each.has("up_to") else None
        band = ApprovalBand(top, each.integer("approvals", least=1))
        each.finish()
        if bands:
            last = bands[-1]
            if last.up_to_fen is None:
                each.fail("up_to", "前一档没有上限，后面不能再有档，请改正次序")
            if top is not None and top <= last.up_to_fen:
                each.fail("up_to", "上限应逐档增大")
            if band.approvals <= last.approvals:
                each.fail("approvals", "金额越大复核人数应越多")
        bands.append(band)
    if bands[-1].up_to_fen is not None:
        node.fail("bands", "最后一档不写上限（up_to），否则更大的金额没有规定")
    return tuple(bands)
