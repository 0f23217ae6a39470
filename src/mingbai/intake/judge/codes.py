"""What offices write for towns, villages and sub-items, as the book spells it out."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from mingbai.engine.canon import CanonColumn
from mingbai.intake.recognise import Recognised
from mingbai.intake.recognise.context import once_a_book, spellings
from mingbai.intake.recognise.words import plain
from mingbai.rulebook import Book, Column

_TOWN_END = re.compile(r"(镇|乡|街道)(人民政府|政府)?$")
_VILLAGE_END = re.compile(r"(社区居委会|村民委员会|居民委员会|村委会|居委会|社区|村)$")
_VILLAGE_FORMS = ("", "村", "社区", "村委会", "居委会", "社区居委会", "村民委员会", "居民委员会")


def canon_columns(found: Recognised, *, book: Book) -> list[CanonColumn]:
    """All columns of the roster as the engine reads them; those the sheet lacks have no source."""
    return [_canon_column(column, found, book) for column in found.roster.columns]


def _canon_column(column: Column, found: Recognised, book: Book) -> CanonColumn:
    place = found.columns.get(column.name)
    return CanonColumn(
        name=column.name,
        type=column.type,
        source=place[0] if place else None,
        unit=(place[2] if place else None) or column.unit or "元",
        required=column.required,
        codes=_codes(column, found, book),
    )


def _codes(column: Column, found: Recognised, book: Book) -> Mapping[str, str]:
    if column.type == "town":
        return town_codes(book)
    if column.type == "village":
        return village_codes(book, found.town)
    if column.type == "sub_item":
        return sub_item_codes(book)
    return column.codes


@once_a_book
def town_codes(book: Book) -> Mapping[str, str]:
    """Town names, full and short, to codes."""
    return _unambiguous(
        (name, town.code)
        for town in book.towns
        for name in {town.name, _TOWN_END.sub("", town.name)}
    )


@once_a_book
def village_codes(book: Book, town: str | None) -> Mapping[str, str]:
    """Village names as written to codes; only those of one town where the sheet names it."""
    names = {each.code: each.name for each in book.towns}
    pairs: list[tuple[str, str]] = []
    for village in book.divisions:
        if village.level != "village" or (town and not village.code.startswith(town)):
            continue
        stem = _VILLAGE_END.sub("", village.name)
        own = names.get(village.code[:9], "")
        pairs.append((village.name, village.code))
        for form in _VILLAGE_FORMS if len(stem) > 1 else _VILLAGE_FORMS[1:]:
            pairs += [(stem + form, village.code), (own + stem + form, village.code)]
        pairs.append((own + village.name, village.code))
    return _unambiguous(pairs)


@once_a_book
def sub_item_codes(book: Book) -> Mapping[str, str]:
    """Every name of every sub-item, and names of programmes that have only one."""
    pairs = [(name, item.code) for item in book.sub_items for name in spellings(item)]
    known = {plain(name) for name, _ in pairs}
    for programme in book.programmes:
        if programme.status != "not_applicable" and len(programme.sub_items) == 1:
            only = programme.sub_items[0].code
            names = (programme.name, programme.short_name, *programme.aliases)
            pairs += [(name, only) for name in names if plain(name) not in known]
    return _unambiguous(pairs)


def _unambiguous(pairs: Iterable[tuple[str, str]]) -> Mapping[str, str]:
    """Spellings that mean one code only; compared as the engine folds them."""
    owners: dict[str, set[str]] = {}
    written: dict[str, tuple[str, str]] = {}
    for name, code in pairs:
        owners.setdefault(plain(name), set()).add(code)
        written.setdefault(name, (plain(name), code))
    return {name: code for name, (folded, code) in written.items() if len(owners[folded]) == 1}
