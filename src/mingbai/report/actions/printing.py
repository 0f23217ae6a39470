"""Turn a summary's body and statements into an official document."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from mingbai.paper.official import (
    Block,
    FigureRun,
    Heading,
    OfficialDocument,
    Paragraph,
    Run,
    Signature,
    Verification,
)
from mingbai.report.models import Statement, Summary


def lay_out(
    summary: Summary, statements: Mapping[str, Statement], *, signed_date: date
) -> OfficialDocument:
    """The document of a summary; every figure run names its statement."""
    body = summary.body
    blocks: list[Block] = []
    for block in body["blocks"]:
        if block["kind"] == "heading":
            blocks.append(Heading(block["level"], block["text"]))
        else:
            runs = tuple(_run(run, statements) for run in block["runs"])
            blocks.append(Paragraph(runs, lead=block["lead"]))
    cutoff = summary.cutoff_date
    return OfficialDocument(
        title=tuple(body["title"]),
        addressee=body["addressee"],
        blocks=tuple(blocks),
        signature=Signature(body["sender"], signed_date),
        verification=Verification(
            f"台账第{summary.as_of_seq}条　校验码{summary.ledger_head[:16]}　"
            f"数据截至{cutoff.year}年{cutoff.month}月{cutoff.day}日",
            demonstration=summary.is_demonstration,
        ),
    )


def _run(run: str | dict[str, str], statements: Mapping[str, Statement]) -> Run:
    if isinstance(run, str):
        return run
    statement = statements[run["figure"]]
    return FigureRun(statement.display, str(statement.pk), statement.card["name"])
