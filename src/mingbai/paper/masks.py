"""Masks: what of a personal value may be shown, each named and defined in one sentence.

A mask never raises and never shows more than its sentence says; masking twice shows the same.
Values are stored once in full and masked for each output.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

STAR: Final = "*"
#: Dots between the parts of minority names, as people type them.
_DOTS: Final = frozenset("·•・‧∙⋅．。.")
_BLANKS: Final = re.compile(r"\s+")
#: A hand that types an identifier into a text field may split it; so many marks stay one number.
_DIGITS: Final = re.compile(r"[0-9０-９][0-9０-９\s]{9,}[0-9０-９Xx]")
_SHORT_PHONE: Final = 11
_SHORT_ID: Final = 10
_TOWN: Final = re.compile(r"^(?:.*?[省市县区])?[^省市县区]{1,8}?(?:镇镇|镇|乡|街道|园区|开发区)")
_VILLAGE: Final = re.compile(r"^.*?(?:村民委员会|居民委员会|村委会|居委会|社区|村)")

#: Surnames of two characters, end to end; a name of two characters is never read as one.
_COMPOUND: Final = (
    "欧阳太史端木上官司马东方独孤南宫万俟闻人夏侯诸葛尉迟公羊赫连澹台皇甫宗政濮阳公冶"
    "太叔申屠公孙慕容仲孙钟离长孙宇文司徒鲜于司空闾丘子车亓官司寇巫马公西颛孙壤驷公良"
    "漆雕乐正宰父谷梁拓跋夹谷轩辕令狐段干百里呼延东郭南门羊舌微生公户公玉梁丘左丘东门"
    "西门第五淳于单于歐陽東方獨孤南宮聞人諸葛尉遲澹臺鮮于鍾離長孫司馬閭丘顓孫樂正壤駟"
    "榖梁穀梁軒轅段幹東郭南門東門西門"
)
COMPOUND_SURNAMES: Final = frozenset(_COMPOUND[at : at + 2] for at in range(0, len(_COMPOUND), 2))


@dataclass(frozen=True)
class Masked:
    """A text that went through a mask, and which one; ``Mask.apply`` alone should make it."""

    text: str
    mask: str

    def __post_init__(self) -> None:
        if self.mask not in MASKS or not MASKS[self.mask].allows(self.text):
            raise ValueError(f"a text that mask {self.mask!r} could not have made")


@dataclass(frozen=True)
class Mask:
    """One way to show a value: its sentence, the column types it takes, what comes out."""

    code: str
    definition: str
    takes: frozenset[str]
    hide: Callable[[str], str]
    shape: re.Pattern[str]

    def apply(self, value: str) -> Masked:
        """The value as it may be shown; a value that is not of its kind comes out as stars."""
        shown = self.hide(value)
        return Masked(shown if self.allows(shown) else STAR * len(graphemes(value)), self.code)

    def allows(self, text: str) -> bool:
        """Whether a text has the form this mask gives; stars alone and nothing always have."""
        return not text.strip(STAR) or self.shape.fullmatch(text) is not None

    def fits(self, value: str) -> bool:
        """Whether the value is of the kind the mask is for: it can be shown, not only starred."""
        return not value or self.allows(self.hide(value))


def graphemes(text: str) -> list[str]:
    """Characters as a reader counts them: marks and variation selectors stay with their base."""
    found: list[str] = []
    for char in text:
        if found and (unicodedata.category(char)[0] == "M" or char == "\u200d"):
            found[-1] += char
        else:
            found.append(char)
    return found


def surname_length(characters: list[str]) -> int:
    """How many characters the surname has: two for a compound one, else one."""
    return 2 if len(characters) > 2 and "".join(characters[:2]) in COMPOUND_SURNAMES else 1


def name_whole(name: str) -> str:
    """The whole name, without blanks."""
    return _packed(name)


def name_first(name: str) -> str:
    """The first character and a star for each further one."""
    characters = graphemes(_packed(name))
    return "".join(characters[:1]) + STAR * (len(characters) - 1)


def name_surname(name: str) -> str:
    """The surname and a star for each further character; dots of minority names stay."""
    characters = graphemes(_packed(name))
    kept = surname_length(characters)
    return _starred(characters, lambda place: place < kept)


def name_middle(name: str) -> str:
    """Surname and last character, stars between; of a name with nothing between only the surname.

    张明 is 张*, 张小明 is 张*明, 欧阳修 is 欧阳*, 欧阳小明 is 欧阳*明.
    """
    characters = graphemes(_packed(name))
    kept = surname_length(characters)
    last = len(characters) - 1
    shows_last = last > kept
    return _starred(characters, lambda place: place < kept or (shows_last and place == last))


def id_2_3(number: str) -> str:
    """First two and last three; of a number under ten characters only the first."""
    packed = _packed(number)
    return _ends(packed, 2, 3) if len(packed) >= _SHORT_ID else _ends(packed, 1, 0)


def phone_3_4(number: str) -> str:
    """First three and last four; of a number under eleven characters only the last two."""
    packed = _packed(number)
    return _ends(packed, 3, 4) if len(packed) >= _SHORT_PHONE else _ends(packed, 0, 2)


def account_4(number: str) -> str:
    """The last four."""
    return _ends(_packed(number), 0, 4)


def address_town(address: str) -> str:
    """The address up to town, street or park; nothing where none is named."""
    found = _TOWN.match(_packed(address))
    return found.group() if found else ""


def address_village(address: str) -> str:
    """The address up to village or community; up to the town where no village is named."""
    found = _VILLAGE.match(_packed(address))
    return found.group() if found else address_town(address)


def number_runs(text: str) -> str:
    """The text with every run of eleven digits or more cut to its last four."""
    return _DIGITS.sub(lambda match: account_4(match.group()), text)


def as_it_is(text: str) -> str:
    """The text as it is, blanks at its ends dropped; what it may hold is the scanner's business."""
    return text.strip()


def _packed(text: str) -> str:
    return _BLANKS.sub("", text)


def _starred(characters: list[str], shows: Callable[[int], bool]) -> str:
    return "".join(
        each if shows(place) or each in _DOTS else STAR for place, each in enumerate(characters)
    )


def _ends(text: str, head: int, tail: int) -> str:
    """Keep ``head`` and ``tail`` characters; a text no longer than that is stars alone."""
    if len(text) <= head + tail:
        return STAR * len(text)
    return text[:head] + STAR * (len(text) - head - tail) + text[len(text) - tail :]


# No digit of any script, in any width: a phone number typed where a name belongs is not a name.
_WORD = (
    r"[^\W\d_]|[*·•・‧∙⋅．。.]|[\u0300-\u036f\u200d\ufe00-\ufe0f\U000e0100-\U000e01ef\ue000-\uf8ff]"
)
_NAME: Final = re.compile(f"(?:{_WORD}){{1,40}}")
_PLAIN: Final = re.compile(r"[^\x00-\x08\x0b\x0c\x0e-\x1f]*", re.DOTALL)


def _mask(
    code: str, definition: str, takes: str, hide: Callable[[str], str], shape: str | re.Pattern[str]
) -> Mask:
    return Mask(code, definition, frozenset(takes.split()), hide, re.compile(shape))


_ALL: Final = (
    _mask("name_whole", "姓名全称", "name", name_whole, _NAME),
    _mask("name_middle", "姓名隐去中间的字，如张*明、张*、欧阳*明", "name", name_middle, _NAME),
    _mask("name_surname", "姓名只留姓，如张**、欧阳*", "name", name_surname, _NAME),
    _mask("name_first", "姓名只留第一个字，如张**、欧***", "name", name_first, _NAME),
    _mask(
        "id_2_3", "证件号留前两位和末三位", "id_number", id_2_3,
        r"[0-9A-Z]{2}\*{5,}[0-9A-Za-z]{3}|[0-9A-Za-z]\*{1,8}",
    ),
    _mask(
        "phone_3_4", "电话留前三位和末四位，如138****1234；不足十一位的只留末两位", "phone",
        phone_3_4, r"[0-9+(（-]{3}\*{4,}[0-9-]{4}|\*{1,8}[0-9-]{2}",
    ),
    _mask("account_4", "账号只留末四位", "account", account_4, r"\*+[0-9A-Za-z]{4}"),
    _mask("town", "地址到镇", "town village text", address_town, r"[^0-9０-９]{0,40}"),
    _mask("village", "地址到村（居）", "village text", address_village, r"[^0-9０-９]{0,60}"),
    _mask("place", "区划名称", "town village", as_it_is, r"[^0-9０-９]{0,40}"),
    _mask(
        "amount", "金额（元）", "money", as_it_is, r"-?[0-9]{1,3}(?:,?[0-9]{3}){0,2}\.[0-9]{2}"
    ),
    _mask("month", "年月", "period date", as_it_is, r"[12][0-9]{3}年(?:1[0-2]|[1-9])月"),
    _mask("count", "个数", "integer", as_it_is, r"[0-9]{1,6}"),
    _mask("text", "文字原样，逐格扫描", "text code", as_it_is, _PLAIN),
)  # fmt: skip
MASKS: Final[dict[str, Mask]] = {mask.code: mask for mask in _ALL}
#: Masks a public posting may use; an account has none: it is never shown in public.
PUBLIC: Final = frozenset(MASKS) - {"account_4", "name_first"}


def mask_for(column_type: str) -> tuple[str, ...]:
    """Codes of the public masks that take a roster column's type; none for an account."""
    return tuple(code for code in MASKS if code in PUBLIC and column_type in MASKS[code].takes)
