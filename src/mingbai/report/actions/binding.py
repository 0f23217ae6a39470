"""Check that a text leaves its figures bound: none typed by hand, none lost, none misnamed."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from decimal import Decimal
from difflib import SequenceMatcher, get_close_matches

from mingbai.paper.form import Place, split_text
from mingbai.report.models import Statement

_SCALES = {"": 0, "万": 4, "亿": 8}
_NUMBER = re.compile(r"(?<![0-9.])(\d+(?:,\d{3})+|\d+)(\.\d+)?\s*([万亿]?)\s*(%|元|[^\W\d_])?")
_HAND_WRITTEN = re.compile(r"[0-9]|[零〇一二三四五六七八九十百千两]+[点万亿]")
# A number this short says little by itself: it must also stand before the same word.
_TELLING_DIGITS = 3


class CannotTypeFigure(Exception):
    """A figure of the records was typed, dropped or misnamed in a text."""


def named_places(text: str) -> frozenset[str]:
    """The keys that a text binds."""
    return frozenset(piece.key for piece in split_text(text) if isinstance(piece, Place))


def check_binding(
    text: str,
    *,
    before: str,
    names: Mapping[str, str],
    stated: Mapping[str, Statement],
    dropping: frozenset[str],
) -> None:
    """Raise CannotTypeFigure for the first fault; ``names`` are all keys that may be bound."""
    _check_names(text, names)
    _check_typed(text, stated)
    lost = named_places(before) - named_places(text)
    over = _typed_over(before, text, lost)
    if over:
        key, words = over
        raise CannotTypeFigure(
            f"“{names.get(key, key)}”的位置被手工写成了「{words}」。"
            f"数字由记录算出，不能手改；请恢复 {{{{{key}}}}}，数字有误请更正原始记录"
        )
    kept = sorted(lost - dropping)
    if kept:
        listed = "、".join(f"“{names.get(key, key)}”（{{{{{key}}}}}）" for key in kept)
        raise CannotTypeFigure(
            f"正文里少了{listed}。如果是误删，请恢复；确实不再写的，请勾选“不再引用”后保存"
        )


def _check_names(text: str, names: Mapping[str, str]) -> None:
    for key in sorted(named_places(text)):
        if key in names:
            continue
        near = get_close_matches(key, names, n=1)
        hint = f"，是不是 {{{{{near[0]}}}}}（{names[near[0]]}）" if near else ""
        raise CannotTypeFigure(
            f"没有名为 {{{{{key}}}}} 的数字{hint}？请从右侧的数字清单里点选，不要改动花括号里的名称"
        )


def _check_typed(text: str, stated: Mapping[str, Statement]) -> None:
    words = "\n".join(piece for piece in split_text(text) if isinstance(piece, str))
    found = [_read(match) for match in _NUMBER.finditer(unicodedata.normalize("NFKC", words))]
    for each in stated.values():
        own = _NUMBER.match(each.display)
        if own is None or own.end() < len(each.display.rstrip("人次条项元个")):
            continue
        value, digits, word = _read(own)
        for typed, typed_digits, typed_word in found:
            same_word = word[:1] == typed_word[:1]
            telling = min(digits, typed_digits) >= _TELLING_DIGITS and typed_word != "年"
            if typed == value and (same_word or (telling and "%" not in (word, typed_word))):
                raise CannotTypeFigure(
                    f"「{each.display}」是“{each.card['name']}”，由记录算出，不能手工填写。"
                    f"请删去这个数，改为插入 {{{{{each.key}}}}}"
                )


def _read(match: re.Match[str]) -> tuple[Decimal, int, str]:
    """Value with its scale applied, count of digits, the word after it."""
    whole, rest, scale, word = (part or "" for part in match.groups())
    number = Decimal(whole.replace(",", "") + rest).scaleb(_SCALES[scale])
    digits = len((whole + rest).replace(",", "").replace(".", "").strip("0"))
    return number, digits, word


def _typed_over(before: str, after: str, lost: frozenset[str]) -> tuple[str, str] | None:
    """A lost figure whose place in the sentence now holds a number: (key, what stands there)."""
    if not lost:
        return None
    old = [piece if isinstance(piece, Place) else char for piece, char in _units(before)]
    new = [piece if isinstance(piece, Place) else char for piece, char in _units(after)]
    matcher = SequenceMatcher(a=old, b=new, autojunk=False)
    for tag, old_from, old_to, new_from, new_to in matcher.get_opcodes():
        if tag != "replace":
            continue
        gone = [unit.key for unit in old[old_from:old_to] if isinstance(unit, Place)]
        words = "".join(unit for unit in new[new_from:new_to] if isinstance(unit, str))
        typed = _HAND_WRITTEN.search(unicodedata.normalize("NFKC", words))
        for key in gone:
            if key in lost and typed:
                return key, words.strip()[:20]
    return None


def _units(text: str) -> list[tuple[Place | None, str]]:
    """The text as characters, a bound figure counting as one."""
    units: list[tuple[Place | None, str]] = []
    for piece in split_text(text):
        if isinstance(piece, Place):
            units.append((piece, ""))
        else:
            units += [(None, char) for char in piece]
    return units
