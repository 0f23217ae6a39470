"""Bank files: byte widths, totals, check values, rare characters, and the rules of pain.001."""

from __future__ import annotations

import csv
import dataclasses
import io
import re
import zlib
from xml.etree import ElementTree as ET

import pytest
from cryptography.hazmat.primitives.hashes import SM3, Hash
from hypothesis import given
from hypothesis import strategies as st
from tests.paper.bank.orders import fields_of, order, records

from mingbai.paper.bank import (
    CannotFillBankFile,
    Charset,
    bank_format_codes,
    fill_bank_file,
    load_bank_format,
)

FIXED, CSV = load_bank_format("bank-fixed"), load_bank_format("bank-csv")
PEOPLE = (("演一", "62170000001", 50_000), ("阿依古丽·买买提", "62170000002", 1))


def test_shipped_formats_all_write_the_same_order():
    assert set(bank_format_codes()) >= {"bank-fixed", "bank-csv", "bank-pain001-03"}
    for code in bank_format_codes():
        layout = load_bank_format(code)
        once, again = fill_bank_file(order(*PEOPLE), layout), fill_bank_file(order(*PEOPLE), layout)
        assert once == again, "same order, same bytes"
        assert PEOPLE[1][0] in once.content.decode(layout.charset.encoding)


def test_fixed_width_counts_bytes_and_pads_as_told():
    head, first, second, tail = records(fill_bank_file(order(*PEOPLE), FIXED).content, FIXED)
    line = fields_of(first, FIXED.line)
    assert line["number"] == b"00000001"
    assert line["amount"] == b"00000000050000"
    assert line["account"] == b"62170000001".ljust(32)
    assert line["name"] == "演一".encode("gb18030").ljust(60)
    assert fields_of(second, FIXED.line)["name"].decode("gb18030").rstrip() == PEOPLE[1][0]
    for record, parts in ((head, FIXED.header), (tail, FIXED.trailer)):
        sums = fields_of(record, parts)
        assert (sums["count"], sums["total"]) == (b"00000002", b"0000000000050001")


def test_the_check_value_is_sm3_over_the_lines_and_one_byte_changes_it():
    seal = Hash(SM3())
    seal.update(b"abc")
    published = "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0"
    assert seal.finalize().hex() == published, "GB/T 32905-2016, example 1"
    written = fill_bank_file(order(*PEOPLE), FIXED)
    _, first, second, tail = records(written.content, FIXED)
    seal = Hash(SM3())
    seal.update(b"".join(each + b"\r\n" for each in (first, second)))
    assert written.check == seal.finalize().hex()[:16].upper()
    assert fields_of(tail, FIXED.trailer)["check"].decode() == written.check
    other = fill_bank_file(order(PEOPLE[0], (*PEOPLE[1][:2], 2)), FIXED)
    assert other.check != written.check


def test_csv_holds_its_totals_and_crc():
    written = fill_bank_file(order(("演,一", "62170000001", 123_456)), CSV)
    rows = list(csv.reader(io.StringIO(written.content.decode("gb18030"))))
    assert rows[0][-2:] == ["1", "1234.56"]
    assert rows[1][2:5] == ["演,一", "62170000001", "1234.56"]
    body = written.content.split(b"\r\n")[1] + b"\r\n"
    assert rows[2] == ["合计", "1", "1234.56", f"{zlib.crc32(body):08X}"]


def test_long_programme_names_are_cut_between_characters_and_names_never():
    long = "困难残疾人生活补贴和重度残疾人护理补贴资金"
    line = records(fill_bank_file(order(*PEOPLE, programme=long), FIXED).content, FIXED)[1]
    shown = fields_of(line, FIXED.line)["programme"]
    assert shown.decode("gb18030").rstrip() == long[:20]
    odd = Charset().cut("A" + "补" * 30, 40)
    assert (len(odd), odd.decode("gb18030")) == (39, "A" + "补" * 19)
    with pytest.raises(CannotFillBankFile, match="第 1 笔的户名超过银行格式规定的长度"):
        fill_bank_file(order(("买" * 31, "62170000001", 1)), FIXED)


@given(st.text(st.characters(exclude_categories=("Cs", "Co"))), st.integers(0, 80))
def test_a_cut_is_always_whole_characters_within_the_width(text, width):
    cut = Charset().cut(text, width)
    assert len(cut) <= width
    assert text.startswith(cut.decode("gb18030"))


@pytest.mark.parametrize(
    ("name", "fixed", "narrow"),
    [
        ("𠮷三", "", "生僻字"),
        ("演㛃", "", "生僻字"),
        ("演\u9fb4", "", ""),
        ("演\ue123", "自造字", "自造字"),
        ("演\u200b一", "不可见字符", "不可见字符"),
        ("演一\ufe00", "不可见字符", "不可见字符"),
        ("", "是空的", "是空的"),
        ("演\ud842", "字符集以外", "字符集以外"),
    ],
)
def test_each_character_is_right_or_refused_by_line_without_being_quoted(name, fixed, narrow):
    for layout, told in ((FIXED, fixed), (CSV, narrow)):
        asked = order(("演一", "62170000001", 1), (name, "62170000002", 1))
        if not told:
            text = layout.charset.decode(fill_bank_file(asked, layout).content)
            assert name in text
            continue
        with pytest.raises(CannotFillBankFile, match=told) as refused:
            fill_bank_file(asked, layout)
        assert "第 2 笔的户名" in str(refused.value)
        assert not name.strip() or name not in str(refused.value)


def test_moved_characters_follow_the_edition_the_bank_reads():
    moved = "\u9fb4"
    assert Charset(edition=2022).encode(moved) == b"\xfe\x59"
    assert Charset(edition=2005).encode(moved) == b"\x82\x35\x90\x37"
    for edition in (2005, 2022):
        charset = Charset(edition=edition)
        assert charset.decode(charset.encode(moved)) == moved
        assert charset.settle("\ue81e") == moved, "the old private-use code is the character"


def test_every_kind_of_dot_becomes_the_one_agreed():
    for dot in "•・‧∙⋅･":
        content = fill_bank_file(order((f"买买提{dot}艾力", "62170000001", 1)), CSV).content
        assert "买买提·艾力".encode("gb18030") in content
        assert b"?" not in content


def test_all_lines_that_do_not_fit_are_named_at_once():
    wrong = [(f"演{n}", "", 1) for n in range(30)]
    with pytest.raises(CannotFillBankFile) as refused:
        fill_bank_file(order(*wrong), FIXED)
    assert len(refused.value.problems) == 30
    assert "等 30 笔的账号是空的" in str(refused.value)


# ── pain.001 ────────────────────────────────────────────────────────────────────────────────

#: Order and number of children by the schema, as far as this message uses them.
SEQUENCE = {
    "Document": ["CstmrCdtTrfInitn"],
    "CstmrCdtTrfInitn": ["GrpHdr", "PmtInf+"],
    "GrpHdr": ["MsgId", "CreDtTm", "Authstn*", "NbOfTxs", "CtrlSum?", "InitgPty", "FwdgAgt?"],
    "PmtInf": [
        *("PmtInfId", "PmtMtd", "BtchBookg?", "NbOfTxs?", "CtrlSum?", "PmtTpInf?", "ReqdExctnDt"),
        *("PoolgAdjstmntDt?", "Dbtr", "DbtrAcct", "DbtrAgt", "DbtrAgtAcct?", "UltmtDbtr?"),
        *("ChrgBr?", "ChrgsAcct?", "ChrgsAcctAgt?", "CdtTrfTxInf+"),
    ],
    "CdtTrfTxInf": [
        *("PmtId", "PmtTpInf?", "Amt", "XchgRateInf?", "ChrgBr?", "ChqInstr?", "UltmtDbtr?"),
        *("IntrmyAgt1?", "CdtrAgt?", "CdtrAgtAcct?", "Cdtr?", "CdtrAcct?", "UltmtCdtr?"),
        *("InstrForCdtrAgt*", "Purp?", "RgltryRptg*", "Tax?", "RltdRmtInf*", "RmtInf?"),
    ],
    "PmtId": ["InstrId?", "EndToEndId"],
    "FinInstnId": ["BIC?", "BICFI?", "ClrSysMmbId?", "LEI?", "Nm?", "PstlAdr?", "Othr?"],
}  # fmt: skip
TEXTS = {
    "MsgId": r".{1,35}", "PmtInfId": r".{1,35}", "EndToEndId": r"[A-Za-z0-9]{1,35}",
    "InstrId": r".{1,35}", "CreDtTm": r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\+\d\d:\d\d|Z)?",
    "NbOfTxs": r"[0-9]{1,15}", "CtrlSum": r"[0-9]{1,17}\.[0-9]{2}", "PmtMtd": "TRF",
    "BtchBookg": "true|false", "InstdAmt": r"[0-9]{1,16}\.[0-9]{2}", "Nm": r".{1,140}",
    "Ustrd": r".{1,140}", "MmbId": r".{1,35}",
}  # fmt: skip


def schema_faults(root: ET.Element, namespace: str) -> list[str]:
    """What breaks the rules of order, number or text; read from the schema, not from the writer."""
    faults = []
    for node in root.iter():
        space, _, name = node.tag[1:].partition("}")
        if space != namespace:
            faults.append(f"{name} outside the namespace")
        wanted = SEQUENCE.get(name)
        children = [each.tag.partition("}")[2] for each in node]
        if wanted:
            pattern = "".join(
                f"(?:<{w.rstrip('?*+')}>){w[-1] if w[-1] in '?*+' else ''}" for w in wanted
            )
            if not re.fullmatch(pattern, "".join(f"<{c}>" for c in children)):
                faults.append(f"{name}: {children}")
        if name in TEXTS and not re.fullmatch(TEXTS[name], node.text or ""):
            faults.append(f"{name}: text")
        if not children and not (node.text or "").strip():
            faults.append(f"{name}: empty")
    return faults


@pytest.mark.parametrize("version", ["03", "09"])
def test_pain001_keeps_the_order_of_the_schema_and_its_sums(version):
    layout = load_bank_format(f"bank-pain001-{version}")
    people = [("A&B<演>", "62170000001", 50_000), ("𠮷·演", "62170000002", 1)]
    root = ET.fromstring(fill_bank_file(order(*people), layout).content)
    namespace = f"urn:iso:std:iso:20022:tech:xsd:pain.001.001.{version}"
    assert schema_faults(root, namespace) == []
    found = {name: [e.text for e in root.iter(f"{{{namespace}}}{name}")] for name in
             ("NbOfTxs", "CtrlSum", "InstdAmt", "EndToEndId", "Nm")}  # fmt: skip
    assert found["NbOfTxs"] == ["2", "2"]
    assert found["CtrlSum"] == ["500.01", "500.01"]
    assert found["InstdAmt"] == ["500.00", "0.01"]
    assert len(set(found["EndToEndId"])) == 2
    assert "A&B<演>" in found["Nm"]
    assert "𠮷·演" in found["Nm"]
    day = root.find(f".//{{{namespace}}}ReqdExctnDt")
    assert (day[0] if len(day) else day).text == "2021-02-01"
    assert bool(len(day)) == (version == "09")


def test_the_schema_reading_has_teeth():
    layout = load_bank_format("bank-pain001-03")
    namespace = "urn:iso:std:iso:20022:tech:xsd:pain.001.001.03"
    root = ET.fromstring(fill_bank_file(order(*PEOPLE), layout).content)
    part = root[0][1]
    part.insert(0, part[1])
    root.find(f".//{{{namespace}}}EndToEndId").text = "流水"
    assert len(schema_faults(root, namespace)) == 2


def test_pain001_refuses_identifiers_and_accounts_beyond_the_standard():
    layout = load_bank_format("bank-pain001-03")
    with pytest.raises(CannotFillBankFile, match="第 1 笔的账号超过"):
        fill_bank_file(order(("演一", "6" * 35, 1)), layout)
    asked = order(("演一", "621", 1), reference="流水一号")
    with pytest.raises(CannotFillBankFile, match="文件头的流水号有银行字符集以外"):
        fill_bank_file(asked, layout)
    long = order(("演一", "621", 1), programme="补" * 200)
    assert "补" * 140 in fill_bank_file(long, layout).content.decode()


def test_a_format_without_check_prints_none():
    bare = dataclasses.replace(CSV, check_method="", trailer=CSV.trailer[:-1])
    assert fill_bank_file(order(*PEOPLE), bare).check == ""
