"""Training classes: planned with their seats, joined to the rolls that come for them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from django.db import IntegrityError, transaction
from django.db.models import Max

from mingbai.base.ledger import record_act
from mingbai.base.models import Act, Office, User
from mingbai.base.periods import month_end
from mingbai.base.scope import Asker
from mingbai.delivery.models import ClassRoll, EnteredSheet, TrainingClass
from mingbai.delivery.queries.rolls import Seat, roll_sheets, seats_of
from mingbai.programme.queries import sub_items

_HOUSE = Asker.system("classes and rolls of the whole county are joined")
_WHY = "classes of the year, whoever holds them"


class CannotPlanClass(Exception):
    """The class was not planned; the message says why and what to do."""


@dataclass(frozen=True, slots=True)
class ClassPlan:
    """What a class is to be: of which sub-item, about what, where, when, for how many."""

    sub_item: str
    course: str
    place: str
    start_date: date
    end_date: date
    seats: int


def plan_class(
    *, year: int, office: Office, plan: ClassPlan, by: User, at: datetime
) -> TrainingClass:
    """Plan one class of a training sub-item that the office leads.

    Errors: ``CannotPlanClass`` for another kind of sub-item or office, no course, no seats, or
    dates outside the year.
    """
    items = {item.code: item for item in sub_items(to=_HOUSE, year=year)}
    item = items.get(plan.sub_item)
    if item is None or item.roster_kind != "training":
        raise CannotPlanClass("请选当年清单上的培训子项")
    leads = item.lead_office_id == office.pk
    if not leads and office.kind != Office.Kind.COUNTY_OFFICE:
        raise CannotPlanClass(f"{item.name}由{item.lead_office.name}办班，请由该单位登记")
    if not plan.course.strip() or plan.seats < 1:
        raise CannotPlanClass("请写明培训内容和名额")
    if not date(year, 1, 1) <= plan.start_date <= plan.end_date <= date(year, 12, 31):
        raise CannotPlanClass(f"开班和结业日期应在{year}年内，结业不早于开班")
    try:
        with transaction.atomic():
            act = record_act(
                "plan_class",
                by=by,
                at=at,
                subject=f"{item.name} {plan.start_date} {plan.seats}人",
                office=office,
            )
            return open_class(year, item.lead_office, plan, plan.seats, by, at, act)
    except IntegrityError as error:
        raise CannotPlanClass("有人同时登记了班次，请刷新后再试") from error


def join_rolls(*, year: int, by: User | None, at: datetime) -> int:
    """Give each training roster that stands a class: the planned one it fits, or one of its own.

    Returns how many were joined. A roster that is corrected stays with its class.
    """
    sheets = roll_sheets(year=year)
    known = set(ClassRoll.objects.unscoped(_WHY).values_list("slot", flat=True))
    fresh = [each for each in sheets if each.sheet.slot not in known and each.sheet.sub_item]
    if not fresh:
        return 0
    seats = seats_of(fresh, to=_HOUSE)
    fresh = [each for each in fresh if seats[each.pk]]
    planned = list(
        TrainingClass.objects.unscoped(_WHY).filter(year=year, roll__isnull=True).order_by("number")
    )
    if not fresh:
        return 0
    with transaction.atomic():
        act = record_act(
            "join_rolls",
            by=by,
            at=at,
            subject=str(year),
            payload={"sheets": [each.sheet_id for each in fresh]},
        )
        for each in fresh:
            plan = _plan_of(each, seats[each.pk])
            fit = next((one for one in planned if _fits(one, plan)), None)
            if fit is None:
                fit = open_class(year, each.sheet.office, plan, None, None, at, act)
            else:
                planned.remove(fit)
            ClassRoll.objects.create(training_class=fit, slot=each.sheet.slot, act=act)
    return len(fresh)


def _plan_of(entered: EnteredSheet, seats: Iterable[Seat]) -> ClassPlan:
    """What a roster says its class was; its month's end where it names no day."""
    given = list(seats)
    sheet = entered.sheet
    last = month_end(sheet.period or sheet.year * 100 + 12)
    ends = [day for each in given if (day := each.end_date or each.start_date)]
    starts = [day for each in given if (day := each.start_date or each.end_date)]
    course = Counter(each.course for each in given).most_common(1)[0][0]
    start, end = min(starts, default=last), max(ends, default=last)
    return ClassPlan(
        sheet.sub_item or "", course or sheet.roster_name, "", min(start, end), end, len(given)
    )


def _fits(planned: TrainingClass, plan: ClassPlan) -> bool:
    same = "".join(planned.course.split()) == "".join(plan.course.split())
    meet = planned.start_date <= plan.end_date and plan.start_date <= planned.end_date
    return planned.sub_item == plan.sub_item and same and meet


def open_class(
    year: int,
    office: Office,
    plan: ClassPlan,
    seats: int | None,
    by: User | None,
    at: datetime,
    act: Act,
) -> TrainingClass:
    """The next class of the year, within the transaction and the ledger entry of its caller."""
    numbers = TrainingClass.objects.unscoped(_WHY).filter(year=year)
    last = numbers.aggregate(last=Max("number"))["last"] or 0
    return TrainingClass.objects.create(
        year=year,
        sub_item=plan.sub_item,
        number=last + 1,
        office=office,
        course=plan.course.strip()[:80],
        place=plan.place.strip(),
        start_date=plan.start_date,
        end_date=plan.end_date,
        seats=seats,
        planned_at=at,
        planned_by=by,
        act=act,
    )
