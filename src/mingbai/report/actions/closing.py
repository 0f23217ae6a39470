"""Write what a month's circular asks at its end, before it is compiled and issued."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Final

from django.db import IntegrityError, transaction

from mingbai.base.ledger import record_act
from mingbai.base.models import User
from mingbai.base.scope import Asker
from mingbai.paper.form import CannotReadText, Place, load_form, split_text
from mingbai.report.models import Circular, CircularClosing
from mingbai.report.queries.circulars import CIRCULAR, COUNTS
from mingbai.report.queries.closings import closing_chapter, newest_closing

_HOUSE: Final = Asker.system("a closing is the county office's own text")
_LONGEST: Final = 4_000
#: Words of place and time that the text may use beside counts.
PLACES: Final = frozenset(
    {"period.year", "period.month", "period.cutoff", "place.county", "place.office"}
)


class CannotWriteClosing(Exception):
    """The text was not saved; the message says why and what to do."""


def write_closing(
    *,
    period: int,
    text: str,
    follows_version: int,
    by: User,
    at: datetime,
    forms_folder: Path | None = None,
) -> CircularClosing:
    """Save a new version of the closing chapter of a month (yyyymm); drafts compiled before keep
    theirs.

    ``follows_version`` is the version the writer started from, 0 for the form's own words.
    Errors: ``CannotWriteClosing``, as when the circular is out or somebody saved meanwhile.
    """
    clean = "\n".join(line.strip() for line in text.splitlines() if line.strip())
    if not clean or len(clean) > _LONGEST:
        raise CannotWriteClosing(f"请写明要求，不超过{_LONGEST}字")
    if closing_chapter(load_form(CIRCULAR, county_folder=forms_folder)) is None:
        raise CannotWriteClosing("通报格式里没有可以编写的一章，请先在 form.yaml 里写明 outline")
    _must_bind(clean)
    try:
        with transaction.atomic():
            why = "whether the month's circular is out"
            if Circular.objects.unscoped(why).filter(period=period, issue__isnull=False).exists():
                raise CannotWriteClosing("这个月的通报已经印发，要求不再改动")
            before = newest_closing(to=_HOUSE, period=period)
            version = before.version if before else 0
            if follows_version != version:
                raise CannotWriteClosing(
                    "您编写期间别人已保存了新的一版，请复制您的文字、刷新后再改"
                )
            act = record_act(
                "write_closing",
                by=by,
                at=at,
                subject=f"{period // 100}年{period % 100}月进度通报要求第{version + 1}版",
                payload={"period": period, "version": version + 1},
            )
            return CircularClosing.objects.create(
                year=period // 100,
                period=period,
                version=version + 1,
                text=clean,
                written_at=at,
                written_by=by,
                act=act,
            )
    except IntegrityError as error:
        raise CannotWriteClosing("别人刚刚保存了这一章，请刷新后再改") from error


def _must_bind(text: str) -> None:
    """Every place in braces is a count of the circular or a word of place and time."""
    try:
        places = {piece.key for piece in split_text(text) if isinstance(piece, Place)}
    except CannotReadText as error:
        raise CannotWriteClosing(str(error)) from error
    unknown = sorted(places - set(COUNTS) - PLACES)
    if unknown:
        raise CannotWriteClosing(f"没有名为 {'、'.join(unknown)} 的数，请从右边选")
