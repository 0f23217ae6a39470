"""Information pieces: each counts once, corrections take over, walks end at the lines."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from tests.rooms.delivery.sheets import make_sheet
from tests.rooms.programme.books import A, small_book

from mingbai.base.figures import Leaf
from mingbai.base.ledger import last_seq
from mingbai.base.scope import Asker
from mingbai.outreach.actions import CannotEnterPieces, enter_pieces
from mingbai.outreach.figures import CARDS, make_figure, walk_figure
from mingbai.outreach.models import Adoption, EnteredSheet, InformationPiece
from mingbai.outreach.queries import office_counts, pieces

ALL = Asker.system("tests see everything")
JUNE = date(2021, 6, 30)


class Desk:
    """Hand in information tables and ask for figures."""

    def __init__(self, tree, at):
        self.tree, self.at = tree, at

    def send(self, *rows, office=None, **kw):
        """Rows of (title, sent, adopted by the city's site, by the province's)."""
        names = ("title", "sent_date", "city_adopted_date", "province_adopted_date")
        sheet = make_sheet(
            "information",
            [dict(zip(names, row, strict=True)) for row in rows],
            office=office or self.tree.office_a, by=self.tree.clerk, at=self.at, **kw,
        )  # fmt: skip
        return self.enter(sheet), sheet

    def enter(self, *sheets):
        return enter_pieces(sheets=sheets, book=small_book(), by=self.tree.clerk, at=self.at)

    @staticmethod
    def values(*, cutoff=JUNE, as_of=None, to=ALL):
        return {
            key.partition(".")[2]: make_figure(
                key, year=2021, cutoff=cutoff, as_of=as_of, to=to
            ).value
            for key in CARDS
        }


@pytest.fixture
def desk(tree, at):
    return Desk(tree, at)


def day(month, number=10):
    return date(2021, month, number)


ROWS = (
    ("路通了", day(3, 1), day(3, 5), day(3, 9)),
    ("桥修好了", day(3, 2), day(3, 6), None),
    ("厕所改好了", day(3, 3), None, None),
)


@pytest.mark.django_db
def test_every_figure_comes_from_the_rows(desk):
    entry, _ = desk.send(*ROWS)
    assert (entry.pieces_count, entry.adoptions_count, entry.discrepancies) == (3, 3, ())
    assert desk.values() == {
        "pieces_sent": 3, "city_adopted": 2, "province_adopted": 1,
        "city_adopted_ratio": Fraction(2, 3),
    }  # fmt: skip
    shown = make_figure("outreach.city_adopted_ratio", year=2021, cutoff=JUNE, as_of=None, to=ALL)
    assert (shown.show(), shown.numerator, shown.denominator) == ("66.67%", 2, 3)
    assert CARDS["outreach.city_adopted_ratio"].denominator == "报送信息条数"


@pytest.mark.django_db
def test_one_piece_more_moves_what_it_should_and_nothing_else(desk):
    desk.send(*ROWS)
    before = desk.values()
    desk.send(("又一条", day(4), None, day(4, 12)), month=4)
    after = desk.values()
    assert {k for k in after if after[k] != before[k]} == {
        "pieces_sent", "province_adopted", "city_adopted_ratio",
    }  # fmt: skip


@pytest.mark.django_db
def test_the_cutoff_applies_to_sending_and_to_adoption(desk):
    desk.send(("三月的", day(3, 30), day(4, 2), None), ("四月的", day(4, 1), None, None))
    assert desk.values(cutoff=day(3, 31)) == {
        "pieces_sent": 1, "city_adopted": 0, "province_adopted": 0, "city_adopted_ratio": 0,
    }  # fmt: skip
    assert desk.values()["city_adopted"] == 1
    assert desk.values(cutoff=day(2))["city_adopted_ratio"] is None


@pytest.mark.django_db
def test_a_piece_listed_again_with_its_adoption_is_one_piece(desk):
    desk.send(("路通了", day(3, 1), None, None))
    desk.send(("《路通了》", day(3, 1), day(4, 5), None), month=4)
    assert desk.values()["pieces_sent"] == 1
    assert desk.values()["city_adopted"] == 1
    (piece,) = pieces(to=ALL, year=2021)
    assert piece.origin_line == 4
    desk.send(("路通了", day(3, 1), None, None), office=desk.tree.office_b)
    assert desk.values()["pieces_sent"] == 2, "another office's piece of the same title"


@pytest.mark.django_db
def test_a_corrected_table_takes_over_and_the_past_stays(desk):
    _, first = desk.send(*ROWS)
    seq = last_seq()
    before = desk.values()
    desk.send(ROWS[0], ("桥修好了", day(3, 2), None, None), follows=first)
    assert desk.values() == {
        "pieces_sent": 2, "city_adopted": 1, "province_adopted": 1,
        "city_adopted_ratio": Fraction(1, 2),
    }  # fmt: skip
    assert desk.values(as_of=seq) == before
    assert InformationPiece.objects.unscoped("a test counts").count() == 5


@pytest.mark.django_db
def test_entering_again_writes_nothing(desk):
    _, sheet = desk.send(*ROWS)
    seq = last_seq()
    assert desk.enter(sheet).pieces_count == 0
    assert last_seq() == seq


@pytest.mark.django_db
def test_lines_that_do_not_fit_are_listed(desk):
    entry, _ = desk.send(
        ("", day(3), None, None),
        ("没有日期", None, None, None),
        ("去年的", date(2020, 12, 30), None, None),
        ("路通了", day(3), day(3, 9), None),
        ("路通了。", day(3), None, None),
    )
    assert [(d.line, d.code, d.other_line) for d in entry.discrepancies] == [
        (4, "missing", 0), (5, "missing", 0), (6, "other_year", 0),
        (7, "adopted_before_sent", 0), (8, "listed_twice", 7),
    ]  # fmt: skip
    assert entry.discrepancies[-1].message == (
        "第 8 行：同一信息在第 7 行已列，本行未计入；请删去重复行。"
    )
    assert desk.values()["pieces_sent"] == 1
    assert desk.values()["city_adopted"] == 0


@pytest.mark.django_db
def test_rejected_rows_and_other_sheets_are_left_out(desk):
    tree = desk.tree
    sheet = make_sheet(
        "information", [{"title": "退回的", "sent_date": day(3), "verdict": 3}],
        office=tree.office_a, by=tree.clerk, at=desk.at,
    )  # fmt: skip
    assert desk.enter(sheet).pieces_count == 0
    other = make_sheet("progress", [], office=tree.office_a, by=tree.clerk, at=desk.at)
    with pytest.raises(CannotEnterPieces, match="不是2021年的信息台账"):
        desk.enter(other)


def walk(key, *path):
    return walk_figure(key, path, year=2021, cutoff=JUNE, as_of=None, to=ALL)


@pytest.mark.django_db
def test_the_walk_goes_by_office_and_month_to_the_line(desk):
    _, sheet = desk.send(*ROWS)
    _, later = desk.send(("又一条", day(4), day(4, 20), None), month=4)
    desk.send(("许镇的", day(3), None, None), office=desk.tree.office_b)
    top = walk("outreach.pieces_sent")
    assert [(b.label, b.value) for b in top] == [("籍山镇人民政府", 4), ("许镇镇人民政府", 1)]
    office = top[0].key
    months = walk("outreach.pieces_sent", office)
    assert [(b.key, b.value) for b in months] == [("202103", 3), ("202104", 1)]
    leaves = walk("outreach.pieces_sent", office, "202103")
    assert [leaf.origin_line for leaf in leaves] == [4, 5, 6]
    assert {leaf.origin_file_id for leaf in leaves} == {sheet.file_id}
    (adopted,) = walk("outreach.city_adopted", office, "202104")
    assert isinstance(adopted, Leaf)
    assert adopted.origin_file_id == later.file_id
    assert "2021-04-20 采用" in adopted.label
    ratio = walk("outreach.city_adopted_ratio")
    assert [(b.value, b.count) for b in ratio] == [(3, 4), (0, 1)]
    assert [leaf.value for leaf in walk("outreach.city_adopted_ratio", office, "202103")] == [
        1, 1, 0,
    ]  # fmt: skip
    for wrong in ((office, "209901"), ("0", "202103"), (office, "202103", "x")):
        with pytest.raises(KeyError):
            walk("outreach.pieces_sent", *wrong)


@pytest.mark.django_db
def test_counts_by_office(desk):
    desk.send(*ROWS)
    desk.send(("许镇的", day(3), None, None), office=desk.tree.office_b)
    rows = office_counts(pieces(to=ALL, year=2021))
    assert [(r.office_name, r.sent, r.city, r.province) for r in rows] == [
        ("籍山镇人民政府", 3, 2, 1), ("许镇镇人民政府", 1, 0, 0),
    ]  # fmt: skip
    assert (rows[0].city_ratio, rows[1].city_ratio) == (Fraction(2, 3), 0)


@pytest.mark.django_db
@pytest.mark.parametrize("model", [EnteredSheet, InformationPiece, Adoption])
def test_scope_holds_on_every_model(desk, model):
    desk.send(*ROWS)
    tree = desk.tree
    assert model.objects.seen_by(Asker()).count() == 0
    assert model.objects.seen_by(tree.asker(tree.user_b)).count() == 0
    assert model.objects.seen_by(tree.asker(tree.user_a)).count() > 0
    assert desk.values(to=tree.asker(tree.user_b))["pieces_sent"] == 0


@pytest.mark.django_db
def test_the_database_refuses_a_second_adoption_and_any_change(desk):
    desk.send(*ROWS)
    first = Adoption.objects.unscoped("a test looks").order_by("id").first()
    insert = (
        "INSERT INTO outreach_adoption (piece_id, site, adopted_date, act_id, origin_file_id,"
        " origin_sheet, origin_line) SELECT piece_id, {site}, adopted_date, act_id,"
        " origin_file_id, origin_sheet, {line} FROM outreach_adoption WHERE id = {pk}"
    )
    for site, line in (("site", "origin_line"), ("'country'", "NULL")):
        with pytest.raises(IntegrityError), transaction.atomic():
            connection.cursor().execute(insert.format(site=site, line=line, pk=first.pk))
    connection.cursor().execute(insert.format(site="'country'", line="9", pk=first.pk))
    for table in ("enteredsheet", "informationpiece", "adoption"):
        for verb in (f"DELETE FROM outreach_{table}", f"UPDATE outreach_{table} SET act_id = 1"):
            with pytest.raises(DatabaseError, match="frozen"), transaction.atomic():
                connection.cursor().execute(verb)


@pytest.mark.django_db
def test_a_town_office_speaks_for_its_town(desk):
    desk.send(*ROWS)
    assert {p.town_id for p in InformationPiece.objects.unscoped("a test looks")} == {A}


@pytest.mark.django_db
@pytest.mark.parametrize("many", [1, 40])
def test_figures_cost_the_same_for_one_and_for_many(desk, many, django_assert_num_queries):
    desk.send(*((f"第{n}条", day(3), day(3, 20), None) for n in range(many)))
    with django_assert_num_queries(8):
        assert desk.values()["pieces_sent"] == many
