"""What a book refuses: each spoilt file is named, with the key and what to put right."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest

from mingbai.rulebook import Book, CannotLoadBook, load_book

P = "province-34/programmes"
C = "county-340223"
RELIEF = f"{P}/hardship-relief"
FARM = f"{C}/years/2021/farm-uplift.yaml"
AMOUNTS = "city-3402/programmes/hardship-relief/amounts.yaml"


class Spoilt(NamedTuple):
    """A change to one file and what the refusal must say."""

    about: str
    file: str
    old: str
    new: str
    key: str
    says: str
    named: str = ""


CASES = [
    Spoilt(
        "watch for a word nobody knows",
        f"{RELIEF}/checks.yaml",
        "watch: [gaps, amounts]",
        "watch: [gaps, moods]",
        "watch",
        "moods",
    ),
    Spoilt(
        "watch for nothing",
        f"{RELIEF}/checks.yaml",
        "watch: [gaps, amounts]",
        "watch: []",
        "watch",
        "至少",
    ),
    Spoilt(
        "totals of another measure",
        f"{P}/skills/checks.yaml",
        "kind: totals\n    measure: person-times",
        "kind: totals\n    measure: heads",
        "measure",
        "heads",
    ),
    Spoilt(
        "left out of itself",
        f"{RELIEF}/compare.yaml",
        "on_all: [rural-dibao, disabled-care]",
        "on_all: [rural-dibao, disabled-living]",
        "on_all",
        "自己",
    ),
    Spoilt(
        "entitled by no roster",
        f"{RELIEF}/compare.yaml",
        "on_all: [rural-dibao, disabled-care]",
        "on_all: []",
        "on_all",
        "至少",
    ),
    Spoilt(
        "entitled by a roster that is not there",
        f"{RELIEF}/compare.yaml",
        "unless_on: [destitute, orphans]",
        "unless_on: [destitute, widows]",
        "unless_on",
        "widows",
    ),
    Spoilt(
        "entitled by a roster of another programme that is not there",
        f"{RELIEF}/compare.yaml",
        "on_all: [rural-dibao, disabled-care]",
        "on_all: [rural-dibao, elderly-care.sick]",
        "absences.on_all",
        "elderly-care.sick",
    ),
    Spoilt(
        "nobody to hold",
        f"{RELIEF}/compare.yaml",
        "unless_on: [destitute, orphans]\n    from: 2016-01-01\n    effect: note",
        "unless_on: [destitute, orphans]\n    from: 2016-01-01\n    effect: hold",
        "effect",
        "note",
    ),
    Spoilt("broken yaml", f"{P}/skills/schedule.yaml", "schedules:", "schedules: [", "行", "YAML"),
    Spoilt("not a mapping", f"{P}/skills/schedule.yaml", "schedules:", "- schedules:", "", "表"),
    Spoilt(
        "key twice",
        f"{RELIEF}/programme.yaml",
        "short_name:",
        "name: 又一名\nshort_name:",
        "行",
        "两次",
    ),
    Spoilt(
        "unknown key",
        f"{RELIEF}/programme.yaml",
        "short_name:",
        "shortname: 短\nshort_name:",
        "shortname",
        "不认识",
    ),
    Spoilt("missing key", f"{RELIEF}/programme.yaml", "lead: civil-affairs", "", "lead", "缺少"),
    Spoilt(
        "number for text",
        f"{RELIEF}/programme.yaml",
        "short_name: 困难人员救助",
        "short_name: 17",
        "short_name",
        "引号",
    ),
    Spoilt(
        "bad code",
        f"{RELIEF}/programme.yaml",
        "code: rural-dibao",
        "code: Rural Dibao",
        "sub_items[1].code",
        "小写",
    ),
    Spoilt(
        "sub-item twice",
        f"{RELIEF}/programme.yaml",
        "code: urban-dibao",
        "code: rural-dibao",
        "code",
        "重复",
    ),
    Spoilt(
        "measure twice",
        f"{C}/years/2021/urban-renewal.yaml",
        "      estates:",
        "      estate:",
        "estate",
        "没有指标",
    ),
    Spoilt(
        "unknown kind",
        f"{RELIEF}/programme.yaml",
        "kind: subsidy",
        "kind: gift",
        "sub_items[1].kind",
        "gift",
    ),
    Spoilt(
        "unknown general roster",
        f"{P}/rural-roads/programme.yaml",
        "kind: works",
        "kind: works\n    roster: nosuch",
        "roster",
        "nosuch",
    ),
    Spoilt("float for money", AMOUNTS, "a: '640.00'", "a: 640.0", "grades.a", "元"),
    Spoilt("three decimals", AMOUNTS, "a: '640.00'", "a: '640.005'", "grades.a", "元"),
    Spoilt("negative money", AMOUNTS, "a: '640.00'", "a: -640", "grades.a", "元"),
    Spoilt("thousands comma", AMOUNTS, "a: '640.00'", "a: '1,640.00'", "grades.a", "元"),
    Spoilt("bad date", AMOUNTS, "from: 2020-07-01", "from: 2020/07/01", "amounts[1].from", "日期"),
    Spoilt("impossible date", AMOUNTS, "from: 2020-07-01", "from: 2020-06-31", "", "YAML"),
    Spoilt("no from", AMOUNTS, "    from: 2020-07-01\n", "", "amounts[1].from", "缺少"),
    Spoilt(
        "no source",
        AMOUNTS,
        "    source: 演示数据：拟定值，无公开文号\n",
        "",
        "amounts[1].source",
        "缺少",
    ),
    Spoilt(
        "to before from",
        AMOUNTS,
        "from: 2020-07-01",
        "from: 2020-07-01\n    to: 2020-06-30",
        "amounts[1].to",
        "早于",
    ),
    Spoilt(
        "overlap",
        AMOUNTS,
        "from: 2020-07-01",
        "from: 2020-07-01\n    to: 2021-07-01",
        "from",
        "重叠",
    ),
    Spoilt("same day twice", AMOUNTS, "from: 2021-07-01", "from: 2020-07-01", "from", "重叠"),
    Spoilt(
        "amount of unknown sub-item",
        AMOUNTS,
        "sub_item: rural-dibao",
        "sub_item: nosuch",
        "sub_item",
        "nosuch",
    ),
    Spoilt(
        "household without its base",
        f"{P}/unsafe-housing/amounts.yaml",
        "    base: graded\n",
        "",
        "amounts[2].base",
        "缺少",
    ),
    Spoilt(
        "household by days",
        f"{P}/unsafe-housing/amounts.yaml",
        "    cap: '22000.00'\n",
        "    cap: '22000.00'\n    partial: days\n",
        "amounts[2].partial",
        "按户",
    ),
    Spoilt(
        "household and person at once",
        f"{P}/unsafe-housing/amounts.yaml",
        "item: grant\n    name: 危房改造补助\n    kind: household",
        "item: other\n    name: 危房改造补助\n    kind: household",
        "amounts[2].kind",
        "按户",
    ),
    Spoilt(
        "fixed without amount", AMOUNTS, "kind: graded", "kind: fixed", "amounts[1].amount", "缺少"
    ),
    Spoilt("bounds crossed", AMOUNTS, "min: '20.00'", "min: '70000.00'", "min", "上限"),
    Spoilt(
        "grade nobody can claim",
        AMOUNTS,
        "a: '640.00'",
        "x: '1.00', a: '640.00'",
        "grades.x",
        "花名册",
    ),
    Spoilt("grade without amount", AMOUNTS, "a: '640.00', ", "", "grades.a", "档次"),
    Spoilt(
        "paid without amounts",
        f"{P}/rural-toilets/amounts.yaml",
        "sub_item: toilets",
        "sub_item: toilet",
        "sub_item",
        "toilet",
    ),
    Spoilt(
        "shares do not add up", FARM, "'340223100': 3", "'340223100': 4", "parks.shares", "合计"
    ),
    Spoilt("share of no town", FARM, "'340223100'", "'340223999'", "340223999", "镇"),
    Spoilt("town code unquoted", FARM, "'340223100'", "340223100", "行", "引号"),
    Spoilt("shares without target", FARM, "target: 14", "state: awaiting", "parks.shares", "目标"),
    Spoilt("negative target", FARM, "target: 14", "target: -14", "parks.target", "数"),
    Spoilt("unknown tier", FARM, "{central:", "{national:", "tiers.national", "central"),
    Spoilt(
        "empty budget",
        f"{C}/years/2021/drinking-water.yaml",
        "tiers: {central: 972000, province: 1296000, city: 324000, county: 648000}",
        "tiers: {}",
        "tiers",
        "金额",
    ),
    Spoilt("tier lost", FARM, "city: 574000, ", "", "budget_total", "合计", f"{C}/years/2021.yaml"),
    Spoilt(
        "rate above 100",
        f"{C}/years/2021/birth-defects.yaml",
        "target: 98",
        "target: 980",
        "metabolic.target",
        "100",
    ),
    Spoilt(
        "invented passes for published",
        FARM,
        "      value_is: demonstration\n",
        "",
        "value_is",
        "demonstration",
    ),
    Spoilt(
        "source says nothing",
        FARM,
        "source: 演示数据：拟定值，无公开文号",
        "source: '-'",
        "source",
        "文号",
    ),
    Spoilt(
        "amount beyond all reason",
        AMOUNTS,
        "a: '640.00'",
        "a: '64000000000000000.00'",
        "grades.a",
        "上限",
    ),
    Spoilt("unknown state", FARM, "target: 14", "state: maybe", "parks.state", "maybe"),
    Spoilt("measure left out", FARM, "      parks:", "      park:", "park", "指标"),
    Spoilt(
        "sub-item of another list",
        FARM,
        "  industry-parks:",
        "  industry-park:",
        "industry-park",
        "没有子项",
    ),
    Spoilt("wrong year", f"{C}/years/2021.yaml", "year: 2021", "year: 2020", "year", "文件名"),
    Spoilt(
        "provincial item unanswered",
        f"{C}/years/2021.yaml",
        "  - {code: rural-roads, local_number: 4, status: own}\n",
        "",
        "programmes",
        "rural-roads",
    ),
    Spoilt(
        "item not listed",
        f"{C}/years/2021.yaml",
        "code: rural-roads",
        "code: rural-railways",
        "code",
        "added",
    ),
    Spoilt(
        "added though listed",
        f"{C}/years/2021.yaml",
        "local_number: 4, status: own",
        "local_number: 4, status: added",
        "status",
        "added",
    ),
    Spoilt(
        "local number twice",
        f"{C}/years/2021.yaml",
        "local_number: 4",
        "local_number: 3",
        "local_number",
        "重复",
    ),
    Spoilt(
        "no reason",
        f"{C}/years/2021.yaml",
        ", reason: 考核断面由市级统一结算，不在本县实施",
        "",
        "reason",
        "缺少",
    ),
    Spoilt(
        "provincial number twice",
        "province-34/years/2021.yaml",
        "number: 2,",
        "number: 1,",
        "code",
        "重复",
    ),
    Spoilt(
        "sub-item nobody wrote",
        "province-34/years/2021.yaml",
        "sub_items: [renovation]",
        "sub_items: [renovations]",
        "sub_items",
        "renovations",
        f"{P}/unsafe-housing/programme.yaml",
    ),
    Spoilt(
        "no schedule",
        f"{P}/unsafe-housing/schedule.yaml",
        "from: 2020-01-01",
        "from: 2030-01-01",
        "sub_items",
        "schedule.yaml",
        f"{P}/unsafe-housing/programme.yaml",
    ),
    Spoilt(
        "schedule ratio above one",
        f"{P}/rural-roads/schedule.yaml",
        "'0.45'",
        "'1.45'",
        "points[2].month",
        "比例",
    ),
    Spoilt(
        "schedule month 13",
        f"{P}/rural-roads/schedule.yaml",
        "month: 11",
        "month: 13",
        "points[4].month",
        "月份",
    ),
    Spoilt(
        "schedule falls",
        f"{P}/rural-roads/schedule.yaml",
        "'0.80'",
        "'0.30'",
        "points[3].month",
        "先后",
    ),
    Spoilt(
        "schedule ends first",
        f"{P}/rural-roads/schedule.yaml",
        "finish: '11-30'",
        "finish: '02-01'",
        "finish",
        "开始",
    ),
    Spoilt(
        "schedule day 31 June",
        f"{P}/rural-roads/schedule.yaml",
        "start: '03-01'",
        "start: '06-31'",
        "start",
        "月日",
    ),
    Spoilt(
        "schedule of unknown sub-item",
        f"{P}/rural-roads/schedule.yaml",
        "[upgrade,",
        "[upgrades,",
        "sub_items",
        "upgrades",
    ),
    Spoilt(
        "unknown check",
        f"{RELIEF}/checks.yaml",
        "kind: amount_standard",
        "kind: horoscope",
        "kind",
        "horoscope",
    ),
    Spoilt(
        "check without parameter",
        f"{P}/employment/checks.yaml",
        "    measure: posts\n",
        "",
        "measure",
        "缺少",
    ),
    Spoilt(
        "check of unknown measure",
        f"{P}/employment/checks.yaml",
        "measure: posts",
        "measure: desks",
        "measure",
        "desks",
    ),
    Spoilt(
        "ages crossed", f"{P}/employment/checks.yaml", "least: 16", "least: 66", "least", "最大年龄"
    ),
    Spoilt(
        "age without bounds",
        f"{P}/residents-pension/checks.yaml",
        "    least: 60\n",
        "",
        "least",
        "most",
    ),
    Spoilt(
        "parameter of another kind",
        f"{P}/residents-pension/checks.yaml",
        "least: 60",
        "least: 60\n    sex: male",
        "sex",
        "不认识",
    ),
    Spoilt(
        "unknown sex",
        f"{P}/womens-screening/checks.yaml",
        "sex: female",
        "sex: woman",
        "sex",
        "woman",
    ),
    Spoilt(
        "unknown effect", f"{RELIEF}/compare.yaml", "effect: hold", "effect: jail", "effect", "jail"
    ),
    Spoilt(
        "exclusion with itself",
        f"{RELIEF}/compare.yaml",
        "second: rural-dibao",
        "second: destitute",
        "second",
        "自己",
    ),
    Spoilt(
        "exclusion with unknown",
        f"{RELIEF}/compare.yaml",
        "second: rural-dibao",
        "second: nosuch.thing",
        "second",
        "nosuch",
    ),
    Spoilt(
        "list without roster",
        f"{RELIEF}/compare.yaml",
        "roster: deaths",
        "roster: subsidy",
        "roster",
        "名单",
    ),
    Spoilt(
        "list for unknown",
        f"{RELIEF}/compare.yaml",
        "applies_to: [rural-dibao",
        "applies_to: [nosuch",
        "applies_to",
        "nosuch",
    ),
    Spoilt(
        "roster of unknown sub-item",
        f"{RELIEF}/roster.yaml",
        "  rural-dibao:",
        "  rural-dibaos:",
        "rural-dibaos",
        "没有子项",
    ),
    Spoilt(
        "roster on unknown",
        f"{RELIEF}/roster.yaml",
        "extends: subsidy",
        "extends: nosuch",
        "extends",
        "nosuch",
    ),
    Spoilt(
        "training roster for a subsidy",
        f"{P}/employment/roster.yaml",
        "extends: subsidy",
        "extends: training",
        "employment.public-posts",
        "培训",
    ),
    Spoilt(
        "roster drops unknown column",
        f"{RELIEF}/roster.yaml",
        "extends: subsidy",
        "extends: subsidy\n    without: [horoscope]",
        "without",
        "horoscope",
    ),
    Spoilt(
        "heading of two columns",
        f"{RELIEF}/roster.yaml",
        "aliases: [低保金,",
        "aliases: [银行账号, 低保金,",
        "columns",
        "银行账号",
    ),
    Spoilt(
        "new column without privacy",
        f"{P}/student-aid/roster.yaml",
        "        privacy: personal\n",
        "",
        "school.privacy",
        "缺少",
    ),
    Spoilt(
        "column without aliases",
        "common/rosters/subsidy.yaml",
        "aliases: [备注, 说明, 备 注, 附注]",
        "aliases: []",
        "aliases",
        "至少",
    ),
    Spoilt(
        "column without privacy",
        "common/rosters/subsidy.yaml",
        "    privacy: personal\n",
        "",
        "columns[1].privacy",
        "缺少",
    ),
    Spoilt(
        "open ID number",
        "common/rosters/subsidy.yaml",
        "privacy: sensitive",
        "privacy: open",
        "columns[2].privacy",
        "open",
    ),
    Spoilt(
        "unknown privacy",
        "common/rosters/subsidy.yaml",
        "privacy: personal",
        "privacy: secret",
        "privacy",
        "secret",
    ),
    Spoilt(
        "roster without title words",
        "common/rosters/deaths.yaml",
        "title_words: [死亡人员, 火化人员, 殡葬, 注销户口, 死亡名单, 去世人员, 火化名单]",
        "title_words: []",
        "title_words",
        "至少",
    ),
    Spoilt(
        "codes left out",
        "common/rosters/funds.yaml",
        "    codes: {",
        "    other: {",
        "codes",
        "代码",
    ),
    Spoilt(
        "site without column",
        "common/sites.yaml",
        "column: city_adopted_date",
        "column: town_adopted_date",
        "column",
        "town_adopted_date",
    ),
    Spoilt(
        "office twice",
        f"{C}/offices.yaml",
        "code: finance,",
        "code: county-office,",
        "code",
        "重复",
    ),
    Spoilt(
        "office without parent",
        f"{C}/offices.yaml",
        "parent: county-government",
        "parent: nosuch",
        "parent",
        "nosuch",
    ),
    Spoilt(
        "office at no division",
        f"{C}/offices.yaml",
        "division: '340223100'",
        "division: '340223900'",
        "division",
        "340223900",
    ),
    Spoilt(
        "office alias taken",
        f"{C}/offices.yaml",
        "aliases: [财政局,",
        "aliases: [民政局, 财政局,",
        "aliases",
        "民政局",
    ),
    Spoilt(
        "lead is no office",
        f"{P}/rural-roads/programme.yaml",
        "lead: transport",
        "lead: railways",
        "offices",
        "railways",
        f"{C}/offices.yaml",
    ),
    Spoilt(
        "lead is no department",
        f"{P}/rural-roads/programme.yaml",
        "lead: transport",
        "lead: auditor",
        "offices",
        "auditor",
        f"{C}/offices.yaml",
    ),
    Spoilt(
        "town without office",
        f"{C}/offices.yaml",
        "division: '340223101'",
        "division: '340223'",
        "offices",
        "许镇镇",
    ),
    Spoilt(
        "alias of two sub-items",
        f"{P}/rural-roads/programme.yaml",
        "aliases: [农村公路养护提升工程",
        "aliases: [农村低保, 农村公路养护提升工程",
        "aliases",
        "农村低保",
        "province-34/years/2021.yaml",
    ),
    Spoilt(
        "division twice", f"{C}/divisions.csv", "town,340223101,", "town,340223100,", "行", "重复"
    ),
    Spoilt(
        "division short line",
        f"{C}/divisions.csv",
        "town,340223101,许镇镇,340223,2020-01-01,",
        "town,340223101,许镇镇",
        "行",
        "列数",
    ),
    Spoilt(
        "division bad date",
        f"{C}/divisions.csv",
        "340223,2020-01-01",
        "340223,2020-13-01",
        "行",
        "区划",
    ),
    Spoilt(
        "division level",
        f"{C}/divisions.csv",
        "town,340223101",
        "borough,340223101",
        "行",
        "borough",
    ),
    Spoilt(
        "division without parent",
        f"{C}/divisions.csv",
        "340223101,许镇镇,340223,",
        "340223101,许镇镇,340299,",
        "行",
        "340299",
    ),
    Spoilt(
        "case of unknown sub-item",
        f"{RELIEF}/cases.yaml",
        "sub_item: rural-dibao",
        "sub_item: nosuch",
        "sub_item",
        "nosuch",
    ),
    Spoilt(
        "case expects two things",
        f"{RELIEF}/cases.yaml",
        "expect: {amount: '640.00'}",
        "expect: {amount: '640.00', held: age}",
        "expect",
        "只写一项",
    ),
    Spoilt(
        "case with a list for a fact",
        f"{RELIEF}/cases.yaml",
        "given: {grade: a}",
        "given: {grade: [a]}",
        "given.grade",
        "整数",
    ),
]


@pytest.mark.parametrize("case", CASES, ids=[case.about for case in CASES])
def test_spoilt_book_is_refused(spoil: Callable[[str, str, str], Path], case: Spoilt) -> None:
    root = spoil(case.file, case.old, case.new)
    with pytest.raises(CannotLoadBook) as refused:
        load_book(year=2021, county="340223", root=root)
    fault = refused.value
    assert fault.file == (case.named or case.file)
    assert case.key in fault.key
    assert case.says in fault.problem
    assert fault.file in str(fault)
    assert (fault.key or "全文") in str(fault)


@pytest.mark.parametrize(
    "name",
    [
        f"{RELIEF}/programme.yaml",
        f"{P}/rural-roads/schedule.yaml",
        f"{C}/years/2021/rural-roads.yaml",
        f"{C}/years/2021.yaml",
        f"{C}/divisions.csv",
        f"{C}/offices.yaml",
    ],
)
def test_missing_file_is_named(books: Path, name: str) -> None:
    (books / name).unlink()
    with pytest.raises(CannotLoadBook) as refused:
        load_book(year=2021, county="340223", root=books)
    assert name.rpartition("/")[2] in str(refused.value)


def test_roster_without_amounts_is_refused(books: Path) -> None:
    (books / f"{P}/rural-toilets/amounts.yaml").unlink()
    with pytest.raises(CannotLoadBook, match=r"rural-toilets/amounts\.yaml.*标准"):
        load_book(year=2021, county="340223", root=books)


def test_people_without_roster_need_a_reason(books: Path) -> None:
    (books / f"{P}/student-aid/roster.yaml").unlink()
    with pytest.raises(CannotLoadBook, match=r"student-aid/programme\.yaml.*kind_note.*花名册"):
        load_book(year=2021, county="340223", root=books)


def test_other_encoding_is_refused(books: Path) -> None:
    path = books / f"{C}/offices.yaml"
    path.write_bytes(path.read_text(encoding="utf-8").encode("gb18030"))
    with pytest.raises(CannotLoadBook, match="UTF-8"):
        load_book(year=2021, county="340223", root=books)


def test_tags_build_no_objects(books: Path) -> None:
    path = books / f"{C}/offices.yaml"
    path.write_text("offices: !!python/object/apply:os.getcwd []\n", encoding="utf-8")
    with pytest.raises(CannotLoadBook, match=r"offices\.yaml"):
        load_book(year=2021, county="340223", root=books)


@pytest.mark.parametrize(("year", "county"), [(2019, "340223"), (2021, "340221")])
def test_unknown_year_or_county_is_named(year: int, county: str) -> None:
    with pytest.raises(CannotLoadBook, match="没有这个文件"):
        load_book(year=year, county=county)


def test_untouched_copy_loads(shared_books: Path, book: Book) -> None:
    """The control: what the other tests spoil is sound before, and put back after."""
    load_book.cache_clear()
    assert load_book(year=2021, county="340223", root=shared_books).digest == book.digest
