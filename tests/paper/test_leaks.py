"""The scanner: what it finds however it is hidden, and what it leaves in peace."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mingbai.paper.leaks import Leak, digit_runs, scan_known, scan_rows, scan_text
from mingbai.paper.masks import MASKS

ID = "340299196001010111"
PHONE = "13800000001"
ACCOUNT = "6217000000000001"


def kinds(text, **more):
    return {leak.kind for leak in scan_rows([[text]], masks=["text"], labels=["备注"], **more)}


@pytest.mark.parametrize(
    "typed",
    [
        ID, f"身份证{ID}", " ".join(ID), "-".join(ID), "·".join(ID), "\u200b".join(ID),
        "".join(chr(ord(c) + 0xFEE0) for c in ID), ID.translate(str.maketrans("01", "〇一")),
        ID.translate(str.maketrans("0123456789", "零壹贰叁肆伍陆柒捌玖")),
        ID.translate(str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩")), ID.replace("0", "O"),
        ID.replace("1", "l"), PHONE, "138-0000-0001", "（138）0000 0001", ACCOUNT,
        "6217 0000 0000 0001", "卡：6217，0000，0000，0001", "E12345678", "HA1234567890",
        "0553-6820099", "6820099", "六八二〇〇九九",
    ],
)  # fmt: skip
def test_a_number_is_found_however_it_is_written(typed):
    assert kinds(typed), typed


@pytest.mark.parametrize(
    "typed",
    ["", "A类", "2021年7月1日起", "3口人", "第五个六口之家", "一九八三年一月迁入", "2021.06",
     "B类（二级）", "残疾证另行核对", "500元", "许镇镇黄墓村3组"],
)  # fmt: skip
def test_plain_words_are_left_in_peace(typed):
    assert kinds(typed) == set(), typed


@given(st.text("0123456789", min_size=18, max_size=18), st.sampled_from(["", " ", "-", "　", "．"]))
def test_no_run_of_eighteen_digits_passes(number, between):
    assert kinds(f"备注{between.join(number)}完")
    assert scan_text(f"备注{between.join(number)}完")


@given(st.integers(1, 17))
def test_an_identifier_split_over_two_cells_is_found_wherever_it_is_cut(at):
    row = [f"甲{ID[:at]}", f"{ID[at:]}乙"]
    found = scan_rows([row], masks=["text"] * 2, labels=["备注", "说明"], known=lambda _: (ID,))
    assert found


def test_pieces_in_three_cells_with_others_between_are_found():
    row = [f"甲{ID[:6]}", "A类", f"乙{ID[6:12]}", "张*明", f"丙{ID[12:]}"]
    masks = ["text", "text", "text", "name_middle", "text"]
    ask = {"masks": masks, "labels": ["一", "二", "三", "四", "五"]}
    assert scan_rows([row], **ask, known=lambda _: (ID,))
    assert not scan_rows([[*row[:1], "", "", "张*明", ""]], **ask, known=lambda _: (ID,))


def test_masked_rows_are_no_leak_even_knowing_the_person():
    """The control arm: what masks show of somebody's own numbers is not held against them."""
    masks = ["name_middle", "id_2_3", "phone_3_4", "amount", "text"]
    values = ["张小明", ID, PHONE, "20,000.00", "A类"]
    cells = [MASKS[m].apply(v).text for m, v in zip(masks, values, strict=True)]
    known = (ID, PHONE, ACCOUNT)
    assert scan_rows([cells], masks=masks, labels=list(masks), known=lambda _: known) == ()


def test_every_cell_has_the_form_of_its_mask():
    found = scan_rows(
        [["张明", "340299", "1.0"]], masks=["name_whole", "id_2_3", "amount"],
        labels=["姓名", "证件号", "金额"],
    )  # fmt: skip
    assert found == (Leak(1, "证件号", "not_masked"), Leak(1, "金额", "not_masked"))


def test_a_whole_text_may_hold_its_telephone_and_document_only():
    text = "根据南政〔2021〕22号，监督电话：0553-6820099。"
    assert scan_text(text, allowed=("0553-6820099",)) == ()
    assert scan_text(text.replace("6820099", "6820098"), allowed=("0553-6820099",))
    assert scan_known(f"见{ID[3:12]}", [ID])
    assert not scan_known("见3402", [ID])
    assert digit_runs(f"甲{PHONE}乙E12345678") == (PHONE, "12345678", "E12345678")


def test_no_more_leaks_are_told_than_asked_for():
    rows = [[PHONE]] * 50
    assert len(scan_rows(rows, masks=["text"], labels=["备注"], most=3)) == 3
    assert all(PHONE not in str(leak) for leak in scan_rows(rows, masks=["text"], labels=["备"]))
    assert str(Leak(0, "", "long_number")).startswith("正文")
