"""Sites given up: which are gone by a day, and what waits for a second hand."""

from __future__ import annotations

from datetime import date

from mingbai.base.scope import Asker, ScopedQuerySet
from mingbai.delivery.models import SiteWithdrawal, WithdrawalVerdict, WorkSite


def agreed_withdrawals(
    *, cutoff: date | None = None, as_of: int | None = None
) -> ScopedQuerySet[SiteWithdrawal]:
    """Withdrawals that a second hand agreed to, in force by a day, as known at a ledger entry."""
    found = SiteWithdrawal.objects.unscoped("which sites are given up; the sites are scoped")
    found = found.filter(verdict__verdict=WithdrawalVerdict.Verdict.AGREED)
    if cutoff is not None:
        found = found.filter(from_date__lte=cutoff)
    return found if as_of is None else found.filter(verdict__act_id__lte=as_of)


def withdrawal_of(site: WorkSite, *, to: Asker) -> SiteWithdrawal | None:
    """The last withdrawal asked for, with its verdict."""
    found = SiteWithdrawal.objects.seen_by(to).filter(site=site)
    told = found.select_related("asked_by", "verdict", "verdict__verdict_by")
    return told.order_by("number").last()


def withdrawal_seen(pk: int, *, to: Asker) -> SiteWithdrawal | None:
    """One withdrawal, if this asker may see its site."""
    found = SiteWithdrawal.objects.seen_by(to).filter(pk=pk)
    return found.select_related("site__office").first()


def waiting_withdrawals(*, to: Asker, year: int) -> tuple[SiteWithdrawal, ...]:
    """Withdrawals nobody has decided, the oldest first."""
    found = SiteWithdrawal.objects.seen_by(to).filter(site__year=year, verdict__isnull=True)
    return tuple(found.select_related("site__town", "asked_by").order_by("id"))


def withdrawn_sites(*, to: Asker, year: int) -> tuple[SiteWithdrawal, ...]:
    """Sites of a year that were given up, the newest first."""
    found = SiteWithdrawal.objects.seen_by(to).filter(
        site__year=year, verdict__verdict=WithdrawalVerdict.Verdict.AGREED
    )
    return tuple(
        found.select_related("site__town", "verdict__verdict_by").order_by("-from_date", "id")
    )
