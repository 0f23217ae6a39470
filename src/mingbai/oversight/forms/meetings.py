"""Forms of meetings: filters, calling, moving, calling off, and who came."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any, Final

from django import forms

from mingbai.base.models import Office
from mingbai.oversight.actions import Came, MeetingNotice
from mingbai.oversight.models import Meeting, MeetingAttendance

_DAY: Final = {"type": "date"}


def day_field(label: str, **kwargs: Any) -> forms.DateField:
    """A day, picked from a calendar where the browser has one."""
    return forms.DateField(
        label=label, widget=forms.DateInput(attrs=_DAY, format="%Y-%m-%d"), **kwargs
    )


class FilterMeetings(forms.Form):
    """Narrow the meetings by year and kind."""

    year = forms.TypedChoiceField(label="年度", coerce=int, empty_value=None, required=False)
    kind = forms.ChoiceField(
        label="类别", choices=[("", "全部类别"), *Meeting.Kind.choices], required=False
    )

    def __init__(self, *args: Any, years: tuple[int, ...], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["year"].choices = [("", "全部年度"), *((y, f"{y}年") for y in years)]  # type: ignore[attr-defined]
        for field in self.fields.values():
            field.widget.attrs["data-autosubmit"] = ""


class NoticeForm(forms.Form):
    """What a notice of a meeting says, and whom it calls."""

    kind = forms.ChoiceField(label="类别", choices=Meeting.Kind.choices)
    planned_date = day_field("会议日期")
    start_time = forms.TimeField(
        label="开始时间", required=False, widget=forms.TimeInput(attrs={"type": "time"})
    )
    place = forms.CharField(label="地点", max_length=80)
    chair = forms.CharField(label="主持", max_length=60, help_text="写职务，如“县政府分管领导”。")
    period = forms.TypedChoiceField(
        label="调度哪个月的进度",
        coerce=int,
        empty_value=None,
        required=False,
        help_text="调度会必选；材料按这个月底的记录编制。",
    )
    agenda = forms.CharField(
        label="议题", max_length=500, required=False, widget=forms.Textarea(attrs={"rows": 2})
    )
    offices = forms.MultipleChoiceField(
        label="参会单位", widget=forms.CheckboxSelectMultiple(attrs={"class": "choices"})
    )

    def __init__(
        self, *args: Any, periods: Sequence[int], offices: Sequence[Office], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self._offices = {str(each.pk): each for each in offices}
        months = [(each, f"{each // 100}年{each % 100}月") for each in periods]
        self.fields["period"].choices = [("", "不看某个月"), *months]  # type: ignore[attr-defined]
        names = [(key, each.short_name) for key, each in self._offices.items()]
        self.fields["offices"].choices = names  # type: ignore[attr-defined]
        if not self.is_bound:
            self.initial.setdefault("offices", list(self._offices))

    def notice(self) -> MeetingNotice:
        """The notice as it was typed."""
        given = self.cleaned_data
        return MeetingNotice(
            kind=given["kind"],
            planned_date=given["planned_date"],
            place=given["place"],
            chair=given["chair"],
            start_time=given["start_time"],
            period=given["period"],
            agenda=given["agenda"],
        )

    def chosen(self) -> list[Office]:
        """The offices that were ticked."""
        return [self._offices[key] for key in self.cleaned_data["offices"]]


class MoveForm(forms.Form):
    """Another day or place, and why."""

    meeting_date = day_field("改到哪天")
    place = forms.CharField(label="地点", max_length=80)
    reason = forms.CharField(label="改期理由", max_length=200)


class CallOffForm(forms.Form):
    """Why a meeting will not take place."""

    reason = forms.CharField(label="取消理由", max_length=200)


class HoldForm(forms.Form):
    """That a meeting was held, and how each office called was represented."""

    held_date = day_field("召开日期")
    place = forms.CharField(label="地点", max_length=80)
    chair = forms.CharField(label="主持", max_length=60)

    def __init__(
        self,
        *args: Any,
        called: Sequence[tuple[Office, MeetingAttendance | None]],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self._called = [office for office, _ in called]
        for office, came in called:
            self.fields[f"state_{office.pk}"] = forms.ChoiceField(
                label=f"{office.short_name}到会情况",
                choices=MeetingAttendance.State.choices,
                initial=came.state if came else MeetingAttendance.State.CAME,
            )
            self.fields[f"post_{office.pk}"] = forms.CharField(
                label=f"{office.short_name}参会人职务",
                max_length=60,
                required=False,
                initial=came.post if came else "",
            )

    @property
    def head_fields(self) -> list[forms.BoundField]:
        """The fields of day, place and chair."""
        return [self[name] for name in ("held_date", "place", "chair")]

    @property
    def office_rows(self) -> list[tuple[Office, forms.BoundField, forms.BoundField]]:
        """A row for each office: its name, how it came, by whom."""
        return [(each, self[f"state_{each.pk}"], self[f"post_{each.pk}"]) for each in self._called]

    def attendance(self) -> dict[int, Came]:
        """Office -> how it was represented."""
        given = self.cleaned_data
        return {
            each.pk: Came(given[f"state_{each.pk}"], given[f"post_{each.pk}"])
            for each in self._called
        }


class IssueForm(forms.Form):
    """The number under which minutes go out, and the day."""

    number = forms.CharField(label="文号", max_length=40, help_text="如“南民办纪〔2021〕3号”。")
    issue_date = day_field("印发日期")


def default_periods(years: Sequence[int], through: date) -> list[int]:
    """The months of these years up to a day, the newest first."""
    last = through.year * 100 + through.month
    months = (year * 100 + month for year in years for month in range(12, 0, -1))
    return [each for each in months if each <= last]
