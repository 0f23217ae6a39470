"""培训班期数, 培训人次, 合格率, 证书: from rolls of classes that are not doubted."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from fractions import Fraction
from typing import Final, TypeVar

from mingbai.base.figures import Branch, Card, Figure, Leaf
from mingbai.base.scope import Asker
from mingbai.delivery.models import Certificate
from mingbai.delivery.queries.teaching import (
    Taught,
    certificates_given,
    classes_numbered,
    seats_taught,
    taught_classes,
)
from mingbai.programme.figures import LEVEL_SIZE, cut_page, evidence_of, split_page
from mingbai.programme.queries import sub_items

_HELD, _TIMES, _PASSED, _CERTIFIED = (
    "delivery.classes_held",
    "delivery.training_person_times",
    "delivery.training_pass_ratio",
    "delivery.certificates",
)
_CUTOFF: Final = "截止日及以前结业的班；疑点没有核清的班不计，已被更正的名册不计"
_OWNER: Final = "各办班单位"

T = TypeVar("T")

CARDS: Final[dict[str, Card]] = {
    _HELD: Card(
        key=_HELD, name="举办培训班", unit="count", numerator="有学员名册、已结业的培训班，按班计",
        denominator=None, cutoff=_CUTOFF, owner=_OWNER, word="期",
    ),
    _TIMES: Card(
        key=_TIMES, name="培训人次", unit="count",
        numerator="已结业培训班名册上的学员，一人一课程计一次，不论是否合格",
        denominator=None, cutoff=_CUTOFF, owner=_OWNER, word="人次",
    ),
    _PASSED: Card(
        key=_PASSED, name="培训合格率", unit="ratio",
        numerator="已结业培训班名册上考核合格的学员，一人一课程计一次",
        denominator="同一批培训班的培训人次", cutoff=_CUTOFF, owner=_OWNER, places=2,
    ),
    _CERTIFIED: Card(
        key=_CERTIFIED, name="登记结业证书", unit="count", numerator="登记的结业证书，一号一张",
        denominator=None, cutoff="发证日期不晚于截止日", owner=_OWNER, word="张",
    ),
}  # fmt: skip


def find_card(key: str) -> Card:
    """The card of a figure of training. Errors: ``KeyError``."""
    return CARDS[key]


def make_figure(key: str, *, year: int, cutoff: date, as_of: int | None, to: Asker) -> Figure:
    """A count of classes, seats or certificates, or passed / seats; none without seats."""
    card = CARDS[key]
    if key == _CERTIFIED:
        given = certificates_given(to=to, year=year, through=cutoff, as_of=as_of)
        rows = list(given.values_list("pk", "number"))
        evidence = evidence_of("delivery.Certificate", rows)
        return Figure(card, len(rows), cutoff, evidence, numerator=len(rows))
    found = taught_classes(to=to, year=year, through=cutoff, as_of=as_of)
    told = [(e.training_class.pk, e.entered_id, e.listed_count, e.passed_count) for e in found]
    evidence = evidence_of("delivery.TrainingClass", told)
    value = sum(_part(key, each) for each in found)
    if key != _PASSED:
        return Figure(card, value, cutoff, evidence, numerator=value)
    whole = sum(each.listed_count for each in found)
    return Figure(
        card=card,
        value=Fraction(value, whole) if whole else None,
        cutoff=cutoff,
        evidence=evidence,
        numerator=value,
        denominator=whole,
    )


def walk_figure(
    key: str, path: Sequence[str], *, year: int, cutoff: date, as_of: int | None, to: Asker
) -> list[Branch | Leaf]:
    """Sub-item, then class, then the lines of its roll or register. Errors: ``KeyError``."""
    parts, offset = split_page(path)
    if key not in CARDS or len(parts) > 2:
        raise KeyError(key)
    names = {item.code: item.name for item in sub_items(to=to, year=year)}
    if key == _CERTIFIED:
        given = list(certificates_given(to=to, year=year, through=cutoff, as_of=as_of))
        return _walk_certificates(given, parts, offset, names, to)
    found = taught_classes(to=to, year=year, through=cutoff, as_of=as_of)
    if not parts:
        codes = dict.fromkeys(each.training_class.sub_item for each in found)
        groups = [(code, [e for e in found if e.training_class.sub_item == code]) for code in codes]
        branches = [_branch(key, code, names.get(code, code), group) for code, group in groups]
        return [*cut_page(branches, offset)]
    inside = _must([e for e in found if e.training_class.sub_item == parts[0]], parts[0])
    if key == _HELD:
        if len(parts) > 1:
            raise KeyError(parts[1])
        return [_class_leaf(each) for each in cut_page(inside, offset)]
    if len(parts) == 1:
        made = [_branch(key, str(e.training_class.pk), str(e.training_class), [e]) for e in inside]
        return [*cut_page(made, offset)]
    (one,) = _must([e for e in inside if str(e.training_class.pk) == parts[1]], parts[1])
    return _seat_leaves(key, one, offset)


def _part(key: str, each: Taught) -> int:
    return {_HELD: 1, _TIMES: each.listed_count, _PASSED: each.passed_count}[key]


def _branch(key: str, code: str, name: str, found: Sequence[Taught]) -> Branch:
    value = sum(_part(key, each) for each in found)
    listed = sum(each.listed_count for each in found)
    label = f"{name}（合格 {value} / {listed} 人次）" if key == _PASSED else name
    return Branch(code, label, value, len(found) if key == _HELD else listed)


def _class_leaf(each: Taught) -> Leaf:
    one = each.training_class
    return Leaf(
        f"{one}：{one.end_date:%Y-%m-%d} 结业", 1, each.file_id, each.sheet_number, each.first_line
    )


def _seat_leaves(key: str, one: Taught, offset: int) -> list[Branch | Leaf]:
    """One leaf a seat; a line that repeats a seat adds nothing and says so."""
    rows = seats_taught(one).values_list("origin_line", "seat_key", "passed")
    best: dict[bytes, bool] = {}
    for _, seat, passed in rows:
        best[bytes(seat)] = best.get(bytes(seat), False) or passed
    seen: set[bytes] = set()
    leaves: list[Branch | Leaf] = []
    for line, seat, _ in rows:
        again, passed = bytes(seat) in seen, best[bytes(seat)]
        seen.add(bytes(seat))
        value = 0 if again else int(passed) if key == _PASSED else 1
        word = "与前面同一人同一课程，不重复计" if again else "合格" if passed else "不合格"
        leaves.append(Leaf(f"第 {line} 行：{word}", value, one.file_id, one.sheet_number, line))
    return leaves[offset : offset + LEVEL_SIZE]


def _walk_certificates(
    given: Sequence[Certificate],
    parts: Sequence[str],
    offset: int,
    names: dict[str, str],
    to: Asker,
) -> list[Branch | Leaf]:
    classes = classes_numbered({each.training_class_id for each in given}, to=to)
    by_item: dict[str, list[Certificate]] = {}
    for each in given:
        by_item.setdefault(classes[each.training_class_id].sub_item, []).append(each)
    if not parts:
        told = [Branch(c, names.get(c, c), len(g), len(g)) for c, g in by_item.items()]
        return [*cut_page(told, offset)]
    inside = _must(by_item.get(parts[0], []), parts[0])
    if len(parts) == 1:
        groups: dict[int, int] = {}
        for each in inside:
            groups[each.training_class_id] = groups.get(each.training_class_id, 0) + 1
        told = [Branch(str(pk), str(classes[pk]), count, count) for pk, count in groups.items()]
        return [*cut_page(told, offset)]
    own = _must([e for e in inside if str(e.training_class_id) == parts[1]], parts[1])
    return [
        Leaf(each.shown_number, 1, each.origin_file_id, each.origin_sheet, each.origin_line)
        for each in cut_page(own, offset)
    ]


def _must(rows: list[T], step: str) -> list[T]:
    if not rows:
        raise KeyError(step)
    return rows
