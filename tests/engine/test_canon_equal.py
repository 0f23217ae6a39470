"""The vectorised canon and its plain twin say the same of every table."""

from __future__ import annotations

import datetime as dt
from collections import Counter

import polars as pl
import pyarrow as pa
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from tests.engine.test_canon_types import AS_OF, SPEC, column_of

from mingbai.engine.canon import CanonColumn, canonical_table, canonical_table_plain
from mingbai.engine.canon.shapes import BLANKS
from mingbai.engine.canon.types import ALL_TYPES, credit_code, type_of
from mingbai.engine.canon.types.id_number import check_character
from mingbai.engine.reading import KINDS, RawSheet

TYPES = [
    "text", "name", "id_number", "document", "disability_card", "credit_code", "date", "period",
    "money", "account", "phone", "integer", "decimal", "code",
]  # fmt: skip


def sheet_of(columns: list[list[tuple[str | None, int]]], first_line: int = 1) -> RawSheet:
    count = len(columns[0])
    arrays = [pa.array(range(first_line, first_line + count), pa.int32())]
    names = ["line"]
    for number, cells in enumerate(columns, start=1):
        arrays.append(pa.array([text for text, _ in cells], pa.string()))
        arrays.append(pa.array([kind if text else 0 for text, kind in cells], pa.int8()))
        names += [f"c{number}", f"k{number}"]
    return RawSheet("甲", 1, False, pa.table(arrays, names=names))


def both(raw, columns, **given):
    asked = {"columns": columns, "first_line": 1, "as_of": AS_OF, **given}
    fast, plain = canonical_table(raw, **asked), canonical_table_plain(raw, **asked)
    assert fast.table.equals(plain.table)
    assert fast.table.schema.equals(plain.table.schema)
    assert fast.faults.equals(plain.faults)
    return fast


digits = st.text("0123456789", min_size=0, max_size=20)
births = st.dates(dt.date(1895, 1, 1), dt.date(2022, 1, 1))


@st.composite
def id_numbers(draw):
    first17 = (
        f"{draw(st.integers(100000, 999999))}{draw(births):%Y%m%d}{draw(st.integers(0, 999)):03d}"
    )
    return first17 + draw(st.sampled_from([check_character(first17), "X", "0", "5"]))


@st.composite
def disability_cards(draw):
    kind, grade = draw(st.integers(0, 9)), draw(st.integers(0, 9))
    return f"{draw(id_numbers())}{kind}{grade}{draw(st.sampled_from(['', '', 'B1']))}"


@st.composite
def credit_codes(draw):
    own = draw(st.text(credit_code.ALPHABET, min_size=8, max_size=8))
    own += draw(st.sampled_from([credit_code.own_check_character(own), "0", "A"]))
    first17 = f"9{draw(st.sampled_from('12Y'))}{draw(st.integers(100000, 999999))}{own}"
    return first17 + draw(st.sampled_from([credit_code.check_character(first17), "0", "I"]))


@st.composite
def cards(draw):
    return "62" + draw(st.text("0123456789", min_size=12, max_size=18))


def spelled(day: dt.date) -> st.SearchStrategy[str]:
    return st.sampled_from(
        [
            f"{day:%Y-%m-%d}", f"{day.year}.{day.month}.{day.day}",
            f"{day.year}年{day.month}月{day.day}日", f"{day:%Y%m%d}", f"{day:%y.%m.%d}",
            f"{day:%Y-%m-%d} 00:00:00", f"{day:%Y%m}", f"{day.year}.{day.month}",
        ]
    )  # fmt: skip


regular = st.one_of(
    id_numbers(),
    disability_cards(),
    credit_codes(),
    cards(),
    digits,
    births.flatmap(spelled),
    st.text("张三李四欧阳小明·", min_size=1, max_size=7),
    st.from_regex(r"1[3-9][0-9]{9}", fullmatch=True),
    st.from_regex(r"-?[0-9]{1,16}(\.[0-9]{1,8})?", fullmatch=True),
    st.floats(allow_nan=False, allow_infinity=False).map(repr),
    st.sampled_from(["一档", "二档", "grade-1", "一 档", "合计", "nan"]),
    st.sampled_from([row[1] for row in SPEC]),
)
decorated = st.tuples(
    st.text(BLANKS, max_size=2), regular, st.text(BLANKS + "元Ｘx%", max_size=2)
).map("".join)
cells = st.tuples(
    st.one_of(st.none(), decorated, regular, st.text(max_size=12)),
    st.sampled_from(sorted(set(KINDS.values()) - {0})),
)


@pytest.mark.parametrize("type_name", TYPES)
@given(column=st.lists(cells, min_size=1, max_size=25), required=st.booleans())
@settings(max_examples=25, deadline=None)
def test_twins_agree_on_generated_columns(type_name, column, required):
    both(sheet_of([column]), [column_of(type_name, required=required)])


@pytest.mark.parametrize("type_name", TYPES)
def test_twins_agree_on_every_spec_cell_of_every_type(type_name):
    column = [(text, kind) for _, text, kind, _, _ in SPEC]
    both(sheet_of([column]), [column_of(type_name)])


@pytest.mark.parametrize("type_name", TYPES)
def test_the_fast_way_decides_regular_cells(type_name):
    """Guards the speed: at least one spec cell of each type is decided without the plain twin."""
    kind = type_of(column_of(type_name), as_of=AS_OF)
    rows = [row for row in SPEC if row[0] == type_name and row[3] is not None and not row[4]]
    frame = pl.DataFrame(
        {"t": [row[1] for row in rows], "k": [row[2] for row in rows]},
        schema={"t": pl.String, "k": pl.Int8},
    )
    found = frame.select(v=kind.fast(pl.col("t"), pl.col("k")))["v"].to_list()
    assert any(value is not None for value in found)
    for value, row in zip(found, rows, strict=True):
        assert value is None or value == row[3]


def test_every_type_has_a_generator():
    covered = {type(type_of(column_of(name), as_of=AS_OF)) for name in TYPES}
    assert covered == set(ALL_TYPES)


@given(
    rows=st.lists(st.tuples(cells, cells, cells, cells), min_size=0, max_size=12),
    first=st.integers(1, 5),
    last=st.one_of(st.none(), st.integers(1, 12)),
    skip=st.sets(st.integers(1, 12), max_size=3),
)
@example(rows=[], first=1, last=None, skip=set())
@settings(max_examples=25, deadline=None)
def test_whole_tables_agree(rows, first, last, skip):
    columns = [
        CanonColumn("name", "name", "A", required=True),
        CanonColumn("id_number", "id_number", 2, required=True),
        CanonColumn("head_id", "id_number", 3),
        CanonColumn("amount", "money", 4, unit="万元"),
        CanonColumn("period", "period"),
        CanonColumn("grade", "text", required=True),
        CanonColumn("card", "disability_card", 2),
        CanonColumn("paper", "document", 3),
    ]
    raw = sheet_of([[row[n] for row in rows] for n in range(4)])
    found = both(
        raw, columns, first_line=first, last_line=last, skip_lines=skip, defaults={"period": 202106}
    )
    lines = found.table["line"].to_pylist()
    assert set(lines) == {
        line for line in range(1, len(rows) + 1)
        if line >= first and (last is None or line <= last) and line not in skip
    }  # fmt: skip
    worst = Counter()
    for fault in found.faults.to_pylist():
        worst[fault["line"]] = max(worst[fault["line"]], fault["severity"])
    assert found.table["verdict"].to_pylist() == [worst[line] for line in lines]
    assert all(v == 3 for v in found.table["verdict"].to_pylist())  # grade is required and absent


def test_lines_outside_and_columns_that_are_not_there():
    """Lines before, after and to be skipped give no rows; a column not in the sheet is given for
    all of them, or missing in each.
    """
    raw = sheet_of([[(text, 1) for text in ("表头", "张三", "小计", "李四", "合计")]])
    columns = [
        CanonColumn("name", "name", 1, required=True),
        CanonColumn("period", "period", required=True),
        CanonColumn("grade", "text", required=True),
        CanonColumn("town", "text"),
    ]
    found = both(
        raw, columns, first_line=2, last_line=4, skip_lines={3}, defaults={"period": 202106}
    )
    told = found.table.select(["line", "name", "period", "grade", "town"]).to_pylist()
    assert [list(row.values()) for row in told] == [
        [2, "张三", 202106, None, None], [4, "李四", 202106, None, None]
    ]  # fmt: skip
    assert [(f["line"], f["column"], f["code"]) for f in found.faults.to_pylist()] == [
        (2, "grade", "empty"), (4, "grade", "empty")
    ]  # fmt: skip


def test_map_must_fit_the_sheet():
    raw = sheet_of([[("张三", 1)]])
    for columns in (
        [CanonColumn("name", "name", 2)],
        [CanonColumn("name", "name", 1), CanonColumn("name", "text", 1)],
        [CanonColumn("line", "text", 1)],
        [CanonColumn("id_number", "id_number", 1), CanonColumn("sex", "text", 1)],
    ):
        with pytest.raises(ValueError):
            canonical_table(raw, columns=columns, first_line=1, as_of=AS_OF)


def test_numbers_tell_what_they_carry():
    card = next(row[1] for row in SPEC if row[0] == "disability_card" and not row[4])
    passport = next(row[1] for row in SPEC if row[4] == ["document_other"])
    raw = sheet_of([[(card, 1), (None, 0)], [(card[:18], 1), (passport, 1)]])
    columns = [
        CanonColumn("card", "disability_card", 1),
        CanonColumn("paper", "document", 2),
    ]
    found = both(raw, columns).table.to_pylist()
    assert [found[0][f"card_{name}"] for name in ("id_number", "kind", "grade")] == [
        card[:18], int(card[18]), int(card[19]),
    ]  # fmt: skip
    assert found[0]["paper_birth_date"] == dt.date(1990, 1, 1)
    assert found[0]["paper_sex"] in (1, 2)
    assert {found[1][name] for name in ("card", "card_kind", "paper_birth_date", "paper_sex")} == {
        None
    }
    assert found[1]["paper"] == passport.upper()
    taken = [*columns, CanonColumn("card_kind", "text", 1)]
    with pytest.raises(ValueError, match="reserved"):
        canonical_table(raw, columns=taken, first_line=1, as_of=AS_OF)
