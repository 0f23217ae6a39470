"""Taking over a year's list, splitting its targets, changing them by document, and the letters."""

from mingbai.programme.actions.adopt import CannotAdoptYear, adopt_year
from mingbai.programme.actions.documents import (
    CannotDraftDocuments,
    CannotEditDocument,
    CannotIssueDocument,
    draft_documents,
    edit_document,
    issue_document,
)
from mingbai.programme.actions.figures_given import (
    CannotEnterFigures,
    GivenFigure,
    enter_populations,
    enter_upper_figures,
)
from mingbai.programme.actions.letters import (
    CannotDraftLetters,
    CannotSignLetter,
    draft_letters,
    send_letters,
    sign_letter,
)
from mingbai.programme.actions.revise import (
    CannotSaveRevision,
    Conflict,
    Edit,
    Grounds,
    save_revision,
)
from mingbai.programme.actions.settle import (
    CannotSettleRevision,
    approve_revision,
    drop_revision,
    return_revision,
    submit_revision,
)
from mingbai.programme.actions.splitting import CannotSplit, propose_parts, split_exactly

__all__ = [
    "CannotAdoptYear",
    "CannotDraftDocuments",
    "CannotDraftLetters",
    "CannotEditDocument",
    "CannotEnterFigures",
    "CannotIssueDocument",
    "CannotSaveRevision",
    "CannotSettleRevision",
    "CannotSignLetter",
    "CannotSplit",
    "Conflict",
    "Edit",
    "GivenFigure",
    "Grounds",
    "adopt_year",
    "approve_revision",
    "draft_documents",
    "draft_letters",
    "drop_revision",
    "edit_document",
    "enter_populations",
    "enter_upper_figures",
    "issue_document",
    "propose_parts",
    "return_revision",
    "save_revision",
    "send_letters",
    "sign_letter",
    "split_exactly",
    "submit_revision",
]
