"""Files handed to the browser to be saved under a name."""

from __future__ import annotations

from typing import Final
from urllib.parse import quote

from django.http import HttpResponse

XLSX: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
DOCX: Final = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


def attached(content: bytes, name: str, kind: str) -> HttpResponse:
    """A file of a media type, to be saved under a name that may be Chinese."""
    disposition = f"attachment; filename*=UTF-8''{quote(name)}"
    return HttpResponse(content, content_type=kind, headers={"Content-Disposition": disposition})
