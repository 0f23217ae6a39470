"""The life of a posting after it is drawn up: approved, put up with proof, taken down, given up."""

from __future__ import annotations

from datetime import date, datetime

from django.db import IntegrityError, transaction

from mingbai.base.files import store_file
from mingbai.base.ledger import record_act
from mingbai.base.models import User
from mingbai.paper.leaks import scan_rows
from mingbai.paper.photos import CannotReadPhoto, strip_photo
from mingbai.registry.models import BoardPhoto, Posting, PostingStep
from mingbai.registry.queries.postings import cells_of, digest_now

_WHY = "the life of a posting is one for everybody"
_VERBS = {
    PostingStep.Step.APPROVED: "approve_posting",
    PostingStep.Step.POSTED: "put_up_posting",
    PostingStep.Step.TAKEN_DOWN: "take_down_posting",
    PostingStep.Step.DROPPED: "drop_posting",
}


class CannotApprovePosting(Exception):
    """The maker's own, not waiting for approval, or not what was drawn up."""


class CannotPutUpPosting(Exception):
    """Not approved, changed since, or put up later than the sheet says."""


class CannotTakeDownPosting(Exception):
    """Not up, or before its last day without a reason."""


class CannotDropPosting(Exception):
    """Up already, or no reason given."""


class CannotKeepPhoto(Exception):
    """Not a posting on a board, no such board, or not a photo."""


def approve_posting(*, posting: Posting, on: date, by: User, at: datetime) -> PostingStep:
    """Approve exactly what was drawn up, never by its maker; every cell is scanned once more.

    Errors: ``CannotApprovePosting``.
    """
    if by.pk == posting.drafted_by_id:
        raise CannotApprovePosting("制作人不能审核自己的公示。请换一位复核人员。")
    try:
        with transaction.atomic():
            if _last(posting) is not None:
                raise CannotApprovePosting("这份公示已有后续步骤。请刷新页面，看最新状态。")
            if digest_now(posting) != posting.body_digest:
                raise CannotApprovePosting(
                    "内容与制作时的摘要不符，可能被改动过，不能审核。请作废后重新制作。"
                )
            if _leaks(posting):
                raise CannotApprovePosting(
                    "名单里有像证件号、账号或电话的数字，不能公示。请作废，改正花名册后重新制作。"
                )
            return _add(posting, PostingStep.Step.APPROVED, on, by=by, at=at)
    except IntegrityError as error:
        raise CannotApprovePosting("这份公示刚刚由他人处理。请刷新页面，看最新状态。") from error


def put_up_posting(*, posting: Posting, posted_date: date, by: User, at: datetime) -> PostingStep:
    """Record that an approved posting hangs since a day, on or before the first day it names.

    Errors: ``CannotPutUpPosting``.
    """
    if posted_date > posting.start_date:
        raise CannotPutUpPosting(
            f"实际张贴日晚于公示上写的起始日{posting.start_date}，公示期会不足。"
            "请作废本份，按实际日期重新制作。"
        )
    try:
        with transaction.atomic():
            last = _last(posting)
            if last is None or last.step != PostingStep.Step.APPROVED:
                raise CannotPutUpPosting("只有审核通过、还没有张贴的公示才能登记张贴。")
            if digest_now(posting) != last.body_digest or _leaks(posting):
                raise CannotPutUpPosting("内容与审核时不符，不能张贴。请作废后重新制作。")
            return _add(posting, PostingStep.Step.POSTED, posted_date, by=by, at=at)
    except IntegrityError as error:
        raise CannotPutUpPosting("这份公示刚刚由他人处理。请刷新页面，看最新状态。") from error


def take_down_posting(
    *, posting: Posting, taken_date: date, reason: str = "", by: User, at: datetime
) -> PostingStep:
    """Record that a posting was taken down; before the end of its term only with a reason.

    Taken down early it counts for nothing: who stood on it must be posted again. Errors:
    ``CannotTakeDownPosting``.
    """
    why = " ".join(reason.split())[:200]
    if taken_date <= posting.last_date and not why:
        raise CannotTakeDownPosting(
            f"公示到{posting.last_date}期满。提前撤下的不算公示过，须写明理由，改正后重新公示。"
        )
    try:
        with transaction.atomic():
            last = _last(posting)
            if last is None or last.step != PostingStep.Step.POSTED:
                raise CannotTakeDownPosting("这份公示没有在张贴，不用撤下。")
            if taken_date < last.step_date:
                raise CannotTakeDownPosting("撤下日期早于张贴日期，请核对。")
            return _add(posting, PostingStep.Step.TAKEN_DOWN, taken_date, why, by=by, at=at)
    except IntegrityError as error:
        raise CannotTakeDownPosting("这份公示刚刚由他人处理。请刷新页面。") from error


def drop_posting(*, posting: Posting, reason: str, on: date, by: User, at: datetime) -> PostingStep:
    """Give up a posting that was never put up; the roll can be drawn up again.

    Errors: ``CannotDropPosting``.
    """
    why = " ".join(reason.split())[:200]
    if not why:
        raise CannotDropPosting("作废公示必须写明理由。")
    try:
        with transaction.atomic():
            last = _last(posting)
            if last is not None and last.step != PostingStep.Step.APPROVED:
                raise CannotDropPosting("已张贴或已作废的公示不能作废。有误的请提前撤下。")
            return _add(posting, PostingStep.Step.DROPPED, on, why, by=by, at=at)
    except IntegrityError as error:
        raise CannotDropPosting("这份公示刚刚由他人处理。请刷新页面。") from error


def keep_board_photo(
    *, posting: Posting, village: str, content: bytes, by: User, at: datetime
) -> BoardPhoto:
    """Keep a photo that proves a board; time, place and device are cut out before it is stored.

    Errors: ``CannotKeepPhoto``.
    """
    if posting.place != Posting.Place.BOARD:
        raise CannotKeepPhoto("网站公示不需要照片。")
    boards = posting.sheet["villages"] if posting.sheet["by_village"] else {"": 1}
    if village not in boards:
        raise CannotKeepPhoto("这份公示不在这个村张贴。请核对后再上传。")
    try:
        photo = strip_photo(content)
    except CannotReadPhoto as error:
        raise CannotKeepPhoto(str(error)) from error
    with transaction.atomic():
        last = _last(posting)
        if last is None or last.step not in (
            PostingStep.Step.POSTED,
            PostingStep.Step.TAKEN_DOWN,
        ):
            raise CannotKeepPhoto("先登记张贴，再上传照片。")
        stored = store_file(photo.content, kind="photo", by=by, at=at)
        known = BoardPhoto.objects.unscoped(_WHY).filter(
            posting=posting, village=village, file=stored
        )
        if found := known.first():
            return found
        act = record_act(
            "keep_board_photo",
            by=by,
            at=at,
            subject=f"posting:{posting.pk}",
            payload={"village": village, "sha256": stored.sha256},
        )
        return BoardPhoto.objects.create(
            posting=posting, village=village, file=stored, file_kind=photo.kind,
            kept_at=at, kept_by=by, act=act,
        )  # fmt: skip


def _leaks(posting: Posting) -> bool:
    columns = posting.sheet["columns"]
    return bool(
        scan_rows(
            cells_of(posting),
            masks=[mask for _, _, mask in columns],
            labels=[label for _, label, _ in columns],
            most=1,
        )
    )


def _last(posting: Posting) -> PostingStep | None:
    steps = PostingStep.objects.unscoped(_WHY).filter(posting=posting)
    return steps.order_by("-number").first()


def _add(
    posting: Posting,
    step: PostingStep.Step,
    day: date,
    reason: str = "",
    *,
    by: User,
    at: datetime,
) -> PostingStep:
    """Write the next step; its number is taken once, so of two people at one moment one fails."""
    act = record_act(
        _VERBS[step],
        by=by,
        at=at,
        subject=f"posting:{posting.pk}",
        payload={"digest": posting.body_digest, "date": day.isoformat(), "reason": reason},
    )
    last = _last(posting)
    return PostingStep.objects.create(
        posting=posting,
        number=last.number + 1 if last else 1,
        step=step,
        body_digest=posting.body_digest,
        maker_id=posting.drafted_by_id,
        step_date=day,
        step_at=at,
        step_by=by,
        reason=reason,
        act=act,
    )
