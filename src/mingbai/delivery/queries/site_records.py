"""What a site's page tells beside its plan: reports with evidence, ledgers' faults, contractors."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from mingbai.base.scope import Asker, ScopedQuerySet
from mingbai.delivery.models import (
    EnteredWorks,
    MilestonePhoto,
    MilestoneReport,
    MilestoneVerdict,
    SiteDetails,
    SiteProgress,
    WorkSite,
)
from mingbai.delivery.queries.sites import counting_works


@dataclass(frozen=True)
class ReportShown:
    """One report with its photos and what became of it."""

    report: MilestoneReport
    photos: tuple[MilestonePhoto, ...]
    verdict: MilestoneVerdict | None

    @property
    def state(self) -> str:
        return self.verdict.verdict if self.verdict else "waiting"


def reports_of(site: WorkSite, *, to: Asker) -> tuple[ReportShown, ...]:
    """All reports of a site, newest first; two queries."""
    found = MilestoneReport.objects.seen_by(to).filter(site=site)
    return _shown(found.order_by("-id"), to)


def waiting_reports(*, to: Asker, year: int, most: int) -> tuple[ReportShown, ...]:
    """Reports of a year that nobody has looked at yet, the oldest first, at most ``most``."""
    found = MilestoneReport.objects.seen_by(to).filter(site__year=year, verdict__isnull=True)
    return _shown(found.order_by("site__sub_item", "site__town", "id")[:most], to)


def waiting_milestones(*, to: Asker, year: int) -> list[MilestoneReport]:
    """All reports of a year that nobody has decided; one query."""
    found = MilestoneReport.objects.seen_by(to).filter(site__year=year, verdict__isnull=True)
    return list(found.order_by("id"))


def waiting_count(*, to: Asker, year: int) -> int:
    """How many reports of a year wait for somebody to look."""
    found = MilestoneReport.objects.seen_by(to).filter(site__year=year, verdict__isnull=True)
    return found.count()


def open_reports(pks: Iterable[int], *, to: Asker) -> list[MilestoneReport]:
    """Those of the given reports that this asker sees and nobody has decided."""
    found = MilestoneReport.objects.seen_by(to).filter(pk__in=list(pks), verdict__isnull=True)
    return list(found.select_related("site"))


def report_seen(pk: int, *, to: Asker) -> MilestoneReport | None:
    """One report, or None where there is none for this asker."""
    return MilestoneReport.objects.seen_by(to).filter(pk=pk).select_related("site").first()


def site_photo_seen(pk: int, *, to: Asker) -> MilestonePhoto | None:
    """One photo, or None where there is none for this asker."""
    return MilestonePhoto.objects.seen_by(to).filter(pk=pk).select_related("file").first()


def _shown(found: ScopedQuerySet[MilestoneReport], to: Asker) -> tuple[ReportShown, ...]:
    rows = list(found.select_related("site", "reported_by", "verdict", "verdict__verdict_by"))
    photos: dict[int, list[MilestonePhoto]] = defaultdict(list)
    of_rows = MilestonePhoto.objects.seen_by(to).filter(report__in=[row.pk for row in rows])
    for photo in of_rows:
        photos[photo.report_id].append(photo)
    return tuple(
        ReportShown(row, tuple(photos[row.pk]), getattr(row, "verdict", None)) for row in rows
    )


def details_of(site: WorkSite, *, to: Asker) -> tuple[SiteDetails, ...]:
    """All turns of a site's details, newest first."""
    found = SiteDetails.objects.seen_by(to).filter(site=site).select_related("made_by")
    return tuple(found.order_by("-turn"))


def progress_of(site: WorkSite, *, to: Asker) -> tuple[SiteProgress, ...]:
    """What ledgers that count said of a site, month by month."""
    found = SiteProgress.objects.seen_by(to).filter(site=site, entered_works__in=counting_works())
    return tuple(found.order_by("period", "id"))


def ledgers_with_problems(*, to: Asker, year: int) -> tuple[EnteredWorks, ...]:
    """Ledgers that count and hold something that did not fit, the newest first."""
    counting = counting_works().values("pk")
    found = EnteredWorks.objects.seen_by(to).filter(pk__in=counting, sheet__year=year)
    found = found.exclude(problems=[])
    return tuple(found.select_related("sheet", "sheet__office").order_by("-sheet__month", "id"))
