"""Finding people, showing them masked, revealing them on record, and the registry's pages."""

from __future__ import annotations

import json
from datetime import date

import pytest
from django.db import DatabaseError, IntegrityError, transaction
from tests.rooms.registry.rosters import (
    DIBAO,
    TEKUN,
    amount_rule,
    hand_in,
    row,
    small_book,
    sub_item,
)

from mingbai.base.models import Act
from mingbai.registry.actions import (
    CannotEndEnrolments,
    CannotEnrolSheets,
    CannotRevealPerson,
    compare_sheets,
    decide_changes,
    end_enrolments,
    enrol_sheets,
    reveal_person,
)
from mingbai.registry.models import Enrolment, Finding, Person, Settlement
from mingbai.registry.queries import find_people, newest_year, rule_words
from mingbai.registry.queries.specs import AtHand, plan_specs
from mingbai.rulebook import Check, describe_rules, load_book

pytestmark = pytest.mark.django_db


def enrol(tree, at, *sheets):
    return enrol_sheets(sheets=sheets, book=small_book(), by=tree.clerk, at=at)


def people():
    return Person.objects.unscoped("test")


def enrolments():
    return Enrolment.objects.unscoped("test")


def test_one_person_in_several_rosters_is_one_person(tree, at):
    sheets = [
        hand_in(tree, at, [row(1), row(2)]),
        hand_in(tree, at, [row(1)], sub_item=TEKUN, town="340223101", month=2),
        hand_in(tree, at, [row(2), row(3)], month=3),
    ]
    report = enrol(tree, at, *sheets)
    assert (report.person_count, report.enrolment_count) == (3, 4)
    assert all(each.act_id == report.act.pk and each.origin_line for each in enrolments())
    since = dict(enrolments().filter(sub_item=DIBAO).values_list("id", "since_period"))
    assert sorted(since.values()) == [202101, 202101, 202103]
    again = enrol(tree, at, *sheets)
    assert (again.person_count, again.enrolment_count) == (0, 0)


def test_rejected_rows_and_rows_without_a_number_are_not_enrolled(tree, at):
    sheet = hand_in(tree, at, [row(1), row(2, verdict=3), row(3, id_number=None, verdict=2)])
    assert enrol(tree, at, sheet).person_count == 1


def test_enrolling_needs_a_subsidy_roster(tree, at):
    deaths = hand_in(tree, at, [row(1)], sub_item=None, kind="list", roster="deaths")
    with pytest.raises(CannotEnrolSheets):
        enrol(tree, at, deaths)


def test_an_eighteen_digit_number_stays_eighteen_digits(tree, at):
    """Read as a floating number it would end in zeros and be somebody else."""
    typed = row(7)["id_number"]
    enrol(tree, at, hand_in(tree, at, [row(7)]))
    assert (
        reveal_person(
            person=people().get(), field="id_number", reason="核对证件", by=tree.clerk, at=at
        )
        == typed
    )


def test_an_ended_enrolment_begins_anew_only_later(tree, at):
    enrol(tree, at, hand_in(tree, at, [row(1)], month=2))
    ended = {"last_period": 202103, "reason": "moved_out", "basis": "户籍迁移证", "at": at}
    ended["by"] = tree.clerk
    with pytest.raises(CannotEndEnrolments, match="早于"):
        end_enrolments(enrolments=list(enrolments()), **{**ended, "last_period": 202101})
    changes = end_enrolments(enrolments=list(enrolments()), **ended)
    with pytest.raises(CannotEndEnrolments, match="等待审定"):
        end_enrolments(enrolments=list(enrolments()), **ended)
    decide_changes(changes=changes, verdict="approved", reason="", by=tree.checker, at=at)
    with pytest.raises(CannotEndEnrolments, match="已经终止"):
        end_enrolments(enrolments=list(enrolments()), **ended)
    assert enrol(tree, at, hand_in(tree, at, [row(1)], month=3)).enrolment_count == 0
    assert enrol(tree, at, hand_in(tree, at, [row(1)], month=5)).enrolment_count == 1
    assert enrolments().filter(end_period=None).get().since_period == 202105


def test_the_database_keeps_who_a_person_is(tree, at):
    enrol(tree, at, hand_in(tree, at, [row(1)]))
    for change in (
        lambda: people().update(id_key=b"x" * 16),
        lambda: people().delete(),
        lambda: enrolments().update(since_period=202001),
        lambda: enrolments().update(end_period=202106),
    ):
        with pytest.raises(DatabaseError), transaction.atomic():
            change()
    twin = people().get()
    twin.pk = None
    with pytest.raises(IntegrityError), transaction.atomic():
        twin.save(force_insert=True)
    twin = enrolments().get()
    twin.pk = None
    with pytest.raises(IntegrityError), transaction.atomic():
        twin.save(force_insert=True)


def test_people_are_found_by_number_phone_and_name_and_shown_masked(tree, at):
    one = row(1)
    enrol(tree, at, hand_in(tree, at, [one, row(2)]))
    to = tree.asker(tree.clerk)
    spaced = f" {one['id_number'][:6]} {one['id_number'][6:].lower()}"
    for text in (one["id_number"], spaced, one["phone"], one["name"]):
        (found,) = find_people(to=to, text=text)
        shown = " ".join(map(str, vars(found).values()))
        for value in (one["id_number"], one["phone"], one["name"]):
            assert value not in shown
    fifteen = one["id_number"][:6] + one["id_number"][8:17]
    assert len(find_people(to=to, text=fifteen)) == 1
    assert find_people(to=to, text=one["id_number"][:10]) == []
    assert find_people(to=to, text="  ") == []


def test_a_minority_name_is_found_whichever_dot_is_typed(tree, at):
    enrol(tree, at, hand_in(tree, at, [row(1, name="阿依古丽·演示")]))
    for typed in ("阿依古丽·演示", "阿依古丽•演示", "阿依古丽．演示", "阿依古丽 · 演示"):
        assert len(find_people(to=tree.asker(tree.clerk), text=typed)) == 1


def test_a_town_finds_only_its_own_people(tree, at):
    enrol(tree, at, hand_in(tree, at, [row(1)]), hand_in(tree, at, [row(2)], town="340223101"))
    for text in (row(1)["id_number"], row(1)["name"], row(1)["phone"]):
        assert len(find_people(to=tree.asker(tree.user_a), text=text)) == 1
        assert find_people(to=tree.asker(tree.user_b), text=text) == []


def test_a_person_enrolled_in_two_towns_is_seen_once_by_each(tree, at):
    enrol(
        tree, at,
        hand_in(tree, at, [row(1)]),
        hand_in(tree, at, [row(1)], sub_item=TEKUN, town="340223101"),
    )  # fmt: skip
    for user in (tree.user_a, tree.user_b, tree.clerk):
        assert len(find_people(to=tree.asker(user), text=row(1)["id_number"])) == 1


def test_revealing_is_kept_in_the_ledger_without_the_value(tree, at):
    one = row(1)
    enrol(tree, at, hand_in(tree, at, [one]))
    person, enrolment = people().get(), enrolments().get()
    asked = {"person": person, "by": tree.clerk, "at": at}
    value = reveal_person(field="account", reason="退票核对", enrolment=enrolment, **asked)
    assert value == one["account"]
    act = Act.objects.unscoped("test").order_by("-seq").first()
    assert (act.verb, act.subject) == ("reveal_person", f"person:{person.pk}")
    assert json.loads(act.payload)["reason"] == "退票核对"
    assert one["account"] not in act.payload
    for wrong in (
        {"field": "account", "reason": "核对账号"},
        {"field": "id_number", "reason": " "},
        {"field": "id_sealed", "reason": "核对证件"},
        {"field": "phone", "reason": f"核对 {one['phone']}"},
    ):
        with pytest.raises(CannotRevealPerson):
            reveal_person(**wrong, **asked)
    assert Act.objects.unscoped("test").filter(verb="reveal_person").count() == 1


def test_nothing_personal_lies_in_clear_in_the_tables(tree, at):
    one = row(1)
    enrol(tree, at, hand_in(tree, at, [one]))
    raw = b"".join(
        bytes(value) if isinstance(value, bytes | memoryview) else str(value).encode()
        for each in (*people().values_list(), *enrolments().values_list())
        for value in each
    )
    for value in (one["id_number"], one["account"], one["phone"], one["name"]):
        assert value.encode() not in raw


@pytest.fixture
def findings(tree, at):
    """Sixty people listed twice."""
    check = Check(
        DIBAO, "repeated_person", "hold", {"within": "month"}, date(2021, 1, 1), None,
        "demonstration", "演示",
    )  # fmt: skip
    book = small_book(sub_item(DIBAO, amount_rule(DIBAO), checks=(check,)))
    sheet = hand_in(tree, at, [row(n) for n in range(60)] * 2)
    compare_sheets(year=2021, book=book, by=tree.clerk, at=at)
    enrol(tree, at, sheet)
    return Finding.objects.unscoped("test")


@pytest.fixture
def year(monkeypatch):
    """Pages ask for the newest adopted year; these tests adopt none."""
    assert newest_year() is None
    for page in ("registry.views.persons", "registry.views.queue", "payment.views.paid"):
        monkeypatch.setattr(f"mingbai.{page}.newest_year", lambda: 2021)


def _count(client, path, django_assert_max_num_queries, most):
    with django_assert_max_num_queries(most) as caught:
        page = client.get(path)
    assert page.status_code == 200
    return len(caught), page.content.decode()


def test_the_findings_page_lists_with_a_fixed_number_of_queries(
    tree, client, findings, year, django_assert_max_num_queries
):
    client.force_login(tree.clerk)
    many, text = _count(client, "/registry/findings/", django_assert_max_num_queries, 30)
    assert text.count("重复申报</a></th>") >= 50
    few, _ = _count(client, "/registry/findings/?page=2", django_assert_max_num_queries, 30)
    assert many == few


def test_a_finding_names_its_rule_and_the_workbook_of_each_row(tree, at, client, year):
    book = load_book(year=2021, county="340223")
    items = {item.code for item in book.sub_items}
    pair = next(each for each in book.exclusions if {each.first, each.second} <= items)
    hand_in(tree, at, [row(1)], sub_item=pair.first)
    hand_in(tree, at, [row(1)], sub_item=pair.second, town="340223101")
    compare_sheets(year=2021, book=book, by=tree.clerk, at=at)
    finding = Finding.objects.unscoped("test").get(rule=pair.rule_id)
    words = describe_rules(book)[pair.rule_id]
    path = f"/registry/findings/{finding.pk}/"
    client.force_login(tree.clerk)
    text = client.get(path).content.decode()
    assert words.name in text
    assert words.source in text
    assert text.count("花名册.xlsx，Sheet1，第 3 行</a>") == 2
    for office in ("籍山镇人民政府报送", "许镇镇人民政府报送"):
        assert office in text
    assert pair.rule_id not in text.replace(f'<code class="muted">{pair.rule_id}</code>', "")
    listed = client.get("/registry/findings/").content.decode()
    assert words.name in listed
    assert pair.rule_id not in listed
    client.force_login(tree.user_b)
    text = client.get(path).content.decode()
    assert text.count("花名册.xlsx，Sheet1，第 3 行</a>") == 1
    assert "籍山镇" not in text.partition('id="rows"')[2].partition("</table>")[0]
    assert "不在您的查看范围内" in text


def test_every_rule_a_finding_may_name_has_words():
    book = load_book(year=2021, county="340223")
    rules = describe_rules(book)
    codes = [item.code for item in book.sub_items]
    lists = [roster.code for roster in book.rosters]
    at_hand = AtHand(sub_items=codes, lists=lists, progress=codes)
    plan = plan_specs(book=book, at_hand=at_hand)
    for each in plan.planned:
        assert rule_words(each.spec.rule, rules=rules) is not None, each.spec.rule


def test_settling_takes_one_click_and_names_the_clerk(tree, client, findings, year):
    client.force_login(tree.user_a)
    finding = findings.first()
    path = f"/registry/findings/{finding.pk}/"
    assert "存疑的行" in client.get(path).content.decode()
    sent = {"reason": "other_person", "seen_number": 0}
    done = client.post(f"{path}settle/", sent, follow=True).content.decode()
    assert "排除" in done
    assert Settlement.objects.unscoped("test").get().settled_by == tree.user_a
    twice = client.post(f"{path}settle/", sent, follow=True).content.decode()
    assert "他人处理" in twice
    client.post(f"{path}settle/", {"reason": "corrected", "seen_number": 1})
    assert Settlement.objects.unscoped("test").count() == 1


def test_pages_of_other_towns_and_roles_are_refused(tree, client, findings, year):
    finding, person = findings.first(), people().first()
    client.force_login(tree.user_b)
    assert client.get(f"/registry/findings/{finding.pk}/").status_code == 404
    assert client.get(f"/registry/people/{person.pk}/").status_code == 404
    client.force_login(tree.checker)
    assert client.post(f"/registry/findings/{finding.pk}/settle/").status_code == 403
    assert client.post(f"/registry/people/{person.pk}/reveal/").status_code == 403


def test_searching_keeps_the_number_out_of_addresses(tree, client, findings, year):
    client.force_login(tree.clerk)
    one = row(1)
    page = client.post("/registry/people/", {"text": one["id_number"]})
    text = page.content.decode()
    person = people().get(id_key=bytes(people().order_by("id")[1].id_key))
    assert f'href="/registry/people/{person.pk}/"' in text
    assert one["phone"] not in text
    assert "没有找到" in client.post("/registry/people/", {"text": "无此人"}).content.decode()


def test_a_persons_page_is_masked_until_revealed(tree, client, findings, year):
    client.force_login(tree.clerk)
    one, person = row(0), people().order_by("id").first()
    path = f"/registry/people/{person.pk}/"
    text = client.get(path).content.decode()
    for value in (one["id_number"], one["phone"], one["account"], one["name"]):
        assert value not in text
    sent = {"field": "phone", "reason": "电话核实"}
    shown = client.post(f"{path}reveal/", sent)
    assert one["phone"] in shown.content.decode()
    assert "no-store" in shown["Cache-Control"]
    refused = client.post(f"{path}reveal/", {"field": "phone", "reason": ""}).content.decode()
    assert one["phone"] not in refused
