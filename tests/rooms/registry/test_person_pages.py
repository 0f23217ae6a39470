"""Pages of people, households and mergings: masked, by role; what undoing restores."""

from __future__ import annotations

from datetime import date, timedelta
from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.rooms.registry.rosters import TEKUN, hand_in, id_number, row, small_book

from mingbai.registry.actions import (
    enrol_sheets,
    found_household,
    merge_people,
    propose_merge,
    undo_merge,
)
from mingbai.registry.actions.same import find_same_people
from mingbai.registry.models import (
    Household,
    MergeCandidate,
    MergeProposal,
    Person,
    PersonMerge,
    RecordChange,
)
from mingbai.registry.queries import (
    enrolments_of,
    find_people,
    known_keys,
    newest_year,
    person_ids,
    person_roots,
    standing_keys,
)
from mingbai.registry.queries.identity import identity_of

pytestmark = pytest.mark.django_db
NAMES = "registry.views.persons registry.views.identity registry.views.queue"


@pytest.fixture
def year(monkeypatch):
    """Pages ask for the newest adopted year; these tests adopt none."""
    assert newest_year() is None
    for page in NAMES.split():
        monkeypatch.setattr(f"mingbai.{page}.newest_year", lambda: 2021)


@pytest.fixture
def four(tree, at):
    """Four records: three of one town, one of another."""
    sheets = [
        hand_in(tree, at, [row(1), row(2), row(3)]),
        hand_in(tree, at, [row(4)], sub_item=TEKUN, town="340223101"),
    ]
    enrol_sheets(sheets=sheets, book=small_book(), by=tree.clerk, at=at)
    return list(Person.objects.unscoped("test").order_by("id"))


def values(*numbers):
    """Everything that must not stand on a page in clear."""
    return [row(n)[name] for n in numbers for name in ("name", "id_number", "phone", "account")]


def test_a_person_is_changed_from_their_page(tree, client, four, year):
    client.force_login(tree.clerk)
    path = f"/registry/people/{four[0].pk}/"
    right = id_number(55, "19600101")
    sent = {"kind": "id_number", "number": right, "cause": "corrected", "evidence": "户口簿"}
    text = client.post(f"{path}document/", sent, follow=True).content.decode()
    assert "证件已登记" in text
    assert right not in text
    assert f"{right[:2]}*" in text
    twice = client.post(f"{path}document/", {**sent, "number": row(2)["id_number"]}, follow=True)
    assert "另一份档案" in twice.content.decode()
    moved = client.post(
        f"{path}move/",
        {"village": "340223101201", "moved_date": "2021-06-01", "reason": "投靠子女"},
        follow=True,
    )
    assert "许镇镇" in moved.content.decode()
    gone = {"death_date": "2021-06-09", "source": "notice", "evidence": "村委会证明"}
    text = client.post(f"{path}death/", gone, follow=True).content.decode()
    assert "已登记死亡" in text
    for value in values(1):
        assert value not in text


def test_two_hands_merge_and_undo_on_their_pages(tree, client, four, year):
    one, two = four[:2]
    client.force_login(tree.clerk)
    sent = {"number": row(2)["id_number"], "reason": "更正前后各登记一次"}
    text = client.post(f"/registry/people/{one.pk}/merge/", sent, follow=True).content.decode()
    assert "合并申请已提出" in text
    page = client.get("/registry/people/merges/").content.decode()
    assert "等待另一位复核人员" in page
    for value in values(1, 2):
        assert value not in page
    client.force_login(tree.checker)
    proposal = MergeProposal.objects.unscoped("test").get()
    asked = {"decision": "merged", "reason": "已核对户口簿"}
    done = client.post(f"/registry/people/merges/proposals/{proposal.pk}/", asked, follow=True)
    assert "已合并" in done.content.decode()
    assert (
        f"/registry/people/{one.pk}/" in client.get(f"/registry/people/{two.pk}/").content.decode()
    )
    merging = PersonMerge.objects.unscoped("test").get()
    undone = client.post(
        f"/registry/people/merges/{merging.pk}/undo/", {"reason": "是两个人"}, follow=True
    )
    assert "恢复为两个人" in undone.content.decode()
    assert person_roots().height == 0


def test_a_household_is_kept_on_its_page(tree, client, four, at):
    client.force_login(tree.clerk)
    found_household(head=four[0], from_date=date(2021, 1, 1), by=tree.clerk, at=at)
    home = Household.objects.unscoped("test").get()
    path = f"/registry/households/{home.pk}/"
    sent = {"number": row(2)["id_number"], "relation": "10", "from_date": "2021-02-01"}
    text = client.post(f"{path}join/", sent, follow=True).content.decode()
    assert "配偶" in text
    for value in values(1, 2):
        assert value not in text
    assert home.number in client.get("/registry/households/").content.decode()
    client.force_login(tree.user_b)
    assert client.get(path).status_code == 404


def test_reported_accounts_wait_on_their_page(tree, client, four, at, year):
    other = "6217000055556666"
    sheet = hand_in(tree, at, [row(1, account=other)], month=2)
    enrol_sheets(sheets=[sheet], book=small_book(), by=tree.clerk, at=at)
    client.force_login(tree.clerk)
    text = client.get("/registry/people/updates/").content.decode()
    assert "6666" in text
    assert other not in text
    change = RecordChange.objects.unscoped("test").get()
    asked = {"decision": "accepted", "reason": "已电话核实"}
    done = client.post(f"/registry/people/updates/{change.pk}/decide/", asked, follow=True)
    assert "已同意" in done.content.decode()


def test_lists_take_a_fixed_number_of_queries(
    tree, client, at, year, django_assert_max_num_queries
):
    client.force_login(tree.clerk)
    counts = []
    for first, month in ((0, 1), (60, 2)):
        rows = [row(first + n, account=None) for n in range(30)]
        enrol_sheets(
            sheets=[hand_in(tree, at, rows, month=month)], book=small_book(), by=tree.clerk, at=at
        )
        again = [row(first + n, account=f"62{first + n:014d}") for n in range(30)]
        enrol_sheets(
            sheets=[hand_in(tree, at, again, month=month + 2)], book=small_book(),
            by=tree.clerk, at=at,
        )  # fmt: skip
        for person in Person.objects.unscoped("test").order_by("-id")[:30]:
            found_household(head=person, from_date=date(2021, 1, 1), by=tree.clerk, at=at)
        for path in ("/registry/people/updates/", "/registry/households/"):
            with django_assert_max_num_queries(30) as caught:
                assert client.get(path).status_code == 200
            counts.append(len(caught))
    assert counts[:2] == counts[2:]


@settings(
    max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(pairs=st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3)), min_size=1, max_size=3))
def test_undoing_restores_every_answer(tree, at, four, pairs):
    """Merge some pairs and undo them in the reverse order: every query answers as before."""
    askers = [tree.asker(user) for user in (tree.clerk, tree.user_a, tree.user_b)]
    for each in PersonMerge.objects.unscoped("test").filter(undone_at=None):
        undo_merge(merging=each, reason="另起一轮", by=tree.checker, at=at)

    def answers():
        told = [
            person_roots().rows(), known_keys().rows(), standing_keys().rows(),
            sorted(person_ids([bytes(each.id_key) for each in four]).items()),
        ]  # fmt: skip
        for to in askers:
            told += [find_people(to=to, text=row(n)["id_number"]) for n in range(1, 5)]
            told += [find_people(to=to, text=row(n)["name"]) for n in range(1, 5)]
            told += [enrolments_of(each, to=to) for each in four]
            told += [identity_of(each, to=to) for each in four]
        return told

    before, done = answers(), []
    for kept, merged in pairs:
        roots = dict(person_roots().iter_rows())
        one, other = four[kept], four[merged]
        if one.pk == other.pk or one.pk in roots or other.pk in roots:
            continue
        propose_merge(kept=one, merged=other, reason="同一人", by=tree.clerk, at=at)
        done.append(merge_people(kept=one, merged=other, reason="核对属实", by=tree.checker, at=at))
        assert answers() != before, "merging is seen"
    for each in reversed(done):
        undo_merge(merging=each, reason="是两个人", by=tree.checker, at=at)
    assert answers() == before


def test_the_engine_names_records_of_one_person_without_values(tree, at):
    random = Random(1)

    def somebody(n, **more):
        born = date(1940, 1, 1) + timedelta(days=random.randrange(25_000))
        more.setdefault("name", "".join(random.choice("王李张刘陈杨黄赵吴周孙朱") for _ in "xyz"))
        return row(n, **{
            "id_number": id_number(n, f"{born:%Y%m%d}"), "birth_date": born,
            "phone": f"13{random.randrange(10**9):09d}", "sex": random.choice((1, 2)),
            "village": f"3402231000{random.randrange(10, 30)}", **more,
        })  # fmt: skip

    rows = [somebody(n) for n in range(1, 400)]
    twice = {**rows[6], "id_number": id_number(7, f"{rows[6]['birth_date']:%Y%m}28"), "phone": None}
    rows.append(twice)
    sheets = [hand_in(tree, at, rows)]
    enrol_sheets(sheets=sheets, book=small_book(), by=tree.clerk, at=at)
    assert find_same_people(by=tree.clerk, at=at) >= 1
    people = Person.objects.unscoped("test").order_by("id")
    pair = MergeCandidate.objects.unscoped("test").order_by("-chance").first()
    assert {pair.first_id, pair.second_id} == {people[6].pk, people.last().pk}
    said = "，".join(pair.told)
    assert "银行账号" in said
    for name in ("name", "id_number", "phone", "account"):
        assert rows[6][name] not in said
    assert find_same_people(by=tree.clerk, at=at) == 0
