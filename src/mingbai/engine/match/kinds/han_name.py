"""A person's name in Chinese characters: traditional forms, homophones, lost characters, parts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import product
from typing import Any, ClassVar, Final

import pyarrow as pa
import pyarrow.compute as pc

from mingbai.engine.match.fold import (
    LOST,
    characters,
    fold,
    fold_plain,
    sounds,
    spelling,
)
from mingbai.engine.match.shapes import MISSING, Comparison, Key, Level, Parts, one_column

_PLACES: Final = ("c1", "c2", "c3", "c4")


@dataclass(frozen=True, kw_only=True)
class HanName(Comparison):
    """Names as they are written and as they sound. Dots, blanks and forms tell nobody apart."""

    label: str = "姓名"
    own: bool = True

    LEVELS: ClassVar[tuple[Level, ...]] = (
        Level("same", "{label}相同"),
        Level("lost", "{label}有字无法显示，其余各字相同"),
        Level("sound", "{label}读音相同、用字不同"),
        Level("near_sound", "{label}读音相近（平翘舌、前后鼻音等）"),
        Level("part", "{label}一方只写了前一部分"),
        Level("one_off", "{label}只差一个字"),
        Level("surname", "{label}只有姓相同"),
        Level("different", "{label}不同"),
    )
    PARTS: ClassVar[Mapping[str, pa.DataType]] = {
        "flat": pa.string(),
        "sound": pa.string(),
        "near": pa.string(),
        "first": pa.string(),
        "lost": pa.bool_(),
        "size": pa.int32(),
        **dict.fromkeys(_PLACES, pa.int32()),
        "rest": pa.string(),
    }
    KEYS: ClassVar[tuple[Key, ...]] = (
        Key("sound", "sound", ("surname",)),
        Key("surname", "first"),
    )
    WHOLE: ClassVar[str] = "flat"
    STRONG: ClassVar[int] = 5

    def prepare(self, table: pa.Table) -> Mapping[str, pa.Array]:
        """Fold the column once into spelling, sound and near sound."""
        flat = fold(one_column(table, self.column, pa.string()), spelling())
        flat = pc.if_else(pc.match_substring_regex(flat, f"^{LOST}+$"), None, flat)
        sound, near = fold(flat, sounds()), fold(flat, sounds(near=True))
        rest = pc.utf8_slice_codeunits(flat, 4)
        return {
            "flat": flat,
            "sound": sound,
            "near": near,
            "first": pc.utf8_slice_codeunits(near, 0, 1),
            "lost": pc.match_substring(flat, LOST),
            "size": pc.utf8_length(flat),
            **dict(zip(_PLACES, characters(flat, 4), strict=True)),
            "rest": rest.fill_null(""),
        }

    def prepare_plain(self, record: Mapping[str, Any]) -> Parts:
        """One name."""
        given = record[self.column]
        flat = fold_plain(given, spelling())
        if flat is not None and not flat.strip(LOST):
            flat = None
        near = fold_plain(flat, sounds(near=True))
        codes = [ord(char) for char in (flat or "")[:4]] + [0] * 4
        return {
            "given": given,
            "flat": flat,
            "sound": fold_plain(flat, sounds()),
            "near": near,
            "first": near and near[:1],
            "lost": None if flat is None else LOST in flat,
            "size": None if flat is None else len(flat),
            **dict(zip(_PLACES, codes, strict=False)),
            "rest": (flat or "")[4:],
        }

    def sql(self) -> str:
        """Equality first: nearly all pairs end there or at the surname."""
        return f"""CASE WHEN l.[flat] IS NULL OR r.[flat] IS NULL THEN 0
            WHEN l.[flat] = r.[flat] THEN 1
            WHEN (l.[lost] OR r.[lost])
                AND (l.[flat] LIKE r.[flat] OR r.[flat] LIKE l.[flat]) THEN 2
            WHEN l.[sound] = r.[sound] THEN 3
            WHEN l.[near] = r.[near] THEN 4
            WHEN least(l.[size], r.[size]) >= 2
                AND (starts_with(l.[flat], r.[flat]) OR starts_with(r.[flat], l.[flat])) THEN 5
            WHEN greatest(l.[size], r.[size]) >= 3 AND l.[rest] = r.[rest]
                AND ({_one_off()}) THEN 6
            WHEN l.[first] = r.[first] THEN 7
            ELSE 8 END"""

    def plain(self, left: Parts, right: Parts) -> int:
        """The same, one rule a line."""
        a, b = left["flat"], right["flat"]
        if a is None or b is None:
            return MISSING
        if a == b:
            return 1
        if _could_be(a, b) or _could_be(b, a):
            return 2
        if left["sound"] == right["sound"]:
            return 3
        if left["near"] == right["near"]:
            return 4
        if min(len(a), len(b)) >= 2 and (a.startswith(b) or b.startswith(a)):
            return 5
        if max(len(a), len(b)) >= 3 and a[4:] == b[4:] and _one_off_plain(a[:4], b[:4]):
            return 6
        return 7 if left["first"] == right["first"] else 8

    def say(self, left: Parts, right: Parts, level: int) -> str:
        """Same names that are written differently say so."""
        if level == 1 and left["given"] != right["given"]:
            return f"{self.label}相同（繁简、间隔号等写法不同）"
        return super().say(left, right, level)


def _one_off() -> str:
    """One character replaced, two neighbours swapped, or one left out before the end."""
    differing = " + ".join(f"(l.[{c}] <> r.[{c}])::INTEGER" for c in _PLACES)
    ways = [f"(l.[size] = r.[size] AND {differing} = 1)"]
    for place in range(3):
        one, two = _PLACES[place], _PLACES[place + 1]
        others = [c for c in _PLACES if c not in (one, two)]
        ways.append(
            f"(l.[size] = r.[size] AND l.[{one}] = r.[{two}] AND l.[{two}] = r.[{one}] AND "
            + " AND ".join(f"l.[{c}] = r.[{c}]" for c in others)
            + ")"
        )
    for (more, less), gone in product((("l", "r"), ("r", "l")), range(3)):
        pairs = [(c, c) for c in _PLACES[:gone]]
        pairs += zip(_PLACES[gone + 1 :], _PLACES[gone:], strict=False)
        ways.append(
            f"({more}.[size] = {less}.[size] + 1 AND {less}.[c4] = 0 AND "
            + " AND ".join(f"{more}.[{c}] = {less}.[{d}]" for c, d in pairs)
            + ")"
        )
    return " OR ".join(ways)


def _could_be(pattern: str, name: str) -> bool:
    return len(pattern) == len(name) and all(
        sign in (LOST, char) for sign, char in zip(pattern, name, strict=True)
    )


def _one_off_plain(a: str, b: str) -> bool:
    if len(a) == len(b):
        places = [place for place, pair in enumerate(zip(a, b, strict=True)) if pair[0] != pair[1]]
        if len(places) == 1:
            return True
        if len(places) != 2 or places[1] != places[0] + 1:
            return False
        first = places[0]
        return a[first] == b[first + 1] and a[first + 1] == b[first]
    more, less = (a, b) if len(a) > len(b) else (b, a)
    if len(more) != len(less) + 1:
        return False
    return any(more[:gone] + more[gone + 1 :] == less for gone in range(len(more)))
