"""Spec tables: what each type accepts, what it makes of it, and how it words what it refuses."""

from __future__ import annotations

import datetime as dt

import pytest

from mingbai.engine.canon import CanonColumn, message
from mingbai.engine.canon.cells import read_cell
from mingbai.engine.canon.shapes import Remark
from mingbai.engine.canon.types import ALL_TYPES, credit_code, type_of
from mingbai.engine.canon.types.account import passes_luhn
from mingbai.engine.canon.types.date import DateType
from mingbai.engine.canon.types.id_number import (
    IdNumberType,
    birth_date_of,
    check_character,
    sex_of,
)
from mingbai.engine.reading import KINDS

AS_OF = dt.date(2021, 6, 30)
TEXT, NUMBER, DATE, BOOLEAN = (KINDS[k] for k in ("text", "number", "date", "boolean"))


def make_id(first17: str) -> str:
    return first17 + check_character(first17)


ADULT = make_id("34029919900101123")
# A number whose check character is X, found by counting the sequence up.
ENDS_X = next(
    number
    for number in (make_id(f"34029919900101{n:03d}") for n in range(1, 999))
    if number.endswith("X")
)
ENDS_000 = next(
    number
    for number in (make_id(f"340299199{y}0101{n}00") for y in range(10) for n in range(10))
    if number.endswith("000")
)
SWAPPED = ADULT[:15] + ADULT[16] + ADULT[15] + ADULT[17]
CARD = next(c for c in (f"622848000000000{n:04d}" for n in range(99)) if passes_luhn(c))
BAD_CARD = CARD[:-1] + str((int(CARD[-1]) + 1) % 10)

OWN = "MA2RT0JL" + credit_code.own_check_character("MA2RT0JL")
CREDIT = "91340299" + OWN + credit_code.check_character("91340299" + OWN)
_OLD = "91340299" + OWN[:8] + ("1" if OWN[8] != "1" else "2")
OLD_CREDIT = _OLD + credit_code.check_character(_OLD)

# type, cell, kind, value, codes of remarks
SPEC = [
    ("id_number", ADULT, TEXT, ADULT, []),
    ("id_number", ENDS_X.lower(), TEXT, ENDS_X, []),
    ("id_number", ENDS_X[:-1] + "Ｘ", TEXT, ENDS_X, []),
    ("id_number", "".join(chr(ord(c) + 0xFEE0) for c in ADULT), TEXT, ADULT, []),
    ("id_number", f"{ADULT[:6]} {ADULT[6:14]}\u00a0{ADULT[14:]}", TEXT, ADULT, []),
    ("id_number", "'" + ADULT, TEXT, ADULT, []),
    ("id_number", ADULT, NUMBER, None, ["id_number_cell"]),
    ("id_number", "3.402991990010112e+17", NUMBER, None, ["id_scientific"]),
    ("id_number", "3.40E+17", TEXT, None, ["id_scientific"]),
    ("id_number", ADULT[:15] + "000", TEXT, None, ["id_lost_digits"]),
    ("id_number", ENDS_000, TEXT, ENDS_000, ["id_ends_000"]),
    ("id_number", "340299900101123", TEXT, ADULT, ["id_15"]),
    ("id_number", "340299900101123", NUMBER, ADULT, ["id_15"]),
    ("id_number", "340299900231123", TEXT, None, ["id_birth"]),
    ("id_number", "040299900101123", TEXT, None, ["id_form"]),
    ("id_number", SWAPPED, TEXT, None, ["id_check"]),
    ("id_number", ADULT[:17], TEXT, None, ["id_length"]),
    ("id_number", ADULT + "1", TEXT, None, ["id_length"]),
    ("id_number", "12345678", NUMBER, None, ["id_length"]),
    ("id_number", "E1234567", TEXT, None, ["id_other_document"]),
    ("id_number", "H1234567890", TEXT, None, ["id_other_document"]),
    ("id_number", "3402991990X101123X", TEXT, None, ["id_form"]),
    ("id_number", make_id("81000019880214123"), TEXT, make_id("81000019880214123"), []),
    ("id_number", make_id("82000019880214123"), TEXT, make_id("82000019880214123"), []),
    ("id_number", "830000198802110027", TEXT, "830000198802110027", []),
    ("id_number", make_id("91124819900101123"), TEXT, make_id("91124819900101123"), []),
    ("id_number", "USA110106012345", TEXT, "USA110106012345", ["id_foreign_old"]),
    ("id_number", make_id("01029919900101123"), TEXT, None, ["id_form"]),
    ("id_number", make_id("34029920000229123"), TEXT, make_id("34029920000229123"), []),
    ("id_number", make_id("34029919000229123"), TEXT, None, ["id_birth"]),
    ("id_number", make_id("34029919901301123"), TEXT, None, ["id_birth"]),
    ("id_number", make_id("34029920210701123"), TEXT, None, ["id_birth_future"]),
    ("id_number", make_id("34029920210630123"), TEXT, make_id("34029920210630123"), []),
    ("id_number", make_id("34029918990101123"), TEXT, make_id("34029918990101123"), ["id_too_old"]),
    ("id_number", make_id("34029919010101123"), TEXT, make_id("34029919010101123"), []),
    ("id_number", make_id("99999919900101123"), TEXT, make_id("99999919900101123"), []),
    ("document", ADULT, TEXT, ADULT, []),
    ("document", ENDS_X.lower(), TEXT, ENDS_X, []),
    ("document", "340299900101123", TEXT, ADULT, ["id_15"]),
    ("document", "e1234567", TEXT, "E1234567", ["document_other"]),
    ("document", "EA1234567", TEXT, "EA1234567", ["document_other"]),
    ("document", "H 1234567890", TEXT, "H1234567890", ["document_other"]),
    ("document", "12345678", TEXT, "12345678", ["document_other"]),
    ("document", "12345678", NUMBER, None, ["id_length"]),
    ("document", "USA110106012345", TEXT, "USA110106012345", ["id_foreign_old"]),
    ("document", make_id("91124819900101123"), TEXT, make_id("91124819900101123"), []),
    ("document", SWAPPED, TEXT, None, ["id_check"]),
    ("document", "3.40E+17", TEXT, None, ["id_scientific"]),
    ("document", "护照遗失", TEXT, None, ["id_form"]),
    ("disability_card", ADULT + "43", TEXT, ADULT + "43", []),
    ("disability_card", ENDS_X.lower() + "11", TEXT, ENDS_X + "11", []),
    ("disability_card", f"{ADULT} 4 3", TEXT, ADULT + "43", []),
    ("disability_card", ADULT + "43B1", TEXT, ADULT + "43", ["card_reissued"]),
    ("disability_card", ENDS_000 + "74", TEXT, ENDS_000 + "74", ["id_ends_000"]),
    ("disability_card", ADULT, TEXT, None, ["card_length"]),
    ("disability_card", ADULT + "4", TEXT, None, ["card_length"]),
    ("disability_card", ADULT + "03", TEXT, None, ["card_kind"]),
    ("disability_card", ADULT + "83", TEXT, None, ["card_kind"]),
    ("disability_card", ADULT + "40", TEXT, None, ["card_grade"]),
    ("disability_card", ADULT + "45", TEXT, None, ["card_grade"]),
    ("disability_card", SWAPPED + "43", TEXT, None, ["card_id"]),
    ("disability_card", ADULT[:17] + "X34X", TEXT, None, ["card_length"]),
    ("disability_card", "皖残字12345", TEXT, None, ["card_form"]),
    ("disability_card", ADULT + "43", NUMBER, None, ["card_number_cell"]),
    ("disability_card", "2021-06-30", DATE, None, ["card_number_cell"]),
    ("disability_card", "12345", NUMBER, None, ["card_length"]),
    ("disability_card", "3.40E+19", TEXT, None, ["card_scientific"]),
    ("credit_code", CREDIT, TEXT, CREDIT, []),
    ("credit_code", CREDIT.lower(), TEXT, CREDIT, []),
    ("credit_code", f"{CREDIT[:8]} {CREDIT[8:]}", TEXT, CREDIT, []),
    ("credit_code", "91350100M000100Y43", TEXT, "91350100M000100Y43", []),
    ("credit_code", OLD_CREDIT, TEXT, OLD_CREDIT, ["credit_own_check"]),
    ("credit_code", CREDIT[:-1] + ("1" if CREDIT[-1] != "1" else "2"), TEXT, None,
     ["credit_check"]),
    ("credit_code", CREDIT[:9] + "O" + CREDIT[10:], TEXT, None, ["credit_letters"]),
    ("credit_code", CREDIT[:17], TEXT, None, ["credit_length"]),
    ("credit_code", CREDIT[:4] + "A" + CREDIT[5:], TEXT, None, ["credit_form"]),
    ("credit_code", "营业执照丢失", TEXT, None, ["credit_form"]),
    ("credit_code", "9.1340299e+17", NUMBER, None, ["credit_number_cell"]),
    ("credit_code", "9.13E+17", TEXT, None, ["credit_number_cell"]),
    ("name", "张三", TEXT, "张三", []),
    ("name", "李 四", TEXT, "李四", []),
    ("name", "李　四", TEXT, "李四", []),
    ("name", "欧阳小明", TEXT, "欧阳小明", []),
    ("name", "买买提·吾买尔江", TEXT, "买买提·吾买尔江", []),
    ("name", "买买提•吾买尔江", TEXT, "买买提•吾买尔江", []),
    ("name", "阿卜杜热合曼·阿卜杜克热木·艾则孜伊斯坎德尔", TEXT,
     "阿卜杜热合曼·阿卜杜克热木·艾则孜伊斯坎德尔", []),
    ("name", "𠮷野", TEXT, "𠮷野", []),
    ("name", "王\U000323b0", TEXT, "王\U000323b0", []),
    ("name", "豈", TEXT, "豈", ["name_short"]),
    ("name", "O'Neil Smith", TEXT, "O'Neil Smith", []),
    ("name", "张\u200b三", TEXT, "张三", []),
    ("name", "张\ue81e", TEXT, "张\ue81e", ["name_pua"]),
    ("name", "王", TEXT, "王", ["name_short"]),
    ("name", "张3", TEXT, None, ["name_digits"]),
    ("name", "张３", TEXT, None, ["name_digits"]),
    ("name", "张\u202e三", TEXT, None, ["name_control"]),
    ("name", "张😀", TEXT, None, ["name_symbols"]),
    ("name", "·", TEXT, None, ["name_symbols"]),
    ("name", "<b>张三</b>", TEXT, None, ["name_symbols"]),
    ("name", "NaN", TEXT, None, ["name_placeholder"]),
    ("name", "合计", TEXT, None, ["name_placeholder"]),
    ("name", "张" * 51, TEXT, None, ["name_long"]),
    ("name", "5", NUMBER, None, ["name_not_text"]),
    ("date", "2021-06-30", DATE, dt.date(2021, 6, 30), []),
    ("date", "2021-06-30 08:05:00", DATE, dt.date(2021, 6, 30), []),
    ("date", "2021-06-30", TEXT, dt.date(2021, 6, 30), []),
    ("date", "2021.6.30", TEXT, dt.date(2021, 6, 30), []),
    ("date", "2021/6/30", TEXT, dt.date(2021, 6, 30), []),
    ("date", "2021年6月30日", TEXT, dt.date(2021, 6, 30), []),
    ("date", "２０２１年６月３０日", TEXT, dt.date(2021, 6, 30), []),
    ("date", "2021 年 6 月 30 日", TEXT, dt.date(2021, 6, 30), []),
    ("date", "20210630", TEXT, dt.date(2021, 6, 30), []),
    ("date", "20210630", NUMBER, dt.date(2021, 6, 30), []),
    ("date", "44377", NUMBER, dt.date(2021, 6, 30), ["date_serial"]),
    ("date", "44377", TEXT, dt.date(2021, 6, 30), ["date_serial"]),
    ("date", "2020-02-29", TEXT, dt.date(2020, 2, 29), []),
    ("date", "2021-02-29", TEXT, None, ["date_impossible"]),
    ("date", "1900-02-29", TEXT, None, ["date_impossible"]),
    ("date", "2021-06-31", TEXT, None, ["date_impossible"]),
    ("date", "2021.13.1", TEXT, None, ["date_impossible"]),
    ("date", "2021-6.30", TEXT, None, ["date_form"]),
    ("date", "21.6.30", TEXT, None, ["date_two_digit_year"]),
    ("date", "21年6月30日", TEXT, None, ["date_two_digit_year"]),
    ("date", "30/6/2021", TEXT, None, ["date_backward"]),
    ("date", "2021年6月", TEXT, None, ["date_no_day"]),
    ("date", "202106", TEXT, None, ["date_no_day"]),
    ("date", "2021.6", NUMBER, None, ["date_no_day"]),
    ("date", "6月30日", TEXT, None, ["date_no_year"]),
    ("date", "1021-06-30", TEXT, None, ["date_range"]),
    ("date", "9021-06-30", TEXT, None, ["date_range"]),
    ("date", "99999", NUMBER, None, ["date_form"]),
    ("date", "12:00:00", DATE, None, ["date_form"]),
    ("date", "昨天", TEXT, None, ["date_form"]),
    ("date", "TRUE", BOOLEAN, None, ["date_form"]),
    ("period", "202106", NUMBER, 202106, []),
    ("period", "2021年6月", TEXT, 202106, []),
    ("period", "2021年06月份", TEXT, 202106, []),
    ("period", "2021-6", TEXT, 202106, []),
    ("period", "2021.10", TEXT, 202110, []),
    ("period", "2021.1", NUMBER, None, ["period_ambiguous"]),
    ("period", "2021.6", NUMBER, 202106, []),
    ("period", "2021-06-30", DATE, 202106, []),
    ("period", "20210630", TEXT, 202106, []),
    ("period", "202113", TEXT, None, ["period_month"]),
    ("period", "187001", TEXT, None, ["period_range"]),
    ("period", "6月", TEXT, None, ["period_form"]),
    ("money", "300", NUMBER, 30000, []),
    ("money", "1,234.50元", TEXT, 123450, []),
    ("money", "6.69亿元", TEXT, 66900000000, ["money_own_unit"]),
    ("money", "0.30000000000000004", NUMBER, 30, ["money_float_tail"]),
    ("money", "0.30000000000000004", TEXT, None, ["money_decimals"]),
    ("money", "0.125", NUMBER, None, ["money_decimals"]),
    ("money", "1e+16", NUMBER, None, ["money_too_large"]),
    ("money", "1e5", TEXT, None, ["money_exponent"]),
    ("money", "-300", NUMBER, -30000, ["money_negative"]),
    ("money", "（300）", TEXT, -30000, ["money_negative"]),
    ("money", "叁佰元整", TEXT, None, ["money_capitals"]),
    ("money", "2021-06-30", DATE, None, ["money_form"]),
    ("account", CARD, TEXT, CARD, []),
    ("account", f"{CARD[:4]} {CARD[4:]}", TEXT, CARD, []),
    ("account", f"{CARD[:4]}-{CARD[4:]}", TEXT, CARD, []),
    ("account", BAD_CARD, TEXT, BAD_CARD, ["account_luhn"]),
    ("account", "120934567890", TEXT, "120934567890", []),
    ("account", "120934567890", NUMBER, "120934567890", ["account_leading_zero"]),
    ("account", "6.2284800000000003e+18", NUMBER, None, ["account_scientific"]),
    ("account", CARD, NUMBER, None, ["account_number_cell"]),
    ("account", "12345", TEXT, None, ["account_length"]),
    ("account", "1" * 26, TEXT, None, ["account_length"]),
    ("account", "卡号遗失", TEXT, None, ["account_form"]),
    ("phone", "13812345678", TEXT, "13812345678", []),
    ("phone", "13812345678", NUMBER, "13812345678", []),
    ("phone", "138 1234 5678", TEXT, "13812345678", []),
    ("phone", "+86-138-1234-5678", TEXT, "13812345678", []),
    ("phone", "0553-6812345", TEXT, "05536812345", []),
    ("phone", "(0553)6812345", TEXT, "05536812345", []),
    ("phone", "010-68123456", TEXT, "01068123456", []),
    ("phone", "6812345", TEXT, None, ["phone_no_area"]),
    ("phone", "1381234567", TEXT, None, ["phone_prefix"]),
    ("phone", "12812345678", TEXT, None, ["phone_prefix"]),
    ("phone", "138", TEXT, None, ["phone_length"]),
    ("phone", "13888888888", TEXT, "13888888888", []),
    ("phone", "13800000000", TEXT, None, ["phone_fake"]),
    ("phone", "11111111111", TEXT, None, ["phone_fake"]),
    ("phone", "13812345678、13912345678", TEXT, None, ["phone_several"]),
    ("phone", "无", TEXT, None, ["phone_form"]),
    ("integer", "12", NUMBER, 12, []),
    ("integer", "1,200人", TEXT, 1200, []),
    ("integer", "-3", TEXT, -3, []),
    ("integer", "3.0", TEXT, 3, []),
    ("integer", "3.5", NUMBER, None, ["integer_fraction"]),
    ("integer", "1e+16", NUMBER, None, ["integer_large"]),
    ("integer", "1" * 16, TEXT, None, ["integer_large"]),
    ("integer", "三", TEXT, None, ["integer_form"]),
    ("decimal", "12.50", TEXT, "12.5", []),
    ("decimal", "12.5", NUMBER, "12.5", []),
    ("decimal", "0012", TEXT, "12", []),
    ("decimal", "1,234.5", TEXT, "1234.5", []),
    ("decimal", "98%", TEXT, "0.98", []),
    ("decimal", "-0", TEXT, "0", []),
    ("decimal", "123456789012345678901234567.89%", TEXT, "1234567890123456789012345.6789", []),
    ("decimal", "1e-07", NUMBER, "0.0000001", []),
    ("decimal", "1e5", TEXT, None, ["decimal_exponent"]),
    ("decimal", "1" * 31, TEXT, None, ["decimal_long"]),
    ("decimal", "约5", TEXT, None, ["decimal_form"]),
    ("code", "一档", TEXT, "grade-1", []),
    ("code", "一 档", TEXT, "grade-1", []),
    ("code", "GRADE-2", TEXT, "grade-2", []),
    ("code", "grade-2", TEXT, "grade-2", []),
    ("code", "三档", TEXT, None, ["code_unknown"]),
    ("text", "备注 两字", TEXT, "备注 两字", []),
    ("text", "300", NUMBER, "300", []),
    ("text", "x" * 2001, TEXT, None, ["text_long"]),
    ("text", "#N/A", KINDS["error"], None, ["cell_error"]),
    ("text", "=1+1", KINDS["formula"], None, ["cell_formula"]),
    ("id_number", "=A1", KINDS["formula"], None, ["cell_formula"]),
]  # fmt: skip


PERSONAL = ("id_number", "document", "disability_card", "name", "account", "phone")


def column_of(type_name: str, *, required: bool = True) -> CanonColumn:
    codes = {"一档": "grade-1", "二档": "grade-2"} if type_name == "code" else {}
    return CanonColumn("x", type_name, 1, required=required, codes=codes)


@pytest.mark.parametrize(
    ("type_name", "text", "kind", "value", "codes"),
    SPEC,
    ids=[f"{row[0]}-{number}" for number, row in enumerate(SPEC)],
)
def test_spec(type_name, text, kind, value, codes):
    column = column_of(type_name)
    reading = read_cell(text, kind, column, type_of(column, as_of=AS_OF))
    assert (reading.value, [remark.code for remark in reading.remarks]) == (value, codes)
    for remark in reading.remarks:
        assert (remark.severity == 3) == (value is None)
        said = message(remark.code, dict(remark.params))
        assert said.endswith("。")
        if len(text) > 5 and type_name in PERSONAL:
            assert text not in said
            assert text not in remark.params_json


@pytest.mark.parametrize("kind", ALL_TYPES, ids=lambda kind: kind.__name__)
def test_every_code_of_every_type_is_in_the_spec_table(kind):
    """A sentence that no case brings up would be a promise nobody tested."""
    told = {code for row in SPEC for code in row[4]}
    by_table = {"money_empty", "money_commas", "money_form"}  # spec table of the money module
    assert set(kind.MESSAGES) - told - by_table == set()


def test_unreadable_optional_value_warns_instead_of_rejecting():
    column = column_of("phone", required=False)
    reading = read_cell("138", TEXT, column, type_of(column, as_of=AS_OF))
    assert reading.value is None
    assert [remark.severity for remark in reading.remarks] == [2]


def test_birth_date_and_sex_come_from_the_number():
    assert birth_date_of(ADULT) == dt.date(1990, 1, 1)
    assert sex_of(ADULT) == 1
    assert sex_of(make_id("34029919900101124")) == 2


def test_bounds_of_types_validate_themselves():
    with pytest.raises(ValueError, match="first_year"):
        DateType(2022, 2021)
    with pytest.raises(ValueError, match="over 100"):
        IdNumberType(as_of=AS_OF, oldest_years=99)
    with pytest.raises(ValueError, match="severity"):
        Remark("id_15", 4)


def test_a_serial_day_keeps_to_the_years_of_its_column():
    reading = DateType(2022, 2023).plain("44377", NUMBER)
    assert [remark.code for remark in reading.remarks] == ["date_range"]


@pytest.mark.parametrize(
    "wrong",
    [
        {"name": "Name", "type": "text"},
        {"name": "x", "type": "text", "source": "c"},
        {"name": "x", "type": "text", "source": 0},
    ],
)
def test_columns_validate_themselves(wrong):
    with pytest.raises(ValueError):
        CanonColumn(**wrong)


@pytest.mark.parametrize(
    "wrong",
    [
        CanonColumn("x", "colour", 1),
        CanonColumn("x", "code", 1),
        CanonColumn("x", "code", 1, codes={"一 档": "a", "一档": "b"}),
        CanonColumn("x", "money", 1, unit="美元"),
    ],
)
def test_types_validate_themselves(wrong):
    with pytest.raises(ValueError):
        type_of(wrong, as_of=AS_OF)
