"""What this room does: receive files, and return them coloured."""

from __future__ import annotations

from mingbai.intake.actions.many import receive_many, receive_stored
from mingbai.intake.actions.receiving import CannotReceiveFile, receive_file
from mingbai.intake.actions.returning import CannotReturnWorkbook, SaidOfRow, return_workbook
from mingbai.intake.actions.uploading import CannotUpload, upload_files

__all__ = [
    "CannotReceiveFile",
    "CannotReturnWorkbook",
    "CannotUpload",
    "SaidOfRow",
    "receive_file",
    "receive_many",
    "receive_stored",
    "return_workbook",
    "upload_files",
]
