"""Households paid as one: whose line it is, who counts in it this month, and why a row has none."""

from __future__ import annotations

import calendar
from datetime import date
from typing import Final

import polars as pl
from django.db.models import Q

from mingbai.payment.models import LineMember
from mingbai.payment.queries.source import Source, to_roots
from mingbai.registry.models import HEAD, Death, Enrolment, HouseholdMember
from mingbai.registry.queries import due_period
from mingbai.rulebook import AmountRule

_WHY: Final = "a household is paid as one, in whatever town its members are"
_MEMBERS: Final = {
    "household_id": pl.Int64(),
    "person_id": pl.Int64(),
    "relation": pl.String(),
    "from_date": pl.Date(),
    "to_date": pl.Date(),
}
#: What rows paid by household carry beside the others.
SHAPE: Final = {"members": pl.List(pl.Int64()), "counted": pl.Int64()}


def with_households(
    rows: pl.DataFrame, source: Source, rule: AmountRule, period: int
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """One row a household, its head's before others', with ``members counted`` of the month.

    Returns (rows, rows left out with ``cause``). Whoever counts already in another line of the same
    sub-item and month is counted no more, and of two households that claim one person the first
    received has them.
    """
    living = _living(source, rule, period)
    mine = living.select("person_id", "household_id", is_head=pl.col("relation") == HEAD)
    rows = rows.with_row_index("place").join(
        mine.unique("person_id", keep="last", maintain_order=True),
        on="person_id",
        how="left",
        maintain_order="left",
    )
    homeless = rows.filter(pl.col("household_id").is_null())
    rows = rows.filter(pl.col("household_id").is_not_null())
    order = rows.sort(~pl.col("is_head").fill_null(False), "place", maintain_order=True)
    first = order.unique("household_id", keep="first", maintain_order=True).sort("place")
    others = rows.join(first, on="place", how="anti", maintain_order="left")
    first = first.join(_counted(first, living, rule, period), on="place", how="left").with_columns(
        pl.col("counted").fill_null(0)
    )
    extra = ["place", "household_id", "is_head"]
    empty = first.filter(pl.col("counted") == 0)
    left = [
        part.drop([*extra, *SHAPE], strict=False).with_columns(cause=pl.lit(cause))
        for part, cause in (
            (homeless, "no_household"), (others, "in_household"), (empty, "no_member"),
        )
    ]  # fmt: skip
    return first.filter(pl.col("counted") > 0).drop(extra), pl.concat(left)


def _living(source: Source, rule: AmountRule, period: int) -> pl.DataFrame:
    """Who belongs to the households of the enrolled in the month, as the rule counts it."""
    rights = Enrolment.objects.unscoped(_WHY).filter(sub_item=rule.sub_item).values("person")
    merged = source.roots["person_id"].to_list() + source.roots["root_id"].to_list()
    every = HouseholdMember.objects.unscoped(_WHY)
    homes = every.filter(Q(person__in=rights) | Q(person__in=merged)).values("household")
    found = every.filter(household__in=homes).order_by("pk").values_list(*_MEMBERS)
    members = pl.DataFrame(list(found.iterator(20_000)), schema=_MEMBERS, orient="row")
    dead = Death.objects.unscoped(_WHY).filter(
        withdrawn_act__isnull=True, person__memberships__household__in=homes
    )
    deaths = pl.DataFrame(
        list(dead.order_by().values_list("person_id", "death_date").distinct()),
        schema={"person_id": pl.Int64(), "death_date": pl.Date()},
        orient="row",
    )
    members = to_roots(members, source.roots)
    deaths = to_roots(deaths, source.roots).unique("person_id", keep="first")
    members = members.join(deaths, on="person_id", how="left", maintain_order="left")
    end = pl.min_horizontal("to_date", "death_date")
    year, month = divmod(period, 100)
    first, last = date(year, month, 1), date(year, month, calendar.monthrange(year, month)[1])
    if rule.member_change == "same_month":
        here = (pl.col("from_date").fill_null(first) <= last) & (end.is_null() | (end > last))
    else:
        here = (pl.col("from_date").fill_null(first) <= first) & (end.is_null() | (end >= first))
    return members.filter(here)


def _counted(
    first: pl.DataFrame, living: pl.DataFrame, rule: AmountRule, period: int
) -> pl.DataFrame:
    """``place members counted`` of the households, each person in one of them."""
    claimed = first.select("place", "household_id", payee="person_id").join(
        living.select("household_id", "person_id"), on="household_id", how="inner"
    )
    elsewhere = Enrolment.objects.unscoped(_WHY).filter(
        Q(end_period__isnull=True) | Q(end_period__gte=period),
        sub_item__in=rule.not_counted,
        since_period__lte=period,
    )
    barred = list(elsewhere.values_list("person_id", flat=True)) if rule.not_counted else []
    taken = LineMember.objects.unscoped(_WHY).filter(
        sub_item=rule.sub_item, period=due_period(period, rule.per), item=rule.item, voided=False
    )
    before = pl.DataFrame(
        list(taken.values_list("person_id", "line__person_id").iterator(20_000)),
        schema={"person_id": pl.Int64(), "payee": pl.Int64()},
        orient="row",
    )
    claimed = claimed.filter(~pl.col("person_id").is_in(barred)).join(
        before, on="person_id", how="left", suffix="_before", maintain_order="left"
    )
    free = pl.col("payee_before").is_null() | (pl.col("payee_before") == pl.col("payee"))
    claimed = claimed.filter(free).sort("place", "person_id")
    once = claimed.unique("person_id", keep="first", maintain_order=True)
    return once.group_by("place", maintain_order=True).agg(
        members=pl.col("person_id"), counted=pl.len().cast(pl.Int64)
    )
