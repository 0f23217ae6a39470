"""Milestones: reported from the site with evidence, confirmed or returned by the department."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from django.db import IntegrityError, transaction
from django.utils.timezone import localdate, make_aware

from mingbai.base.files import store_file
from mingbai.base.ledger import record_act
from mingbai.base.models import Act, User
from mingbai.delivery.models import MilestonePhoto, MilestoneReport, MilestoneVerdict, WorkSite
from mingbai.paper.exif import read_photo
from mingbai.paper.photos import CannotReadPhoto
from mingbai.paper.pictures import draw_picture
from mingbai.rulebook.model import Book, WorkStep

_WHY: Final = "the newest report of one site's milestone"
MOST_PHOTOS: Final = 9


class CannotReportMilestone(Exception):
    """A day that cannot be, or evidence that is missing; says what to do."""


class CannotConfirmMilestone(Exception):
    """Own reports, or reports already decided."""


class CannotReturnMilestone(Exception):
    """Own reports, reports already decided, or no reason."""


@dataclass(frozen=True)
class Reported:
    """What somebody says of a milestone; ``actual_date`` None takes an earlier day back."""

    step: str
    what: str
    actual_date: date | None
    document: str = ""
    note: str = ""


def report_milestone(
    *,
    site: WorkSite,
    said: Reported,
    photos: Sequence[bytes],
    book: Book,
    by: User,
    at: datetime,
) -> MilestoneReport:
    """Report that a step began or its milestone was reached, with photos and document number.

    Photos are kept as sent, with time and position. Errors: ``CannotReportMilestone``.
    """
    step, stage = _step(site, said, book, localdate(at))
    document, note = _line(said.document, 80), _line(said.note, 200)
    _refuse_lacking(step, said, document, note, photos)
    with transaction.atomic():
        last = (
            MilestoneReport.objects.unscoped(_WHY)
            .filter(site=site, step=said.step, what=said.what)
            .order_by("-number")
            .first()
        )
        if said.actual_date is None and last is None:
            raise CannotReportMilestone("这个节点还没有报过日期，不用撤回。")
        act = record_act(
            "report_milestone",
            by=by,
            at=at,
            subject=f"site:{site.pk}",
            payload={
                "step": said.step, "what": said.what, "photos": len(photos),
                "date": said.actual_date.isoformat() if said.actual_date else "",
            },
        )  # fmt: skip
        try:
            report = MilestoneReport.objects.create(
                site=site, step=said.step, what=said.what, number=last.number + 1 if last else 1,
                stage=stage, actual_date=said.actual_date, document=document, note=note,
                reported_at=at, reported_by=by, act=act,
            )  # fmt: skip
        except IntegrityError as error:
            raise CannotReportMilestone("这个节点刚刚由他人报过。请刷新页面核对。") from error
        _keep_photos(report, photos, act, by, at)
        return report


def _refuse_lacking(
    step: WorkStep, said: Reported, document: str, note: str, photos: Sequence[bytes]
) -> None:
    """Evidence that the book asks for, and photos that can be shown."""
    done = said.what == MilestoneReport.What.DONE and said.actual_date is not None
    if done and step.paper and not document:
        raise CannotReportMilestone(f"{step.name}要写明批文、合同或验收书的编号。请补填后再报。")
    if done and len(set(photos)) < step.photos:
        raise CannotReportMilestone(f"{step.name}至少要 {step.photos} 张现场照片。请补拍后再报。")
    if len(photos) > MOST_PHOTOS:
        raise CannotReportMilestone(f"一次最多 {MOST_PHOTOS} 张照片。请挑选后再报。")
    if said.actual_date is None and not note:
        raise CannotReportMilestone("撤回日期要写明原因。请补填后再报。")
    for content in photos:
        _refuse_unreadable(content)


def confirm_milestones(
    *, reports: Iterable[MilestoneReport], by: User, at: datetime
) -> tuple[MilestoneVerdict, ...]:
    """Confirm reports of others: from now on their days count.

    Errors: ``CannotConfirmMilestone``.
    """
    given = list(reports)
    if not given:
        raise CannotConfirmMilestone("没有选中要确认的节点。请勾选后再确认。")
    own = [each for each in given if each.reported_by_id == by.pk]
    if own:
        raise CannotConfirmMilestone(f"有 {len(own)} 条是您本人报的，要由另一人确认。")
    try:
        with transaction.atomic():
            act = record_act(
                "confirm_milestones",
                by=by,
                at=at,
                subject=f"{len(given)} reports",
                payload={"reports": [each.pk for each in given]},
            )
            return tuple(
                MilestoneVerdict.objects.bulk_create(
                    _verdict(each, MilestoneVerdict.Verdict.CONFIRMED, "", act, by, at)
                    for each in given
                )
            )
    except IntegrityError as error:
        raise CannotConfirmMilestone("有节点刚刚由他人处理。请刷新页面后再确认。") from error


def return_milestone(
    *, report: MilestoneReport, reason: str, by: User, at: datetime
) -> MilestoneVerdict:
    """Send a report back with what is missing. Errors: ``CannotReturnMilestone``."""
    why = _line(reason, 200)
    if not why:
        raise CannotReturnMilestone("退回必须写明理由。请补填后再退。")
    if report.reported_by_id == by.pk:
        raise CannotReturnMilestone("本人报的节点要由另一人处理；有误的请重报一次。")
    try:
        with transaction.atomic():
            act = record_act(
                "return_milestone",
                by=by,
                at=at,
                subject=f"site:{report.site_id}",
                payload={"report": report.pk, "reason": why},
            )
            made = _verdict(report, MilestoneVerdict.Verdict.RETURNED, why, act, by, at)
            made.save(force_insert=True)
            return made
    except IntegrityError as error:
        raise CannotReturnMilestone("这条节点刚刚由他人处理。请刷新页面。") from error


def _verdict(
    report: MilestoneReport,
    verdict: MilestoneVerdict.Verdict,
    reason: str,
    act: Act,
    by: User,
    at: datetime,
) -> MilestoneVerdict:
    return MilestoneVerdict(
        report=report, verdict=verdict, reason=reason, maker_id=report.reported_by_id,
        verdict_at=at, verdict_by=by, act=act,
    )  # fmt: skip


def _step(site: WorkSite, said: Reported, book: Book, today: date) -> tuple[WorkStep, int]:
    try:
        network = book.works.network_of(site.sub_item, today)
        step = network.step(said.step)
    except KeyError as error:
        raise CannotReportMilestone("这类工程没有这个节点。请刷新页面后重选。") from error
    if said.what not in MilestoneReport.What.values:
        raise CannotReportMilestone("请选择“已开始”或“已完成”。")
    if said.actual_date is not None and said.actual_date > today:
        raise CannotReportMilestone("实际日期不能晚于今天。计划日期请在工程台账里填。")
    return step, network.stage(step.code, done=said.what == MilestoneReport.What.DONE)


def _refuse_unreadable(content: bytes) -> None:
    """What could not be drawn for showing is not kept either."""
    try:
        draw_picture(content)
    except CannotReadPhoto as error:
        raise CannotReportMilestone(str(error)) from error


def _keep_photos(
    report: MilestoneReport, photos: Sequence[bytes], act: Act, by: User, at: datetime
) -> None:
    for content in dict.fromkeys(photos):
        told = read_photo(content)
        MilestonePhoto.objects.create(
            report=report,
            file=store_file(content, kind="site_photo", by=by, at=at),
            file_kind=told.kind,
            taken_at=make_aware(told.taken) if told.taken else None,
            latitude=told.position[0] if told.position else None,
            longitude=told.position[1] if told.position else None,
            act=act,
        )


def _line(text: str, most: int) -> str:
    return " ".join(text.split())[:most]
