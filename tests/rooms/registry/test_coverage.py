"""The insured counted against the register, on the demonstration county's own workbooks."""

from __future__ import annotations

import io
from datetime import date

import openpyxl
import pytest
from django.db import IntegrityError, transaction

from mingbai.base.models import User
from mingbai.base.permissions import asker_for
from mingbai.base.scope import Asker
from mingbai.intake.actions import receive_many
from mingbai.registry.actions import CannotCountCoverage, can_count, count_coverage
from mingbai.registry.models import CoverageCount, CoverageGap, VillageCoverage
from mingbai.registry.queries import (
    gaps_seen,
    newest_count,
    ratio_of,
    show_gaps,
    town_coverage,
    village_coverage,
)
from mingbai.rulebook import load_book
from mingbai.site.actions import Account, install_county, open_accounts
from mingbai.site.demo import make_county, receiving_order
from mingbai.site.line import OfficeFinder

pytestmark = pytest.mark.django_db
ALL = Asker.system("test")
ITEM = "medical-insurance.coverage"
WORDS = ("参保", "户籍", "迁出", "死亡")
FORGETFUL = "烟墩镇"


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    return make_county(folder=tmp_path_factory.mktemp("made") / "county", size="small", seed=11)


@pytest.fixture
def book():
    return load_book(year=2021, county="340223")


@pytest.fixture
def county(book, at):
    """The county's offices, with a clerk of the county office and one of a town."""
    install_county(book=book, by=None, at=at)
    accounts = (
        Account("clerk", "经办", "county-office", ("clerk",)),
        Account("town", "镇经办", "jishan", ("clerk",)),
    )
    open_accounts(
        accounts=accounts, password="mingbai-2021", by=None, at=at, from_date=date(2021, 1, 1)
    )
    return {user.username: user for user in User.objects.unscoped("test")}


def hand_in(made, book, at, *, but=()):
    finder = OfficeFinder(book)
    paths = [
        path
        for path in receiving_order(made.folder)
        if any(word in path.name for word in WORDS)
        and not any(word in path.as_posix() for word in but)
    ]
    files = [(p.name, p.read_bytes(), finder.find(p, under=made.folder)) for p in paths]
    return receive_many(files=files, by=None, at=at, total=len(files))


def count(book, at):
    return count_coverage(year=2021, book=book, by=None, at=at)


def test_the_count_is_what_the_county_was_made_with(made, book, county, at):
    hand_in(made, book, at)
    assert can_count(year=2021, book=book)
    (found,) = count(book, at)
    truth = made.totals["insured"]
    assert found.registered_count == truth["registered"]
    assert found.due_count == truth["due"]
    assert found.insured_count == truth["insured"]
    assert found.left_out_count == truth["left_out"]
    assert found.twice_count == truth["twice"]
    assert found.also_elsewhere_count == truth["elsewhere"]
    assert found.also_gone_count == truth["gone"]
    assert found.unregistered_count == truth["unregistered"]
    assert found.silent_village_count == 0
    # The rate is the one that the lead department reports for June.
    assert round(float(ratio_of(found)) * 100, 1) == pytest.approx(95.6, abs=0.6)
    towns = town_coverage(found, to=ALL)
    assert sum(town.due_count for town in towns) == found.due_count
    assert sum(town.insured_count for town in towns) == found.insured_count
    for kind, number in (("left_out", "left_out"), ("twice", "twice")):
        assert gaps_seen(found, to=ALL, kind=kind).count() == truth[number]


def test_a_village_that_a_town_forgot_is_told_until_the_correction_comes(made, book, county, at):
    hand_in(made, book, at, but=("2-更正",))
    (first,) = count(book, at)
    assert first.silent_village_count == 1
    town = next(t for t in town_coverage(first, to=ALL) if t.silent_count)
    assert town.name == FORGETFUL
    villages = village_coverage(first, to=ALL, town=town.code)
    silent = [village for village in villages if village.silent_count]
    assert len(silent) == 1
    assert villages[0].ratio == 0, "the lowest rate stands first"
    assert silent[0].left_out_count == silent[0].due_count > 0
    hand_in(made, book, at)
    (second,) = count(book, at)
    assert second.pk != first.pk
    assert second.silent_village_count == 0
    assert newest_count(to=ALL, year=2021, sub_item=ITEM) == second
    assert CoverageGap.objects.unscoped("test").filter(count=first).exists(), "nothing is lost"


def test_the_same_sheets_are_counted_once(made, book, county, at):
    hand_in(made, book, at)
    assert count(book, at) == count(book, at)
    assert CoverageCount.objects.unscoped("test").count() == 1


def test_without_a_register_it_says_what_is_missing(made, book, county, at):
    hand_in(made, book, at, but=("户籍",))
    assert not can_count(year=2021, book=book)
    with pytest.raises(CannotCountCoverage, match="户籍人口底册"):
        count(book, at)
    assert not CoverageCount.objects.unscoped("test").exists()


def test_everybody_left_out_walks_back_to_a_row_of_the_register(made, book, county, at):
    hand_in(made, book, at)
    (found,) = count(book, at)
    shown = show_gaps(gaps_seen(found, to=ALL, kind="left_out"))
    assert all(each.gap.origin_line and "*" in each.name and each.village for each in shown)
    assert len({(g.gap.origin_file_id, g.gap.origin_sheet, g.gap.origin_line) for g in shown}) == (
        len(shown)
    )


def test_the_database_refuses_counts_that_do_not_add_up_and_any_change(made, book, county, at):
    hand_in(made, book, at)
    (found,) = count(book, at)
    with pytest.raises(IntegrityError), transaction.atomic():
        CoverageCount.objects.create(
            **{
                **{
                    f.attname: getattr(found, f.attname)
                    for f in found._meta.fields
                    if f.name != "id"
                },
                "sheets_digest": "x" * 64,
                "due_count": found.due_count + 1,
            }
        )
    village = VillageCoverage.objects.unscoped("test").filter(count=found)
    with pytest.raises(Exception, match="frozen"), transaction.atomic():
        village.update(due_count=0)


def test_a_town_sees_its_own_people_only(made, book, county, at, client):
    hand_in(made, book, at)
    (found,) = count(book, at)
    town = asker_for(county["town"], at=at)
    assert {each.code for each in town_coverage(found, to=town)} == {"340223100"}
    own = gaps_seen(found, to=town, kind="left_out")
    assert set(own.values_list("town", flat=True)) == {"340223100"}
    client.force_login(county["town"])
    assert client.post("/registry/coverage/recount/").status_code == 403


def test_the_pages_lead_from_the_rate_to_people(
    made, book, county, at, client, monkeypatch, django_assert_max_num_queries
):
    monkeypatch.setattr("mingbai.registry.views.participation.newest_year", lambda: 2021)
    client.force_login(county["clerk"])
    assert "还没有统计参保" in client.get("/registry/coverage/").content.decode()
    client.post("/registry/coverage/recount/")
    hand_in(made, book, at)
    client.post("/registry/coverage/recount/")
    with django_assert_max_num_queries(21):
        text = client.get("/registry/coverage/").content.decode()
    found = newest_count(to=ALL, year=2021, sub_item=ITEM)
    assert "参保率" in text
    assert f"{found.left_out_count}" in text
    assert "某" not in client.get("/registry/coverage/?town=340223100").content.decode()
    people = client.get(f"/registry/coverage/{found.pk}/left_out/?town=340223100")
    assert "户籍底册第" in people.content.decode()
    book_bytes = client.get(f"/registry/coverage/{found.pk}/left_out/?town=340223100&as=xlsx")
    sheet = openpyxl.load_workbook(io.BytesIO(book_bytes.content)).active
    names = [row[2].value for row in sheet.iter_rows() if row[0].value == "籍山镇"]
    assert names
    assert all("*" in name for name in names)
    assert client.get(f"/registry/coverage/{found.pk}/nobody/").status_code == 404
