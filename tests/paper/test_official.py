"""Official documents: measures of GB/T 9704-2012, statements named at their figures, same bytes."""

from __future__ import annotations

import datetime as dt
import io
import subprocess
import sys
import zipfile
from pathlib import Path
from xml.etree import ElementTree

import docx
import pytest
from docx.oxml.ns import qn
from docx.shared import Pt

from mingbai.paper.official import (
    Annex,
    FigureRun,
    Heading,
    OfficialDocument,
    Paragraph,
    Signature,
    Table,
    Verification,
    plain_text,
    read_figure_runs,
    write_official_docx,
)

RELEASED = FigureRun("6.69亿元", "7", "拨付资金")


def a_document(**changes) -> OfficialDocument:
    fields = {
        "title": ("南陵县2021年1—6月份民生工程", "工作情况小结"),
        "number": "南民生办〔2021〕18号",
        "addressee": "市民生办",
        "blocks": (
            Paragraph(("已拨付", RELEASED, "，占预算的", FigureRun("63.78%", "8"), "。")),
            Heading(1, "一、完成情况"),
            Heading(2, "（一）项目"),
            Heading(3, "1. 工程"),
            Paragraph(("再说一遍：", RELEASED), lead="（二）资金。"),
            Table(
                ("项目", "目标"),
                (("康复", FigureRun("120", "9")), ("托育", "40")),
                widths=(3, 1),
                right=frozenset({1}),
            ),
        ),
        "signature": Signature("南陵县民生办", dt.date(2021, 7, 5)),
        "annexes": (Annex("目标任务表", (Paragraph(("见表。",)),)),),
        "verification": Verification("账本第88号", demonstration=True),
    }
    return OfficialDocument(**(fields | changes))


def opened(document: OfficialDocument):
    return docx.Document(io.BytesIO(write_official_docx(document)))


def test_page_has_the_margins_and_grid_of_the_standard():
    section = opened(a_document()).sections[0]
    margins = (
        section.top_margin,
        section.left_margin,
        section.bottom_margin,
        section.right_margin,
    )
    assert [round(margin.mm) for margin in margins] == [37, 28, 35, 26]
    assert (round(section.page_width.mm), round(section.page_height.mm)) == (210, 297)
    grid = section._sectPr.find(qn("w:docGrid"))
    assert grid.get(qn("w:type")) == "lines"
    assert grid.get(qn("w:linePitch")) == "579"
    # 22 lines of 28.95 pt fill the 225 mm of the type area without a 23rd.
    assert 22 * 28.95 <= 225 / 25.4 * 72 < 23 * 28.95


def test_body_and_headings_have_their_typefaces():
    paper = opened(a_document())
    faces = {}
    for paragraph in paper.paragraphs:
        for run in paragraph.runs:
            fonts = run._element.rPr.rFonts
            faces[run.text] = (fonts.get(qn("w:eastAsia")), run.font.size.pt)
    assert faces["南陵县2021年1—6月份民生工程"] == ("方正小标宋简体", 22)
    assert faces["一、完成情况"] == ("黑体", 16)
    assert faces["（一）项目"] == ("楷体_GB2312", 16)
    assert faces["（二）资金。"] == ("楷体_GB2312", 16)
    assert faces["1. 工程"] == ("仿宋_GB2312", 16)
    assert faces["已拨付"] == ("仿宋_GB2312", 16)
    assert not any(run.bold for paragraph in paper.paragraphs for run in paragraph.runs)


def test_body_paragraph_is_indented_two_characters_and_exact():
    paper = opened(a_document())
    body = next(p for p in paper.paragraphs if p.text.startswith("已拨付"))
    assert body._element.pPr.ind.get(qn("w:firstLineChars")) == "200"
    assert body.paragraph_format.line_spacing == Pt(28.95)
    spacing = body.runs[0]._element.rPr.find(qn("w:spacing"))
    assert spacing.get(qn("w:val")) == "-5"


def test_page_numbers_stand_right_on_odd_and_left_on_even_pages():
    paper = opened(a_document())
    section = paper.sections[0]
    assert paper.settings.odd_and_even_pages_header_footer
    odd, even = section.footer.paragraphs[0], section.even_page_footer.paragraphs[0]
    assert (odd.text, even.text) == ("— 1 —", "— 1 —")
    assert (odd.alignment, even.alignment) == (2, 0)
    assert odd.runs[0].font.size == Pt(14)
    assert "账本第88号" in section.footer.paragraphs[1].text
    assert "演示数据" in section.header.paragraphs[0].text


def test_real_papers_carry_no_demonstration_mark():
    section = opened(a_document(verification=None)).sections[0]
    assert section.header.paragraphs[0].text == ""
    assert section.footer.paragraphs[1].text == ""


def test_each_figure_names_its_statement_and_cannot_be_typed_over():
    content = write_official_docx(a_document())
    runs = read_figure_runs(content)
    assert [(run.text, run.statement) for run in runs] == [
        ("6.69亿元", "7"),
        ("63.78%", "8"),
        ("6.69亿元", "7"),
        ("120", "9"),
    ]
    assert runs[0].name == "拨付资金"
    body = docx.Document(io.BytesIO(content)).element.body
    locks = [lock.get(qn("w:val")) for lock in body.iter(qn("w:lock"))]
    assert locks == ["sdtContentLocked"] * 4
    marks = [mark.get(qn("w:name")) for mark in body.iter(qn("w:bookmarkStart"))]
    assert marks == ["stmt_7", "stmt_8", "stmt_7_2", "stmt_9"]
    ids = [mark.get(qn("w:id")) for mark in body.iter(qn("w:bookmarkStart"))]
    assert len(set(ids)) == 4


def test_same_document_gives_the_same_bytes_in_another_process():
    content = write_official_docx(a_document())
    assert content == write_official_docx(a_document())
    script = (
        "import sys,hashlib,importlib.util as u;"
        f"s=u.spec_from_file_location('t',{__file__!r});m=u.module_from_spec(s);"
        "s.loader.exec_module(m);"
        "sys.stdout.write(hashlib.sha256(m.write_official_docx(m.a_document())).hexdigest())"
    )
    import hashlib

    done = subprocess.run(
        [sys.executable, "-c", script],
        capture_output=True,
        text=True,
        check=True,
        env={"PYTHONPATH": ":".join(p for p in sys.path if p), "PYTHONHASHSEED": "77"},
    )
    assert done.stdout == hashlib.sha256(content).hexdigest()
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert {entry.date_time for entry in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
    assert content != write_official_docx(a_document(number=""))


def test_properties_carry_the_date_of_the_document():
    core = opened(a_document()).core_properties
    assert core.created.date() == core.modified.date() == dt.date(2021, 7, 5)
    assert core.author == "南陵县民生办"
    assert core.title == "南陵县2021年1—6月份民生工程工作情况小结"


@pytest.mark.parametrize(
    ("sender", "gaps"),
    [
        # Long signer: two characters from the right; its date starts two further in.
        ("南陵县民生工程工作领导小组办公室", (1000, 1200)),
        # Short signer: the date is two from the right and pushes the signer left.
        ("民生办", (1800, 2000)),
    ],
)
def test_signature_and_date_are_set_by_the_standard(sender, gaps):
    date = dt.date(2021, 7, 5)
    paper = opened(a_document(signature=Signature(sender, date), annexes=()))
    lines = [p for p in paper.paragraphs if p.text in (sender, "2021年7月5日")]
    found = tuple(int(line._element.pPr.ind.get(qn("w:leftChars"))) for line in lines)
    assert found == gaps


def test_table_repeats_its_head_and_tears_no_row():
    table = opened(a_document()).tables[0]
    assert [cell.text for cell in table.rows[0].cells] == ["项目", "目标"]
    assert table.rows[0]._tr.trPr.find(qn("w:tblHeader")) is not None
    assert all(row._tr.trPr.find(qn("w:cantSplit")) is not None for row in table.rows)
    widths = [column.width.mm for column in table.columns]
    assert widths == pytest.approx([117, 39], abs=0.1)


def test_hostile_text_is_printed_and_rare_characters_survive():
    text = "𠮷野·买买提\x00\x0b\ud800&<w:p>]]>"
    paper = opened(a_document(blocks=(Paragraph((text, FigureRun("1\x01条", "3"))),)))
    body = next(p for p in paper.paragraphs if p.text.startswith("𠮷"))
    assert body.text.startswith("𠮷野·买买提&<w:p>]]>")


def test_blocks_refuse_what_cannot_be_printed():
    with pytest.raises(ValueError, match="heading level"):
        Heading(5, "五级")
    with pytest.raises(ValueError, match="one cell a column"):
        Table(("甲", "乙"), (("一",),))
    assert plain_text(("拨付", RELEASED, "。")) == "拨付6.69亿元。"


def test_every_face_names_others_to_take_in_its_place():
    """Word reads the list in the file; on free systems fontconfig is told the same."""
    part = zipfile.ZipFile(io.BytesIO(write_official_docx(a_document()))).read("word/fontTable.xml")
    fonts = ElementTree.fromstring(part)
    told = {
        font.get(qn("w:name")): font.find(qn("w:altName")).get(qn("w:val")).split(",")
        for font in fonts
    }
    used = {
        fonts.get(qn("w:eastAsia")) for fonts in opened(a_document()).element.iter(qn("w:rFonts"))
    }
    assert used <= set(told)
    assert all(names[-1].startswith("Noto S") for names in told.values())
    conf = ElementTree.parse(Path(__file__).parents[2] / "docs/book/official-faces.conf")
    system = {
        match.findtext("test/string"): [each.text for each in match.findall("edit/string")]
        for match in conf.iter("match")
    }
    assert system == told
