"""Bulk rows: every row arrives once and in order, however many go into one statement."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, transaction

from mingbai.base.bulk import insert_rows
from mingbai.base.models import StoredFile

pytestmark = pytest.mark.django_db
COLUMNS = ("sha256", "size_bytes", "kind", "stored_at", "stored_by_id")


def rows_of(count, at, by):
    return [(f"{number:064x}", number, "x", at, by) for number in range(count)]


@pytest.mark.parametrize("count", [0, 1, 49, 50, 51, 120, 137, 301])
def test_rows_arrive_once_and_in_order(count, tree, at):
    rows = rows_of(count, at, tree.clerk.pk)
    assert insert_rows(StoredFile, COLUMNS, iter(rows), chunk=120) == count
    found = StoredFile.objects.unscoped("t").filter(kind="x").order_by("id")
    assert list(found.values_list("size_bytes", flat=True)) == list(range(count))


@pytest.mark.parametrize("bad", [0, 30, 49, 50, 119])
def test_one_refused_row_refuses_all(bad, tree, at):
    rows = rows_of(120, at, tree.clerk.pk)
    rows[bad] = (None, *rows[bad][1:])
    with pytest.raises(IntegrityError), transaction.atomic():
        insert_rows(StoredFile, COLUMNS, rows)
    assert not StoredFile.objects.unscoped("t").filter(kind="x").exists()
