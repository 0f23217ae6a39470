"""Read back which statements a docx prints, and with what text."""

from __future__ import annotations

import io

import docx
from docx.oxml.ns import qn

from mingbai.paper.official.document import FigureRun


def read_figure_runs(content: bytes) -> tuple[FigureRun, ...]:
    """Every figure of the document in reading order; empty for a document without any."""
    body = docx.Document(io.BytesIO(content)).element.body
    found = []
    for control in body.iter(qn("w:sdt")):
        tag = control.find(f"{qn('w:sdtPr')}/{qn('w:tag')}")
        value = tag.get(qn("w:val"), "") if tag is not None else ""
        if not value.startswith("stmt_"):
            continue
        alias = control.find(f"{qn('w:sdtPr')}/{qn('w:alias')}")
        text = "".join(part.text or "" for part in control.iter(qn("w:t")))
        name = alias.get(qn("w:val"), "") if alias is not None else ""
        found.append(FigureRun(text=text, statement=value.removeprefix("stmt_"), name=name))
    return tuple(found)
