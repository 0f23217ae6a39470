"""Small changes of statements that stand as text in Python: what a hand could slip in SQL.

The kinds' statements are changed in their trees (`mutants.sql_changes`); those of the machines and
of prepared copies are put together from pieces, so a word at a time is changed where it stands.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator

#: What makes a piece of text a statement.
_STATEMENT = re.compile(
    r"\b(SELECT|FROM|WHERE|JOIN|AND|OR|CASE|WHEN|UNION|EXCEPT|GROUP|HAVING|CREATE|INSERT|UPDATE"
    r"|DELETE|CAST|IS|IN|TRUE|FALSE|BY)\b|\b(bit_count|coalesce|hash|min|max|sum)\("
)
#: A word, and what stands in its place. The first that fits at a place is taken.
_SLIPS = (
    (r"\bIS NOT DISTINCT FROM\b", "="),
    (r"\bIS NOT NULL\b", "IS NULL"),
    (r"\bIS NULL\b", "IS NOT NULL"),
    (r"\bNOT IN\b", "IN"),
    (r"\bIN(?= ?\()", "NOT IN"),
    (r"\bNOT EXISTS\b", "EXISTS"),
    (r"(?<!IF )(?<!NOT )\bEXISTS(?= \()", "NOT EXISTS"),
    (r"\bUNION ALL\b", "UNION"),
    (r"\bUNION\b", "UNION ALL"),
    (r"\bEXCEPT\b", "INTERSECT"),
    (r"\bSELECT DISTINCT\b", "SELECT"),
    (r"\b(?:LEFT SEMI|LEFT|SEMI) JOIN\b", "JOIN"),
    (r"\bJOIN\b", "LEFT JOIN"),
    (r"\bAND\b", "OR"),
    (r"(?<!CREATE )\bOR\b", "AND"),
    (r"\bTRUE\b", "FALSE"),
    (r"\bFALSE\b", "TRUE"),
    (r"\bmin\(", "max("),
    (r"\bmax\(", "min("),
    (r"\bsum\(", "max("),
    (r"\bleast\(", "greatest("),
    (r"\bgreatest\(", "least("),
    (r"\bbit_or\(", "bit_and("),
    (r"<>", "="),
    (r">=", ">"),
    (r"<=", "<"),
    (r"(?<= )<(?= )", "<="),
    (r"(?<= )>(?= )", ">="),
    (r"(?<= )=(?= )", "<>"),
    (r"(?<= )\+(?= )", "-"),
    (r"(?<= )-(?= )", "+"),
    (r"(?<= )\*(?= )", "//"),
    (r"(?<= )//(?= )", "*"),
    (r"(?<= )%(?= )", "//"),
    (r"<<", ">>"),
    (r">>", "<<"),
    (r"(?<= )&(?= )", "|"),
    (r"(?<= )\|(?= )", "&"),
    (r"~", ""),
)
_WORD = re.compile(
    "|".join(f"(?P<slip_{nth}>{word})" for nth, (word, _) in enumerate(_SLIPS))
    + r"|(?P<number>(?<![\w.$])\d+(?!\w))"
)
#: Where an equality compares; elsewhere it assigns.
_COMPARES = re.compile(r"\b(ON|WHERE|AND|OR|WHEN|HAVING|SET|SELECT)\b")
#: What a number is that changes nothing when it is one more.
_LIMIT = re.compile(r"\bLIMIT $")


def text_changes(node: ast.AST) -> Iterator[tuple[str, Callable[[], None]]]:
    """Each change of one word of a statement, in words and as an act on the text."""
    if isinstance(node, ast.JoinedStr):
        pieces = [each for each in node.values if isinstance(each, ast.Constant)]
    else:
        pieces = [node] if isinstance(node, ast.Constant) and isinstance(node.value, str) else []
    if not _STATEMENT.search(" ".join(piece.value for piece in pieces)):
        return
    before = ""
    for piece in pieces:
        for found in _WORD.finditer(piece.value):
            slip = _slip(found, before + piece.value[: found.start()])
            if slip is None:
                continue
            text = piece.value[: found.start()] + slip + piece.value[found.end() :]
            near = " ".join(piece.value[max(found.start() - 20, 0) : found.end() + 20].split())
            words = f"{found.group()}→{slip or 'nothing'} in “{near}”"
            yield words, lambda piece=piece, text=text: setattr(piece, "value", text)
        before += piece.value


def _slip(found: re.Match[str], before: str) -> str | None:
    """What stands in the place of a word, if that changes anything."""
    word, kind = found.group(), str(found.lastgroup)
    if kind == "number":
        return None if _LIMIT.search(before) else str(int(word) + 1)
    heads = _COMPARES.findall(before)
    if word == "=" and (not heads or heads[-1] in ("SET", "SELECT")):
        return None
    return _SLIPS[int(kind.removeprefix("slip_"))][1]
