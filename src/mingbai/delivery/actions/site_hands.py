"""Opening a site by hand, and giving one up: asked by one, agreed by another."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from django.db import IntegrityError, transaction
from django.db.models import Max
from django.utils.timezone import localdate

from mingbai.base.ledger import record_act
from mingbai.base.models import Division, Office, User
from mingbai.base.scope import Asker
from mingbai.delivery.actions.site_lines import fold_name
from mingbai.delivery.models import (
    SiteDetails,
    SiteWithdrawal,
    WithdrawalVerdict,
    WorkSite,
)
from mingbai.programme.queries import sub_items

_HOUSE: Final = Asker.system("a site is opened beside all others of the county")
_WHY: Final = "withdrawals of this site, whoever asked"


class CannotOpenSite(Exception):
    """The site was not opened; the message says why and what to do."""


class CannotWithdrawSite(Exception):
    """The site stays; the message says why and what to do."""


@dataclass(frozen=True)
class NewSite:
    """What is known of a site when it is opened; money in 分."""

    sub_item: str
    town: str
    name: str
    place: str = ""
    number: str = ""
    planned_amount: int | None = None
    planned_start_date: date | None = None
    planned_finish_date: date | None = None
    reason: str = ""


def open_site(*, year: int, said: NewSite, office: Office, by: User, at: datetime) -> WorkSite:
    """Open one site without a ledger; a ledger that names it later goes on with it.

    Errors: ``CannotOpenSite`` for a sub-item that is no works or not the office's, a town that is
    none, no name or reason, dates the wrong way round, or a site of that name or number.
    """
    _refuse_odd(year, said, office)
    name = " ".join(said.name.split())[:120]
    try:
        with transaction.atomic():
            act = record_act(
                "open_site", by=by, at=at, subject=f"{said.sub_item} {said.town}", office=office,
                payload={"number": said.number.strip()},
            )  # fmt: skip
            site = WorkSite.objects.create(
                year=year, sub_item=said.sub_item, town_id=said.town, office=office,
                number=said.number.strip()[:40], name_fold=fold_name(name), act=act,
            )  # fmt: skip
            SiteDetails.objects.create(
                site=site, turn=1, name=name, place=" ".join(said.place.split())[:120],
                planned_amount=said.planned_amount, planned_start_date=said.planned_start_date,
                planned_finish_date=said.planned_finish_date, reason=said.reason.strip()[:200],
                made_at=at, made_by=by, act=act,
            )  # fmt: skip
            return site
    except IntegrityError as error:
        raise CannotOpenSite(
            "这个镇的这个子项已有同名或同编号的工地，请核对后改名或写编号"
        ) from error


def _refuse_odd(year: int, said: NewSite, office: Office) -> None:
    items = {item.code: item for item in sub_items(to=_HOUSE, year=year)}
    item = items.get(said.sub_item)
    if item is None or item.kind != "works":
        raise CannotOpenSite("请选当年清单上的工程类子项")
    county = office.kind == Office.Kind.COUNTY_OFFICE
    if not county and item.lead_office_id != office.pk:
        raise CannotOpenSite(f"{item.name}由{item.lead_office.name}牵头，请由该单位登记")
    towns = Division.objects.unscoped("names of towns are public").filter(level="town")
    if not towns.filter(pk=said.town).exists():
        raise CannotOpenSite("请选工地所在的镇")
    if not fold_name(said.name) or not said.reason.strip():
        raise CannotOpenSite("请写明工程名称，以及为什么不随台账登记")
    start, finish = said.planned_start_date, said.planned_finish_date
    if start is not None and finish is not None and finish < start:
        raise CannotOpenSite("计划竣工日期早于计划开工日期，请核对")
    if said.planned_amount is not None and said.planned_amount < 0:
        raise CannotOpenSite("计划投资不能是负数，请核对")


def withdraw_site(
    *, site: WorkSite, from_date: date, document: str, reason: str, by: User, at: datetime
) -> SiteWithdrawal:
    """Ask that a site be given up; it counts as before until another hand agrees.

    Errors: ``CannotWithdrawSite`` without a document or a reason, for a day to come, or where one
    was asked and not decided, or agreed.
    """
    if not document.strip() or not reason.strip():
        raise CannotWithdrawSite("撤销工地要写明依据文号和理由")
    if from_date > localdate(at):
        raise CannotWithdrawSite("撤销日期不能晚于今天")
    try:
        with transaction.atomic():
            before = SiteWithdrawal.objects.unscoped(_WHY).filter(site=site)
            refused = WithdrawalVerdict.Verdict.REFUSED
            if before.exclude(verdict__verdict=refused).exists():
                raise CannotWithdrawSite("这个工地已提出撤销或已经撤销，请刷新后查看")
            last = before.aggregate(last=Max("number"))["last"] or 0
            act = record_act(
                "withdraw_site", by=by, at=at, subject=f"site:{site.pk}", office=site.office,
                payload={"from": from_date.isoformat()},
            )  # fmt: skip
            return SiteWithdrawal.objects.create(
                site=site, number=last + 1, from_date=from_date, document=document.strip()[:80],
                reason=reason.strip()[:200], asked_at=at, asked_by=by, act=act,
            )  # fmt: skip
    except IntegrityError as error:
        raise CannotWithdrawSite("别人刚刚提出了撤销，请刷新后查看") from error


def decide_withdrawal(
    *, withdrawal: SiteWithdrawal, agreed: bool, reason: str, by: User, at: datetime
) -> WithdrawalVerdict:
    """Agree that a site is given up, or refuse with a reason; not by who asked.

    Errors: ``CannotWithdrawSite``.
    """
    if withdrawal.asked_by_id == by.pk:
        raise CannotWithdrawSite("撤销是您本人提出的，要由另一人审定")
    if not agreed and not reason.strip():
        raise CannotWithdrawSite("不同意撤销要写明理由")
    verdict = WithdrawalVerdict.Verdict
    try:
        with transaction.atomic():
            act = record_act(
                "decide_withdrawal", by=by, at=at, subject=f"site:{withdrawal.site_id}",
                payload={"withdrawal": withdrawal.pk, "agreed": agreed},
            )  # fmt: skip
            return WithdrawalVerdict.objects.create(
                withdrawal=withdrawal, verdict=verdict.AGREED if agreed else verdict.REFUSED,
                reason=reason.strip()[:200], maker_id=withdrawal.asked_by_id, verdict_at=at,
                verdict_by=by, act=act,
            )  # fmt: skip
    except IntegrityError as error:
        raise CannotWithdrawSite("别人刚刚审定了这次撤销，请刷新后查看") from error
