"""The text of minutes: the form's sentences, what was said, the table of decisions, who came."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Final

from mingbai.base.scope import Asker
from mingbai.oversight.actions.papers import after_paragraphs, make_table, plain_paragraph
from mingbai.oversight.actions.places import name_places
from mingbai.oversight.models import Meeting, MeetingAttendance
from mingbai.oversight.queries.meetings import Called, MeetingStanding, who_was_called
from mingbai.paper.arranging import Body, arrange_body, named_figures
from mingbai.paper.form import CannotReadText, Form

#: Counts of the text -> what each counts; the page leads from one to its rows.
MINUTES_COUNTS: Final = {
    "count.called": "通知的单位",
    "count.came": "到会的单位",
    "count.decisions": "议定事项",
}
_HOUSE: Final = Asker.system("minutes name everybody who was called")
_State = MeetingAttendance.State

#: What was decided, as the table prints it: text, owner, lead or nothing, by when.
DecidedRow = tuple[str, str, str, date]


def write_minutes(
    standing: MeetingStanding,
    said: Sequence[str],
    decided: Sequence[DecidedRow],
    form: Form,
    error: type[Exception],
) -> Body:
    """The body of minutes; ``error`` for a form that names what there is not."""
    called = who_was_called(standing, to=_HOUSE)
    lists = {
        "words.came": _names(called, _State.CAME, _State.DEPUTY),
        "words.on_leave": _names(called, _State.ON_LEAVE),
        "words.absent": _names(called, _State.ABSENT),
    }
    nothing = {key for key, names in lists.items() if not names}
    if not decided:
        nothing.add("count.decisions")
    try:
        body = arrange_body(form, words=_words(standing, error) | lists, outlines={}, empty=nothing)
    except (CannotReadText, KeyError) as found:
        raise error(f"会议纪要格式里有读不通的地方：{found}，请改正。") from found
    if unknown := sorted(set(named_figures(body)) - set(MINUTES_COUNTS)):
        raise error(f"会议纪要格式里没有名为 {'、'.join(unknown)} 的数字，请改正。")
    came = sum(each.came for each in called)
    figures = {
        "count.called": f"{len(called)}个单位",
        "count.came": f"{came}个单位",
        "count.decisions": f"{len(decided)}件",
    }
    parts = {"said": [plain_paragraph("said", text) for text in said]}
    if decided:
        parts["decisions"] = [_table(decided, standing.meeting.year)]
    return {**after_paragraphs(body, parts), "figures": figures}


def _words(standing: MeetingStanding, error: type[Exception]) -> dict[str, str]:
    meeting, day = standing.meeting, standing.day
    return name_places(error) | {
        "period.year": str(meeting.year),
        "meeting.number": str(meeting.number),
        "meeting.kind": Meeting.Kind(meeting.kind).label,
        "meeting.date": f"{day.year}年{day.month}月{day.day}日",
        "meeting.place": standing.place,
        "meeting.chair": standing.chair,
        "words.agenda": f"会议议题是{meeting.agenda.rstrip('。')}。" if meeting.agenda else "",
    }


def _names(called: Sequence[Called], *states: str) -> str:
    """「民政局，籍山镇（副镇长）」."""
    found = []
    for each in called:
        if each.attendance is not None and each.attendance.state in states:
            post = each.attendance.post
            if each.attendance.state == _State.DEPUTY:
                post = f"{post}代会" if post else "派人代会"
            found.append(f"{each.office.short_name}（{post}）" if post else each.office.short_name)
    return "、".join(found)


def _short_day(day: date, year: int) -> str:
    """The year is named where it is not the meeting's."""
    return (
        f"{day.month}月{day.day}日" if day.year == year else f"{day.year}年{day.month}月{day.day}日"
    )


def _table(decided: Sequence[DecidedRow], year: int) -> dict[str, object]:
    rows = [
        [str(number), text, owner, lead or "—", _short_day(due, year)]
        for number, (text, owner, lead, due) in enumerate(decided, start=1)
    ]
    columns = ["序号", "议定事项", "责任单位", "牵头单位", "完成时限"]
    return make_table("decisions", columns, [*rows], [28, 190, 66, 66, 76], centre=(0, 2, 3, 4))
