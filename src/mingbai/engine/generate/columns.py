"""Whole columns of personal numbers and names: the forms of `numbers` and `names`, vectorised."""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from mingbai.engine.generate import numbers
from mingbai.engine.generate.lots import Ints, Lots, Words
from mingbai.engine.generate.names import list_given, list_minority, list_surnames

Bytes = npt.NDArray[np.uint8]

#: Sequence numbers of a day for women (even) and men (odd). Hundreds are left out for women: with
#: a check digit 0 such a number ends in 000 and looks as if a spreadsheet had eaten its tail.
SEQUENCES: Final = (
    np.array([n for n in range(2, 999, 2) if n % 100], np.int64),
    np.arange(1, 1000, 2, dtype=np.int64),
)

_ZERO: Final = ord("0")
# GB 11643-1999, as in `numbers`; the test compares the two.
_WEIGHTS: Final = np.array([2 ** (17 - place) % 11 for place in range(17)], np.int64)
_CHECKS: Final = np.frombuffer(b"10X98765432", np.uint8)

# Multipliers prime to the ranges: neighbours have distant numbers, and no two meet.
_ACCOUNTS: Final = 9_999_999_967
_ACCOUNT_STEP: Final = 654_321_007
_PHONES: Final = 299_999_977
_PHONE_STEP: Final = 1_234_577

_SURNAMES: Final = list_surnames()
_MINORITY: Final = list_minority()
_BY_SEX: Final = (list_given(male=False), list_given(male=True))
_GIVEN: Final = tuple(dict.fromkeys([*_BY_SEX[0][0], *_BY_SEX[1][0]]))
_PLACE: Final = {name: place for place, name in enumerate(_GIVEN)}
_GIVEN_PLACES: Final = tuple(
    np.array([_PLACE[name] for name in listed], np.int64) for listed, _, _ in _BY_SEX
)
#: A name's serial is surname times this plus given name; names in two parts follow.
_BASE: Final = len(_GIVEN)
_FIRST_MINORITY: Final = len(_SURNAMES) * _BASE
NAME_COUNT: Final = _FIRST_MINORITY + len(_MINORITY)


def id_numbers(births: Ints, sequences: Ints) -> pa.Array:
    """ID numbers from birth dates (days since 1970) and sequence numbers."""
    out = np.empty((len(births), 18), np.uint8)
    out[:, :6] = np.frombuffer(numbers.DEMO_REGION.encode(), np.uint8)
    days = births.astype("datetime64[D]")
    years = days.astype("datetime64[Y]").astype(np.int64) + 1970
    months = days.astype("datetime64[M]").astype(np.int64) % 12 + 1
    day = (days - days.astype("datetime64[M]")).astype(np.int64) + 1
    _write_digits(out[:, 6:14], years * 10_000 + months * 100 + day)
    _write_digits(out[:, 14:17], sequences)
    total = (out[:, :17] - _ZERO).astype(np.int64) @ _WEIGHTS
    out[:, 17] = _CHECKS[total % 11]
    return _strings(out)


def account_numbers(serials: Ints) -> pa.Array:
    """19-digit bank accounts with a right Luhn digit."""
    out = np.empty((len(serials), 19), np.uint8)
    prefix = numbers.ACCOUNT_PREFIX.encode()
    out[:, : len(prefix)] = np.frombuffer(prefix, np.uint8)
    _write_digits(out[:, 8:18], serials.astype(np.int64) * _ACCOUNT_STEP % _ACCOUNTS)
    body = (out[:, :18] - _ZERO).astype(np.int64)
    body[:, 1::2] *= 2
    total = np.where(body > 9, body - 9, body).sum(axis=1)
    out[:, 18] = -total % 10 + _ZERO
    return _strings(out)


def phone_numbers(serials: Ints) -> pa.Array:
    """11-digit phones in ranges that no operator was given."""
    placed = serials.astype(np.int64) * _PHONE_STEP % _PHONES
    heads = np.array([int(head) for head in numbers.PHONE_RANGES], np.int64)
    out = np.empty((len(serials), 11), np.uint8)
    _write_digits(out, heads[placed // 10**8] * 10**8 + placed % 10**8)
    return _strings(out)


def draw_surnames(lots: Lots, purpose: str, items: Ints) -> Ints:
    """A surname for each item: the commonest lead, one in 200 has two characters."""
    common = len(_SURNAMES) - 10
    place = (lots.share(purpose, items) ** 2 * common).astype(np.int64)
    odd = lots.between(f"{purpose}, of two characters", items, 0, 1999)
    return np.where(odd < 10, common + odd, place)


def draw_names(lots: Lots, people: Ints, surnames: Ints, male: npt.NDArray[np.bool_]) -> Ints:
    """A name's serial for each person: 18 in 100 have one character, 1 in 150 a rare one."""
    shape = lots.share("given name: shape", people)
    given = np.empty(len(people), np.int64)
    for sex, (listed, single, rare) in enumerate(_BY_SEX):
        usual = len(listed) - single - rare
        ours = male == bool(sex)
        who, form = people[ours], shape[ours]
        place = np.where(
            form < 0.007,
            single + usual + lots.between("given name: rare", who, 0, rare - 1),
            single + lots.between("given name: usual", who, 0, usual - 1),
        )
        place = np.where(form > 0.82, lots.between("given name: single", who, 0, single - 1), place)
        given[ours] = _GIVEN_PLACES[sex][place]
    minority = lots.between("name in two parts", people, 0, 333 * len(_MINORITY) - 1)
    # Serials are the names: one text, one serial (a test holds it).
    whole = surnames * _BASE + given
    return np.where(minority < len(_MINORITY), _FIRST_MINORITY + minority, whole)


def spell_names(serials: Ints) -> pa.Array:
    """The names behind their serials."""
    minority = serials >= _FIRST_MINORITY
    inside = np.where(minority, 0, serials)
    first = pa.array(_SURNAMES).take(pa.array(inside // _BASE))
    given = pa.array(_GIVEN).take(pa.array(inside % _BASE))
    spelled = pc.binary_join_element_wise(first, given, "")
    parts = pa.array(_MINORITY).take(pa.array(np.where(minority, serials - _FIRST_MINORITY, 0)))
    return pc.if_else(pa.array(minority), parts, spelled)


def binary(words: Words, known: npt.NDArray[np.bool_] | None = None) -> pa.Array:
    """Keys (see Lots.keys) as an Arrow column; what is not `known` is null."""
    return _column(pa.binary(), np.ascontiguousarray(words).view(np.uint8).reshape(-1, 16), known)


def _strings(cells: Bytes) -> pa.Array:
    return _column(pa.string(), cells, None)


def _column(kind: pa.DataType, cells: Bytes, known: npt.NDArray[np.bool_] | None) -> pa.Array:
    """Cells of one width without copying them."""
    offsets = np.arange(len(cells) + 1, dtype=np.int32) * np.int32(cells.shape[1])
    validity = None
    if known is not None:
        validity = pa.py_buffer(np.packbits(known, bitorder="little"))
    buffers = [validity, pa.py_buffer(offsets), pa.py_buffer(np.ascontiguousarray(cells))]
    return pa.Array.from_buffers(kind, len(cells), buffers)


def _write_digits(out: Bytes, values: Ints) -> None:
    """Decimal digits, leading zeros included, from the right."""
    for place in range(out.shape[1] - 1, -1, -1):
        values, digit = np.divmod(values, 10)
        out[:, place] = digit + _ZERO
