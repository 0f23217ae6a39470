"""Deaths: recorded with day and source, followed by what the dead were entitled to."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

import polars as pl
from django.db import IntegrityError, transaction
from django.db.models import F

from mingbai.base.ledger import record_act
from mingbai.base.models import Act, User
from mingbai.base.reasons import reason_of
from mingbai.base.scope import Asker
from mingbai.registry.actions.end import CannotEndEnrolments, end_enrolments
from mingbai.registry.models import Death, Enrolment, HouseholdMember, Person
from mingbai.registry.queries.keys import person_ids
from mingbai.registry.queries.roots import records_of, root_ids
from mingbai.registry.queries.rows import ORIGIN, live_rows

_WHY: Final = "the caller chose this person under their own scope"
_STEP: Final = 500


class CannotRecordDeath(Exception):
    """In the future, before birth, or recorded already."""


class CannotWithdrawDeath(Exception):
    """Withdrawn already, or without a reason."""


@dataclass(frozen=True)
class DeathReport:
    """What one death did: the record, how many ends were proposed, and rights left to look at.

    ``left`` are enrolments that began after the month of death or wait for another decision: no
    rule ends them by itself.
    """

    death: Death
    ended_count: int
    left: tuple[int, ...]


def record_death(
    *,
    person: Person,
    death_date: date,
    source: str,
    evidence: str,
    by: User,
    at: datetime,
    origin: tuple[int, int, int] | None = None,
) -> DeathReport:
    """Record that a person died and propose to end what they have, after the month of death.

    Nothing is paid for the months after it. ``origin`` is file, sheet and line of a deaths list.
    Errors: ``CannotRecordDeath``.
    """
    why = reason_of(evidence, CannotRecordDeath, what="依据")
    if source not in Death.Source.values:
        raise CannotRecordDeath("请选择死亡信息的来源。")
    if death_date > at.date():
        raise CannotRecordDeath("死亡日期不能晚于今天。请核对后再提交。")
    if person.birth_date is not None and death_date < person.birth_date:
        raise CannotRecordDeath("死亡日期早于出生日期。请核对证件号和死亡日期。")
    places = dict(zip(ORIGIN, origin or (None, None, None), strict=True))
    try:
        with transaction.atomic():
            act = record_act(
                "record_death",
                by=by,
                at=at,
                subject=f"person:{person.pk}",
                payload={"source": source},
            )
            death = Death.objects.create(
                person=person,
                death_date=death_date,
                source=source,
                evidence=why,
                act=act,
                **places,
            )
            _leave_households(person, death_date, act)
            ended, left = _end_rights(person, death_date, why, by, at)
            return DeathReport(death, ended, left)
    except IntegrityError as error:
        raise CannotRecordDeath("此人的死亡已经登记。若日期有误，请先撤回再重新登记。") from error


def _leave_households(person: Person, death_date: date, act: Act) -> None:
    members = HouseholdMember.objects.unscoped(_WHY).filter(
        person__in=records_of(person.pk), ended_act=None
    )
    # Somebody written into a household after the day they died was never in it.
    members.filter(from_date__gt=death_date).update(
        to_date=F("from_date"), end_reason="死亡", ended_act=act
    )
    members.update(to_date=death_date, end_reason="死亡", ended_act=act)


def withdraw_death(*, death: Death, reason: str, by: User, at: datetime) -> Death:
    """Say that a death was reported wrongly; ends that were proposed must be refused by hand.

    Errors: ``CannotWithdrawDeath``.
    """
    why = reason_of(reason, CannotWithdrawDeath)
    with transaction.atomic():
        act = record_act(
            "withdraw_death",
            by=by,
            at=at,
            subject=f"person:{death.person_id}",
            payload={"death": death.pk, "reason": why},
        )
        done = (
            Death.objects.unscoped(_WHY)
            .filter(pk=death.pk, withdrawn_act=None)
            .update(withdrawn_reason=why, withdrawn_act=act)
        )
        if not done:
            raise CannotWithdrawDeath("这条死亡登记已经撤回。请刷新页面。")
    death.refresh_from_db()
    return death


def record_listed_deaths(*, year: int, by: User, at: datetime) -> list[DeathReport]:
    """Record the deaths of everybody known who stands on a live deaths list of the year.

    Each with the line it stands on; who is recorded already, or whose line is not possible (before
    birth, in the future), is left to the findings. Running again adds nothing.
    """
    to = Asker.system("deaths concern every town")
    rows = live_rows(to=to, year=year, kind="list", columns=("id_key", "event_date", "roster"))
    rows = rows.filter(
        (pl.col("roster") == "deaths")
        & pl.col("id_key").is_not_null()
        & pl.col("event_date").is_not_null()
    ).unique("id_key", keep="first", maintain_order=True)
    known, roots = person_ids(rows["id_key"].to_list()), root_ids()
    listed = {
        roots.get(known[row["id_key"]], known[row["id_key"]]): row
        for row in rows.iter_rows(named=True)
        if row["id_key"] in known
    }
    recorded = set(
        Death.objects.unscoped(_WHY).filter(withdrawn_act=None).values_list("person_id", flat=True)
    )
    wanted = sorted(listed.keys() - {roots.get(each, each) for each in recorded})
    found: list[DeathReport] = []
    with transaction.atomic():
        for start in range(0, len(wanted), _STEP):
            part = Person.objects.unscoped(_WHY).filter(pk__in=wanted[start : start + _STEP])
            for person in part.order_by("pk"):
                found += _record_listed(person, listed[person.pk], by, at)
    return found


def _record_listed(
    person: Person, row: dict[str, Any], by: User, at: datetime
) -> list[DeathReport]:
    day: date = row["event_date"]
    if day > at.date() or (person.birth_date is not None and day < person.birth_date):
        return []
    file, sheet, line = (row[name] for name in ORIGIN)
    return [
        record_death(
            person=person,
            death_date=day,
            source=Death.Source.LIST,
            evidence="死亡人员名单",
            by=by,
            at=at,
            origin=(file, sheet, line),
        )
    ]


def _end_rights(
    person: Person, day: date, why: str, by: User, at: datetime
) -> tuple[int, tuple[int, ...]]:
    rights = Enrolment.objects.unscoped(_WHY).filter(
        person__in=records_of(person.pk), end_period=None
    )
    month = day.year * 100 + day.month
    ended, left = 0, []
    for each in rights.order_by("pk"):
        try:
            if each.since_period > month:
                raise CannotEndEnrolments("began after the month of death")
            end_enrolments(
                enrolments=[each], last_period=month, reason="died", basis=why, by=by, at=at
            )
            ended += 1
        except CannotEndEnrolments:
            left.append(each.pk)
    return ended, tuple(left)
