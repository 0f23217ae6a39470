"""开工率, 完工率, 投资完成率: exact, walking to lines, as of an entry; agreement with reports."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest
from tests.rooms.delivery.building import ALL, JUNE, YUAN, Builders, line, photo
from tests.rooms.programme.books import A, B

from mingbai.base.figures import Leaf
from mingbai.base.ledger import last_seq
from mingbai.delivery.figures import CARDS, find_card, make_figure, walk_figure
from mingbai.delivery.queries.site_gaps import site_gaps
from mingbai.delivery.queries.sites import site_standings

pytestmark = pytest.mark.django_db
STARTED, FINISHED, INVESTED = (
    f"delivery.works_{word}_ratio" for word in ("started", "finished", "invested")
)


@pytest.fixture
def builders(county):
    return Builders(county)


def figure(key, *, cutoff=JUNE, as_of=None, to=ALL):
    return make_figure(key, year=2021, cutoff=cutoff, as_of=as_of, to=to)


def walk(key, *path, to=ALL):
    return walk_figure(key, path, year=2021, cutoff=JUNE, as_of=None, to=to)


def test_without_sites_there_is_no_ratio(builders):
    for key in (STARTED, FINISHED, INVESTED):
        assert key in CARDS
        assert figure(key).value is None
        assert find_card(key).denominator


def test_ratios_count_what_is_confirmed(builders):
    builders.ledger(
        line("甲", start_date=date(2021, 5, 6)),
        line("乙", completion_date=date(2021, 6, 10)),
        line("丙"),
    )
    assert figure(STARTED).value == 0
    seq = last_seq()
    builders.confirm_all()
    assert (figure(STARTED).value, figure(STARTED).show()) == (Fraction(2, 3), "66.67%")
    assert figure(FINISHED).value == Fraction(1, 3)
    assert figure(STARTED, as_of=seq).value == 0
    assert figure(FINISHED, cutoff=date(2021, 5, 31)).value == 0
    assert figure(STARTED, cutoff=date(2021, 5, 31)).value == Fraction(1, 3)


def test_one_report_moves_its_own_figure_only(builders):
    builders.ledger(line("甲"), line("乙"))
    before = {key: figure(key) for key in (STARTED, FINISHED, INVESTED)}
    builders.report("start", date(2021, 6, 2), photo(), site=builders.site("甲"))
    builders.confirm_all()
    after = {key: figure(key) for key in before}
    assert {key for key in before if before[key].value != after[key].value} == {STARTED}
    assert before[STARTED].evidence.digest != after[STARTED].evidence.digest


def test_money_is_of_sites_that_have_a_plan(builders):
    builders.ledger(
        line("甲", invested_amount=250_000 * YUAN),
        line("乙", planned_amount=None, invested_amount=999),
        line("丙"),
    )
    found = figure(INVESTED)
    assert (found.numerator, found.denominator) == (250_000 * YUAN, 2_000_000 * YUAN)
    assert found.show() == "12.5%"


def test_a_figure_walks_to_its_lines(builders):
    _, sheet = builders.ledger(
        line("甲", start_date=date(2021, 5, 6)), line("乙", town=B), line("丙")
    )
    builders.report("start", date(2021, 6, 2), photo(), site=builders.site("乙"))
    builders.confirm_all()
    (item,) = walk(STARTED)
    assert (item.key, item.value, item.count) == ("roads.build", 2, 3)
    assert "开工 2 / 3 个" in item.label
    towns = walk(STARTED, item.key)
    assert [(each.key, each.value, each.count) for each in towns] == [(A, 1, 2), (B, 1, 1)]
    first, third = walk(STARTED, item.key, A)
    assert isinstance(first, Leaf)
    assert (first.value, first.origin_file_id, first.origin_line) == (1, sheet.file_id, 4)
    assert first.label == "甲：2021-05-06 开工"
    assert (third.label, third.value) == ("丙：未开工", 0)
    (other,) = walk(STARTED, item.key, B)
    assert (other.value, other.origin_file_id) == (1, None)
    assert "现场报告" in other.note
    assert sum(each.value for each in towns) == figure(STARTED).numerator
    (money,) = walk(INVESTED)
    assert walk(INVESTED, money.key, A)[0].label.startswith("甲：完成 0.00万元 / 计划 100.00万元")
    for path in (("nowhere",), (item.key, "nowhere"), (item.key, A, "deeper")):
        with pytest.raises(KeyError):
            walk(STARTED, *path)


def test_a_town_s_ratio_is_of_its_own_sites(builders):
    builders.ledger(line("甲", start_date=date(2021, 5, 6)), line("乙", town=B))
    builders.confirm_all()
    tree = builders.tree
    assert figure(STARTED, to=tree.asker(tree.user_a)).value == 1
    assert figure(STARTED, to=tree.asker(tree.user_b)).value == 0


def test_sites_and_reports_that_differ_are_told(builders, county):
    builders.ledger(line("甲", done_quantity="3"), line("乙", town=B, done_quantity="2"))
    county.report(("roads.build", "里程", None, "5"), ("roads.build", "标志", None, "9"), month=6)
    county.report(("roads.build", "里程", None, "3"), office=county.tree.office_a, month=6)
    county.report(("roads.build", "里程", None, "1.5"), office=county.tree.office_b, month=6)

    def gaps():
        found = site_standings(to=ALL, year=2021, cutoff=JUNE)
        return site_gaps(to=ALL, year=2021, cutoff=JUNE, found=found)

    (only,) = gaps()
    assert (only.town, only.on_sites, only.reported) == ("许镇镇", Decimal(2), Decimal("1.5"))
    assert "报 1.5公里，工程台账各工地合计 2公里" in only.message
    builders.ledger(
        line("甲", done_quantity="3.5"),
        line("乙", town=B, done_quantity="1.5"),
        month=6,
        follows=None,
        sub_item="roads.build",
    )
    assert [each.town for each in gaps()] == ["籍山镇"]
