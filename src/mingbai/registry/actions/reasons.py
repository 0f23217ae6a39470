"""What a clerk writes to say why: needed, short, and never a personal number."""

from __future__ import annotations

import re
from typing import Final

_NUMBERS: Final = re.compile(r"\d{7,}")


def reason_of(text: str, error: type[Exception], *, what: str = "理由") -> str:
    """The reason as it is kept, at most 200 characters; ``error`` where it says nothing or holds a
    number of seven digits or more: reasons are read where numbers may not be.
    """
    why = " ".join(text.split())[:200]
    if len(why) < 2:
        raise error(f"请写明{what}，别人好知道根据什么。")
    if _NUMBERS.search(why):
        raise error(f"{what}中不要写证件号、账号或电话号码，请改用文字说明。")
    return why
