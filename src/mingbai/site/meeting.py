"""The demonstration county's meetings: called, held, written up; decisions in every state."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Final

from django.utils.timezone import make_aware

from mingbai.base.models import Office, User
from mingbai.base.periods import month_end
from mingbai.base.scope import Asker
from mingbai.delivery.actions import PlanWords, confirm_plan, plan_catch_up, return_plan
from mingbai.delivery.models import CatchUpPlan
from mingbai.delivery.queries.lags import LagRow, lag_rows
from mingbai.oversight.actions import (
    Came,
    Decided,
    MeetingNotice,
    compile_pack,
    confirm_decision,
    draft_minutes,
    extend_decision,
    hold_meeting,
    issue_minutes,
    issue_pack,
    plan_meeting,
    report_decision,
    return_decision,
)
from mingbai.oversight.models import Decision, Meeting
from mingbai.oversight.queries.meetings import offices_to_call
from mingbai.rulebook.model import Book
from mingbai.site.clerks import clerks_of_offices
from mingbai.site.line import Crew
from mingbai.site.promises import SCAN

_HOUSE: Final = Asker.system("the demonstration shows a year of meetings")
_ROOM: Final = "县政府三楼会议室（演示）"
#: So many days after the newest month the next dispatch meeting is called for.
_NEXT: Final = timedelta(days=12)
#: Plans to catch up that are told before it: confirmed, waiting, sent back.
_PLANS: Final = ("confirmed", "waiting", "sent_back")


@dataclass(frozen=True)
class _Settled:
    """A decision of the story: which sub-item's lead office or which town (by place) does it.

    ``ends``: ``done``, ``reported``, ``sent_back``, ``extended`` or ``open``.
    """

    text: str
    owner: str
    days: int
    ends: str


@dataclass(frozen=True)
class _Held:
    """A meeting of the story, ``period`` where it looks at a month."""

    kind: str
    day: tuple[int, int]
    said: tuple[str, ...]
    settled: tuple[_Settled, ...] = ()
    month: int | None = None


_STORY: Final = (
    _Held(
        "launch", (2, 26),
        ("县民生办通报年度清单和目标任务，会议部署责任书签订和实施方案编制。",),
        (
            _Settled("完成本部门实施方案初稿并报县民生办", "rural-roads.upgrade", 20, "done"),
            _Settled("核实本镇分解任务，差异书面反馈", "town:0", 14, "done"),
        ),
    ),
    _Held("liaison", (3, 12), ("会议明确各单位联络员职责和月报时限，布置宣传工作。",)),
    _Held("training", (3, 26), ("讲解信息写作、报送要求和个人信息保护。",)),
    _Held(
        "push", (4, 16),
        ("会议听取一季度进展，要求工程类项目尽快完成招标并开工。",),
        (
            _Settled("排出在建工程倒排工期表，逐点公示", "preschool.kindergartens", 30, "done"),
            _Settled("补齐本镇公示照片和公示报告", "town:1", 20, "done"),
        ),
    ),
    _Held(
        "dispatch", (5, 13),
        ("县民生办通报截至四月底的进度，滞后单位逐一说明原因。", "会议要求六月底前赶上序时。"),
        (
            _Settled("会同财政部门理清到位未拨付资金，列出拨付日期", "medical-insurance.coverage",
                     25, "done"),
            _Settled("对滞后点位实行周报，六月底前赶上序时", "farm-uplift.operator-led", 48,
                     "reported"),
            _Settled("解决两处施工用地，附协议", "urban-renewal.old-estates", 30, "sent_back"),
            _Settled("农忙后集中施工，重排工期", "clinics.standardisation", 40, "extended"),
            _Settled("督促施工单位增加班组，说明每周进度", "town:2", 40, "open"),
            _Settled("走访未开工点位，查明原因并书面报告", "town:3", 62, "open"),
        ),
        month=4,
    ),
    _Held(
        "push", (8, 12),
        ("会议听取上半年完成情况，部署下半年攻坚。",),
        (_Settled("逐点排定验收日期，报县民生办备查", "rural-roads.safety", 30, "done"),),
    ),
    _Held(
        "dispatch", (10, 14),
        ("县民生办通报截至九月底的进度，滞后单位说明收尾安排。",),
        (
            _Settled("十一月底前完成剩余点位并申请验收", "beautiful-villages.central-villages",
                     47, "reported"),
            _Settled("补报缺失的花名册并说明原因", "town:4", 60, "open"),
        ),
        month=9,
    ),
)  # fmt: skip


def meet_year(*, book: Book, crew: Crew, through: int, at: datetime) -> None:
    """Hold the year's meetings up to a month and call the next; nothing where any was called.

    Each act is dated on the day it tells of, as if the county had done it then.
    """
    why, year = "whether the story was told before", book.year
    if Meeting.objects.unscoped(why).filter(year=year).exists():
        return
    story = _Story(book, crew)
    last = month_end(year * 100 + through)
    for number, held in enumerate(each for each in _STORY if date(year, *each.day) <= last):
        story.tell(held, number + 1, last)
    if (last + _NEXT).year == year:
        _answer_lags(book, crew, story.clerks, year * 100 + through, at)
        story.call_next(last, at)


class _Story:
    """One year's meetings, told in order."""

    def __init__(self, book: Book, crew: Crew) -> None:
        self._book, self._crew = book, crew
        self.clerks = clerks_of_offices()
        self._offices = offices_to_call()
        towns = [each for each in self._offices if each.kind == Office.Kind.TOWN]
        self._towns = [each for each in towns if each.pk in self.clerks]
        self._by_code = {each.code: each for each in self._offices}

    def tell(self, held: _Held, number: int, last: date) -> None:
        """Call and hold one meeting, write it up, and follow what it decided up to ``last``."""
        crew, day = self._crew, date(self._book.year, *held.day)
        period = self._book.year * 100 + held.month if held.month else None
        meeting = self._call(held.kind, day, period, _moment(day - timedelta(days=4)))
        if period is not None:
            self._pack(meeting, _moment(day - timedelta(days=3)))
        then = _moment(day)
        hold_meeting(
            meeting=meeting, held_date=day, place=_ROOM, chair="县政府分管领导（演示）",
            attendance=self._attendance(number), by=crew.clerk, at=then,
        )  # fmt: skip
        settled = [(each, self._owner(each.owner)) for each in held.settled]
        minutes = draft_minutes(
            meeting=meeting, paragraphs=held.said, by=crew.clerk, at=then,
            decided=[
                Decided(each.text, owner, "分管负责人", day + timedelta(days=each.days),
                        programme="" if each.owner.startswith("town:")
                        else each.owner.partition(".")[0])
                for each, owner in settled
            ],
        )  # fmt: skip
        out = day + timedelta(days=2)
        issue_minutes(
            minutes=minutes, number=f"演示民办纪〔{day.year}〕{number}号", issue_date=out,
            by=crew.checker, at=_moment(out),
        )  # fmt: skip
        made = Decision.objects.unscoped("the story follows what was decided")
        for decision, (each, _) in zip(
            made.filter(minutes=minutes).order_by("number"), settled, strict=True
        ):
            self._follow(decision, each.ends, last)

    def call_next(self, last: date, at: datetime) -> None:
        """Call the dispatch meeting that is to come, with its pack handed out."""
        meeting = self._call("dispatch", last + _NEXT, last.year * 100 + last.month, at)
        self._pack(meeting, at)

    def _call(self, kind: str, day: date, period: int | None, at: datetime) -> Meeting:
        notice = MeetingNotice(
            kind, day, _ROOM, "县政府分管领导（演示）", time(9), period,
            f"调度截至{period % 100}月底的进度" if period else "",
        )  # fmt: skip
        return plan_meeting(
            notice=notice, offices=self._offices, by=self._crew.clerk, at=at, demonstration=True
        )

    def _pack(self, meeting: Meeting, at: datetime) -> None:
        pack = compile_pack(meeting=meeting, book=self._book, by=self._crew.clerk, at=at)
        issue_pack(pack=pack, by=self._crew.checker, at=at)

    def _attendance(self, number: int) -> dict[int, Came]:
        """Most came; another few each time sent somebody, asked leave or stayed away."""
        states = {3: ("deputy", "办公室主任"), 11: ("on_leave", ""), 19: ("absent", "")}
        return {
            office.pk: Came(*states.get((place + 5 * number) % 23, ("came", "分管负责人")))
            for place, office in enumerate(self._offices)
        }

    def _owner(self, owner: str) -> Office:
        kind, _, place = owner.partition(":")
        if kind == "town":
            return self._towns[int(place) % len(self._towns)]
        return self._by_code[self._book.sub_item(owner).lead_office]

    def _follow(self, decision: Decision, ends: str, last: date) -> None:
        """What became of a decision; what would have come after ``last`` has not happened yet."""
        day, checker = min(decision.due_date, last) - timedelta(days=3), self._crew.checker
        if ends == "extended":
            extend_decision(
                decision=decision, due_date=last + timedelta(days=31),
                reason="汛期停工，已商定新的工期", by=checker, at=_moment(day),
            )  # fmt: skip
        if ends not in ("done", "reported", "sent_back"):
            return
        report_decision(
            decision=decision, text="已按要求办理，材料附后（演示）", content=SCAN,
            by=self.clerks[decision.office_id], at=_moment(day),
        )  # fmt: skip
        day += timedelta(days=1)
        if ends == "done":
            confirm_decision(decision=decision, text="已核对材料", by=checker, at=_moment(day))
        elif ends == "sent_back":
            return_decision(
                decision=decision, reason="只解决了一处，另一处还没有协议", by=checker,
                at=_moment(day),
            )  # fmt: skip


def _answer_lags(
    book: Book, crew: Crew, clerks: Mapping[int, User], period: int, at: datetime
) -> None:
    """Offices of a few lags say why and how they catch up; the county confirms some."""
    if CatchUpPlan.objects.unscoped("whether offices answered").filter(period=period).exists():
        return
    rows = lag_rows(to=_HOUSE, year=book.year, period=period, lagging=book.lagging)
    causes = book.lagging.causes_on(month_end(period))
    lagging = [each for each in rows if each.owes_answer and each.judged.town is None]
    told = [each for each in lagging if each.judged.office.pk in clerks][: len(_PLANS) + 1]
    for place, row in enumerate(told):
        plan = plan_catch_up(
            year=book.year, period=period, sub_item=row.judged.sub_item.code, town=None,
            words=PlanWords(causes[place % len(causes)].code, "个别点位前期手续办理较慢（演示）",
                            "增加力量，按周调度，逐点销号（演示）", "分管股室负责人"),
            points=_points(row, period), book=book, by=clerks[row.judged.office.pk], at=at,
        )  # fmt: skip
        word = _PLANS[place % len(_PLANS)]
        if word == "confirmed":
            confirm_plan(plan=plan, by=crew.checker, at=at)
        elif word == "sent_back":
            return_plan(plan=plan, reason="节点太靠后，请往前排", by=crew.checker, at=at)


def _points(row: LagRow, period: int) -> Sequence[tuple[int, Decimal]]:
    """Done by the year's last month, as the schedule asks."""
    part = row.judged.deciding
    target = part.target if part is not None and part.target is not None else Decimal(0)
    return [(period // 100 * 100 + 12, target)]


def _moment(day: date) -> datetime:
    return make_aware(datetime.combine(day, time(16)))
