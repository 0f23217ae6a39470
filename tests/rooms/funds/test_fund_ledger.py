"""The fund ledger: entries, reversals, sheets, totals, ratios; the database says no."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from fractions import Fraction

import pyarrow as pa
import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from tests.rooms.programme.books import YUAN, book, programme, small_book, sub_item

from mingbai.base.figures import Branch, Leaf
from mingbai.base.files import store_file
from mingbai.base.ledger import last_seq
from mingbai.base.models import Act, Office, OfficeDuty
from mingbai.base.scope import Asker
from mingbai.funds.actions import (
    CannotEnterFunds,
    CannotReverseEntries,
    NewEntry,
    enter_entries,
    enter_fund_sheet,
    reverse_entries,
    vote_budget,
)
from mingbai.funds.figures import CARDS, make_figure, walk_figure
from mingbai.funds.models import FundEntry
from mingbai.funds.queries import add_up, monthly, standing_entries, totals
from mingbai.programme.actions import adopt_year

ALL = Asker.system("tests see everything")
JUNE = date(2021, 6, 30)


@pytest.fixture
def county(tree, at):
    """A county that adopted its list and voted its budget: 11,000,000 元."""
    Office.objects.create(
        code="t-school", name="教育局", short_name="教育局", kind="department",
        division=tree.county, parent=tree.office, valid_from=date(2021, 1, 1),
    )  # fmt: skip
    adopt_year(book=small_book(), by=tree.clerk, at=at)
    vote_budget(book=small_book(), by=tree.clerk, at=at)
    tree.file = store_file(b"a fund table", kind="upload", by=tree.clerk, at=at)
    tree.file2 = store_file(b"a corrected table", kind="upload", by=tree.clerk, at=at)
    return tree


def table(*rows):
    """Rows of (line, sub_item, tier, arrived, released, spent, released_total), amounts in 元."""
    names = ("arrived_month", "released_month", "spent_month", "released_total")
    made = [
        {
            "line": line, "verdict": 0, "sub_item": item, "tier": tier,
            **{n: None if v is None else v * YUAN for n, v in zip(names, amounts, strict=True)},
        }
        for line, item, tier, *amounts in rows
    ]  # fmt: skip
    schema = pa.schema(
        [
            ("line", pa.int32()), ("verdict", pa.int8()), ("sub_item", pa.string()),
            ("tier", pa.string()), *((n, pa.int64()) for n in names),
        ]
    )  # fmt: skip
    return pa.Table.from_pylist(made, schema=schema)


def enter(county, at, rows, *, period=202103, file=None, sheet=1, replaces=None):
    return enter_fund_sheet(
        table=rows, origin_file_id=(file or county.file).pk, origin_sheet=sheet,
        year=2021, period=period, replaces=replaces, by=county.clerk, at=at,
    )  # fmt: skip


def value(key, *, cutoff=JUNE, as_of=None, to=ALL):
    return make_figure(key, year=2021, cutoff=cutoff, as_of=as_of, to=to).value


def everything(**kw):
    return {key: value(key, **kw) for key in CARDS}


MARCH = (
    (5, "roads.build", "central", 3_000_000, 2_000_000, 1_500_000, 2_000_000),
    (6, "roads.build", "county", 1_000_000, 500_000, None, 500_000),
    (7, "roads.toilets", "county", 400_000, 300_000, 300_000, 300_000),
)


@pytest.mark.django_db
def test_a_sheet_becomes_entries_and_every_figure_follows(county, at):
    result = enter(county, at, table(*MARCH))
    assert result.discrepancies == ()
    assert len(result.entries) == 8
    assert everything() == {
        "funds.budget": 11_000_000 * YUAN,
        "funds.arrived": 4_400_000 * YUAN,
        "funds.arrived_of_budget": Fraction(2, 5),
        "funds.released": 2_800_000 * YUAN,
        "funds.spent": 1_800_000 * YUAN,
        "funds.released_of_budget": Fraction(28, 110),
        "funds.released_of_arrived": Fraction(28, 44),
        "funds.spent_of_released": Fraction(18, 28),
    }
    assert value("funds.released", cutoff=date(2021, 2, 28)) == 0
    assert value("funds.released_of_arrived", cutoff=date(2021, 2, 28)) is None


@pytest.mark.django_db
def test_one_release_more_moves_exactly_three_figures(county, at):
    enter(county, at, table(*MARCH))
    before = everything()
    more = (8, "roads.toilets", "city", None, 1, None, None)
    enter(county, at, table(more), period=202104, file=county.file2)
    after = everything()
    moved = {key for key in CARDS if before[key] != after[key]}
    assert moved == {
        "funds.released", "funds.released_of_budget", "funds.released_of_arrived",
        "funds.spent_of_released",
    }  # fmt: skip
    assert after["funds.released"] - before["funds.released"] == YUAN


@pytest.mark.django_db
def test_every_ratio_names_its_own_denominator(county, at):
    enter(county, at, table(*MARCH))
    ratios = {key: card for key, card in CARDS.items() if card.unit == "ratio"}
    assert set(ratios) == {
        "funds.arrived_of_budget", "funds.released_of_budget", "funds.released_of_arrived",
        "funds.spent_of_released",
    }  # fmt: skip
    assert "预算" in (ratios["funds.released_of_budget"].denominator or "")
    assert "到位" in (ratios["funds.released_of_arrived"].denominator or "")
    assert "拨付" in (ratios["funds.spent_of_released"].denominator or "")
    assert len({card.denominator for card in ratios.values()}) == 3
    figure = make_figure("funds.released_of_budget", year=2021, cutoff=JUNE, as_of=None, to=ALL)
    assert (figure.numerator, figure.denominator) == (2_800_000 * YUAN, 11_000_000 * YUAN)
    assert figure.show() == "25.45%"
    assert all(card.denominator is None for card in CARDS.values() if card.unit == "fen")


@pytest.mark.django_db
def test_the_same_sheet_again_writes_nothing(county, at):
    enter(county, at, table(*MARCH))
    seq = last_seq()
    again = enter(county, at, table(*MARCH))
    assert (again.entries, again.reversals) == ((), ())
    assert last_seq() == seq


@pytest.mark.django_db
def test_a_corrected_sheet_replaces_the_old_one_and_history_stays(county, at):
    first = enter(county, at, table(*MARCH))
    seq = last_seq()
    before = everything()
    fixed = (MARCH[0], MARCH[1], (7, "roads.toilets", "county", 400_000, 200_000, None, 200_000))
    second = enter(county, at, table(*fixed), file=county.file2, replaces=(county.file.pk, 1))
    assert second.discrepancies == ()
    assert len(second.reversals) == len(first.entries) == 8
    assert value("funds.released") == 2_700_000 * YUAN
    assert value("funds.spent") == 1_500_000 * YUAN
    assert everything(as_of=seq) == before
    stored = FundEntry.objects.unscoped("a test adds up every record")
    assert sum(e.amount for e in stored.filter(kind="release")) == 2_700_000 * YUAN
    assert {e.origin_file_id for e in standing_entries(to=ALL, year=2021) if e.origin_file_id} == {
        county.file2.pk
    }


@pytest.mark.django_db
def test_totals_that_do_not_agree_are_listed_with_their_line(county, at):
    enter(county, at, table(*MARCH))
    wrong = (9, "roads.toilets", "county", None, 50_000, None, 360_000)
    (found,) = enter(county, at, table(wrong), period=202104, file=county.file2).discrepancies
    assert (found.line, found.code, found.column) == (9, "total_differs", "released_total")
    assert (found.said, found.held) == (360_000 * YUAN, 350_000 * YUAN)
    assert found.message == (
        "第 9 行：累计拨付填 360,000.00 元，按各月入账合计为 350,000.00 元；"
        "请核对本月数，或补报漏报的月份。"
    )


@pytest.mark.django_db
def test_unknown_negative_rejected_and_doubled_rows_are_not_counted(county, at):
    enter(county, at, table(*MARCH))
    rows = table(
        (4, "moon.base", "county", None, 7, None, None),
        (5, "roads.toilets", "city", None, -7, None, None),
        (6, "roads.build", "county", None, 7, None, None),
        (7, "roads.build", None, None, 7, None, None),
        (8, "sea.harbour", "county", None, 7, None, None),
    ).append_column("x", pa.array([0] * 5))
    rejected = table((9, "roads.toilets", "province", None, 7, None, None))
    rejected = rejected.set_column(1, "verdict", pa.array([3], pa.int8()))
    rows = pa.concat_tables([rows.drop_columns("x"), rejected])
    result = enter(county, at, rows, file=county.file2)
    assert [(d.line, d.code) for d in result.discrepancies] == [
        (4, "unknown_sub_item"), (5, "negative"), (6, "reported_twice"), (8, "unknown_sub_item"),
    ]  # fmt: skip
    assert [(e.tier, e.amount) for e in result.entries] == [("other", 7 * YUAN)]


@pytest.mark.django_db
def test_reversal_undoes_once_and_only_an_entry(county, at):
    (entry,) = enter_entries(
        entries=[
            NewEntry("release", "roads.build", "county", 5, date(2021, 5, 6), 202105, note="凭证 1")
        ],
        by=county.clerk, at=at,
    )  # fmt: skip
    with pytest.raises(CannotReverseEntries, match="原因"):
        reverse_entries(entries=[entry], reason=" ", by=county.clerk, at=at)
    (undone,) = reverse_entries(entries=[entry], reason="重复登记", by=county.clerk, at=at)
    assert (undone.amount, undone.period, undone.reverses_id) == (-5, 202105, entry.pk)
    assert value("funds.released") == 0
    assert value("funds.released", as_of=entry.act_id) == 5
    with pytest.raises(CannotReverseEntries, match="已冲销"):
        reverse_entries(entries=[entry], reason="再来", by=county.clerk, at=at)
    with pytest.raises(CannotReverseEntries, match="本身是冲销"):
        reverse_entries(entries=[undone], reason="再来", by=county.clerk, at=at)


@pytest.mark.django_db
def test_entries_that_cannot_stand_are_all_named_and_none_is_written(county, at):
    day = date(2021, 5, 6)
    with pytest.raises(CannotEnterFunds) as caught:
        enter_entries(
            entries=[
                NewEntry("release", "roads.build", "county", 0, day, 202105, note="x"),
                NewEntry("release", "moon.base", "county", 1, day, 202105, note="x"),
                NewEntry("release", "roads.build", "village", 1, day, 202105, note="x"),
                NewEntry("release", "roads.build", "county", 1, day, 202113, note="x"),
                NewEntry("release", "roads.build", "county", 1, day, 202105),
                NewEntry("release", "roads.build", "county", 1, day, 202105, note="x"),
            ],
            by=county.clerk, at=at,
        )  # fmt: skip
    assert len(caught.value.faults) == 5
    assert value("funds.released") == 0
    with pytest.raises(CannotEnterFunds):
        enter_entries(entries=[], by=county.clerk, at=at)


@pytest.mark.django_db
def test_the_budget_follows_the_book_and_is_written_once(county, at):
    assert vote_budget(book=small_book(), by=county.clerk, at=at) == ()
    seq = last_seq()
    changed = book(
        (
            programme(
                "roads", 1,
                (
                    sub_item("roads.build", budgets={"central": 6_000_000 * YUAN, "city": 9}),
                    sub_item("roads.toilets", budgets={"county": 2_000_000 * YUAN}),
                ),
            ),
        )
    )  # fmt: skip
    adopt_year(book=changed, by=county.clerk, at=at)
    written = vote_budget(book=changed, by=county.clerk, at=at)
    assert sorted(e.amount for e in written) == [
        -4_000_000 * YUAN, -1_000_000 * YUAN, 9, 2_000_000 * YUAN,
    ]  # fmt: skip
    assert value("funds.budget") == 8_000_000 * YUAN + 9
    assert value("funds.budget", as_of=seq) == 11_000_000 * YUAN


@pytest.mark.django_db
def test_a_budget_needs_an_adopted_list(tree, at):
    with pytest.raises(CannotEnterFunds, match="2021年清单没有"):
        vote_budget(book=small_book(), by=tree.clerk, at=at)


INSERT = (
    "INSERT INTO funds_fundentry (kind, year, sub_item, tier, amount, entry_date, period, note,"
    " reverses_id, act_id, origin_file_id, origin_sheet, origin_line)"
    " VALUES ({kind}, {year}, 'roads.build', {tier}, {amount}, '2021-03-31', {period}, {note},"
    " {reverses}, {act}, {file}, {sheet}, {line})"
)


def _raw(**changes):
    fields = {
        "kind": "'release'", "year": 2021, "tier": "'county'", "amount": 1, "period": 202103,
        "note": "'凭证'", "reverses": "NULL", "file": "NULL", "sheet": "NULL", "line": "NULL",
        "act": Act.objects.unscoped("a test needs an act").first().pk,
    }  # fmt: skip
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(INSERT.format(**{**fields, **changes}))


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("changes", "name"),
    [
        ({"amount": -1}, "negative_only_in_reversal"),
        ({"amount": 0}, "negative_only_in_reversal"),
        ({"tier": "'village'"}, "tier_known"),
        ({"kind": "'gift'"}, "kind_known"),
        ({"period": 202013}, "period_in_year"),
        ({"period": 202113}, "period_in_year"),
        ({"note": "''"}, "says_where_from"),
    ],
)
def test_the_database_refuses_bad_rows_by_raw_sql(county, changes, name):
    _raw()
    with pytest.raises(IntegrityError, match=name):
        _raw(**changes)


@pytest.mark.django_db
def test_the_database_refuses_a_positive_or_second_reversal_and_any_change(county, at):
    (entry,) = enter_entries(
        entries=[NewEntry("release", "roads.build", "county", 5, JUNE, 202106, note="凭证")],
        by=county.clerk, at=at,
    )  # fmt: skip
    with pytest.raises(IntegrityError, match="negative_only_in_reversal"):
        _raw(reverses=entry.pk, amount=5)
    _raw(reverses=entry.pk, amount=-5)
    with pytest.raises(IntegrityError, match="revers"):
        _raw(reverses=entry.pk, amount=-5)
    for statement in ("UPDATE funds_fundentry SET amount = 1", "DELETE FROM funds_fundentry"):
        with pytest.raises(DatabaseError, match="frozen"), transaction.atomic():
            connection.cursor().execute(statement)


@pytest.mark.django_db
def test_a_department_sees_its_own_money_and_a_town_none(county, at):
    enter(county, at, table(*MARCH))
    OfficeDuty.objects.create(
        office=county.civil, sub_item="roads.toilets", from_date=date(2021, 1, 1)
    )
    civil, town = county.asker(county.user_civil), county.asker(county.user_a)
    assert {t.sub_item for t in totals(to=civil, year=2021)} == {"roads.toilets"}
    assert value("funds.released", to=civil) == 300_000 * YUAN
    assert totals(to=town, year=2021) == ()
    assert value("funds.released_of_budget", to=town) is None


def walk(key, *path):
    return walk_figure(key, path, year=2021, cutoff=JUNE, as_of=None, to=ALL)


@pytest.mark.django_db
def test_the_walk_ends_at_the_line_and_adds_up_on_every_level(county, at):
    enter(county, at, table(*MARCH))
    total = value("funds.released")
    top = walk("funds.released")
    assert all(isinstance(b, Branch) for b in top)
    assert sum(b.value for b in top) == total
    assert [b.key for b in top] == ["roads.build", "roads.toilets"]
    months = walk("funds.released", "roads.build")
    assert {b.key for b in months} == {"202103.central", "202103.county"}
    assert sum(b.value for b in months) == top[0].value
    (leaf,) = walk("funds.released", "roads.build", "202103.county")
    assert isinstance(leaf, Leaf)
    assert (leaf.value, leaf.origin_file_id, leaf.origin_sheet, leaf.origin_line) == (
        500_000 * YUAN, county.file.pk, 1, 6,
    )  # fmt: skip
    with pytest.raises(KeyError):
        walk("funds.unknown")
    with pytest.raises(KeyError):
        walk("funds.released", "roads.build", "nonsense")


@pytest.mark.django_db
def test_a_ratio_walks_by_its_two_sides_and_budget_ends_at_a_note(county, at):
    enter(county, at, table(*MARCH))
    sides = walk("funds.released_of_budget")
    assert [(b.key, b.value) for b in sides] == [
        ("numerator", 2_800_000 * YUAN), ("denominator", 11_000_000 * YUAN),
    ]  # fmt: skip
    below = walk("funds.released_of_budget", "denominator")
    assert sum(b.value for b in below) == 11_000_000 * YUAN
    leaves = walk("funds.released_of_budget", "denominator", "roads.build")
    assert sum(leaf.value for leaf in leaves) == 10_000_000 * YUAN
    assert all(leaf.origin_file_id is None and "规则库" in leaf.note for leaf in leaves)


@pytest.mark.django_db
def test_long_levels_are_cut_into_pages(county, at, monkeypatch):
    monkeypatch.setattr("mingbai.funds.figures.LEVEL_SIZE", 2)
    enter(county, at, table(*MARCH))
    first = walk("funds.arrived", "roads.build")
    assert len(first) == 2
    day = date(2021, 4, 1)
    enter_entries(
        entries=[
            NewEntry("release", "roads.build", "county", n, day, 202104, note=f"凭证 {n}")
            for n in (1, 2, 3)
        ],
        by=county.clerk, at=at,
    )  # fmt: skip
    path = ("roads.build", "202104.county")
    assert [x.value for x in walk("funds.released", *path)] == [1, 2]
    assert [x.value for x in walk("funds.released", *path, "@2")] == [3]
    assert walk("funds.released", *path, "@4") == []


@pytest.mark.django_db
def test_evidence_counts_lines_and_its_digest_follows_them(county, at):
    enter(county, at, table(*MARCH))
    ask = {"year": 2021, "cutoff": JUNE, "as_of": None, "to": ALL}
    first = make_figure("funds.released", **ask).evidence
    assert (first.record, first.count) == ("funds.FundEntry", 3)
    assert make_figure("funds.released", **ask).evidence == first
    more = (8, "roads.toilets", "city", None, 1, None, None)
    enter(county, at, table(more), period=202104, file=county.file2)
    second = make_figure("funds.released", **ask).evidence
    assert second.count == 4
    assert second.digest != first.digest


@pytest.mark.django_db
@pytest.mark.parametrize("many", [1, 40])
def test_totals_and_figures_cost_the_same_for_one_and_for_many(
    county, at, many, django_assert_num_queries
):
    enter_entries(
        entries=[
            NewEntry("release", "roads.build", "county", 1, JUNE, 202106, note=f"凭证 {n}")
            for n in range(many)
        ],
        by=county.clerk, at=at,
    )  # fmt: skip
    with django_assert_num_queries(3):
        found = totals(to=ALL, year=2021, through=JUNE)
        assert monthly(to=ALL, year=2021, sub_items=frozenset({"roads.build"}))
        assert value("funds.released") == many
    total = add_up(found)
    assert (total.released, total.budget) == (many, 11_000_000 * YUAN)
    assert total.released_of_arrived is None
    assert Decimal(total.released) == many
