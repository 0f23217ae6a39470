"""Turn a circular's body into an official document."""

from __future__ import annotations

from datetime import date
from typing import Any

from mingbai.paper.official import (
    Block,
    Heading,
    OfficialDocument,
    Paragraph,
    Signature,
    Table,
    Verification,
)
from mingbai.report.models import Circular


def lay_out_circular(circular: Circular, *, signed_date: date) -> OfficialDocument:
    """The document of a circular; counts are printed as they stand in its body."""
    body, cutoff = circular.body, circular.cutoff_date
    return OfficialDocument(
        title=tuple(body["title"]),
        addressee=body["addressee"],
        blocks=tuple(_block(block, body["figures"]) for block in body["blocks"]),
        signature=Signature(body["sender"], signed_date),
        verification=Verification(
            f"台账第{circular.as_of_seq}条　校验码{circular.ledger_head[:16]}　"
            f"数据截至{cutoff.year}年{cutoff.month}月{cutoff.day}日",
            demonstration=circular.is_demonstration,
        ),
    )


def _block(block: dict[str, Any], figures: dict[str, str]) -> Block:
    if block["kind"] == "heading":
        return Heading(block["level"], block["text"])
    if block["kind"] == "table":
        return Table(
            columns=tuple(block["columns"]),
            rows=tuple(tuple(_cell(cell) for cell in row) for row in block["rows"]),
            widths=tuple(block["widths"]),
            right=frozenset(block["right"]),
            compact=True,
        )
    runs = tuple(run if isinstance(run, str) else figures[run["figure"]] for run in block["runs"])
    return Paragraph(runs, lead=block["lead"])


def _cell(cell: str | dict[str, Any]) -> str:
    return cell if isinstance(cell, str) else str(cell["text"])
