"""Tables that Hypothesis draws for matching: small alphabets, so that values (nearly) meet."""

from __future__ import annotations

import datetime as dt

import pyarrow as pa
from hypothesis import strategies as st

from mingbai.engine.generate import id_number
from mingbai.engine.match import Day, Digits, Group, HanName, IdNumber, Plan, Words
from mingbai.engine.match.blocking import Rule
from mingbai.engine.match.machines.duckdb import DuckPairs
from mingbai.engine.match.machines.plain import PlainPairs
from mingbai.engine.match.prepare import prepare_table

FULL = Plan(
    comparisons=(
        HanName(column="name"),
        IdNumber(column="id_number"),
        Day(column="birth_date", id_number="id_number"),
        Digits(column="phone", label="电话"),
        Group(column="village", label="村（居）", outer=9),
        Words(column="given", label="名", own=True, swap="family"),
        Words(column="family", label="姓", swap="given"),
    ),
    sample=60,
    pairs=2,
)
_BIRTHS = (dt.date(1950, 1, 1), dt.date(1950, 1, 11), dt.date(1961, 12, 3), dt.date(1961, 3, 12))
_IDS = tuple(id_number(day, turn) for day in _BIRTHS for turn in (11, 12, 101))


@st.composite
def _numbers(draw):
    number = draw(st.sampled_from(_IDS))
    way = draw(st.integers(0, 7))
    place = draw(st.integers(0, 16))
    if way == 1:
        number = number[:place] + number[place + 1] + number[place] + number[place + 2 :]
    elif way == 2:
        number = number[:place] + draw(st.sampled_from("0159")) + number[place + 1 :]
    elif way == 3:
        number = number[:6] + number[8:17]
    elif way == 4:
        number = number[:place] + number[place + 1 :]
    elif way == 5:
        number = "340223" + number[6:]
    elif way == 6:
        number = number.lower().replace("0", "０", 1)
    return number


NUMBERS = _numbers()
NAMES = st.text("王黄旺李丽莉建国國健·•?\ue4c6 \ue863䶮𠮷吉aＡé", max_size=6)
WORDS = st.text("abé st", max_size=9) | st.sampled_from(
    ["smith street", "smiht street", "smith st"]
)
DAYS = st.sampled_from(_BIRTHS)
TEXT_DAYS = st.sampled_from(
    ["19500101", "1950-01-11", "19501101", "19500110", "1950.13.45", "x", ""]
)
PHONES = st.text("0123-", max_size=5) | st.sampled_from(
    ["15400000001", "15400000010", "1540000001"]
)
PLACES = st.sampled_from(["340223100001", "340223100002", "340223101001", "", "x"])


@st.composite
def records(draw, least=1, most=14):
    maybe = lambda values: st.none() | values  # noqa: E731
    rows = draw(
        st.lists(
            st.fixed_dictionaries({
                "name": maybe(NAMES), "id_number": maybe(NUMBERS), "birth_date": maybe(DAYS),
                "phone": maybe(PHONES), "village": maybe(PLACES), "given": maybe(WORDS),
                "family": maybe(WORDS), "amount": maybe(st.integers(0, 10**6)),
            }),
            min_size=least,
            max_size=most,
        )
    )  # fmt: skip
    return table_of(rows)


def table_of(rows):
    """Rows as a table with the columns of FULL; what a row does not say is null."""
    schema = pa.schema([
        ("name", pa.string()), ("id_number", pa.string()), ("birth_date", pa.date32()),
        ("phone", pa.string()), ("village", pa.string()), ("given", pa.string()),
        ("family", pa.string()), ("amount", pa.int64()),
    ])  # fmt: skip
    return pa.Table.from_pylist(rows, schema=schema)


EVERY = Rule("all", ("g__flat",), 0.0)


def machines(left, right, plan):
    both = left.to_pylist(), None if right is None else right.to_pylist()
    ready = None if right is None else prepare_table(right, plan)
    duck = DuckPairs(plan, prepare_table(left, plan), ready, threads=1, memory="200MB", spill=None)
    return duck, PlainPairs(plan, *both)


def all_levels(pairs):
    pairs.find_pairs([EVERY])
    pairs.compare_pairs()
    (*batches,) = pairs.scored_batches()
    return pa.Table.from_batches(batches).sort_by([("l", "ascending"), ("r", "ascending")])
