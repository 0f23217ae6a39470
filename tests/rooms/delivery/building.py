"""A county that builds: a book with networks, ledgers of works, photos, two hands."""

from __future__ import annotations

import hashlib
import io
import struct
from dataclasses import replace
from datetime import UTC, date, datetime

from PIL import Image
from tests.rooms.programme.books import A, book, small_book

from mingbai.base.scope import Asker
from mingbai.delivery.actions import (
    Reported,
    confirm_milestones,
    enter_works,
    report_milestone,
)
from mingbai.delivery.models import MilestoneReport, WorkSite
from mingbai.delivery.queries.sites import site_standings
from mingbai.rulebook import load_book

ALL = Asker.system("tests see everything")
YUAN = 100
JUNE = date(2021, 6, 30)


def works_book(*, mark=""):
    """The small book with the networks, seasons and calendar of the real one."""
    real = load_book(year=2021, county="340223")
    road = replace(
        real.works.network_of("rural-roads.upgrade", date(2021, 1, 1)),
        sub_items=("roads.build", "roads.toilets"),
    )
    made = small_book(mark=f"works{mark}")
    items = {
        "roads.build": date(2021, 11, 30),
        "roads.toilets": date(2021, 11, 30),
    }
    programmes = tuple(
        replace(
            each,
            sub_items=tuple(
                replace(item, schedule=replace(item.schedule, finish_date=items[item.code]))
                if item.code in items
                else item
                for item in each.sub_items
            ),
        )
        for each in made.programmes
    )
    fresh = book(programmes, mark=f"works{mark}")
    return replace(fresh, works=replace(real.works, networks=(road,)), calendar=real.calendar)


def line(name="上街路改造", **more):
    """One line of a ledger; planned money 100 万元."""
    return {
        "sub_item": "roads.build", "site_name": name, "town": A,
        "planned_amount": 1_000_000 * YUAN, **more,
    }  # fmt: skip


class Builders:
    """What tests of works do: hand in ledgers, enter, report, confirm, ask."""

    def __init__(self, county):
        self.county, self.tree, self.at = county, county.tree, county.at
        self.book = works_book()

    def ledger(self, *lines, month=6, **kw):
        sheet = self.county.hand_in("works", list(lines), month=month, **kw)
        return self.enter(sheet), sheet

    def enter(self, *sheets):
        return enter_works(sheets=sheets, book=self.book, by=self.tree.clerk, at=self.at)

    def confirm_all(self, *, by=None):
        waiting = MilestoneReport.objects.unscoped("t").filter(verdict__isnull=True)
        return confirm_milestones(reports=waiting, by=by or self.tree.checker, at=self.at)

    def site(self, name="上街路改造"):
        return WorkSite.objects.unscoped("t").get(details__name=name, details__turn=1)

    def report(self, step, day, *photos, what="done", by=None, site=None, **kw):
        return report_milestone(
            site=site or self.site(), said=Reported(step, what, day, **kw), photos=photos,
            book=self.book, by=by or self.tree.user_a, at=self.at,
        )  # fmt: skip

    @staticmethod
    def standing(name="上街路改造", *, to=ALL, cutoff=JUNE, as_of=None):
        found = site_standings(to=to, year=2021, cutoff=cutoff, as_of=as_of)
        return next((each for each in found if each.name == name), None)


def segment(marker, body):
    return bytes([0xFF, marker]) + struct.pack(">H", len(body) + 2) + body


def exif(taken="2021:06:20 09:30:00", north=(30, 55, 12.5), east=(118, 20, 6)):
    """An Exif block with a time and a position, big-endian as phones write it."""

    def ratios(parts):
        return b"".join(struct.pack(">II", round(part * 100), 100) for part in parts)

    time = taken.encode() + b"\0"
    entries = [(0x8769, 4, 1, 0), (0x8825, 4, 1, 0)]
    body_at = 8 + 2 + 12 * len(entries) + 4
    sub = struct.pack(">H", 1) + struct.pack(">HHII", 0x9003, 2, len(time), body_at + 18)
    sub += b"\0\0\0\0" + time
    gps_at = body_at + len(sub)
    data_at = gps_at + 2 + 12 * 4 + 4
    gps = struct.pack(">H", 4)
    gps += struct.pack(">HHI4s", 1, 2, 2, b"N\0\0\0") + struct.pack(">HHII", 2, 5, 3, data_at)
    gps += struct.pack(">HHI4s", 3, 2, 2, b"E\0\0\0") + struct.pack(">HHII", 4, 5, 3, data_at + 24)
    gps += b"\0\0\0\0" + ratios(north) + ratios(east)
    first = struct.pack(">H", 2) + struct.pack(">HHII", 0x8769, 4, 1, body_at)
    first += struct.pack(">HHII", 0x8825, 4, 1, gps_at) + b"\0\0\0\0"
    return b"Exif\0\0" + b"MM\0\x2a" + struct.pack(">I", 8) + first + sub + gps


def photo(mark=b"", size=(64, 48), **facts):
    """A JPEG as a phone sends it; ``mark`` makes another picture of it."""
    shade = hashlib.blake2b(mark, digest_size=3).digest()
    sink = io.BytesIO()
    picture = Image.new("RGB", size, tuple(shade))
    picture.paste((255, 255, 255), (0, 0, size[0] // 4, size[1] // 4))
    picture.save(sink, "JPEG")
    drawn = sink.getvalue()
    return drawn[:2] + segment(0xE1, exif(**facts)) + drawn[2:]


NOW = datetime(2021, 7, 5, 2, 0, tzinfo=UTC)
