"""What is compared, and how: named by hand, or read off the columns themselves."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import pyarrow as pa
import pyarrow.compute as pc

from mingbai.engine.match.kinds import Day, Digits, Group, HanName, IdNumber, Words
from mingbai.engine.match.shapes import CannotMatch, Comparison, one_column

#: Columns that say where a record stands or what it is worth, not who it is about.
APART: Final = frozenset({"row", "line", "table", "amount", "period", "sub_item", "rec_id"})
_LABELS: Final = {
    "name": "姓名", "id_number": "身份证号", "birth_date": "出生日期", "date_of_birth": "出生日期",
    "sex": "性别", "phone": "电话", "account": "银行账号", "village": "村（居）", "town": "乡镇",
    "given_name": "名", "first_name": "名", "surname": "姓", "last_name": "姓",
    "street_number": "门牌号", "address_1": "街道", "address_2": "住址", "suburb": "城区",
    "postcode": "邮政编码", "state": "省（州）", "soc_sec_id": "社会保障号",
}  # fmt: skip
_LOOKED_AT: Final = 20_000
_FORMS: Final = {
    "id": r"^[1-9][0-9]{14}([0-9]{2}[0-9Xx])?$",
    "day": r"^(18|19|20)[0-9]{2}[-/.]?(0[1-9]|1[0-2])[-/.]?(0[1-9]|[12][0-9]|3[01])$",
    "digits": r"^[0-9Xx +-]+$",
    "han": "^[\u3007\u3400-\u9fff\uf900-\ufaff\U00020000-\U000323af·•・\ue000-\uf8ff]+$",
    "place": r"^[1-9][0-9]{11}$",
}


@dataclass(frozen=True, kw_only=True)
class Plan:
    """Comparisons, and what the tables promise.

    `once`: columns within whose equal values nobody stands twice (a roster and its month); records
    that share them are never joined. `stake`: column of 分 at stake. `pairs` bounds what one
    blocking key may bring, for each left record; `sample` random pairs show what strangers have in
    common, drawn by `seed`. Pairs below `floor` are not kept.
    """

    comparisons: tuple[Comparison, ...]
    threshold: float = 0.5
    floor: float = 0.01
    once: tuple[str, ...] = ()
    stake: str = "amount"
    pairs: int = 4
    largest_block: int = 20_000
    sample: int = 250_000
    seed: int = 1

    def __post_init__(self) -> None:
        names = [each.column for each in self.comparisons]
        if not names or len(set(names)) != len(names):
            raise CannotMatch("a plan compares at least one column, and each once")
        if not 0 < self.floor <= self.threshold < 1:
            raise CannotMatch("floor and threshold are probabilities, the floor not above it")
        if min(self.pairs, self.largest_block, self.sample) < 1:
            raise CannotMatch("pairs, largest_block and sample are counts of at least one")

    def number(self, kind: type[Comparison]) -> int | None:
        """The place of the first comparison of a kind."""
        places = [k for k, each in enumerate(self.comparisons) if isinstance(each, kind)]
        return places[0] if places else None

    def reads(self) -> tuple[str, ...]:
        """Columns that must be there."""
        return tuple(dict.fromkeys(name for each in self.comparisons for name in each.reads()))


def plan_for(left: pa.Table, right: pa.Table | None = None, *, ignore: Sequence[str] = ()) -> Plan:
    """A plan from the columns both tables have: their types and contents say how they compare.

    Nothing here looks at who matches whom. Raises CannotMatch where no column is left.
    """
    tables = [left] if right is None else [left, right]
    apart = APART | set(ignore)
    names = [
        name
        for name in left.column_names
        if name not in apart and all(name in table.column_names for table in tables)
    ]
    made = [comparison_for(tables[-1], name) for name in names]
    found = [each for each in made if each is not None]
    return Plan(comparisons=tuple(_relate(found)))


def comparison_for(table: pa.Table, column: str) -> Comparison | None:
    """How a column compares; None for types that name nobody (amounts, lists, bytes)."""
    label = _LABELS.get(column, column)
    kind = table.schema.field(column).type
    if pa.types.is_date(kind):
        return Day(column=column, label=label)
    if pa.types.is_integer(kind):
        return Group(column=column, label=label) if _few(table, column) else None
    if not (pa.types.is_string(kind) or pa.types.is_large_string(kind)):
        return None
    values = one_column(table.slice(0, _LOOKED_AT), column, pa.string()).drop_null()
    if len(values) == 0:
        return None
    share = {name: _share(values, form) for name, form in _FORMS.items()}
    if share["id"] > 0.6:
        return IdNumber(column=column, label=label)
    if share["day"] > 0.9:
        return Day(column=column, label=label)
    if share["place"] > 0.9 and _many_each(values):
        return Group(column=column, label=label, outer=9)
    if _few(table, column) or (share["digits"] > 0.9 and _many_each(values)):
        return Group(column=column, label=label)
    if share["digits"] > 0.9:
        own = re.search(r"(^|_)(id|no|ssn|card|passport)$", column) is not None
        return Digits(column=column, label=label, common=not own, own=own)
    if share["han"] > 0.6 and re.search("name$", column):
        return HanName(column=column, label=label)
    own = re.search("name$", column) is not None and not re.search("sur|last|family", column)
    return Words(column=column, label=label, own=own)


def _relate(found: Sequence[Comparison]) -> list[Comparison]:
    """Two names may stand in each other's column; a birth date may come from the ID number."""
    numbers = [each.column for each in found if isinstance(each, IdNumber)]
    names = [each.column for each in found if isinstance(each, Words) and "name" in each.column]
    related: list[Comparison] = []
    for each in found:
        if isinstance(each, Day) and "birth" in each.column and len(numbers) == 1:
            related.append(replace(each, id_number=numbers[0]))
        elif isinstance(each, Words) and each.column in names and len(names) == 2:
            swap = names[1 - names.index(each.column)]
            related.append(replace(each, swap=swap))
        else:
            related.append(each)
    return related


def _share(values: pa.Array, form: str) -> float:
    return float(pc.mean(pc.match_substring_regex(values, form).cast(pa.int8())).as_py())


def _distinct(values: pa.Array) -> int:
    return int(pc.count_distinct(values).as_py())


def _many_each(values: pa.Array) -> bool:
    return _distinct(values) * 50 < len(values)


def _few(table: pa.Table, column: str) -> bool:
    """Whether twenty values say it all: sex, state, grade."""
    values = table[column].slice(0, _LOOKED_AT).drop_null()
    counts = sorted(pc.value_counts(values).field("counts").to_pylist(), reverse=True)
    return sum(counts[:20]) > 0.8 * len(values) and len(values) > 100
