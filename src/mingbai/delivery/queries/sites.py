"""Sites as they stand: the newest details, money and quantity to date, confirmed milestones."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, TypeVar, cast

from django.db.models import Exists, F, Model, OuterRef, Q, Window
from django.db.models.functions import RowNumber

from mingbai.base.periods import period_of
from mingbai.base.scope import Asker, ScopedQuerySet
from mingbai.delivery.models import (
    EnteredWorks,
    MilestoneReport,
    MilestoneVerdict,
    SiteDetails,
    SiteProgress,
    WorkSite,
)
from mingbai.delivery.queries.withdrawals import agreed_withdrawals

M = TypeVar("M", bound=Model)

#: Step and matter (``begun`` or ``done``).
Matter = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Fact:
    """A confirmed day of a milestone and the report that says so."""

    report: int
    stage: int
    actual_date: date
    origin_file_id: int | None
    origin_sheet: int | None
    origin_line: int | None


@dataclass(frozen=True)
class SiteStanding:
    """One site at the end of a day. ``progress`` is the newest ledger line about it, if any."""

    site: WorkSite
    details: SiteDetails
    progress: SiteProgress | None
    facts: Mapping[Matter, Fact]
    waiting_count: int = 0

    @property
    def name(self) -> str:
        return self.details.name

    @property
    def invested_amount(self) -> int | None:
        return self.progress.invested_amount if self.progress else None

    @property
    def invested_ratio(self) -> float | None:
        """Money invested of the planned, for a bar; figures are exact elsewhere."""
        planned = self.details.planned_amount
        if not planned or self.invested_amount is None:
            return None
        return self.invested_amount / planned

    @property
    def stage(self) -> int:
        """How far it is, see ``MilestoneReport.Stage``: the farthest confirmed report decides."""
        return max((fact.stage for fact in self.facts.values()), default=0)

    def done_date(self, step: str) -> date | None:
        """The confirmed day of a milestone, if there is one."""
        fact = self.facts.get((step, MilestoneReport.What.DONE))
        return fact.actual_date if fact else None


def counting_works(as_of: int | None = None) -> ScopedQuerySet[EnteredWorks]:
    """Entered ledgers of works whose newer turn has not been entered."""
    newer = EnteredWorks.objects.unscoped("whether a correction was entered").filter(
        sheet__slot=OuterRef("sheet__slot"), sheet__turn__gt=OuterRef("sheet__turn")
    )
    found = EnteredWorks.objects.unscoped("which ledgers count; their rows are scoped")
    if as_of is not None:
        newer, found = newer.filter(act_id__lte=as_of), found.filter(act_id__lte=as_of)
    return found.filter(~Exists(newer))


def counting_sites(
    *, to: Asker, year: int, cutoff: date | None = None, as_of: int | None = None
) -> ScopedQuerySet[WorkSite]:
    """Sites that a counting ledger lists or that were opened by hand; one that only a corrected
    line named is gone, and so is one given up by the cut-off."""
    listed = SiteProgress.objects.unscoped("whether a ledger that counts lists the site").filter(
        site=OuterRef("pk"), entered_works__in=counting_works(as_of)
    )
    found = WorkSite.objects.seen_by(to).filter(year=year)
    if as_of is not None:
        found = found.filter(act_id__lte=as_of)
    gone = agreed_withdrawals(cutoff=cutoff, as_of=as_of).filter(site=OuterRef("pk"))
    by_hand = Q(origin_file__isnull=True)
    return found.filter(by_hand | Exists(listed)).filter(~Exists(gone))


def site_standings(
    *,
    to: Asker,
    year: int,
    cutoff: date,
    as_of: int | None = None,
    sub_item: str = "",
    town: str = "",
    sites: Sequence[int] | None = None,
) -> tuple[SiteStanding, ...]:
    """Every site this asker sees as it stands at the end of a day; five queries.

    ``sub_item``, ``town`` and ``sites`` narrow. Milestones after the day do not count, nor do
    ledgers of later months.
    """
    found = counting_sites(to=to, year=year, cutoff=cutoff, as_of=as_of).select_related(
        "town", "office"
    )
    if sub_item:
        found = found.filter(sub_item=sub_item)
    if town:
        found = found.filter(town=town)
    if sites is not None:
        found = found.filter(pk__in=sites)
    listed = list(found.order_by("sub_item", "town_id", "id"))
    chosen = found.order_by().values("pk")
    details = _newest_details(chosen, as_of)
    progress = _newest_progress(chosen, cutoff, as_of)
    facts = confirmed_facts(chosen, cutoff=cutoff, as_of=as_of)
    waiting = _waiting(chosen)
    return tuple(
        SiteStanding(
            site, details[site.pk], progress.get(site.pk), facts[site.pk], waiting.get(site.pk, 0)
        )
        for site in listed
    )


def site_seen(pk: int, *, to: Asker) -> WorkSite | None:
    """One site, or None where there is none for this asker."""
    found = WorkSite.objects.seen_by(to).filter(pk=pk).select_related("town", "office")
    return found.first()


def _newest_details(chosen: Any, as_of: int | None) -> dict[int, SiteDetails]:
    rows = SiteDetails.objects.unscoped("details of sites already scoped").filter(site__in=chosen)
    if as_of is not None:
        rows = rows.filter(act_id__lte=as_of)
    return {row.site_id: row for row in _last(rows, "turn")}


def _newest_progress(chosen: Any, cutoff: date, as_of: int | None) -> dict[int, SiteProgress]:
    rows = SiteProgress.objects.unscoped("progress of sites already scoped").filter(
        site__in=chosen,
        period__lte=period_of(cutoff),
        entered_works__in=counting_works(as_of),
    )
    return {row.site_id: row for row in _last(rows, "period", "id")}


def _last(rows: ScopedQuerySet[M], *order: str) -> ScopedQuerySet[M]:
    """Of each site the last row in an order: a site has a ledger line a month, but one counts."""
    newest_first = [F(name).desc() for name in order]
    place = Window(RowNumber(), partition_by=F("site_id"), order_by=newest_first)
    last = rows.annotate(behind=place).filter(behind=1)
    return cast("ScopedQuerySet[M]", last.order_by())


def confirmed_facts(
    chosen: Any, *, cutoff: date | None = None, as_of: int | None = None
) -> dict[int, dict[Matter, Fact]]:
    """Site -> step and matter -> the newest confirmed day up to ``cutoff``; one query."""
    verdicts = MilestoneVerdict.objects.unscoped("verdicts on sites already scoped").filter(
        verdict=MilestoneVerdict.Verdict.CONFIRMED, report__site__in=chosen
    )
    if as_of is not None:
        verdicts = verdicts.filter(act_id__lte=as_of)
    rows: Iterable[Any] = verdicts.order_by("report__number").values_list(
        "report__site_id", "report__step", "report__what", "report_id", "report__stage",
        "report__actual_date",
        "report__origin_file_id", "report__origin_sheet", "report__origin_line",
    )  # fmt: skip
    found: dict[int, dict[Matter, Fact]] = defaultdict(dict)
    for site, step, what, report, stage, day, *origin in rows:
        if day is None:
            found[site].pop((step, what), None)
        else:
            found[site][step, what] = Fact(report, stage, day, *origin)
    if cutoff is not None:
        for matters in found.values():
            for matter in [key for key, fact in matters.items() if fact.actual_date > cutoff]:
                del matters[matter]
    return found


def _waiting(chosen: Any) -> dict[int, int]:
    rows = MilestoneReport.objects.unscoped("reports of sites already scoped").filter(
        site__in=chosen, verdict__isnull=True
    )
    found: dict[int, int] = defaultdict(int)
    for site in rows.order_by().values_list("site_id", flat=True):
        found[site] += 1
    return found


def quantities_done(
    found: Iterable[SiteStanding],
) -> dict[tuple[str, str], Decimal]:
    """Sub-item and town -> quantity done on its sites, as ledgers say it."""
    sums: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
    for each in found:
        if each.progress is not None and each.progress.done_quantity is not None:
            sums[each.site.sub_item, each.site.town_id] += each.progress.done_quantity
    return dict(sums)
