"""Names of people: kept as given but for blanks; judged only for what cannot be a name."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, Final

import polars as pl
import pyarrow as pa

from mingbai.engine.canon.shapes import NOTE, WARN, Reading, Remark, reject
from mingbai.engine.canon.types.digits import is_text
from mingbai.engine.reading.shapes import TEXT

_HAN: Final = (
    "\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0002fa1f\U00030000-\U000323af"
)
_SPACED: Final = re.compile(f"(?<=[{_HAN}])[ \\u3000\\u00a0\\t]+(?=[{_HAN}])")
_PRIVATE: Final = re.compile("[\ue000-\uf8ff\U000f0000-\U0010fffd]")
_UNSEEN: Final = re.compile("[\u200b-\u200d\u2060\ufeff\ufe00-\ufe0f\U000e0100-\U000e01ef]")
_CONTROL: Final = re.compile("[\x00-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]")
_PLACEHOLDERS: Final = frozenset(
    {"null", "none", "nan", "n/a", "na", "nil", "undefined"}
    | {"无", "空", "不详", "未知", "待定", "测试", "姓名", "合计", "小计", "总计"}
)
#: The dots that stand in minority names in official rosters.
DOTS: Final = "·•・‧∙⋅．."


@dataclass(frozen=True)
class NameType:
    """Text as given; blanks between Han characters (alignment) go. `longest` in characters."""

    longest: int = 50

    MESSAGES: ClassVar[Mapping[str, str]] = {
        "name_digits": "姓名里有数字，可能与其他列填错了位置。请核对后重填。",
        "name_placeholder": "姓名填的是占位文字（如“无”“不详”“合计”），不是人名。请填写真实姓名；"
        "汇总行请移出名单。",
        "name_control": "姓名里有看不见的控制字符，无法与其他名单比对。请删除后手工重新输入。",
        "name_symbols": "姓名里有不应出现的符号。请照证件重填；少数民族姓名请用间隔号“·”。",
        "name_long": "姓名长达 {length} 个字，超出 {longest} 个字的上限。"
        "请核对是否把其他内容填进了姓名列。",
        "name_short": "姓名只有 1 个字，请核对是否漏字。",
        "name_pua": "姓名里有旧字库的自造字，换一台电脑可能显示为空白。"
        "请照证件用标准输入法重新录入。",
        "name_not_text": "姓名列里填的不是文字。请照证件重填。",
    }  # fmt: skip

    @property
    def arrow(self) -> pa.DataType:
        """Text."""
        return pa.string()

    def fast(self, text: pl.Expr, kind: pl.Expr) -> pl.Expr:
        """Two to six Han characters, as nearly all names are."""
        fits = (
            is_text(kind)
            & text.str.contains("^[\u4e00-\u9fff]{2,6}$")
            & ~text.is_in(sorted(_PLACEHOLDERS))
        )
        return pl.when(fits).then(text)

    def plain(self, text: str, kind: int) -> Reading:
        """Judge one cell."""
        if kind != TEXT:
            return reject("name_not_text")
        name = _SPACED.sub("", _UNSEEN.sub("", text))
        if _CONTROL.search(name):
            return reject("name_control")
        if name.lower() in _PLACEHOLDERS:
            return reject("name_placeholder")
        if any(char.isdigit() for char in name):
            return reject("name_digits")
        if len(name) > self.longest:
            return reject("name_long", length=len(name), longest=self.longest)
        private = _PRIVATE.search(name) is not None
        if not all(_may_stand(char) for char in name) or not any(map(_is_letter, name)):
            return reject("name_symbols")
        remarks: tuple[Remark, ...] = ()
        if private:
            remarks += (Remark("name_pua", NOTE),)
        if len(name) == 1:
            remarks += (Remark("name_short", WARN),)
        return Reading(name, remarks)


def _is_letter(char: str) -> bool:
    # Ideographs newer than this Python's Unicode tables have no category yet.
    return char.isalpha() or _PRIVATE.match(char) is not None or "\U00030000" <= char < "\U00033480"


def _may_stand(char: str) -> bool:
    ideographic = "\u2ff0" <= char <= "\u2fff" or char == "〇"
    return _is_letter(char) or ideographic or char in DOTS or char in " '’-"
