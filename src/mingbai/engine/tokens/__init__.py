"""Compares two departments' rosters by keyed tokens, so that only matches are learned.

Both sides share a secret and agree on a purpose. Each turns its identifiers into tokens
(HMAC-SHA-256 under a key derived from both), hands over the sorted tokens and nothing else, and
keeps at home the map from token to line. Only equal identifiers give equal tokens: nothing fuzzy
is possible, by design. `docs/book/private-comparison.md` says what this protects against.
"""

from __future__ import annotations

from mingbai.engine.tokens.faults import CannotCompare
from mingbai.engine.tokens.files import read_map, read_tokens, write_map, write_tokens
from mingbai.engine.tokens.keys import check_purpose, make_secret, read_secret, write_secret
from mingbai.engine.tokens.making import KINDS, Tokens, make_tokens
from mingbai.engine.tokens.meeting import Meeting, intersect
from mingbai.engine.tokens.shapes import Label, RowMap, TokenFile

__all__ = [
    "KINDS", "CannotCompare", "Label", "Meeting", "RowMap", "TokenFile", "Tokens", "check_purpose",
    "intersect", "make_secret", "make_tokens", "read_map", "read_secret", "read_tokens",
    "write_map", "write_secret", "write_tokens",
]  # fmt: skip
