"""Return files: every line is told, hostile bytes are refused in words, totals are handed on."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.paper.bank.orders import answer_fixed

from mingbai.paper.bank import CannotReadReturn, load_bank_format, read_return_file

FIXED, CSV = load_bank_format("bank-fixed"), load_bank_format("bank-csv")
PAIN = load_bank_format("bank-pain001-03")
PAID = ("340223000000120100000001", "62170000001", 50_000, "0000", "", "20210203")
BACK = ("340223000000120100000002", "62170000002", 1, "9999", "1001", "")


def test_fixed_width_lines_are_read_with_amount_result_and_day():
    found = read_return_file(answer_fixed([PAID, BACK]), FIXED)
    assert found.reference == "3402230000001201"
    assert found.stated == {"count": 2, "total": 50_001}
    first, second = found.lines
    assert (first.number, first.reference, first.amount) == (2, PAID[0], 50_000)
    assert (first.result, first.settled_date) == ("paid", date(2021, 2, 3))
    assert (second.result, second.reason) == ("returned", "1001")
    assert FIXED.returned.reason("1001").ask == "account"
    assert "代码 7777" in FIXED.returned.reason("7777").words


def test_garbage_lines_are_told_and_stop_nothing():
    lines = answer_fixed([PAID, BACK]).split(b"\r\n")
    garbage = [b"D" + b"x" * 9, b"\xff" * 155, lines[1].replace(b"0000 ", b"ZZZZ ")]
    content = b"\r\n".join([lines[0], lines[1], *garbage, lines[2], lines[3], b""])
    found = read_return_file(content, FIXED)
    assert [bool(each.fault) for each in found.lines] == [False, True, True, True, False]
    assert len({each.number for each in found.lines}) == 5


@pytest.mark.parametrize(
    ("line", "fault"),
    [
        (("", "6217", 1, "0000", "", ""), "没有流水号"),
        (("3402", "6217", 1, "0000", "", "20210230"), "入账日期"),
        (("3402", "6217", 1, "8888", "", ""), "处理结果代码"),
    ],
)
def test_each_unreadable_field_is_named(line, fault):
    (found,) = read_return_file(answer_fixed([line]), FIXED).lines
    assert fault in found.fault
    assert found.result == ""


def test_an_amount_that_is_no_number_is_told():
    content = answer_fixed([PAID]).replace(b"000000000500000000", b"0000000005000O0000")
    assert "金额读不出来" in read_return_file(content, FIXED).lines[0].fault


def test_a_file_of_another_shape_is_refused_as_a_whole():
    for content in (b"", b"hello\n", b"\xd0\xcf\x11\xe0" * 40):
        with pytest.raises(CannotReadReturn, match="文件头"):
            read_return_file(content, FIXED)
    cut = answer_fixed([PAID, BACK]).rsplit(b"\r\n", 2)[0]
    with pytest.raises(CannotReadReturn, match="没有传完整"):
        read_return_file(cut, FIXED)
    with pytest.raises(CannotReadReturn, match="合计不一致"):
        read_return_file(answer_fixed([PAID]).replace(b"T00000001", b"T00000002"), FIXED)
    with pytest.raises(CannotReadReturn, match="读不出来"):
        read_return_file(answer_fixed([PAID]).replace(b"T00000001", b"T0000000x"), FIXED)


def test_csv_answers_are_read_as_excel_saves_them():
    text = (
        "回盘,3402230000001201,2,500.01,1,500.00,1,0.01\r\n"
        "1,3402-1,演一,62170000001,500.00,成功,,2021-02-03\r\n"
        '2,3402-2,"演,二",62170000002,.01,失败,账号不存在,\r\n'
        "3,3402-3,演三,62170000003,0.1,失败,账号不存在,\r\n"
        '4,"3402-4\r\n'
    )
    found = read_return_file(text.encode("gb18030"), CSV)
    assert found.stated["returned_total"] == 1
    good, bad, tenth, broken = found.lines
    assert (good.amount, good.settled_date) == (50_000, date(2021, 2, 3))
    assert (bad.fault, tenth.amount) == ("金额读不出来", 10)
    assert "读不出来" in broken.fault


REPORT = """<?xml version="1.0" encoding="UTF-8"?>
<Document xmlns="urn:iso:std:iso:20022:tech:xsd:pain.002.001.03"><CstmrPmtStsRpt>
<GrpHdr><MsgId>B1</MsgId><CreDtTm>2021-02-03T09:00:00</CreDtTm></GrpHdr>
<OrgnlGrpInfAndSts><OrgnlMsgId>3402230000001201</OrgnlMsgId><OrgnlMsgNmId>pain.001</OrgnlMsgNmId>
</OrgnlGrpInfAndSts><OrgnlPmtInfAndSts><OrgnlPmtInfId>1</OrgnlPmtInfId>
<NbOfTxsPerSts><DtldNbOfTxs>1</DtldNbOfTxs><DtldSts>ACSC</DtldSts><DtldCtrlSum>500.00</DtldCtrlSum>
</NbOfTxsPerSts><NbOfTxsPerSts><DtldNbOfTxs>1</DtldNbOfTxs><DtldSts>RJCT</DtldSts>
<DtldCtrlSum>0.01</DtldCtrlSum></NbOfTxsPerSts>
<TxInfAndSts><OrgnlEndToEndId>E1</OrgnlEndToEndId><TxSts>ACSC</TxSts><OrgnlTxRef>
<Amt><InstdAmt Ccy="CNY">500.00</InstdAmt></Amt><CdtrAcct><Id><Othr><Id>6217</Id></Othr></Id>
</CdtrAcct></OrgnlTxRef></TxInfAndSts>
<TxInfAndSts><OrgnlEndToEndId>E2</OrgnlEndToEndId><TxSts>RJCT</TxSts><StsRsnInf><Rsn><Cd>AC04</Cd>
</Rsn></StsRsnInf><OrgnlTxRef><Amt><InstdAmt Ccy="CNY">0.01</InstdAmt></Amt></OrgnlTxRef>
</TxInfAndSts></OrgnlPmtInfAndSts></CstmrPmtStsRpt></Document>"""


def test_a_status_report_is_read_transaction_by_transaction():
    found = read_return_file(REPORT.encode(), PAIN)
    assert (found.reference, found.stated) == ("3402230000001201", {"count": 2, "total": 50_001})
    first, second = found.lines
    assert (first.reference, first.amount, first.account, first.result) == (
        "E1", 50_000, "6217", "paid",
    )  # fmt: skip
    assert (second.result, second.reason) == ("returned", "AC04")
    assert PAIN.returned.reason("AC04").words == "账户已销户"


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (REPORT.replace("<Document", "<!DOCTYPE a [<!ENTITY b 'c'>]><Document", 1), "文档类型"),
        (REPORT.replace("pain.002.001.03", "pain.002.001.99"), "约定的状态报告"),
        (REPORT[:-20], "不完整"),
        (REPORT.replace("CstmrPmtStsRpt", "Other"), "没有 CstmrPmtStsRpt"),
        (REPORT.replace("<DtldNbOfTxs>1", "<DtldNbOfTxs>x"), "合计读不出来"),
        ("<a>" * 60 + "</a>" * 60, "嵌套过深"),
        ("<a/>", "约定的状态报告"),
    ],
)
def test_hostile_or_foreign_xml_is_refused_in_words(content, told):
    with pytest.raises(CannotReadReturn, match=told):
        read_return_file(content.encode(), PAIN)


@given(st.binary(max_size=400))
def test_any_bytes_are_read_or_refused_in_words(content):
    for layout in (FIXED, CSV, PAIN):
        try:
            found = read_return_file(content, layout)
        except CannotReadReturn:
            continue
        assert all(line.fault or line.result for line in found.lines)
