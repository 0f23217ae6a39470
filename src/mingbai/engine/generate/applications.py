"""Dirty applications of synthetic people, with the truth: who each is and what was done to it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from functools import lru_cache
from random import Random
from types import MappingProxyType
from typing import Any, Final

import opencc
import pyarrow as pa
from pypinyin import lazy_pinyin

from mingbai.engine.generate.numbers import check_digit

#: Each fault, and the share of applications it befalls where it can. They are drawn one by one, so
#: that one application may bear several.
RATES: Final[Mapping[str, float]] = MappingProxyType({
    "id_missing": 0.03,
    "id_swapped": 0.015,  # two neighbouring digits exchanged
    "id_mistyped": 0.02,  # one digit wrong
    "id_old": 0.03,  # 15 digits, as before 1999
    "id_second": 0.004,  # one person with two numbers: a second valid one
    "id_borrowed": 0.004,  # two people with one number: somebody else's, valid
    "name_homophone": 0.025,
    "name_traditional": 0.03,
    "name_lost": 0.003,  # a character became a font's private one, or a question mark
    "name_dotted": 0.6,  # of names with a dot: another dot, none, or the first part only
    "name_rare": 0.5,  # of names with a rare character: lost, or left as GBK had it
    "name_mistyped": 0.01,  # one character replaced, left out, or two exchanged
    "birth_missing": 0.03,
    "birth_mistyped": 0.015,
    "birth_exchanged": 0.005,  # day and month
    "phone_missing": 0.04,
    "phone_mistyped": 0.015,
    "phone_changed": 0.08,
    "phone_of_other": 0.10,  # of somebody near by in the table: a child, a neighbour
    "village_moved": 0.03,
})  # fmt: skip
#: One application in fifty is somebody's second.
SECONDS: Final = 0.02
_DOTS: Final = "•・‧．"
_SCHEMA: Final = pa.schema([
    ("line", pa.int32()), ("name", pa.string()), ("id_number", pa.string()),
    ("birth_date", pa.date32()), ("sex", pa.int8()), ("phone", pa.string()),
    ("village", pa.string()), ("amount", pa.int64()),
])  # fmt: skip
# GBK's places for characters that Unicode named later.
_LEFT_BY_GBK: Final = {"䶮": "\ue863", "䜣": "\ue85c", "䦃": "\ue850"}

Row = dict[str, Any]


def make_applications(
    people: pa.Table, *, count: int, seed: int, rates: Mapping[str, float] = RATES
) -> tuple[pa.Table, pa.Table]:
    """`count` applications by people drawn from a table, and their truth.

    `people` has name, id_number, birth_date, sex, phone, village. Applications have the same,
    `line` (from 1) and `amount` (分). Truth has `line`, `person` (row of `people`, from 0) and
    `faults` (list of the keys of `rates`). Raises ValueError where nobody is there to apply.
    """
    if not len(people) or count < 0:
        raise ValueError("applications need people, and a count that is not negative")
    random = Random(seed)  # noqa: S311
    wanted = [*_SCHEMA.names[1:-1]]
    records = people.select(wanted)
    rows: list[Row] = []
    told: list[list[str]] = []
    drawn = _draw(random, len(people), count)
    taken = records.take(pa.array(drawn, pa.int64())).to_pylist()
    # Somebody near by in the table: of the same house or village where it is ordered so.
    last = len(people) - 1
    beside = [min(max(who + random.choice((-2, -1, 1, 2)), 0), last) for who in drawn]
    others = records.take(pa.array(beside, pa.int64())).to_pylist()
    for other in others:
        other["moved_to"] = random.choice(taken)["village"]
    for line, (row, other) in enumerate(zip(taken, others, strict=True), 1):
        done = [
            fault
            for fault, rate in rates.items()
            if random.random() < rate and FAULTS[fault](row, other, random)
        ]
        rows.append({"line": line, **row, "amount": random.randrange(100, 1_200) * 100})
        told.append(done)
    truth = pa.table({
        "line": pa.array(range(1, count + 1), pa.int32()),
        "person": pa.array(drawn, pa.int64()),
        "faults": pa.array(told, pa.list_(pa.string())),
    })  # fmt: skip
    return pa.Table.from_pylist(rows, schema=_SCHEMA), truth


def _draw(random: Random, people: int, count: int) -> list[int]:
    """Who applies: nobody twice but for SECONDS, as far as there are people."""
    first = min(people, max(count - int(count * SECONDS), 1), count)
    drawn = random.sample(range(people), first)
    drawn += [drawn[random.randrange(first)] for _ in range(count - first)]
    random.shuffle(drawn)
    return drawn


def _id_missing(row: Row, other: Row, random: Random) -> bool:
    row["id_number"] = None
    return True


def _id_swapped(row: Row, other: Row, random: Random) -> bool:
    number = row["id_number"] or ""
    places = [p for p in range(len(number) - 1) if number[p] != number[p + 1]]
    if not places:
        return False
    row["id_number"] = _exchange(number, random.choice(places))
    return True


def _id_mistyped(row: Row, other: Row, random: Random) -> bool:
    return _mistype(row, "id_number", random, first=6)


def _id_old(row: Row, other: Row, random: Random) -> bool:
    number = row["id_number"] or ""
    if len(number) != 18 or number[6:8] != "19":
        return False
    row["id_number"] = number[:6] + number[8:17]
    return True


def _id_second(row: Row, other: Row, random: Random) -> bool:
    number = row["id_number"] or ""
    if len(number) != 18:
        return False
    turn = (int(number[14:17]) + 2 * random.randrange(1, 490)) % 1000
    first17 = f"{number[:14]}{turn:03d}"
    row["id_number"] = first17 + check_digit(first17)
    return bool(row["id_number"] != number)


def _id_borrowed(row: Row, other: Row, random: Random) -> bool:
    lent = other["id_number"]
    if lent is None or lent == row["id_number"]:
        return False
    row["id_number"] = lent
    return True


def _name_homophone(row: Row, other: Row, random: Random) -> bool:
    name = row["name"]
    places = [p for p in range(1, len(name)) if len(_alike(name[p])) > 1]
    if not places:
        return False
    place = random.choice(places)
    choice = [char for char in _alike(name[place]) if char != name[place]]
    row["name"] = name[:place] + random.choice(choice) + name[place + 1 :]
    return True


def _name_traditional(row: Row, other: Row, random: Random) -> bool:
    written = _traditional().convert(row["name"])
    changed = bool(written != row["name"])
    row["name"] = written
    return changed


def _name_lost(row: Row, other: Row, random: Random) -> bool:
    name = row["name"]
    if len(name) < 2:
        return False
    place = random.randrange(1, len(name))
    sign = random.choice(("?", "\ufffd", chr(0xE000 + random.randrange(0x700))))
    row["name"] = name[:place] + sign + name[place + 1 :]
    return True


def _name_dotted(row: Row, other: Row, random: Random) -> bool:
    first, dot, last = row["name"].partition("·")
    if not dot:
        return False
    row["name"] = random.choice((first + last, first + random.choice(_DOTS) + last, first))
    return True


def _name_rare(row: Row, other: Row, random: Random) -> bool:
    name = row["name"]
    places = [p for p, char in enumerate(name) if p and not _in_gb2312(char) and char != "·"]
    if not places:
        return False
    char = name[places[0]]
    sign = _LEFT_BY_GBK.get(char) or random.choice(("?", "\ufffd", "\ue4c6"))
    row["name"] = name.replace(char, sign)
    return True


def _name_mistyped(row: Row, other: Row, random: Random) -> bool:
    name = row["name"]
    if len(name) < 3:
        return False
    place = random.randrange(1, len(name))
    kind = random.random()
    if kind < 0.3:
        row["name"] = name[:place] + name[place + 1 :]
    elif kind < 0.5 and place + 1 < len(name):
        row["name"] = _exchange(name, place)
    else:
        row["name"] = name[:place] + random.choice("建国文明春兰芳军华平") + name[place + 1 :]
    return bool(row["name"] != name)


def _birth_missing(row: Row, other: Row, random: Random) -> bool:
    row["birth_date"] = None
    return True


def _birth_mistyped(row: Row, other: Row, random: Random) -> bool:
    day = row["birth_date"]
    if day is None:
        return False
    year = day.year + random.choice((-10, -1, 1, 10, 0, 0))
    month = random.randrange(1, 13) if year == day.year else day.month
    return _set_day(row, year, month, day.day if month != day.month else random.randrange(1, 29))


def _birth_exchanged(row: Row, other: Row, random: Random) -> bool:
    day = row["birth_date"]
    if day is None or day.day > 12 or day.day == day.month:
        return False
    return _set_day(row, day.year, day.day, day.month)


def _phone_missing(row: Row, other: Row, random: Random) -> bool:
    row["phone"] = None
    return True


def _phone_mistyped(row: Row, other: Row, random: Random) -> bool:
    return _mistype(row, "phone", random, first=3)


def _phone_changed(row: Row, other: Row, random: Random) -> bool:
    # 165 is given to no operator and to no synthetic person.
    row["phone"] = f"165{random.randrange(10**8):08d}"
    return True


def _phone_of_other(row: Row, other: Row, random: Random) -> bool:
    row["phone"] = other["phone"]
    return True


def _village_moved(row: Row, other: Row, random: Random) -> bool:
    moved = bool(other["moved_to"] != row["village"])
    row["village"] = other["moved_to"]
    return moved


FAULTS: Final[Mapping[str, Callable[[Row, Row, Random], bool]]] = MappingProxyType({
    "id_missing": _id_missing, "id_swapped": _id_swapped, "id_mistyped": _id_mistyped,
    "id_old": _id_old, "id_second": _id_second, "id_borrowed": _id_borrowed,
    "name_homophone": _name_homophone, "name_traditional": _name_traditional,
    "name_lost": _name_lost, "name_dotted": _name_dotted, "name_rare": _name_rare,
    "name_mistyped": _name_mistyped, "birth_missing": _birth_missing,
    "birth_mistyped": _birth_mistyped, "birth_exchanged": _birth_exchanged,
    "phone_missing": _phone_missing, "phone_mistyped": _phone_mistyped,
    "phone_changed": _phone_changed, "phone_of_other": _phone_of_other,
    "village_moved": _village_moved,
})  # fmt: skip


def _mistype(row: Row, column: str, random: Random, *, first: int) -> bool:
    """One digit from place `first` on becomes another."""
    number = row[column] or ""
    places = [place for place in range(first, len(number)) if number[place].isdigit()]
    if not places:
        return False
    place = random.choice(places)
    digit = str((int(number[place]) + random.randrange(1, 10)) % 10)
    row[column] = number[:place] + digit + number[place + 1 :]
    return True


def _exchange(text: str, place: int) -> str:
    return text[:place] + text[place + 1] + text[place] + text[place + 2 :]


def _set_day(row: Row, year: int, month: int, day: int) -> bool:
    changed = dt.date(year, month, min(day, 28))
    moved = bool(changed != row["birth_date"])
    row["birth_date"] = changed
    return moved


@lru_cache(maxsize=1)
def _traditional() -> opencc.OpenCC:
    return opencc.OpenCC("s2t")


@lru_cache(maxsize=1)
def _by_sound() -> Mapping[str, str]:
    """The characters of GB 2312's first level, which are those people choose from, by syllable."""
    common = [bytes([lead, trail]) for lead in range(0xB0, 0xD8) for trail in range(0xA1, 0xFF)]
    sounds: dict[str, str] = {}
    for code in common:
        char = code.decode("gb2312", errors="ignore")
        if char:
            sound = lazy_pinyin(char)[0]
            sounds[sound] = sounds.get(sound, "") + char
    return sounds


@lru_cache(maxsize=8_192)
def _alike(char: str) -> str:
    return _by_sound().get(lazy_pinyin(char)[0], "") if _in_gb2312(char) else ""


@lru_cache(maxsize=8_192)
def _in_gb2312(char: str) -> bool:
    try:
        char.encode("gb2312")
    except UnicodeEncodeError:
        return False
    return True
