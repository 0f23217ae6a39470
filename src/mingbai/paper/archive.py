"""Office files as zip archives whose bytes depend on their content alone."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping

# The earliest moment a zip entry can carry: it says "no clock was read".
_NO_CLOCK = (1980, 1, 1, 0, 0, 0)
_FIRST = "[Content_Types].xml"


def fix_archive(content: bytes, *, replace: Mapping[str, bytes] | None = None) -> bytes:
    """Rewrite an office zip in name order without clock readings; ``replace`` gives new parts."""
    replaced = dict(replace or {})
    with zipfile.ZipFile(io.BytesIO(content)) as source:
        parts = {name: source.read(name) for name in source.namelist()}
    parts.update({name: blob for name, blob in replaced.items() if name in parts})
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as target:
        for name in sorted(parts, key=lambda name: (name != _FIRST, name)):
            entry = zipfile.ZipInfo(name, date_time=_NO_CLOCK)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.create_system = 0
            entry.external_attr = 0
            target.writestr(entry, parts[name])
    return out.getvalue()
