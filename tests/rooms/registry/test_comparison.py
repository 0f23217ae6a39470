"""Comparison writes each cause once, holds what the book holds, and follows corrections."""

from __future__ import annotations

from collections import Counter
from datetime import date

import pytest
from django.db import DatabaseError, transaction
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

from mingbai.base.scope import Asker
from mingbai.engine.ranking import EXPLAINED, Tally, level_of, people_of
from mingbai.registry.actions import (
    CannotSettleFinding,
    compare_sheets,
    enrol_sheets,
    settle_finding,
)
from mingbai.registry.models import Finding, FindingEvidence, Settlement
from mingbai.registry.queries import (
    describe_share,
    explain_finding,
    finding_name,
    findings_seen,
    held_lines,
    learned_from_decisions,
    ranked,
    rule_records,
)
from mingbai.registry.queries.specs import AtHand, plan_specs
from mingbai.rulebook import Check

pytestmark = pytest.mark.django_db


def checked(kind, effect="hold", **params):
    return Check(DIBAO, kind, effect, params, date(2021, 1, 1), None, "demonstration", "演示")


def book_with(*checks, **more):
    items = (
        sub_item(DIBAO, amount_rule(DIBAO), checks=checks),
        sub_item(TEKUN, amount_rule(TEKUN)),
    )
    return small_book(*items, **more)


def compare(tree, at, book):
    return compare_sheets(year=2021, book=book, by=tree.clerk, at=at)


def findings(**more):
    return Finding.objects.unscoped("test").filter(**more)


def settle(tree, at, finding, decision, reason, seen=0):
    return settle_finding(
        finding=finding, decision=decision, reason=reason, seen_number=seen, by=tree.clerk, at=at
    )


def test_the_second_of_two_rows_is_held_and_the_first_stands(tree, at):
    book = book_with(checked("repeated_person", within="month"))
    first = hand_in(tree, at, [row(1), row(2), row(1)])
    second = hand_in(tree, at, [row(2), row(3)], town="340223101")
    report = compare(tree, at, book)
    assert (report.row_count, report.new_count) == (5, 2)
    assert (held_lines(first), held_lines(second)) == ({5}, {3})
    assert findings().first().rulebook_digest == book.digest
    enrolled = enrol_sheets(sheets=[first, second], book=book, by=tree.clerk, at=at)
    assert (enrolled.held_count, enrolled.person_count) == (2, 3)


def test_running_again_adds_nothing(tree, at):
    book = book_with(checked("repeated_person", within="month"))
    hand_in(tree, at, [row(1), row(1)])
    compare(tree, at, book)
    report = compare(tree, at, book)
    assert (report.finding_count, report.new_count, report.superseded_count) == (1, 0, 0)
    assert FindingEvidence.objects.unscoped("test").count() == 2


def test_a_new_month_adds_evidence_to_the_same_cause(tree, at):
    book = book_with(checked("repeated_person", within="month"))
    hand_in(tree, at, [row(1), row(1)])
    compare(tree, at, book)
    february = hand_in(tree, at, [row(1), row(1)], month=2)
    assert compare(tree, at, book).new_count == 0
    assert (findings().count(), held_lines(february)) == (1, {4})


def test_a_correction_supersedes_and_a_relapse_reopens(tree, at):
    book = book_with(checked("repeated_person", within="month"))
    wrong = hand_in(tree, at, [row(1), row(1)])
    compare(tree, at, book)
    right = hand_in(tree, at, [row(1)], follows=wrong)
    assert compare(tree, at, book).superseded_count == 1
    assert compare(tree, at, book).superseded_count == 0
    again = hand_in(tree, at, [row(1), row(1)], follows=right)
    assert compare(tree, at, book).reopened_count == 1
    assert held_lines(again) == {4}
    decisions = Settlement.objects.unscoped("test").order_by("number")
    assert list(decisions.values_list("decision", flat=True)) == ["superseded", "reopened"]


def test_a_dismissed_finding_releases_its_rows_and_stays_dismissed(tree, at):
    book = book_with(checked("repeated_person", within="month"))
    sheet = hand_in(tree, at, [row(1), row(1)])
    compare(tree, at, book)
    settle(tree, at, findings().get(), "dismissed", "other_person")
    assert held_lines(sheet) == frozenset()
    compare(tree, at, book)
    assert held_lines(sheet) == frozenset()


def test_a_confirmed_finding_goes_on_holding(tree, at):
    book = book_with(checked("repeated_person", within="month"))
    sheet = hand_in(tree, at, [row(1), row(1)])
    compare(tree, at, book)
    settle(tree, at, findings().get(), "confirmed", "twice")
    assert held_lines(sheet) == {4}
    (record,) = rule_records(to=tree.asker(tree.clerk), year=2021)
    assert (record.confirmed_ratio, record.open_count) == (1.0, 0)


def test_of_two_clerks_settling_at_once_one_is_told(tree, at):
    hand_in(tree, at, [row(1), row(1)])
    compare(tree, at, book_with(checked("repeated_person", within="month")))
    settle(tree, at, findings().get(), "confirmed", "twice")
    with pytest.raises(CannotSettleFinding, match="他人处理"):
        settle(tree, at, findings().get(), "dismissed", "entitled")
    with pytest.raises(CannotSettleFinding, match="不相符"):
        settle(tree, at, findings().get(), "dismissed", "twice", seen=1)
    settle(tree, at, findings().get(), "dismissed", "entitled", seen=1)


def test_the_second_of_an_excluded_pair_is_held(tree, at):
    book = book_with(exclusions=(exclusion(TEKUN, DIBAO),))
    kept = hand_in(tree, at, [row(1)], sub_item=TEKUN)
    held = hand_in(tree, at, [row(1), row(2)])
    compare(tree, at, book)
    assert (held_lines(kept), held_lines(held)) == (frozenset(), {3})
    finding = findings().get()
    assert finding.stake_amount == 50_000
    said = explain_finding(finding, names={TEKUN: "特困供养"})
    assert "《特困供养》" in said
    assert "不得重复享受" in said
    sheets = FindingEvidence.objects.unscoped("test").values_list("origin_file", "is_subject")
    assert set(sheets) == {(kept.file_id, False), (held.file_id, True)}


def test_a_note_holds_nothing(tree, at):
    book = book_with(checked("shared_account", "note", most=1))
    sheet = hand_in(tree, at, [row(1, account="6217"), row(2, account="6217"), row(3)])
    compare(tree, at, book)
    assert findings().get().code == "shared_account"
    assert held_lines(sheet) == frozenset()


def test_the_dead_are_held_from_the_month_after(tree, at, monkeypatch):
    book = book_with(lists=(presence("deaths", (DIBAO,)),))
    monkeypatch.setattr("mingbai.registry.queries.specs._has_event", lambda book, roster: True)
    sheets = [hand_in(tree, at, [row(1), row(2)], month=month) for month in (1, 2, 3)]
    dead = {**row(1), "event_date": date(2021, 2, 10)}
    hand_in(tree, at, [dead], sub_item=None, kind="list", roster="deaths", month=3)
    compare(tree, at, book)
    assert [held_lines(sheet) for sheet in sheets] == [set(), set(), {3}]


def test_once_a_term_is_once_in_any_of_its_months(tree, at):
    check = Check(
        SCHOOL, "repeated_person", "hold", {"within": "term"}, date(2021, 1, 1), None,
        "demonstration", "演示",
    )  # fmt: skip
    book = small_book(sub_item(SCHOOL, amount_rule(SCHOOL, per="term"), checks=(check,)))
    sheets = [hand_in(tree, at, [row(1)], sub_item=SCHOOL, month=month) for month in (3, 5, 9)]
    compare(tree, at, book)
    assert [held_lines(sheet) for sheet in sheets] == [set(), {3}, set()]


def test_an_amount_off_the_standard_of_its_month_is_held(tree, at):
    rules = (
        amount_rule(DIBAO, to_date=date(2021, 2, 28)),
        amount_rule(DIBAO, amount_fen=60_000, from_date=date(2021, 3, 1)),
    )
    book = small_book(sub_item(DIBAO, *rules, checks=(checked("amount_standard"),)))
    rows = [row(1), row(2, amount=60_000)]
    february, march = (hand_in(tree, at, rows, month=month) for month in (2, 3))
    compare(tree, at, book)
    assert (held_lines(february), held_lines(march)) == ({4}, {3})


def test_the_sex_a_book_asks_for_is_held_against_the_id_number(tree, at):
    sheet = hand_in(tree, at, [row(1, sex=1), row(2, sex=2), row(3, sex=1)])
    compare(tree, at, book_with(checked("sex", sex="female")))
    assert held_lines(sheet) == {3, 5}
    assert set(findings(effect="hold").values_list("code", flat=True)) == {"sex_other"}


def test_every_line_of_a_long_doubt_is_held(tree, at):
    book = book_with(checked("repeated_person", within="month"))
    sheet = hand_in(tree, at, [row(1) for _ in range(301)])
    compare(tree, at, book)
    assert held_lines(sheet) == set(range(4, 304))


def test_two_lists_against_one_sub_item_are_two_rules():
    lists = (presence("deaths", (DIBAO,)), presence("staff", (DIBAO,)))
    at_hand = AtHand(sub_items=[DIBAO], lists=["deaths", "staff"])
    planned = plan_specs(book=book_with(lists=lists), at_hand=at_hand).planned
    rules = [each.spec.rule for each in planned]
    assert len(set(rules)) == len(rules)
    assert {each.rule_id for each in lists} <= set(rules)


def test_one_number_with_two_names_is_told_even_across_towns(tree, at):
    hand_in(tree, at, [row(1), row(2)])
    hand_in(tree, at, [row(1, name="演他人"), row(2)], town="340223101", sub_item=TEKUN)
    compare(tree, at, book_with())
    assert [finding.code for finding in findings()] == ["two_names"], "same name, other town: none"


def test_rejected_rows_are_not_compared(tree, at):
    hand_in(tree, at, [row(1), row(1, verdict=3)])
    compare(tree, at, book_with(checked("repeated_person", within="month")))
    assert not findings().exists()


def test_a_town_sees_only_its_own_findings(tree, at):
    book = book_with(checked("repeated_person", within="month"))
    hand_in(tree, at, [row(1), row(1)])
    compare(tree, at, book)
    seen = [findings_seen(to=tree.asker(u), year=2021).count() for u in (tree.user_a, tree.user_b)]
    assert seen == [1, 0]


def test_findings_hold_no_personal_value(tree, at):
    book = book_with(checked("repeated_person", within="month"), checked("shared_phone", most=1))
    one = row(1)
    hand_in(tree, at, [one, one, row(2, phone=one["phone"])])
    compare(tree, at, book)
    text = "".join(str(vars(finding)) for finding in findings())
    for value in (one["id_number"], one["account"], one["phone"], one["name"]):
        assert value not in text


def test_findings_and_settlements_are_frozen(tree, at):
    hand_in(tree, at, [row(1), row(1)])
    compare(tree, at, book_with(checked("repeated_person", within="month")))
    with pytest.raises(DatabaseError), transaction.atomic():
        findings().update(effect="note")
    with pytest.raises(DatabaseError), transaction.atomic():
        FindingEvidence.objects.unscoped("test").delete()


def test_every_code_of_the_engine_has_a_name():
    from mingbai.engine.checks import MESSAGES

    unnamed = [code for code in MESSAGES if finding_name(code) == "其他疑点"]
    assert unnamed == [code for code in unnamed if code.startswith(("continuity", "uncompared"))]


def asked(code):
    return list(
        ranked(
            findings_seen(to=Asker.system("test"), year=2021, code=code), learned_from_decisions()
        )
    )


def two_rules(tree, at, digest="d" * 64):
    """Five findings of small stakes about accounts, five of larger stakes about phones."""
    checks = (checked("shared_account", "note", most=1), checked("shared_phone", "note", most=1))
    rows = []
    for n in range(5):
        rows += [row(2 * n, account=f"62{n}"), row(2 * n + 1, account=f"62{n}")]
        rows += [row(20 + 2 * n + more, phone=f"1{n}", amount=60_000) for more in (0, 1)]
    sheet = hand_in(tree, at, rows)
    compare(tree, at, book_with(*checks, digest=digest))
    return sheet, book_with(*checks, digest=digest)


def test_the_queue_learns_from_decisions_and_the_database_cuts_its_pages(tree, at):
    two_rules(tree, at)
    assert [each.code for each in asked("")] == ["shared_phone"] * 5 + ["shared_account"] * 5
    for place, each in enumerate(findings(code="shared_account")[:4]):
        settle(tree, at, each, "confirmed", "twice")
        settle(tree, at, findings(code="shared_phone")[place], "dismissed", "other_person")
    learned = learned_from_decisions()
    first = asked("")
    assert [each.code for each in first] == ["shared_account"] * 5 + ["shared_phone"] * 5
    worths = [each.worth for each in first]
    assert worths == sorted(worths, reverse=True)
    assert worths[0] == learned.of(first[0])[1].worth(first[0].stake_amount, people=2)
    queued = ranked(findings_seen(to=Asker.system("test"), year=2021), learned)
    assert [each.pk for each in queued[3:6]] == [each.pk for each in first[3:6]]
    tally, share = learned.of(first[0])
    assert describe_share(tally, share).startswith("已核 4 条，属实 4 条")
    assert "尚无核实结论" in describe_share(Tally("x", "y", 1), share)
    assert "补发" in describe_share(Tally("x", "y", EXPLAINED), share)
    assert describe_share(Tally("x", "y", 1, 13, 8), share) == "属实率 62%（已核 21 条）"


def test_the_database_judges_facts_as_the_engine_does(tree, at):
    """Months paid at once beside all that only resembles them; a phone that three share."""
    checks = (checked("amount_standard"), checked("shared_phone", "note", most=1))
    paid = (100_000, 600_000, 650_000, 25_000, 75_000, 10, 100_001)
    rows = [row(n, amount=amount) for n, amount in enumerate(paid, start=1)]
    rows += [row(n, amount=amount) for n in (20, 21) for amount in (100_000, 50_000 + n)]
    rows += [row(30 + n, phone=row(50)["phone"]) for n in range(3)]
    hand_in(tree, at, rows)
    compare(tree, at, book_with(*checks))
    found = asked("")
    assert Counter(each.level for each in found) == {EXPLAINED: 2, 1: 1, 2: 7}
    assert Counter(each.people for each in found) == {1: 9, 3: 1}
    for each in found:
        facts, stake = each.params, each.stake_amount
        assert each.level == level_of(each.code, each.severity, facts, stake), facts
        assert each.people == people_of(each.code, facts)
    explained = [each for each in found if each.level == EXPLAINED]
    settle(tree, at, explained[0], "dismissed", "entitled")
    learned = learned_from_decisions()
    assert [key[2] for key in learned.tallies] == [EXPLAINED]
    assert describe_share(*learned.of(explained[1])).startswith("已核 1 条")


def test_a_correction_counts_half_a_change_of_the_book_nothing_and_a_decision_stays(tree, at):
    sheet, book = two_rules(tree, at)
    settle(tree, at, findings(code="shared_phone").first(), "confirmed", "twice")
    hand_in(tree, at, [row(99)], follows=sheet)
    compare(tree, at, book)
    counts = {key[1]: each for key, each in learned_from_decisions().tallies.items()}
    assert (counts["shared_account"].corrected, counts["shared_account"].decided) == (5, 0)
    assert (counts["shared_phone"].corrected, counts["shared_phone"].confirmed) == (4, 1)


def test_what_goes_with_a_change_of_the_book_teaches_nothing(tree, at):
    two_rules(tree, at)
    compare(tree, at, book_with(digest="e" * 64))
    assert Settlement.objects.unscoped("test").filter(decision="superseded").count() == 10
    assert learned_from_decisions().tallies == {}
