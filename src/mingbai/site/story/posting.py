"""Notices on village boards: drawn up, approved, hung, photographed, objected to, taken down."""

from __future__ import annotations

import struct
import zlib
from dataclasses import dataclass
from functools import cache
from typing import Final

from mingbai.registry.actions import (
    answer_objection,
    approve_posting,
    decide_objection,
    draft_posting,
    drop_posting,
    keep_board_photo,
    put_up_posting,
    record_objection,
    take_down_posting,
)
from mingbai.registry.models import Enrolment, Posting
from mingbai.registry.queries import rows_seen
from mingbai.site.story.cast import HOUSE, Cast

_BOARD: Final = "village_board"
_RURAL: Final = "hardship-relief.rural-dibao"


@dataclass(frozen=True)
class Notice:
    """Whose roll hangs in which town, and since how many days before the story's last day."""

    sub_item: str
    town: str
    start: int


def post_applicants(cast: Cast, notice: Notice, *, photo: bool = False) -> Posting:
    """Post whoever of a town is approved and waits for it; it hangs since its first day."""
    posting = _draft(cast, notice, "approval")
    _hang(cast, posting, notice.start, photo=photo)
    return posting


def take_down(cast: Cast, posting: Posting, *, on: int, reason: str = "") -> None:
    """Take a notice down, after its term or before it with a reason."""
    take_down_posting(
        posting=posting, taken_date=cast.on(on), reason=reason,
        by=cast.town_clerk(posting.town), at=cast.at(on, 8),
    )  # fmt: skip


def object_to(cast: Cast, posting: Posting, *, received: int) -> None:
    """One objection answered and dismissed, one answered and waiting, one not looked into yet."""
    rows = list(rows_seen(posting, to=HOUSE))
    said = (
        ("not_entitled", "phone", "反映这户家里有人在县城开店，请核实。"),
        ("wrong_fact", "visit", "户主姓名写的是已经分户的长子。"),
        ("not_entitled", "letter", "反映申请人与子女同住，子女收入较高。"),
    )
    clerk, checker = cast.town_clerk(posting.town), cast.town_checker(posting.town)
    for number, (row, (matter, way, text)) in enumerate(zip(rows, said, strict=False)):
        objection = record_objection(
            posting=posting, row=row, matter=matter, way=way, said=text,
            objector="" if number else "村民王某", received_date=cast.on(received), book=cast.book,
            by=clerk, at=cast.at(received, 10 + number),
        )  # fmt: skip
        if number < 2:
            words = ("入户核对，店面为同姓邻居所开，与本户无关。", "经查分户属实，已请申请人更正。")
            answer_objection(
                objection=objection, verdict=("dismissed", "upheld")[number],
                answer=words[number], on=cast.on(received - 4), by=clerk,
                at=cast.at(received - 4, 15),
            )  # fmt: skip
        if not number:
            decide_objection(
                objection=objection, agrees=True, on=cast.on(received - 6), by=checker,
                at=cast.at(received - 6, 9),
            )  # fmt: skip


def post_rolls(cast: Cast) -> None:
    """The last month's roll of several towns, each posting in another state of its life."""
    towns = [place.code for place in cast.places if _has_people(place.code, cast.period)]
    for number, town in enumerate(towns[:6]):
        start = (1, 2, 6, 16, 19, 3)[number]
        posting = _draft(cast, Notice(_RURAL, town, start), "payment")
        if number == 0:  # waits for the checker
            continue
        if number == 5:
            drop_posting(
                posting=posting, reason="名单里少了一个村，补齐后重新制作", on=cast.on(start),
                by=cast.town_clerk(town), at=cast.at(start, 16),
            )  # fmt: skip
        elif number == 1:  # waits to be put up
            _approve(cast, posting, start)
        else:
            _hang(cast, posting, start, photo=number != 3)
        if number == 4:
            take_down(cast, posting, on=8)


def _has_people(town: str, period: int) -> bool:
    rights = Enrolment.objects.unscoped("which towns have a roll to post")
    return rights.filter(sub_item=_RURAL, town=town, since_period__lte=period).exists()


def _draft(cast: Cast, notice: Notice, stage: str) -> Posting:
    day = cast.on(notice.start)
    period = cast.period if stage == "payment" else day.year * 100 + day.month
    return draft_posting(
        sub_item=notice.sub_item,
        period=period,
        town=notice.town,
        stage=stage,
        channel=_BOARD,
        start_date=day,
        book=cast.book,
        by=cast.town_clerk(notice.town),
        at=cast.at(notice.start, 8),
        demonstration=True,
    )


def _approve(cast: Cast, posting: Posting, before: int) -> None:
    approve_posting(
        posting=posting, on=cast.on(before), by=cast.town_checker(posting.town),
        at=cast.at(before, 9),
    )  # fmt: skip


def _hang(cast: Cast, posting: Posting, before: int, *, photo: bool) -> None:
    _approve(cast, posting, before)
    clerk = cast.town_clerk(posting.town)
    put_up_posting(
        posting=posting, posted_date=posting.start_date, by=clerk, at=cast.at(before, 10)
    )
    if photo:
        for number, village in enumerate(sorted(posting.sheet["villages"])):
            keep_board_photo(
                posting=posting, village=village, content=draw_board(number % 3), by=clerk,
                at=cast.at(before, 11),
            )  # fmt: skip


@cache
def draw_board(number: int) -> bytes:
    """A drawn board with a sheet on it, as PNG: the demonstration's photos show nobody's wall."""
    width, height = 480, 320
    wall, frame, paper, ink = (214, 205, 188), (122, 62, 40), (250, 248, 240), (90, 90, 90)

    def pixel(x: int, y: int) -> tuple[int, int, int]:
        left = 150 + 8 * number
        if left < x < left + 180 and 60 < y < 280:
            line = (y - 84) % 16 < 3 and 84 < y < 264 and left + 16 < x < left + 164
            return ink if line else paper
        if 40 < x < 440 and 40 < y < 300:
            return (52, 96, 70)
        return frame if 28 < x < 452 and 28 < y < 312 else wall

    rows = b"".join(
        b"\0" + b"".join(bytes(pixel(x, y)) for x in range(width)) for y in range(height)
    )

    def chunk(kind: bytes, body: bytes) -> bytes:
        check = zlib.crc32(kind + body)
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", check)

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", head)
        + chunk(b"IDAT", zlib.compress(rows, 6))
        + chunk(b"IEND", b"")
    )
