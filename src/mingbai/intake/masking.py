"""Show personal cells so that a clerk finds the row and nobody else learns the number."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from mingbai.paper.masks import account_4, id_2_3, name_first, number_runs, phone_3_4

_BY_KIND: Final[Mapping[str, Callable[[str], str]]] = {
    "name": name_first,
    "id_number": id_2_3,
    "account": account_4,
    "phone": phone_3_4,
}


def mask_cell(text: str, kind: str) -> str:
    """A cell as a page may show it; `kind` is the roster column's type, "" for other columns.

    ID number: first 2 and last 3. Account: last 4. Phone: 138****1234. Name: first character.
    Anywhere else a run of eleven digits or more is hidden like an account.
    """
    return _BY_KIND.get(kind, number_runs)(text)


def mask_name(name: str) -> str:
    """The first character and a star for each further one."""
    return name_first(name)
