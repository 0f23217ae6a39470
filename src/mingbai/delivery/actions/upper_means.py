"""Entering the mean progress that the level above published."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from django.db import transaction

from mingbai.base.ledger import record_act
from mingbai.base.models import User
from mingbai.base.scope import Asker
from mingbai.delivery.models import UpperMean
from mingbai.programme.queries import sub_item_codes


class CannotEnterMean(Exception):
    """The mean does not fit; the message says why."""


def enter_upper_mean(
    *,
    year: int,
    period: int,
    sub_item: str,
    ratio: Decimal,
    issuer: str,
    document_number: str,
    by: User,
    at: datetime,
) -> UpperMean:
    """Keep one published mean (a ratio: 0.625 is 62.5 %); one entered later takes its place.

    Errors: ``CannotEnterMean`` for an unknown sub-item, a month of another year, or a ratio that
    is negative or beyond ten times the target.
    """
    house = Asker.system("whether a sub-item is on the year's list")
    if sub_item not in sub_item_codes(to=house, year=year):
        raise CannotEnterMean(f"{year}年清单没有这个子项，请从列表里选")
    if period // 100 != year or not 1 <= period % 100 <= 12:
        raise CannotEnterMean("月份应在所选年度之内")
    if not 0 <= ratio <= 10 or ratio != round(ratio, 6):
        raise CannotEnterMean("平均进度按百分数填写，如 62.5，最多四位小数")
    if not issuer.strip() or not document_number.strip():
        raise CannotEnterMean("请写明公布单位和文号（或通报期号），以便核对")
    with transaction.atomic():
        act = record_act(
            "enter_upper_mean",
            by=by,
            at=at,
            subject=f"{period} {sub_item}",
            payload={"period": period, "sub_item": sub_item, "ratio": str(ratio)},
        )
        return UpperMean.objects.create(
            year=year,
            period=period,
            sub_item=sub_item,
            ratio=ratio,
            issuer=issuer.strip(),
            document_number=document_number.strip(),
            entered_at=at,
            entered_by=by,
            act=act,
        )
