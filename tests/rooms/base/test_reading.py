"""What a page asks twice is read once, each asker's rows apart, and never from before a change."""

from __future__ import annotations

from datetime import date

import pytest
from django.http import HttpResponse
from django.test import RequestFactory

from mingbai.base.models import Division, Office
from mingbai.base.reading import read_once, reading
from mingbai.base.scope import Asker
from mingbai.site.middleware import ReadingMiddleware

ALL = Asker.system("tests see everything")
OTHERS = Asker.system("another reason")


@read_once
def names(*, to: Asker, kind: str, short: bool = False) -> tuple[str, ...]:
    found = Office.objects.seen_by(to).filter(kind=kind).order_by("code")
    return tuple(found.values_list("short_name" if short else "name", flat=True))


def test_a_page_reads_a_thing_once(tree, django_assert_num_queries):
    with django_assert_num_queries(1), reading():
        assert names(to=ALL, kind="town") == names(kind="town", to=OTHERS, short=False)


def test_other_arguments_and_other_rows_are_other_things(tree, django_assert_num_queries):
    town = tree.asker(tree.user_a)
    with django_assert_num_queries(3), reading():
        assert names(to=ALL, kind="town") != names(to=ALL, kind="town", short=True)
        names(to=town, kind="town")


def test_two_people_who_see_the_same_rows_are_told_apart_by_rows_alone(tree):
    assert tree.asker(tree.clerk).rows == tree.asker(tree.checker).rows
    seen = [tree.asker(user).rows for user in (tree.clerk, tree.user_a, tree.user_b)]
    assert len(set(seen)) == 3


def _open_office(tree):
    return Office.objects.create(
        code="t-new", name="工山镇人民政府", short_name="工山镇", kind="town",
        division=tree.town_a, parent=tree.office, valid_from=date(2021, 1, 1),
    )  # fmt: skip


def test_what_is_written_meanwhile_is_seen(tree):
    with reading():
        before = names(to=ALL, kind="town")
        office = _open_office(tree)
        with_it = names(to=ALL, kind="town")
        Office.objects.unscoped("renamed").filter(pk=office.pk).update(name="工山镇政府")
        renamed = names(to=ALL, kind="town")
        Office.objects.unscoped("closed").filter(pk=office.pk).delete()
        assert names(to=ALL, kind="town") == before
    assert len(before) + 1 == len(with_it)
    assert "工山镇政府" in renamed
    assert "工山镇政府" not in with_it


def test_nothing_is_kept_outside_or_afterwards(tree, django_assert_num_queries):
    with django_assert_num_queries(4):
        with reading():
            names(to=ALL, kind="town")
        names(to=ALL, kind="town")
        names(to=ALL, kind="town")
        with reading():
            names(to=ALL, kind="town")


def test_the_inner_one_reads_with_the_outer(tree, django_assert_num_queries):
    with django_assert_num_queries(1), reading():
        with reading():
            names(to=ALL, kind="town")
        names(to=ALL, kind="town")


@pytest.mark.parametrize(("method", "count"), [("GET", 1), ("HEAD", 1), ("POST", 2), ("PUT", 2)])
def test_only_what_is_read_by_get_is_kept(tree, django_assert_num_queries, method, count):
    def page(request):
        names(to=ALL, kind="town")
        names(to=ALL, kind="town")
        return HttpResponse()

    with django_assert_num_queries(count):
        ReadingMiddleware(page)(RequestFactory().generic(method, "/"))


def test_a_failed_read_is_not_kept(tree):
    tries = []

    @read_once
    def one(*, code: str) -> Division:
        tries.append(code)
        return Division.objects.seen_by(ALL).get(code=code)

    with reading():
        for _ in range(2):
            with pytest.raises(Division.DoesNotExist):
                one(code="999999")
    assert len(tries) == 2
