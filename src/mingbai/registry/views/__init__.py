"""Pages of the registry: people, findings, postings, objections."""

from mingbai.registry.views.coverage import coverage, gaps, recount
from mingbai.registry.views.hanging import (
    new_posting,
    posting_approved,
    posting_dropped,
    posting_proven,
    posting_put_up,
    posting_taken_down,
)
from mingbai.registry.views.knowing import compare, known, month, receipt_findings
from mingbai.registry.views.objecting import (
    objection,
    objection_answered,
    objection_decided,
    objection_withdrawn,
    objections,
    posting_objected,
)
from mingbai.registry.views.persons import people, person, reveal
from mingbai.registry.views.posted import (
    board_photo,
    posting,
    posting_docx,
    posting_page,
    posting_sheet,
    postings,
)
from mingbai.registry.views.queue import export, findings, issue, settle_many
from mingbai.registry.views.settling import finding, settle
from mingbai.registry.views.slips import (
    answer,
    check_item,
    evidence,
    slip,
    slip_docx,
    slip_xlsx,
    slips,
)
from mingbai.registry.views.visiting import visit_sheet, visited, visits

__all__ = [
    "answer",
    "board_photo",
    "check_item",
    "compare",
    "coverage",
    "evidence",
    "export",
    "finding",
    "findings",
    "gaps",
    "issue",
    "known",
    "month",
    "new_posting",
    "objection",
    "objection_answered",
    "objection_decided",
    "objection_withdrawn",
    "objections",
    "people",
    "person",
    "posting",
    "posting_approved",
    "posting_docx",
    "posting_dropped",
    "posting_objected",
    "posting_page",
    "posting_proven",
    "posting_put_up",
    "posting_sheet",
    "posting_taken_down",
    "postings",
    "receipt_findings",
    "recount",
    "reveal",
    "settle",
    "settle_many",
    "slip",
    "slip_docx",
    "slip_xlsx",
    "slips",
    "visit_sheet",
    "visited",
    "visits",
]
