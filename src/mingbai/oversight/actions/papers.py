"""Turn a body of this room's papers into an official document; nothing is computed here."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from mingbai.paper.arranging import Body
from mingbai.paper.official import (
    Block,
    Heading,
    OfficialDocument,
    Paragraph,
    Signature,
    Table,
    Verification,
)


def lay_out(
    body: Body, *, signed_date: date, verification: Verification, number: str = ""
) -> OfficialDocument:
    """The document of a body; counts are printed as they stand in its ``figures``."""
    return OfficialDocument(
        title=tuple(body["title"]),
        addressee=body["addressee"],
        number=number,
        blocks=tuple(_block(block, body["figures"]) for block in body["blocks"]),
        signature=Signature(body["sender"], signed_date),
        verification=verification,
    )


def _block(block: Mapping[str, Any], figures: Mapping[str, str]) -> Block:
    if block["kind"] == "heading":
        return Heading(block["level"], block["text"])
    if block["kind"] == "table":
        return Table(
            columns=tuple(block["columns"]),
            rows=tuple(tuple(cell_text(cell) for cell in row) for row in block["rows"]),
            widths=tuple(block["widths"]),
            right=frozenset(block["right"]),
            centre=frozenset(block["centre"]),
            compact=True,
        )
    runs = tuple(run if isinstance(run, str) else figures[run["figure"]] for run in block["runs"])
    return Paragraph(runs, lead=block["lead"])


def cell_text(cell: str | Mapping[str, Any]) -> str:
    """The words of a cell; on the page one may lead further."""
    return cell if isinstance(cell, str) else str(cell["text"])


def make_table(
    key: str,
    columns: list[str],
    rows: list[list[Any]],
    widths: list[int],
    *,
    right: tuple[int, ...] = (),
    centre: tuple[int, ...] = (0,),
) -> dict[str, Any]:
    """A table of a body: JSON; a cell is text, or ``{"text", "to"}`` where it leads further."""
    return {
        "kind": "table", "key": key, "columns": columns, "rows": rows, "widths": widths,
        "right": list(right), "centre": list(centre),
    }  # fmt: skip


def after_paragraphs(body: Body, parts: Mapping[str, list[dict[str, Any]]]) -> Body:
    """The body with further blocks put behind the paragraphs of these keys."""
    blocks: list[dict[str, Any]] = []
    for block in body["blocks"]:
        blocks.append(block)
        blocks += parts.get(block.get("key", ""), []) if block["kind"] == "paragraph" else []
    return {**body, "blocks": blocks}


def plain_paragraph(key: str, text: str) -> dict[str, Any]:
    """A paragraph that somebody typed."""
    return {"kind": "paragraph", "key": key, "lead": "", "runs": [text]}
