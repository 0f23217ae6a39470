"""Comparing after each receipt finds what comparing everything finds; memory may be lost."""

from __future__ import annotations

import sys
from datetime import date

import pytest
from django.conf import settings
from tests.rooms.registry.rosters import (
    DIBAO,
    SCHOOL,
    TEKUN,
    amount_rule,
    exclusion,
    hand_in,
    presence,
    row,
    small_book,
    sub_item,
)

from mingbai.base.aside import drop_aside, read_aside, write_aside
from mingbai.registry.actions import compare, compare_sheets, look, memory
from mingbai.rulebook import Absence, Check

pytestmark = pytest.mark.django_db

YEAR = "comparison-2021"


def checked(kind, code, effect="note", **params):
    return Check(code, kind, effect, params, date(2021, 1, 1), None, "demonstration", "演示")


def whole_book(**more):
    checks = (
        checked("repeated_person", DIBAO, "hold", within="month"),
        checked("amount_standard", DIBAO, "hold"),
        checked("shared_account", DIBAO, most=1),
        checked("shared_phone", TEKUN, most=1),
        checked("age", TEKUN, least=58),
        checked("continuity", TEKUN, watch="gaps amounts new gone"),
        checked("repeated_person", SCHOOL, "hold", within="term"),
    )
    items = [
        sub_item(code, amount_rule(code), checks=tuple(c for c in checks if c.sub_item == code))
        for code in (DIBAO, TEKUN, SCHOOL)
    ]
    absent = Absence(
        TEKUN, (DIBAO, SCHOOL), (), date(2021, 1, 1), None, "note", "应领", "demonstration", ""
    )
    return small_book(
        *items,
        exclusions=(exclusion(TEKUN, DIBAO),),
        lists=(presence("deaths", (DIBAO, TEKUN)), presence("staff", (DIBAO,), "note")),
        absences=(absent,),
        **more,
    )


@pytest.fixture(autouse=True)
def forgetful():
    """No memory from another test's database."""
    drop_aside(YEAR, keep=())


@pytest.fixture
def found(monkeypatch):
    """What the newest comparison found: cause -> columns and rows."""
    kept = {}
    found = compare._found

    def keep(*given):
        kept.clear()
        kept.update(found(*given))
        return dict(kept)

    monkeypatch.setattr(compare, "_found", keep)
    return lambda: {cause: (each.columns, sorted(each.rows)) for cause, each in kept.items()}


def receipts(tree, at):
    """A year in the order of receipt: months, a late one, lists, corrections, one sheet twice."""
    yield hand_in(tree, at, [row(n) for n in (1, 2, 3, 4)])
    first = hand_in(tree, at, [row(n) for n in (3, 5, 6, 7)], sub_item=TEKUN)
    yield first
    yield hand_in(tree, at, [row(n) for n in (1, 2, 2, 4)], month=2)
    yield hand_in(tree, at, [row(5), row(6, amount=51_000)], sub_item=TEKUN, month=2)
    yield hand_in(tree, at, [row(1), row(8)], sub_item=SCHOOL, month=3)
    yield hand_in(tree, at, [row(4), row(9)], sub_item=None, kind="list", roster="staff")
    dead = {**row(6), "event_date": date(2021, 1, 10)}
    deaths = hand_in(tree, at, [dead], sub_item=None, kind="list", roster="deaths")
    yield deaths
    young = row(7, birth_date=date(1990, 1, 1))
    yield hand_in(tree, at, [row(3), young, row(5), row(6)], sub_item=TEKUN, month=4)
    yield hand_in(tree, at, [row(1), row(2)], town="340223101", month=3)
    yield hand_in(tree, at, [row(1), row(8)], sub_item=SCHOOL, month=5)
    yield hand_in(tree, at, [row(5), row(6), row(7, phone=row(5)["phone"])], sub_item=TEKUN,
                  follows=first)  # fmt: skip
    yield hand_in(tree, at, [row(6), row(7)], sub_item=TEKUN, month=3)
    yield hand_in(tree, at, [row(99)], sub_item=None, kind="list", roster="deaths",
                  follows=deaths)  # fmt: skip
    yield hand_in(tree, at, [row(2), row(4, account=row(2)["account"])], month=4)


def test_after_each_receipt_the_same_is_found_as_by_looking_at_everything(
    tree, at, found, monkeypatch
):
    monkeypatch.setattr(
        "mingbai.registry.queries.specs._has_event", lambda book, of: of == "deaths"
    )
    # So few rows would all be looked at anew.
    monkeypatch.setattr(sys.modules[look.recheck.__module__], "WORTH", 2)
    book, again = whole_book(), []
    recheck = look.recheck
    monkeypatch.setattr(look, "recheck", lambda *a, **k: again.append(1) or recheck(*a, **k))
    codes = set()
    for _ in receipts(tree, at):
        compare_sheets(year=2021, book=book, by=tree.clerk, at=at)
        step_by_step = found()
        kept = memory.recall(2021)
        drop_aside(YEAR, keep=())
        compare_sheets(year=2021, book=book, by=tree.clerk, at=at)
        assert step_by_step == found()
        codes |= {each["code"] for each, _ in step_by_step.values()}
        _put_back(kept)
    assert len(again) > 8  # or the memory was never used
    assert codes >= {
        "repeated_person", "exclusion", "paid_after_event", "on_list", "shared_account",
        "shared_phone", "age_below", "continuity_gap", "not_enrolled",
    }  # fmt: skip


def _put_back(kept):
    """The memory as it was, in one segment: the comparison of everything has left its own."""
    drop_aside(YEAR, keep=())
    memory.remember(
        2021, memory.Memory(), places=kept.places, arrived=kept.tables, rules=kept.rules,
        findings=kept.findings,
    )  # fmt: skip


def test_segments_grow_and_a_full_memory_starts_over(tree, at, monkeypatch):
    monkeypatch.setattr(memory, "_SEGMENTS", 3)
    lengths = []
    for month in range(1, 6):
        hand_in(tree, at, [row(n) for n in range(3)], month=month)
        compare_sheets(year=2021, book=whole_book(), by=tree.clerk, at=at)
        lengths.append(len(memory.recall(2021).segments))
    assert lengths == [1, 2, 3, 1, 2]


def test_a_book_that_reads_otherwise_is_looked_at_anew(tree, at, found):
    hand_in(tree, at, [row(1), row(2, account=row(1)["account"]), row(3)])
    compare_sheets(year=2021, book=whole_book(), by=tree.clerk, at=at)
    assert {each["code"] for each, _ in found().values()} == {"shared_account"}
    lax = small_book(
        sub_item(DIBAO, amount_rule(DIBAO), checks=(checked("shared_account", DIBAO, most=2),))
    )
    compare_sheets(year=2021, book=lax, by=tree.clerk, at=at)
    assert found() == {}


@pytest.mark.parametrize("harm", ["index", "rows", "all"])
def test_a_spoilt_memory_costs_time_only(tree, at, found, harm):
    hand_in(tree, at, [row(1), row(1)])
    compare_sheets(year=2021, book=whole_book(), by=tree.clerk, at=at)
    before, (segment,) = found(), memory.recall(2021).segments
    folder = settings.MINGBAI_HOME / "aside" / YEAR
    if harm == "all":
        drop_aside(YEAR, keep=())
    else:
        path = folder / ("index" if harm == "index" else segment)
        path.write_bytes(path.read_bytes()[:-9] + b"otherwise")
    assert memory.recall(2021) == memory.Memory()
    compare_sheets(year=2021, book=whole_book(), by=tree.clerk, at=at)
    assert found() == before


def test_what_is_kept_aside_is_sealed_and_has_a_plain_name(tree, at):
    hand_in(tree, at, [row(1), row(1)])
    compare_sheets(year=2021, book=whole_book(), by=tree.clerk, at=at)
    folder = settings.MINGBAI_HOME / "aside" / YEAR
    for path in folder.iterdir():
        assert DIBAO.encode() not in path.read_bytes()
    assert DIBAO.encode() in read_aside(YEAR, memory.recall(2021).segments[0])
    with pytest.raises(ValueError, match="plain"):
        write_aside(YEAR, "../escape", b"")
