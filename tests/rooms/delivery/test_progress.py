"""Progress from tables and rosters: what counts, completion, figures and their walk."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from tests.rooms.programme.books import A, B

from mingbai.base.figures import Branch, Leaf
from mingbai.base.ledger import last_seq
from mingbai.base.scope import Asker
from mingbai.delivery.actions import CannotEnterProgress
from mingbai.delivery.figures import walk_figure
from mingbai.delivery.models import EnteredSheet, ProgressReport, TrainingHead
from mingbai.delivery.queries import completed, standings

ALL = Asker.system("tests see everything")
JUNE = date(2021, 6, 30)


def walk(key, *path):
    return walk_figure(key, path, year=2021, cutoff=JUNE, as_of=None, to=ALL)


@pytest.mark.django_db
def test_the_slowest_measure_decides_and_more_than_the_whole_is_kept(county):
    county.report(("roads.build", "里程", None, "12.5"), ("roads.build", "标志", None, "30"))
    assert county.completion("roads.build").value == Fraction(3, 4)
    assert county.completed_count().value == 0
    county.report(("roads.build", "里程", None, "25"), ("roads.build", "标志", None, "40"), month=4)
    figure = county.completion("roads.build")
    assert figure.value == 1
    assert county.completed_count().value == 1
    county.report(
        ("roads.build", "里程", None, "25"), ("roads.build", "标志", None, "104.6"), month=5
    )
    figure = county.completion("roads.build")
    assert (figure.value, figure.numerator, figure.denominator) == (2, 250, 125)
    assert figure.show() == "200%"
    assert county.completion("roads.build", cutoff=date(2021, 3, 31)).value == Fraction(3, 4)


@pytest.mark.django_db
def test_one_row_moves_its_own_figures_only(county):
    county.report(("roads.build", "里程", None, "6"), ("roads.build", "标志", None, "20"))
    county.report(("roads.toilets", "", None, "299"), office=county.tree.office)
    keys = ("roads.build", "roads.toilets", "school.teachers")
    before = {key: county.completion(key).value for key in keys}
    assert county.completed_count().value == 0
    county.report(("roads.toilets", "", "1", "300"), office=county.tree.office, month=4)
    after = {key: county.completion(key).value for key in keys}
    assert {key for key in keys if before[key] != after[key]} == {"roads.toilets"}
    assert county.completed_count().value == 1
    assert before["school.teachers"] is None


@pytest.mark.django_db
def test_without_a_target_nothing_is_judged(county):
    county.report(("school.aid", "", None, "900"), office=county.school)
    assert county.completion("school.aid").value is None
    assert county.completed_count().value == 0
    assert not any(c.sub_item == "school.aid" for c in completed(
        year=2021, cutoff=JUNE, as_of=None, to=ALL))  # fmt: skip


@pytest.mark.django_db
def test_a_corrected_table_takes_over_and_the_past_stays_as_it_was(county):
    _, first = county.report(
        ("roads.build", "里程", None, "12.5"), ("roads.build", "标志", None, "40")
    )
    seq = last_seq()
    county.report(("roads.build", "里程", None, "12.5"), follows=first)
    assert county.completion("roads.build").value is None, "the corrected table has no signs"
    assert county.completion("roads.build", as_of=seq).value == 1
    assert (county.completed_count().value, county.completed_count(as_of=seq).value) == (0, 1)


@pytest.mark.django_db
def test_entering_again_writes_nothing(county):
    _, sheet = county.report(("roads.build", "里程", None, "1"))
    seq = last_seq()
    again = county.enter(sheet)
    assert (again.sheets_count, again.reports_count) == (0, 0)
    assert last_seq() == seq
    assert ProgressReport.objects.unscoped("a test counts").count() == 1


@pytest.mark.django_db
def test_sheets_of_another_kind_or_year_are_refused(county):
    pieces = county.hand_in("information", [])
    with pytest.raises(CannotEnterProgress, match="不是2021年的进度表"):
        county.enter(pieces)
    other = county.hand_in("progress", [], year=2022)
    with pytest.raises(CannotEnterProgress):
        county.enter(other)


@pytest.mark.django_db
def test_lines_that_do_not_fit_are_listed_with_what_to_do(county):
    county.report(("roads.toilets", "", None, "120"), month=2)
    entry, _ = county.report(
        ("moon.base", "", None, "1"),
        ("roads.build", "花坛", None, "1"),
        ("roads.toilets", "", "5", "110"),
        ("roads.toilets", "", None, "111"),
        ("roads.build", "里程", None, None),
        month=3,
    )
    assert [(d.line, d.code) for d in entry.discrepancies] == [
        (4, "unknown_sub_item"), (5, "unknown_measure"), (6, "fell"), (7, "listed_twice"),
        (8, "missing_total"),
    ]  # fmt: skip
    assert entry.reports_count == 1
    assert entry.discrepancies[2].message == (
        "第 6 行：累计完成 110，比上月的 120 少；请说明原因或更正。"
    )


@pytest.mark.django_db
def test_the_sum_of_months_and_the_target_are_checked(county):
    county.report(("roads.toilets", "", None, "120"), month=2)
    sheet = county.hand_in(
        "progress",
        [{"sub_item": "roads.toilets", "target": "310", "month_done": "5", "total_done": "130"}],
    )
    found = county.enter(sheet).discrepancies
    assert [(d.code, str(d.said), str(d.held)) for d in found] == [
        ("sum_differs", "130.0000", "125.0000"), ("target_differs", "310.0000", "300.0000"),
    ]  # fmt: skip


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("unit", "said", "value", "fits"),
    [
        ("公里", "5", Fraction(2, 5), True),
        ("米", "5000", Fraction(2, 5), True),
        ("万米", "0.5", Fraction(1, 25_000), False),
        (None, "5", Fraction(2, 5), True),
    ],
)
def test_units_are_converted_or_the_difference_is_said(county, unit, said, value, fits):
    rows = [
        {"sub_item": "roads.build", "measure": "里程", "unit_name": unit, "total_done": said},
        {"sub_item": "roads.build", "measure": "标志", "total_done": "40"},
    ]
    entry = county.enter(county.hand_in("progress", rows))
    assert ("unit_differs" not in {d.code for d in entry.discrepancies}) is fits
    if fits:
        assert county.completion("roads.build").value == value


@pytest.mark.django_db
def test_rejected_rows_do_not_count(county):
    rows = [{"sub_item": "roads.toilets", "total_done": "300", "verdict": 3}]
    assert county.enter(county.hand_in("progress", rows)).reports_count == 0
    assert county.completed_count().value == 0


@pytest.mark.django_db
def test_the_department_comes_first_and_towns_add_up_without_it(county):
    tree = county.tree
    county.report(("roads.toilets", "", None, "80"), office=tree.office_a)
    county.report(("roads.toilets", "", None, "40"), office=tree.office_b)
    (standing,) = (s for s in standings(to=ALL, year=2021, cutoff=JUNE)
                   if s.sub_item.code == "roads.toilets")  # fmt: skip
    assert standing.measures[0].basis == "towns"
    assert county.completion("roads.toilets").value == Fraction(120, 300)
    assert county.completion("roads.toilets").evidence.count == 2
    county.report(("roads.toilets", "", None, "150"))
    assert county.completion("roads.toilets").value == Fraction(150, 300)
    assert county.completion("roads.toilets").evidence.count == 1


@pytest.mark.django_db
def test_people_on_rosters_count_and_claims_in_tables_do_not(county):
    county.report(("school.teachers", "", None, "3"), office=county.school)
    assert county.completion("school.teachers").value == 0
    done = date(2021, 3, 20)
    county.teach(
        ("甲", "电工", done, "yes"), ("甲", "焊工", done, "yes"), ("乙", "电工", done, "no"),
        ("丙", "电工", date(2021, 7, 1), "yes"),
    )  # fmt: skip
    figure = county.completion("school.teachers")
    assert figure.value == Fraction(1, 3), "one person once; failed and later ones not"
    assert figure.evidence.record == "delivery.TrainingHead"
    assert figure.evidence.count == 2
    county.teach(("乙", "电工", done, "yes"), ("丁", "电工", done, "yes"), month=4)
    assert county.completion("school.teachers").value == 1
    assert county.completed_count().value == 1


@pytest.mark.django_db
def test_a_roster_silent_on_passing_counts_all_its_rows(county):
    done = date(2021, 3, 20)
    county.teach(("甲", "电工", done, None), ("乙", "电工", None, None))
    assert county.completion("school.teachers").value == Fraction(2, 3)
    heads = TrainingHead.objects.unscoped("a test looks").order_by("id")
    assert [h.done_date for h in heads] == [done, date(2021, 3, 31)]


@pytest.mark.django_db
def test_a_roster_without_a_sub_item_or_month_is_said_not_guessed(county):
    entry, _ = county.teach(("甲", "电工", None, None), month=None)
    assert [d.code for d in entry.discrepancies] == ["no_month"]
    entry, _ = county.teach(("甲", "电工", None, None), sub_item="moon.base")
    assert [d.code for d in entry.discrepancies] == ["no_sub_item"]
    assert TrainingHead.objects.unscoped("a test counts").count() == 0


@pytest.mark.django_db
def test_completed_lists_what_a_report_needs(county):
    county.report(
        ("roads.build", "里程", None, "12.5"), ("roads.build", "标志", None, "41"),
        ("roads.toilets", "", None, "299"),
    )  # fmt: skip
    (one,) = completed(year=2021, cutoff=JUNE, as_of=None, to=ALL)
    assert (one.programme, one.sub_item, one.whole_programme, one.siblings_count) == (
        "roads", "roads.build", False, 2,
    )  # fmt: skip
    assert (one.summary_name, one.unit, one.ratio) == ("小结roads.build", "公里", 1)
    county.report(("roads.toilets", "", "1", "300"), month=4)
    both = completed(year=2021, cutoff=JUNE, as_of=None, to=ALL)
    assert [(c.sub_item, c.whole_programme) for c in both] == [
        ("roads.build", True), ("roads.toilets", True),
    ]  # fmt: skip
    assert county.completed_count().value == len(both)


@pytest.mark.django_db
def test_the_walk_reaches_the_table_line_and_the_roster_line(county):
    _, sheet = county.report(
        ("roads.build", "里程", None, "12.5"), ("roads.build", "标志", None, "40")
    )
    done = date(2021, 3, 20)
    _, roster = county.teach(*((name, "电工", done, "yes") for name in "甲乙丙"))
    top = walk("delivery.completed_sub_items")
    assert [b.key for b in top] == ["roads.build", "school.teachers"]
    assert sum(b.value for b in top) == county.completed_count().value == 2
    measures = walk("delivery.completed_sub_items", "roads.build")
    assert [(b.key, b.value, b.count) for b in measures] == [("km", 12, 1), ("signs", 40, 1)]
    (leaf,) = walk("delivery.completed_sub_items", "roads.build", "signs")
    assert isinstance(leaf, Leaf)
    assert (leaf.origin_file_id, leaf.origin_sheet, leaf.origin_line) == (sheet.file_id, 1, 5)
    assert "民政局 2021年3月报：累计 40个" in leaf.label
    (branch,) = walk("delivery.completion.school.teachers")
    assert isinstance(branch, Branch)
    people = walk("delivery.completion.school.teachers", branch.key)
    assert [p.origin_line for p in people] == [4, 5, 6]
    assert {p.origin_file_id for p in people} == {roster.file_id}
    assert walk("delivery.completion.school.teachers", branch.key, "@3") == []
    for wrong in (("roads.build", "nope"), ("nope",), ("roads.build", "km", "more")):
        with pytest.raises(KeyError):
            walk("delivery.completed_sub_items", *wrong)


@pytest.mark.django_db
def test_a_town_is_measured_by_its_own_share_and_sees_its_own_rows(county):
    tree = county.tree
    county.report(("roads.toilets", "", None, "150"), office=tree.office_a)
    county.report(("roads.toilets", "", None, "40"), office=tree.office_b)
    town_a, town_b = tree.asker(tree.user_a), tree.asker(tree.user_b)
    assert county.completion("roads.toilets", to=town_a).value == Fraction(150, 200)
    assert county.completion("roads.toilets", to=town_b).value == Fraction(40, 100)
    assert {r.town_id for r in ProgressReport.objects.seen_by(town_a)} == {A}
    assert {r.town_id for r in ProgressReport.objects.seen_by(town_b)} == {B}
    assert {s.sub_item.code for s in standings(to=town_a, year=2021, cutoff=JUNE)} == {
        "roads.build", "roads.toilets",
    }  # fmt: skip


@pytest.mark.django_db
@pytest.mark.parametrize("model", [EnteredSheet, ProgressReport, TrainingHead])
def test_scope_holds_on_every_model(county, model):
    tree = county.tree
    county.report(("roads.build", "里程", None, "1"))
    county.report(("roads.toilets", "", None, "80"), office=tree.office_a)
    county.teach(("甲", "电工", date(2021, 3, 20), "yes"), town=A)
    whole = model.objects.seen_by(ALL).count()
    assert whole >= 1
    assert model.objects.seen_by(Asker()).count() == 0
    town_b = tree.asker(tree.user_b)
    assert model.objects.seen_by(town_b).count() == 0
    town_a = model.objects.seen_by(tree.asker(tree.user_a)).count()
    assert 1 <= town_a < whole or model is TrainingHead


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("assignment", "name"),
    [
        ("total_done = -1", "not_negative"),
        ("month_done = -1", "not_negative"),
        ("period = 202013", "period_in_year"),
        ("origin_line = NULL", "has_origin"),
    ],
)
def test_the_database_refuses_bad_reports_by_raw_sql(county, assignment, name):
    county.report(("roads.build", "里程", None, "1"))
    column, _, value = assignment.partition(" = ")
    columns = [f.column for f in ProgressReport._meta.fields if f.column != "id"]
    picked = ", ".join(value if c == column else c for c in columns)
    # A second line of the same sheet, but for the one column under test.
    picked = picked.replace("measure", "'other'")
    if column != "origin_line":
        picked = picked.replace("origin_line", "99")
    statement = (
        f"INSERT INTO delivery_progressreport ({', '.join(columns)}) "
        f"SELECT {picked} FROM delivery_progressreport"
    )
    with pytest.raises(IntegrityError, match=name), transaction.atomic():
        connection.cursor().execute(statement)


@pytest.mark.django_db
@pytest.mark.parametrize("table", ["enteredsheet", "progressreport", "traininghead"])
def test_the_database_refuses_any_change(county, table):
    county.report(("roads.build", "里程", None, "1"))
    county.teach(("甲", "电工", date(2021, 3, 20), "yes"))
    for statement in (f"DELETE FROM delivery_{table}", f"UPDATE delivery_{table} SET act_id = 1"):
        with pytest.raises(DatabaseError, match="frozen"), transaction.atomic():
            connection.cursor().execute(statement)
