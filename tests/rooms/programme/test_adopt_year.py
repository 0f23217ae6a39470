"""Adopting a year: versions, shares that add up, a second year with another list."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from tests.rooms.programme.books import A, B, book, measure, programme, small_book, sub_item

from mingbai.base.ledger import last_seq
from mingbai.base.models import Act, Office
from mingbai.base.scope import Asker
from mingbai.programme.actions import CannotAdoptYear, adopt_year
from mingbai.programme.figures import make_figure, walk_figure
from mingbai.programme.models import Measure, ProgrammeYear, TownShare
from mingbai.programme.queries import (
    adopted_years,
    planned_curves,
    planned_ratios,
    programmes,
    shares,
    sub_items,
    targets,
    unbalanced_shares,
)

ALL = Asker.system("tests see everything")


@pytest.fixture
def school(tree):
    return Office.objects.create(
        code="t-school", name="教育局", short_name="教育局", kind="department",
        division=tree.county, parent=tree.office, valid_from=date(2021, 1, 1),
    )  # fmt: skip


def _count(year: int = 2021, as_of: int | None = None):
    return make_figure("programme.count", year=year, cutoff=date(year, 6, 30), as_of=as_of, to=ALL)


@pytest.mark.django_db
def test_adopting_writes_the_whole_list(tree, school, at):
    adopt_year(book=small_book(), by=tree.clerk, at=at)
    assert [p.code for p in programmes(to=ALL, year=2021)] == ["roads", "school"]
    assert [p.code for p in programmes(to=ALL, year=2021, every=True)] == ["roads", "school", "sea"]
    assert [s.code for s in sub_items(to=ALL, year=2021)] == [
        "roads.build", "roads.toilets", "school.teachers", "school.aid",
    ]  # fmt: skip
    found = {(m.sub_item.code, m.code): m for m in targets(to=ALL, year=2021)}
    assert found["roads.build", "km"].target == Decimal("12.5")
    assert found["school.aid", "count"].target is None
    assert {s.town_id: s.share for s in shares(to=ALL, year=2021, sub_item="roads.build")} == {
        A: Decimal("7.5"),
        B: Decimal("5"),
    }
    assert planned_ratios(to=ALL, year=2021, period=202106)["roads.build"] == Decimal("0.5")
    curve = planned_curves(to=ALL, year=2021)["roads.build"]
    assert len(curve) == 12
    assert curve[-1] == (202112, Decimal(1))


@pytest.mark.django_db
def test_the_same_book_twice_changes_nothing(tree, school, at):
    first = adopt_year(book=small_book(), by=tree.clerk, at=at)
    seq = last_seq()
    assert adopt_year(book=small_book(), by=tree.clerk, at=at).pk == first.pk
    assert last_seq() == seq
    assert ProgrammeYear.objects.unscoped("a test counts").count() == 1


@pytest.mark.django_db
def test_a_changed_book_is_a_new_version_and_the_old_one_stays(tree, school, at):
    old = adopt_year(book=small_book(), by=tree.clerk, at=at)
    seq = last_seq()
    before = _count()
    changed = small_book()
    third = programme("bridge", 4, (sub_item("bridge.one"),))
    changed = book((*changed.programmes, third))
    new = adopt_year(book=changed, by=tree.clerk, at=at)
    assert new.pk != old.pk
    assert (_count().value, _count(as_of=seq).value, before.value) == (3, 2, 2)
    assert _count(as_of=seq) == before
    assert _count().evidence.digest != before.evidence.digest
    assert len(sub_items(to=ALL, year=2021, as_of=seq)) == 4
    assert len(sub_items(to=ALL, year=2021)) == 5


@pytest.mark.django_db
def test_a_second_year_has_its_own_list(tree, school, at):
    adopt_year(book=small_book(), by=tree.clerk, at=at)
    later = book((programme("harvest", 1, (sub_item("harvest.rice", year=2022),)),), year=2022)
    adopt_year(book=later, by=tree.clerk, at=at)
    assert adopted_years(to=ALL) == (2022, 2021)
    assert [p.code for p in programmes(to=ALL, year=2022)] == ["harvest"]
    assert (_count(2021).value, _count(2022).value) == (2, 1)
    assert [s.code for s in sub_items(to=ALL, year=2022)] == ["harvest.rice"]


@pytest.mark.django_db
def test_shares_that_do_not_add_up_are_refused_and_nothing_is_written(tree, school, at):
    wrong = measure(target="10", shares={A: "6", B: "3"})
    with pytest.raises(CannotAdoptYear, match="合计 9个，与年度目标 10个 不等"):
        adopt_year(
            book=book((programme("x", 1, (sub_item("x.y", measures=(wrong,)),)),)),
            by=tree.clerk, at=at,
        )  # fmt: skip
    assert ProgrammeYear.objects.unscoped("a test counts").count() == 0
    assert Act.objects.unscoped("a test counts").filter(verb="adopt_year").count() == 0


@pytest.mark.django_db
def test_unknown_offices_and_towns_are_all_named(tree, at):
    stray = measure(target="1", shares={"340223999": "1"})
    item = replace(sub_item("x.y", measures=(stray,)), lead_office="nobody")
    with pytest.raises(CannotAdoptYear) as caught:
        adopt_year(book=book((programme("x", 1, (item,)),)), by=tree.clerk, at=at)
    assert len(caught.value.faults) == 2
    assert "nobody" in caught.value.faults[0]
    assert "340223999" in caught.value.faults[1]


@pytest.mark.django_db
def test_the_query_finds_shares_changed_behind_our_back(tree, school, at):
    adopt_year(book=small_book(), by=tree.clerk, at=at)
    assert unbalanced_shares(to=ALL, year=2021) == ()
    km = next(m for m in targets(to=ALL, year=2021) if m.code == "km")
    TownShare.objects.create(measure=km, town=tree.county, share=Decimal("0.5"), act=km.act)
    (found,) = unbalanced_shares(to=ALL, year=2021)
    assert (found.sub_item, found.target, found.shared) == (
        "roads.build", Decimal("12.5"), Decimal("13"),
    )  # fmt: skip


@pytest.mark.django_db
@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE programme_measure SET target = 1",
        "DELETE FROM programme_townshare",
        "UPDATE programme_programme SET status = 'own'",
        "DELETE FROM programme_schedulepoint",
        "UPDATE programme_subitem SET name = 'x'",
        "DELETE FROM programme_programmeyear",
    ],
)
def test_the_database_refuses_to_change_an_adopted_list(tree, school, at, statement):
    adopt_year(book=small_book(), by=tree.clerk, at=at)
    with pytest.raises(DatabaseError, match="frozen"), transaction.atomic():
        connection.cursor().execute(statement)


@pytest.mark.django_db
@pytest.mark.parametrize(
    "wrong",
    [
        {"target": None, "target_state": "set"},
        {"target": Decimal(0), "target_state": "set"},
        {"target": Decimal(5), "target_state": "none"},
        {"target": Decimal(5), "target_state": "awaiting"},
        {"target": Decimal(5), "target_state": "guessed"},
    ],
)
def test_the_database_refuses_a_target_that_does_not_fit_its_state(tree, school, at, wrong):
    adopt_year(book=small_book(), by=tree.clerk, at=at)
    item = sub_items(to=ALL, year=2021)[0]
    with pytest.raises(IntegrityError, match="measure_target_fits_state"), transaction.atomic():
        Measure.objects.create(
            sub_item=item, code="z", position=9, name="z", unit="个", value_is="sourced",
            source="", act=item.act, **wrong,
        )  # fmt: skip


@pytest.mark.django_db
def test_quantities_are_exact_and_too_many_decimals_are_refused(tree, school, at):
    fine = measure(unit="万亩", target="0.3", shares={A: "0.1001", B: "0.1999"})
    adopt_year(
        book=book((programme("x", 1, (sub_item("x.y", measures=(fine,)),)),)), by=tree.clerk, at=at
    )
    (found,) = targets(to=ALL, year=2021)
    assert found.target == Decimal("0.3")
    assert sum(s.share for s in shares(to=ALL, year=2021)) == Decimal("0.3")
    with pytest.raises(ValueError, match="小数"):
        TownShare.objects.create(measure=found, town_id=A, share=Decimal("0.00001"), act=found.act)


@pytest.mark.django_db
def test_a_town_sees_its_own_shares_only_and_the_list_is_open_to_all(tree, school, at):
    adopt_year(book=small_book(), by=tree.clerk, at=at)
    town = tree.asker(tree.user_a)
    assert {s.town_id for s in shares(to=town, year=2021)} == {A}
    assert {s.town_id for s in shares(to=ALL, year=2021)} == {A, B}
    nobody = Asker()
    assert shares(to=nobody, year=2021) == ()
    assert len(programmes(to=nobody, year=2021)) == 2


@pytest.mark.django_db
def test_the_count_walks_to_the_listing_document(tree, school, at):
    adopt_year(book=small_book(), by=tree.clerk, at=at)
    figure = _count()
    assert figure.show() == "2项"
    leaves = walk_figure(
        "programme.count", (), year=2021, cutoff=date(2021, 6, 30), as_of=None, to=ALL
    )
    assert sum(leaf.value for leaf in leaves) == figure.value
    assert {leaf.note for leaf in leaves} == {"南政〔2021〕测试号"}
    assert (
        walk_figure(
            "programme.count", ("@2",), year=2021, cutoff=date(2021, 6, 30), as_of=None, to=ALL
        )
        == []
    )


@pytest.mark.django_db
@pytest.mark.parametrize("many", [1, 12])
def test_reading_the_list_costs_the_same_for_one_and_for_many(
    tree, school, at, many, django_assert_num_queries
):
    items = tuple(
        programme(
            f"p{n}", n, (sub_item(f"p{n}.a", measures=(measure(shares={A: "60", B: "40"}),)),)
        )
        for n in range(1, many + 1)
    )
    adopt_year(book=book(items), by=tree.clerk, at=at)
    with django_assert_num_queries(6):
        assert len([p.lead_office.name for p in programmes(to=ALL, year=2021)]) == many
        assert len([s.programme.lead_office.name for s in sub_items(to=ALL, year=2021)]) == many
        assert len([m.sub_item.code for m in targets(to=ALL, year=2021)]) == many
        assert len([s.measure.sub_item.code for s in shares(to=ALL, year=2021)]) == 2 * many
