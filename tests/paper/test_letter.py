"""Clauses of letters of responsibility: chosen by day, party and kind; the docx they become."""

from __future__ import annotations

import datetime as dt
import io
import shutil

import docx
import pytest
import yaml

from mingbai.paper.form import FORMS_FOLDER, CannotLoadForm
from mingbai.paper.letter import KIND, WORDS, fill_letter, load_letter
from mingbai.paper.official import (
    Agreement,
    Annex,
    Heading,
    OfficialDocument,
    Paragraph,
    Party,
    Table,
    write_official_docx,
)

DAY = dt.date(2021, 3, 1)
GIVEN = {key: f"【{key}】" for key in WORDS}


def _leads(party, *kinds):
    parts = fill_letter(load_letter(day=DAY), party=party, kinds=kinds, words=GIVEN)
    return [part.lead for part in parts], "".join(part.text for part in parts)


@pytest.fixture
def county(tmp_path):
    """A county's folder with the shipped clauses, to be changed."""
    folder = tmp_path / KIND
    folder.mkdir()
    shutil.copy(FORMS_FOLDER / KIND / "2021.yaml", folder / "2021.yaml")

    def change(name="2021.yaml", **fields):
        path = folder / "2021.yaml"
        data = yaml.safe_load(path.read_text(encoding="utf-8")) | fields
        (folder / name).write_text(yaml.safe_dump(data, allow_unicode=True), encoding="utf-8")
        return tmp_path

    return change


def test_a_letter_has_the_official_chapters_in_order():
    leads, text = _leads("town", "works", "subsidy", "insurance", "training", "service")
    assert [lead for lead in leads if "、" in lead] == [
        "一、总体要求", "二、主体责任", "三、过程管控", "四、建后管养", "五、考核奖惩", "六、附则",
    ]  # fmt: skip
    assert "【party.name】" in text
    assert "{{" not in text
    assert "乙方对本镇民生工程的组织实施负总责" in text


def test_a_department_without_works_has_no_chapter_on_upkeep_and_numbers_close_up():
    leads, text = _leads("department", "subsidy")
    assert "四、考核奖惩" in leads
    assert "五、附则" in leads
    assert "建后管养" not in "".join(leads)
    assert "本镇" not in text
    assert "（四）资料管理。" in leads
    assert "工程管理" not in "".join(leads)


def test_the_clauses_in_force_on_the_day_are_used_and_the_county_goes_first(county):
    county(name="2022.yaml", **{"from": dt.date(2022, 1, 1)}, source="县政府办改写")
    folder = county()
    assert load_letter(day=DAY, county_folder=folder).from_date.year == 2021
    assert load_letter(day=dt.date(2022, 1, 1), county_folder=folder).source == "县政府办改写"
    shipped = load_letter(day=dt.date(2022, 1, 1))
    assert shipped.digest == load_letter(day=DAY).digest
    assert shipped.digest != load_letter(day=dt.date(2022, 1, 1), county_folder=folder).digest
    with pytest.raises(CannotLoadForm, match="没有 2020年"):
        load_letter(day=dt.date(2020, 1, 1))
    county(name="again.yaml", source="又一份")
    with pytest.raises(CannotLoadForm, match="只留一份"):
        load_letter(day=DAY, county_folder=folder)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"opening": "{{no.such}}"}, "没有名为“no.such”"),
        ({"opening": "{{broken"}, "花括号不成对"),
        ({"from": "明年"}, "2021-01-01 的样子"),
        ({"title": None}, "读不通"),
        ({"chapters": [{"heading": "甲", "clauses": [{"key": "a", "lead": "", "text": "",
                                                    "for": ["village"]}]}]}, "village"),
        ({"chapters": [{"heading": "甲", "clauses": [{"key": "a", "lead": "", "text": "",
                                                    "kind": "x"}]}]}, "不认识的“kind”"),
        ({"chapters": [{"heading": "甲", "clauses": 2 * [{"key": "a", "lead": "", "text": ""}]}]},
         "同名的条款"),
        ({"chapters": [{"heading": "甲", "clauses": [
            {"key": str(n), "lead": "", "text": ""} for n in range(11)]}]}, "超过 10 条"),
    ],
)  # fmt: skip
def test_broken_clauses_name_the_file_and_the_fault(county, change, said):
    with pytest.raises(CannotLoadForm, match=said) as caught:
        load_letter(day=DAY, county_folder=county(**change))
    assert "2021.yaml" in str(caught.value)


def test_an_empty_county_folder_falls_back(tmp_path):
    assert load_letter(day=DAY, county_folder=tmp_path) == load_letter(day=DAY)


def _agreement(rows, **table):
    return OfficialDocument(
        title=("责任书",),
        blocks=(Heading(1, "一、附则"), Paragraph(("一式三份。",), lead="（一）份数。")),
        signature=Agreement((Party("甲方", "甲县人民政府"), Party("乙方", "乙镇人民政府")), DAY),
        annexes=(Annex("任务表", (Table(("序号", "数"), rows, **table),)),),
    )


def test_two_sides_sign_beside_each_other_on_a_page_with_words():
    content = write_official_docx(_agreement((("1", "5"),)))
    assert content == write_official_docx(_agreement((("1", "5"),)))
    paper = docx.Document(io.BytesIO(content))
    sides = [cell.text for cell in paper.tables[0].rows[0].cells]
    assert sides[0].startswith("甲方（盖章）：\n甲县人民政府")
    assert "乙镇人民政府" in sides[1]
    assert all("负责人（签字）：" in side for side in sides)
    assert paper.core_properties.author == "甲县人民政府"
    clause = next(p for p in paper.paragraphs if "一式三份" in p.text)
    assert clause.paragraph_format.keep_with_next


def test_rows_laid_out_alike_are_the_same_as_rows_laid_out_one_by_one():
    """The quick way of a long table against the slow one: an empty cell forces the slow one."""
    rows = tuple((str(n), f"数 {n}") for n in range(1, 6))
    quick = docx.Document(io.BytesIO(write_official_docx(_agreement(rows, compact=True))))
    table = quick.tables[1]
    assert [[c.text for c in row.cells] for row in table.rows][1:] == [list(row) for row in rows]
    slow = []
    for row in rows:
        one = write_official_docx(_agreement((row,), compact=True))
        slow.append(docx.Document(io.BytesIO(one)).tables[1].rows[1]._tr.xml)
    assert [row._tr.xml for row in table.rows][1:] == slow
