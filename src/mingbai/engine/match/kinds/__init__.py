"""Kinds of comparison, one file each."""

from __future__ import annotations

from typing import Final

from mingbai.engine.match.kinds.day import Day
from mingbai.engine.match.kinds.digits import Digits
from mingbai.engine.match.kinds.group import Group
from mingbai.engine.match.kinds.han_name import HanName
from mingbai.engine.match.kinds.id_number import IdNumber
from mingbai.engine.match.kinds.words import Words
from mingbai.engine.match.shapes import Comparison

__all__ = ["ALL_KINDS", "Day", "Digits", "Group", "HanName", "IdNumber", "Words"]

ALL_KINDS: Final[tuple[type[Comparison], ...]] = (HanName, IdNumber, Day, Digits, Words, Group)
