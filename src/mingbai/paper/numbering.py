"""Numbers of official papers: 南民办〔2021〕3号, with six-cornered brackets and no leading zero."""

from __future__ import annotations

import re
from typing import Final

_NUMBER: Final = re.compile(r"^[\u4e00-\u9fff]{2,12}〔(\d{4})〕([1-9]\d{0,3})号$")


def year_of_number(number: str) -> int | None:
    """The year a paper's number names; ``None`` where it is not written as one is."""
    found = _NUMBER.match(number.strip())
    return int(found.group(1)) if found else None
