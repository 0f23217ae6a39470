"""Receiving applications: typed from paper one by one, or a whole roster of them, row by row."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

import pyarrow as pa
from django.db import IntegrityError, transaction
from django.utils import timezone

from mingbai.base.files import store_file
from mingbai.base.ledger import record_act
from mingbai.base.models import Act, User
from mingbai.base.secrets import blind, seal
from mingbai.engine.canon import REJECT, CanonColumn, canonical_table, message
from mingbai.engine.reading.shapes import EMPTY, TEXT, RawSheet
from mingbai.engine.schedule import CannotSchedule
from mingbai.registry.models import Application, ApplicationPaper, ApplicationStep, Enrolment
from mingbai.registry.queries.people import bound_name
from mingbai.rulebook import Book, Procedure

_WHY: Final = "one person has one open application, whoever received it"
_TYPES: Final = {"id_number": "id_number", "name": "name", "phone": "phone", "account": "account"}
_MUST: Final = ("id_number", "name")
_LABELS: Final = {"id_number": "证件号", "name": "姓名", "phone": "电话", "account": "银行账号"}
#: First bytes of the kinds of file that are taken as papers.
_KINDS: Final = ((b"%PDF-", "pdf"), (b"\xff\xd8\xff", "jpg"), (b"\x89PNG\r\n\x1a\n", "png"))
MOST_BYTES: Final = 12 * 1024 * 1024


class CannotApply(Exception):
    """The application cannot be received; ``faults`` maps a field to what is wrong with it."""

    def __init__(self, text: str, faults: dict[str, str] | None = None) -> None:
        super().__init__(text)
        self.faults = faults or {}


class CannotAddPaper(Exception):
    """Not a photo or PDF, too large, or the application is decided."""


@dataclass(frozen=True)
class Asked:
    """What an application says, as typed; ``town`` and ``village`` are codes."""

    sub_item: str
    town: str
    village: str
    id_number: str
    name: str
    received_date: date
    phone: str = ""
    account: str = ""
    grade: str = ""


def receive_application(
    *, asked: Asked, book: Book, by: User, at: datetime, follows: Application | None = None
) -> Application:
    """Receive one application typed from paper; it waits for the first review.

    Errors: ``CannotApply`` names the field at fault, or that the person is enrolled or has applied.
    """
    try:
        with transaction.atomic():
            told = {"sub_item": asked.sub_item}
            act = record_act("receive_application", by=by, at=at, payload=told)
            return write_application(
                asked=asked, book=book, by=by, at=at, act=act, follows=follows,
                source=Application.Source.PAPER, origin={},
            )  # fmt: skip
    except IntegrityError as error:
        raise CannotApply("这个人刚刚由他人录入了同一项申请。请在申请列表中查看。") from error


def write_application(
    *, asked: Asked, book: Book, by: User, at: datetime, act: Act, source: str,
    origin: Mapping[str, Any], follows: Application | None = None,
) -> Application:  # fmt: skip
    """Write one application and its first step under an act; see ``receive_application``."""
    rule = _procedure(asked, book, at)
    values = _canonical(asked)
    if why := _taken(values["id_key"], asked.sub_item):
        raise CannotApply(why, {"id_number": why})
    made = Application.objects.create(
        **_sealed(values, asked), **_limits(rule, asked, book), **origin,
        sub_item=asked.sub_item, town=asked.town, village=asked.village, grade=asked.grade,
        source=source, rulebook_digest=book.digest, received_date=asked.received_date,
        follows=follows, office=by.office, made_by=by, made_at=at, act=act,
    )  # fmt: skip
    _submit(made, 1, rule, book, act=act, by=by, at=at)
    return made


def resubmit_application(
    *, application: Application, basis: str, book: Book, by: User, at: datetime
) -> ApplicationStep:
    """Hand an application in again after what was missing is there. Errors: ``CannotApply``."""
    rule = book.procedure(application.sub_item, application.received_date)
    last = newest_application_step(application)
    if last.state != ApplicationStep.State.APPLICATION:
        raise CannotApply(f"这件申请{last.get_state_display()}，不用补正。")
    try:
        with transaction.atomic():
            act = record_act(
                "resubmit_application", by=by, at=at, subject=f"application:{application.pk}"
            )
            return _submit(application, last.number + 1, rule, book, act=act, by=by, at=at,
                           basis=basis)  # fmt: skip
    except IntegrityError as error:
        raise CannotApply("审核过这件申请的人不能再补正提交。请由受理人员提交。") from error


def add_paper(
    *, application: Application, name: str, content: bytes, by: User, at: datetime
) -> ApplicationPaper:
    """Keep a photo or scan of a paper. Errors: ``CannotAddPaper``."""
    kind = next((kind for head, kind in _KINDS if content.startswith(head)), None)
    if kind is None:
        raise CannotAddPaper("只收照片（jpg、png）或PDF。请重新拍照，或另存为PDF。")
    if len(content) > MOST_BYTES:
        raise CannotAddPaper("文件超过12兆。请把照片缩小，或分成几份。")
    if newest_application_step(application).state in FINAL:
        raise CannotAddPaper("这件申请已经办结，不能再补材料。")
    with transaction.atomic():
        act = record_act("add_paper", by=by, at=at, subject=f"application:{application.pk}")
        file = store_file(content, kind="paper", by=by, at=at)
        paper, _ = ApplicationPaper.objects.unscoped(_WHY).get_or_create(
            application=application,
            name=" ".join(name.split())[:60] or "材料",
            file=file,
            defaults={"file_kind": kind, "added_by": by, "added_at": at, "act": act},
        )
        return paper


FINAL: Final = ("refused", "withdrawn", "done")


def newest_application_step(application: Application) -> ApplicationStep:
    """The step that says what an application waits for."""
    steps = ApplicationStep.objects.unscoped(_WHY).filter(application=application)
    return steps.order_by("-number")[0]


def due_of(rule: Procedure, code: str, start: date, book: Book) -> date | None:
    """By when a step that begins to wait on a day should be done. Errors: ``CannotApply``."""
    term = rule.step(code).term
    try:
        return term.last_day(start, book.calendar) if term else None
    except CannotSchedule as error:
        raise CannotApply(str(error)) from error


def _submit(
    application: Application, number: int, rule: Procedure, book: Book, *, act: Act, by: User,
    at: datetime, basis: str = "",
) -> ApplicationStep:  # fmt: skip
    first = rule.after("application")
    start = application.received_date if number == 1 else timezone.localdate(at)
    return ApplicationStep.objects.create(
        application=application,
        number=number,
        step=ApplicationStep.Step.APPLICATION,
        verdict=ApplicationStep.Verdict.SUBMITTED,
        state=first.code,
        basis=" ".join(basis.split())[:200],
        due_date=due_of(rule, first.code, start, book),
        office=by.office,
        step_by=by,
        step_at=at,
        act=act,
    )


def _procedure(asked: Asked, book: Book, at: datetime) -> Procedure:
    if asked.received_date > timezone.localdate(at):
        raise CannotApply("受理日期在今天之后。", {"received_date": "受理日期在今天之后，请核对。"})
    try:
        return book.procedure(asked.sub_item, asked.received_date)
    except KeyError as error:
        raise CannotApply(
            "这个子项没有办理程序，不能受理申请。", {"sub_item": "请选择发钱给个人的子项。"}
        ) from error


def _limits(rule: Procedure, asked: Asked, book: Book) -> dict[str, Any]:
    try:
        most = rule.decide_most
        return {
            "rule": rule.rule_id,
            "due_date": rule.decide.last_day(asked.received_date, book.calendar),
            "latest_date": most.last_day(asked.received_date, book.calendar) if most else None,
        }
    except CannotSchedule as error:
        raise CannotApply(str(error), {"received_date": str(error)}) from error


def _canonical(asked: Asked) -> dict[str, Any]:
    """The typed values in the one spelling of the gate, with their keys."""
    typed = {name: str(getattr(asked, name)) for name in _TYPES}
    found = read_typed(typed, must=_MUST, as_of=asked.received_date)
    return {**found, "id_key": blind("id_number", found["id_number"])}


def read_typed(typed: Mapping[str, str], *, must: Sequence[str], as_of: date) -> dict[str, Any]:
    """What was typed, in the one spelling of the gate: ID number, name, phone, account.

    Errors: ``CannotApply`` names each field that is missing or cannot be read.
    """
    typed = {name: text.strip() for name, text in typed.items()}
    cells: dict[str, pa.Array] = {"line": pa.array([1], pa.int32())}
    for place, text in enumerate(typed.values(), 1):
        cells[f"c{place}"] = pa.array([text or None], pa.string())
        cells[f"k{place}"] = pa.array([TEXT if text else EMPTY], pa.int8())
    read = canonical_table(
        RawSheet("typed", 1, False, pa.table(cells)),
        columns=[
            # The gate refuses what cannot be read only where the column is required.
            CanonColumn(name, _TYPES[name], place, required=name in must or bool(typed[name]))
            for place, name in enumerate(typed, 1)
        ],
        first_line=1,
        as_of=as_of,
    )  # fmt: skip
    faults = {
        each["column"]: message(each["code"], json.loads(each["params"]))
        for each in read.faults.to_pylist()
        if each["severity"] >= REJECT
    }
    if not read.table.num_rows:
        faults = {name: f"请填写{_LABELS[name]}" for name in must}
    if faults:
        told = "；".join(f"{_LABELS.get(name, name)}：{text}" for name, text in faults.items())
        raise CannotApply(told, faults)
    found: dict[str, Any] = read.table.to_pylist()[0]
    return found


def _sealed(values: dict[str, Any], asked: Asked) -> dict[str, Any]:
    key = values["id_key"]

    def sealed(name: str) -> bytes | None:
        return seal(f"application.{name}", values[name], key) if values.get(name) else None

    return {
        "id_key": key,
        "id_sealed": sealed("id_number"),
        "name_sealed": sealed("name"),
        "name_key": blind("name", bound_name(values["name"], asked.town)),
        "birth_date": values.get("birth_date"),
        "sex": values.get("sex"),
        "phone_sealed": sealed("phone"),
        "phone_key": blind("phone", values["phone"]) if values.get("phone") else None,
        "account_sealed": sealed("account"),
        "account_key": blind("account", values["account"]) if values.get("account") else None,
    }


def _taken(key: bytes, sub_item: str) -> str:
    """Why this person cannot apply for this: enrolled, or an application is open."""
    enrolled = Enrolment.objects.unscoped(_WHY).filter(
        person__id_key=key, sub_item=sub_item, end_period__isnull=True
    )
    if enrolled.exists():
        return "这个人已经在享受这一项，不用再申请。要调整的，请在人员页拟办变动。"
    asked = Application.objects.unscoped(_WHY).filter(id_key=key, sub_item=sub_item)
    if asked.exclude(steps__state__in=FINAL).exists():
        return "这个人的同一项申请正在办理。请在申请列表中查看。"
    return ""
