"""Documents of a person: a corrected or further number, and one that never was theirs."""

from __future__ import annotations

from datetime import date, datetime
from typing import Final

from django.db import IntegrityError, transaction

from mingbai.base.ledger import record_act
from mingbai.base.models import User
from mingbai.base.reasons import reason_of
from mingbai.base.secrets import blind, seal
from mingbai.engine.canon.types.digits import fold_digits
from mingbai.engine.canon.types.document import DocumentType
from mingbai.engine.canon.types.id_number import IdNumberType
from mingbai.engine.reading.shapes import TEXT
from mingbai.registry.models import Person, PersonDocument
from mingbai.registry.queries.keys import person_ids
from mingbai.registry.queries.roots import root_of

_WHY: Final = "the caller chose this person under their own scope"
_REJECT: Final = 3
#: Kinds whose number has the form of a citizen's, with birth date and check character.
_CHECKED: Final = ("id_number", "residence", "foreign")
#: What a new number does to those before it: it takes their place.
_REPLACING: Final = ("corrected", "reissued", "converted")


class CannotRegisterDocument(Exception):
    """The number is none of its kind, or known already; ``other_id`` names the other record."""

    def __init__(self, message: str, other_id: int | None = None) -> None:
        super().__init__(message)
        self.other_id = other_id


class CannotRevokeDocument(Exception):
    """The last document of a person, or one revoked already."""


def register_document(
    *,
    person: Person,
    kind: str,
    number: str,
    cause: str,
    evidence: str,
    by: User,
    at: datetime,
    from_date: date | None = None,
) -> PersonDocument:
    """Add a document to a person; rows that name it are theirs from now on, and all before it too.

    A corrected, re-issued or converted number takes the place of the one in use, which ends the day
    before and still means the person. Errors: ``CannotRegisterDocument``; where another record has
    the number, the two are either one person (propose a merging) or the other has it wrongly
    (revoke it there).
    """
    why = reason_of(evidence, CannotRegisterDocument, what="依据")
    if cause not in PersonDocument.Cause.values or cause == PersonDocument.Cause.FIRST:
        raise CannotRegisterDocument("请选择登记原因：更正、换证、升位，或另一种证件。")
    value, born, sex = _read_number(kind, number, at.date())
    key = blind("id_number", value)
    anchor = bytes(person.id_key)
    try:
        with transaction.atomic():
            _must_be_free(key, person)
            act = record_act(
                "register_document",
                by=by,
                at=at,
                subject=f"person:{person.pk}",
                payload={"kind": kind, "cause": cause, "evidence": why},
            )
            if cause in _REPLACING:
                _end_those_in_use(person, kind, from_date or at.date())
                _put_in_use(person, seal("person.id_number", value, anchor), born, sex)
            return PersonDocument.objects.create(
                person=person,
                kind=kind,
                number_sealed=seal("person.id_number", value, anchor),
                number_key=key,
                cause=cause,
                from_date=from_date,
                evidence=why,
                act=act,
            )
    except IntegrityError as error:
        raise CannotRegisterDocument("这个证件号刚刚由他人登记。请刷新页面后核对。") from error


def revoke_document(
    *, document: PersonDocument, reason: str, by: User, at: datetime
) -> PersonDocument:
    """Say that a number never was this person's: it means nobody until somebody registers it.

    Errors: ``CannotRevokeDocument`` for the only document of a person.
    """
    why = reason_of(reason, CannotRevokeDocument)
    with transaction.atomic():
        act = record_act(
            "revoke_document",
            by=by,
            at=at,
            subject=f"person:{document.person_id}",
            payload={"document": document.pk, "reason": why},
        )
        mine = PersonDocument.objects.unscoped(_WHY).filter(
            person=document.person_id, revoked_act=None
        )
        if not mine.exclude(pk=document.pk).exists():
            raise CannotRevokeDocument("这是此人唯一的证件。请先登记正确的证件号，再作废这个。")
        revoked = mine.filter(pk=document.pk).update(revoked_reason=why, revoked_act=act)
        if not revoked:
            raise CannotRevokeDocument("这个证件号已经作废。请刷新页面。")
    document.refresh_from_db()
    return document


def _read_number(kind: str, number: str, day: date) -> tuple[str, date | None, int | None]:
    """The number as it is kept, and the birth date and sex it tells."""
    if kind not in PersonDocument.Kind.values:
        raise CannotRegisterDocument("请选择证件种类。")
    typed = fold_digits(number)
    reader = IdNumberType(as_of=day) if kind in _CHECKED else DocumentType(as_of=day)
    read = reader.plain(typed, TEXT)
    refused = next((each for each in read.remarks if each.severity >= _REJECT), None)
    if read.value is None or refused is not None:
        template = reader.MESSAGES.get(refused.code if refused else "", "") or (
            IdNumberType.MESSAGES.get(refused.code if refused else "", "证件号不能为空。")
        )
        raise CannotRegisterDocument(template.format(**dict(refused.params if refused else ())))
    value = str(read.value)
    if kind not in _CHECKED or not value[6:14].isdigit() or len(value) != 18:
        return value, None, None
    born = date(int(value[6:10]), int(value[10:12]), int(value[12:14]))
    return value, born, 1 if int(value[16]) % 2 else 2


def _must_be_free(key: bytes, person: Person) -> None:
    owner = person_ids([key]).get(key)
    if owner is None:
        return
    if root_of(owner) == root_of(person.pk):
        raise CannotRegisterDocument("这个证件号已经登记在此人名下，不用再登记。")
    raise CannotRegisterDocument(
        "这个证件号已登记在另一份档案上。若是同一人，请提出合并；"
        "若那份档案登记有误，请先在那里作废这个证件号。",
        owner,
    )


def _end_those_in_use(person: Person, kind: str, day: date) -> None:
    in_use = PersonDocument.objects.unscoped(_WHY).filter(
        person=person, kind=kind, to_date=None, revoked_act=None
    )
    in_use.exclude(from_date__gt=day).update(to_date=day)


def _put_in_use(person: Person, sealed: bytes, born: date | None, sex: int | None) -> None:
    person.id_sealed = sealed
    if born is not None:
        person.birth_date, person.sex = born, sex
    people = Person.objects.unscoped(_WHY).filter(pk=person.pk)
    people.update(id_sealed=sealed, birth_date=person.birth_date, sex=person.sex)
