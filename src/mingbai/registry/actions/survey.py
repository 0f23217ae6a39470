"""Entering somebody who may qualify, before they apply: typed in at the door, on a phone."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from django.db import IntegrityError, transaction
from django.utils import timezone

from mingbai.base.ledger import record_act
from mingbai.base.models import Act, User
from mingbai.base.secrets import blind, seal
from mingbai.registry.actions.apply import CannotApply, read_typed
from mingbai.registry.models import Enrolment, Finding, SurveyEntry
from mingbai.registry.queries.keys import person_ids
from mingbai.registry.queries.people import bound_name
from mingbai.registry.queries.roots import records_of
from mingbai.rulebook import Book

_WHY: Final = "one person is surveyed once a year for a sub-item, whoever entered them"
_NUMBERS: Final = re.compile(r"\d{7,}")


class CannotSurvey(Exception):
    """The entry does not say enough, or too much; ``faults`` maps a field to what is wrong."""

    def __init__(self, text: str, faults: dict[str, str] | None = None) -> None:
        super().__init__(text)
        self.faults = faults or {}


class AlreadySurveyed(CannotSurvey):
    """The person is on this year's list for this already."""


@dataclass(frozen=True, repr=False)
class Surveyed:
    """What was typed in: who, where, what they may be due, why, and who visits them."""

    sub_item: str
    village: str
    name: str
    reason: str
    assignee: str
    id_number: str = ""
    phone: str = ""
    due_date: date | None = None


def enter_survey(*, surveyed: Surveyed, book: Book, by: User, at: datetime) -> SurveyEntry:
    """Enter somebody who may qualify; a visit has to follow. Errors: ``CannotSurvey``."""
    try:
        with transaction.atomic():
            told = {"sub_item": surveyed.sub_item, "town": surveyed.village[:9]}
            act = record_act("enter_survey", by=by, at=at, payload=told)
            checked = check_surveyed(surveyed, book, at)
            return write_entry(
                checked=checked, source=SurveyEntry.Source.TYPED, year=book.year, act=act, by=by,
                at=at,
            )  # fmt: skip
    except IntegrityError as error:
        raise CannotSurvey("这个人的同一项摸底刚刚由他人登记。请刷新名单查看。") from error


@dataclass(frozen=True, repr=False)
class Checked:
    """What was said, in the one spelling of the gate, with its keys."""

    said: Surveyed
    values: dict[str, str]
    reason: str
    assignee: str
    name_key: bytes
    id_key: bytes | None

    @property
    def town(self) -> str:
        return self.said.village[:9]


def check_surveyed(surveyed: Surveyed, book: Book, at: datetime) -> Checked:
    """Hold what was said against the gate, the book and the lists. Errors: ``CannotSurvey``."""
    reason, assignee = " ".join(surveyed.reason.split()), " ".join(surveyed.assignee.split())
    _must_fit(surveyed, reason, assignee, book, at)
    values = _values(surveyed, at)
    number = values["id_number"]
    name_key = blind("name", bound_name(values["name"], surveyed.village[:9]))
    id_key = blind("id_number", number) if number else None
    if id_key is not None:
        _must_be_new(id_key, surveyed.sub_item, book.year)
    return Checked(surveyed, values, reason[:200], assignee[:30], name_key, id_key)


def write_entry(
    *, checked: Checked, source: SurveyEntry.Source, year: int, act: Act, by: User, at: datetime,
    origin: Mapping[str, Any] | None = None, finding: Finding | None = None,
) -> SurveyEntry:  # fmt: skip
    """Write one entry under an act; see ``enter_survey``."""
    said, values = checked.said, checked.values
    number, phone = values["id_number"], values["phone"]
    anchor = checked.id_key or checked.name_key
    return SurveyEntry.objects.create(
        year=year, sub_item=said.sub_item, town=checked.town, village=said.village,
        name_sealed=seal("surveyentry.name", values["name"], anchor), name_key=checked.name_key,
        id_key=checked.id_key,
        id_sealed=seal("surveyentry.id_number", number, anchor) if number else None,
        phone_sealed=seal("surveyentry.phone", phone, anchor) if phone else None,
        phone_key=blind("phone", phone) if phone else None,
        reason=checked.reason, assignee=checked.assignee, due_date=said.due_date,
        source=source, finding=finding, **(origin or {}),
        office=by.office, made_by=by, made_at=at, act=act,
    )  # fmt: skip


def _must_fit(surveyed: Surveyed, reason: str, assignee: str, book: Book, at: datetime) -> None:
    faults: dict[str, str] = {}
    if not any(rule.sub_item == surveyed.sub_item for rule in book.procedures):
        faults["sub_item"] = "请选择发钱给个人的子项。"
    if len(reason) < 2:
        faults["reason"] = "请写明为什么可能符合，例如“因病致贫，独居”。"
    if len(assignee) < 2:
        faults["assignee"] = "请写明由谁入户，例如“村干部王某”。"
    for name, text in (("reason", reason), ("assignee", assignee)):
        if _NUMBERS.search(text):
            faults[name] = "请不要写证件号、账号或电话号码。"
    if surveyed.due_date is not None and surveyed.due_date < timezone.localdate(at):
        faults["due_date"] = "入户期限在今天之前，请核对。"
    if faults:
        raise CannotSurvey("".join(faults.values()), faults)


def _values(surveyed: Surveyed, at: datetime) -> dict[str, str]:
    """The typed values in the one spelling of the gate; a missing number is allowed here."""
    typed = {"name": surveyed.name, "id_number": surveyed.id_number, "phone": surveyed.phone}
    try:
        read = read_typed(typed, must=("name",), as_of=timezone.localdate(at))
    except CannotApply as error:
        raise CannotSurvey(str(error), error.faults) from error
    return {name: str(read.get(name) or "") for name in typed}


def _must_be_new(id_key: bytes, sub_item: str, year: int) -> None:
    for person in person_ids([id_key]).values():
        rights = Enrolment.objects.unscoped(_WHY).filter(
            person__in=records_of(person), sub_item=sub_item, end_period=None
        )
        if rights.exists():
            why = "这个人已经在享受这一项，不用摸底。"
            raise CannotSurvey(why, {"id_number": why})
    known = SurveyEntry.objects.unscoped(_WHY).filter(id_key=id_key, sub_item=sub_item, year=year)
    if known.exists():
        why = "这个人的同一项今年已经摸底登记。请在名单里登记入户结果。"
        raise AlreadySurveyed(why, {"id_number": why})
