"""What a clerk writes to say why: needed, short, and never a personal number."""

from __future__ import annotations

import re
from typing import Final

_NUMBERS: Final = re.compile(r"\d{7,}")
#: A paper has a number of its own; phones, accounts and identity numbers are longer than that.
_PERSONAL: Final = re.compile(r"\d{11,}")


def reason_of(text: str, error: type[Exception], *, what: str = "理由", most: int = 200) -> str:
    """The reason as it is kept, at most ``most`` characters; ``error`` where it says nothing or
    holds a number of seven digits or more: reasons are read where numbers may not be.
    """
    why = _said(text, error, what)
    if _NUMBERS.search(why):
        raise error(f"{what}中不要写证件号、账号或电话号码，请改用文字说明。")
    return why[:most]


def paper_of(text: str, error: type[Exception], *, what: str = "凭据", most: int = 100) -> str:
    """A paper by its name and number, as it is kept; ``error`` where it says nothing or holds a
    number of eleven digits or more: those are phones, accounts and identity numbers.
    """
    paper = _said(text, error, what)
    if _PERSONAL.search(paper):
        raise error(f"{what}中不要写证件号、账号或电话号码；文书编号过长的，写最后十位。")
    return paper[:most]


def _said(text: str, error: type[Exception], what: str) -> str:
    """All that was typed: cutting first would hide a number that is cut in two."""
    words = " ".join(text.split())
    if len(words) < 2:
        raise error(f"请写明{what}，别人好知道根据什么。")
    return words
