"""What each kind of comparison says of two values: level by level, on both machines, in words."""

from __future__ import annotations

import datetime as dt

import pyarrow as pa
import pytest
from tests.engine.match.tables import all_levels, machines

from mingbai.engine.generate import check_digit, id_number
from mingbai.engine.match import (
    ALL_KINDS,
    CannotMatch,
    Day,
    Digits,
    Group,
    HanName,
    IdNumber,
    Plan,
    Words,
    match,
)
from mingbai.engine.match.fold import (
    fold,
    fold_plain,
    is_han,
    letters,
    letters_plain,
    sounds,
    spelling,
)

ID = id_number(dt.date(1962, 3, 4), 101)
TWIN = id_number(dt.date(1962, 3, 4), 102)


def swap(text, place):
    return text[:place] + text[place + 1] + text[place] + text[place + 2 :]


def with_check(first17):
    return first17 + check_digit(first17)


NAME, NUMBER, DAY = HanName(column="x"), IdNumber(column="x"), Day(column="x")
PHONE, TEXT = Digits(column="x", label="电话"), Words(column="x", label="街道")
VILLAGE = Group(column="x", label="村（居）", outer=9)
SPEC = [
    (NAME, "王建国", "王建国", "same", "姓名相同"),
    (NAME, "張國華", "张国华", "same", "姓名相同（繁简、间隔号等写法不同）"),
    (NAME, "阿依古丽·艾力", "阿依古丽•艾力", "same", "姓名相同（繁简、间隔号等写法不同）"),
    (NAME, "阿依古丽·艾力", "阿依古丽艾力", "same", "姓名相同（繁简、间隔号等写法不同）"),
    (NAME, "王 玥", "王玥", "same", "姓名相同（繁简、间隔号等写法不同）"),
    (NAME, "王\ue863", "王䶮", "same", "姓名相同（繁简、间隔号等写法不同）"),
    (NAME, "李𠮷", "李吉", "same", "姓名相同（繁简、间隔号等写法不同）"),
    (NAME, "王\ue4c6", "王䶮", "lost", "姓名有字无法显示，其余各字相同"),
    (NAME, "王?华", "王建华", "lost", "姓名有字无法显示，其余各字相同"),
    (NAME, "李丽华", "李莉花", "sound", "姓名读音相同、用字不同"),
    (NAME, "买买提·艾力", "麦买提·艾力", "sound", None),
    (NAME, "张生", "章森", "near_sound", "姓名读音相近（平翘舌、前后鼻音等）"),
    (NAME, "阿依古丽·艾力", "阿依古丽", "part", "姓名一方只写了前一部分"),
    (NAME, "王建国", "王建设", "one_off", "姓名只差一个字"),
    (NAME, "王建国", "王国建", "one_off", "姓名只差一个字"),
    (NAME, "王建国", "王国", "one_off", "姓名只差一个字"),
    (NAME, "阿依古丽艾", "阿依古丽力", "surname", "姓名只有姓相同"),
    (NAME, "王芳", "王伟", "surname", "姓名只有姓相同"),
    (NAME, "王芳", "李伟", "different", "姓名不同"),
    (NAME, "王芳", "??", None, "姓名缺失未比"),
    (NUMBER, ID, ID, "same", "身份证号相同"),
    (NUMBER, ID, ID[:6] + ID[8:17], "same", "身份证号相同（一方为 15 位老号）"),
    (NUMBER, ID, swap(ID, 13), "typo", "身份证号第 14、15 位互换"),
    (NUMBER, ID, ID[:7] + "1" + ID[8:], "typo", "身份证号第 8 位不同"),
    (NUMBER, ID, ID[:16] + ID[17:], "typo", "身份证号相差 1 位（一方多写或漏写）"),
    (NUMBER, ID, ID[:15] + "77" + ID[17:], "near",
     "身份证号第 16、17 位不同（至少一个号码校验位不符）"),
    (NUMBER, ID, swap(swap(ID, 12), 15), "near",
     "身份证号有 4 位不同（至少一个号码校验位不符）"),
    (NUMBER, ID, with_check("340223" + ID[6:17]), "other_region", "身份证号只有前 6 位地区码不同"),
    (NUMBER, ID, "999999" + ID[6:17] + ("0" if ID[17] != "0" else "1"), "other_region", None),
    (NUMBER, ID, with_check(ID[:6] + "19710826" + ID[14:17]), "other_birth",
     "身份证号只有出生日期段（第 7 至 14 位）不同"),
    (NUMBER, ID, ID[:6] + "19999999" + ID[14:], "other_birth", None),
    (NUMBER, ID, TWIN, "both_valid", "身份证号不同（两个号码都通过校验）"),
    (NUMBER, ID, "12345", "different", "身份证号不同"),
    (NUMBER, ID, None, None, "身份证号缺失未比"),
    (DAY, "19620304", "1962-03-04", "same", "出生日期相同"),
    (DAY, "19620304", "19620403", "exchanged", "出生日期月、日互换"),
    (DAY, "19620304", "19620314", "typo", "出生日期第 7 位不同"),
    (DAY, "19620304", "19630304", "typo", "出生日期第 4 位不同"),
    (DAY, "19620304", "19510304", "two_parts", "出生日期年、月、日中有两项相同"),
    (DAY, "19620304", "19621225", "year", "出生日期只有年份相同"),
    (DAY, "19620304", "19471225", "different", "出生日期不同"),
    (DAY, "19620304", "约四月", None, "出生日期缺失未比"),
    (PHONE, "15400000001", "154 0000 0001", "same", "电话相同"),
    (PHONE, "15400000012", "15400000021", "typo", "电话第 10、11 位互换"),
    (PHONE, "15400000012", "1540000012", "typo", "电话相差 1 位（一方多写或漏写）"),
    (PHONE, "15400000012", "15499990012", "different", "电话不同"),
    (PHONE, "15400000012", "", None, "电话缺失未比"),
    (TEXT, "Smith Street", "smith street", "same", "街道相同"),
    (TEXT, "smith street", "smiht street", "one_slip", "街道差一处笔误"),
    (TEXT, "mathew", "matthew", "one_slip", "街道差一处笔误"),
    (TEXT, "smith street", "smyth streat", "two_slips", "街道差两处笔误"),
    (TEXT, "smith street", "street", "part", "街道一方只写了一部分"),
    (TEXT, "abcdefghijkl", "abcxefghxjxl", "similar", "街道相近"),
    (TEXT, "abcdefghijklmnopqrst", "zbcdegfhijklmnpoqrst", "similar", "街道相近"),
    (TEXT, "smith street", "smiley road", "start", "街道只有开头相同"),
    (TEXT, "abcdefgh", "abcxhgfe", "start", "街道只有开头相同"),
    (TEXT, "smith street", "hill road", "different", "街道不同"),
    (TEXT, "ab", "cd", "different", "街道不同"),
    (TEXT, "ab", "--", None, "街道缺失未比"),
    (VILLAGE, "340223100001", "340223100001", "same", "村（居）相同"),
    (VILLAGE, "340223100001", "340223100002", "outer", "村（居）同属一个上级"),
    (VILLAGE, "340223100001", "340223101001", "different", "村（居）不同"),
    (VILLAGE, "340223100001", None, None, "村（居）缺失未比"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("comparison", "left", "right", "code", "said"),
    SPEC,
    ids=[f"{type(row[0]).__name__}-{number}" for number, row in enumerate(SPEC)],
)
def test_levels_and_words(comparison, left, right, code, said):
    for one, other in ((left, right), (right, left)):
        a, b = (comparison.prepare_plain({"x": value}) for value in (one, other))
        level = comparison.plain(a, b)
        assert (comparison.LEVELS[level - 1].code if level else None) == code
        assert said is None or comparison.say(a, b, level) == said


@pytest.mark.parametrize("kind", ALL_KINDS, ids=lambda kind: kind.__name__)
def test_duckdb_says_the_same(kind):
    rows = [row for row in SPEC if type(row[0]) is kind]
    plan = Plan(comparisons=(rows[0][0], Group(column="g", label="组")))
    left, right = (
        pa.table({"x": pa.array([row[side] for row in rows], pa.string()), "g": ["1"] * len(rows)})
        for side in (1, 2)
    )
    duck, plain = machines(left, right, plan)
    found = {(row["l"], row["r"]): row["c0"] for row in all_levels(duck).to_pylist()}
    duck.close()
    plain.close()
    codes = [level.code for level in kind.LEVELS]
    for number, row in enumerate(rows):
        assert found[number, number] == (codes.index(row[3]) + 1 if row[3] else 0)


def test_every_level_has_a_row():
    shown = {(type(row[0]), row[3]) for row in SPEC}
    for kind in ALL_KINDS:
        codes = {level.code for level in kind.LEVELS} - {"swapped"}
        assert codes <= {code for shown_kind, code in shown if shown_kind is kind}


def test_names_in_each_others_columns():
    plan = Plan(
        comparisons=(
            Words(column="given_name", label="名", swap="surname"),
            Words(column="surname", label="姓", swap="given_name"),
        )
    )
    table = pa.table({"given_name": ["anna", "berg"], "surname": ["berg", "anna"]})
    for machine in ("duckdb", "plain"):
        result = match(table.slice(0, 1), table.slice(1), plan=plan, machine=machine)
        assert result.explain(0, 0) == "名填到了另一列，姓填到了另一列"


def test_a_birth_date_out_of_the_number_is_not_counted_twice():
    plan = Plan(
        comparisons=(IdNumber(column="id_number"), Day(column="birth_date", id_number="id_number"))
    )
    schema = pa.schema([("id_number", pa.string()), ("birth_date", pa.date32())])
    born = dt.date(1962, 3, 4)
    left = pa.table({"id_number": [ID, TWIN, ID[:8]], "birth_date": [None, None, None]}, schema)
    right = pa.table({"id_number": [ID], "birth_date": [born]}, schema)
    result = match(left, right, plan=plan)
    assert result.explain(0, 0) == "身份证号相同，出生日期缺失未比"
    assert result.explain(1, 0) == "出生日期相同，身份证号不同（两个号码都通过校验）"
    assert result.explain(2, 0) == "身份证号不同，出生日期缺失未比"


def test_characters():
    assert fold_plain("ＡbÉ　张·三\u200b%", spelling()) == "abe张三"
    assert fold(pa.array(["％", None, "", "A_"]), spelling()).to_pylist() == [
        None,
        None,
        None,
        "a_",
    ]
    assert fold_plain("中", sounds()) == fold_plain("忠", sounds())
    assert fold_plain("中", sounds()) != fold_plain("总", sounds())
    assert is_han(ord("〇"))
    assert is_han(0x20BB7)
    assert not is_han(ord("A"))


@pytest.mark.parametrize("values", [[], [None, ""], ["ab", None, "ba", "张", "a"]])
def test_letters_of_values_as_bits(values):
    bits = letters(pa.array(values, pa.string())).to_pylist()
    assert bits == [letters_plain(value) for value in values]
    assert all(bool(value) == bool(bit) for value, bit in zip(values, bits, strict=True))


def test_plans_that_contradict_themselves():
    with pytest.raises(CannotMatch, match="plain lower-case name"):
        HanName(column="x; DROP TABLE lefts")
    with pytest.raises(CannotMatch, match="each once"):
        Plan(comparisons=())
    with pytest.raises(CannotMatch, match="each once"):
        Plan(comparisons=(NAME, PHONE))
    with pytest.raises(CannotMatch, match="probabilities"):
        Plan(comparisons=(NAME,), threshold=1.0)
    with pytest.raises(CannotMatch, match="at least one"):
        Plan(comparisons=(NAME,), pairs=0)


def test_what_is_missing_is_told():
    table = pa.table({"y": ["a"]})
    for machine in ("duckdb", "plain"):
        with pytest.raises(CannotMatch, match="no column x"):
            match(table, plan=Plan(comparisons=(NAME,)), machine=machine)
    with pytest.raises(CannotMatch, match="without rows"):
        match(table.slice(0, 0).rename_columns(["x"]), plan=Plan(comparisons=(NAME,)))
    with pytest.raises(CannotMatch, match="machines are"):
        match(table.rename_columns(["x"]), plan=Plan(comparisons=(NAME,)), machine="abacus")
