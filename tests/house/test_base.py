"""The foundations hold: scope, ledger, sealed values, stored files, frozen tables, figures."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

import pyarrow as pa
import pytest
from django.apps import apps
from django.db import DatabaseError, connection, transaction

import mingbai.base.secrets as secrets_module
from mingbai.base.bulk import CannotInsertRows, insert_rows
from mingbai.base.figures import Card, Evidence, Figure, show_value
from mingbai.base.files import CannotOpenFile, open_file, store_file
from mingbai.base.keyring import Keyring, add_master
from mingbai.base.ledger import GENESIS, CannotRecordAct, hash_act, record_act, verify_ledger
from mingbai.base.models import Act, Division, StoredFile
from mingbai.base.scope import Asker, CannotQueryWithoutScope, ScopedModel
from mingbai.base.secrets import (
    CannotUnseal,
    blind,
    blind_many,
    forget_keys,
    seal,
    seal_many,
    unseal,
)

OUR_MODELS = [
    m for m in apps.get_models() if m.__module__.startswith("mingbai.") and not m._meta.abstract
]


@pytest.mark.django_db
@pytest.mark.parametrize("model", OUR_MODELS, ids=lambda m: m.__name__)
def test_every_model_refuses_a_query_without_scope(model):
    assert issubclass(model, ScopedModel), "every model says who may see its rows"
    ways = [
        lambda q: list(q.all()),
        lambda q: q.count(),
        lambda q: q.exists(),
        lambda q: q.first(),
        lambda q: list(q.values_list("pk")),
        lambda q: list(q.all().iterator()),
        lambda q: q.update(pk=1),
        lambda q: q.all().delete(),
    ]
    for way in ways:
        with pytest.raises(CannotQueryWithoutScope):
            way(model.objects)
    assert list(model.objects.seen_by(Asker())[:1]) == [] or model.scope.__class__.__name__ == (
        "Everyone"
    )
    model.objects.unscoped("the control arm").count()


@pytest.mark.django_db(transaction=False)
@pytest.mark.parametrize(
    "model", [m for m in OUR_MODELS if getattr(m, "frozen", False)], ids=lambda m: m.__name__
)
def test_the_database_has_triggers_on_every_frozen_table(model):
    table = model._meta.db_table
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute(
                "SELECT name FROM sqlite_master WHERE type='trigger' AND tbl_name=%s", [table]
            )
        else:
            cursor.execute(
                "SELECT tgname FROM pg_trigger WHERE tgrelid=%s::regclass AND NOT tgisinternal",
                [table],
            )
        names = {row[0] for row in cursor.fetchall()}
    assert {f"{table}_no_update", f"{table}_no_delete"} <= names


@pytest.fixture
def ledger(tree, at, settings, tmp_path, django_capture_on_commit_callbacks):
    """Five acts, committed, in a home of their own."""
    settings.MINGBAI_HOME = tmp_path
    forget_keys()
    with django_capture_on_commit_callbacks(execute=True):
        for number in range(5):
            record_act("try_one", by=tree.clerk, at=at, subject=f"x:{number}", payload={"n": 1})
    report = verify_ledger()
    assert report.sound, "control arm: an untouched ledger is sound"
    assert (report.entries_count, report.heads_count) == (5, 5)
    yield tmp_path / "ledger" / "heads.log"
    forget_keys()


def test_the_ledger_refuses_change(ledger):
    for statement in ("UPDATE base_act SET verb='x'", "DELETE FROM base_act"):
        with (
            pytest.raises(DatabaseError),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(statement)
    assert Act.objects.unscoped("count").count() == 5


def test_an_act_needs_a_transaction():
    class Outside:
        in_atomic_block = False

    import mingbai.base.ledger as ledger

    old, ledger.connection = ledger.connection, Outside()
    try:
        with pytest.raises(CannotRecordAct):
            record_act("x", by=None, at=None)  # type: ignore[arg-type]
    finally:
        ledger.connection = old


def _insert_forged() -> None:
    last = Act.objects.unscoped("t").get(seq=5)
    forged = Act(seq=6, at=last.at, verb="x", subject="", payload="{}", prev_hash=GENESIS, hash="")
    forged.hash = hash_act(forged)
    forged.save(force_insert=True)


def _relink_after_flip() -> None:
    """The strongest forger: changes an entry and recomputes every hash after it."""
    previous = GENESIS
    for act in Act.objects.unscoped("t").order_by("seq"):
        verb = "forged" if act.seq == 3 else act.verb
        act.verb, act.prev_hash = verb, previous
        act.hash = hash_act(act)
        Act.objects.unscoped("t").filter(seq=act.seq).update(
            verb=verb, prev_hash=previous, hash=act.hash
        )
        previous = act.hash


TAMPERINGS = {
    "flip": "UPDATE base_act SET verb='try_two' WHERE seq=3",
    "payload": "UPDATE base_act SET payload='{}' WHERE seq=2",
    "delete": "DELETE FROM base_act WHERE seq=3",
    "truncate": "DELETE FROM base_act WHERE seq>=4",
    "empty": "DELETE FROM base_act",
    "insert": _insert_forged,
    "relink": _relink_after_flip,
    "swap": (
        "UPDATE base_act SET seq=99 WHERE seq=2;UPDATE base_act SET seq=2 WHERE seq=3;"
        "UPDATE base_act SET seq=3 WHERE seq=99"
    ),
}


@pytest.mark.parametrize("edit", list(TAMPERINGS))
def test_verify_ledger_finds_each_kind_of_tampering(ledger, edit):
    with connection.cursor() as cursor:
        _drop_guards(cursor)
        done = TAMPERINGS[edit]
        if callable(done):
            done()
        else:
            for statement in done.split(";"):
                cursor.execute(statement)
    assert not verify_ledger().sound


@pytest.mark.parametrize("edit", ["bend", "remove"])
def test_verify_ledger_finds_altered_heads(ledger, edit):
    if edit == "remove":
        ledger.unlink()
    else:
        ledger.write_text(ledger.read_text().replace("\n3 ", "\n4 "))
    assert not verify_ledger().sound


def _drop_guards(cursor) -> None:
    on = "" if connection.vendor == "sqlite" else " ON base_act"
    cursor.execute(f"DROP TRIGGER base_act_no_update{on}")
    cursor.execute(f"DROP TRIGGER base_act_no_delete{on}")


def test_sealed_values_open_only_where_they_belong(home):
    blob = seal("person.id_sealed", "34029919900101001X", b"a")
    assert unseal("person.id_sealed", blob, b"a") == "34029919900101001X"
    assert b"340299" not in blob
    for purpose, anchor in (("person.id_sealed", b"b"), ("person.phone_sealed", b"a")):
        with pytest.raises(CannotUnseal):
            unseal(purpose, blob, anchor)
    bent = blob[:-1] + bytes([blob[-1] ^ 1])
    with pytest.raises(CannotUnseal) as caught:
        unseal("person.id_sealed", bent, b"a")
    assert "340299" not in str(caught.value)


def test_many_sealed_and_blinded_equal_one_by_one(home):
    sealed = seal_many("t.c", ["甲", None, "乙"], [b"1", b"2", b"3"])
    assert sealed[1] is None
    assert unseal("t.c", sealed[2], b"3") == "乙"
    keys = blind_many("phone", pa.array(["1", None, "2", "1"]))
    assert keys.to_pylist() == [blind("phone", "1"), None, blind("phone", "2"), blind("phone", "1")]
    assert blind("phone", "1") != blind("account", "1")


def test_old_key_versions_still_open(home):
    old = seal("t.c", "旧")
    version = add_master(home)
    forget_keys()
    new = seal("t.c", "新")
    assert new[2] == version != old[2]
    assert (unseal("t.c", old), unseal("t.c", new)) == ("旧", "新")


def test_a_running_process_learns_of_a_key_version_made_elsewhere(home):
    seal("t.c", "先读一次密钥")
    add_master(home)  # by another process: this one's cache does not know
    stale = dict(vars(secrets_module.keyring()))
    forget_keys()
    new = seal("t.c", "新")
    forget_keys()
    secrets_module._keyring.cache_clear()
    old_ring = Keyring(**stale)
    original = secrets_module.load_keyring
    calls = [old_ring]
    secrets_module.load_keyring = lambda path: calls.pop() if calls else original(path)
    try:
        assert unseal("t.c", new) == "新"
        assert not calls, "the stale keyring was read first"
    finally:
        secrets_module.load_keyring = original
        forget_keys()


def test_stored_files_are_sealed_and_kept_once(tree, at, home):
    content = b"34029919900101001X," * 50
    stored = store_file(content, kind="workbook", by=tree.clerk, at=at)
    again = store_file(content, kind="workbook", by=tree.clerk, at=at)
    assert stored.pk == again.pk
    assert open_file(stored) == content
    for path in (home / "files").rglob("*"):
        assert not path.is_file() or b"34029919900101001X" not in path.read_bytes()
    path = home / "files" / "workbook" / stored.sha256[:2] / stored.sha256
    path.unlink()
    with pytest.raises(CannotOpenFile):
        open_file(stored)


def test_bulk_rows_arrive_and_need_a_transaction(tree, at):
    rows = [(f"{i:064x}", i, "x", at, tree.clerk.pk) for i in range(45)]
    columns = ("sha256", "size_bytes", "kind", "stored_at", "stored_by_id")
    assert insert_rows(StoredFile, columns, rows, chunk=20) == 45
    found = StoredFile.objects.unscoped("t").filter(kind="x")
    assert sorted(found.values_list("size_bytes", flat=True)) == list(range(45))

    class Outside:
        in_atomic_block = False

    import mingbai.base.bulk as bulk

    old, bulk.connection = bulk.connection, Outside()
    try:
        with pytest.raises(CannotInsertRows):
            insert_rows(StoredFile, columns, rows)
    finally:
        bulk.connection = old


def test_scope_of_users_ends_at_their_office(tree):
    from mingbai.base.models import User

    seen = User.objects.seen_by(tree.asker(tree.user_a)).values_list("username", flat=True)
    assert list(seen) == ["t-user-a"]
    assert User.objects.seen_by(tree.asker(tree.clerk)).count() == 6
    assert Division.objects.seen_by(tree.asker(tree.user_a)).count() == 5
    assert Act.objects.seen_by(tree.asker(tree.user_a)).count() == 0


def _card(**more):
    return Card("k", "名", more.pop("unit", "fen"), "分子", None, "截止", "归口", **more)


@pytest.mark.parametrize(
    ("card", "value", "shown"),
    [
        (_card(scale="亿", places=2, word="元"), 66_901_150_000, "6.69亿元"),
        (_card(scale="亿", places=1, word="元"), 40_999_999_999, "4.1亿元"),
        (_card(unit="count", scale="万", places=2, word="人次"), 636_800, "63.68万人次"),
        (_card(unit="count", word="条"), 513, "513条"),
        (_card(unit="ratio", places=2), Fraction(248, 513), "48.34%"),
        (_card(unit="ratio", places=2), Fraction(1, 8000), "0.01%"),
        (_card(unit="ratio", places=2), None, "—"),
        (_card(places=2, trim=False, word="元"), -5, "-0.05元"),
        (_card(unit="text"), "甲、乙", "甲、乙"),
    ],
)
def test_figures_print_as_official_texts_do(card, value, shown):
    assert show_value(card, value) == shown
    figure = Figure(card, value, date(2021, 6, 30), Evidence("x", 0, ""))
    assert figure.show() == shown
